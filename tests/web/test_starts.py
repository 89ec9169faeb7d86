"""What each process does before it answers anybody: it looks around, and does not start where it should not.

Each begins as its own program does, in the process of this test. What would listen only says that it would.
"""

import runpy
import shutil
import signal
import subprocess
import sys
import warnings
from queue import Queue

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from copies import make_copy
from intake import starting
from intake.cli import main
from intake.domain.processes import Process
from intake.services import (
    altered_rows,
    at_start,
    clinic,
    instance,
    papers_left,
    processes,
    staff_notices,
    supervising,
    working,
)
from intake.storage.database import Database
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from intake.web import server
from web.clinic.content import LIBRARY

OWN = {Process.PATIENT: PATIENT_FILE, Process.CLINIC: CLINIC_FILE, Process.WORKER: WORKER_FILE}
AT = {Process.PATIENT: 8000, Process.CLINIC: 8007, Process.WORKER: 8009}
PORT = {Process.PATIENT: "port", Process.CLINIC: "clinic_port", Process.WORKER: "worker_port"}
REFUSED = 2
each = pytest.mark.parametrize("process", Process, ids=lambda one: one.value)


class Listening(Exception):
    """It would answer from now on: at this address, under these settings, with this site."""

    def __init__(self, site=None, settings=None, address=None, on_ready=None, **more):
        super().__init__()
        self.site, self.settings, self.address, self.on_ready, self.more = (
            site,
            settings,
            address,
            on_ready,
            more,
        )


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
    monkeypatch.setattr(starting, "over", lambda: None)
    monkeypatch.setattr(clinic, "library_of", lambda _settings: LIBRARY)
    monkeypatch.setattr(instance, "library_of", lambda _settings: LIBRARY)

    def would_listen(*arguments, **more):
        raise Listening(*arguments, **more)

    def would_start_three(_supervisor, on_ready):
        raise Listening(on_ready=on_ready)

    monkeypatch.setattr(server, "serve", would_listen)
    monkeypatch.setattr(supervising.Supervisor, "run", would_start_three)
    monkeypatch.setattr(supervising, "stop_on_signals", lambda _supervisor: None)


def begins(process, *arguments):
    """Be the program of a process."""
    sys.argv[1:] = arguments
    with warnings.catch_warnings():
        # Another test may have read it as a module: it is run as a program here all the same.
        warnings.filterwarnings("ignore", ".* found in sys.modules", RuntimeWarning)
        runpy.run_module(processes.PROGRAMS[process][-1], run_name="__main__", alter_sys=False)


def with_its_own_keys_alone(folder, process):
    for other, name in OWN.items():
        if other is not process:
            (folder / "keys" / name).unlink()


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """Whatever database a start opens is closed after it."""
    opened, begin = [], Database.__init__

    def remembered(database, *arguments, **more):
        begin(database, *arguments, **more)
        opened.append(database)

    monkeypatch.setattr(Database, "__init__", remembered)
    yield
    for one in opened:
        one.dispose()


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


def listens(process, *arguments):
    """What a process is about to answer with."""
    with pytest.raises(Listening) as listening:
        begins(process, *arguments)
    return listening.value


@each
def test_each_is_closed_to_others_before_it_does_anything(folder, process, monkeypatch):
    began = Exception("nothing was read before")
    monkeypatch.setattr(processes, "begin", raising(began))
    monkeypatch.setenv("INTAKE_NO_SUCH_SETTING", "1")

    with pytest.raises(Exception, match=str(began)):
        begins(process)


def test_so_is_what_starts_the_three(folder, monkeypatch):
    began = Exception("nothing was read before")
    monkeypatch.setattr(processes, "begin", raising(began))
    monkeypatch.setenv("INTAKE_NO_SUCH_SETTING", "1")

    assert CliRunner().invoke(main, ["serve"]).exception is began


def raising(error):
    def raise_it(*_arguments):
        raise error

    return raise_it


def test_what_closes_a_process():
    """In a process of its own, since it holds until that ends: no file for others, no memory on a disk."""
    shown = (
        "import logging, os, resource; from intake.services import processes;"
        "os.umask(0); processes.begin(); logging.error('a word of an answer');"
        "print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)

    assert done.stdout == "0o77 (0, 0)\n"
    assert '"line": "library"' in done.stderr
    assert "answer" not in done.stderr


@each
def test_each_ends_with_the_one_above_it(folder, process, monkeypatch):
    above = []
    monkeypatch.setattr(processes.Above, "end_with_it", lambda one: above.append(one))

    listens(process, processes.Above(8, 9).argument())

    assert above == [processes.Above(8, 9)]


@each
def test_each_holds_its_own_way_to_the_database_and_nobody_elses(folder, process, monkeypatch):
    with_its_own_keys_alone(folder, process)
    ways = {one: f"sqlite:///{folder}/{one.value}/../intake.db" for one in Process}
    for one, way in ways.items():
        (folder / one.value).mkdir()
        monkeypatch.setenv(f"INTAKE_{one.value.upper()}_DATABASE_URL", way)

    held = listens(process).settings

    assert held.database_url == ways[process]
    assert [getattr(held, f"{one.value}_database_url") for one in Process] == ["", "", ""]


@each
def test_each_is_where_its_settings_say_and_says_whether_it_is_well(folder, process, monkeypatch):
    monkeypatch.setenv("INTAKE_CLINIC_PORT", "8007")
    with_its_own_keys_alone(folder, process)

    listening = listens(process)

    assert listening.address == (
        "127.0.0.1",
        {"patient": 8000, "clinic": 8007, "worker": 8009}[process.value],
    )
    client = Client(listening.site)
    # The two loops of the worker were not begun: it does not work.
    assert client.get("/health").status_code == (503 if process is Process.WORKER else 200)
    assert client.get("/nothing", base_url="http://127.0.0.1:8000").status_code == 404


def test_the_clinics_process_takes_files_at_the_addresses_that_are_sent_some(folder):
    with_its_own_keys_alone(folder, Process.CLINIC)

    assert listens(Process.CLINIC).more["takes_files"] == {
        "/clinic/rules/proposals/new",
        "/clinic/rules/impact",
        "/clinic/settings",
    }


def test_beside_its_pages_the_clinic_looks_for_what_was_changed_behind_its_back(folder, monkeypatch):
    begun = Queue()
    for module, name in BESIDE:
        monkeypatch.setattr(module, name, lambda _clinic, _stop, name=name: begun.put(name))
    with_its_own_keys_alone(folder, Process.CLINIC)

    listens(Process.CLINIC).on_ready()

    assert {begun.get(timeout=20) for _ in BESIDE} == {name for _, name in BESIDE}


BESIDE = (
    (staff_notices, "keep_gathering"),
    (altered_rows, "keep_looking"),
    (papers_left, "keep_throwing_away"),
)


@each
def test_by_itself_each_warns_of_what_it_shares(folder, process, capsys):
    with_its_own_keys_alone(folder, process)
    listens(process)

    assert f"Warning: on SQLite {process.words} can read and change everything" in capsys.readouterr().err


NOTED = "was changed in the database by something else than intake"


def told_by(_clinic):
    return (NOTED,)


def test_whoever_starts_the_clinic_is_told_what_was_found(folder, monkeypatch, capsys):
    monkeypatch.setattr(at_start, "told", told_by)
    for module, name in BESIDE:
        monkeypatch.setattr(module, name, lambda _clinic, _stop: None)
    with_its_own_keys_alone(folder, Process.CLINIC)

    listens(Process.CLINIC).on_ready()

    assert NOTED in capsys.readouterr().out


def test_so_is_whoever_starts_all_three(folder, monkeypatch, capsys):
    monkeypatch.setattr(at_start, "told", told_by)
    monkeypatch.setattr(at_start, "warnings", lambda _library, _settings: ("check the lines of help",))

    done = CliRunner().invoke(main, ["serve"])
    done.exception.on_ready()

    assert "Warning: check the lines of help" in done.output
    said = capsys.readouterr().out
    assert NOTED in said
    assert "all three processes run as one user of this machine" in said


def test_one_of_the_three_that_cannot_start_is_told_and_nothing_runs(folder, monkeypatch):
    monkeypatch.setattr(supervising.Supervisor, "run", raising(supervising.NotStarted(Process.WORKER)))

    done = CliRunner().invoke(main, ["serve"])

    assert done.exit_code == REFUSED
    assert "the worker could not be started, for the reason above; everything is stopped" in done.output


def test_a_folder_that_happens_to_be_called_intake_is_not_what_is_started(tmp_path):
    (tmp_path / "intake").mkdir()
    (tmp_path / "intake" / "__init__.py").write_text("raise SystemExit('somebody else')", "utf-8")

    for process in Process:
        *python, _ours = processes.PROGRAMS[process]
        done = subprocess.run(
            [*python, "intake.domain.processes"], cwd=tmp_path, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_without_an_address_works_until_it_is_told_to_stop(folder, told, monkeypatch, capsys):
    with_its_own_keys_alone(folder, Process.WORKER)
    monkeypatch.delenv("INTAKE_WORKER_PORT")
    heard, deeds = {}, []
    monkeypatch.setattr(signal, "signal", heard.__setitem__)

    def begin(_work):
        deeds.append("begin")
        heard[told](told, None)

    monkeypatch.setattr(working.Work, "begin", begin)
    monkeypatch.setattr(working.Work, "end", lambda _work: deeds.append("end"))

    begins(Process.WORKER)

    assert deeds == ["begin", "end"]
    assert "until stopped" in capsys.readouterr().out
