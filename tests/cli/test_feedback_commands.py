"""`intake rules figures` and `intake rules feedback`: numbers for people and programs, and an exit code."""

import json

import pytest
from click.testing import CliRunner

import sending
from copies import make_copy, staff
from intake.cli import main
from intake.domain.feedback import FeedbackKind
from intake.domain.permissions import Role
from intake.services import feedback, reviewing

RULE = "aneurysm-or-aortic-tear"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A clinic whose clock is the computer's, as that of the commands is."""
    copy = make_copy(tmp_path)
    monkeypatch.setenv("INTAKE_INSTANCE", str(copy.settings.instance))
    monkeypatch.chdir(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)


def rules(*arguments):
    return CliRunner().invoke(main, ["rules", *arguments])


def send(copy, short):
    sending.send(copy.desk, f"{sending.PAT}, {short}")
    (submission,) = reviewing.to_rescreen(copy.clinic)
    return submission


def flag(copy, alice, submission):
    flags = reviewing.open_review(copy.clinic, alice, submission).flags
    return next(one.key for one in flags if one.outcome.rule == RULE)


def test_the_figures_are_told_for_people_and_for_programs(copy, alice):
    submission = send(copy, "aneurysm: not_repaired")
    key = flag(copy, alice, submission)
    feedback.give_feedback(copy.clinic, alice, submission, FeedbackKind.WRONG, key, "xanthocanary")

    told, plain = rules("figures", "--days", "36500"), rules("figures", "--days", "36500", "--json")

    (line,) = (one for one in told.output.splitlines() if one.endswith(f"  {RULE}"))
    assert line.split()[:8] == ["1", "0", "0", "100%", "1", "0", "0", "1"]
    assert "1 of 1 forms of the last 36500 days counted" in told.output
    assert "with fewer than 20 forms, figures mean little" in told.output
    document = json.loads(plain.stdout)
    (rule,) = (one for one in document["rules"] if one["rule"] == RULE)
    assert (rule["raised"], rule["wrong"], rule["share"]) == (1, 1, 1.0)
    assert (document["counted"], document["mean_little"]) == (1, True)
    for secret in ("xanthocanary", "Rivera", "Doe", "HL-", str(submission)):
        assert secret not in told.output + plain.output


def test_too_many_urgent_ends_the_command_with_1(copy):
    send(copy, "home_safe: no")

    told = rules("figures", "--days", "36500")

    assert told.exit_code == 1
    assert "more than one in five forms is urgent: 1 of 1" in told.stderr


def test_nothing_to_put_right_ends_the_commands_with_0(copy):
    """The control."""
    assert [rules(one).exit_code for one in ("figures", "feedback")] == [0, 0]
    assert "Nothing was said of any flag." in rules("feedback").output


def test_feedback_is_counted_and_an_open_entry_ends_the_command_with_1(copy, alice):
    submission = send(copy, "aneurysm: not_repaired")
    key = flag(copy, alice, submission)
    feedback.give_feedback(copy.clinic, alice, submission, FeedbackKind.NOT_USEFUL, key, "")
    feedback.give_feedback(copy.clinic, alice, submission, FeedbackKind.MISSING, "", "xanthocanary")

    told, plain = rules("feedback"), rules("feedback", "--json")

    assert told.exit_code == plain.exit_code == 1
    assert told.output.splitlines() == [
        f"     1 not useful      0 wrong   {RULE}",
        "A flag was said to be missing: 1",
        "Safety log: 1 open, 0 closed",
    ]
    assert json.loads(plain.stdout)["rules"] == [{"rule": RULE, "not_useful": 1, "wrong": 0}]
    assert "xanthocanary" not in told.output + plain.output
    feedback.close_entry(copy.clinic, alice, submission, 2, "Rule written")
    assert rules("feedback").exit_code == 0


@pytest.mark.parametrize("days", ["0", "-1", "x"])
def test_a_period_that_cannot_be_is_refused(days):
    refused = rules("figures", "--days", days)

    assert refused.exit_code == 2
    assert "Invalid value for '--days'" in refused.output


def test_what_is_no_instance_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("INTAKE_INSTANCE", str(tmp_path / "nowhere"))

    for command in ("figures", "feedback"):
        refused = rules(command)
        assert (refused.exit_code, refused.exception.__class__) == (2, SystemExit)
        assert "nowhere" in refused.output
