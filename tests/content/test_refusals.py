"""Slips people make in the content files, and word for word what they are told.

The slips lie in ``refused/``, one file for each kind; each message was read as the person who made
the slip would read it. A message that is changed is changed there too.
"""

import re
from pathlib import Path

import pytest
import yaml

import small
from intake.content.documents import DocumentRefused
from intake.content.medicines import parse_formulary
from intake.content.questionnaire import parse_questionnaire
from intake.content.rules import parse_rulebook

FOLDER = Path(__file__).parent / "refused"
RULE = (FOLDER / "rule.txt").read_text(encoding="utf-8")


def parse_rule(text):
    return parse_rulebook(text, small.asked, small.formulary)


LOADS = {
    "rule": (RULE, parse_rule),
    "questionnaire": (small.QUESTIONNAIRE, parse_questionnaire),
    "medicines": (small.MEDICINES, parse_formulary),
}
KINDS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.yaml")}
SLIPS = [
    pytest.param(kind["file"], slip, id=f"{name}: {slip['slip']}")
    for name, kind in sorted(KINDS.items())
    for slip in kind["slips"]
]


def told(text, parse):
    with pytest.raises(DocumentRefused) as refused:
        parse(text)
    return refused.value


@pytest.mark.parametrize("file", LOADS)
def test_without_a_slip_the_file_loads(file):
    text, parse = LOADS[file]

    assert parse(text)


@pytest.mark.parametrize(("file", "slip"), SLIPS)
def test_a_slip_is_told_with_its_place_and_what_to_do(file, slip):
    text, parse = LOADS[file]
    assert slip["written"] in text

    refused = told(text.replace(slip["written"], slip["instead"], 1), parse)

    assert str(refused).splitlines() == slip["told"]


@pytest.mark.parametrize(("file", "slip"), SLIPS)
def test_what_is_told_points_into_the_file_and_says_what_to_do(file, slip):
    text, parse = LOADS[file]
    written = text.replace(slip["written"], slip["instead"], 1)

    for problem in told(written, parse).problems:
        line = [*written.splitlines(), ""][problem.line - 1]
        assert 1 <= problem.column <= len(line) + 1
        assert problem.suggestion
        assert len(problem.text) < 300
        assert not re.search(r"Traceback|Error|None\b|\['|<class", problem.text)


def test_there_are_slips_of_every_kind():
    assert len(SLIPS) >= 130
    assert min(len(kind["slips"]) for kind in KINDS.values()) >= 9


def test_all_problems_of_a_file_are_told_at_once():
    bad = RULE.replace("is: yes}\n    why", "is: perhaps}\n    why").replace("owner: Lead", "ovner: Lead")

    assert [problem.line for problem in told(bad, parse_rule).problems] == [6, 10]


def test_a_letter_counts_as_one_column_whatever_its_bytes():
    source = '{kind: study, section: "Überdosis, §5 – “é”", checked: maybe, title: A study}'
    inference = next(line for line in RULE.splitlines() if "kind: inference" in line)
    text = RULE.replace(inference, f"      - {source}")

    (problem,) = told(text, parse_rule).problems

    assert text.splitlines()[problem.line - 1][problem.column - 1 :].startswith("maybe")
