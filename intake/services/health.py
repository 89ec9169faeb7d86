"""Whether a process can do its work, for whatever watches the machine."""

import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from intake.storage.database import Database, DatabaseRefused

_log = logging.getLogger("intake")


def works(database: Database) -> bool:
    """Whether the database answers."""
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except (SQLAlchemyError, DatabaseRefused, OSError) as error:
        _log.error("the database does not answer (%s)", type(error).__name__)
        return False
    return True
