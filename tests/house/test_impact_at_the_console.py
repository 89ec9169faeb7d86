"""`intake rules impact` and `intake rules replay`, run as a person at a console runs them."""

import io
import json

import pytest
from click.testing import CliRunner

import sending
from copies import PASSWORD, make_copy, staff
from intake import resources
from intake.cli import main
from intake.cli.progress import Progress
from intake.domain.permissions import Role

RULES = resources.SCREENING_RULES.read_text(encoding="utf-8")


@pytest.fixture
def console(tmp_path, monkeypatch):
    """Runs commands on a clinic with two forms of invented patients, Alice and Bob."""
    copy = make_copy(tmp_path)
    staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    sending.send_at_once(copy.desk, f"{sending.PAT}, date_of_birth: 1950-01-01")
    sending.send_at_once(copy.desk, "first_name: Quinn, last_name: Roe, phone: 555-0143")
    other = RULES.replace("\n    priority: moderate", "\n    priority: high", 1)
    (tmp_path / "new.yaml").write_text(other, encoding="utf-8")
    monkeypatch.setenv("INTAKE_INSTANCE", str(copy.settings.instance))
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0, typed=""):
        done = CliRunner().invoke(main, arguments, input=typed)
        assert done.exit_code == code, done.output
        return done

    yield run
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_counts_are_printed_without_names_and_names_for_a_clinician_with_a_reason(console):
    counts = console("rules", "impact", "new.yaml", code=1).stdout
    listed = console(
        *("rules", "impact", "new.yaml", "--list", "--as", "alice", "--reason", "To call them"),
        code=1,
        typed=f"{PASSWORD}\n",
    ).stdout

    assert "Flags that would have another priority:" in counts
    assert "2  moderate to high      age-65-or-older  Age 65 or older" in counts
    assert "2 of 2 submissions would have a different flag: 2 waiting and 0 signed off" in counts
    assert "HL-" not in counts
    assert "Pat Doe" not in counts
    assert "Pat Doe" in listed
    assert "Shown to A. Rivera, MD, because: To call them" in listed


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (["--list", "--as", "alice"], "", "Say why names have to be shown"),
        (["--list", "--reason", "A call"], "", "Say who asks for names"),
        (["--list", "--reason", "A call", "--as", "alice"], "wrong\n", "not the username and password"),
        (["--list", "--reason", "A call", "--as", "bob"], f"{PASSWORD}\n", "B. Stone may not read forms"),
        (["--since", "yesterday"], "", "Invalid value for '--since'"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(console, arguments, typed, words):
    done = console("rules", "impact", "new.yaml", *arguments, code=2, typed=typed)

    assert words in done.stderr
    assert "HL-" not in done.stdout


def test_the_same_rules_change_nothing_and_all_screenings_replay(console):
    same = json.loads(console("rules", "impact", str(resources.SCREENING_RULES), "--json").stdout)
    replayed = json.loads(console("rules", "replay", "--all", "--json").stdout)

    assert (same["looked_at"], same["different"]["submissions"], same["flags"]) == (2, 0, [])
    assert (replayed["same"], replayed["screenings"], replayed["otherwise"]) == (2, 2, [])


def test_a_submission_to_replay_is_named_once(console):
    assert "give --all" in console("rules", "replay", code=2).stderr
    assert "there is no submission HL-222-222" in console("rules", "replay", "hl-222-222", code=2).stderr


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_says_how_long_it_still_takes():
    seen, logged = Terminal(), io.StringIO()
    for stream in (seen, logged):
        with Progress("Comparing", stream, now=0) as progress:
            progress.told(100, 1000, now=0.1)
            progress.told(500, 1000, now=30)
            progress.told(600, 100_000, now=60)
            progress.told(1000, 1000, now=61)

    assert logged.getvalue().splitlines() == [
        "Comparing: 500 of 1,000, about 30 s left",
        "Comparing: 600 of 100,000, about 166 min left",
    ]
    assert "\rComparing: 500" in seen.getvalue().replace("\x1b[K", "")
    assert seen.getvalue().endswith("\r\x1b[K")
