"""A screening: raised, cannot tell, not raised; never silent, even when a rule crashes."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given

import small
import strategies
from intake.domain.answers import NOT_SURE, Answers, Chosen, answered
from intake.domain.conditions import AnyOf, Compare, Operator
from intake.domain.rules import (
    Checked,
    Lowered,
    MovedUp,
    Outcome,
    Priority,
    Rule,
    RuleBook,
    Source,
    SourceKind,
)
from intake.domain.screening import Editions, screen

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EDITIONS = Editions("q", "r", "m")
YES, NO = answered(Chosen("yes")), answered(Chosen("no"))


def rule(rule_id, when, priority=Priority.HIGH, topic="pressure"):
    source = Source(SourceKind.INFERENCE, "Clinical inference of the intake project", Checked.NOT_CHECKED)
    return Rule(rule_id, topic, f"Title of {rule_id}", priority, when, "Why.", (source,), "Lead", date.max)


IS_HIGH = rule("is-high", Compare("pressure", Operator.IS, "yes"))
IS_TREATED = rule("is-treated", Compare("treated", Operator.IS, "yes"), Priority.MODERATE)


class Explosive:
    """A condition that stops with an error that quotes an answer."""

    def find(self, evidence):
        raise ValueError("secret words of a patient")


def screened(answers, *rules):
    return screen(RuleBook(tuple(rules)), small.given(Answers(answers)), EDITIONS, NOON)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(YES, Outcome.RAISED), (NO, Outcome.NOT_RAISED), (NOT_SURE, Outcome.CANNOT_TELL)],
)
def test_every_rule_ends_in_one_of_three_outcomes(answer, outcome):
    (only,) = screened({"pressure": answer}, IS_HIGH).outcomes

    assert only.outcome is outcome


def test_a_screening_remembers_what_the_clinic_had_changed():
    until = date(2027, 3, 1)
    silenced = Lowered("is-treated", "Treated", Priority.HIGH, None, "Asked twice", "R. Chen, MD", until)
    moved = MovedUp("is-high", "High", Priority.MODERATE, Priority.HIGH)
    rulebook = RuleBook((IS_HIGH,), lowered=(silenced,), moved_up=(moved,))

    screening = screen(rulebook, small.given(Answers({"pressure": NO})), EDITIONS, NOON)

    assert screening.silenced == (silenced,)
    assert [one.rule for one in screening.not_raised] == ["is-high"]
    assert screening.change_of("is-high") == moved
    assert screening.change_of("is-treated") == silenced
    assert screening.change_of("another") is None


def test_a_raised_flag_quotes_the_patient():
    (flag,) = screened({"pressure": YES}, IS_HIGH).raised

    assert [(line.asked, line.said) for line in flag.outcome.because] == [("High pressure?", "Yes")]


def test_what_cannot_be_told_says_which_answer_is_missing_and_how_it_was_left():
    (flag,) = screened({"pressure": NOT_SURE}, IS_HIGH).cannot_tell

    assert [(line.asked, line.said) for line in flag.outcome.missing] == [("High pressure?", "Not sure")]


def test_what_cannot_be_told_keeps_the_priority_of_its_rule():
    assert screened({"pressure": NOT_SURE}, IS_HIGH).priority is Priority.HIGH


def test_a_topic_waiting_for_one_answer_is_shown_once_at_its_highest_priority():
    screening = screened({"pressure": NOT_SURE}, IS_TREATED, IS_HIGH)

    (flag,) = screening.cannot_tell
    assert flag.outcome.rule == "is-high"
    assert flag.also == ("Title of is-treated",)
    assert len(screening.outcomes) == 2


def test_topics_are_never_folded_into_one_another():
    other = rule("other", Compare("pressure", Operator.IS, "no"), topic="another")

    assert len(screened({"pressure": NOT_SURE}, IS_HIGH, other).cannot_tell) == 2


def test_a_rule_that_crashes_is_an_urgent_flag_and_the_others_still_run():
    broken = rule("broken", Explosive(), Priority.INFO)

    screening = screened({"pressure": YES}, broken, IS_HIGH)

    assert screening.incomplete
    assert screening.priority is Priority.URGENT
    assert [flag.outcome.rule for flag in screening.raised] == ["is-high"]
    (flag,) = screening.cannot_tell
    assert flag.outcome.title == "Screening incomplete: Title of broken"


def test_a_crash_never_repeats_what_the_error_says():
    (flag,) = screened({}, rule("broken", Explosive())).cannot_tell

    assert "secret" not in repr(flag)


def test_crashed_rules_of_one_topic_are_each_shown():
    broken = [rule("broken", Explosive()), rule("broken-too", Explosive())]

    assert len(screened({}, *broken).cannot_tell) == 2


def test_no_rules_is_no_priority_and_not_a_clearance():
    screening = screened({"pressure": YES})

    assert screening.priority is None
    assert screening.flags == ()


def test_flags_come_first_to_be_looked_at_first():
    urgent = rule("urgent", Compare("pressure", Operator.IS, "yes"), Priority.URGENT)

    screening = screened({"pressure": YES, "treated": YES}, IS_TREATED, IS_HIGH, urgent)

    assert [flag.outcome.rule for flag in screening.raised] == ["urgent", "is-high", "is-treated"]


def test_a_flags_key_changes_with_the_answer_and_not_with_the_rules_words():
    either = rule("either", AnyOf((IS_HIGH.when, Compare("pressure", Operator.IS, "no"))))
    reworded = rule("either", either.when)
    object.__setattr__(reworded, "why", "Other words.")

    yes, no = screened({"pressure": YES}, either), screened({"pressure": NO}, either)
    again = screened({"pressure": YES}, reworded)

    assert yes.raised[0].key != no.raised[0].key
    assert yes.raised[0].key == again.raised[0].key


@given(strategies.answers(small.asked))
def test_a_screening_accounts_for_every_rule_exactly_once(answers):
    rules = (IS_HIGH, IS_TREATED, rule("broken", Explosive(), topic="broken"))

    screening = screen(RuleBook(rules), small.given(answers), EDITIONS, NOON)

    shown = [flag.outcome.rule for flag in screening.flags]
    shown += [outcome.rule for outcome in screening.not_raised]
    folded = sum(len(flag.also) for flag in screening.cannot_tell)
    assert len(shown) + folded == len(rules)
    assert len(set(shown)) == len(shown)
