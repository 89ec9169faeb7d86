"""A changed rule comes with somebody for each way in which people are flagged differently."""

from dataclasses import replace

import small
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.rules import Priority
from intake.domain.truth import Truth
from intake.proving.differences import Change, changed
from intake.proving.equivalence import Equivalence
from proving.short import rule

EQUIVALENCE = Equivalence(small.asked, small.formulary)
PRESSURE = Compare("pressure", Operator.IS, "yes")
TREATED = Compare("treated", Operator.IS, "no")
OLD = rule("old", PRESSURE)


def kinds(old, new):
    return [one.change for one in changed(EQUIVALENCE, old, new)]


def truths(old, new, change):
    (found,) = (one for one in changed(EQUIVALENCE, old, new) if one.change is change)
    person = EQUIVALENCE.evidence(found.answers)
    return tuple(one.when.find(person).truth for one in (old, new))


def test_a_rule_that_only_reads_otherwise_changes_nobody():
    assert kinds(OLD, replace(OLD, title="Other words", when=AnyOf((PRESSURE,)))) == []


def test_a_new_rule_is_raised_and_cannot_tell_for_somebody():
    assert kinds(None, OLD) == [Change.RAISED_ONLY_IN_NEW, Change.CANNOT_TELL_ONLY_IN_NEW]


def test_a_rule_taken_away_is_missed_by_those_it_was_raised_for():
    assert kinds(OLD, None) == [Change.RAISED_ONLY_IN_OLD, Change.CANNOT_TELL_ONLY_IN_OLD]


def test_another_priority_concerns_whoever_is_flagged_and_nobody_else():
    lowered = replace(OLD, priority=Priority.INFO)

    assert kinds(OLD, lowered) == [Change.PRIORITY]
    assert truths(OLD, lowered, Change.PRIORITY)[0] is not Truth.NO


def test_a_narrowed_rule_comes_with_somebody_it_no_longer_sees():
    narrowed = replace(OLD, when=All((PRESSURE, TREATED)))

    assert kinds(OLD, narrowed) == [Change.RAISED_ONLY_IN_OLD, Change.CANNOT_TELL_ONLY_IN_NEW]
    assert truths(OLD, narrowed, Change.RAISED_ONLY_IN_OLD)[0] is Truth.YES
    assert truths(OLD, narrowed, Change.RAISED_ONLY_IN_OLD)[1] is not Truth.YES
    assert truths(OLD, narrowed, Change.CANNOT_TELL_ONLY_IN_NEW) == (Truth.YES, Truth.NOT_KNOWN)


def test_a_widened_rule_comes_with_somebody_it_sees_now():
    widened = replace(OLD, when=AnyOf((PRESSURE, Compare("takes", Operator.IS, "yes"))))

    assert kinds(OLD, widened) == [
        Change.RAISED_ONLY_IN_NEW,
        Change.CANNOT_TELL_ONLY_IN_NEW,
        Change.CANNOT_TELL_ONLY_IN_OLD,
    ]
    assert truths(OLD, widened, Change.RAISED_ONLY_IN_NEW)[1] is Truth.YES


def test_the_person_shown_answers_no_more_than_it_takes():
    narrowed = replace(OLD, when=All((PRESSURE, TREATED, Compare("takes", Operator.IS, "no"))))

    for one in changed(EQUIVALENCE, OLD, narrowed):
        assert set(one.answers) <= {"pressure", "treated", "takes"}
        assert len(one.answers) <= 3
