"""The audit trail: one line for each thing that happens, chained so that no change goes unseen.

Whoever cuts off the end of the trail and its head together leaves a chain that is whole:
only a head kept elsewhere shows that. Everything else shows here.
"""

import json
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives import constant_time, hashes, hmac
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from intake.domain.events import Event, SubmissionScreened
from intake.storage.encryption import PatientKeys, length_prefixed
from intake.storage.tables import AuditEventRow, AuditHeadRow

VERSION = 1
# Who acts when nobody does: the program, by itself.
SYSTEM = "system"
GENESIS = bytes(32)
# The field that says what an event is about; the first one that an event has.
_OBJECTS = ("submission", "member", "publication", "signal", "sheet")
_HEAD = 1
_PAGE = 1000
# Of more things than that, every line is read instead.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the audit trail as it was written, by whatever version wrote it."""

    seq: int
    at: datetime
    actor: str
    event: str
    object: str | None
    detail: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Chained:
    """One line exactly as it is chained; ``mac`` seals the rest of it together with ``prev_mac``."""

    seq: int
    at: str
    actor: str
    event: str
    object_id: str | None
    detail: str
    prev_mac: bytes
    mac: bytes


_CHAINED = tuple(getattr(AuditEventRow, field.name) for field in fields(Chained))


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """Whether the chain is whole and, when it is not, where and why."""

    ok: bool
    checked: int
    first_bad_seq: int | None = None
    reason: str = ""


class TrailBroken(Exception):
    """The audit trail has no head: the database was not set up, or was tampered with."""


def record(session: Session, keys: PatientKeys, actor: UUID | str, event: Event, at: datetime) -> None:
    """Add a line. Call it last: until the transaction ends, nobody else can add one."""
    record_all(session, keys, actor, (event,), at)


def record_all(
    session: Session, keys: PatientKeys, actor: UUID | str, happened: Iterable[Event], at: datetime
) -> None:
    """Add a line for each thing that happened, in order; thousands as fast as the chain allows."""
    head = session.execute(
        select(AuditHeadRow.seq, AuditHeadRow.mac).where(AuditHeadRow.id == _HEAD).with_for_update()
    ).one_or_none()
    if head is None:
        raise TrailBroken("the audit trail has no head: run the migrations, or restore a backup")
    lines, before = [], head.mac
    for seq, event in enumerate(happened, head.seq + 1):
        line = _line(seq, actor, event, at)
        mac = _mac(keys, line, before)
        lines.append({**line, "prev_mac": before, "mac": mac})
        before = mac
    if lines:
        session.execute(insert(AuditEventRow), lines)
        newest = {"seq": lines[-1]["seq"], "mac": before}
        session.execute(update(AuditHeadRow).where(AuditHeadRow.id == _HEAD).values(**newest))


def events(session: Session, submission_id: UUID | None = None) -> tuple[Recorded, ...]:
    """The lines in order, all of them or those about one submission."""
    query = select(AuditEventRow).order_by(AuditEventRow.seq)
    if submission_id is not None:
        query = query.where(AuditEventRow.object_id == str(submission_id))
    return tuple(recorded(row) for row in session.scalars(query))


def of_kind(session: Session, event: type[Event]) -> tuple[Recorded, ...]:
    """Every line of one kind, in order."""
    query = select(AuditEventRow).where(AuditEventRow.event == event.__name__).order_by(AuditEventRow.seq)
    return tuple(recorded(row) for row in session.scalars(query))


def first_times(session: Session, event: type[Event], since: datetime) -> Mapping[UUID, datetime]:
    """When each submission first had such a line, of the lines since then."""
    # Every line is written in UTC and with microseconds, so that their order is that of their words.
    start = since.astimezone(UTC).isoformat(timespec="microseconds")
    query = (
        select(AuditEventRow.object_id, func.min(AuditEventRow.at))
        .where(
            AuditEventRow.event == event.__name__,
            AuditEventRow.at >= start,
            AuditEventRow.object_id.is_not(None),
        )
        .group_by(AuditEventRow.object_id)
    )
    return {UUID(submission): datetime.fromisoformat(at) for submission, at in session.execute(query)}


def last_times(session: Session, event: type[Event], things: Collection[UUID]) -> Mapping[UUID, datetime]:
    """When each of these last had such a line; those that never had are left out."""
    query = (
        select(AuditEventRow.object_id, func.max(AuditEventRow.at))
        .where(AuditEventRow.event == event.__name__, AuditEventRow.object_id.in_(map(str, things)))
        .group_by(AuditEventRow.object_id)
    )
    return {UUID(thing): datetime.fromisoformat(at) for thing, at in session.execute(query) if thing}


def places(session: Session, event: type[Event], things: Collection[UUID]) -> Mapping[UUID, int]:
    """Where in the trail each of these first had such a line: an order that no clock has a part in."""
    query = (
        select(AuditEventRow.object_id, func.min(AuditEventRow.seq))
        .where(AuditEventRow.event == event.__name__, AuditEventRow.object_id.is_not(None))
        .group_by(AuditEventRow.object_id)
    )
    if not things:
        return {}
    if len(things) <= _AT_ONCE:
        query = query.where(AuditEventRow.object_id.in_(map(str, things)))
    wanted = {str(one): one for one in things}
    return {wanted[thing]: seq for thing, seq in session.execute(query) if thing in wanted}


def since(session: Session, event: type[Event], start: datetime) -> tuple[Recorded, ...]:
    """The lines of one kind since then, oldest first."""
    query = select(AuditEventRow).where(
        AuditEventRow.event == event.__name__,
        AuditEventRow.at >= start.astimezone(UTC).isoformat(timespec="microseconds"),
    )
    return tuple(recorded(row) for row in session.scalars(query.order_by(AuditEventRow.seq)))


def latest_about(
    session: Session, thing: UUID, kinds: Collection[type[Event]], most: int
) -> tuple[Recorded, ...]:
    """The last lines of these kinds about one thing, the newest first."""
    query = (
        select(AuditEventRow)
        .where(
            AuditEventRow.object_id == str(thing), AuditEventRow.event.in_([kind.__name__ for kind in kinds])
        )
        .order_by(AuditEventRow.seq.desc())
        .limit(most)
    )
    return tuple(recorded(row) for row in session.scalars(query))


def is_ours(session: Session, keys: PatientKeys, seq: int) -> bool:
    """Whether a line is as intake wrote it, looked at by itself; ``verify`` follows the whole chain."""
    line = chained_at(session, seq)
    return line is not None and not _fault(keys, line, seq, line.prev_mac)


def _line(seq: int, actor: UUID | str, event: Event, at: datetime) -> dict[str, object]:
    detail = _detail(event)
    return {
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(actor),
        "event": type(event).__name__,
        "object_id": next((str(detail[name]) for name in _OBJECTS if detail.get(name)), None),
        "detail": _canonical(detail),
    }


def screened_otherwise(session: Session, rules: str) -> int:
    """How many submissions were last screened with another edition of the rules than this one."""
    newest = (
        select(func.max(AuditEventRow.seq).label("seq"))
        .where(AuditEventRow.event == SubmissionScreened.__name__)
        .group_by(AuditEventRow.object_id)
        .subquery()
    )
    said = _canonical({"rules": rules})[1:-1]
    query = (
        select(func.count())
        .select_from(AuditEventRow)
        .join(newest, AuditEventRow.seq == newest.c.seq)
        .where(~AuditEventRow.detail.contains(said, autoescape=True))
    )
    return session.scalar(query) or 0


def verify(session: Session, keys: PatientKeys) -> VerifyResult:
    """Follow the chain from its first line to its head."""
    with closing(chained(session)) as lines:
        result, last = follow(keys, lines)
    head = session.get(AuditHeadRow, _HEAD)
    if result.ok and (head is None or (head.seq, head.mac) != (result.checked, last)):
        reason = "the trail does not end where its head says: lines are missing at the end"
        return VerifyResult(ok=False, checked=result.checked, first_bad_seq=result.checked + 1, reason=reason)
    return result


def chained(session: Session, until: int | None = None) -> Generator[Chained]:
    """Every line as it is chained, in order, up to one."""
    # Columns and no objects: a trail is followed line by line, and may be long.
    query = select(*_CHAINED).order_by(AuditEventRow.seq)
    if until is not None:
        query = query.where(AuditEventRow.seq <= until)
    with closing(session.execute(query.execution_options(yield_per=_PAGE))) as rows:
        for row in rows:
            yield Chained(*row)


def newest(session: Session) -> int:
    """The number of the newest line; 0 when there is none."""
    return session.scalar(select(AuditHeadRow.seq).where(AuditHeadRow.id == _HEAD)) or 0


def head(session: Session) -> tuple[int, bytes]:
    """The number and the seal of the newest line; 0 and no seal when there is none."""
    row = session.execute(select(AuditHeadRow.seq, AuditHeadRow.mac)).one_or_none()
    return (0, b"") if row is None else (row.seq, bytes(row.mac))


def is_there(session: Session, seq: int, mac: bytes) -> bool:
    """Whether the line with this number has this seal, as it had when somebody looked before."""
    line = chained_at(session, seq)
    return line is not None and constant_time.bytes_eq(line.mac, mac)


def are_there(session: Session, kinds: Collection[type[Event]], after: int) -> bool:
    """Whether there is a line of these kinds behind the one with this number."""
    of_kinds = AuditEventRow.event.in_([kind.__name__ for kind in kinds])
    query = select(AuditEventRow.seq).where(AuditEventRow.seq > after, of_kinds)
    return session.scalar(query.limit(1)) is not None


def chained_of_kinds(session: Session, kinds: Collection[type[Event]]) -> tuple[Chained, ...]:
    """The lines of these kinds as they are chained, in order."""
    query = select(*_CHAINED).where(AuditEventRow.event.in_([kind.__name__ for kind in kinds]))
    return tuple(Chained(*row) for row in session.execute(query.order_by(AuditEventRow.seq)))


def is_as_written(keys: PatientKeys, line: Chained) -> bool:
    """Whether a line stands as it was written, whatever became of those before it."""
    return not _fault(keys, line, line.seq, line.prev_mac)


def chained_at(session: Session, seq: int) -> Chained | None:
    """One line as it is chained; None when there is no such line."""
    row = session.execute(select(*_CHAINED).where(AuditEventRow.seq == seq)).one_or_none()
    return Chained(*row) if row is not None else None


def follow(keys: PatientKeys, lines: Iterable[Chained]) -> tuple[VerifyResult, bytes]:
    """Follow a chain from its first line as far as it goes; also the seal of the last line that fits."""
    checked, mac = 0, GENESIS
    for line in lines:
        if reason := _fault(keys, line, checked + 1, mac):
            return VerifyResult(ok=False, checked=checked, first_bad_seq=line.seq, reason=reason), mac
        checked, mac = checked + 1, line.mac
    return VerifyResult(ok=True, checked=checked), mac


def _fault(keys: PatientKeys, line: Chained, expected: int, mac: bytes) -> str:
    if line.seq != expected:
        return f"line {expected} is missing"
    if line.prev_mac != mac:
        return "the line does not follow the one before it"
    sealed = {
        "seq": line.seq,
        "at": line.at,
        "actor": line.actor,
        "event": line.event,
        "object_id": line.object_id,
        "detail": line.detail,
    }
    if not constant_time.bytes_eq(_mac(keys, sealed, line.prev_mac), line.mac):
        return "the line was changed after it was written, or written with another key"
    return ""


def _mac(keys: PatientKeys, line: Mapping[str, object], prev_mac: bytes) -> bytes:
    seal = hmac.HMAC(keys.audit_key, hashes.SHA256())
    context = ("intake", "audit", str(VERSION), str(keys.deployment))
    seal.update(length_prefixed(*context, _canonical(line), prev_mac))
    return seal.finalize()


def _detail(event: Event) -> dict[str, object]:
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case UUID():
            return str(value)
        case other:
            # No floats: they are not written the same everywhere, and the chain is over text.
            raise TypeError(f"an event cannot carry a {type(other).__name__}")


def _canonical(thing: Mapping[str, object]) -> str:
    return json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def recorded(row: AuditEventRow | Chained) -> Recorded:
    """One line as people ask about it."""
    at = datetime.fromisoformat(row.at)
    return Recorded(row.seq, at, row.actor, row.event, row.object_id, json.loads(row.detail))
