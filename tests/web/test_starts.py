"""What each process does before it answers anybody: it looks around, and does not start where it should not.

Each begins as its own program does, in the process of this test. What would listen only says that it would.
"""

import runpy
import shutil
import sys

import pytest
from click.testing import CliRunner

from copies import make_copy
from intake.cli import main
from intake.domain.processes import Process
from intake.services import clinic, instance, processes, supervising
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from intake.web import server
from web.clinic.content import LIBRARY

OWN = {Process.PATIENT: PATIENT_FILE, Process.CLINIC: CLINIC_FILE, Process.WORKER: WORKER_FILE}
PORT = {Process.PATIENT: "port", Process.CLINIC: "clinic_port", Process.WORKER: "worker_port"}
REFUSED = 2
each = pytest.mark.parametrize("process", Process, ids=lambda one: one.value)


class Listening(Exception):
    """It would answer from now on."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("starts"), LIBRARY, under_roles=False)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    return copy.settings.instance


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """An instance folder with all three key files, which a start is about."""
    for name in ("FLASK_DEBUG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    there = tmp_path / "instance"
    shutil.copytree(made, there, copy_function=shutil.copy2)
    monkeypatch.setenv("INTAKE_INSTANCE", str(there))
    monkeypatch.setenv("INTAKE_WORKER_PORT", "8009")
    return there


@pytest.fixture(autouse=True)
def stays_as_it_is(monkeypatch):
    """A start closes what belongs to its whole process, and this one goes on to other tests."""
    monkeypatch.setattr(processes, "begin", lambda: None)
    monkeypatch.setattr(clinic, "library_of", lambda _settings: LIBRARY)
    monkeypatch.setattr(instance, "library_of", lambda _settings: LIBRARY)

    def would_listen(*_arguments, **_more):
        raise Listening

    monkeypatch.setattr(server, "serve", would_listen)
    monkeypatch.setattr(supervising.Supervisor, "run", would_listen)
    monkeypatch.setattr(supervising, "stop_on_signals", lambda _supervisor: None)


def begins(process, *arguments):
    """Be the program of a process."""
    sys.argv[1:] = arguments
    runpy.run_module(processes.PROGRAMS[process][-1], run_name="__main__", alter_sys=False)


def with_its_own_keys_alone(folder, process):
    for other, name in OWN.items():
        if other is not process:
            (folder / "keys" / name).unlink()


@pytest.fixture(autouse=True)
def arguments(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["intake"])


@each
def test_by_itself_each_starts_where_nothing_is_wrong(folder, process):
    """The control of all that follows: but for one thing that is wrong, each of them listens."""
    with_its_own_keys_alone(folder, process)

    with pytest.raises(Listening):
        begins(process)


def folder_open(folder, _monkeypatch):
    folder.chmod(0o777)
    return "other users may put files into the instance folder"


def debugging(_folder, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    return "FLASK_DEBUG: it makes Python or Flask tell what should stay inside"


def settings_open(folder, _monkeypatch):
    (folder / "settings.ini").write_text("[intake]\n", "utf-8")
    (folder / "settings.ini").chmod(0o666)
    return "other users may change the settings"


def rules_open(folder, monkeypatch):
    (folder / "rules.yaml").write_text("", "utf-8")
    (folder / "rules.yaml").chmod(0o666)
    monkeypatch.setenv("INTAKE_SCREENING_RULES", str(folder / "rules.yaml"))
    return "other users may change it, and with it what patients are asked or what is pointed out"


def database_open(folder, _monkeypatch):
    (folder / "intake.db").chmod(0o664)
    return "other users may read or change the database"


def address_of_an_example(_folder, monkeypatch):
    monkeypatch.setenv("INTAKE_PUBLIC_ADDRESS", "https://forms.example.org")
    monkeypatch.setenv("INTAKE_CLINIC_NAME", "Elm Street Clinic")
    monkeypatch.setenv("INTAKE_CLINIC_PHONE", "(555) 010-0199")
    return "public_address is one of the names kept for examples"


# What nothing else in a start looks at.
WRONG = (folder_open, debugging, settings_open, rules_open, database_open, address_of_an_example)
wrong = pytest.mark.parametrize("make_wrong", WRONG, ids=lambda one: one.__name__)


@each
@wrong
def test_by_itself_none_starts_where_the_doctor_refuses(folder, process, make_wrong, monkeypatch, capsys):
    with_its_own_keys_alone(folder, process)
    told = make_wrong(folder, monkeypatch)

    with pytest.raises(SystemExit) as ended:
        begins(process)

    assert ended.value.code == REFUSED
    assert told in capsys.readouterr().err


@wrong
def test_the_three_together_do_not_start_there_either_and_nothing_is_made(folder, make_wrong, monkeypatch):
    told = make_wrong(folder, monkeypatch)
    monkeypatch.setattr(instance, "prepare", lambda _settings: pytest.fail("something was made"))

    done = CliRunner().invoke(main, ["serve"])

    assert done.exit_code == REFUSED
    assert told in done.output


def test_the_three_together_start_where_nothing_is_wrong(folder):
    """The control."""
    assert isinstance(CliRunner().invoke(main, ["serve"]).exception, Listening)


@each
def test_one_that_intake_serve_starts_does_not_look_again(folder, process, monkeypatch):
    """A process that died is started again: what became wrong meanwhile, a full disk say, keeps none away."""
    folder.chmod(0o777)
    monkeypatch.setattr(processes.Above, "end_with_it", lambda _above: None)

    with pytest.raises(Listening):
        begins(process, processes.Above(8, 9).argument())


@each
def test_by_itself_none_starts_where_it_could_read_anothers_keys(folder, process, capsys):
    with pytest.raises(SystemExit) as ended:
        begins(process)

    said = capsys.readouterr().err
    assert ended.value.code == REFUSED
    for other, name in OWN.items():
        assert (str(folder / "keys" / name) in said) is (other is not process)
    assert "and must not: whoever takes it over would have those keys" in said


SECRETS = {Process.CLINIC: "INTAKE_PROVIDER_SECRET_FILE", Process.WORKER: "INTAKE_MAIL_PASSWORD_FILE"}


@pytest.mark.parametrize("whose", SECRETS, ids=lambda one: one.value)
@each
def test_a_secret_that_lies_open_keeps_those_from_starting_that_work_with_it(
    folder, process, whose, monkeypatch
):
    with_its_own_keys_alone(folder, process)
    secret = folder / "secret"
    secret.write_text("not one", "utf-8")
    secret.chmod(0o644)
    monkeypatch.setenv(SECRETS[whose], str(secret))

    with pytest.raises(SystemExit if process is whose else Listening):
        begins(process)


@each
def test_a_list_of_stolen_passwords_keeps_the_clinic_from_starting_where_passwords_are_chosen(
    folder, process, monkeypatch
):
    with_its_own_keys_alone(folder, process)
    (folder / "list.txt").write_text("no list\n", "utf-8")
    monkeypatch.setenv("INTAKE_BREACHED_PASSWORDS_FILE", str(folder / "list.txt"))

    with pytest.raises(SystemExit if process is Process.CLINIC else Listening):
        begins(process)


@each
def test_each_says_in_words_that_its_address_is_taken(folder, process, monkeypatch, capsys):
    with_its_own_keys_alone(folder, process)
    monkeypatch.setenv(f"INTAKE_{PORT[process].upper()}", "8765")

    def taken(_site, _settings, address, *_arguments, **_more):
        raise server.AddressInUse(f"{address} is taken")

    monkeypatch.setattr(server, "serve", taken)
    with pytest.raises(SystemExit) as ended:
        begins(process)

    said = capsys.readouterr().err
    assert ended.value.code == REFUSED
    assert f"('127.0.0.1', 8765) is taken (setting: {PORT[process]})" in said
