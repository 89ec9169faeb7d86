"""The commands, run as a person at a console runs them."""

# ruff: noqa: E501 - one case to a line reads best

import json
import os
import re
import stat
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from intake.cli import main
from intake.config import SettingsRefused, read_settings
from intake.domain.permissions import Role
from intake.services import accounts, instance

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"
# What leads to a link is another each time.
A_LINK = re.compile(r"#[\w-]{43}$", re.MULTILINE)
SCREENED = {
    "answers": {
        "date_of_birth": "1988-03-14",
        "hypertension_history": "often_high",
        "aneurysm": "not_sure",
        "bp_reading_known": "yes",
        "recent_bp_reading": "152/94",
        "takes_medicines": True,
        "medicines": ["Nardil 15 mg", "vitamin D"],
    },
    "as_of": "2026-11-20",
}


@pytest.fixture
def intake(tmp_path, monkeypatch):
    """Runs a command in a folder of its own, in this process: starting Python takes a second each time."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0, **settings):
        unset = {name: None for name in os.environ if name.startswith("INTAKE_")}
        given = {f"INTAKE_{name.upper()}": value for name, value in settings.items()}
        own = {"INTAKE_INSTANCE": str(tmp_path / "instance")}
        done = CliRunner().invoke(main, arguments, env=unset | own | given, prog_name="intake")
        assert isinstance(done.exception, SystemExit | None), repr(done.exception)
        assert done.exit_code == code, done.output
        return done.output

    return run


@pytest.fixture
def process(tmp_path):
    """Runs a command as an installed program is run, in a process of its own."""

    def run(*arguments, code=0, **settings):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("INTAKE_")}
        environment["INTAKE_INSTANCE"] = str(tmp_path / "instance")
        done = subprocess.run(
            [sys.executable, "-m", "intake", *arguments],
            cwd=tmp_path,
            env=environment | {f"INTAKE_{name.upper()}": value for name, value in settings.items()},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def screened(intake, path, **answers):
    path.write_text(json.dumps(SCREENED | answers), encoding="utf-8")
    return {one["rule"]: one for one in json.loads(intake("screen", str(path), "--json"))}


COMMANDS = (
    "serve",
    "work",
    "erase",
    "doctor",
    "init",
    "migrate",
    "check",
    "coverage",
    "safety-case",
    "asvs",
    "screen",
    "translations",
    "rescreen",
    "add-clinician",
    "forget-factors",
    "say-who",
    "demo",
    "rules",
    "audit",
    "database",
    "mail",
    "keys",
    "backup",
    "restore",
)


@pytest.mark.parametrize("command", [*COMMANDS, "audit verify", "mail send", "rules check", "rules publish"])
def test_every_command_says_what_it_does(intake, command):
    assert "Usage:" in intake(*command.split(), "--help")


def test_the_help_lists_exactly_the_commands_there_are(process):
    listed = re.findall(r"^  ([a-z-]+) ", process("--help").partition("Commands:")[2], re.MULTILINE)

    assert sorted(listed) == sorted(COMMANDS)


def test_screening_a_file_needs_no_database(intake, tmp_path):
    outcomes = screened(intake, tmp_path / "answers.json")

    raised = outcomes["mao-inhibitor"]
    assert (raised["outcome"], raised["priority"], raised["topic"]) == ("raised", "high", "ddi_maoi")
    assert raised["because"][0]["question"] == "medicines"
    assert "Nardil 15 mg" in raised["because"][0]["answer"]
    unknown = outcomes["aneurysm-or-aortic-tear"]
    assert unknown["outcome"] == "cannot_tell"
    assert [(one["question"], one["answer"]) for one in unknown["missing"]] == [("aneurysm", "Not sure")]
    assert outcomes["blood-pressure-reading-180-120"]["outcome"] == "not_raised"
    assert not (tmp_path / "instance").exists()


def test_screening_prints_the_three_outcomes_for_people(process, tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text("answers: {aneurysm: not_repaired}\nas_of: 2026-11-20\n", encoding="utf-8")

    told = process("screen", str(path))

    assert re.search(r"^raised \(1\)$", told, re.MULTILINE)
    assert "because  Aneurysm" in told
    assert re.search(r"^cannot tell \(\d+\)$", told, re.MULTILINE)
    assert re.search(r"^not raised \(\d+\)$", told, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"answers": {"anuerysm": "yes"}}', 'answers.json:1:14: answers: there is no question "anuerysm" (did you mean "aneurysm"?)'),
        ('{"answers": {"aneurysm": "maybe"}}', "answers.json:1:26: answers: aneurysm: expected one of"),
        ('{"answers": {}, "as_off": "2026-11-20"}', "'as_off' is not a key used here (did you mean \"as_of\"?)"),
        ('{"answers": {}, "as_of": "today"}', "'as_of' should be a date like 2026-11-20"),
        ('{"answers": [1]}', "answers: expected answers by question id"),
        ("[]", "the file should hold keys and values at its top"),
        ("{", "not valid YAML"),
        ('{"answers": {"date_of_birth": "yesterday"}}', "date_of_birth: expected a date like 1988-03-14"),
    ],
)  # fmt: skip
def test_a_bad_file_of_answers_is_refused_in_words(intake, tmp_path, text, message):
    path = tmp_path / "answers.json"
    path.write_text(text, encoding="utf-8")

    assert message in intake("screen", str(path), code=2)


def test_a_file_that_is_not_there_is_said(intake):
    assert "there is no such file" in intake("screen", "nowhere.json", code=2)


def test_checking_the_shipped_content_finds_nothing_to_put_right(intake):
    assert re.search(
        r"\d+ questions, \d+ rules, \d+ examples, \d+ medicines: nothing to put right", intake("check")
    )


def test_checking_a_bad_rules_file_says_where_and_what(process, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - {id: x, priority: worst}\n", encoding="utf-8")

    told = process("check", "--rules", str(rules), code=2)

    assert "rules.yaml:2:23: error: rule x: 'priority' should be one of urgent, high, moderate, info" in told
    assert "rules.yaml:2:5: error: rule x: 'sources' is missing" in told


def test_what_is_odd_in_a_rules_file_is_told_for_people_and_for_programs(intake, tmp_path):
    rules = tmp_path / "rules.yaml"
    shipped = (Path(__file__).parents[2] / "screening_rules.yaml").read_text(encoding="utf-8")
    rules.write_text(shipped.replace("topic: aneurysm\n", "topic: aneurism\n"), encoding="utf-8")

    told = intake("rules", "check", "--rules", str(rules), code=1)
    plain = json.loads(intake("rules", "check", "--rules", str(rules), "--json", code=1))

    assert re.search(r"rules\.yaml:\d+:12: warning: rule [\w-]+: there is no topic \"aneurism\"", told)
    assert '\n    did you mean "aneurysm"?\n' in told
    assert [one["code"] for one in plain if one["level"] == "warning"][:1] == ["unknown-topic"]
    assert set(plain[0]) == {"file", "line", "column", "level", "code", "rule", "message", "suggestion"}


def test_the_kinds_of_remarks_and_the_schemas_are_printed_without_checking(intake):
    codes = intake("rules", "check", "--codes")
    schema = json.loads(intake("rules", "check", "--schema", "medicines"))

    assert re.search(r"^warning +never-raised +no answers can raise the rule$", codes, re.MULTILINE)
    assert len(json.loads(intake("rules", "check", "--codes", "--json"))) == len(codes.splitlines())
    assert schema["title"] == "Medicines of intake"
    assert "write one of screening_rules" in intake("rules", "check", "--schema", "rulez", code=2)
    assert "goes with --schema only" in intake("rules", "check", "rules.yaml", code=2)


def test_the_product_does_not_start_on_a_bad_file(process, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - {id: x}\n", encoding="utf-8")

    assert "rule x: 'topic' is missing" in process("serve", code=2, screening_rules=str(rules))
    assert not (tmp_path / "instance").exists()


def test_init_makes_keys_for_the_owner_alone_and_repeats_safely(intake, tmp_path):
    first = intake("init")
    keys = tmp_path / "instance" / "keys" / "clinic-keys.json"
    before = keys.read_bytes()
    again = intake("init")

    assert re.search(r"http://127\.0\.0\.1:8001/clinic/setup#[\w-]{43}", first)
    assert re.search(r"/clinic/setup#[\w-]{43}", again)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700
    assert keys.read_bytes() == before


def test_a_setting_that_does_not_exist_is_refused(intake):
    assert "there is no setting INTAKE_CLINIC_NAMES" in intake("init", code=2, clinic_names="X")


def test_the_most_that_each_number_may_be_is_taken(tmp_path):
    most = {"PATIENT_IDLE_MINUTES": "43200", "STAFF_IDLE_MINUTES": "600", "KEEP_FORMS_DAYS": "36525"}
    given = {f"INTAKE_{name}": value for name, value in most.items()} | {"INTAKE_INSTANCE": str(tmp_path)}

    settings = read_settings(given)

    assert datetime.now(UTC) - timedelta(days=settings.keep_forms_days) > datetime(1900, 1, 1, tzinfo=UTC)


def test_a_folder_whose_name_would_end_the_address_of_its_database_is_refused(tmp_path, monkeypatch):
    """It would lie beside the folder, under half of its name."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsRefused, match=r"no folder on its way may have a \? in its name"):
        read_settings({"INTAKE_INSTANCE": str(tmp_path / "which?" / "instance")})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("clinic_color", "teal", "clinic_color: should be a color like #0f766e"),
        ("port", "http", "port: should be a whole number above 0"),
        ("port", "²", "port: should be a whole number above 0"),
        ("port", "9" * 5000, "port: should be a whole number above 0"),
        ("patient_idle_minutes", "4", "patient_idle_minutes: should be at least 5"),
        ("patient_unsaved_days", "31", "patient_unsaved_days: should be at most 30"),
        ("patient_idle_minutes", "43201", "patient_idle_minutes: should be at most 43200"),
        ("staff_idle_minutes", "601", "staff_idle_minutes: should be at most 600"),
        ("keep_forms_days", "36526", "keep_forms_days: should be at most 36525"),
        ("mail_port", "65536", "mail_port: should be at most 65535"),
        ("patient_unsaved_days", "-1", "patient_unsaved_days: should be a whole number of days, or 0"),
        ("public_address", "http://clinic.example", "answers would travel unprotected; use https://"),
        ("leave_now_address", "http://www.weather.gov/", "should be a plain https:// address"),
        ("leave_now_address", "https://www.weather.gov/?from=intake", "should be a plain https:// address"),
        ("leave_now_address", "https://", "should be a plain https:// address"),
        ("timezone", "Mars/Base", "timezone: should be a name like America/New_York"),
        ("database_url", "mysql://x", "no support for mysql"),
        ("backup_recipients", "age1one", "backup_recipients: should be two or more different lines"),
        ("backup_recipients", "age1one, age1one", "backup_recipients: should be two or more different lines"),
        ("backup_recipients", "age1one, kay", "backup_recipients: should be two or more different lines"),
        ("clinic_logo", "/nowhere.svg", "clinic_logo: there is no such file"),
        ("second_factor", "no", "second_factor: should be one of required, not_required"),
        ("require_passkey", "perhaps", "require_passkey: should be yes or no"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_to_do(intake, name, value, message):
    assert message in intake("init", code=2, **{name: value})


def test_a_password_alone_is_refused_where_patients_are(intake):
    real = {"second_factor": "not_required", "public_address": "https://forms.clinic.example"}

    assert "second_factor: a password alone can be stolen from anywhere" in intake("init", code=2, **real)


def test_the_demonstration_loads_once_and_never_among_real_people(intake, tmp_path):
    told = intake("demo")
    assert "20 invented patients sent their forms" in told
    assert re.search(r"alice +\S{15,} +\(A\. Rivera, MD, clinician\)", told)
    assert re.search(r"fay +\S{15,} +\(F\. Moreno, front desk\)", told)
    assert re.search(r"audrey +\S{15,} +\(A\. Ledger, auditor\)", told)
    assert "A password is enough in this copy" in told
    assert "not_required" in (tmp_path / "instance/settings.ini").read_text()

    assert "are here already" in intake("demo")
    assert "0 submissions screened again, 0 reviews reopened.\n20 skipped" in intake("rescreen")
    assert "20 submissions screened again, 0 reviews reopened" in intake("rescreen", "--force")
    verified = intake("audit", "verify")
    assert re.search(r"The audit trail is whole: \d+ lines", verified)
    assert "Sign-offs given with a password: 1." in verified
    assert "sets up a second factor at the next sign-in" in intake("forget-factors", "alice")
    assert "nobody here has the username" in intake("forget-factors", "zoe", code=2)

    used = tmp_path / "used"
    intake("add-clinician", "fay", "F. Real", "--role", "front_desk", instance=str(used))
    assert "this instance is in use" in intake("demo", code=2, instance=str(used))


def test_a_username_that_is_taken_is_said(process):
    process("init")
    assert "/clinic/invitation#" in process("add-clinician", "carol", "C. Diaz, NP")

    assert "the username carol is taken" in process("add-clinician", "carol", "C. Other", code=2)


def test_somebody_is_invited_in_whatever_roles_they_are_to_have(intake, tmp_path):
    intake("add-clinician", "fay", "F. Moreno", "--role", "front_desk", "--role", "auditor")
    intake("add-clinician", "carol", "C. Diaz, NP", "--administrator")

    settings = read_settings({"INTAKE_INSTANCE": str(tmp_path / "instance")})
    roles = {one.username: one.roles for one in accounts.staff(instance.opened(settings))}
    assert roles["fay"] == {Role.FRONT_DESK, Role.AUDITOR}
    assert roles["carol"] == {Role.CLINICIAN, Role.ADMINISTRATOR}
    assert "'janitor' is not one of" in intake("add-clinician", "jo", "Jo", "--role", "janitor", code=2)


def test_an_altered_account_is_given_back_with_a_link_that_leads_somewhere(intake, tmp_path):
    intake("add-clinician", "bob", "B. Stone")
    from intake.storage.database import sqlite_module

    database = sqlite_module().connect(tmp_path / "instance" / "intake.db")
    database.execute("UPDATE staff_members SET roles = 'administrator'")
    database.commit()
    database.close()
    listed = intake("say-who", code=1)
    assert "'bob', who signs as 'B. Stone'" in listed

    told = intake("say-who", "bob", "B. Stone", "--role", "administrator")

    assert "http://127.0.0.1:8001/clinic/invitation#..." in A_LINK.sub("#...", told)
    none = intake("say-who")
    assert none == "Every account is as intake left it.\n"
    shown = A_LINK.sub("#...", RUNNING.read_text(encoding="utf-8"))
    for output in (listed, told, none):
        assert textwrap.indent(A_LINK.sub("#...", output), "    ") in shown, "docs/running.md shows another"


def test_a_broken_trail_is_told_with_its_line(intake, tmp_path):
    intake("init")
    from intake.storage.database import sqlite_module

    database = sqlite_module().connect(tmp_path / "instance" / "intake.db")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("UPDATE audit_events SET actor = 'nobody' WHERE seq = 2")
    database.commit()
    database.close()

    assert "The audit trail is broken at line 2" in intake("audit", "verify", code=1)


def test_another_folder_than_the_checkout_will_do(process, tmp_path):
    assert Path.cwd() != tmp_path
    assert "nothing to put right" in process("check")
