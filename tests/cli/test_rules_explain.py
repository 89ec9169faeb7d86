"""``intake rules explain``, as a person at a console runs it."""

import json
import re

import pytest
from click.testing import CliRunner

from intake.cli import main

PERSON = """
as_of: 2026-11-20
answers: {height: 200 cm, weight: 130 kg, sleep_apnea: maybe}
"""
RULE = "sleep-apnea-without-cpap-or-possible-at-bmi-35"


@pytest.fixture
def explain(tmp_path):
    """Runs the command; the person of these tests is in pat.yaml."""
    person = tmp_path / "pat.yaml"
    person.write_text(PERSON, encoding="utf-8")

    def run(*arguments, code=0):
        named = [str(person) if one == "pat.yaml" else one for one in arguments]
        done = CliRunner().invoke(main, ["rules", "explain", *named])
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_a_rule_is_told_with_its_reasons_and_sources(explain):
    told = explain("psychostimulant")

    assert "“Last blood pressure reading”, top number, is below 140 mmHg" in told
    assert "“Last blood pressure reading”: asked only if" in told
    assert "priority moderate" in told
    assert re.search(r"Sources\n  label interaction: SPRAVATO prescribing information", told)


def test_a_person_is_told_clause_by_clause_and_what_would_change_it(explain):
    told = explain(RULE, "--answers", "pat.yaml")

    assert "as of November 20, 2026: not raised" in told
    assert re.search(r"^> no +“Body mass index” is 35 kg/m² or more$", told, re.MULTILINE)
    assert re.search(r"^  yes +“Sleep apnea” was answered “Maybe", told, re.MULTILINE)
    raised = told.partition("raised, with\n")[2].partition("cannot tell, with\n")
    assert "Weight: for example 140.0 kg" in raised[0]
    assert "Weight: Left blank" in raised[2]


def test_what_nobody_knows_is_told_with_how_it_was_left(explain):
    told = explain("mao-inhibitor", "--answers", "pat.yaml")

    assert "cannot tell" in told
    assert "nobody knows  Takes an MAO inhibitor: Not reached" in told
    assert re.search(r"Takes medicines: Yes\n +and then Medicines: phenelzine", told)


def test_the_same_is_there_for_other_programs(explain):
    plain = json.loads(explain(RULE, "--answers", "pat.yaml", "--json"))

    assert plain["person"]["outcome"] == "not_raised"
    assert {"question": "sleep_apnea", "answers": "{sleep_apnea: no_cpap}", "not_reached": "",
            "outcome": "raised"} in plain["person"]["would_change_it"]  # fmt: skip
    assert plain["when"]["parts"][1]["parts"][1]["truth"] == "no"


def test_a_rule_that_is_not_there_comes_with_the_one_that_was_meant(explain):
    assert 'there is no rule "psychostimulent" (did you mean "psychostimulant"?)' in explain(
        "psychostimulent", code=2
    )


def test_a_bad_file_of_answers_is_refused(explain):
    assert "there is no such file" in explain(RULE, "--answers", "nobody.yaml", code=2)


def test_a_silenced_rule_is_said_to_be_silenced_and_not_unknown(explain, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    silenced = "{rule: age-18-to-24, off: true, reason: Asked by the nurse, by: R. Chen, until: 2026-12-31}"
    overlay.write_text(f"changes:\n  - {silenced}\n", encoding="utf-8")
    merged = CliRunner().invoke(
        main, ["rules", "print", "--overlay", str(overlay), "--on", "2026-11-20", "--json"]
    )
    (tmp_path / "merged.yaml").write_text(json.loads(merged.stdout)["text"], encoding="utf-8")

    told = explain("age-18-to-24", "--rules", str(tmp_path / "merged.yaml"), code=2)

    assert "rule age-18-to-24 is silenced by the clinic's overlay until 2026-12-31, and not run" in told
