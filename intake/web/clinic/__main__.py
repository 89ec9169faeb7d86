"""The clinic site's own process, which ``intake serve clinic`` becomes."""

import sys
from collections.abc import Sequence
from threading import Event, Thread

from intake import starting  # noqa: F401 - first, because it is about all that follows
from intake.config import Settings
from intake.domain.processes import Process
from intake.services import altered_rows, at_start, in_force, papers_left, staff_notices
from intake.services.clinic import Clinic, open_clinic, publish_editions
from intake.web import program
from intake.web.clinic.impact import IMPACT_PATH
from intake.web.clinic.proposals import UPLOAD_PATH
from intake.web.clinic.settings import SETTINGS_PATH
from intake.web.clinic.site import create_clinic_site
from intake.web.wsgi import mounted, path_of


def opened(settings: Settings) -> program.Opened:
    """The site, opened on the instance the settings name."""
    clinic = open_clinic(settings)
    publish_editions(in_force.at_work(clinic))
    path = path_of(settings.clinic_side)

    def beside() -> None:
        # Which news is urgent is known only to who opens it. A thread: no page waits for it.
        Thread(target=staff_notices.keep_gathering, args=(clinic, Event()), daemon=True).start()
        Thread(target=altered_rows.keep_looking, args=(clinic, Event()), daemon=True).start()
        Thread(target=papers_left.keep_throwing_away, args=(clinic, Event()), daemon=True).start()

    return program.Opened(
        mounted(create_clinic_site(clinic), settings.clinic_side),
        clinic.database,
        lambda: greeting(clinic),
        beside,
        frozenset(path + one for one in (UPLOAD_PATH, IMPACT_PATH, SETTINGS_PATH)),
    )


def greeting(clinic: Clinic) -> Sequence[str]:
    """What whoever starts it is told."""
    return (f"The clinic's side:   {clinic.settings.clinic_side}/", *at_start.told(clinic))


if __name__ == "__main__":
    program.run(Process.CLINIC, opened, sys.argv[1:])
