"""The patients' site with a server that listens to few senders at a time: the control of ``make slow``."""

import sys

from intake.domain.processes import Process
from intake.web import program, server
from intake.web.patient.__main__ import opened

if __name__ == "__main__":
    server._SENDERS = 20
    program.run(Process.PATIENT, opened, sys.argv[1:])
