"""What takes two people: nobody is both, nothing counts before the second, and not for ever."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain import two_people
from intake.domain.permissions import Role, StaffMember
from intake.domain.two_people import (
    LASTS,
    AskedAlready,
    Deed,
    NoReason,
    NothingProposed,
    OnePersonTwice,
    Stage,
)

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ALICE, BEN = (
    StaffMember(UUID(int=number), name, name.title(), frozenset({Role.CLINICIAN}))
    for number, name in enumerate(("alice", "ben"), start=1)
)
WHY = "The patient asked"
BY_ALICE = two_people.propose((), WHY, ALICE, AT, alone=False)
REFUSALS = (NoReason, AskedAlready, NothingProposed, OnePersonTwice)


def test_somebody_else_confirms_what_was_proposed():
    assert two_people.stage([BY_ALICE], AT) is Stage.WAITS
    with pytest.raises(OnePersonTwice):
        two_people.confirm([BY_ALICE], ALICE, AT)

    said = [BY_ALICE, two_people.confirm([BY_ALICE], BEN, AT)]

    assert two_people.stage(said, AT + 10 * LASTS) is Stage.AGREED
    assert two_people.proposed(said) == BY_ALICE


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=300)])
def test_after_a_week_nobody_confirms_it_any_more_and_it_is_overdue(late):
    just = BY_ALICE.until - timedelta(seconds=1)
    assert two_people.confirm([BY_ALICE], BEN, just).deed is Deed.CONFIRMED

    assert two_people.stage([BY_ALICE], BY_ALICE.until + late) is Stage.OVERDUE
    with pytest.raises(NothingProposed):
        two_people.confirm([BY_ALICE], BEN, BY_ALICE.until + late)
    again = two_people.propose([BY_ALICE], WHY, ALICE, BY_ALICE.until + late, alone=False)
    assert two_people.stage([BY_ALICE, again], BY_ALICE.until + late) is Stage.WAITS


def test_where_nobody_else_could_it_is_agreed_at_once_and_says_so():
    alone = two_people.propose((), WHY, ALICE, AT, alone=True)
    assert (alone.deed, two_people.stage([alone], AT)) == (Deed.ALONE, Stage.AGREED)


def test_whoever_proposes_or_refuses_says_why():
    with pytest.raises(NoReason):
        two_people.propose((), "  ", ALICE, AT, alone=False)
    with pytest.raises(NoReason):
        two_people.refuse([BY_ALICE], "", BEN, AT)


_ACTS = st.tuples(
    st.sampled_from(["propose", "confirm", "refuse"]),
    st.sampled_from([ALICE, BEN]),
    st.sampled_from([timedelta(0), timedelta(days=1), LASTS]),
)


@given(st.lists(_ACTS, max_size=8))
def test_whatever_is_done_in_whatever_order_it_is_agreed_by_two_within_a_week(acts):
    said = []
    now = AT
    for what, who, later in acts:
        now += later
        try:
            match what:
                case "propose":
                    said.append(two_people.propose(said, WHY, who, now, alone=False))
                case "confirm":
                    said.append(two_people.confirm(said, who, now))
                case "refuse":
                    said.append(two_people.refuse(said, WHY, who, now))
        except REFUSALS:
            continue
        if two_people.stage(said, now) is Stage.AGREED:
            first, second = said[-2:]
            assert (first.deed, second.deed) == (Deed.PROPOSED, Deed.CONFIRMED)
            assert first.member != second.member
            assert second.at < first.until


def test_nothing_is_confirmed_or_refused_that_nobody_proposed():
    refused = two_people.refuse([BY_ALICE], WHY, BEN, AT)
    for said, deed in product(((), (BY_ALICE, refused)), ("confirm", "refuse")):
        with pytest.raises(NothingProposed):
            if deed == "confirm":
                two_people.confirm(said, BEN, AT)
            else:
                two_people.refuse(said, WHY, BEN, AT)
