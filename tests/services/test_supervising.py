"""Three processes are started together, started again when they die, and ended together."""

import errno
import os
import signal
import subprocess
import sys
import time
from threading import Thread

import psutil
import pytest

from intake.domain.processes import Process
from intake.services import supervising
from intake.services.processes import Above
from intake.services.supervising import NotStarted, Supervisor

# A process as small as can be: it says that it is ready, and writes down that it was there.
READY = """
import os, signal, sys, time
from pathlib import Path
ready, life = map(int, sys.argv[-1].removeprefix("--supervised=").split(","))
Path(sys.argv[1]).open("a").write(f"{os.getpid()}\\n")
os.write(ready, b"1")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep(60)
"""
REFUSES = "import sys; print('there is no key file: make one', file=sys.stderr); sys.exit(2)"


@pytest.fixture
def three(tmp_path):
    """Three small programs, each with a file in which it writes down that it began."""
    return {one: (sys.executable, "-S", "-c", READY, str(tmp_path / one.value)) for one in Process}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(supervising, "_LOOK_EVERY", 0.02)
    monkeypatch.setattr(supervising, "_FIRST_PAUSE", 0.05)


def began(tmp_path, process):
    path = tmp_path / process.value
    return [int(line) for line in path.read_text().split()] if path.exists() else []


class Running:
    """A supervisor in a thread of this test."""

    def __init__(self, programs):
        self.supervisor, self.ready, self.raised = Supervisor(programs), [], []
        self.thread = Thread(target=self._run)

    def _run(self):
        try:
            self.supervisor.run(lambda: self.ready.append(True))
        except NotStarted as failed:
            self.raised.append(failed)

    def __enter__(self):
        self.thread.start()
        wait_until(lambda: self.ready or self.raised)
        return self

    def __exit__(self, *_):
        self.supervisor.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def test_one_that_dies_is_started_again_and_the_others_go_on(three, tmp_path, caplog):
    with Running(three):
        (first,) = began(tmp_path, Process.CLINIC)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(began(tmp_path, Process.CLINIC)) == 2)

        assert len(began(tmp_path, Process.PATIENT)) == len(began(tmp_path, Process.WORKER)) == 1
        assert "process_ended process=clinic exit_code=-9 again_in=0" in caplog.text
    every = [pid for process in Process for pid in began(tmp_path, process)]
    assert [pid for pid in every if psutil.pid_exists(pid)] == []


def test_one_for_which_the_machine_has_no_room_is_started_later_and_the_others_go_on(
    three, tmp_path, monkeypatch, caplog
):
    """What kills one for want of memory has none for the next one either, for a moment."""
    fork = _Fork(monkeypatch)
    with Running(three):
        files = open_files()
        (first,) = began(tmp_path, Process.WORKER)
        fork.refuses = 2
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(began(tmp_path, Process.WORKER)) == 2)

        assert fork.refuses == 0
        assert [len(began(tmp_path, one)) for one in (Process.PATIENT, Process.CLINIC)] == [1, 1]
        said = "process_not_started process=worker error=BlockingIOError"
        assert caplog.text.count(said) == 2
        assert open_files() == files, "nothing is kept of what did not start"


def test_where_the_first_start_has_no_room_nothing_is_left_running(three, tmp_path, monkeypatch, caplog):
    fork = _Fork(monkeypatch)
    files = open_files()
    fork.refuses, fork.first_starts = 1, 2
    with Running(three) as running:
        pass

    assert len(running.raised) == 1 == caplog.text.count("process_not_started")
    assert [pid for one in Process for pid in began(tmp_path, one) if psutil.pid_exists(pid)] == []
    assert open_files() == files


class _Fork:
    """``Popen`` on a machine that refuses so many times, after so many that it allows."""

    def __init__(self, monkeypatch):
        self.refuses = self.first_starts = 0
        self._popen = subprocess.Popen
        monkeypatch.setattr(supervising.subprocess, "Popen", self)

    def __call__(self, *arguments, **options):
        if self.first_starts:
            self.first_starts -= 1
        elif self.refuses:
            self.refuses -= 1
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return self._popen(*arguments, **options)


def open_files():
    return psutil.Process().num_fds()


def test_one_that_keeps_dying_is_started_again_later_each_time(three):
    child = supervising._Child(Process.WORKER, (sys.executable, "-S", "-c", "raise SystemExit(1)"))
    pauses = []
    for now in range(5):
        child.start()
        child.running.wait(20)
        supervising._look_after(child, child.began + now)
        pauses.append(child.again_at - (child.began + now))
    assert pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8])

    child.start()
    child.running.wait(20)
    supervising._look_after(child, child.began + 61)
    assert child.again_at - (child.began + 61) == pytest.approx(0.05)


def test_one_that_cannot_start_says_why_and_ends_all(three, tmp_path, capfd):
    with Running(three | {Process.CLINIC: (sys.executable, "-S", "-c", REFUSES)}) as running:
        pass

    (failed,) = running.raised
    assert failed.process is Process.CLINIC
    assert "the clinic site could not be started" in str(failed)
    assert "there is no key file: make one" in capfd.readouterr().err
    assert running.ready == []
    assert [pid for one in Process for pid in began(tmp_path, one) if psutil.pid_exists(pid)] == []


def test_whoever_does_not_end_by_itself_is_ended(three, tmp_path, monkeypatch):
    monkeypatch.setattr(supervising, "_SECONDS_TO_END", 0.3)
    deaf = READY.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
    with Running(three | {Process.WORKER: (*three[Process.WORKER][:3], deaf, str(tmp_path / "worker"))}):
        (pid,) = began(tmp_path, Process.WORKER)

    assert not psutil.pid_exists(pid)


def test_a_process_ends_with_the_one_above_it():
    """Also when that was killed and could say nothing."""
    life, held = os.pipe()
    program = (
        "import time; from intake.services.processes import Above;"
        f"Above(None, {life}).end_with_it(); print('there', flush=True); time.sleep(60)"
    )
    child = psutil.Popen([sys.executable, "-c", program], pass_fds=(life,), stdout=-1)
    assert child.stdout.readline() == b"there\n"

    os.close(held)

    assert child.wait(20) == -signal.SIGTERM
    child.stdout.close()
    os.close(life)


def test_what_a_process_is_told_is_what_it_reads():
    assert Above.told_by(["serve", Above(5, 7).argument()]) == Above(5, 7)
    assert not Above.told_by([]).is_there


def test_each_is_told_its_own_way_to_the_database_and_nobody_elses(three, tmp_path, monkeypatch):
    ways = {one: f"postgresql://{one.value}:{one.value}-secret@localhost/intake" for one in Process}
    monkeypatch.setenv("INTAKE_DATABASE_URL", "postgresql://owner:owner-secret@localhost/intake")
    for one, url in ways.items():
        monkeypatch.setenv(f"INTAKE_{one.value.upper()}_DATABASE_URL", url)

    with Running(three):
        for process, url in ways.items():
            told = psutil.Process(began(tmp_path, process)[0]).environ()
            found = {name: value for name, value in told.items() if name.endswith("DATABASE_URL")}
            own = f"INTAKE_{process.value.upper()}_DATABASE_URL"
            assert found == {"INTAKE_DATABASE_URL": url, own: url}


def test_where_all_come_under_one_role_each_is_told_of_that(three, tmp_path, monkeypatch):
    monkeypatch.setenv("INTAKE_DATABASE_URL", "postgresql://owner@localhost/intake")

    with Running(three):
        for process in Process:
            told = psutil.Process(began(tmp_path, process)[0]).environ()
            assert told["INTAKE_DATABASE_URL"] == "postgresql://owner@localhost/intake"
