"""The product, started in a moment: forked from a process that has read the program and its files already.

A start by hand spends its time on reading: the program's own code, the questionnaire, the rules with all
their examples. The stem, started once for a campaign, reads all of it, and opens no database and begins no
thread. Whenever the product is started it forks what ``intake serve`` is, which then does all that
``intake serve`` does. The three processes are forked from a branch, which is forked off before anything else
is done, and then do what ``intake serve patient``, ``intake serve clinic`` and ``intake work`` do. The worker
alone is forked from the stem when it is asked for, and does what ``intake work`` does for a user of its own.

Other than by hand: what is read is shared with the stem, templates are not compiled again, a process that
died is started again at once, and the supervisor looks after them fifty times a second. Each is a process of
its own all the same, with its own connections to the database, its own sockets and its own end.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import psutil
from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache

from intake.cli import main as intake
from intake.config import read_settings
from intake.domain.processes import Process
from intake.services import processes, supervising
from intake.services.clinic import library_of
from intake.services.processes import Above
from serving import NotThere, Product

# What the worker and both sites are made of; what they do first is left to each of them.
WORKER = ("intake.web.program", "intake.web.health", "intake.services.worker", "intake.services.working")
_SITES = ("intake.web.patient.site", "intake.web.clinic.site")
_NUMBER = 4  # bytes
_LONGEST_ASK = 1 << 16
_AT_ONCE = 0.02
_END_WITH_PARENT, _NAME_THREAD = 1, 15  # prctl(2): PR_SET_PDEATHSIG, PR_SET_NAME


class Forked:
    """A process that somebody else forked, handled as one that was started."""

    def __init__(self, told: int) -> None:
        self.returncode: int | None = None
        self._told = told
        self.pid = self._number()

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended. Raises subprocess.TimeoutExpired."""
        if (code := self._ended(timeout)) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Tell it something, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], seconds)[0]:
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def _number(self) -> int:
        said = os.read(self._told, _NUMBER)
        # Whoever forked it is gone, and so is it.
        return int.from_bytes(said, signed=True) if said else -signal.SIGKILL


def fork(whom: socket.socket, ask: Mapping[str, object], files: Sequence[int]) -> Forked:
    """Have a process forked that is handed these files."""
    heard, told = os.pipe()
    socket.send_fds(whom, [json.dumps(ask).encode()], [told, *files])
    os.close(told)
    return Forked(heard)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a forked process is to be, and the files it was handed."""

    ask: Mapping[str, Any]
    files: Sequence[int]


def _fork_for(asking: socket.socket) -> _Asked | None:
    """Fork for whoever asks until nobody does any more. What was asked, in each that is forked."""
    children: dict[int, tuple[int, int]] = {}
    while True:
        ready, _, _ = select.select([asking.fileno(), *children], [], [])
        for descriptor in children.keys() & ready:
            pid, told = children.pop(descriptor)
            _, status = os.waitpid(pid, 0)
            _say(told, os.waitstatus_to_exitcode(status))
            os.close(told)
            os.close(descriptor)
        if asking.fileno() not in ready:
            continue
        said, files, _, _ = socket.recv_fds(asking, _LONGEST_ASK, 4)
        if not said:
            return None
        told, *handed = files
        if (pid := os.fork()) == 0:
            for descriptor, (_, other) in children.items():
                os.close(descriptor)
                os.close(other)
            os.close(told)
            asking.close()
            return _Asked(json.loads(said), handed)
        _say(told, pid)
        children[os.pidfd_open(pid)] = (pid, told)
        for one in handed:
            os.close(one)


def _say(told: int, number: int) -> None:
    # Whoever asked may be gone.
    with suppress(BrokenPipeError):
        os.write(told, number.to_bytes(_NUMBER, signed=True))


class Stem:
    """The process that has read everything; ``mistake`` is a module whose mistake is built in first.

    One that is to fork the worker alone reads what is in ``only``.
    """

    def __init__(self, folder: Path, mistake: str = "", only: Sequence[str] = ()) -> None:
        folder.mkdir(parents=True)
        self._asking = Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": str(folder)}
        with theirs:
            program = [sys.executable, "-m", "campaigns.forked", str(theirs.fileno()), mistake, *only]
            self._process = subprocess.Popen(program, pass_fds=(theirs.fileno(),), env=environment)

    def serve(self, folder: Path, environment: Mapping[str, str]) -> Forked:
        """A new ``intake serve`` in a folder, which it writes its words to."""
        return self._start({"folder": str(folder), "environment": dict(environment)}, folder)

    def work(self, folder: Path, environment: Mapping[str, str]) -> Forked:
        """A new ``intake work``, the same."""
        ask = {"folder": str(folder), "environment": dict(environment), "process": Process.WORKER.value}
        return self._start(ask, folder)

    def _start(self, ask: Mapping[str, object], folder: Path) -> Forked:
        with (folder / "stdout").open("ab") as out, (folder / "stderr").open("ab") as err, self._asking:
            return fork(self._socket, ask, [out.fileno(), err.fileno()])

    def product(self, folder: Path) -> "ForkedProduct":
        """A product that is forked from it."""
        return ForkedProduct(folder, self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._process.wait(timeout=60)


class ForkedProduct(Product):
    """A product that is forked from a stem whenever it is started."""

    def __init__(self, folder: Path, stem: Stem) -> None:
        super().__init__(folder)
        self._stem = stem

    def launch(self) -> Self:
        """Start it, and wait for nothing."""
        self._printed_before = len(self.printed) if (self.folder / "stdout").exists() else 0
        running: Any = self._stem.serve(self.folder, self._environment())
        self.process = running
        return self

    def its(self, process: Process) -> psutil.Process:
        """One of its processes, while it runs. Raises NotThere."""
        assert self.process is not None, "it was never started"
        with suppress(psutil.Error):
            for one in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    if one.name() == _name(process) and one.status() != psutil.STATUS_ZOMBIE:
                        return one
        raise NotThere(process)


def _name(process: Process) -> str:
    return f"intake-{process.value}"


def _read_everything(mistake: str, only: Sequence[str]) -> None:
    for module in only or (*WORKER, *_SITES):
        importlib.import_module(module)
    if not only:
        library_of(read_settings({"INTAKE_INSTANCE": os.devnull}))
        _keep_templates()
    if mistake:
        importlib.import_module(mistake).build_in()
    # What was read stays shared: nobody looks through it for what is not needed any more.
    gc.collect()
    gc.freeze()


def _keep_templates() -> None:
    """What the first process that shows a template makes of it is read by the later ones."""
    kept = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="templates-"))
    make = Flask.create_jinja_environment

    def made(site: Flask) -> Environment:
        environment = make(site)
        environment.bytecode_cache = kept
        return environment

    Flask.create_jinja_environment = made  # type: ignore[method-assign, assignment]


def _settle(asked: _Asked) -> None:
    """Be where the product is started, as its own session, writing to its files."""
    os.setsid()
    # The stem ends with the campaign, and nothing it started goes on.
    ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    os.chdir(asked.ask["folder"])
    os.environ.clear()
    os.environ.update(asked.ask["environment"])
    tempfile.tempdir = None
    for handed, usual in zip(asked.files, (1, 2), strict=True):
        os.dup2(handed, usual)
        os.close(handed)


def _serve() -> None:
    """Be ``intake serve``, and have the three processes forked from a branch."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        if (asked := _fork_for(theirs)) is not None:
            _be(Process(asked.ask["process"]), asked.files)
        return
    theirs.close()

    class Child(supervising._Child):
        def start(self) -> None:
            self.ready, said = os.pipe()
            life, self.life = os.pipe()
            running: Any = fork(ours, {"process": self.process.value}, [said, life])
            self.running = running
            os.close(said)
            os.close(life)
            self.began = time.monotonic()

    supervising._Child = Child  # type: ignore[misc]
    supervising._FIRST_PAUSE = supervising._LONGEST_PAUSE = supervising._LOOK_EVERY = _AT_ONCE
    intake(["serve"])


def _be(process: Process, files: Sequence[int] = ()) -> None:
    ctypes.CDLL(None).prctl(_NAME_THREAD, _name(process).encode(), 0, 0, 0)
    module = processes.PROGRAMS[process][-1]
    # Nobody is above one that is started alone.
    sys.argv = [module, *([Above(*files).argument()] if files else [])]
    runpy.run_module(module, run_name="__main__")


def main() -> None:
    """Be the stem until nobody asks any more; be the product in each process that is forked from it."""
    descriptor, mistake, *only = sys.argv[1:]
    _read_everything(mistake, only)
    if (asked := _fork_for(socket.socket(fileno=int(descriptor)))) is not None:
        _settle(asked)
        if (alone := asked.ask.get("process")) is not None:
            _be(Process(alone))
        else:
            _serve()


if __name__ == "__main__":
    main()
