"""Two people put rules in force, never one; and which rules screen on which day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.permissions import Role, StaffMember
from intake.domain.publications import (
    LONGEST_REASON,
    DecidedMeanwhile,
    NotAllowed,
    NotAsked,
    SamePerson,
    Standing,
    in_force,
    proposal,
    standing,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY, DAY = NOON.date(), timedelta(days=1)
ALICE = StaffMember(UUID(int=1), "alice", "A. Rivera, MD", frozenset({Role.CLINICIAN}))
BOB = StaffMember(UUID(int=2), "bob", "B. Stone", frozenset({Role.ADMINISTRATOR}))
DANA = StaffMember(UUID(int=3), "dana", "D. Both, MD", frozenset(Role))
CAROL = StaffMember(UUID(int=4), "carol", "C. Nobody", frozenset())


def proposed(by=BOB, effective_on=TODAY, reason="A new label.", at=NOON, number=9):
    return proposal(UUID(int=number), by, ("r", None), reason, effective_on, at, TODAY)


def decided(publication, decision):
    return replace(publication, decisions=(*publication.decisions, decision))


def countersigned(publication, by=ALICE, at=NOON, today=TODAY):
    return decided(publication, publication.countersign(by, at, today))


@pytest.mark.parametrize("by", [ALICE, DANA], ids=lambda one: one.username)
def test_a_second_person_countersigns_a_clinician_too(by):
    assert countersigned(proposed(), by).countersigned.by == by.id


@pytest.mark.parametrize("who", [BOB, DANA], ids=lambda one: one.username)
def test_nobody_countersigns_what_they_proposed_whatever_their_roles(who):
    with pytest.raises(SamePerson, match="A second person has to countersign"):
        proposed(who).countersign(who, NOON, TODAY)


def test_who_may_do_neither_is_refused_in_words():
    with pytest.raises(NotAllowed, match="may not propose rules"):
        proposed(ALICE)
    with pytest.raises(NotAllowed, match="may not countersign"):
        proposed().countersign(CAROL, NOON, TODAY)
    with pytest.raises(NotAllowed, match="may not withdraw"):
        proposed().withdraw(ALICE, NOON, TODAY)


@pytest.mark.parametrize(
    ("reason", "effective_on", "field"),
    [
        ("  \n", TODAY, "reason"),
        ("x" * (LONGEST_REASON + 1), TODAY, "reason"),
        ("Why.", TODAY - DAY, "effective_on"),
    ],
)
def test_a_reason_and_a_day_that_has_not_passed_are_needed(reason, effective_on, field):
    with pytest.raises(NotAsked) as refused:
        proposed(reason=reason, effective_on=effective_on)

    assert refused.value.field == field


def test_a_day_that_passed_before_anybody_countersigned_becomes_the_day_of_countersigning():
    late = countersigned(proposed(), today=TODAY + 3 * DAY)

    assert late.in_force_from == TODAY + 3 * DAY
    assert countersigned(proposed(effective_on=TODAY + DAY)).in_force_from == TODAY + DAY


def test_what_was_decided_is_not_decided_again():
    signed = countersigned(proposed(effective_on=TODAY + DAY))
    with pytest.raises(DecidedMeanwhile, match="before you"):
        signed.countersign(DANA, NOON, TODAY)
    taken_back = decided(signed, signed.withdraw(DANA, NOON, TODAY))
    with pytest.raises(DecidedMeanwhile, match="withdrawn meanwhile"):
        taken_back.countersign(ALICE, NOON, TODAY)
    with pytest.raises(DecidedMeanwhile, match="withdrawn before"):
        taken_back.withdraw(BOB, NOON, TODAY)
    assert taken_back.countersigned is None
    assert taken_back.in_force_from is None


def test_what_screens_already_is_not_withdrawn():
    with pytest.raises(DecidedMeanwhile, match="publish the rules from before again"):
        countersigned(proposed()).withdraw(BOB, NOON, TODAY)


def test_where_a_publication_stands_follows_the_days():
    first = countersigned(proposed(number=1))
    second = countersigned(proposed(number=2, effective_on=TODAY + 2 * DAY))
    waiting = proposed(number=3)
    gone = decided(proposed(number=4), proposed(number=4).withdraw(BOB, NOON, TODAY))
    every = (first, second, waiting, gone)

    def on(day):
        screens = next(iter(in_force(every, day)), None)
        return [standing(one, screens, day).value for one in every]

    assert on(TODAY) == ["in force", "scheduled", "proposed", "withdrawn"]
    assert on(TODAY + DAY) == ["in force", "scheduled", "proposed", "withdrawn"]
    assert on(TODAY + 2 * DAY) == ["superseded", "in force", "proposed", "withdrawn"]


def test_before_anything_is_in_force_nothing_is():
    assert in_force((proposed(), countersigned(proposed(effective_on=TODAY + DAY))), TODAY) == ()


def test_of_two_from_one_day_on_the_one_countersigned_last_screens():
    first = countersigned(proposed(number=1), at=NOON + timedelta(hours=1))
    second = countersigned(proposed(number=2), at=NOON)

    assert in_force((first, second), TODAY) == (first, second)


def test_a_late_countersignature_of_an_earlier_day_is_the_newest():
    scheduled = countersigned(proposed(number=1, effective_on=TODAY + DAY))
    late = countersigned(proposed(number=2), at=NOON + 3 * DAY, today=TODAY + 3 * DAY)

    assert in_force((scheduled, late), TODAY + 3 * DAY)[0] is late


DEEDS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(("propose", "countersign", "withdraw")), st.integers(0, 4)),
    max_size=25,
)


@given(DEEDS)
def test_on_every_day_at_most_one_screens_and_once_one_does_one_always_does(deeds):
    """Whatever people do in whatever order, and however long they wait in between."""
    every, day = {}, TODAY
    for number, deed, days in deeds:
        at = datetime.combine(day, NOON.timetz())
        try:
            if deed == "propose":
                new = proposal(UUID(int=number), BOB, (f"{number}", None), "Why.", day + days * DAY, at, day)
                every.setdefault(number, new)
            elif deed == "countersign" and number in every:
                every[number] = countersigned(every[number], ALICE, at, day)
            elif number in every:
                every[number] = decided(every[number], every[number].withdraw(BOB, at, day))
        except DecidedMeanwhile:
            pass
        began = in_force(every.values(), day)
        day += days * DAY
        now = in_force(every.values(), day)
        stands = [standing(one, next(iter(now), None), day) for one in every.values()]
        assert stands.count(Standing.IN_FORCE) == (1 if now else 0)
        assert set(began) <= set(now)
        assert all(one.in_force_from <= day for one in now)


def test_the_first_day_is_never_before_the_day_asked_for():
    assert countersigned(proposed(effective_on=date(2027, 1, 1))).in_force_from == date(2027, 1, 1)
