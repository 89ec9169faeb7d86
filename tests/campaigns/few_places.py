"""The patients' site with a server that listens to few senders at a time: the control of ``make slow``."""

import os
import time
from threading import Thread

from intake.config import read_settings
from intake.services.clinic import open_patient_desk
from intake.services.instance import prepare
from intake.web import server
from intake.web.patient.site import create_patient_site


def main() -> None:
    """Serve it until stopped, or until whoever started it has ended: it is in a session of its own."""
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    settings = read_settings()
    prepare(settings)
    server._SENDERS = 20
    site = create_patient_site(open_patient_desk(settings))
    server.serve(site, settings, (settings.host, settings.port), lambda: None)


def _end_with(above: int) -> None:
    while os.getppid() == above:
        time.sleep(0.2)
    os._exit(1)


if __name__ == "__main__":
    main()
