"""What a database is like from outside: its tables' version, its server's settings, whether it is whole."""

from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.storage.database import Database, knows_revision, newest_revision, revision_of

# Of a PostgreSQL server: what decides on keeping what was written, and on what its own log tells.
_ASKED = (
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "log_statement",
    "log_error_verbosity",
    "log_parameter_max_length_on_error",
    "log_min_duration_statement",
    "server_version_num",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found. ``revision`` is None where there are no tables yet.

    ``damage`` is what SQLite says of its file; ``server`` are PostgreSQL's settings, as it writes them.
    """

    is_sqlite: bool
    revision: str | None
    newest: str
    is_known: bool
    damage: tuple[str, ...] = ()
    server: dict[str, str] = field(default_factory=dict)
    is_superuser: bool = False
    is_encrypted: bool = True

    @property
    def is_behind(self) -> bool:
        """The tables are of an earlier version of the program."""
        return self.is_known and self.revision != self.newest

    @property
    def is_ahead(self) -> bool:
        """The tables are of a later version of the program, which this one does not know."""
        return self.revision is not None and not self.is_known


def examine(database: Database) -> Condition:
    """Look at the database and change nothing. Raises what the driver does when it is not reached."""
    with database.read() as session:
        revision = revision_of(session)
        known = revision is not None and knows_revision(revision)
        if database.is_sqlite:
            return Condition(
                is_sqlite=True,
                revision=revision,
                newest=newest_revision(),
                is_known=known,
                damage=_damage(session),
            )
        return Condition(
            is_sqlite=False,
            revision=revision,
            newest=newest_revision(),
            is_known=known,
            server={name: str(session.scalar(text(f"SHOW {name}"))) for name in _ASKED},
            is_superuser=session.scalar(text("SHOW is_superuser")) == "on",
            is_encrypted=_is_encrypted(session),
        )


def _damage(session: Session) -> tuple[str, ...]:
    found = tuple(str(line) for line in session.scalars(text("PRAGMA quick_check(20)")))
    return () if found == ("ok",) else found


def _is_encrypted(session: Session) -> bool:
    """Over TLS, or by a way that does not leave the machine."""
    by = session.scalar(text("SELECT inet_client_addr()"))
    if by is None or str(by) in ("127.0.0.1", "::1", "127.0.0.1/32", "::1/128"):
        return True
    return bool(session.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")))
