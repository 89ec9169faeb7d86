"""PostgreSQL roles for the three processes, made as `intake database roles` makes them."""

import os
import uuid
from collections.abc import Mapping
from functools import cache

from sqlalchemy import make_url, text

from intake.domain.processes import Process
from intake.storage import database_roles
from intake.storage.database import Database, migrate
from postgres import administer, started

# `make roles` runs every test that uses PostgreSQL under these roles; others are not touched.
UNDER_ROLES = bool(os.environ.get("INTAKE_UNDER_ROLES"))
_opened: list[Database] = []


def roles_in(database_url: str) -> Mapping[Process, str]:
    """The address of a migrated database for each process, under a role of its own; none on SQLite.

    All databases of a test run share them: what a role may is said table by table, in each database.
    """
    owner = Database(database_url)
    if owner.is_sqlite:
        return {}
    names = names_of()
    with owner.write() as session:
        for role in database_roles.missing_roles(session, names.values()):
            session.execute(text(f"CREATE ROLE {role} LOGIN"))
        database_roles.apply(session, names)
    owner.dispose()
    url = make_url(database_url)
    return {one: url.set(username=name).render_as_string(hide_password=False) for one, name in names.items()}


def names_of() -> Mapping[Process, str]:
    """What the roles are called in this process of a test run."""
    return {one: f"test_{os.getpid()}_{one.value}" for one in Process}


def fresh_database_url() -> str:
    """The address of a database of this run's PostgreSQL with every table and nothing in them.

    It goes with the server, at the end of the run.
    """
    server = started_once()
    name = f"copy_{uuid.uuid4().hex}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE {_template(server)}")
    return server.replace("/postgres?", f"/{name}?")


@cache
def started_once() -> str:
    """The address of the server's own database."""
    return started()


@cache
def _template(server: str) -> str:
    name = f"template_{os.getpid()}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE template0")
    database = Database(server.replace("/postgres?", f"/{name}?"))
    migrate(database)
    database.dispose()
    return name


def seen_from(database: Database, process: Process) -> Database:
    """The same database as another process comes to it: itself where processes have no roles."""
    ours = names_of()
    if database.url.username not in ours.values():
        return database
    return opened_as(database.url.set(username=ours[process]).render_as_string(hide_password=False))


def opened_as(url: str) -> Database:
    """A database that is closed with all the others, by ``close_all``."""
    _opened.append(Database(url))
    return _opened[-1]


def close_all() -> None:
    """Close what was opened for a role."""
    while _opened:
        _opened.pop().dispose()
