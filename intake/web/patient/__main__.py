"""The patient site's own process, which ``intake serve patient`` becomes.

It begins here and not among the commands, so that nothing of the clinic's side is ever in its memory.
"""

import sys

from intake import starting  # noqa: F401 - first, because it is about all that follows
from intake.config import Settings
from intake.domain.processes import Process
from intake.services.clinic import open_patient_desk
from intake.web import program
from intake.web.patient.site import create_patient_site


def opened(settings: Settings) -> program.Opened:
    """The site, opened on the instance the settings name."""
    desk = open_patient_desk(settings)
    return program.Opened(
        create_patient_site(desk),
        desk.database,
        lambda: (f"The patient's form:  {settings.public_address}/",),
    )


if __name__ == "__main__":
    program.run(Process.PATIENT, opened, sys.argv[1:])
