"""``intake rules diff``: somebody for each way in which two rules files flag people differently."""

import json
import re

import pytest
from click.testing import CliRunner

from intake import resources
from intake.cli import main
from intake.proving import solving
from intake.proving.equivalence import Equivalence
from intake.proving.solving import SolverMissing, Undecided

RULES = """owner: Somebody
review_by: 2027-05-20
rules:
  - id: pressure-reading
    topic: recent_bp_reading
    title: A reading of 160 or above
    priority: high
    when:
      all:
        - {question: bp_reading_known, is: yes}
        - {question: recent_bp_reading.first, at_least: 160 mmHg}
    why: Because
    sources: [{kind: inference}]
    examples:
      - {answers: {bp_reading_known: yes, recent_bp_reading: "200/90"}, outcome: raised}
      - {answers: {bp_reading_known: yes, recent_bp_reading: "120/90"}, outcome: not_raised}
      - {answers: {bp_reading_known: blank}, outcome: cannot_tell}
  - id: stroke
    topic: stroke_tia
    title: A stroke
    priority: high
    when: {question: aneurysm, is: not_repaired}
    why: Because
    sources: [{kind: inference}]
    examples:
      - {answers: {aneurysm: not_repaired}, outcome: raised}
      - {answers: {aneurysm: no}, outcome: not_raised}
      - {answers: {}, outcome: cannot_tell}
"""
THIRD = """  - id: no-medicines
    topic: medicines
    title: Takes none
    priority: info
    when: {question: takes_medicines, is: no}
    why: Because
    sources: [{kind: inference}]
    examples:
      - {answers: {takes_medicines: no}, outcome: raised}
      - {answers: {takes_medicines: yes}, outcome: not_raised}
      - {answers: {}, outcome: cannot_tell}
"""


@pytest.fixture
def diff(tmp_path):
    """Compares these rules with the same after some words were replaced."""

    def run(*changes, old=RULES, new=RULES, options=(), code=1):
        for written, instead in changes:
            assert written in new
            new = new.replace(written, instead)
        paths = tmp_path / "old.yaml", tmp_path / "new.yaml"
        for path, text in zip(paths, (old, new), strict=True):
            path.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(main, ["rules", "diff", *map(str, paths), *options])
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_the_same_file_flags_nobody_differently(diff):
    assert diff(code=0) == "Nobody is flagged differently.\n"


def test_only_words_changed(diff):
    told = diff(("title: A stroke", "title: Aneurysm"), ("why: Because", "why: Since"), code=0)

    assert "only words changed, everyone is flagged alike (2)" in told
    assert "  stroke: title, why\n" in told
    assert told.endswith("Nobody is flagged differently.\n")


def test_a_condition_written_otherwise_that_says_the_same(diff):
    told = diff(("at_least: 160 mmHg", "above: 159 mmHg"), code=0)

    assert "  pressure-reading: when\n" in told


def test_the_person_for_a_threshold_lies_between_the_two(diff):
    told = diff(("at_least: 160", "at_least: 150"))

    assert "changed: pressure-reading" in told
    assert "raised only with NEW" in told
    (top,) = re.findall(r"Last blood pressure reading: (\d+) / \d+ mmHg", told)
    assert 150 <= int(top) < 160
    assert "only with OLD" not in told


LOOSENED = (
    ("      all:\n", "      any:\n"),
    ('"120/90"}, outcome: not_raised', '"120/90"}, outcome: raised'),
    ("{bp_reading_known: blank}", "{bp_reading_known: no}, outcome: not_raised}\n      - {answers: {}"),
)


def test_a_condition_loosened_is_raised_for_more_people(diff):
    told = diff(*LOOSENED)

    assert re.search(
        r"raised only with NEW.*\n    Knows a blood pressure reading: Yes, I have a reading\n"
        r"    Last blood pressure reading: \d+ / \d+ mmHg\n",
        told,
    )
    assert "raised instead of cannot tell" in told
    assert "with OLD" not in told


def test_another_priority(diff):
    told = diff(("title: A stroke\n    priority: high", "title: A stroke\n    priority: moderate"))

    assert "A stroke (priority moderate instead of high)" in told
    assert "raised at moderate instead of high" in told or "cannot tell at moderate instead of high" in told


def test_another_choice_is_raised_for_others_and_no_longer_for_some(diff):
    told = diff(("not_repaired", "repaired"))

    assert "raised only with NEW" in told
    assert "raised only with OLD" in told


def test_a_rule_added_and_a_rule_removed(diff):
    added, removed = diff(new=RULES + THIRD), diff(old=RULES + THIRD)

    assert "added: no-medicines\n  Takes none (priority info)" in added
    assert re.search(r"raised only with NEW.*\n    Takes medicines: No\n", added)
    assert "1 rule flags people differently (1 added)" in added
    assert "removed: no-medicines" in removed
    assert "raised only with OLD" in removed


def test_another_order_is_said(diff):
    rules = RULES.partition("  - id: stroke")
    swapped = rules[0].partition("  - id: pressure")
    told = diff(new=swapped[0] + rules[1] + rules[2] + swapped[1] + swapped[2], code=0)

    assert "The rules stand in another order" in told


def test_the_same_is_there_for_other_programs(diff):
    plain = json.loads(diff(("at_least: 160", "at_least: 150"), options=("--json",)))

    (rule,) = plain["flagged_differently"]
    (person,) = rule["people"]
    assert (rule["rule"], rule["fate"], rule["keys"]) == ("pressure-reading", "changed", ["when"])
    assert (person["old"], person["new"]) == ("not_raised", "raised")
    assert person["answers"].startswith("{bp_reading_known: yes, recent_bp_reading: ")


def test_a_file_that_is_refused_is_said(diff):
    told = diff(("is: yes}", "is: maybe}"), code=2)

    assert re.match(r"new\.yaml:10(:\d+)?: rule pressure-reading: .*offers no choice \"maybe\"", told)


def test_without_the_solver_it_says_what_to_install(diff, monkeypatch):
    def missing():
        raise SolverMissing

    monkeypatch.setattr(solving, "_z3", missing)

    assert "pip install 'z3-solver" in diff(("at_least: 160", "at_least: 150"), code=2)
    assert "Nobody" in diff(code=0)


def test_what_the_solver_cannot_decide_is_never_called_the_same(diff, monkeypatch):
    def gives_up(*_):
        raise Undecided("timeout")

    monkeypatch.setattr(Equivalence, "person_for", gives_up)
    told = diff(("at_least: 160", "at_least: 150"))

    assert "not decided: the solver gave up" in told
    assert "Nobody" not in told


def test_the_shipped_rules_against_themselves():
    path = str(resources.SCREENING_RULES)

    done = CliRunner().invoke(main, ["rules", "diff", path, path])

    assert (done.exit_code, done.output) == (0, "Nobody is flagged differently.\n")
