"""Whether a process is apart from the others: what it may read, and what it may do in the database.

A process that is started by itself refuses to run while it could read a key file that is not its own. One
that ``intake serve`` starts belongs to the same user as the others, and whoever starts it is told so. One
that comes to PostgreSQL under a role of its own refuses to run while that role may more than it needs.
"""

import os
from collections.abc import Mapping

from intake.config import Settings
from intake.domain.processes import Process
from intake.services.refusals import Refusal
from intake.storage import database_roles
from intake.storage.database import Database, is_current
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE

_FILES = {Process.PATIENT: PATIENT_FILE, Process.CLINIC: CLINIC_FILE, Process.WORKER: WORKER_FILE}
_TOGETHER = (
    "Note: all three processes run as one user of this machine. To keep their keys from each other, run each "
    "as a user of its own (docs/running.md, Three users)"
)
_ONE_ROLE = (
    "{who} comes to PostgreSQL under the role of database_url, which is everybody's. Give each process a "
    "role of its own: intake database roles, then {process}_database_url"
)
_ONE_FILE = (
    "on SQLite {who} can read and change everything in the database file, sealed as it is. PostgreSQL keeps "
    "the processes apart there as well (docs/running.md, PostgreSQL)"
)
_REMEDY = (
    "Nothing is started. Run `intake database roles --apply` as the owner of the database: it gives each "
    "role what its process needs and takes all else away"
)


def notes(settings: Settings) -> tuple[str, ...]:
    """What whoever starts all three at once is told."""
    database = Database(settings.database_url)
    shared = [one for one in Process if not settings.has_own_role(one)]
    if database.is_sqlite or not shared:
        return (_TOGETHER,)
    names = " and ".join(f"{one.value}_database_url" for one in shared)
    return (_TOGETHER, f"Note: set {names}, so that each process has a role of its own in PostgreSQL")


def environment_of(process: Process, environment: Mapping[str, str]) -> dict[str, str]:
    """What a process that ``intake serve`` starts is told: of ways to the database its own, and no password
    of another's.

    What stands in ``settings.ini`` each of them can read.
    """
    ways = {one: f"INTAKE_{one.value.upper()}_DATABASE_URL" for one in Process}
    others = {name for one, name in ways.items() if one is not process}
    told = {name: value for name, value in environment.items() if name not in others}
    if own := told.get(ways[process]):
        told["INTAKE_DATABASE_URL"] = own
    return told


def looked_at(settings: Settings, process: Process, *, alone: bool) -> tuple[str, ...]:
    """What a process that starts is to be warned of. Raises Refusal and DatabaseRefused.

    ``alone`` is whether it was started by itself, and so should have a user of its own.
    """
    if alone:
        _refuse_keys_of_others(settings, process)
    database = Database(settings.of(process).database_url)
    try:
        _refuse_other_tables(database)
        if not database.is_sqlite and settings.has_own_role(process):
            _refuse_other_rights(database, process)
            return ()
    finally:
        database.dispose()
    if not alone:
        return ()
    words = _ONE_FILE if database.is_sqlite else _ONE_ROLE
    return (words.format(who=process.words, process=process.value),)


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


def _refuse_other_rights(database: Database, process: Process) -> None:
    with database.read() as session:
        found = database_roles.found(session, process)
    if found.too_much:
        raise Refusal(
            f"{process.words} must not run under the database role {found.role}, which may do more than it "
            f"needs: {'; '.join(found.too_much)}. {_REMEDY}"
        )
    if found.missing:
        raise Refusal(
            f"{process.words} cannot work under the database role {found.role}, which may not do what it "
            f"needs: {'; '.join(found.missing)}. {_REMEDY}"
        )
