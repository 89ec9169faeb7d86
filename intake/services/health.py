"""Whether a process can do its work, for whatever watches the machine."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from intake.log import Noted, note
from intake.storage.database import Database, DatabaseRefused


def works(database: Database) -> bool:
    """Whether the database answers."""
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except (SQLAlchemyError, DatabaseRefused, OSError) as error:
        note(Noted.DATABASE_SILENT, error=error)
        return False
    return True
