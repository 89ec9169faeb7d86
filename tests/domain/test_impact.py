"""What other rules would change, form by form: the same as screening twice and comparing, only faster."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import as_shipped
import strategies
from intake.demo.people import people
from intake.domain.answers import Answer, Answers, ChosenMany, State
from intake.domain.changes import changes
from intake.domain.conditions import All, AnyOf, Compare, Operator, comparisons
from intake.domain.evidence import PatientEvidence
from intake.domain.impact import Impact, new_keys
from intake.domain.rules import Priority
from intake.domain.screening import Editions, screen
from intake.domain.truth import Truth

LIBRARY = as_shipped.library()
RULES = LIBRARY.rulebook.rules
BY_ID = {rule.id: rule for rule in RULES}
NEVER = datetime(2026, 11, 20, tzinfo=UTC)
BROKEN = Compare("no_such_question", Operator.IS, "yes")


def evidence(answers):
    return PatientEvidence(LIBRARY.questionnaire, LIBRARY.formulary, answers, date(2026, 11, 20))


def screened(rules, answers):
    book = replace(LIBRARY.rulebook, rules=tuple(rules))
    return screen(book, evidence(answers), Editions("q", "r", "m"), NEVER)


def in_short(found):
    """The changes without any words, by rule: outcome, priority, folded titles."""

    def flag(one):
        out = one.outcome
        return out.rule, out.outcome, out.priority, out.failed, one.also

    pairs = (found.other_priority, found.other_outcome, found.other_answers)
    return (
        {flag(one) for one in found.appeared},
        {flag(one) for one in found.vanished},
        [{(flag(one.before), flag(one.after)) for one in kind} for kind in pairs],
    )


def by_screening_twice(before, after, answers):
    return changes(screened(before, answers), screened(after, answers))


WAYS = ("out", "priority", "narrower", "wider", "other answer", "broken", "topic", "last")
ALTERATIONS = st.lists(st.tuples(st.sampled_from(sorted(BY_ID)), st.sampled_from(WAYS)), max_size=6)


def altered(alterations):
    """The shipped rules, some of them changed, taken out, or moved."""
    rules = dict(BY_ID)
    for rule_id, how in alterations:
        rule = BY_ID[rule_id]
        match how:
            case "out":
                rules.pop(rule_id, None)
            case "priority":
                rules[rule_id] = replace(rule, priority=Priority.INFO)
            case "narrower":
                extra = Compare("date_of_birth", Operator.STATE, (State.BLANK,))
                rules[rule_id] = replace(rule, when=All((rule.when, extra)))
            case "wider":
                extra = Compare("age", Operator.AT_LEAST, 18)
                rules[rule_id] = replace(rule, when=AnyOf((rule.when, extra)))
            case "other answer":
                rules[rule_id] = replace(rule, when=next(comparisons(rule.when)))
            case "broken":
                rules[rule_id] = replace(rule, when=AnyOf((rule.when, BROKEN)))
            case "topic":
                rules[rule_id] = replace(rule, topic=RULES[0].topic)
            case "last":
                rules[rule_id] = rules.pop(rule_id, rule)
    return tuple(rules.values())


@settings(max_examples=30)
@given(st.lists(strategies.answers(LIBRARY.questionnaire), min_size=1, max_size=3), ALTERATIONS)
def test_the_impact_is_what_screening_twice_would_find(forms, alterations):
    """On form after form: what is remembered of one must not be told of the next."""
    after = altered(alterations)
    impact = Impact(LIBRARY.questionnaire, RULES, after)

    for answers in forms:
        found, expected = impact.changes(evidence(answers)), by_screening_twice(RULES, after, answers)
        # Flags outside the topics that differ are the same in both, so that no change is missed.
        assert in_short(found) == in_short(expected)


def test_choices_and_open_questions_are_remembered_and_nothing_a_patient_wrote():
    """Every demo person twice, under rules that are all different."""
    after = tuple(replace(rule, when=All((rule.when, rule.when))) for rule in RULES)
    impact = Impact(LIBRARY.questionnaire, RULES, after)
    kept = impact._comparisons.by_question.values()

    for person in (*people(), *people()):
        impact.changes(evidence(person.answers))

    keys = [key for about in kept for key in about.known]
    assert len(keys) > 100
    values = [key.value for key in keys if isinstance(key, Answer)]
    assert all(value is None or isinstance(value, ChosenMany) for value in values)
    offered = {choice.id for question in LIBRARY.questionnaire.questions for choice in question.choices}
    assert {key for key in keys if isinstance(key, str)} <= offered


def test_answers_read_with_another_questionnaire_are_refused():
    other = replace(LIBRARY.questionnaire, title="Another")

    with pytest.raises(ValueError, match="another questionnaire"):
        Impact(other, RULES, RULES).changes(evidence(Answers()))


@settings(max_examples=5)
@given(strategies.answers(LIBRARY.questionnaire))
def test_no_rule_changed_means_nothing_is_looked_at(answers):
    same = Impact(
        LIBRARY.questionnaire,
        RULES,
        tuple(replace(rule, title=f"{rule.title}!", why="Other words.") for rule in RULES),
    )

    assert same.looks_at == frozenset()
    assert not same.changes(evidence(answers)).any_flag


def test_a_rule_that_stops_with_an_error_appears_as_urgent():
    rule = RULES[0]
    after = (replace(rule, when=AnyOf((rule.when, BROKEN))), *RULES[1:])

    found = Impact(LIBRARY.questionnaire, RULES, after).changes(evidence(Answers()))

    (change,) = (one for one in found.other_outcome if one.after.outcome.rule == rule.id)
    assert change.after.outcome.failed
    assert change.after.outcome.priority is Priority.URGENT


@settings(max_examples=4)
@given(strategies.answers(LIBRARY.questionnaire))
def test_the_keys_are_those_that_screening_would_keep(answers):
    after = tuple(replace(rule, priority=Priority.INFO) for rule in RULES)
    found = Impact(LIBRARY.questionnaire, RULES, after).changes(evidence(answers))

    keys = set(new_keys(found, {rule.id: rule for rule in after}, evidence(answers)))

    stood = {flag.key for flag in screened(RULES, answers).flags}
    assert keys == {flag.key for flag in screened(after, answers).flags} - stood


@settings(max_examples=8)
@given(strategies.answers(LIBRARY.questionnaire))
def test_what_is_remembered_about_answers_changes_no_finding(answers):
    """Asked in any order and twice over, a comparison finds what it finds on answers nobody asked about."""
    used = evidence(answers)
    every = [one for rule in RULES for one in comparisons(rule.when)]
    first = [one.find(used) for one in reversed(every)]

    assert [one.find(used) for one in reversed(every)] == first
    assert [one.find(evidence(answers)) for one in reversed(every)] == first
    assert {finding.truth for finding in first} <= set(Truth)
