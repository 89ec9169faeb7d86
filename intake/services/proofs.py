"""Proving a clinic's rules: in several processes at a time, with progress, and told in words."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from intake import resources
from intake.content.documents import did_you_mean
from intake.content.invariants import read_invariants
from intake.content.library import Library, parse_library
from intake.domain.invariants import Invariants
from intake.proving.obligations import Implied, Proof, Report
from intake.proving.people import EncodingDisagrees
from intake.proving.prover import Prover, Task
from intake.proving.solving import SECONDS, SolverMissing, require_solver

__all__ = ["SECONDS", "EncodingDisagrees", "NoSuchRule", "Proved", "SolverMissing", "prove"]

Told = Callable[[int, int, str], None]


class NoSuchRule(Exception):
    """There is no rule of this id; the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What was looked at, beside everything that came of it."""

    library: Library
    invariants: Invariants
    report: Report


def prove(
    library: Library,
    invariants: Path | None = None,
    *,
    rule: str = "",
    seconds: float = SECONDS,
    processes: int = 1,
    told: Told | None = None,
) -> Proved:
    """Try every obligation, or those of one rule. ``told`` hears how far it is.

    Raises DocumentRefused, NoSuchRule, SolverMissing, and EncodingDisagrees when the engine and the
    encoding differ, which is a fault of this program.
    """
    require_solver()
    read = read_invariants(invariants or resources.SAFETY / "invariants.yaml", library)
    ids = [one.id for one in library.rulebook.rules]
    if rule and rule not in ids:
        raise NoSuchRule(f'there is no rule "{rule}"{did_you_mean(rule, ids)}')
    prover = _prover(library, read, rule, seconds)
    tasks = prover.tasks()
    reports = []
    for task, report in zip(tasks, _worked(prover, library, tasks, processes), strict=True):
        reports.append(report)
        if told is not None:
            told(len(reports), len(tasks), task.name)
    return Proved(library, read, _joined(reports))


def _prover(library: Library, invariants: Invariants, rule: str, seconds: float) -> Prover:
    return Prover(
        library.questionnaire,
        library.formulary,
        library.rulebook.rules,
        invariants,
        only=rule,
        seconds=seconds,
    )


def _worked(prover: Prover, library: Library, tasks: tuple[Task, ...], processes: int) -> Iterator[Report]:
    if processes <= 1:
        yield from map(prover.work, tasks)
        return
    # The content is parsed anew in each process: its texts are small, and the solver cannot be shared.
    handed = library.texts, prover.invariants, prover.only, prover.seconds
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=handed
    ) as pool:
        yield from pool.map(_work, tasks)


_OF_THIS_PROCESS: list[Prover] = []


def _begin(texts: dict[str, str], invariants: Invariants, rule: str, seconds: float) -> None:
    library = parse_library(texts["questionnaire"], texts["rules"], texts["medicines"])
    _OF_THIS_PROCESS.append(_prover(library, invariants, rule, seconds))


def _work(task: Task) -> Report:
    return _OF_THIS_PROCESS[0].work(task)


def _joined(reports: Iterable[Report]) -> Report:
    proofs: list[Proof] = []
    implied: list[Implied] = []
    for report in reports:
        proofs += report.proofs
        implied += report.implied
    return Report(tuple(proofs), tuple(implied))
