"""The commands with a clinic's overlay: what they print, and what they tell beside it."""

import json
import os
from datetime import date

import pytest
from click.testing import CliRunner

import small
from intake.cli import main
from intake.content.rules import parse_rulebook
from overlays import OVERLAY, RULES, laid

ON = ("--on", "2026-11-20")
# Far enough ahead of whatever day it is, and near enough: only 'print' is told the day.
YEARLESS = (
    f"changes:\n  - {{rule: pressure-noted, off: true, reason: Same, by: R. Chen, until: {date.today()}}}\n"  # noqa: DTZ011
)


@pytest.fixture
def intake(tmp_path, monkeypatch):
    """Runs a command over small files, in a folder of its own; returns what it printed and what it told."""
    files = {
        "questionnaire": small.QUESTIONNAIRE,
        "screening_rules": RULES,
        "medicines": small.MEDICINES,
        "our_overlay": OVERLAY,
    }
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("INTAKE_")]:
        monkeypatch.delenv(name)

    def run(*arguments, code=0, overlay=None):
        settings = {name: f"{name}.yaml" for name in ("questionnaire", "screening_rules", "medicines")}
        if overlay is not None:
            (tmp_path / "set.yaml").write_text(overlay, encoding="utf-8")
            settings["rules_overlay"] = "set.yaml"
        environment = {f"INTAKE_{name.upper()}": value for name, value in settings.items()}
        done = CliRunner().invoke(main, arguments, env=environment)
        assert done.exit_code == code, done.output
        return done.stdout, done.stderr

    return run


def test_the_rules_file_is_printed_as_it_was_written(intake):
    printed, told = intake("rules", "print")

    assert printed == RULES
    assert "overlay" not in told


def test_printed_merged_without_an_overlay_it_says_so(intake):
    printed, told = intake("rules", "print", "--merged")

    assert printed == RULES
    assert "No overlay lies over these rules" in told


def test_what_screens_is_printed_and_what_was_changed_is_told(intake):
    printed, told = intake("rules", "print", "--overlay", "our_overlay.yaml", *ON)

    assert printed == laid().text
    assert parse_rulebook(printed, small.asked, small.formulary) == laid().rulebook
    assert (
        told
        == f"""\
Edition {laid().rulebook.edition[:12]}
On 2026-11-20, the overlay comes to:
added (1)
  high  our-own: Our own rule
moved up (1)
  info -> urgent  pressure-info: Pressure, for the record
lowered (1)
  high -> moderate  pressure-high: High pressure: known (until 2027-03-01, R. Chen, MD: Seen already)
silenced, which is not run (1)
  moderate  pressure-noted: Pressure (until 2026-12-31, R. Chen, MD: Twice: the same)
ended (0)
"""
    )


def test_it_is_printed_as_data(intake):
    printed, _ = intake("rules", "print", "--overlay", "our_overlay.yaml", "--on", "2027-01-01", "--json")
    plain = json.loads(printed)

    assert plain["text"] == laid(on=date(2027, 1, 1)).text
    assert plain["edition"] == laid(on=date(2027, 1, 1)).rulebook.edition
    assert {
        key: [one["rule"] for one in plain["overlay"][key]] for key in plain["overlay"] if key != "on"
    } == {
        "added": ["our-own"],
        "moved_up": ["pressure-info"],
        "lowered": ["pressure-high"],
        "silenced": [],
        "ended": ["pressure-noted"],
    }


def test_the_overlay_of_the_settings_counts_and_is_told_of(intake):
    printed, told = intake("rules", "print", overlay=YEARLESS)
    merged, _ = intake("rules", "print", "--merged", overlay=YEARLESS)

    assert printed == RULES
    assert "printed with --merged" in told
    assert "lowered:" in merged


def test_a_bad_overlay_is_refused_in_words(intake):
    _, told = intake(
        "rules", "print", "--merged", code=2, overlay="changes:\n  - {rule: presure-high, off: true}\n"
    )
    _, missing = intake("check", "--overlay", "nowhere.yaml", code=2)

    assert told.startswith("set.yaml:2")
    assert 'did you mean "pressure-high"?' in told
    assert missing == "nowhere.yaml:1:1: there is no such file; check the path in the settings\n"


def test_checking_counts_the_rules_in_force_and_says_what_was_changed(intake):
    printed, _ = intake("check", overlay=YEARLESS)
    ended, _ = intake("check", overlay=YEARLESS.replace(f"{date.today()}", "2026-01-01"))  # noqa: DTZ011

    assert "2 rules" in printed
    assert "silenced, which is not run (1)" in printed
    assert "3 rules" in ended
    assert "pressure-noted: ended on 2026-01-01, and the rule is as shipped since" in ended


def test_screening_runs_the_merged_rules_and_names_what_it_did_not_run(intake, tmp_path):
    (tmp_path / "answers.yaml").write_text("answers: {pressure: no}\n", encoding="utf-8")

    plain, _ = intake("screen", "answers.yaml")
    silenced, _ = intake("screen", "answers.yaml", overlay=YEARLESS)
    as_data, told = intake("screen", "answers.yaml", "--json", overlay=YEARLESS)

    assert "not raised (3)" in plain
    assert "silenced" not in plain
    assert "not raised (2)" in silenced
    assert "silenced, which is not run (1)\n  moderate  pressure-noted" in silenced
    assert {one["rule"] for one in json.loads(as_data)} == {"pressure-high", "pressure-info"}
    assert "silenced, which is not run (1)" in told


def test_other_rules_stand_as_they_are_unless_an_overlay_is_named_too(intake):
    alone, _ = intake("check", "--rules", "screening_rules.yaml", overlay=YEARLESS)
    both, _ = intake("check", "--rules", "screening_rules.yaml", "--overlay", "set.yaml", overlay=YEARLESS)

    assert "3 rules" in alone
    assert "2 rules" in both
