"""The shipped rules on any answers at all: graver answers and missing ones never quiet a flag.

*Graver* is the order of the questionnaire: its choices run from the least to the most serious
unless ``gravest`` says otherwise, a tick more is graver than a tick less, and so is a medicine more.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import as_shipped
import strategies
from intake import resources
from intake.content.invariants import read_invariants
from intake.domain.answers import BLANK, Answers, Chosen, ChosenMany, MedicineEntry, MedicineList, answered
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.questionnaire import Question
from intake.domain.rules import Outcome, Rule
from intake.domain.screening import RuleOutcome, screen_rule

LIBRARY = as_shipped.library()
ASKED = LIBRARY.questionnaire
TODAY = date(2026, 11, 20)
Draw = Callable[[st.SearchStrategy[str]], str]
INVARIANTS = read_invariants(resources.SAFETY / "invariants.yaml", LIBRARY)
NOT_ABOUT_GRAVITY = {(one.question, one.topic) for one in INVARIANTS.not_about_gravity}
# The same people at each run, and none made smaller: that takes minutes.
SLOW = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def screened(answers: Answers, rules: Iterable[Rule] = LIBRARY.rulebook.rules) -> dict[str, RuleOutcome]:
    given_answers = PatientEvidence(ASKED, LIBRARY.formulary, answers, TODAY)
    evidence = replace(given_answers, answers=relevant(given_answers))
    return {rule.id: screen_rule(rule, evidence) for rule in rules}


FLAGS = (Outcome.RAISED, Outcome.CANNOT_TELL)


def loudest(outcomes: dict[str, RuleOutcome], which: tuple[Outcome, ...] = FLAGS) -> dict[str, int]:
    """For each topic with such a flag, the rank of its highest priority (0 is urgent)."""
    ranks: dict[str, int] = {}
    for outcome in outcomes.values():
        if outcome.outcome in which:
            ranks[outcome.topic] = min(outcome.priority.rank, ranks.get(outcome.topic, 9))
    return ranks


def graver(question: Question, answers: Answers, draw: Draw) -> Answers | None:
    """The same person, with this one answer graver; None when it is as grave as it can be."""
    match answers.value(question.id):
        case Chosen(choice):
            order = [one.id for one in question.by_gravity]
            worse = order[order.index(choice) + 1 :] if order else []
            return (
                answers.with_({question.id: answered(Chosen(draw(st.sampled_from(worse))))})
                if worse
                else None
            )
        case ChosenMany(choices, unsure):
            more = [one.id for one in question.choices if not one.exclusive and one.id not in choices]
            if not more:
                return None
            ticked = {*choices, draw(st.sampled_from(more))}
            kept = tuple(one.id for one in question.choices if one.id in ticked and not one.exclusive)
            return answers.with_({question.id: answered(ChosenMany(kept, unsure))})
        case MedicineList(entries):
            name = draw(st.sampled_from([one.name for one in LIBRARY.formulary.medicines]))
            return answers.with_({question.id: answered(MedicineList((*entries, MedicineEntry(name))))})
    return None


@SLOW
@given(strategies.answers(ASKED), st.data())
def test_a_graver_answer_never_removes_or_lowers_a_flag(answers, data):
    question = ASKED.question(data.draw(st.sampled_from(sorted(answers) or ["reasons"])))
    worse = graver(question, answers, data.draw)
    assume(worse is not None)

    # What was raised stays pointed out, at the same priority or above: raised, or undecided for want of
    # what is asked next. What was undecided may be settled by an answer that counts only now.
    before, after = loudest(screened(answers), (Outcome.RAISED,)), loudest(screened(worse))

    quieter = {
        topic
        for topic, rank in before.items()
        if after.get(topic, 9) > rank and (question.id, topic) not in NOT_ABOUT_GRAVITY
    }
    assert not quieter, f"{question.id}: {answers.value(question.id)} -> {worse.value(question.id)}"


def graver_by_one(question: Question, answers: Answers) -> list[Answers]:
    """Every way in which this one answer can be graver."""
    found: list[Answers] = []
    for place in range(12):
        worse = graver(question, answers, partial(_one_of, place))
        if worse is None or worse in found:
            break
        found.append(worse)
    return found


def _one_of(place: int, offered: st.SearchStrategy[str]) -> str:
    elements = list(offered.elements)  # type: ignore[attr-defined]  # as given to sampled_from
    return elements[min(place, len(elements) - 1)]


@pytest.mark.parametrize("rule", LIBRARY.rulebook.rules, ids=lambda rule: rule.id)
def test_nobody_a_rule_was_written_for_is_quieted_by_a_graver_answer(rule):
    same_topic = [one for one in LIBRARY.rulebook.rules if one.topic == rule.topic]
    for example in rule.examples:
        if example.outcome is not Outcome.RAISED:
            continue
        before = loudest(screened(example.answers, same_topic), (Outcome.RAISED,))
        for name in example.answers:
            if (name, rule.topic) in NOT_ABOUT_GRAVITY:
                continue
            for worse in graver_by_one(ASKED.question(name), example.answers):
                after = loudest(screened(worse, same_topic))
                change = f"{name}: {example.answers.value(name)} -> {worse.value(name)}"
                assert after.get(rule.topic, 9) <= before[rule.topic], change


@SLOW
@given(strategies.answers(ASKED), st.data())
def test_taking_an_answer_away_never_turns_a_flag_into_not_raised(answers, data):
    outcomes = screened(answers)
    rested_on = sorted(
        {
            (rule, line.question)
            for rule, outcome in outcomes.items()
            if outcome.outcome is not Outcome.NOT_RAISED
            for line in outcome.because
            if ASKED.has(line.question)
        }
    )
    assume(rested_on)
    rule, question = data.draw(st.sampled_from(rested_on))
    left = answers.only(frozenset(answers) - {question})

    for less in (left, left.with_({question: BLANK})):
        assert screened(less)[rule].outcome is not Outcome.NOT_RAISED, f"{rule} without {question}"
