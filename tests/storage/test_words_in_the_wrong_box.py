"""A password in the box of the name, a name in the box of a reference: the database is never asked for them.

A server may write down what it is asked, with what came along; found by the campaign of the canaries.
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from copies import PASSWORD, make_copy, staff
from exchanging import LIBRARY
from intake.domain.permissions import Role
from intake.services import accounts
from intake.storage import submissions
from intake.storage.tables import StaffMemberRow

WORDS = "zqxaabbkvj sings at noon"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("clinic"), LIBRARY)
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    yield copy.clinic
    copy.clinic.database.dispose()
    copy.desk.database.dispose()


@contextmanager
def told(database):
    """Everything the database is asked while somebody works, and what came along."""
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append(f"{statement} {parameters}")

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_password_in_the_box_of_the_name_is_not_told_to_the_database(clinic):
    with told(clinic.database) as asked:
        refused = accounts.sign_in(clinic, WORDS, PASSWORD, "203.0.113.7")
        let_in = accounts.sign_in(clinic, "Alice ", PASSWORD, "203.0.113.7")

    assert not isinstance(refused, str) and isinstance(let_in, str)
    assert len(asked) > 4
    assert [one for one in asked if "zqx" in one.casefold()] == []


@pytest.mark.parametrize("words", [WORDS, "Quetzal Doe", "HL-7K4", "", "HL-7K4-92Q or else"])
def test_words_that_are_no_reference_are_not_told_to_the_database(clinic, words):
    with (
        told(clinic.database) as asked,
        clinic.database.read() as session,
        pytest.raises(submissions.NoSuchSubmission) as refused,
    ):
        submissions.by_reference(session, words)

    assert asked == [] or all("submissions" not in one for one in asked)
    assert words == "" or words not in str(refused.value)


def test_a_reference_is_looked_for(clinic):
    with (
        told(clinic.database) as asked,
        clinic.database.read() as session,
        pytest.raises(submissions.NoSuchSubmission),
    ):
        submissions.by_reference(session, "HL-7K4-92Q")

    assert any("HL-7K4-92Q" in one for one in asked)


def test_what_the_database_is_told_is_seen(clinic):
    """The control."""
    with told(clinic.database) as asked, clinic.database.read() as session:
        session.scalar(select(StaffMemberRow).where(StaffMemberRow.username == WORDS))

    assert any(WORDS in one for one in asked)
