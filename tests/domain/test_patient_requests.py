"""A request stays open until somebody says what came of it and the patient knows."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.patient_requests import (
    Asks,
    Handled,
    NothingToTell,
    OutcomeInWords,
    PatientRequest,
    RequestOutcome,
    RequestStatus,
    StepTaken,
    Told,
    Way,
    asked_in_all,
)
from intake.domain.permissions import Role, StaffMember

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ALICE = StaffMember(UUID(int=1), "alice", "A. Rivera, NP", frozenset({Role.CLINICIAN}))
REQUEST = PatientRequest(UUID(int=2), 1, Asks.ERASE, "", AT)
DONE = Handled(RequestOutcome.DONE, "Deleted", ALICE.id, ALICE.printed_name, AT)
KNOWS = Told(Way.PHONE, ALICE.id, ALICE.printed_name, AT)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((), RequestStatus.WAITS),
        ((DONE,), RequestStatus.TO_BE_TOLD),
        ((DONE, KNOWS), RequestStatus.CLOSED),
        # What came of it changed after the patient was told: they do not know yet.
        ((DONE, KNOWS, DONE), RequestStatus.TO_BE_TOLD),
    ],
)
def test_where_a_request_stands(steps, status):
    assert replace(REQUEST, steps=steps).status is status


def test_nobody_is_told_what_nobody_has_said():
    with pytest.raises(NothingToTell):
        REQUEST.tell(Way.PHONE, ALICE, AT, 0)
    with pytest.raises(NothingToTell):
        replace(REQUEST, steps=(DONE, KNOWS)).tell(Way.PHONE, ALICE, AT, 2)


def test_what_came_of_it_is_said_in_words():
    with pytest.raises(OutcomeInWords):
        REQUEST.handle(RequestOutcome.NOT_POSSIBLE, "  ", ALICE, AT, 0)
    assert REQUEST.handle(RequestOutcome.DONE, " Deleted ", ALICE, AT, 0) == DONE


def test_a_page_that_shows_fewer_steps_records_nothing():
    with pytest.raises(StepTaken):
        replace(REQUEST, steps=(DONE,)).handle(RequestOutcome.DONE, "Deleted", ALICE, AT, 0)
    with pytest.raises(StepTaken):
        replace(REQUEST, steps=(DONE,)).tell(Way.PHONE, ALICE, AT, 0)


@given(st.lists(st.sampled_from([None, *Asks]), max_size=4))
def test_several_requests_ask_for_whatever_each_of_them_asks_for(asked):
    together = asked_in_all(replace(REQUEST, asks=one) for one in asked)

    wanted = {one for one in asked if one is not None}
    if not wanted:
        assert together is None
    elif wanted in ({Asks.WITHDRAW}, {Asks.ERASE}):
        assert {together} == wanted
    else:
        assert together is Asks.BOTH
