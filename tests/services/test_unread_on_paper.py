"""A free text that nobody could read, or that a paper has no box for, may mention anything: never a no."""

from datetime import UTC, date, datetime

import pytest

import as_shipped
from intake.domain.answers import Answers, ChosenMany, Text, answered
from intake.domain.derived_answers import Derivation
from intake.domain.evidence import PatientEvidence
from intake.domain.rules import Outcome
from intake.domain.screening import screen

LIBRARY = as_shipped.library()
RULE = "suicide-in-own-words"
(WORDS,) = [one for one in LIBRARY.questionnaire.derived if one.derivation is Derivation.MENTIONS]
SENT = datetime(2026, 11, 27, tzinfo=UTC)


def came_of(given=(), reasons=("depression", "other"), **on_paper):
    """How the rule ends for somebody who came for these reasons, and which questions it misses."""
    # Whether a box is asked for may hang on answers that this person did not give: not known is not a no.
    answers = Answers({"reasons": answered(ChosenMany(frozenset(reasons)))} | dict(given))
    evidence = PatientEvidence(
        LIBRARY.questionnaire, LIBRARY.formulary, answers, date(2026, 11, 27), **on_paper
    )
    made = screen(LIBRARY.rulebook, evidence, LIBRARY.editions, SENT)
    (found,) = [one for one in made.outcomes if one.rule == RULE]
    return found.outcome, {line.question for line in found.missing}


@pytest.mark.parametrize("how", ["unread", "not_on_paper"])
@pytest.mark.parametrize("box", WORDS.of)
def test_a_box_whose_words_nobody_knows_is_missing_to_the_rule_that_looks_for_crisis_words(box, how):
    assert came_of(**{how: frozenset({box})}) == (Outcome.CANNOT_TELL, {box})


def test_a_box_left_empty_mentions_nothing():
    assert came_of() == (Outcome.NOT_RAISED, set())


def test_a_box_that_was_rightly_not_asked_for_hides_nothing():
    assert came_of(reasons=("depression",), unread=frozenset({"reason_other"}))[0] is Outcome.NOT_RAISED


def test_words_in_another_box_are_found_all_the_same():
    first, second, *_ = WORDS.of

    assert came_of({first: answered(Text("I want to die"))}, unread=frozenset({second}))[0] is Outcome.RAISED


def test_what_the_patient_wrote_later_is_read():
    box = WORDS.of[0]

    assert came_of({box: answered(Text("Thank you"))}, unread=frozenset({box}))[0] is Outcome.NOT_RAISED
