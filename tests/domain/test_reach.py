"""Which questions rules look at, and which choices they decide on."""

from dataclasses import replace
from datetime import date

import pytest

import small
from intake.content.conditions import ConditionReader
from intake.content.documents import Problems, read
from intake.content.questionnaire import parse_questionnaire
from intake.domain.conditions import AnyOf
from intake.domain.reach import asked_about, reach
from intake.domain.rules import Priority, Rule

NEVER = AnyOf(())
RULE = Rule("some-rule", "topic", "A rule", Priority.INFO, NEVER, "Why.", (), "Lead", date(2027, 5, 20))


def looking_at(condition, asked=small.asked):
    """What one rule with this condition reaches."""
    problems = Problems("shown")
    reader = ConditionReader(asked, problems, small.formulary.classes, frozenset({"codeine"}))
    when = reader.read(read(f"when: {condition}", "shown")["when"], 1, "rule")
    assert problems.found == []
    return reach(asked, [replace(RULE, when=when)])


def decided(condition, asked=small.asked):
    return sorted(f"{question}.{choice}" for question, choice in looking_at(condition, asked).choices)


SCALE = ["never", "sometimes", "daily"]


@pytest.mark.parametrize(
    ("condition", "choices"),
    [
        ("{question: pressure, is: yes}", ["pressure.yes"]),
        ("{question: pressure, is_not: yes}", ["pressure.no"]),
        ("{question: low, is_one_of: [sometimes, daily]}", ["low.daily", "low.sometimes"]),
        ("{question: low, is_none_of: [sometimes, daily]}", ["low.never"]),
        ("{question: signs, includes: rash}", ["signs.rash"]),
        ("{question: signs, leaves_out: rash}", []),
        ("{question: low, at_least: 1}", ["low.daily", "low.sometimes"]),
        ("{question: low, above: 1}", ["low.daily"]),
        ("{question: low, below: 1}", ["low.never"]),
        ("{question: low, at_most: 1}", ["low.never", "low.sometimes"]),
        ("{question: pressure, state: [not_sure, blank]}", []),
        ("{question: born, within_days: 30}", []),
        ("{question: age, below: 18 years}", []),
    ],
)
def test_a_comparison_decides_on_the_choices_that_make_it_so(condition, choices):
    assert decided(condition) == choices


def test_a_total_decides_on_every_choice_of_every_item():
    items = [f"{item}.{choice}" for item in ("low", "tired", "hopeless") for choice in SCALE]

    assert decided("{question: mood_total, at_least: 3 points}") == sorted(items)


def test_a_follow_up_decides_on_the_choice_that_opens_it():
    assert decided("{question: treated, is: no}") == ["pressure.yes", "treated.no"]
    assert decided("{question: reading.first, at_least: 180 mmHg}") == ["knows_reading.yes"]


def test_a_medicine_class_decides_on_whatever_opens_the_list():
    assert decided("{question: medicines, has_class: opioid}") == ["takes.yes"]


def test_parts_of_a_combination_count_each_for_itself():
    both = "{any: [{question: pressure, is: yes}, {all: [{question: low, is: daily}]}]}"

    assert decided(both) == ["low.daily", "pressure.yes"]


def test_words_searched_for_a_crisis_decide_on_no_choice_that_opens_their_box():
    opened = small.QUESTIONNAIRE.replace(
        '{id: more, kind: text, ask: "Anything else?", long: true}',
        '{id: more, kind: text, ask: "Anything else?", only_if: {question: signs, includes: rash}}',
    )
    asked = parse_questionnaire(opened)

    found = looking_at("{question: crisis, at_least: 1}", asked)

    assert found.choices == {}
    assert found.questions == {"more": ("some-rule",)}


def test_a_prompt_that_counts_as_a_medicine_class_is_looked_at():
    asked = parse_questionnaire(
        small.QUESTIONNAIRE.replace(
            "classes: [opioid, benzodiazepine], label: Sedating}",
            "classes: [opioid, benzodiazepine], label: Sedating,\n"
            "     or_answered: {opioid: {question: signs, includes: rash}}}",
        )
    )

    found = looking_at("{question: sedating, at_least: 2}", asked)

    assert sorted(found.choices) == [("signs", "rash"), ("takes", "yes")]


def test_what_is_asked_about_leaves_out_the_questions_on_the_way():
    rule = small.rules(ASKS_OF_TREATMENT).rules[0]

    assert asked_about(small.asked, rule.when) == ("treated", "low", "tired", "hopeless")
    assert set(reach(small.asked, [rule]).questions) == {"pressure", "treated", "low", "tired", "hopeless"}


ASKS_OF_TREATMENT = """
rules:
  - id: not-treated
    topic: pressure
    title: Not treated
    priority: high
    when:
      any:
        - {question: treated, is: no}
        - {question: mood_total, at_least: 6 points}
    why: It matters.
    sources: [{kind: inference}]
    owner: Lead
    review_by: 2027-05-20
    hazards: [H01]
    examples:
      - {answers: {pressure: yes, treated: no}, outcome: raised}
      - {answers: {pressure: no, low: never, tired: never, hopeless: never}, outcome: not_raised}
      - {answers: {pressure: yes, treated: not_sure}, outcome: cannot_tell}
"""
