"""Bad content files are refused with where, what and what to do. The messages are the specification."""

# ruff: noqa: E501 - one case to a line reads best

import pytest

import small
from intake.content.documents import DocumentRefused
from intake.content.medicines import parse_formulary
from intake.content.questionnaire import parse_questionnaire
from intake.content.rules import parse_rulebook

RULE = """rules:
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


def refused_rules(text):
    with pytest.raises(DocumentRefused) as refused:
        parse_rulebook(text, small.asked, small.formulary)
    return str(refused.value).splitlines()


def test_the_rule_these_cases_are_made_from_loads():
    assert [rule.id for rule in parse_rulebook(RULE, small.asked, small.formulary).rules] == ["high-pressure"]


WHEN = "{question: pressure, is: yes}"
CASES = [
    # what is replaced, by what, and the message
    (
        WHEN,
        "{question: presure, is: yes}",
        '6: rule high-pressure: there is no question "presure" (did you mean "pressure"?)',
    ),
    (
        WHEN,
        "{question: pressure, is: yess}",
        '6: rule high-pressure: "pressure" offers no choice "yess" (did you mean "yes"?); it offers yes, no',
    ),
    (
        WHEN,
        "{question: pressure, is: not_sure}",
        "6: rule high-pressure: 'not_sure' is how an answer was left, not a choice; write `state: not_sure`",
    ),
    (WHEN, "{question: pressure, equals: yes}", "6: rule high-pressure: 'equals' is no comparison"),
    (
        WHEN,
        "{question: pressure}",
        "6: rule high-pressure: a comparison names one question and one way to compare it",
    ),
    (
        WHEN,
        "{question: pressure, is: yes, is_not: no}",
        "6: rule high-pressure: a comparison names one question and one way to compare it",
    ),
    (
        WHEN,
        "{not: {question: pressure, is: yes}}",
        "there is no 'not', so that silence is never turned into an answer; use the opposite comparison, such as is_not or below",
    ),
    (WHEN, "{all: []}", "6: rule high-pressure: 'all' needs a list of at least one condition"),
    (
        WHEN,
        "{any: {question: pressure, is: yes}}",
        "6: rule high-pressure: 'any' needs a list of at least one condition",
    ),
    (
        WHEN,
        "{all: [{question: pressure, is: yes}], question: treated}",
        "6: rule high-pressure: 'all' stands alone; move 'question' inside it",
    ),
    (WHEN, "pressure is yes", "6: rule high-pressure: expected a condition such as {question: …, is: …}"),
    (WHEN, "{question: pressure, is_one_of: [yes]}", "'is_one_of' needs a list of two choices or more"),
    (WHEN, "{question: pressure, includes: yes}", '"pressure" takes one answer; use is or is_not'),
    (
        WHEN,
        "{question: signs, is: rash}",
        '"signs" is not a choice of one; use includes or leaves_out, not is',
    ),
    (WHEN, "{question: pressure, at_least: 3}", '"pressure" has no number to compare'),
    (
        WHEN,
        "{question: reading, at_least: 180 mmHg}",
        '"reading" has two numbers; write reading.first or .second',
    ),
    (
        WHEN,
        "{question: reading.top, at_least: 180 mmHg}",
        '"reading.top" should end in .first or .second of a reading',
    ),
    (WHEN, "{question: reading.first, at_least: 180}", "the unit should be mmHg: write `at_least: 180 mmHg`"),
    (WHEN, "{question: weight, at_least: 100 lb}", "the unit should be kg: write `at_least: 100 kg`"),
    (WHEN, "{question: low, at_least: 1 points}", "the unit should be left out: write `at_least: 1`"),
    (WHEN, "{question: age, at_least: old}", "'at_least' needs a number"),
    (WHEN, "{question: age, at_least: NaN years}", "'at_least' needs a number"),
    (WHEN, "{question: age, is: yes}", '"age" is a number; use at_least, below, above or at_most'),
    (
        WHEN,
        "{question: born, within_days: soon}",
        "'within_days' compares a date question with a number of days",
    ),
    (
        WHEN,
        "{question: pressure, within_days: 3}",
        "'within_days' compares a date question with a number of days",
    ),
    (
        WHEN,
        "{question: medicines, has_class: opiod}",
        'there is no class "opiod" in medicines.yaml (did you mean "opioid"?)',
    ),
    (
        WHEN,
        "{question: medicines, has_medicine: morphine}",
        'there is no medicine "morphine" in medicines.yaml',
    ),
    (WHEN, "{question: pressure, has_class: opioid}", '"pressure" is not a list of medicines'),
    (
        WHEN,
        "{question: pressure, state: unknown}",
        "a state is one of not_sure, declined, blank, not 'unknown'",
    ),
    (
        WHEN,
        "{question: treated, state: declined}",
        '"treated" does not offer declined, so it can never be so',
    ),
    (
        "priority: high",
        "priority: severe",
        "5: rule high-pressure: 'priority' should be one of urgent, high, moderate, info",
    ),
    (
        "priority: high",
        "prioritty: high",
        "5: rule high-pressure: 'prioritty' is not a key used here (did you mean \"priority\"?)",
    ),
    ("title: High pressure", "title:", "4: rule high-pressure: 'title' is missing; it should be words"),
    ("id: high-pressure", "id: High_Pressure", "an id is lower-case words joined by hyphens"),
    ("why: Pressure matters.", "why: 12", "7: rule high-pressure: 'why' should be words"),
    (
        "review_by: 2027-05-20",
        "review_by: next year",
        "11: rule high-pressure: 'review_by' should be a date like 2026-11-20",
    ),
    (
        "      - {kind: inference, title: Clinical inference of the intake project, checked: not checked}\n",
        "",
        "8: rule high-pressure: 'sources' is missing; it should be a list with at least one entry",
    ),
    (
        "kind: inference,",
        "kind: blog,",
        "9: rule high-pressure: source: 'kind' should be one of label contraindication",
    ),
    (
        "title: Clinical inference of the intake project",
        "title: Somebody said",
        'an inference is titled "Clinical inference of the intake project"',
    ),
    (
        "{kind: inference, title: Clinical inference of the intake project, checked: not checked}",
        "{kind: guideline, title: A guideline, checked: read}",
        "a source that was read says where: add its 'url'",
    ),
    ("checked: not checked", "checked: maybe", "'checked' should be one of read, secondary, not checked"),
    (
        "      - {answers: {pressure: not_sure}, outcome: cannot_tell}\n",
        "",
        "there is no example of cannot_tell",
    ),
    (
        "{pressure: no}",
        "{pressure: yes}",
        "15: rule high-pressure: this example should come out not_raised but comes out raised; change the condition or the example",
    ),
    (
        "{pressure: no}",
        "{pressure: declined}",
        "comes out cannot_tell (nobody knows: pressure); change the condition or the example",
    ),
    ("{pressure: no}", "{presure: no}", '15: rule high-pressure: example: there is no question "presure"'),
    (
        "{pressure: no}",
        "{pressure: maybe}",
        "15: rule high-pressure: example: pressure: expected one of yes, no",
    ),
    ("{pressure: no}", "{born: yesterday}", "example: born: expected a date like 1988-03-14"),
    ("{pressure: no}", "{reading: high}", 'example: reading: expected two numbers like "152/94"'),
    ("{pressure: no}", "{weight: heavy kg}", "example: weight: expected a number"),
    ("{pressure: no}", "{weight: 80 stone}", "example: weight: the unit should be one of lb, kg"),
    ("{pressure: no}", "{signs: [none, rash]}", "example: signs: “none of these” goes with nothing else"),
    ("{pressure: no}", "{low: declined}", "example: low: this question does not offer declined"),
    ("{pressure: no}", "{medicines: Ativan}", "example: medicines: expected a list of medicines, or `blank`"),
    ("outcome: not_raised", "outcome: fine", "'outcome' should be one of raised, cannot_tell, not_raised"),
]


@pytest.mark.parametrize(("part", "replacement", "message"), CASES)
def test_a_bad_rule_is_refused_with_line_what_and_what_to_do(part, replacement, message):
    assert part in RULE
    told = refused_rules(RULE.replace(part, replacement, 1))

    assert any(message in line for line in told), told


def test_two_rules_of_one_id_are_refused():
    twice = RULE + RULE.removeprefix("rules:\n")

    assert any(
        'rule "high-pressure" is used twice; the first is on line 2' in t for t in refused_rules(twice)
    )


def test_all_problems_of_a_file_are_told_at_once():
    bad = RULE.replace("is: yes}\n    why", "is: perhaps}\n    why").replace("owner: Lead", "ovner: Lead")

    assert len(refused_rules(bad)) == 3


QUESTIONNAIRE_CASES = [
    ("kind: date, ask", "kind: calendar, ask", "'kind' should be one of yes_no, choose_one"),
    (
        "only_if: {question: pressure, is: yes}",
        "only_if: {question: takes, is: yes}",
        'only_if may look at earlier questions only, not "takes"',
    ),
    (
        "only_if: {question: pressure, is: yes}",
        "only_if: {question: treated, is: yes}",
        'only_if may look at earlier questions only, not "treated"',
    ),
    ("id: treated, kind", "id: pressure, kind", 'question "pressure" is used twice'),
    ("      - id: treated\n", "      - id: pressure\n", 'page "pressure" is used twice'),
    (
        'scale: often, ask: "Low?"',
        'scale: rarely, ask: "Low?"',
        'there is no scale "rarely" at the top of the file',
    ),
    ("show: support", "show: suport", 'there is no safety page "suport"'),
    (
        "when: {question: hopeless, at_least: 1}",
        "when: {question: low, at_least: 1}",
        "a safety page may look at its own question only",
    ),
    ("lines: [emergency]", "lines: [police]", 'there is no crisis line "police"'),
    ("limits: [50, 260]", "limits: [260, 50]", "'limits' should go from the least to the greatest"),
    ("limits: [50, 260]", "limits: [tall]", "'limits' should be two numbers, the least and the greatest"),
    ("labels: [Top, Bottom]", "labels: [Top]", "a reading needs two labels, one for each number"),
    ("units: [lb, kg]", "units: [stone]", 'the unit "stone" is not known'),
    (
        "choices: {rash: Rash, fever: Fever}",
        "choices: {not_sure: Rash}",
        '"not_sure" cannot be the id of a choice',
    ),
    ("choices: {rash: Rash, fever: Fever}", "choices: {}", "'choices' should be keys and values"),
    (
        "{id: age, kind: age, of: born",
        "{id: age, kind: age, of: birthday",
        'derived answer age: there is no question "birthday"',
    ),
    ("not_sure: true, declined: true", "not_sure: yes, declined: true", "'not_sure' should be true or false"),
    ("id: born, kind", "id: Born-On, kind", 'the id "Born-On" should be lower-case words joined by _'),
    ('ask: "Take any?"', 'asks: "Take any?"', "'ask' is missing; it should be words"),
    ("verified: 2026-11-20", "verified: lately", "'verified' should be a date like 2026-11-20"),
]


@pytest.mark.parametrize(("part", "replacement", "message"), QUESTIONNAIRE_CASES)
def test_a_bad_questionnaire_is_refused(part, replacement, message):
    assert part in small.QUESTIONNAIRE

    with pytest.raises(DocumentRefused) as refused:
        parse_questionnaire(small.QUESTIONNAIRE.replace(part, replacement, 1))

    assert message in str(refused.value)


MEDICINE_CASES = [
    (
        "classes: [maoi]",
        "classes: [moai]",
        'medicine phenelzine: there is no class "moai" (did you mean "maoi"?)',
    ),
    ("id: codeine", "id: oxycodone", 'medicine "oxycodone" is used twice'),
    ("brands: [Ativan]", "brands: [Nardil]", 'name "nardil" is used twice'),
    ("contains: [codeine]", "contains: [codein]", 'there is no medicine "codein" (did you mean "codeine"?)'),
    ("brands: [Narcan]", "brands: [Na]", 'the name "Na" is too short to be told apart from other words'),
    ('rxcui: "8123"', "rxcui: 8123", "'rxcui' should be words"),
]


@pytest.mark.parametrize(("part", "replacement", "message"), MEDICINE_CASES)
def test_a_bad_medicines_file_is_refused(part, replacement, message):
    assert part in small.MEDICINES

    with pytest.raises(DocumentRefused) as refused:
        parse_formulary(small.MEDICINES.replace(part, replacement, 1))

    assert message in str(refused.value)
