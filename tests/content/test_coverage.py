"""What is said about coverage is checked against the questions: a slip of the pen is refused."""

import pytest

import small
from intake.content.coverage import parse_topics
from intake.content.documents import DocumentRefused
from intake.content.unflagged import parse_register, parse_unflagged

TOPICS = """
dossier:
  - title: "1. Heart"
    topics:
      pressure: High blood pressure
      reading: {name: A reading, covered_by: [pressure], reason: The rules on pressure look at it}
ours: {title: Ours, topics: {medicines: Medicines}}
seed_items:
  - {item: high blood pressure, topics: [pressure], questions: [reading]}
checklist:
  - {title: Heart, questions: [pressure, reading], not_asked: {pulse: nobody knows it}}
"""
UNFLAGGED = """
questions:
  - {reason: Words for the clinician, of: [more]}
choices:
  - reason: The answer that says the risk is absent
    of: {pressure: [no], signs: [none]}
"""
REGISTER = """
about: Rules that look at who somebody is
characteristics:
  age: {name: Age, questions: [born], uses: [{rules: [old-age], reason: The label says so}]}
"""


def refused(read, text, *written):
    with pytest.raises(DocumentRefused) as refusal:
        read(text.replace(*written), small.asked)
    return str(refusal.value)


def test_topics_are_read_with_what_stands_for_them():
    topics = parse_topics(TOPICS, small.asked)

    assert [topic.id for topic in topics.of_the_dossier] == ["pressure", "reading"]
    assert topics.ids == {"pressure", "reading", "medicines"}
    assert topics.of_the_dossier[1].covered_by == ("pressure",)
    assert topics.checklist[0].not_asked == (("pulse", "nobody knows it"),)


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        (
            "covered_by: [pressure]",
            "covered_by: [presure]",
            '6:7: topic reading: there is no other topic "pre',
        ),
        (
            "covered_by: [pressure]",
            "covered_by: [reading]",
            '6:7: topic reading: there is no other topic "rea',
        ),
        (", reason: The rules on pressure look at it", "", "6: topic reading: 'reason' is missing"),
        ("{medicines: Medicines}", "{pressure: Medicines}", 'topic "pressure" is used twice'),
        ("topics: [pressure], q", "topics: [mood], q", '9:42: seed item: there is no topic "mood"'),
        ("questions: [reading]", "questions: [readings]", 'seed item: there is no question "readings" (did'),
        ("[pressure, reading],", "[pressure, pulse],", '"Heart": there is no question "pulse"'),
        ("{pulse: nobody knows it}", '{pulse: ""}', 'say why "pulse" is not asked'),
        ("questions: [pressure, reading], not_asked: {pulse: nobody knows it}", "", "why none does"),
    ],
)
def test_a_slip_in_the_topics_is_refused(written, instead, message):
    assert message in refused(parse_topics, TOPICS, written, instead)


def test_what_is_unflagged_is_read_with_its_reason():
    unflagged = parse_unflagged(UNFLAGGED, small.asked)

    assert unflagged.questions == {"more": "Words for the clinician"}
    assert set(unflagged.choices) == {("pressure", "no"), ("signs", "none")}


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("of: [more]", "of: [mores]", '3:44: questions no rule looks at: there is no question "mores" (did'),
        ("of: [more]", "of: [more, more]", 'question "more" is used twice'),
        ("pressure: [no]", "pressure: [not_sure]", '6:10: question pressure: it offers no choice "not_sure"'),
        ("pressure: [no]", "pressure: [no, no]", '6:10: question pressure: the choice "no" is listed twice'),
        ("pressure: [no]", "pressure: no", "6:10: question pressure: should list its choices"),
        ("pressure: [no]", "presure: [no]", '6:10: unflagged choices: there is no question "presure" (did'),
        ("  - reason: The answer that says the risk is absent\n    of", "  - of", "'reason' is missing"),
    ],
)
def test_a_slip_in_what_is_unflagged_is_refused(written, instead, message):
    assert message in refused(parse_unflagged, UNFLAGGED, written, instead)


def test_the_register_is_read_with_its_reasons():
    (age,) = parse_register(REGISTER, small.asked).characteristics

    assert (age.name, age.questions, age.rules) == ("Age", ("born",), {"old-age": "The label says so"})


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("[born]", "[birth]", '4:20: characteristic age: there is no question "birth"'),
        ("[old-age]", "[old-age, old-age]", 'rule "old-age" is used twice'),
        (", reason: The label says so", "", "'reason' is missing"),
    ],
)
def test_a_slip_in_the_register_is_refused(written, instead, message):
    assert message in refused(parse_register, REGISTER, written, instead)
