"""Tampers with the audit trail and with what is sealed, as whoever may write to the database could.

10,000 times a line of the trail is changed, taken out, put in, moved or copied, and the chain is followed;
100,000 times a bit of something sealed is turned over, or it is moved to where something else belongs, and is
opened there. Nothing changed may verify or open. What the chain cannot show by itself, a trail cut off at its
end together with its head, is compared with the head as it was (``intake audit verify --with-database``).
"""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch
from uuid import uuid4

import click
from sqlalchemy import LargeBinary, MetaData, select, text
from sqlalchemy.orm import Session

from campaigns.reports import end, report
from intake.domain.events import FlagAcknowledged, QueueOpened, SubmissionOpened
from intake.storage import audit, encryption
from intake.storage.database import Database, migrate
from intake.storage.encryption import ClinicKeys, DecryptionFailed, PatientKeys, Place, SealingKey
from intake.storage.keyring import create_keyring, read_clinic_keys
from storage.samples import ALICE, NOW
from storage.test_canary import write_everything

_LINES = 120
_SHORTEST_BLOB = 1 + 1 + 4


@dataclass(slots=True)
class Seen:
    """How often what was done, and what was not noticed."""

    done: Counter[str] = field(default_factory=Counter)
    unnoticed: Counter[str] = field(default_factory=Counter)
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed value as it stands in the database, and how it is opened where it belongs."""

    column: str
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
        kept.append(Sealed(f"{place.table}.{place.column}", blob, key, place, opened))
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


def sealed_values(folder: Path, keys: ClinicKeys, copies: int) -> list[Sealed]:
    """Everything sealed that stands in so many databases, after everybody wrote something in each."""
    values = []
    for number in range(copies):
        database = Database(f"sqlite:///{folder / f'sealed-{number}.db'}")
        migrate(database)
        with recorded() as kept:
            write_everything(database, keys)
        there = _blobs(database)
        values += [one for one in kept if one.blob in there]
        database.dispose()
    return values


def _blobs(database: Database) -> set[bytes]:
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.read() as session:
        return {
            bytes(value)
            for table in metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, LargeBinary)
            for value in session.scalars(select(column))
            if value is not None
        }


def tamper_with_sealed(values: list[Sealed], times: int, chance: random.Random, seen: Seen) -> None:
    """Turn bits over, cut, lengthen, and move what is sealed; count what opened all the same."""
    by_key: dict[object, list[Sealed]] = {}
    for one in values:
        by_key.setdefault(one.key, []).append(one)
    shared = [several for several in by_key.values() if len(several) > 1]
    seen.columns = len({one.column for one in values})
    while seen.done.total() < times:
        one = chance.choice(values)
        what = chance.choice(
            ("bit", "bit", "bit", "cut", "longer", "moved", "moved within a record", "place")
        )
        blob, place = one.blob, one.place
        match what:
            case "bit":
                blob = _flipped(blob, chance)
            case "cut":
                blob = blob[: chance.randrange(len(blob))]
            case "longer":
                blob += chance.randbytes(chance.randint(1, 32))
            case "moved":
                blob = chance.choice(values).blob
            case "moved within a record":
                one, other = chance.sample(chance.choice(shared), 2)
                place, blob = one.place, other.blob
            case "place":
                place = _elsewhere(place, chance)
        if blob == one.blob and place == one.place:
            continue  # nothing was changed
        seen.done[f"sealed: {what}"] += 1
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
        "columns": seen.columns,
        "unnoticed": seen.unnoticed.total(),
        **dict(sorted(seen.done.items())),
    }
    whole = report(
        "tampering",
        seed=seed,
        begun=begun,
        figures=figures,
        control={"done": blind.done.total(), "unnoticed": blind.unnoticed.total()},
        noticed=min(blind.unnoticed["sealed: moved within a record"], blind.unnoticed["trail: words changed"])
        > 0,
        faults=tuple(f"{what}: {times} not noticed" for what, times in seen.unnoticed.items() if times),
    )
    end(whole)


if __name__ == "__main__":
    main()
