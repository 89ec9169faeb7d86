"""The file of invariants is read strictly: each mistake is named with its line and what to do."""

# ruff: noqa: E501 - one case to a line reads best

import pytest

from intake.content.documents import DocumentRefused
from intake.content.invariants import parse_invariants
from intake.content.library import parse_library
from intake.domain.conditions import Compare, Operator
from intake.domain.invariants import Case, Invariant, NotAboutGravity, OwnWords
from intake.domain.rules import Priority
from small import MEDICINES, QUESTIONNAIRE

RULES = """rules:
  - id: high-pressure
    topic: pressure
    title: High pressure
    priority: high
    when: {question: pressure, is: yes}
    why: Pressure matters.
    sources:
      - {kind: inference, title: Clinical inference of the intake project, checked: not checked}
    owner: Lead
    review_by: 2027-05-20
    hazards: [H01]
    examples:
      - {answers: {pressure: yes}, outcome: raised}
      - {answers: {pressure: no}, outcome: not_raised}
      - {answers: {pressure: not_sure}, outcome: cannot_tell}
"""
LIBRARY = parse_library(QUESTIONNAIRE, RULES, MEDICINES)
SOUND = """invariants:
  - id: pressure-is-high
    says: High pressure is high.
    why: The dossier.
    flag: raised
    at_least: high
    cases:
      - {topic: pressure, when: {question: pressure, is: yes}}
      - {topic: pressure, unknown: treated}
not_about_gravity:
  - {question: pressure, topic: pressure, reason: Because}
own_words:
  - {rule: high-pressure, beside: high-pressure, reason: Because}
"""


def test_an_invariant_is_read_with_its_cases_and_exceptions():
    found = parse_invariants(SOUND, LIBRARY)

    assert found.invariants == (
        Invariant(
            "pressure-is-high",
            "High pressure is high.",
            "The dossier.",
            True,
            Priority.HIGH,
            (
                Case("pressure", Compare("pressure", Operator.IS, "yes")),
                Case("pressure", unknown="treated"),
            ),
        ),
    )
    assert found.not_about_gravity == (NotAboutGravity("pressure", "pressure", "Because"),)
    assert found.own_words == (OwnWords("high-pressure", "high-pressure", "Because"),)


@pytest.mark.parametrize(
    ("was", "written", "message"),
    [
        ("unknown: treated", "unknown: treatd", '9: invariant pressure-is-high: case: there is no question "treatd" (did you mean "treated"?)'),
        ("topic: pressure, unknown", "topic: presure, unknown", '9: invariant pressure-is-high: case: there is no topic "presure" (did you mean "pressure"?)'),
        (", unknown: treated", "", "9: invariant pressure-is-high: case: a case says either 'when' or 'unknown', to tell whom it is about"),
        ("is: yes", "is: perhaps", '8: invariant pressure-is-high: "pressure" offers no choice "perhaps"; it offers yes, no'),
        ("flag: raised", "flag: risen", "5: invariant pressure-is-high: 'flag' should be one of raised, raised_or_cannot_tell (did you mean \"raised\"?)"),
        ("at_least: high", "at_least: hi", "6: invariant pressure-is-high: 'at_least' should be one of urgent, high, moderate, info (did you mean \"high\"?)"),
        ("    why: The dossier.\n", "", "2: invariant pressure-is-high: 'why' is missing; it should be words"),
        ("    why:", "    whi: x\n    why:", "4: invariant pressure-is-high: 'whi' is not a key used here; the keys here are id, says, why, flag, at_least, cases"),
        ("topic: pressure, reason", "topic: other, reason", '11: not about gravity: there is no topic "other"'),
        ("{question: pressure, topic", "{question: nothing, topic", '11: not about gravity: there is no question "nothing"'),
        ("beside: high-pressure", "beside: low-pressure", '13: own words: there is no rule "low-pressure" (did you mean "high-pressure"?)'),
        ("reason: Because}\nown", "reson: Because}\nown", "11: not about gravity: 'reson' is not a key used here (did you mean \"reason\"?)"),
        ("own_words:", "own_word:", "12: invariants: 'own_word' is not a key used here (did you mean \"own_words\"?)"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_line_and_what_to_do(was, written, message):
    assert was in SOUND

    with pytest.raises(DocumentRefused) as refused:
        parse_invariants(SOUND.replace(was, written, 1), LIBRARY)

    (problem,) = refused.value.problems
    assert f"{problem.line}: {problem.text}" == message


def test_an_invariant_is_named_once():
    twice = SOUND.replace("not_about_gravity:", SOUND.partition("not_about_gravity:")[0].partition("\n")[2] + "not_about_gravity:", 1)  # fmt: skip

    with pytest.raises(DocumentRefused, match='invariant "pressure-is-high" is used twice'):
        parse_invariants(twice, LIBRARY)
