"""Whether an error of the database says that it cannot be had just now, and not that we were wrong.

What is not known to be of the first kind is of the second: whoever looks after the machine must hear of a
mistake of ours as a mistake, and nobody may be told to try again what cannot come right.
"""

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# https://www.sqlite.org/rescode.html: another writes, and the file cannot be opened.
_SQLITE = frozenset({5, 6, 14})
# https://www.postgresql.org/docs/current/errcodes-appendix.html: the server is shut down, was killed, starts
# or has its most connections; two transactions were in each other's way; a lock was not had in time.
_POSTGRESQL = frozenset({"57P01", "57P02", "57P03", "57P05", "53300", "40001", "40P01", "55P03"})
_CONNECTION = "08"


def is_out_of_reach(error: SQLAlchemyError) -> bool:
    """Whether the same may well work in a minute; nothing was kept."""
    if isinstance(error, NoConnectionFree):
        # Every connection of this process is in use.
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError):
        return False
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        # The last byte is the kind, the others say more of it.
        return int(code) & 0xFF in _SQLITE
    state = getattr(error.orig, "sqlstate", "")
    # Without a state no server answered, or it took no connection.
    return state is None or state in _POSTGRESQL or state.startswith(_CONNECTION)
