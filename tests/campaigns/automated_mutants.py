"""Makes mistakes by rule in what keeps people's answers safe, and says which of them no test would notice.

Beside ``mutants.py``, whose mistakes are thought out by hand. One run of the tests shows which of them pass
over which line; each mistake is then tried with a few tests over its line, the quick ones first, then with
mypy, which `make test` runs as well, and at last with many tests. A line that no test passes over counts as
a mistake that survived. What changes nothing that anybody could notice is listed in ``security_modules.py``
with the reason, and not tried.

The controls: a module whose tests assert nothing, of which every mistake has to survive; one that is tested
well, of which none may; and the same tests with nothing changed at all, none of which may fail.
"""

import ast
import hashlib
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import click
import pytest

from campaigns.mistakes import Mistake, mistakes
from campaigns.mistakes_tried import FORKS, Became, InMemory, Job, became, in_lanes, limited, quiet
from campaigns.mutants import LEFT_OUT, WHICH
from campaigns.reports import CHECKOUT, end, report
from campaigns.security_modules import EQUIVALENT, MODULES, OF_ALL, TESTS
from campaigns.tests_over import FEW, MANY, Few, Learned, tried_with

_SEED = 20261127
_MOST = 900
_WANTED = 90
_UNCHANGED = 20
# Read once for all; nothing of ours.
_LIBRARIES = ("argon2", "flask_wtf", "html5lib", "sqlalchemy.orm", "webauthn", "yaml")
_OPTIONS = (*WHICH, "-p", "no:left_behind_looks", "--capture=no")
_NOTICED = frozenset({Became.NOTICED, Became.HUNG, Became.MISTYPED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried: the mistakes in these files of a checkout, with the tests in these paths.

    ``typed``: also with the type checker.
    """

    checkout: Path
    files: Mapping[str, str]
    tests: Sequence[str]
    folder: Path
    lanes: int
    typed: bool = True

    @property
    def learned(self) -> Path:
        """Where it is written down which test passes over what, as long as the modules stay as they are."""
        return self.folder / f"learned-{self._digest()}.json"

    @property
    def tried(self) -> Path:
        """Where it is written down what became of each mistake."""
        return self.folder / f"tried-{self._digest()}.jsonl"

    def _digest(self) -> str:
        return hashlib.sha256(json.dumps(dict(self.files), sort_keys=True).encode()).hexdigest()[:12]


def asked_of(checkout: Path, files: Iterable[str], tests: Sequence[str], folder: Path, lanes: int) -> Asked:
    """The same, with the text of each file."""
    return Asked(checkout, {one: (checkout / one).read_text("utf-8") for one in files}, tests, folder, lanes)


def try_all(
    asked: Asked, chosen: Sequence[Mistake], told: Callable[[str], None] = lambda _: None
) -> dict[Mistake, Became]:
    """What became of each. One that was noticed in an earlier run in the same folder is not tried again."""
    seen = _noticed_before(asked, chosen)
    left = [one for one in chosen if one not in seen]

    def note(mistake: Mistake, what: Became) -> None:
        seen[mistake] = what
        with asked.tried.open("a", encoding="utf-8") as file:
            file.write(
                json.dumps({"mistake": mistake.name, "start": mistake.start, "became": what.value}) + "\n"
            )
        told(f"{len(seen)} of {len(chosen)}, {what.value}: {mistake.name}")

    for mistake, what in _in_memory(asked, [one for one in left if one.in_function]):
        note(mistake, what)
    learned = Learned.kept(asked.learned)
    again = [
        one
        for one in left
        if not one.in_function
        or seen[one] is Became.NOT_IN_MEMORY
        or (seen[one] not in _NOTICED and learned.read[one.file] & set(one.lines))
    ]
    _read_anew(asked, again, learned, note, FEW)
    for one in mistyped(asked, (one for one in left if seen[one] not in _NOTICED)) if asked.typed else ():
        note(one, Became.MISTYPED)
    # What a few tests did not notice, many may.
    doubtful = [one for one in left if seen[one] is Became.SURVIVED]
    _read_anew(asked, [one for one in doubtful if one in set(again)], learned, note, MANY)
    quick = [one for one in doubtful if one not in set(again)]
    for mistake, what in _in_memory(asked, quick, MANY) if quick else ():
        if what in _NOTICED:
            note(mistake, what)
    return seen


def unchanged(asked: Asked, some: Sequence[Mistake]) -> int:
    """How often the tests of some mistakes pass when no mistake is made."""
    nothing = [
        Mistake(m.file, m.start, m.end, m.lines, m.before, m.before, m.operator, m.in_function) for m in some
    ]
    return sum(what is Became.SURVIVED for _, what in _in_memory(asked, nothing))


def _noticed_before(asked: Asked, chosen: Iterable[Mistake]) -> dict[Mistake, Became]:
    by_name = {(one.name, one.start): one for one in chosen}
    lines = asked.tried.read_text("utf-8").splitlines() if asked.tried.exists() else []
    known = ((one["mistake"], one["start"], Became(one["became"])) for one in map(json.loads, lines))
    return {
        by_name[name, start]: what
        for name, start, what in known
        if what in _NOTICED and (name, start) in by_name
    }


def _in_memory(asked: Asked, chosen: Sequence[Mistake], few: Few = FEW) -> Iterator[tuple[Mistake, Became]]:
    """In a process that reads everything once. Raises RuntimeError when it cannot."""
    ours, theirs = FORKS.Pipe(duplex=False)
    child = FORKS.Process(target=_collect, args=(asked, chosen, few, theirs))
    child.start()
    theirs.close()
    while True:
        try:
            yield ours.recv()
        except EOFError:
            break
    child.join()
    if child.exitcode:
        said = (asked.folder / "said.txt").read_text("utf-8", "replace")
        raise RuntimeError(f"the tests could not be read (pytest ended with {child.exitcode}):\n{said}")


def _collect(asked: Asked, chosen: Sequence[Mistake], few: Few, told: Connection) -> None:
    quiet(asked.checkout, asked.folder / "said.txt")
    _only(asked.checkout)
    plugin = InMemory(
        dict(asked.files),
        chosen,
        asked.learned,
        asked.lanes,
        lambda mistake, what: told.send((mistake, what)),
        few,
    )
    sys.exit(pytest.main([*_OPTIONS, f"--rootdir={asked.checkout}", *asked.tests], plugins=[plugin]))


def _only(checkout: Path) -> None:
    """Nothing of ours is read but from there. Raises RuntimeError when something was read already."""
    if read := [one for one in sys.modules if one.partition(".")[0] == "intake"]:
        raise RuntimeError(f"read before, from elsewhere: {read}")
    ours = (CHECKOUT, CHECKOUT / "tests")
    rest = (one for one in sys.path if Path(one or ".").resolve() not in ours)
    sys.path[:] = [str(checkout), str(checkout / "tests"), *rest]


class _These:
    """A plugin of pytest that leaves out all but some tests.

    One whose name was made of what was changed is not there any more: another of its function is.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = frozenset(ids)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Asked by pytest when all are read."""
        there = {one.nodeid for one in items}
        lost = {one.partition("[")[0] for one in self._ids - there}
        items[:] = [one for one in items if one.nodeid in self._ids or one.nodeid.partition("[")[0] in lost]


def _read_anew(
    asked: Asked,
    chosen: Sequence[Mistake],
    learned: Learned,
    note: Callable[[Mistake, Became], None],
    few: Few,
) -> None:
    """Each in a copy of the checkout that has it in its file, by a process that has read nothing of ours."""
    copies = [asked.checkout]
    for number in range(1, asked.lanes if chosen else 1):
        copies.append(
            Path(shutil.copytree(asked.checkout, asked.folder / f"copy-{number}", dirs_exist_ok=True))
        )

    def job(mistake: Mistake, tests: list[str]) -> Job:
        copy = copies.pop()
        path, source = copy / mistake.file, asked.files[mistake.file]
        path.write_text(mistake.made(source), "utf-8")

        def work() -> int:
            limited(few)
            quiet(copy)
            _only(copy)
            files = dict.fromkeys(one.partition("::")[0] for one in tests)
            assert all(Path(one).is_file() for one in files)
            return int(pytest.main([*_OPTIONS, f"--rootdir={copy}", *files], plugins=[_These(tests)]))

        def told(code: int | None) -> None:
            path.write_text(source, "utf-8")
            copies.append(copy)
            note(mistake, became(code))

        return Job(work, told)

    def jobs() -> Iterator[Job]:
        for mistake in chosen:
            tests = tried_with(mistake, learned, asked.files, OF_ALL, few)
            if tests:
                yield job(mistake, tests)
            else:
                note(mistake, Became.UNSEEN)

    in_lanes(jobs(), asked.lanes, few.clock)


def mistyped(asked: Asked, chosen: Iterable[Mistake]) -> Iterator[Mistake]:
    """Those of them that mypy refuses, as strictly as it looks at this checkout.

    Raises RuntimeError when it refuses a module without any mistake, or looks at none.
    """
    look = (sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", str(asked.folder / "types"))

    def is_refused(file: str) -> bool:
        looked = subprocess.run((*look, file), cwd=asked.checkout, capture_output=True, text=True)
        if looked.returncode not in (0, 1):
            raise RuntimeError(f"mypy did not look at {file}: {looked.stdout}{looked.stderr}")
        return looked.returncode == 1

    some = sorted(chosen, key=lambda one: one.file)
    for file in sorted({one.file for one in some}):
        if is_refused(file):
            raise RuntimeError(f"mypy refuses {file} as it is")
    for mistake in some:
        path, source = asked.checkout / mistake.file, asked.files[mistake.file]
        path.write_text(mistake.made(source), "utf-8")
        try:
            if is_refused(mistake.file):
                yield mistake
        finally:
            path.write_text(source, "utf-8")


_GUARD = """OPEN_AT = 8


def may(role, hour):
    if role == "clinician" and hour == OPEN_AT:
        return True
    return False
"""
_TESTED = """import tested


def test_who_may_and_when():
    asked = [(role, hour) for role in ("clinician", "patient") for hour in (7, 8, 9)]
    assert [tested.may(*one) for one in asked] == [False, True, False, False, False, False]
"""
_UNTESTED = """import untested


def test_that_asserts_nothing():
    for hour in (7, 8, 9):
        untested.may("clinician", hour)
        untested.may("patient", hour)
"""


def control(folder: Path) -> tuple[int, int, int]:
    """The mistakes in a small module, how many a good test notices, and how many one that asserts nothing."""
    (folder / "tests").mkdir(parents=True)
    (folder / "setup.cfg").write_text("[tool:pytest]\n", "utf-8")
    for name, test in (("tested", _TESTED), ("untested", _UNTESTED)):
        (folder / f"{name}.py").write_text(_GUARD, "utf-8")
        (folder / "tests" / f"test_{name}.py").write_text(test, "utf-8")
    asked = replace(asked_of(folder, ["tested.py", "untested.py"], ["tests"], folder, 2), typed=False)
    seen = try_all(asked, every_mistake(asked.files))
    noticed = Counter(one.file for one, what in seen.items() if what in _NOTICED)
    return len(seen) // 2, noticed["tested.py"], noticed["untested.py"]


def every_mistake(files: Mapping[str, str]) -> list[Mistake]:
    """All there are to make, without what changes nothing anybody could notice."""
    known = defaultdict[tuple[str, str, str], set[str]](set)
    for one in EQUIVALENT:
        known[one.file, one.before, one.after].add(one.within)
    return [
        one
        for file, source in files.items()
        for one in mistakes(file, source)
        if not known[one.file, one.before, one.after] & {"", made_within(one, source)}
    ]


def made_within(mistake: Mistake, source: str) -> str:
    """The class a mistake is made in; empty outside of any."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.lineno <= mistake.lines[0] <= (node.end_lineno or 0):
            return node.name
    return ""


@click.command(help=__doc__)
@click.option("--seed", default=_SEED, show_default=True)
@click.option("--most", default=_MOST, show_default=True, help="How many are tried, drawn from all of them.")
@click.option("--lanes", default=2, show_default=True, help="How many at a time.")
@click.option("--only", default="", help="Only modules with this in their names; nothing is reported.")
@click.option("--folder", type=click.Path(path_type=Path), help="Kept, so that a run can go on in it later.")
@click.option("--control", "only_control", is_flag=True, help="Only the controls; nothing is reported.")
def main(seed: int, most: int, lanes: int, only: str, folder: Path | None, only_control: bool) -> None:
    """Exit code 1 when fewer than 90 of 100 are noticed, or a control shows that nothing can be said."""
    begun = datetime.now(UTC)
    # What was compiled of a file would pass for its mistake, made in the same second and as long.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    for library in _LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory(prefix="intake-mistakes-") as temporary:
        tempfile.tempdir = temporary
        controls = control(Path(temporary) / "control")
        if only_control:
            click.echo(json.dumps(controls))
            sys.exit(0 if controls[:2] == (controls[0], controls[0]) and not controls[2] else 1)
        kept = (folder or Path(temporary)).resolve()
        kept.mkdir(parents=True, exist_ok=True)
        checkout = Path(temporary) / "checkout"
        shutil.copytree(CHECKOUT, checkout, ignore=shutil.ignore_patterns(*LEFT_OUT))
        asked = asked_of(checkout, [one for one in MODULES if only in one], TESTS, kept, lanes)
        every = every_mistake(asked.files)
        drawn = random.Random(seed).sample(every, min(most, len(every)))
        seen = try_all(asked, drawn, lambda words: click.echo(words, err=True))
        some = [one for one in drawn if one.in_function][:_UNCHANGED]
        passed = unchanged(asked, some)
    counts = Counter(seen.values())
    noticed = sum(counts[what] for what in _NOTICED)
    percent = round(100 * noticed / len(drawn), 1)
    survivors = sorted(f"{what.value}: {one.name}" for one, what in seen.items() if what not in _NOTICED)
    click.echo("\n".join((*survivors, f"{percent} % of {len(drawn)} noticed")))
    if only:
        sys.exit(0)
    end(
        report(
            "automated_mutants",
            seed=seed,
            begun=begun,
            figures={
                "tried": len(drawn),
                "of all there are": len(every),
                "percent noticed": percent,
                "noticed": noticed,
                "noticed by hanging": counts[Became.HUNG],
                "noticed by the type checker alone": counts[Became.MISTYPED],
                "survived": len(survivors),
                "survived where no test passes": counts[Became.UNSEEN],
                "that change nothing, listed with the reason": len(EQUIVALENT),
                "modules": len(asked.files),
            },
            control={
                "mistakes in a small module": controls[0],
                "noticed by a test of it": controls[1],
                "noticed by a test that asserts nothing": controls[2],
                "tries with nothing changed": len(some),
                "of these passed": passed,
            },
            noticed=controls == (controls[0], controls[0], 0) and passed == len(some),
            faults=() if percent >= _WANTED else tuple(survivors),
        )
    )


if __name__ == "__main__":
    main()
