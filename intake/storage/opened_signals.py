"""Safety signals as they were opened, so that each is opened once and not for every page.

Whose a signal is lies sealed, so to know who waits for a call every one has to be opened, and a stranger
may raise thousands from one form (docs/decisions/0067). Signals and deeds are facts: nobody changes one, and
what was opened stays true for as long as its row is there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from threading import Lock
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.domain.events import SafetySignalAnswered, SafetySignalRaised
from intake.domain.safety_signal import Signal, SignalDeed, Signalled, by_patient
from intake.storage import audit
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_safety_signals import signal_deed_from_bytes, signal_from_bytes
from intake.storage.database import Database
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place, SealingKey, open_for_clinic
from intake.storage.tables import SafetySignalRow, SignalDeedRow

# Some 50 MB. Of more, the rest is opened anew for each page, and still before anything is locked.
MOST_KEPT = 50_000
# So many ids stand in one question to the database.
AT_ONCE = 500
_KINDS = (SafetySignalRaised, SafetySignalAnswered)


@dataclass(frozen=True, slots=True)
class OpenedDeed:
    """What was done, and the bytes it was opened from: where a backup was put back, others stand there."""

    sealed: bytes = field(repr=False)
    deed: SignalDeed


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether anything came since: the newest line of the trail, and how many rows there were."""

    line: int
    mac: bytes
    signals: int
    deeds: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Every signal that can be opened, at one moment.

    ``places`` say where in the trail each was raised; ``deeds`` are by signal and number. ``damaged`` are
    those that cannot be opened, or about which something was done that cannot. ``patients`` are the others,
    each with everything of theirs.
    """

    signals: Mapping[UUID, Signal] = field(default_factory=dict)
    places: Mapping[UUID, int] = field(default_factory=dict)
    deeds: Mapping[UUID, Mapping[int, OpenedDeed]] = field(default_factory=dict)
    damaged: frozenset[UUID] = frozenset()
    patients: tuple[Signalled, ...] = ()
    stamp: Stamp | None = None


NOTHING = Opened()
_kept: WeakKeyDictionary[Database, Opened] = WeakKeyDictionary()
_looking = Lock()


def look(database: Database, keys: ClinicKeys) -> Opened:
    """Every signal there is, for a transaction that will show them. Call it before that begins: what was
    raised since this process last looked is opened here, and nobody who writes waits for it.
    """
    # One at a time: whoever comes second finds everything opened.
    with _looking:
        with database.read() as session:
            found = read(session, keys, _kept.get(database, NOTHING))
        _kept[database] = _bounded(found)
    return found


def kept(database: Database) -> Opened:
    """What this process has opened so far."""
    return _kept.get(database, NOTHING)


def read(session: Session, keys: ClinicKeys, before: Opened = NOTHING) -> Opened:
    """Every signal, with those opened ``before`` taken from there. What was erased since is not in it."""
    stamp = _stamp(session)
    if before.stamp is not None and _is_as_it_was(session, before.stamp, stamp):
        return replace(before, stamp=stamp)
    there = session.scalars(select(SafetySignalRow.id)).all()
    signals = {one: before.signals[one] for one in there if one in before.signals}
    new = [one for one in there if one not in signals and one not in before.damaged]
    signals.update(_signals(session, keys, new))
    deeds, spoiled = _deeds(session, keys, before)
    damaged = frozenset(one for one in there if one not in signals) | spoiled
    places = {one: before.places[one] for one in signals if one in before.places}
    unplaced = [one for one in signals if one not in places]
    places.update(audit.places(session, SafetySignalRaised, unplaced))
    whole = Opened(signals, places, deeds, damaged, stamp=stamp)
    return replace(whole, patients=tuple(_patients(whole)))


def in_parts(which: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """As many at a time as a database takes in one question."""
    return (which[start : start + AT_ONCE] for start in range(0, len(which), AT_ONCE))


def key_of(keys: ClinicKeys, signal: UUID, wrapped: bytes) -> SealingKey:
    """The key of a signal and of what was done about it. Raises DecryptionFailed."""
    return open_for_clinic(keys, wrapped, key_place(signal))


def key_place(signal: UUID) -> Place:
    """Where the key of a signal lies."""
    return Place("safety_signals", "wrapped_key", signal)


def sealed_place(signal: UUID) -> Place:
    """Where a signal lies."""
    return Place("safety_signals", "sealed", signal)


def deed_place(signal: UUID, number: int) -> Place:
    """Where something that was done about a signal lies."""
    return Place("signal_deeds", "sealed", signal, number)


def _stamp(session: Session) -> Stamp:
    signals, deeds = (
        session.scalar(select(func.count()).select_from(row)) or 0 for row in (SafetySignalRow, SignalDeedRow)
    )
    return Stamp(*audit.head(session), signals, deeds)


def _is_as_it_was(session: Session, was: Stamp, now: Stamp) -> bool:
    """Whether no signal and no deed came or went: by the trail, of which nobody takes a line away."""
    if (was.signals, was.deeds) != (now.signals, now.deeds):
        return False
    # Another line there, or none: a backup was put back.
    is_same_trail = audit.is_there(session, was.line, was.mac)
    return is_same_trail and not audit.are_there(session, _KINDS, was.line)


def _patients(opened: Opened) -> Iterator[Signalled]:
    # By the trail, and not by the clock: it may have been set back between two answers, and the last word of
    # a patient must not pass for an older one. One without a line would be new, and so nothing settles it.
    ordered = sorted(
        (one for one in opened.signals.values() if one.id not in opened.damaged),
        key=lambda one: (one.id not in opened.places, opened.places.get(one.id, 0), one.at),
    )
    for signals in by_patient(ordered):
        deeds = (
            (place, opened.deeds[one.id][number].deed)
            for place, one in enumerate(signals, 1)
            if one.id in opened.deeds
            for number in sorted(opened.deeds[one.id])
        )
        yield Signalled(signals, tuple(sorted(deeds, key=lambda each: each[1].by.at)))


def _signals(session: Session, keys: ClinicKeys, which: Sequence[UUID]) -> Iterator[tuple[UUID, Signal]]:
    columns = select(SafetySignalRow.id, SafetySignalRow.wrapped_key, SafetySignalRow.sealed)
    for some in in_parts(which):
        for one, wrapped, sealed in session.execute(columns.where(SafetySignalRow.id.in_(some))):
            try:
                content = key_of(keys, one, wrapped).open(sealed, sealed_place(one))
                yield one, signal_from_bytes(content)
            except (DecryptionFailed, UnknownRecord):
                continue


def _deeds(
    session: Session, keys: ClinicKeys, before: Opened
) -> tuple[dict[UUID, dict[int, OpenedDeed]], frozenset[UUID]]:
    """What was done, all of it, and the signals of which something done cannot be opened."""
    found: dict[UUID, dict[int, OpenedDeed]] = {}
    new: dict[UUID, list[tuple[int, bytes]]] = {}
    query = select(SignalDeedRow.signal_id, SignalDeedRow.number, SignalDeedRow.sealed)
    for signal, number, sealed in session.execute(
        query.order_by(SignalDeedRow.signal_id, SignalDeedRow.number)
    ):
        known = before.deeds.get(signal, {}).get(number)
        if known is not None and known.sealed == sealed:
            found.setdefault(signal, {})[number] = known
        else:
            new.setdefault(signal, []).append((number, sealed))
    wrapped = _wrapped(session, new)
    spoiled = set()
    for signal, some in new.items():
        try:
            key = key_of(keys, signal, wrapped[signal])
            for number, sealed in some:
                deed = signal_deed_from_bytes(key.open(sealed, deed_place(signal, number)))
                found.setdefault(signal, {})[number] = OpenedDeed(sealed, deed)
        except (DecryptionFailed, UnknownRecord):
            spoiled.add(signal)
    return found, frozenset(spoiled)


def _wrapped(session: Session, which: Collection[UUID]) -> dict[UUID, bytes]:
    query = select(SafetySignalRow.id, SafetySignalRow.wrapped_key)
    parts = in_parts(tuple(which))
    found = (session.execute(query.where(SafetySignalRow.id.in_(some))) for some in parts)
    return {row.id: row.wrapped_key for rows in found for row in rows}


def _bounded(found: Opened) -> Opened:
    """As much of it as is kept. One that cannot be opened is tried again: its key may come back."""
    if len(found.signals) <= MOST_KEPT and not found.damaged:
        return found
    signals = dict(islice(found.signals.items(), MOST_KEPT))
    places = {one: found.places[one] for one in signals if one in found.places}
    return Opened(signals, places, {one: of_it for one, of_it in found.deeds.items() if one in signals})
