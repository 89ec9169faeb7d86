"""Asks every interpreter of the rules about a million random people: all must say the same of each.

Run it with ``make agreement``. There are the engine that screens patients, an interpreter written a second
time, from docs/writing-rules.md alone (tests/naive), and what the solver is told of the rules
(intake/proving): a mistake in one of them is found where the others do not share it. What all of them
misunderstand alike is not found.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from random import Random

import click

from campaigns.reports import end, report
from naive.mistakes import MISTAKES
from naive.panel import Panel, Tally, shipped

_CHUNK = 250
_CONTROL = 5_000  # a mistake that is not found among so many people would never be

_panels: list[Panel] = []


def campaign(people: int, seed: int, processes: int, asked: Callable[[int], None]) -> Tally:
    """Ask about so many people; ends at the first of whom two interpreters say different things."""
    total = Tally()
    with get_context("spawn").Pool(processes, _start, (seed,)) as pool:
        for tally in pool.imap_unordered(_ask, _chunks(people, seed)):
            total.add(tally)
            asked(tally.people)
            if total.found is not None:
                break
    return total


def overlooked(panel: Panel, seed: int) -> list[str]:
    """The mistakes that would not be noticed: there should be none."""
    return [
        name
        for name, mistaken in MISTAKES.items()
        if not panel.finds(mistaken(panel), _CONTROL, Random(seed))
    ]


def _start(seed: int) -> None:
    _panels.append(shipped(seed=seed))  # once for each process: reading the files takes seconds


def _ask(chunk: tuple[int, int, int]) -> Tally:
    seed, number, people = chunk
    return _panels[0].ask(people, Random(f"{seed}-{number}"))


def _chunks(people: int, seed: int) -> Iterator[tuple[int, int, int]]:
    for number, begun in enumerate(range(0, people, _CHUNK)):
        yield seed, number, min(_CHUNK, people - begun)


@click.command(help=__doc__)
@click.option("--sets", "people", default=1_000_000, show_default=True, help="How many people to ask about.")
@click.option("--seed", type=int, help="Repeat the random people of an earlier campaign.")
@click.option("--processes", default=2, show_default=True, help="How many work side by side.")
def main(people: int, seed: int | None, processes: int) -> None:
    """Exit code 1 when two interpreters differ on anybody, or when a mistake made on purpose is not found."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun_at, begun = datetime.now(UTC), time.monotonic()
    panel = shipped(seed=seed)
    missed = overlooked(panel, seed)
    total = _watched(people, seed, processes)
    if total.found is not None:
        click.echo(f"The interpreters differ (seed {seed}):\n{total.found}", err=True)
        sys.exit(1)
    times, rule, truth = total.rarest(panel.rules)
    truths, seconds = total.people * len(panel.rules), time.monotonic() - begun
    click.echo(
        f"{total.people:,} people, {len(panel.rules)} rules and invented conditions: "
        f"{', '.join(panel.voices)} agree on every one of {truths:,} truths (seed {seed}, {seconds:.0f} s)"
    )
    click.echo(f"Every truth of every rule was met; least of all, {rule} was {truth}: {times:,} times")
    click.echo(
        f"Controls: {len(MISTAKES) - len(missed)} of {len(MISTAKES)} mistakes made on purpose were found"
    )
    wrong = () if times else (f"{rule} was never {truth}",)
    figures = {"people": total.people, "truths": truths, "least_often_met": times}
    control = {"mistakes": len(MISTAKES), "found": len(MISTAKES) - len(missed)}
    whole = report(
        "agreement",
        seed=seed,
        begun=begun_at,
        figures=figures,
        control=control,
        noticed=not missed,
        faults=wrong,
    )
    end(whole)


def _watched(people: int, seed: int, processes: int) -> Tally:
    """With a bar for whoever looks on, and a line for each twentieth in a file."""
    label = f"Asking about {people:,} people"
    with click.progressbar(length=people, label=label, file=sys.stderr, show_pos=True) as bar:

        def asked(more: int) -> None:
            twentieths = bar.pos * 20 // people
            bar.update(more)
            if not sys.stderr.isatty() and bar.pos * 20 // people > twentieths:
                click.echo(f"{bar.pos:,} asked about, {bar.format_eta()} left", err=True)

        return campaign(people, seed, processes, asked)


if __name__ == "__main__":
    main()
