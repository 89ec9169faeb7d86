"""Tries what is shipped to send the log elsewhere: rsyslogd on both sides, real TLS, and a tap between.

Run it with ``make logs``. Each check has two machines of its own; the controls are the same files with one
mistake each, which the check named beside it has to find out.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic

import click

from campaigns.collecting import COLLECTOR, SENDER, Machines, as_shipped, replaced
from campaigns.lines_written import lines_written
from campaigns.log_checks import (
    CHECKS,
    Check,
    Seen,
    every_line_whole,
    few_wait,
    for_root_alone,
    full,
    many_wait,
    neighbours_stay,
    no_older_tls,
    nothing_in_clear,
    strange_collectors,
    strange_senders,
)
from campaigns.reports import end, report

LINES = 1_000


@dataclass(frozen=True, slots=True)
class Mistake:
    """A change to what is shipped, on either side, and the check that has to find it out."""

    name: str
    check: Check
    sender: dict[str, str] = field(default_factory=dict)
    collector: dict[str, str] = field(default_factory=dict)


_OPEN = {'streamDriverMode="1"': 'streamDriverMode="0"', 'streamDriver.mode="1"': 'streamDriver.mode="0"'}
_ANYBODY = {
    '"x509/name"': '"anon"',
    f'streamDriverPermittedPeers="{COLLECTOR}"': "",
    f'permittedPeer=["{SENDER}"]': "",
}
_OLD = {'gnutlsPriorityString="NORMAL:-VERS-ALL:+VERS-TLS1.3"': ""}
_LENGTH = {'global(maxMessageSize="64k")': ""}
_EVERYBODY = {"if $programname == [": "if $programname contains 's' or $programname == ["}
MISTAKES: Sequence[Mistake] = (
    Mistake("no TLS", nothing_in_clear, _OPEN, _OPEN),
    Mistake("a sender that asks for no name", strange_collectors, sender=_ANYBODY),
    Mistake("a collector that asks for no name", strange_senders, collector=_ANYBODY),
    Mistake("a collector of any TLS", no_older_tls, collector=_OLD),
    Mistake("no queue on disk", many_wait, {'queue.filename="intake"': ""}),
    Mistake("many lines in hand at a stop", few_wait, {'queue.dequeueBatchSize="1"': ""}),
    Mistake("nothing kept at a stop", few_wait, {'Shutdown="on"': 'Shutdown="off"'}),
    Mistake("lines cut at 8 KB", every_line_whole, sender=_LENGTH),
    Mistake("a collector that cuts", every_line_whole, collector=_LENGTH),
    Mistake("every program's lines", neighbours_stay, _EVERYBODY),
    Mistake("a second copy", neighbours_stay, {"    stop\n": ""}),
    Mistake("files for everybody", for_root_alone, collector={"0640": "0644"}),
    Mistake("neighbours held up", full, {'queue.timeoutEnqueue="0"': ""}),
)  # fmt: skip


def tried(check: Check, folder: Path, lines: list[str], mistake: Mistake | None = None) -> Seen:
    """One check with two machines of its own, as shipped or with a mistake."""
    seen = Seen(lines)
    changes = (replaced(mistake.sender), replaced(mistake.collector)) if mistake else (as_shipped, as_shipped)
    machines = Machines(folder, *changes)
    begun = monotonic()
    try:
        fault = check(machines, seen)
    except (AssertionError, OSError) as error:
        fault = f"{type(error).__name__}: {error}"
    finally:
        machines.end()
    if fault:
        seen.faults.append(f"{check.__name__}: {fault}")
    what = f"{check.__name__}{f' ({mistake.name})' if mistake else ''}"
    click.echo(f"{what:60} {'FOUND' if fault else 'ok':5} {monotonic() - begun:.1f} s")
    return seen


@click.command(help=__doc__)
@click.option("--seed", type=int, default=None, help="What is drawn; another each time without it.")
def main(seed: int | None) -> None:
    """Exit code 1 when something was found, or a control was not."""
    begun = datetime.now(UTC)
    seed = Random().randrange(1 << 32) if seed is None else seed
    lines = lines_written(LINES, Random(seed))
    faults: list[str] = []
    figures: dict[str, int | float | str] = {"checks": len(CHECKS)}
    repeated = 0
    overlooked = []
    with tempfile.TemporaryDirectory(prefix="intake-logs-") as folder:
        for check in CHECKS:
            seen = tried(check, Path(folder) / check.__name__, lines)
            faults += seen.faults
            repeated += int(seen.figures.pop("lines that arrived more than once", 0))
            figures |= seen.figures
        figures["lines that arrived more than once"] = repeated
        for number, mistake in enumerate(MISTAKES):
            found = tried(mistake.check, Path(folder) / f"mistake-{number}", lines, mistake).faults
            overlooked += [] if found else [mistake.name]
    for one in overlooked:
        click.echo(f"{one}: nothing was noticed", err=True)
    end(
        report(
            "logs",
            seed=seed,
            begun=begun,
            figures=figures,
            control={"mistakes": len(MISTAKES), "overlooked": len(overlooked)},
            noticed=not overlooked,
            faults=tuple(faults),
        )
    )


if __name__ == "__main__":
    main()
