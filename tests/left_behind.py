"""After the whole run: no test left a process behind, in whatever session of its own, and whoever began it.

Every process that a test starts has a mark in its environment, and whatever that one starts has it too. It
is found by that also when those between have ended. One that was given an environment without the mark is
found while it is below this process.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

_MARK = "TESTS_BEGUN_BY"
# What is being told to end has this long, all together.
_SECONDS = 5.0
# They end with the run: Python's own, which looks after shared memory, and the database of the tests.
_LATER = ("multiprocessing.resource_tracker", "intake-postgres-")


def mark() -> str:
    """Mark everything that is started from now on; workers of the run keep the mark of who began them."""
    return os.environ.setdefault(_MARK, uuid.uuid4().hex)


def left_behind(run: str, seconds: float = _SECONDS) -> list[psutil.Process]:
    """The processes of this run that are still there after so long."""
    _, there = psutil.wait_procs(list(_begun_by(run)), timeout=seconds)
    return [one for one in there if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def _begun_by(run: str) -> Iterator[psutil.Process]:
    own = psutil.Process()
    for one in {*own.children(recursive=True), *psutil.process_iter()}:
        with suppress(psutil.Error):
            begun = one.environ().get(_MARK) == run or own in one.parents()
            if begun and one != own and not any(part in " ".join(one.cmdline()) for part in _LATER):
                yield one


class LeftBehind:
    """Looks once, at the end, and fails the run."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._found: tuple[str, ...] = ()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for one in left_behind(self._run):
            with suppress(psutil.Error):
                self._found += (f"{one.pid}: {' '.join(one.cmdline())[:120]}",)
                one.kill()
        if self._found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._found:
            terminalreporter.section("left behind", red=True, bold=True)
            terminalreporter.line("Tests started these and did not end them; they were ended now:")
            for one in self._found:
                terminalreporter.line(one)


def pytest_configure(config: pytest.Config) -> None:
    run = mark()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(LeftBehind(run), "left_behind_looks")
