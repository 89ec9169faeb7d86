"""Tampers with the audit trail and with what is sealed, as whoever may write to the database could.

10,000 times a line of the trail is changed, taken out, put in, moved or copied, and the chain is followed;
100,000 times a bit of something sealed is turned over, or it is put where something else belongs, and is
opened there, with the key and for the place that the product opens what belongs there with. Nothing changed
may verify or open. Every column that SECURITY.md says is sealed has its turn, as often as any other. What
the chain cannot show by itself, a trail cut off at its end together with its head, is compared with the head
as it was (``intake audit verify --with-database``).
"""

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch
from uuid import uuid4

import click
from sqlalchemy import LargeBinary, MetaData, select, text
from sqlalchemy.orm import Session

from campaigns.reports import CHECKOUT, end, report
from intake.domain.events import FlagAcknowledged, QueueOpened, SubmissionOpened
from intake.storage import audit, encryption
from intake.storage.database import Database, migrate
from intake.storage.encryption import ClinicKeys, DecryptionFailed, PatientKeys, Place, SealingKey
from intake.storage.keyring import create_keyring, read_clinic_keys
from storage.everything import keep_one_of_each, keep_the_rest
from storage.samples import ALICE, NOW, send
from storage.test_canary import write_everything

_LINES = 120
_PEOPLE = 2  # in each database
_TRIES = 200
_SWAPS = (
    "within its column",
    "from another column",
    "from another record",
    "from another person",
    "under the same key",
)
# A bit is turned over as often as all else together.
_DONE_TO_SEALED = (*("bit",) * (len(_SWAPS) + 3), "cut", "longer", "place", *_SWAPS)


@dataclass(slots=True)
class Seen:
    """How often what was done, and what was not noticed."""

    done: Counter[str] = field(default_factory=Counter)
    unnoticed: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed value as it stands in the database, and how it is opened where it belongs.

    ``about`` is whose it is: another for each person that something is kept of.
    """

    column: str
    about: str
    blob: bytes
    key: object
    place: Place
    opened: Callable[[bytes, Place], object]


@contextmanager
def recorded() -> Iterator[list[Sealed]]:
    """Everything that is sealed meanwhile, in the order it was."""
    kept: list[Sealed] = []
    seal, for_clinic, for_token = SealingKey.seal, encryption.seal_for_clinic, encryption.wrap_for_token
    for_outbox = encryption.seal_for_outbox

    def keep(blob: bytes, key: object, place: Place, opened: Callable[[bytes, Place], object]) -> bytes:
        kept.append(Sealed("", "", blob, key, place, opened))
        return blob

    def sealing(key: SealingKey, content: bytes, place: Place) -> bytes:
        return keep(seal(key, content, place), key.secret, place, key.open)

    def sealing_for_clinic(keys: ClinicKeys, record_key: SealingKey, place: Place) -> bytes:
        blob = for_clinic(keys, record_key, place)
        return keep(blob, "clinic", place, lambda one, at: encryption.open_for_clinic(keys, one, at))

    def sealing_for_outbox(keys: ClinicKeys, record_key: SealingKey, place: Place) -> bytes:
        blob, opens = for_outbox(keys, record_key, place), keys.outbox_keys
        return keep(blob, "outbox", place, lambda one, at: encryption.open_from_outbox(opens, one, at))

    def wrapping(record_key: SealingKey, token: str, place: Place) -> bytes:
        # All that unwrapping asks of keys is whose they are.
        keys = cast(PatientKeys, SimpleNamespace(deployment=record_key.deployment))
        blob = for_token(record_key, token, place)
        return keep(blob, token, place, lambda one, at: encryption.unwrap_with_token(keys, one, token, at))

    with ExitStack() as stack:
        stack.enter_context(patch.object(SealingKey, "seal", sealing))
        for name, real, instead in (
            ("seal_for_clinic", for_clinic, sealing_for_clinic),
            ("seal_for_outbox", for_outbox, sealing_for_outbox),
            ("wrap_for_token", for_token, wrapping),
        ):
            for module in _modules_with(name, real):
                stack.enter_context(patch.object(module, name, instead))
        yield kept


def _modules_with(name: str, real: object) -> list[object]:
    ours = [one for key, one in list(sys.modules.items()) if key.startswith("intake.")]
    return [one for one in ours if vars(one).get(name) is real]


def columns_told() -> frozenset[str]:
    """Every column that SECURITY.md says is sealed."""
    told = (CHECKOUT / "SECURITY.md").read_text("utf-8").split("\n## What is sealed\n")[1].split("\n## ")[0]
    return frozenset(re.findall(r"`(\w+\.\w+)`", told))


def sealed_values(folder: Path, keys: ClinicKeys, copies: int) -> list[Sealed]:
    """Everything sealed that stands in so many databases, after several people wrote something in each.

    Each is opened once as it stands: what does not open anyway would show nothing.
    """
    values = []
    for number in range(copies):
        database = Database(f"sqlite:///{folder / f'sealed-{number}.db'}")
        migrate(database)
        kept = _written_by_people(database, keys, number)
        where = _blobs(database)
        values += [replace(one, column=where[one.blob]) for one in kept if one.blob in where]
        database.dispose()
    for one in values:
        one.opened(one.blob, one.place)
    return values


def _written_by_people(database: Database, keys: ClinicKeys, number: int) -> list[Sealed]:
    written: list[Sealed] = []
    with recorded() as kept:
        write_everything(database, keys)
        written += [replace(one, about=f"{number}, first") for one in kept]
        earlier = []
        for person in range(_PEOPLE):
            kept.clear()
            with database.write() as session:
                earlier.append(keep_one_of_each(session, keys))
                keep_the_rest(session, keys, earlier[-1], earlier[0] if person else send(session, keys))
            written += [replace(one, about=f"{number}, {person}") for one in kept]
    return written


def _blobs(database: Database) -> dict[bytes, str]:
    """What stands in the columns of bytes, and in which."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.read() as session:
        return {
            bytes(value): f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, LargeBinary)
            for value in session.scalars(select(column))
            if value
        }


class Others:
    """What could be put in the place of a sealed value, near or far."""

    def __init__(self, values: list[Sealed]) -> None:
        self._values = values
        self._by_column, self._by_key = dict[str, list[Sealed]](), dict[object, list[Sealed]]()
        for one in values:
            self._by_column.setdefault(one.column, []).append(one)
            self._by_key.setdefault(one.key, []).append(one)
        self._columns = sorted(self._by_column)

    def one(self, chance: random.Random) -> Sealed:
        """A value, of each column as often."""
        return chance.choice(self._by_column[chance.choice(self._columns)])

    def blob(self, what: str, one: Sealed, chance: random.Random) -> bytes:
        """Another value that stands in the relation that is wanted; the same when none was found."""
        among, fits = self._values, _FITS.get(what)
        match what:
            case "within its column" | "from another person":
                among = self._by_column[one.column]
            case "under the same key":
                among = self._by_key[one.key]
        for _ in range(_TRIES):
            other = chance.choice(among)
            if fits is None or fits(one, other):
                return other.blob
        return one.blob


_FITS: dict[str, Callable[[Sealed, Sealed], bool]] = {
    "from another column": lambda one, other: one.column != other.column and one.about == other.about,
    "from another record": lambda one, other: one.place.record != other.place.record,
    "from another person": lambda one, other: one.about != other.about,
}


def tamper_with_sealed(values: list[Sealed], times: int, chance: random.Random, seen: Seen) -> None:
    """Turn bits over, cut, lengthen, and put elsewhere what is sealed; count what opened all the same."""
    others = Others(values)
    while seen.done.total() < times:
        one, what = others.one(chance), chance.choice(_DONE_TO_SEALED)
        blob, place = one.blob, one.place
        match what:
            case "bit":
                blob = _flipped(blob, chance)
            case "cut":
                blob = blob[: chance.randrange(len(blob))]
            case "longer":
                blob += chance.randbytes(chance.randint(1, 32))
            case "place":
                place = _elsewhere(place, chance)
            case _:
                blob = others.blob(what, one, chance)
        if blob == one.blob and place == one.place:
            continue  # nothing was changed
        seen.done[f"sealed: {what}"] += 1
        seen.columns[one.column] += 1
        seen.unnoticed[f"sealed: {what}"] += _opens(one, blob, place)


def _opens(one: Sealed, blob: bytes, place: Place) -> bool:
    try:
        one.opened(blob, place)
    except DecryptionFailed:
        return False
    return True


def _flipped(blob: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(blob) * 8)
    changed = bytearray(blob)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def _elsewhere(place: Place, chance: random.Random) -> Place:
    match chance.randrange(4):
        case 0:
            return Place(f"{place.table}s", place.column, place.record, place.revision)
        case 1:
            return Place(place.table, f"{place.column}s", place.record, place.revision)
        case 2:
            return Place(place.table, place.column, uuid4(), place.revision)
        case _:
            return Place(place.table, place.column, place.record, place.revision + 1)


def tamper_with_trail(
    database: Database, keys: ClinicKeys, times: int, chance: random.Random, seen: Seen
) -> None:
    """Change the trail and follow it, again and again; every change is taken back before the next."""
    _fill(database, keys)
    with database.write() as session:
        for name in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS audit_events_no_{name}"))
        head = _head(session)
    for _ in range(times):
        what = chance.choice(tuple(_TAMPERINGS))
        with database.write() as session:
            begun = session.begin_nested()
            _TAMPERINGS[what](session, chance)
            session.expire_all()
            noticed = not audit.verify(session, keys).ok
            if what == "cut off with its head":
                # The chain alone cannot know: whoever kept the head elsewhere does.
                noticed = _head(session) != head
            begun.rollback()
        seen.done[f"trail: {what}"] += 1
        seen.unnoticed[f"trail: {what}"] += not noticed
    with database.read() as session:
        assert audit.verify(session, keys).ok, "a tampering was not taken back"


def _fill(database: Database, keys: ClinicKeys) -> None:
    submission = uuid4()
    for number in range(_LINES // 3):
        at = NOW + timedelta(seconds=number)
        kinds = (
            QueueOpened(number),
            SubmissionOpened(submission, number),
            FlagAcknowledged(submission, "0" * 64),
        )
        with database.write() as session:
            audit.record_all(session, keys, ALICE.id, kinds, at)


def _head(session: Session) -> object:
    return tuple(session.execute(text("SELECT seq, mac FROM audit_head")).one())


def _line(chance: random.Random) -> int:
    return chance.randint(1, _LINES)


def _changed_text(session: Session, chance: random.Random) -> None:
    column = chance.choice(("at", "actor", "event", "detail", "object_id"))
    words = session.scalar(
        text(f"SELECT {column} FROM audit_events WHERE seq = :s"), {"s": (s := _line(chance))}
    )
    at = chance.randrange(len(words or "") + 1)
    new = f"{(words or '')[:at]}{chance.choice('x0 ')}{(words or '')[at:]}"
    session.execute(text(f"UPDATE audit_events SET {column} = :n WHERE seq = :s"), {"n": new, "s": s})


def _changed_seal(session: Session, chance: random.Random) -> None:
    column = chance.choice(("mac", "prev_mac"))
    s = _line(chance)
    mac = session.scalar(text(f"SELECT {column} FROM audit_events WHERE seq = :s"), {"s": s})
    session.execute(
        text(f"UPDATE audit_events SET {column} = :n WHERE seq = :s"), {"n": _flipped(mac, chance), "s": s}
    )


def _taken_out(session: Session, chance: random.Random) -> None:
    s = _line(chance)
    session.execute(
        text("DELETE FROM audit_events WHERE seq BETWEEN :s AND :e"), {"s": s, "e": s + chance.randint(0, 5)}
    )


def _gap_closed(session: Session, chance: random.Random) -> None:
    s = chance.randint(1, _LINES - 1)
    session.execute(text("DELETE FROM audit_events WHERE seq = :s"), {"s": s})
    session.execute(text("UPDATE audit_events SET seq = -seq WHERE seq > :s"), {"s": s})
    session.execute(text("UPDATE audit_events SET seq = -seq - 1 WHERE seq < 0"))
    session.execute(text("UPDATE audit_head SET seq = seq - 1"))


def _two_changed_places(session: Session, chance: random.Random) -> None:
    one, other = chance.sample(range(1, _LINES + 1), 2)
    for before, after in ((one, -1), (other, one), (-1, other)):
        session.execute(text("UPDATE audit_events SET seq = :a WHERE seq = :b"), {"a": after, "b": before})


def _words_exchanged(session: Session, chance: random.Random) -> None:
    one, other = chance.sample(range(1, _LINES + 1), 2)
    columns = "at, actor, event, object_id, detail"
    rows = {
        seq: session.execute(text(f"SELECT {columns} FROM audit_events WHERE seq = :s"), {"s": seq}).one()
        for seq in (one, other)
    }
    if rows[one] == rows[other]:
        return _changed_text(session, chance)
    for seq, row in ((one, rows[other]), (other, rows[one])):
        sets = ", ".join(f"{name} = :{name}" for name in columns.split(", "))
        session.execute(text(f"UPDATE audit_events SET {sets} WHERE seq = :s"), {**row._mapping, "s": seq})
    return None


def _copied_to_the_end(session: Session, chance: random.Random) -> None:
    session.execute(
        text(
            "INSERT INTO audit_events SELECT :n, at, actor, event, object_id, detail, :p, :m "
            "FROM audit_events WHERE seq = :s"
        ),
        {"n": _LINES + 1, "s": _line(chance), "p": chance.randbytes(32), "m": (mac := chance.randbytes(32))},
    )
    if chance.random() < 0.5:
        session.execute(text("UPDATE audit_head SET seq = :n, mac = :m"), {"n": _LINES + 1, "m": mac})


def _cut_off(session: Session, chance: random.Random) -> None:
    session.execute(text("DELETE FROM audit_events WHERE seq > :s"), {"s": chance.randint(0, _LINES - 1)})


def _cut_off_with_head(session: Session, chance: random.Random) -> None:
    s = chance.randint(1, _LINES - 1)
    session.execute(text("DELETE FROM audit_events WHERE seq > :s"), {"s": s})
    session.execute(
        text("UPDATE audit_head SET seq = :s, mac = (SELECT mac FROM audit_events WHERE seq = :s)"), {"s": s}
    )


def _head_changed(session: Session, chance: random.Random) -> None:
    if chance.random() < 0.5:
        session.execute(text("UPDATE audit_head SET seq = seq + :n"), {"n": chance.choice((-1, 1, 7))})
    else:
        session.execute(text("UPDATE audit_head SET mac = :m"), {"m": chance.randbytes(32)})


_TAMPERINGS: dict[str, Callable[[Session, random.Random], None]] = {
    "words changed": _changed_text,
    "seal changed": _changed_seal,
    "taken out": _taken_out,
    "taken out and numbered anew": _gap_closed,
    "two changed places": _two_changed_places,
    "two exchanged their words": _words_exchanged,
    "copied to the end": _copied_to_the_end,
    "cut off": _cut_off,
    "cut off with its head": _cut_off_with_head,
    "head changed": _head_changed,
}


def campaign(folder: Path, trail: int, sealed: int, seed: int, copies: int = 3) -> Seen:
    """So many tamperings of each kind of thing; what was seen."""
    chance, seen = random.Random(seed), Seen()
    create_keyring(folder / "keys")
    keys = read_clinic_keys(folder / "keys")
    tamper_with_sealed(sealed_values(folder, keys, copies), sealed, chance, seen)
    database = Database(f"sqlite:///{folder / 'trail.db'}")
    try:
        migrate(database)
        tamper_with_trail(database, keys, trail, chance, seen)
    finally:
        database.dispose()
    return seen


@contextmanager
def unbound() -> Iterator[None]:
    """The control: what is sealed is bound to no place, and a line is not chained to the one before it."""
    with (
        patch.object(encryption, "_bound", lambda _deployment, header, _place: header),
        patch.object(audit, "_fault", lambda *_: ""),
    ):
        yield


@click.command(help=__doc__)
@click.option("--trail", default=10_000, show_default=True, help="Tamperings with the audit trail.")
@click.option("--sealed", default=100_000, show_default=True, help="Tamperings with what is sealed.")
@click.option("--seed", type=int, help="Repeat the choices of an earlier campaign.")
def main(trail: int, sealed: int, seed: int | None) -> None:
    """Exit code 1 when anything was not noticed, or when the control looked clean."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-tampering-") as folder:
        seen = campaign(Path(folder), trail, sealed, seed, copies=10)
    with tempfile.TemporaryDirectory(prefix="intake-tampering-") as folder, unbound():
        blind = campaign(Path(folder), 200, 2_000, seed)
    figures = {
        "trail": sum(times for what, times in seen.done.items() if what.startswith("trail")),
        "sealed": sum(times for what, times in seen.done.items() if what.startswith("sealed")),
        "sealed_columns": len(seen.columns),
        "sealed_columns_in_SECURITY.md": len(columns_told()),
        "least_with_one_column": min(seen.columns.values()),
        "unnoticed": seen.unnoticed.total(),
        **dict(sorted(seen.done.items())),
    }
    whole = report(
        "tampering",
        seed=seed,
        begun=begun,
        figures=figures,
        control={"done": blind.done.total(), "unnoticed": blind.unnoticed.total()},
        noticed=min(blind.unnoticed["sealed: under the same key"], blind.unnoticed["trail: words changed"])
        > 0,
        faults=(
            *(f"{what}: {times} not noticed" for what, times in seen.unnoticed.items() if times),
            *(f"{one}: never tampered with" for one in sorted(columns_told() - set(seen.columns))),
            *(f"{one}: not in SECURITY.md" for one in sorted(set(seen.columns) - columns_told())),
        ),
    )
    end(whole)


if __name__ == "__main__":
    main()
