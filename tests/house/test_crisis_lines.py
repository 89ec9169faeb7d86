"""Ways to reach help go out of date: a person checks each, and this fails when nobody has in time."""

from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from intake import resources
from intake.cli import main
from intake.content.questionnaire import read_questionnaire

ASKED, _ = read_questionnaire(resources.QUESTIONNAIRE)


def test_every_way_to_reach_help_was_checked_in_time():
    out_of_date = [f"{line.say}: by {line.expires}" for line in ASKED.out_of_date(datetime.now(UTC).date())]

    assert not out_of_date, "call or text each, then move its dates in questionnaire/crisis_lines.yaml"


def test_the_day_after_the_last_one_this_fails():
    last = min(line.expires for line in ASKED.crisis_lines)

    assert not ASKED.out_of_date(last)
    assert ASKED.out_of_date(last + timedelta(days=1))


def test_nothing_holds_for_longer_than_a_quarter():
    for line in ASKED.crisis_lines:
        assert line.expires - line.verified <= timedelta(days=92), line.say


def test_the_line_that_ended_in_2025_has_not_come_back():
    assert not any("press 3" in f"{line.say} {line.about}" for line in ASKED.crisis_lines)


def test_a_check_of_the_files_warns_of_a_line_that_has_run_out(tmp_path, monkeypatch):
    lines = tmp_path / "lines.yaml"
    shipped = resources.CRISIS_LINES.read_text(encoding="utf-8")
    lines.write_text(shipped.replace("expires: 2027-02-20", "expires: 2026-11-20"), encoding="utf-8")
    monkeypatch.setenv("INTAKE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("INTAKE_CRISIS_LINES", str(lines))

    ran = CliRunner().invoke(main, ["check"])

    assert ran.exit_code == 0, ran.output
    assert "“Call 988” was to be checked again by 2026-11-20" in ran.output
