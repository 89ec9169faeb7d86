"""The naive interpreter itself: "What 'cannot tell' means" in docs/writing-rules.md, row by row."""

import ast
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from naive.interpreter import Sitting
from naive.rawfiles import raw, sorted_out
from small import QUESTIONNAIRE

FORM = raw(QUESTIONNAIRE)
FILES = sorted_out(FORM, FORM["parts"], {"rules": []})
NARDIL = ("phenelzine", frozenset({"maoi"}))


def recognise(typed):
    if typed == "nardill":
        return [], [NARDIL], True
    return ([NARDIL], [], False) if typed == "Nardil" else ([], [], True)


def person(**answers):
    """Answers by question; a word that is a state is how it was left."""
    plain = {
        question: {"state": said}
        if said in ("blank", "not_sure", "declined")
        else {"state": "answered", "value": said}
        for question, said in answers.items()
    }
    return Sitting(FILES, plain, "2026-11-20", recognise)


def so(condition, **answers):
    return person(**answers).truth(yaml.load(condition, Loader=yaml.BaseLoader))


@pytest.mark.parametrize(
    ("answers", "is_yes", "is_not_yes"),
    [
        ({"pressure": "yes", "treated": "yes"}, "yes", "no"),
        ({"pressure": "yes", "treated": "no"}, "no", "yes"),
        ({"pressure": "yes", "treated": "not_sure"}, "unknown", "unknown"),
        ({"pressure": "yes", "treated": "blank"}, "unknown", "unknown"),
        ({"pressure": "yes"}, "unknown", "unknown"),
        ({"pressure": "no"}, "no", "no"),
        ({"pressure": "no", "treated": "yes"}, "no", "no"),
        ({"pressure": "declined"}, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
    ],
)
def test_a_comparison_and_its_opposite(answers, is_yes, is_not_yes):
    assert so("{question: treated, is: yes}", **answers) == is_yes
    assert so("{question: treated, is_not: yes}", **answers) == is_not_yes


@pytest.mark.parametrize(
    ("ticked", "unsure", "includes", "leaves_out"),
    [
        (["rash"], False, "yes", "no"),
        (["fever"], False, "no", "yes"),
        (["none"], False, "no", "yes"),
        (["rash"], True, "yes", "no"),
        (["fever"], True, "unknown", "unknown"),
    ],
)
def test_unsure_beside_what_was_ticked(ticked, unsure, includes, leaves_out):
    signs = {"ticked": ticked, "unsure": unsure}

    assert so("{question: signs, includes: rash}", signs=signs) == includes
    assert so("{question: signs, leaves_out: rash}", signs=signs) == leaves_out


@pytest.mark.parametrize(
    ("parts", "all_of", "any_of"),
    [
        (("yes", "yes"), "yes", "yes"),
        (("yes", "unknown"), "unknown", "yes"),
        (("no", "unknown"), "no", "unknown"),
        (("no", "yes"), "no", "yes"),
        (("no", "no"), "no", "no"),
        (("unknown", "unknown"), "unknown", "unknown"),
    ],
)
def test_all_and_any(parts, all_of, any_of):
    # A question that is left open is unknown; one that is answered with yes or no is so or not so.
    said = {"yes": "yes", "no": "no", "unknown": "not_sure"}
    answers = {"pressure": said[parts[0]], "knows_reading": said[parts[1]]}
    listed = "[{question: pressure, is: yes}, {question: knows_reading, is: yes}]"

    assert so(f"{{all: {listed}}}", **answers) == all_of
    assert so(f"{{any: {listed}}}", **answers) == any_of


@pytest.mark.parametrize(
    ("medicines", "has", "lacks"),
    [
        ([{"name": "Nardil"}], "yes", "no"),
        ([{"name": "nardill"}], "unknown", "unknown"),
        ([{"name": "vitamin"}], "no", "yes"),
        ([{"unnamed": True}], "unknown", "unknown"),
        ([{"unnamed": True}, {"name": "Nardil"}], "yes", "no"),
    ],
)
def test_a_list_of_medicines(medicines, has, lacks):
    answers = {question["id"]: "yes" for question in FILES.questions.values() if question["kind"] == "yes_no"}
    answers |= {"medicines": medicines}

    assert so("{question: medicines, has_class: maoi}", **answers) == has
    assert so("{question: medicines, lacks_class: maoi}", **answers) == lacks
    assert so("{question: medicines, has_medicine: phenelzine}", **answers) == has


@pytest.mark.parametrize(
    ("threshold", "truth"),
    [("at_least: 3 points", "yes"), ("at_least: 4 points", "unknown"), ("at_least: 6 points", "no")],
)
def test_a_total_with_an_item_left_blank_lies_between_two_numbers(threshold, truth):
    total = next(one for one in FILES.worked_out.values() if one["kind"] == "total")
    items = dict(zip(total["of"], ("daily", "sometimes", "blank"), strict=False))

    assert so(f"{{question: {total['id']}, {threshold}}}", **items) == truth


@pytest.mark.parametrize(
    ("born", "years"),
    [("1961-11-20", 65), ("1961-11-21", 64), ("2026-11-20", 0), ("2004-02-29", 22)],
)
def test_an_age_is_counted_in_birthdays(born, years):
    assert person(born=born).between("age") == (years, years)


def test_an_inch_and_a_pound_are_what_they_have_been_since_1959():
    size = person(
        height={"typed": ["5", "9"], "unit": "ft_in"}, weight={"typed": ["180"], "unit": "lb"}
    ).between("bmi")

    assert size[0] == Fraction(180 * 45359237, 10**8) * 10000 / (Fraction(69 * 254, 100) ** 2)


def test_it_shares_no_code_with_the_product():
    written = (
        "interpreter",
        "worked_out",
        "rawfiles",
        "people",
        "answers_in_store",
        "medicine_entries",
        "comparing",
    )
    for name in written:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        imported = {
            module
            for node in ast.walk(tree)
            for module in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        assert not {module for module in imported if module.split(".")[0] == "intake"}, name
        assert {m.split(".")[1] for m in imported if m.startswith("naive.")} <= set(written), name
