"""PostgreSQL quotes rows in its errors; what we write down of such an error has none of it."""

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from intake.log import Noted, note
from intake.storage.database import Database

pytestmark = pytest.mark.postgres
SECRET = "xanthocanary"


def test_a_row_that_does_not_fit_is_quoted_by_postgresql_and_not_by_us(fresh_postgres_database, caplog):
    database = Database(fresh_postgres_database)
    with database.write() as session:
        session.execute(text("CREATE TABLE answers (words TEXT CHECK (length(words) < 3))"))

    insert = text("INSERT INTO answers VALUES (:words)")
    with pytest.raises(IntegrityError) as caught, database.write() as session:
        session.execute(insert, {"words": SECRET})
    with caplog.at_level(logging.DEBUG):
        note(Noted.PAGE_FAILED, error=caught.value)
    database.dispose()

    # The control: SQLAlchemy was told to hide what it was given, and the driver says it all the same.
    assert f"DETAIL:  Failing row contains ({SECRET})" in str(caught.value)
    assert SECRET not in caplog.text
    assert "error=IntegrityError" in caplog.text
