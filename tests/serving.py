"""The real product in a process of its own, started as `make run` starts it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import psutil

from intake.config import Settings, read_settings
from intake.domain.processes import Process

# What signing in takes is the subject of tests of its own.
ASKS_FOR_NO_MORE = {"INTAKE_SECOND_FACTOR": "not_required"}
SERVE = ("-m", "intake", "serve")
_TESTS = Path(__file__).parent
_SECONDS_TO_START = 60
_STOOD_IN_LINE = '"from": "waitress.queue"'


class NotThere(Exception):
    """A process does not run."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back for one request."""

    status: int
    location: str
    cookies: Mapping[str, str]
    text: str


class Product:
    """One copy of the product: its folder, its address, and its process while it runs.

    ``program`` is what Python is told to run; a test of the tests puts another in its place.
    """

    def __init__(self, folder: Path, program: Sequence[str] = SERVE, port: int = 0) -> None:
        self.folder, self.program = folder, program
        self.port = port or free_port()
        self.clinic_port = free_port()
        self.temp = folder / "temp"
        self.temp.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Settings:
        """The settings it runs under."""
        return read_settings(self._own_settings())

    @property
    def instance(self) -> Path:
        """Its keys and its database."""
        return self.folder / "instance"

    @property
    def printed(self) -> str:
        """What it said to the person who started it."""
        return (self.folder / "stdout").read_text("utf-8")

    @property
    def complained(self) -> str:
        """What it wrote to its log."""
        return (self.folder / "stderr").read_text("utf-8")

    @property
    def complaints(self) -> list[str]:
        """The lines of its log, but those that say only that a request stood in line for a moment.

        A slow machine stands in line whatever its number of threads: waitress counts a thread as busy until
        it waits for the first time.
        """
        return [line for line in self.complained.splitlines() if _STOOD_IN_LINE not in line]

    def launch(self) -> Self:
        """Start it, and wait for nothing."""
        self._printed_before = len(self.printed) if (self.folder / "stdout").exists() else 0
        with (self.folder / "stdout").open("ab") as out, (self.folder / "stderr").open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, *self.program],
                cwd=self.folder,
                env=self._environment(),
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return self

    def start(self) -> Self:
        """Start it, and wait until it answers; one that does not is ended."""
        try:
            self._started()
        except BaseException:
            # Nobody leaves what was never entered: it would go on without us.
            self.kill()
            raise
        return self

    def _started(self) -> None:
        process = self.launch().process
        end = time.monotonic() + _SECONDS_TO_START
        while not self._answers():
            running = process is not None and process.poll() is None
            assert running, f"it ended before it answered: {self.complained}"
            assert time.monotonic() < end, f"it did not answer in time: {self.complained}"
            time.sleep(0.02)

    def ended(self, seconds: float = 20) -> int:
        """Wait until it has ended; its exit code."""
        assert self.process is not None, "it was never started"
        return self.process.wait(timeout=seconds)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code."""
        assert self.process is not None, "it was never started"
        self.process.send_signal(how)
        return self.ended()

    def kill(self) -> None:
        """End it and all it started in the middle of whatever they do, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)

    def its(self, process: Process) -> psutil.Process:
        """One of its processes, while it runs. Raises NotThere."""
        assert self.process is not None, "it was never started"
        # A program ends with the name of the process it is, the shipped ones and those of controls.
        for one in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                is_running = one.status() != psutil.STATUS_ZOMBIE
                if is_running and any(word.rpartition(".")[2] == process.value for word in one.cmdline()):
                    return one
        raise NotThere(process)

    def answers(self, path: str) -> bool:
        """Whether a page is there for whoever asks now."""
        try:
            return self.ask(path, seconds=5).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def ask(
        self,
        path: str,
        fields: Sequence[tuple[str, str]] | None = None,
        cookies: Mapping[str, str] | None = None,
        seconds: float = 30,
    ) -> Answered:
        """Open a page of either site or, when there are fields, send a form; redirects are not followed."""
        headers = {"Connection": "close"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        port = self.clinic_port if path.startswith("/clinic") else self.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
        try:
            method, body = ("GET", None) if fields is None else ("POST", urlencode(fields))
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8")
        finally:
            connection.close()
        given = (line.partition(";")[0].partition("=") for line in response.headers.get_all("Set-Cookie", []))
        return Answered(
            response.status,
            response.headers.get("Location", ""),
            {name: value for name, _, value in given},
            text,
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def _answers(self) -> bool:
        try:
            answers = self.ask("/", seconds=5).status == self.ask("/clinic/sign-in", seconds=5).status == 200
            # All of it: also what is printed once everything is ready.
            return answers and "The clinic's side:" in self.printed[self._printed_before :]
        except (OSError, http.client.HTTPException):
            return False

    def _own_settings(self) -> dict[str, str]:
        return {
            "INTAKE_INSTANCE": str(self.instance),
            "INTAKE_PORT": str(self.port),
            "INTAKE_CLINIC_PORT": str(self.clinic_port),
            **ASKS_FOR_NO_MORE,
        }

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
        path = os.pathsep.join((str(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])))
        beside = {"PYTHONPATH": path, "TMPDIR": str(self.temp), "SQLITE_TMPDIR": str(self.temp)}
        return inherited | beside | self._own_settings()


def free_port() -> int:
    """A port of this machine that nobody answers at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
