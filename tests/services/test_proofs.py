"""`intake rules prove`: what it prints, for people and for programs, and how it ends."""

import json
import sys

import pytest
from click.testing import CliRunner

import small
from intake.cli import main
from intake.content.library import parse_library
from intake.proving.obligations import Kind
from intake.proving.solving import Solver, Undecided
from intake.services import proofs, proofs_in_words

RULE = "aneurysm-or-aortic-tear"
BROKEN = """
rules:
  - id: only-a-repaired-one
    topic: aneurysm
    title: A repaired aneurysm
    priority: high
    when: {question: aneurysm, is: repaired}
    why: Blood pressure rises.
    sources: [{kind: inference}]
    owner: Lead
    review_by: 2027-05-20
    hazards: [H01]
    examples:
      - {answers: {aneurysm: repaired}, outcome: raised}
      - {answers: {aneurysm: no}, outcome: not_raised}
      - {answers: {aneurysm: not_sure}, outcome: cannot_tell}
"""
HELD = """
invariants:
  - id: any-aneurysm
    says: Whoever has an aneurysm gets a high flag.
    why: The label.
    flag: raised
    at_least: high
    cases: [{topic: aneurysm, when: {question: aneurysm, is_one_of: [repaired, not_repaired]}}]
"""


def prove(*arguments):
    return CliRunner().invoke(main, ["rules", "prove", "--processes", "1", *arguments])


@pytest.fixture
def broken(tmp_path):
    rules, held = tmp_path / "rules.yaml", tmp_path / "held.yaml"
    rules.write_text(BROKEN, encoding="utf-8")
    held.write_text(HELD, encoding="utf-8")
    return "--rules", str(rules), "--invariants", str(held)


def test_a_rule_of_which_all_is_shown_ends_with_nothing_to_put_right():
    ran = prove("--rule", RULE)

    assert ran.exit_code == 0
    assert "All of it is shown, for everyone who could fill in the form" in ran.stdout
    assert "10 of" not in ran.stdout
    assert ran.stderr.splitlines()[-1].startswith("3 of 3")


def test_what_is_not_so_is_told_of_a_person(broken):
    ran = prove(*broken)

    assert ran.exit_code == 1
    assert (
        "NOT SO  aneurysm / aneurysm: a graver answer quiets a flag of the topic aneurysm\n"
        "  Somebody with these answers, and no others:\n"
        "    Aneurysm or a tear in the aorta: Yes, repaired\n"
        "  And the same person, with one answer graver:\n"
        "    Aneurysm or a tear in the aorta: Yes, not repaired   (and not: Yes, repaired)\n"
        "  With the graver answer these are gone, and nothing as high stands in their place:\n"
        "    high      only-a-repaired-one  A repaired aneurysm\n"
        "  Widen a rule of this topic"
    ) in ran.stdout
    assert (
        "NOT SO  invariant any-aneurysm / aneurysm (1): Whoever has an aneurysm gets a high flag.\n"
        "  Somebody with these answers, and no others:\n"
        "    Aneurysm or a tear in the aorta: Yes, not repaired\n"
    ) in ran.stdout
    assert ran.stdout.endswith("2 to put right, 0 undecided.\n")


def test_programs_get_the_same_as_json(broken):
    ran = prove(*broken, "--json")

    told = json.loads(ran.stdout)
    assert ran.exit_code == 1
    assert [one["kind"] for one in told["left"]] == [
        Kind.GRAVER_QUIETS_NOTHING.value,
        Kind.INVARIANT.value,
    ]
    quieted = told["left"][0]
    assert quieted["rules"] == ["only-a-repaired-one"]
    assert quieted["person"] == [
        {"question": "aneurysm", "label": "Aneurysm or a tear in the aorta", "answer": "Yes, repaired"}
    ]
    assert quieted["graver"]["person"][0]["answer"] == "Yes, not repaired"


def test_undecided_is_something_found_and_is_listed(monkeypatch):
    def give_up(self, goal):
        raise Undecided("timeout")

    monkeypatch.setattr(Solver, "values_for", give_up)

    ran = prove("--rule", RULE)

    assert ran.exit_code == 1
    assert f"UNDECIDED  can be raised: {RULE}" in ran.stdout
    assert "Give it longer with --seconds" in ran.stdout


def test_a_rule_that_is_not_there_is_refused_with_the_nearest():
    ran = prove("--rule", "aneurysm-or-aortic-tears")

    assert ran.exit_code == 2
    assert f'there is no rule "aneurysm-or-aortic-tears" (did you mean "{RULE}"?)' in ran.stderr


def test_without_the_solver_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)

    ran = prove("--rule", RULE)

    assert ran.exit_code == 2
    assert "pip install 'intake[proving]'" in ran.stderr


def test_a_bad_file_of_invariants_is_refused_with_its_line(tmp_path):
    bad = tmp_path / "invariants.yaml"
    bad.write_text("invariants:\n  - id: one\n", encoding="utf-8")

    ran = prove("--invariants", str(bad))

    assert ran.exit_code == 2
    assert "invariants.yaml:2:5: invariant one: 'says' is missing; it should be words" in ran.stderr


def test_several_processes_find_what_one_finds(tmp_path):
    rules = BROKEN.replace("aneurysm", "pressure").replace("repaired", "yes")
    library = parse_library(small.QUESTIONNAIRE, rules, small.MEDICINES)
    held = tmp_path / "held.yaml"
    of_pressure = HELD.replace("aneurysm", "pressure").replace(
        "is_one_of: [repaired, not_repaired]", "is: no"
    )
    held.write_text(of_pressure, encoding="utf-8")

    alone, together = (proofs.prove(library, held, processes=several) for several in (1, 2))

    assert together.report == alone.report
    assert [proof.kind for proof in alone.report.left] == [Kind.INVARIANT]
    assert proofs_in_words.as_plain(together) == proofs_in_words.as_plain(alone)


def test_a_promise_about_nobody_is_not_shown(broken, tmp_path):
    held = tmp_path / "nobody.yaml"
    both = "{all: [{question: aneurysm, is: repaired}, {question: aneurysm, is: not_repaired}]}"
    named = "{question: aneurysm, is_one_of: [repaired, not_repaired]}"
    held.write_text(HELD.replace(named, both), encoding="utf-8")

    ran = prove("--rule", RULE, "--invariants", str(held))

    assert ran.exit_code == 1
    assert "Nobody can be in this case, so it promises nothing" in ran.stdout


def test_what_has_no_order_of_gravity_is_named_as_not_spoken_of():
    ran = prove("--rule", "blood-pressure-reading-180-120")

    assert ran.exit_code == 0
    assert "nothing is shown of a graver one:\n  bp_reading_known, recent_bp_reading\n" in ran.stdout
