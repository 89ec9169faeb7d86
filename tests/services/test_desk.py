"""What the front desk is shown of a form: taken from the shipped questions that ask how to reach somebody."""

import pytest

from copies import make_copy, staff
from intake.domain.contact import EMAIL, MESSAGE_OK, PHONE
from intake.domain.permissions import Role
from intake.domain.questionnaire import Kind
from intake.domain.truth import Truth
from intake.services.desk import open_desk
from sending import send_at_once


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """One clinic for all: each test sends a form of its own."""
    copy = make_copy(tmp_path_factory.mktemp("copy"))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def fay(copy):
    return staff(copy.clinic, "fay", "F. Desk", Role.FRONT_DESK)


def line_of(copy, member, receipt):
    (found,) = open_desk(copy.clinic, member, receipt.reference).entries
    return found


def test_the_shipped_form_asks_how_to_reach_somebody_under_these_ids(copy):
    asked = copy.clinic.library.questionnaire

    assert asked.question(PHONE).autocomplete == "tel"
    assert asked.question(EMAIL).autocomplete == "email"
    assert asked.question(MESSAGE_OK).kind is Kind.YES_NO


@pytest.mark.parametrize(("said", "may"), [("yes", Truth.YES), ("no", Truth.NO), ("blank", Truth.NOT_KNOWN)])
def test_how_to_reach_somebody_is_told_as_typed(copy, fay, said, may):
    typed = 'phone: "(555) 555-0150, after 5", email: pat@example.org'
    receipt = send_at_once(copy.desk, f"first_name: Pat, last_name: Doe, {typed}, message_ok: {said}")

    entry = line_of(copy, fay, receipt)

    assert (entry.name, entry.phone, entry.email) == ("Pat Doe", "(555) 555-0150, after 5", "pat@example.org")
    assert entry.may_leave_message is may


def test_what_was_not_reached_is_not_known(copy, fay):
    receipt = send_at_once(copy.desk, "first_name: Pat, last_name: Doe, phone: 1")

    entry = line_of(copy, fay, receipt)

    assert (entry.name, entry.phone, entry.email) == ("Pat Doe", "1", "")
    assert entry.may_leave_message is Truth.NOT_KNOWN
