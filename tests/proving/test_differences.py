"""A changed rule comes with somebody for each way in which people are flagged differently."""

from dataclasses import replace

import small
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.rules import Priority
from intake.domain.truth import Truth
from intake.proving.differences import changed
from intake.proving.equivalence import Equivalence
from proving.short import rule

EQUIVALENCE = Equivalence(small.asked, small.formulary)
PRESSURE = Compare("pressure", Operator.IS, "yes")
TREATED = Compare("treated", Operator.IS, "no")
OLD = rule("old", PRESSURE)


YES, NO, NOT_KNOWN = Truth.YES, Truth.NO, Truth.NOT_KNOWN


def kinds(old, new):
    """What the old version and the new one make of each person found; the engine says the same."""
    found = changed(EQUIVALENCE, old, new)
    for one in found:
        person = EQUIVALENCE.evidence(one.answers)
        for version, truth in ((old, one.old), (new, one.new)):
            assert version is None or version.when.find(person).truth is truth
    return [(one.old, one.new) for one in found]


def test_a_rule_that_only_reads_otherwise_changes_nobody():
    assert kinds(OLD, replace(OLD, title="Other words", when=AnyOf((PRESSURE,)))) == []


def test_a_new_rule_is_raised_and_cannot_tell_for_somebody():
    assert kinds(None, OLD) == [(NO, YES), (NO, NOT_KNOWN)]


def test_a_rule_taken_away_is_missed_by_those_it_was_raised_for():
    assert kinds(OLD, None) == [(YES, NO), (NOT_KNOWN, NO)]


def test_another_priority_concerns_whoever_is_flagged_and_nobody_else():
    assert kinds(OLD, replace(OLD, priority=Priority.INFO)) == [(YES, YES), (NOT_KNOWN, NOT_KNOWN)]


def test_a_narrowed_rule_comes_with_somebody_it_no_longer_sees():
    narrowed = replace(OLD, when=All((PRESSURE, TREATED)))

    # Treated is not known only where the pressure is, so nobody is cannot tell before and not after.
    assert kinds(OLD, narrowed) == [(YES, NOT_KNOWN), (YES, NO)]


def test_a_widened_rule_comes_with_somebody_it_sees_now():
    widened = replace(OLD, when=AnyOf((PRESSURE, Compare("takes", Operator.IS, "yes"))))

    assert kinds(OLD, widened) == [(NOT_KNOWN, YES), (NO, YES), (NO, NOT_KNOWN)]


def test_a_rule_that_is_turned_round_and_ranked_lower_shows_both():
    turned = replace(OLD, when=Compare("pressure", Operator.IS, "no"), priority=Priority.INFO)

    assert kinds(OLD, turned) == [(NO, YES), (NOT_KNOWN, NOT_KNOWN), (YES, NO)]


def test_the_person_shown_answers_no_more_than_it_takes():
    narrowed = replace(OLD, when=All((PRESSURE, TREATED, Compare("takes", Operator.IS, "no"))))

    for one in changed(EQUIVALENCE, OLD, narrowed):
        assert set(one.answers) <= {"pressure", "treated", "takes"}
        assert len(one.answers) <= 3
