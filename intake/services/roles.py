"""The database roles of the three processes: printed for whoever looks after PostgreSQL, or applied."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import make_url

from intake.config import Settings
from intake.domain.processes import Process
from intake.services.refusals import Refusal
from intake.storage import database_roles
from intake.storage.database import Database


def named(settings: Settings) -> Mapping[Process, str]:
    """What each role is called: as in the address of its process, or after the process."""
    found = {}
    for process in Process:
        url = settings.of(process).database_url if settings.has_own_role(process) else ""
        found[process] = (make_url(url).username if url else None) or f"intake_{process.value}"
    return found


def printed(settings: Settings) -> str:
    """What to run as the owner of the database. Raises Refusal on SQLite."""
    with _owned(settings) as database:
        _refuse_sqlite(database)
        name_of_database = str(database.url.database)
    roles = named(settings)
    made = (f"-- CREATE ROLE {name} LOGIN;" for name in roles.values())
    lines = (f"{statement};" for statement in database_roles.statements(roles, name_of_database))
    return "\n".join(("-- First, once, as whoever may make roles:", *made, *lines))


def apply(settings: Settings) -> Mapping[Process, str]:
    """Give each role what its process needs, and nothing else; the roles. Raises Refusal."""
    roles = named(settings)
    with _owned(settings) as database:
        _refuse_sqlite(database)
        with database.write() as session:
            if missing := database_roles.missing_roles(session, roles.values()):
                statements = " ".join(f"CREATE ROLE {one} LOGIN;" for one in missing)
                raise Refusal(
                    f"there is no role {' and no role '.join(missing)} yet. Make it first, as whoever may "
                    f"make roles and with a password of your own: {statements} Nothing was changed"
                )
            database_roles.apply(session, roles)
    return roles


@contextmanager
def _owned(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.dispose()


def _refuse_sqlite(database: Database) -> None:
    if database.is_sqlite:
        raise Refusal(
            "SQLite has no roles: whoever opens the file may do everything in it. To keep the processes "
            "apart in the database as well, use PostgreSQL (docs/running.md, PostgreSQL)"
        )
