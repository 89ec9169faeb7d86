"""Whether a process is apart from the others: what it may read, and what it may do in the database.

A process that is started by itself refuses to run while it could read a key file that is not its own. One
that ``intake serve`` starts belongs to the same user as the others, and whoever starts it is told so.
"""

import os

from intake.config import Settings
from intake.domain.processes import Process
from intake.services.refusals import Refusal
from intake.storage.database import Database, is_current
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE

_FILES = {Process.PATIENT: PATIENT_FILE, Process.CLINIC: CLINIC_FILE, Process.WORKER: WORKER_FILE}
_TOGETHER = (
    "Note: all three processes run as one user of this machine. To keep their keys from each other, run each "
    "as a user of its own (docs/running.md, Three users)"
)


def notes(_settings: Settings) -> tuple[str, ...]:
    """What whoever starts all three at once is told."""
    return (_TOGETHER,)


def looked_at(settings: Settings, process: Process, *, alone: bool) -> tuple[str, ...]:
    """What a process that starts is to be warned of. Raises Refusal and DatabaseRefused.

    ``alone`` is whether it was started by itself, and so should have a user of its own.
    """
    if alone:
        _refuse_keys_of_others(settings, process)
    database = Database(settings.database_url)
    try:
        _refuse_other_tables(database)
    finally:
        database.dispose()
    return ()


def _refuse_keys_of_others(settings: Settings, process: Process) -> None:
    folder = settings.instance / "keys"
    readable = [
        folder / name
        for other, name in _FILES.items()
        if other is not process and os.access(folder / name, os.R_OK)
    ]
    if readable:
        files = " and ".join(str(path) for path in readable)
        raise Refusal(
            f"{process.words} would be able to read {files}, and must not: whoever takes it over would have "
            f"those keys. Give it an instance folder with {_FILES[process]} alone, and a user of its own "
            "(docs/running.md, Three users). To run all three as one user, use `intake serve`"
        )


def _refuse_other_tables(database: Database) -> None:
    if not is_current(database):
        raise Refusal(
            "the tables of the database are of another version of intake. Run `intake migrate` as the "
            "database's owner with this version, then start this process again"
        )
