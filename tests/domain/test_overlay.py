"""An overlay adds and moves up freely; what it lowers or silences is answered for, and ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
import strategies
from domain.test_screening import EDITIONS, NOON, rule
from intake.domain.conditions import AnyOf, Compare, Operator
from intake.domain.overlay import LONGEST, Change, Overlay, OverlayMisfit, laid_over
from intake.domain.rules import Lowered, MovedUp, Outcome, Priority, RuleBook
from intake.domain.screening import screen

TODAY = small.TODAY
CONDITIONS = (
    Compare("pressure", Operator.IS, "yes"),
    Compare("treated", Operator.IS, "no"),
    Compare("signs", Operator.INCLUDES, "fever"),
    AnyOf((Compare("takes", Operator.IS, "yes"), Compare("pressure", Operator.IS, "no"))),
)
SHIPPED = RuleBook(
    tuple(
        rule(f"{priority.value}-{number}", when, priority)
        for priority in Priority
        for number, when in enumerate(CONDITIONS)
    ),
    ("Sleep",),
    "shipped",
)
IDS = [one.id for one in SHIPPED.rules]
PRIORITIES = {one.id: one.priority for one in SHIPPED.rules}
ACCOUNT = {"reason": "Seen by the nurse", "by": "R. Chen, MD", "until": date(2027, 3, 1)}


def off(rule_id, **changed):
    return Change(rule_id, None, **ACCOUNT | changed)


def laid(*changes, on=TODAY, **overlay):
    return laid_over(SHIPPED, Overlay(changes, **overlay), on)


def the(rulebook, rule_id):
    return next(one for one in rulebook.rules if one.id == rule_id)


def test_a_priority_is_moved_up_freely():
    merged = laid(Change("info-0", Priority.URGENT))

    assert the(merged, "info-0").priority is Priority.URGENT
    assert merged.moved_up == (MovedUp("info-0", "Title of info-0", Priority.INFO, Priority.URGENT),)
    assert merged.lowered == ()


def test_a_lowered_rule_runs_on_at_its_new_priority_and_is_told():
    merged = laid(Change("high-0", Priority.INFO, **ACCOUNT))

    assert the(merged, "high-0") == replace(the(SHIPPED, "high-0"), priority=Priority.INFO)
    assert merged.lowered == (
        Lowered("high-0", "Title of high-0", Priority.HIGH, Priority.INFO, *ACCOUNT.values()),
    )


def test_a_silenced_rule_is_not_run_and_is_told():
    merged = laid(off("high-0"))

    assert "high-0" not in {one.id for one in merged.rules}
    assert [(one.rule, one.now, one.is_silenced) for one in merged.silenced] == [("high-0", None, True)]


def test_everything_else_stays_as_it_was_shipped():
    own = rule("our-own", CONDITIONS[0])
    merged = laid(off("high-0"), rules=(own,), not_covered=("Needles",))

    assert merged.rules == (*(one for one in SHIPPED.rules if one.id != "high-0"), own)
    assert merged.not_covered == ("Sleep", "Needles")


def test_a_merged_rulebook_never_goes_by_the_edition_of_the_shipped_one():
    assert laid().edition == ""


@pytest.mark.parametrize(
    ("days", "silenced"), [(-1, True), (0, True), (1, False)], ids=["before", "last day", "after"]
)
def test_a_rule_is_as_shipped_from_the_day_after_the_last(days, silenced):
    merged = laid(off("high-0"), on=ACCOUNT["until"] + timedelta(days=days))

    assert bool(merged.silenced) is silenced
    assert ("high-0" in {one.id for one in merged.rules}) is not silenced


def test_what_ended_is_known():
    overlay = Overlay((off("high-0"), Change("info-0", Priority.HIGH)))

    assert overlay.ended(date(2027, 3, 1)) == ()
    assert overlay.ended(date(2027, 3, 2)) == (off("high-0"),)


@pytest.mark.parametrize("left_out", ["reason", "by", "until"])
@pytest.mark.parametrize("priority", [None, Priority.INFO])
def test_nothing_is_hidden_that_nobody_answers_for(left_out, priority):
    account = {**ACCOUNT, left_out: None if left_out == "until" else ""}

    with pytest.raises(OverlayMisfit, match="without a reason, a name and a last day"):
        laid(Change("high-0", priority, **account))


@pytest.mark.parametrize(
    "overlay",
    [
        Overlay((off("no-such-rule"),)),
        Overlay((off("high-0"), Change("high-0", Priority.URGENT))),
        Overlay(rules=(SHIPPED.rules[0],)),
    ],
    ids=["unknown", "changed twice", "an id of a shipped rule"],
)
def test_an_overlay_that_does_not_fit_is_refused(overlay):
    with pytest.raises(OverlayMisfit):
        laid_over(SHIPPED, overlay, TODAY)


days = st.dates(TODAY - timedelta(days=30), TODAY + LONGEST)
own_rules = st.lists(st.sampled_from(CONDITIONS), max_size=3).map(
    lambda conditions: tuple(rule(f"our-own-{n}", when) for n, when in enumerate(conditions))
)


def _up(rule_id):
    higher = [p for p in Priority if p.rank < PRIORITIES[rule_id].rank]
    return st.sampled_from(higher).map(lambda priority: Change(rule_id, priority)) if higher else st.nothing()


def _down(rule_id):
    lower = [p for p in Priority if p.rank > PRIORITIES[rule_id].rank]
    return st.builds(
        lambda priority, until: Change(rule_id, priority, "Why", "Who", until),
        st.sampled_from([None, *lower]),
        days,
    )


moved_up = st.one_of([_up(one) for one in IDS])
moved_down = st.one_of([_down(one) for one in IDS])


def _once_each(changes, at_least=0):
    return st.lists(changes, min_size=at_least, max_size=8, unique_by=lambda change: change.rule).map(tuple)


free_overlays = st.builds(Overlay, _once_each(moved_up), own_rules)
overlays = st.builds(Overlay, _once_each(moved_up | moved_down), own_rules)


def flags(rulebook, answers):
    """How urgent each rule that points something out is, by its id."""
    screening = screen(rulebook, small.given(answers), EDITIONS, NOON)
    return {
        one.rule: one.priority.rank for one in screening.outcomes if one.outcome is not Outcome.NOT_RAISED
    }


def takes_away(overlay, answers, on=TODAY):
    """Whether a flag of the shipped rules is gone, or stands lower, with the overlay."""
    before, after = flags(SHIPPED, answers), flags(laid_over(SHIPPED, overlay, on), answers)
    return any(one not in after or after[one] > rank for one, rank in before.items())


@given(free_overlays, strategies.answers(small.asked))
def test_adding_and_moving_up_never_removes_or_lowers_a_flag(overlay, answers):
    assert not takes_away(overlay, answers)


def test_the_test_above_notices_what_is_lowered_or_silenced():
    nobody_knows = strategies.Answers({})

    assert takes_away(Overlay((off("high-0"),)), nobody_knows)
    assert takes_away(Overlay((Change("high-0", Priority.INFO, **ACCOUNT),)), nobody_knows)


@given(overlays, days, strategies.answers(small.asked))
def test_whatever_is_hidden_stands_in_what_was_lowered(overlay, on, answers):
    merged = laid_over(SHIPPED, overlay, on)
    before, after = flags(SHIPPED, answers), flags(merged, answers)
    hidden = {one for one, rank in before.items() if one not in after or after[one] > rank}
    lowered = {one.rule for one in merged.lowered}
    in_force = {one.id: one.priority for one in merged.rules}

    assert hidden <= lowered
    assert lowered == {
        one for one, was in PRIORITIES.items() if one not in in_force or in_force[one].rank > was.rank
    }
    assert all(one.reason and one.by and one.until >= on for one in merged.lowered)


@given(overlays)
def test_after_the_last_day_only_what_is_free_is_left(overlay):
    free = replace(overlay, changes=tuple(one for one in overlay.changes if one.until is None))
    later = TODAY + LONGEST + timedelta(days=1)

    assert laid_over(SHIPPED, overlay, later) == laid_over(SHIPPED, free, later)
    assert laid_over(SHIPPED, overlay, later).lowered == ()


@given(overlays.filter(lambda overlay: any(one.until for one in overlay.changes)))
def test_until_the_last_day_it_is_not_only_what_is_free(overlay):
    last = max(one.until for one in overlay.changes if one.until)

    assert laid_over(SHIPPED, overlay, last).lowered != ()
