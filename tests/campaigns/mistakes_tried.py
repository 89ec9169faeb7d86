"""Runs tests against mistakes, each in a process of its own that was forked when everything was read.

A mistake in what a function does is put into the function as it lies in memory: no module is read again.
That is not so of what is done when a module is read (constants, decorators, classes), nor of functions that
are called then; ``automated_mutants.py`` tries these in a copy of the checkout.
"""

import gc
import multiprocessing
import os
import pickle
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from multiprocessing import connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import coverage
import pytest

from campaigns.mistakes import Mistake
from campaigns.tests_over import FEW, Few, Learned, tried_with

FORKS = multiprocessing.get_context("fork")
_LONGEST_LEARNING = 7200
_SETUP = " (what is made for it)"


class Became(Enum):
    """What became of a mistake."""

    NOTICED = "noticed"
    HUNG = "hung"
    # No test fails of it, and the type checker does, which `make test` runs before all tests.
    MISTYPED = "mistyped"
    SURVIVED = "survived"
    # No test passes over it at all.
    UNSEEN = "unseen"
    # It cannot be put into a function that was read already.
    NOT_IN_MEMORY = "not in memory"


# The other codes of pytest are of tests that could not even be read with the mistake, which is noticed.
_NO_TESTS, _NOT_IN_MEMORY = 5, 30
_BY_CODE = {0: Became.SURVIVED, _NO_TESTS: Became.SURVIVED, _NOT_IN_MEMORY: Became.NOT_IN_MEMORY}


@dataclass(frozen=True, slots=True)
class Job:
    """Something a forked process does, and what is told of how it ended; None when it never did."""

    work: Callable[[], int]
    told: Callable[[int | None], None]


def in_lanes(jobs: Iterable[Job], lanes: int, longest: float) -> None:
    """Have each done in a process of its own, so many at a time, and none for longer than so many seconds."""
    left, running = iter(jobs), dict[ForkProcess, tuple[Job, float]]()
    while True:
        while len(running) < lanes and (job := next(left, None)) is not None:
            child = FORKS.Process(target=_alone, args=(job.work,))
            child.start()
            running[child] = (job, time.monotonic())
        if not running:
            return
        connection.wait([child.sentinel for child in running], timeout=5)
        for child, (job, began) in list(running.items()):
            late = time.monotonic() - began > longest
            if child.exitcode is None and not late:
                continue
            # Whatever a test began goes with it.
            with suppress(ProcessLookupError):
                os.killpg(child.pid or 0, 9)
            child.join()
            del running[child]
            job.told(None if late or (child.exitcode or 0) < 0 else child.exitcode)


def _alone(work: Callable[[], int]) -> NoReturn:
    os.setsid()
    # Below the campaign's own, which is removed at its end.
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="alone-")
    os._exit(work())


def quiet(folder: Path, said: Path = Path(os.devnull)) -> None:
    """Be in a folder, and say whatever there is to say into a file."""
    into = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream, instead in ((0, os.open(os.devnull, os.O_RDONLY)), (1, into), (2, into)):
        os.dup2(instead, stream)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(folder)


def limited(few: Few) -> None:
    """Take so much of the processor and no more."""
    resource.setrlimit(resource.RLIMIT_CPU, (few.limit, few.limit))


def became(code: int | None) -> Became:
    """What the end of a process says of the mistake it was about."""
    return Became.HUNG if code is None else _BY_CODE.get(code, Became.NOTICED)


# pytest keeps plugins in sets.
@dataclass(slots=True, eq=False)
class InMemory:
    """A plugin of pytest: when all tests are read it learns which pass over what, and tries mistakes.

    ``files`` are the modules, each with its text. What tests did not pass over yet is learned into ``kept``.
    ``told`` is told what became of each mistake.
    """

    files: dict[str, str]
    mistakes: Sequence[Mistake]
    kept: Path
    lanes: int
    told: Callable[[Mistake, Became], None]
    few: Few = FEW
    _tracer: coverage.Coverage = field(init=False)
    _learning: bool = False

    def __post_init__(self) -> None:
        self._tracer = coverage.Coverage(
            data_file=None, config_file=False, include=[str(Path(one).resolve()) for one in self.files]
        )
        self._tracer.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running every test once. Raises Session.Interrupted when some could not be read."""
        if session.testsfailed:
            raise session.Interrupted("not every test could be read")
        learned = self._learn(session)
        self._tracer.stop()
        functions = _functions(self.files)
        items = {item.nodeid: item for item in session.items}

        def job(mistake: Mistake, chosen: list[pytest.Item]) -> Job:
            def work() -> int:
                limited(self.few)
                try:
                    _put(functions, mistake, self.files[mistake.file])
                except ValueError:
                    return _NOT_IN_MEMORY
                return _run(session, chosen)

            return Job(work, lambda code: self.told(mistake, became(code)))

        def jobs() -> Iterator[Job]:
            for mistake in self.mistakes:
                tests = tried_with(mistake, learned, self.files, few=self.few)
                chosen = [items[one] for one in tests if one in items]
                if chosen:
                    yield job(mistake, chosen)
                else:
                    self.told(mistake, Became.UNSEEN)

        in_lanes(jobs(), self.lanes, self.few.clock)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """What is made for a test may be made for all that follow in its file."""
        if self._learning:
            self._tracer.switch_context(item.nodeid + _SETUP)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """From here on it is the test itself."""
        if self._learning:
            self._tracer.switch_context(item.nodeid)

    def _learn(self, session: pytest.Session) -> Learned:
        learned = Learned.kept(self.kept) if self.kept.exists() else Learned()
        new = [item for item in session.items if item.nodeid not in learned.seconds]
        by_file: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in new:
            by_file[item.nodeid.partition("::")[0]].append(item)
        with tempfile.TemporaryDirectory() as folder:
            jobs = []
            for number, some in enumerate(by_file.values()):
                part = Path(folder) / str(number)
                jobs.append(Job(partial(self._pass, session, some, part), partial(self._take, learned, part)))
            in_lanes(jobs, self.lanes, _LONGEST_LEARNING)
        return learned

    def _take(self, learned: Learned, part: Path, code: int | None) -> None:
        # File by file, so that a run that was interrupted goes on there.
        if code == 0:
            learned.take(pickle.loads(part.read_bytes()))
            learned.keep(self.kept)

    def _pass(self, session: pytest.Session, items: Sequence[pytest.Item], part: Path) -> int:
        learned = Learned()
        self._learning = True
        for item in items:
            before, began = session.testsfailed, time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=_next(items, item))
            if session.testsfailed == before:
                learned.seconds[item.nodeid] = time.process_time() - began
        self._tracer.stop()
        data = self._tracer.get_data()
        names = {str(Path(one).resolve()): one for one in self.files}
        for path in data.measured_files():
            for line, contexts in data.contexts_by_lineno(path).items():
                learned.over[names[path]][line] |= _over(contexts, [item.nodeid for item in items])
                if "" in contexts:
                    learned.read[names[path]].add(line)
        part.write_bytes(pickle.dumps(_plain(learned)))
        return 0


def _over(contexts: Iterable[str], ids: Sequence[str]) -> set[str]:
    """The tests over a line: those that pass over it, and all that follow where it made something for one."""
    there = set(contexts)
    first = next((at for at, one in enumerate(ids) if one + _SETUP in there), len(ids))
    return {one for at, one in enumerate(ids) if one in there or at >= first}


def _plain(learned: Learned) -> Learned:
    """The same, of what can be pickled."""
    return Learned(
        learned.seconds,
        {file: dict(lines) for file, lines in learned.over.items()},
        dict(learned.read),
    )


def _next(items: Sequence[pytest.Item], item: pytest.Item) -> pytest.Item | None:
    at = items.index(item) + 1
    return items[at] if at < len(items) else None


def _run(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    """Run tests until one fails; the exit code that says whether one did."""
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=_next(items, item))
        if session.testsfailed:
            return 1
    return 0


def _functions(files: Iterable[str]) -> dict[tuple[str, str, int], list[FunctionType]]:
    """Every function of the modules that is there, by its file, its name and its line."""
    names = {str(Path(one).resolve()): one for one in files}
    found: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
    gc.unfreeze()
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in names:
            code = one.__code__
            found[names[code.co_filename], code.co_qualname, code.co_firstlineno].append(one)
    gc.freeze()
    return found


def _put(functions: dict[Any, list[FunctionType]], mistake: Mistake, source: str) -> None:
    """Put a mistake into the functions it is in. Raises ValueError when it is in none that is there."""
    path = str(Path(mistake.file).resolve())
    old, new = (compile(text, path, "exec") for text in (source, mistake.made(source)))
    put = 0
    for before, after in _pairs(old, new):
        for one in functions.get((mistake.file, before.co_qualname, before.co_firstlineno), ()):
            one.__code__ = after
            put += 1
    if not put and old != new:
        raise ValueError(mistake.name)


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """What is compiled within, before and after, where it is not the same. Raises ValueError."""
    before, after = (_within(code) for code in (old, new))
    if [one.co_name for one in before] != [one.co_name for one in after]:
        return
    for one, other in zip(before, after, strict=True):
        if one != other:
            yield one, other
            yield from _pairs(one, other)


def _within(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]
