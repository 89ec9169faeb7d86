"""`intake rules check` finds each thing it looks for, once and where it was written.

In files that are right it finds nothing.
"""

# ruff: noqa: E501 - one case to a line reads best

import re
from datetime import date
from pathlib import Path

import pytest

import small
from content.test_hazards import LOG
from intake import resources
from intake.services.remarks import CODES, Level
from intake.services.rule_checks import Paths, check

CHECKOUT = Path(__file__).parents[2]
TODAY = date(2026, 11, 20)
RULE = (CHECKOUT / "tests/content/refused/rule.txt").read_text(encoding="utf-8")
WHEN = "{question: pressure, is: yes}"

SAFETY = {
    "topics.yaml": """
dossier:
  - {title: Heart, topics: {pressure: Blood pressure}}
ours: {title: Ours, topics: {mood: Mood}}
""",
    "unflagged.yaml": "questions: []\nchoices: []\n",
    "register.yaml": """
about: Who uses what
characteristics:
  age: {name: Age, questions: [born]}
""",
    "hazards.yaml": LOG,
}


@pytest.fixture
def found(tmp_path):
    """Checks the small content with some words of its files changed."""

    def checked(*changes, rules=RULE, today=TODAY):
        files = {
            "questionnaire.yaml": small.QUESTIONNAIRE,
            "screening_rules.yaml": rules,
            "medicines.yaml": small.MEDICINES,
            **{f"safety/{name}": text for name, text in SAFETY.items()},
        }
        for name, written, instead in changes:
            assert written in files[name]
            files[name] = files[name].replace(written, instead, 1)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        names = [tmp_path / name for name in files][:3]
        return check(Paths(*names, safety=tmp_path / "safety"), today).remarks

    return checked


def codes(remarks):
    return [remark.code for remark in remarks]


def ruled(*conditions, **keys):
    """A file of rules with these conditions, each with the examples of the first, whatever comes of them."""
    return "rules:\n" + "".join(
        RULE.removeprefix("rules:\n")
        .replace("high-pressure", f"rule-{place}")
        .replace("High pressure", keys.get("title", f"Title {place}"))
        .replace("priority: high", f"priority: {keys.get('priorities', ['high'] * 9)[place]}")
        .replace(WHEN, condition)
        for place, condition in enumerate(conditions)
    )


def test_the_shipped_content_has_nothing_to_put_right():
    shipped = check(
        Paths(resources.QUESTIONNAIRE, resources.SCREENING_RULES, resources.MEDICINES), date(2026, 11, 27)
    )

    assert [one for one in shipped.remarks if one.level is not Level.NOTE] == []
    assert set(codes(shipped.remarks)) == {"owner-not-named", "adds-nothing"}


def test_nothing_is_found_in_what_is_right(found):
    assert found() == ()


@pytest.mark.parametrize(
    ("file", "written", "instead", "code", "place", "words", "advice"),
    [
        ("screening_rules.yaml", "topic: pressure", "topic: presure", "unknown-topic", (3, 12),
         'there is no topic "presure"', 'did you mean "pressure"?'),
        ("screening_rules.yaml", "[H01]", "[H01, H99]", "unknown-hazard", (12, 20), 'no hazard "H99"', ""),
        ("screening_rules.yaml", "    hazards: [H01]\n", "", "no-hazard", (2, 9), "names no hazard", "name under"),
        ("screening_rules.yaml", "2027-05-20", "2027-01-19", "review-due", (11, 16), "is due in 60 days", "move review_by on"),
        ("screening_rules.yaml", "2027-05-20", "2026-11-19", "review-due", (11, 16), "has been due for 1 day", "read it again"),
        ("screening_rules.yaml", "owner: Lead", "owner: Lead, to be named", "owner-not-named", (10, 12), "still to be named", "name the clinician"),
        ("screening_rules.yaml", "rules:\n", "bibliography:\n  KAR: {title: A label}\nrules:\n", "never-cited", (2, 8), "no rule cites KAR", "take it out"),
        ("questionnaire.yaml", "verified: 2026-11-20", "verified: 2026-08-20, expires: 2026-11-19", "crisis-line-out-of-date", (8, 90), "crisis line emergency", "call and text it"),
        ("questionnaire.yaml", "only_if: {question: takes, is: yes}", "only_if: {all: [{question: takes, is: yes}, {question: takes, is: no}]}", "unreachable-question", (54, 75), "nobody can be asked this", "look at"),
    ],
)  # fmt: skip
def test_what_people_owe_the_files_is_told_where_it_stands(
    found, file, written, instead, code, place, words, advice
):
    (remark,) = found((file, written, instead))

    assert (remark.code, remark.file, (remark.line, remark.column)) == (code, file, place)
    assert words in remark.message
    assert advice in remark.suggestion


def test_a_review_in_good_time_is_not_spoken_of(found):
    assert found(("screening_rules.yaml", "2027-05-20", "2027-01-20")) == ()


def test_a_review_that_many_rules_share_is_told_once(found):
    shared = ruled(WHEN, "{question: signs, includes: rash}").replace("    review_by: 2027-05-20\n", "")
    text = "review_by: 2026-12-01\n" + shared

    due = [one for one in found(rules=text) if one.code == "review-due"]

    assert [(one.line, one.column, one.message) for one in due] == [
        (1, 12, "2 rules that say nothing else: the review is due in 11 days, on 2026-12-01")
    ]


def sense(remarks):
    """What is said of the rules' meaning, without what comes of examples that were not written for them."""
    beside = {"example-comes-out-otherwise", "untried-side"}
    return [(one.code, one.rule, one.line, one.column) for one in remarks if one.code not in beside]


@pytest.mark.parametrize(
    ("condition", "code", "value"),
    [
        ("{all: [{question: pressure, is: yes}, {question: pressure, is: no}]}", "never-raised", "{all"),
        ("{all: [{question: pressure, is: no}, {question: treated, is: yes}]}", "never-raised", "{all"),
        ("{any: [{question: age, at_least: 18 years}, {question: age, at_most: 17 years}]}", "always-raised", "{any"),
        ("{any: [{question: signs, includes: rash}, {all: [{question: pressure, is: no}, "
         "{question: treated, is: yes}]}]}", "clause-never-so", "no}"),
        ("{any: [{question: signs, includes: rash}, {question: weight, above: 500 kg}]}", "threshold-out-of-range", "500"),
        ("{any: [{question: signs, includes: rash}, {question: mood_total, at_least: 7 points}]}", "threshold-out-of-range", "7"),
        ("{any: [{question: signs, includes: rash}, {question: mood_total, at_least: 0 points}]}", "threshold-out-of-range", "0"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_told_where_it_does_not(found, condition, code, value):
    told = sense(found(rules=ruled(condition)))

    assert (code, "rule-0", 6, len("    when: ") + condition.index(value) + 1) in told
    assert {one[0] for one in told} <= {code, "clause-never-so", "always-raised"}


@pytest.mark.parametrize(
    "condition",
    [
        "{all: [{question: pressure, is: yes}, {question: treated, is: no}]}",
        "{any: [{question: age, at_least: 18 years}, {question: age, below: 17 years}]}",
        "{any: [{question: signs, includes: rash}, {question: weight, at_least: 500 kg}]}",
        "{all: [{question: mood_total, at_least: 6 points}, {question: low, at_least: 1}]}",
    ],
)
def test_a_rule_that_makes_sense_is_left_alone(found, condition):
    assert sense(found(rules=ruled(condition))) == []


def test_two_rules_that_say_the_same_are_told_whatever_their_order(found):
    one = "{all: [{question: pressure, is: yes}, {question: signs, includes: rash}]}"
    other = "{all: [{question: signs, includes: rash}, {any: [{question: pressure, is: yes}]}]}"

    assert sense(found(rules=ruled(one, other))) == [("same-condition", "rule-1", 21, 11)]


def test_two_rules_of_one_title_are_told(found):
    told = sense(found(rules=ruled(WHEN, "{question: signs, includes: rash}", title="One title")))

    assert told == [("same-title", "rule-1", 19, 12)]


@pytest.mark.parametrize(
    ("priorities", "told"),
    [
        (["high", "high"], ["adds-nothing"]),
        (["urgent", "high"], ["adds-nothing"]),
        (["moderate", "high"], []),
    ],
)
def test_a_rule_that_adds_nothing_to_one_at_least_as_high_is_noted(found, priorities, told):
    narrower = "{all: [{question: pressure, is: yes}, {question: signs, includes: rash}]}"

    noted = sense(found(rules=ruled(WHEN, narrower, priorities=priorities)))

    assert [(code, rule) for code, rule, _, _ in noted] == [(code, "rule-1") for code in told]


def test_a_number_that_is_tried_on_one_side_only_is_noted(found):
    rules = ruled("{question: weight, above: 100 kg}").replace("{pressure: yes}", "{weight: 120 kg}")

    noted = [one for one in found(rules=rules) if one.code == "untried-side"]

    assert [(one.line, one.column) for one in noted] == [(6, 37)]
    assert "`weight above 100` is known and not so in none of its examples" in noted[0].message

    rules = rules.replace("{pressure: no}", "{weight: 80 kg}")

    assert "untried-side" not in codes(found(rules=rules))


def test_a_slip_in_the_questionnaire_is_told_once_and_the_rules_are_read_on(found):
    told = found(
        ("questionnaire.yaml", "id: pressure, kind: yes_no", "id: presure, kind: yes_no"),
        ("screening_rules.yaml", "priority: high", "priority: severe"),
    )

    assert [(one.code, one.file) for one in told] == [
        ("unknown-question", "questionnaire.yaml"),
        ("wrong-value", "screening_rules.yaml"),
        ("not-looked-at", "screening_rules.yaml"),
    ]


def test_a_slip_in_the_medicines_is_not_told_of_the_rules_too(found):
    rules = ruled("{question: medicines, has_class: opioid}", "{question: pressure, is: yess}")

    told = found(("medicines.yaml", "{opioid: Opioids", "{opiod: Opioids"), rules=rules)

    assert [one.rule for one in told if one.file == "screening_rules.yaml" and one.level is Level.ERROR] == [
        "rule-1"
    ]
    assert codes(told).count("not-looked-at") == 1


@pytest.mark.parametrize("name", ["questionnaire.yaml", "screening_rules.yaml", "medicines.yaml"])
def test_a_file_that_is_no_yaml_is_one_finding_and_the_others_are_read(found, name):
    other = ("screening_rules.yaml", "priority: high", "priority: severe")
    first = {
        "questionnaire.yaml": "title: Questions",
        "screening_rules.yaml": "rules:",
        "medicines.yaml": "classes:",
    }[name]

    told = found((name, first, f"{first}: {{"), *([] if name == other[0] else [other]))

    assert [one.file for one in told if one.code == "not-yaml"] == [name]
    assert codes(told).count("wrong-value") == (0 if name == other[0] else 1)
    assert {one.level for one in told} <= {Level.ERROR, Level.NOTE}


def test_one_rule_that_does_not_load_keeps_nothing_from_the_others(found):
    rules = ruled(
        "{question: presure, is: yes}", "{all: [{question: pressure, is: yes}, {question: pressure, is: no}]}"
    )

    told = [(one.code, one.rule) for one in found(rules=rules)]

    assert ("unknown-question", "rule-0") in told
    assert ("never-raised", "rule-1") in told


def test_what_is_wrong_in_the_safety_files_is_told_with_their_folder(found):
    (told,) = found(("safety/register.yaml", "[born]", "[birth]"))

    assert (told.file, told.line, told.level) == ("safety/register.yaml", 4, Level.ERROR)


def test_a_counted_class_that_is_not_there_is_told_where_it_is_counted(found):
    (told, *_) = found(
        ("questionnaire.yaml", "classes: [opioid, benzodiazepine]", "classes: [opioid, benzo]")
    )

    assert (told.code, told.line) == ("unknown-class", 63)
    assert told.column == small.QUESTIONNAIRE.splitlines()[62].index("benzodiazepine") + 1


def test_every_code_of_a_finding_is_explained(found):
    everything = [
        *found(rules=ruled("{question: presure, is: yes}", "{all: [{question: pressure, is: yes}]}")),
        *found(("questionnaire.yaml", "title: Questions", "titel: Questions")),
    ]

    assert set(codes(everything)) <= set(CODES)
    assert all(remark.as_plain()["level"] == CODES[remark.code][0].value for remark in everything)


def with_one_value_changed(text):
    """The same file with each key's value, in turn, replaced by something of another kind, or gone."""
    for at in re.finditer(r": ?(\S.*)?$", text, re.MULTILINE):
        for instead in (": {}", ": 3"):
            yield text[: at.start()] + instead + text[at.end() :]


@pytest.mark.parametrize("name", ["screening_rules.yaml", "medicines.yaml", "questionnaire.yaml"])
def test_whatever_is_written_is_told_in_words_and_never_stops_the_check(found, name):
    written = {
        "screening_rules.yaml": RULE,
        "medicines.yaml": small.MEDICINES,
        "questionnaire.yaml": small.QUESTIONNAIRE,
    }
    changed = list(with_one_value_changed(written[name]))

    told = [found((name, written[name], text)) for text in changed]

    assert len(changed) > 20
    assert sum(bool(remarks) for remarks in told) > len(told) / 2
