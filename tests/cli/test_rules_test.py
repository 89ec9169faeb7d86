"""``intake rules test``: what it finds in rules that somebody broke, and what it says of it."""

# ruff: noqa: E501 - one case to a line reads best

import json
import re

import pytest
from click.testing import CliRunner

from intake import resources
from intake.cli import main
from intake.domain.answers import Answers
from intake.proving import solving
from intake.proving.equivalence import Equivalence
from intake.proving.solving import SolverMissing, Undecided

RULES = """owner: Somebody
review_by: 2027-05-20
rules:
  - id: falls-when-older
    topic: dizziness_falls
    title: Falls at 65 or older
    priority: moderate
    when:
      all:
        - {question: recent_surgery_illness, is: yes}
        - {question: age, at_least: 65 years}
    why: Because
    sources: [{kind: inference}]
    examples:
      - {answers: {recent_surgery_illness: yes, date_of_birth: "1961-11-20"}, outcome: raised}
      - {answers: {recent_surgery_illness: yes, date_of_birth: "1961-11-21"}, outcome: not_raised}
      - {answers: {recent_surgery_illness: no, date_of_birth: "1950-01-01"}, outcome: not_raised}
      - {answers: {recent_surgery_illness: not_sure, date_of_birth: blank}, outcome: cannot_tell}
"""
CASES = """cases:
  - id: pat
    story: In the hospital, 65 today
    answers: {recent_surgery_illness: yes, date_of_birth: "1961-11-20"}
    expect:
      - {rule: falls-when-older, outcome: raised, priority: moderate}
  - id: sam
    story: In the hospital, 66
    answers: {recent_surgery_illness: yes, date_of_birth: "1960-11-20"}
    expect:
      - {topic: dizziness_falls, outcome: raised}
"""


@pytest.fixture
def tried(tmp_path):
    """Runs the command on these rules and cases, with parts of them replaced."""

    def run(*options, rules=(), cases=(), code=0):
        texts = {"rules.yaml": RULES, "cases/people.yaml": CASES}
        for name, changes in (("rules.yaml", rules), ("cases/people.yaml", cases)):
            for written, instead in changes:
                assert written in texts[name]
                texts[name] = texts[name].replace(written, instead, 1)
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(texts[name], encoding="utf-8")
        files = ("--rules", str(tmp_path / "rules.yaml"), "--cases", str(tmp_path / "cases"))
        done = CliRunner().invoke(main, ["rules", "test", *files, *options])
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_rules_that_everybody_tried_have_nothing_to_put_right(tried):
    told = tried("--mutate")

    assert "1 rule: 4 examples and 2 cases, 6 expectations, none came out otherwise." in told
    assert "2 clauses: 6 of 6 possible truths seen (100 %)" in told
    assert "no survivors" in told


def test_an_example_that_comes_out_otherwise_is_told_with_its_line_and_what_decided(tried):
    told = tried(rules=[('"1961-11-21"}, outcome: not_raised', '"1961-11-21"}, outcome: raised')], code=1)

    assert "rules.yaml:16: falls-when-older, example 2: expected raised, came out not raised" in told
    assert "decided by falls-when-older when.all[1] (line 11): age at_least 65 is not so" in told
    assert "change the condition, the answers, or the outcome that is expected" in told
    assert "1 came out otherwise" in told


def test_what_nobody_knows_is_named_where_it_decided(tried):
    told = tried(rules=[("{recent_surgery_illness: no", "{recent_surgery_illness: not_sure")], code=1)

    assert "example 3: expected not raised, came out cannot tell" in told
    assert "recent_surgery_illness is yes is not known (nobody knows: recent_surgery_illness)" in told


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("priority: moderate", "priority: high", "expected raised at high, came out raised at moderate"),
        ("raised, priority: moderate", "cannot_tell", "expected cannot tell, came out raised"),
    ],
)
def test_a_case_that_comes_out_otherwise_is_told_with_its_person(tried, written, instead, message):
    told = tried(cases=[(written, instead)], code=1)

    assert f"people.yaml:6: falls-when-older, case pat: {message}" in told


def test_every_person_is_told_when_asked_for(tried):
    told = tried("-v")

    assert "rules.yaml:15: falls-when-older, example 1: raised, as expected" in told
    assert "people.yaml:11: topic dizziness_falls, case sam: raised, as expected" in told
    assert told.count("decided by") >= 6


def test_a_clause_that_nobody_tried_in_one_truth_is_told_with_an_example_that_would(tried):
    told = tried(
        rules=[
            ("blank}, outcome: cannot_tell", '"1950-01-01"}, outcome: cannot_tell'),
            ("      - {answers: {recent_surgery_illness: no,", "      - {answers: {recent_surgery_illness: not_sure,"),
            ('1950-01-01"}, outcome: not_raised', '1950-01-01"}, outcome: cannot_tell'),
        ],
        code=1,
    )  # fmt: skip

    assert "rules.yaml:10: falls-when-older: no example and no case makes when.all[0]" in told
    assert "(recent_surgery_illness is yes) not so" in told
    assert "(age at_least 65) not known" in told
    assert "add an example:  - {answers: {" in told
    assert "4 of 6 possible truths seen (66 %)" in told


def test_a_truth_that_cannot_be_is_not_asked_for(tried):
    """Words in no box are not mentioned: whether they are is always known."""
    told = tried(
        "--json",
        rules=[
            ("{question: age, at_least: 65 years}", "{question: crisis_words, at_least: 1}"),
            ('date_of_birth: "1961-11-20"', 'anything_else: "I want to end it all"'),
            ('date_of_birth: "1961-11-21"', "anything_else: nothing"),
            ('date_of_birth: "1950-01-01"', "anything_else: nothing"),
            ("date_of_birth: blank", 'anything_else: "I want to end it all"'),
        ],
        cases=[
            ('date_of_birth: "1961-11-20"', 'anything_else: "I want to end it all"'),
            ('date_of_birth: "1960-11-20"', 'anything_else: "I want to end it all"'),
        ],
    )
    clause = json.loads(told)["clauses"][1]

    assert clause["comparison"] == "crisis_words at_least 1"
    assert clause["possible"] == ["no", "yes"] == clause["seen"]


def test_a_mutant_that_nobody_notices_is_told_with_the_example_that_would(tried):
    nobody_at_the_line = {
        "rules": [('"1961-11-20"}, outcome', '"1950-11-20"}, outcome')],
        "cases": [('"1961-11-20"', '"1951-11-20"'), ('"1960-11-20"', '"1951-11-20"')],
    }
    told = tried("--mutate", **nobody_at_the_line, code=1)

    assert (
        "rules.yaml:11: falls-when-older: nothing notices when.all[1]: age at_least 65 → age at_least 66"
        in told
    )
    assert "2 survivors" in told

    examples = "".join(f"      - {one}\n" for one in re.findall(r"add an example:  - (.+)", told))
    nobody_at_the_line["rules"].append(("    examples:\n", f"    examples:\n{examples}"))
    assert "no survivors" in tried("--mutate", **nobody_at_the_line)


def test_a_priority_that_no_case_states_survives(tried):
    told = tried("--mutate", cases=[(", priority: moderate", "")], code=1)

    assert "falls-when-older: nothing notices priority: moderate → high" in told
    assert "state the priority in a case" in told


# Whoever is 65 is 50 as well, so the second part makes no difference.
AGE = "        - {question: age, at_least: 65 years}\n"
YOUNG = '    examples:\n      - {answers: {date_of_birth: "1990-01-01"}, outcome: not_raised}\n'
TWICE = [(AGE, AGE + AGE.replace("65", "50")), ("    examples:\n", YOUNG)]


def test_a_mutant_that_changes_nothing_is_proved_so_and_only_noted(tried):
    told = tried("--mutate", rules=TWICE)

    assert "rules.yaml:8: falls-when-older: note: when could do without a part" in told
    assert "age at_least 50: proved to change no outcome for anybody" in told
    assert "no survivors" in told


def _gives_up(*_):
    raise Undecided("time")


def _is_missing():
    raise SolverMissing


@pytest.mark.parametrize("answer", [_gives_up, lambda *_: Answers()])
def test_what_the_solver_does_not_prove_is_reported(tried, monkeypatch, answer):
    monkeypatch.setattr(Equivalence, "difference", answer)

    told = tried("--mutate", rules=TWICE, code=1)

    assert "0 proved to change nothing" in told
    assert "nothing notices when: left out: age at_least 50" in told


def test_without_the_solver_nothing_is_proved(tried, monkeypatch):
    monkeypatch.setattr(solving, "_z3", _is_missing)

    told = tried("--mutate", rules=TWICE, code=1)

    assert "not proved to change nothing, and no answers were found that tell the two apart" in told
    assert "The solver is not installed" in told
    assert "0 proved to change nothing" in told


def test_the_whole_is_printed_as_one_object_for_other_programs(tried):
    plain = json.loads(tried("--mutate", "--json", rules=[('"1961-11-21"}, outcome: not_raised', '"1961-11-21"}, outcome: raised')], code=1))  # fmt: skip

    unexpected = [one for one in plain["expectations"] if not one["as_expected"]]
    assert [(one["where"], one["came_out"]["outcome"]) for one in unexpected] == [
        ("rules.yaml:16", "not_raised")
    ]
    assert unexpected[0]["decided_by"][0]["clause"] == "when.all[1]"
    assert plain["coverage"]["clauses"] == 2
    assert plain["mutants"]["solver"] is True
    assert plain["mutants"]["mutants"] == plain["mutants"]["noticed"] + plain["mutants"]["survivors"]
    assert {"rule", "path", "line", "change", "standing", "answers", "outcome"} == set(plain["unnoticed"][0])


def test_other_rules_are_tried_on_their_examples_alone(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    done = CliRunner().invoke(main, ["rules", "test", "--rules", str(tmp_path / "rules.yaml")])

    assert "4 examples and no cases" in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rule", "aneurysm"], 'there is no rule "aneurysm" (did you mean "'),
        (["--rules", "nowhere.yaml"], "nowhere.yaml:1"),
        (["--cases", "nowhere"], "there are no files of cases (*.yaml) in this folder; check its name"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(options, message):
    done = CliRunner().invoke(main, ["rules", "test", *options])

    assert done.exit_code == 2
    assert message in done.output


def test_one_rule_is_tried_alone():
    done = CliRunner().invoke(main, ["rules", "test", "--rule", "age-under-18", "--mutate"])

    assert done.exit_code == 0, done.output
    assert done.output.startswith("1 rule: ") or "\n1 rule: " in done.output
    assert resources.CASES.is_dir()
