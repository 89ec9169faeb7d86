"""What patients do, on PostgreSQL and with the patient site under a role of its own: what it may do suffices.

The tests are those of the pages, on another copy. `make roles` runs many more of them this way.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from copies import make_copy
from exchanging import signs
from intake.domain.patient_requests import Asks
from intake.domain.processes import Process
from intake.services import replying, requesting, sweeping
from intake.storage import replies, submissions
from intake.storage.database import Database
from intake.storage.tables import DraftRow
from roles import close_all, names_of
from sending import fill_in
from web.patient import test_returning, test_sending

pytestmark = pytest.mark.postgres


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path, under_roles=True)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    close_all()


runs, way, stranger = test_returning.runs, test_returning.way, test_returning.stranger

test_stopping_gives_words_that_open_the_form_on_another_phone = (
    test_returning.test_stopping_gives_words_that_open_the_form_on_another_phone
)
test_the_clinic_helps_whoever_ticked_it = test_returning.test_the_clinic_helps_whoever_ticked_it


def test_a_form_is_sent_and_kept_for_the_clinic(ready, copy):
    test_sending.sign(ready)

    assert ready.location == "/sent"
    with copy.clinic.database.read() as session:
        assert len(submissions.ids(session)) == 1


def test_what_is_added_and_asked_for_afterwards_is_counted_and_kept(ready, copy):
    test_sending.sign(ready)

    signs(copy.desk, replying.add_something(copy.desk, ready.token, "", "One more thing."), "Pat Doe")

    assert requesting.ask(copy.desk, ready.token, "", uuid4(), Asks.ERASE)
    with copy.clinic.database.read() as session:
        assert len(replies.waiting(session)) == 1


def test_the_worker_deletes_what_is_over(copy):
    fill_in(copy.desk)
    copy.clock.at += timedelta(days=31)

    assert sweeping.sweep(copy.worker) == 1

    with copy.desk.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DraftRow)) == 0


def test_one_right_less_would_be_noticed(copy, ready, caplog):
    """The control: these pages do come to the database under the role."""
    owner = Database(copy.settings.database_url)
    with owner.write() as session:
        session.execute(text(f"REVOKE INSERT ON record_keys FROM {names_of()[Process.PATIENT]}"))
    owner.dispose()

    test_sending.sign(ready)

    assert ready.status == 500
    assert "ProgrammingError" in caplog.text
