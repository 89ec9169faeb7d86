"""Eight processes add to one audit trail at the same moment: no line is lost, and the chain stays whole.

Each line is written in a transaction of its own, by whichever process gets there. Afterwards the chain is
followed from its first line to its head, and the lines of each process are counted. The control looks at the
end of the chain before it may write, as a program does that does not lock: what it writes has to be missed.
"""

import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID, uuid4

import click
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from campaigns.reports import end, report
from intake.domain.events import QueueOpened
from intake.storage import audit
from intake.storage.database import Database, migrate
from intake.storage.keyring import create_keyring, read_clinic_keys
from intake.storage.tables import AuditEventRow, AuditHeadRow
from postgres import fresh_database, started, stopped
from storage.samples import NOW

_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood in the trail in the end, of so many lines that were written."""

    wanted: int
    lines: int
    is_whole: bool
    broken_at: int | None
    fewest_of_one: int
    ended_badly: int

    @property
    def lost(self) -> int:
        """Lines that somebody wrote, and that are not there."""
        return self.wanted - self.lines


def append(url: str, keys_folder: Path, actor: UUID, lines: int) -> None:
    """Add so many lines, each in a transaction of its own."""
    database, keys = Database(url), read_clinic_keys(keys_folder)
    for number in range(lines):
        with database.write() as session:
            audit.record(session, keys, actor, QueueOpened(number), NOW)
    database.dispose()


def append_unlocked(url: str, keys_folder: Path, actor: UUID, lines: int) -> None:
    """The control: the end of the chain is read first, and written behind when it is one's turn."""
    database, keys = Database(url), read_clinic_keys(keys_folder)
    for number in range(lines):
        with database.read() as session:
            head = session.execute(select(AuditHeadRow.seq, AuditHeadRow.mac)).one()
        line = audit._line(head.seq + 1, actor, QueueOpened(number), NOW)
        mac = audit._mac(keys, line, head.mac)
        try:
            with database.write() as session:
                session.add(AuditEventRow(**line, prev_mac=head.mac, mac=mac))
                row = session.get_one(AuditHeadRow, 1)
                row.seq, row.mac = head.seq + 1, mac
        except IntegrityError:
            continue  # somebody else was there first, and this line is lost
    database.dispose()


def campaign(
    url: str, folder: Path, lines: int, processes: int = _PROCESSES, *, unlocked: bool = False
) -> Seen:
    """So many lines by so many processes on an empty database; what was seen."""
    keys_folder = folder / "keys"
    create_keyring(keys_folder)
    database = Database(url)
    migrate(database)
    database.dispose()
    actors = [uuid4() for _ in range(processes)]
    shares = [len(range(one, lines, processes)) for one in range(processes)]
    work = append_unlocked if unlocked else append
    context = get_context("spawn")
    running = [
        context.Process(target=work, args=(url, keys_folder, actor, share))
        for actor, share in zip(actors, shares, strict=True)
    ]
    for one in running:
        one.start()
    for one in running:
        one.join()
    return _seen(Database(url), keys_folder, lines, actors, sum(one.exitcode != 0 for one in running))


def _seen(
    database: Database, keys_folder: Path, wanted: int, actors: Sequence[UUID], ended_badly: int
) -> Seen:
    with database.read() as session:
        found = audit.verify(session, read_clinic_keys(keys_folder))
        counted = select(AuditEventRow.actor, func.count()).group_by(AuditEventRow.actor)
        by_actor = {row[0]: row[1] for row in session.execute(counted)}
    database.dispose()
    fewest = min(by_actor.get(str(actor), 0) for actor in actors)
    return Seen(wanted, sum(by_actor.values()), found.ok, found.first_bad_seq, fewest, ended_badly)


def faults(name: str, seen: Seen) -> tuple[str, ...]:
    """What is wrong with what was seen, in words."""
    told = []
    if seen.lost:
        told.append(f"{name}: {seen.lost} lines are lost")
    if not seen.is_whole:
        told.append(f"{name}: the chain is broken at line {seen.broken_at}")
    if seen.ended_badly:
        told.append(f"{name}: {seen.ended_badly} processes came to a bad end")
    return tuple(told)


@click.command(help=__doc__)
@click.option("--lines", default=100_000, show_default=True, help="Lines on each database.")
def main(lines: int) -> None:
    """Exit code 1 when a line was lost or the chain broke, or when the control lost none."""
    begun = datetime.now(UTC)
    figures: dict[str, int | float | str] = {}
    wrong: tuple[str, ...] = ()
    for name in ("sqlite", "postgresql"):
        seen = _on(name, lines)
        figures |= {f"lines_on_{name}": seen.lines, f"fewest_of_one_process_on_{name}": seen.fewest_of_one}
        wrong += faults(name, seen)
    mistaken = _on("sqlite", 400, unlocked=True)
    end(
        report(
            "chain",
            seed=None,
            begun=begun,
            figures={"processes": _PROCESSES, **figures},
            control={"lines": mistaken.wanted, "lost": mistaken.lost},
            noticed=bool(faults("control", mistaken)),
            faults=wrong,
        )
    )


def _on(name: str, lines: int, *, unlocked: bool = False) -> Seen:
    on_postgres = name == "postgresql"
    try:
        with (
            tempfile.TemporaryDirectory(prefix="intake-chain-") as folder,
            fresh_database(started()) if on_postgres else nullcontext(f"sqlite:///{folder}/trail.db") as url,
        ):
            return campaign(url, Path(folder), lines, unlocked=unlocked)
    finally:
        if on_postgres:
            stopped()


if __name__ == "__main__":
    main()
