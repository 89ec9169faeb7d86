"""Makes mistakes on purpose in what keeps people's answers safe: for each, a test has to fail.

One mutant of ``security_mutants.py`` at a time is made in a copy of the checkout, and the tests named beside
it run there. Before that they run in the copy as it is, and have to pass. A mutant whose text is not found,
or with which no test ran at all, is an error and not a mutant that was noticed. The control changes a
comment and nothing else: it has to survive.
"""

import importlib
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
import pytest

from campaigns.reports import CHECKOUT, end, report
from campaigns.security_mutants import CONTROL, MUTANTS, Mutant

LEFT_OUT = (".git", ".venv", "node_modules", "screenshots", "assurance", ".*_cache", ".hypothesis")
_LONGEST = 600  # seconds for the tests of one mutant: they hang, which is noticed
_PASSED, _FAILED = 0, 1  # what pytest says; anything else is no answer
# One database is enough to fail on, and no browser is waited for.
WHICH = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not postgres and not browser")
_FORKS = multiprocessing.get_context("fork")
_OURS = (CHECKOUT, CHECKOUT / "tests")
# Read once for all: reading them takes longer than most of the tests.
_LIBRARIES = (
    "argon2",
    "cryptography.hazmat.primitives.hpke",
    "flask_wtf",
    "sqlalchemy.orm",
    "yaml",
)


class NotFound(Exception):
    """The text of a mutant does not stand exactly once in its file."""


@dataclass(slots=True)
class Seen:
    """What became of the mutants."""

    noticed: int = 0
    survivors: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def faults(self) -> tuple[str, ...]:
        """Every one that was not noticed, and every one that says nothing."""
        return (*(f"survived: {one}" for one in self.survivors), *self.errors)


def mutated(mutant: Mutant, source: str) -> str:
    """The file with the mistake in it. Raises NotFound."""
    if source.count(mutant.text) != 1:
        raise NotFound(f"{mutant.name} stands {source.count(mutant.text)} times in its file, and not once")
    return source.replace(mutant.text, mutant.instead)


def copied(folder: Path) -> Path:
    """A copy of the checkout, with all that tests need."""
    return Path(shutil.copytree(CHECKOUT, folder / "checkout", ignore=shutil.ignore_patterns(*LEFT_OUT)))


def campaign(
    checkout: Path, mutants: Iterable[Mutant] = MUTANTS, told: Callable[[str], None] = lambda _: None
) -> Seen:
    """Try every mutant in a copy of the checkout, which is as it was afterwards."""
    seen, passes = Seen(), dict[tuple[str, ...], bool]()
    for mutant in mutants:
        if mutant.tests not in passes:
            passes[mutant.tests] = _ran(checkout, mutant.tests) == _PASSED
        if not passes[mutant.tests]:
            seen.errors.append(f"without any mistake they do not pass: {' '.join(mutant.tests)}")
            continue
        _try(checkout, mutant, seen)
        told(f"{len(seen.survivors)} survived, {mutant.name}")
    return seen


def _try(checkout: Path, mutant: Mutant, seen: Seen) -> None:
    path = checkout / mutant.file
    source = path.read_text("utf-8")
    try:
        changed = mutated(mutant, source)
        if path.suffix == ".py":
            compile(changed, path.name, "exec")
    except (NotFound, SyntaxError) as error:
        seen.errors.append(f"{mutant.name}: {error}")
        return
    try:
        path.write_text(changed, "utf-8")
        ended = _ran(checkout, mutant.tests)
    finally:
        path.write_text(source, "utf-8")
    match ended:
        case 0:
            seen.survivors.append(f"{mutant.name} ({' '.join(mutant.tests)})")
        case 1:
            seen.noticed += 1
        case other:
            seen.errors.append(f"{mutant.name}: its tests did not run (pytest ended with {other})")


def _ran(checkout: Path, tests: Iterable[str]) -> int:
    child = _FORKS.Process(target=_run, args=(checkout, [f"tests/{one}" for one in tests]))
    child.start()
    child.join(_LONGEST)
    if child.exitcode is None:
        child.kill()
        child.join()
        return _FAILED
    return child.exitcode


def _run(checkout: Path, tests: list[str]) -> NoReturn:
    """In a process of its own, which begins with every library read already, and with nothing of ours."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.setsid()
    os.chdir(checkout)
    os.environ |= {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    sys.path[:] = [str(checkout), *(one for one in sys.path if Path(one or ".").resolve() not in _OURS)]
    sys.exit(pytest.main([*WHICH, *tests]))


@click.command(help=__doc__)
@click.option("--only", default="", help="Only mutants of files with this in their names.")
def main(only: str) -> None:
    """Exit code 1 when a mutant survived, when one says nothing, or when the control was noticed."""
    begun = datetime.now(UTC)
    for library in _LIBRARIES:
        importlib.import_module(library)
    chosen = [one for one in MUTANTS if only in one.file]
    with tempfile.TemporaryDirectory(prefix="intake-mutants-") as folder:
        checkout = copied(Path(folder))
        seen = campaign(checkout, chosen, lambda words: click.echo(words, err=True))
        control = campaign(checkout, [CONTROL])
    end(
        report(
            "mutants",
            seed=None,
            begun=begun,
            figures={
                "mutants": len(chosen),
                "noticed": seen.noticed,
                "survived": len(seen.survivors),
                "files": len({one.file for one in chosen}),
                "sets of tests": len({one.tests for one in chosen}),
            },
            control={"only a comment was changed, and it survived": len(control.survivors)},
            noticed=len(control.survivors) == 1,
            faults=seen.faults,
        )
    )


if __name__ == "__main__":
    main()
