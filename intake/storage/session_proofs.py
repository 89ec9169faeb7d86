"""When, where and with what somebody last proved that it is them who sits there, and what is still due."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.domain.factors import Due, Proven
from intake.storage.database import writes
from intake.storage.encryption import ClinicKeys, Place, token_digest
from intake.storage.row_seals import SESSIONS
from intake.storage.tables import StaffSessionRow


@dataclass(frozen=True, slots=True)
class SessionProof:
    """What a session rests on."""

    authenticated_at: datetime
    proven: Proven
    due: Due
    # The tag of the network it was proved in; None until the browser has its token, in the same request.
    network: bytes | None = field(default=None, repr=False)
    is_elsewhere: bool = False


def of(session: Session, keys: ClinicKeys, token: str, network: str = "") -> SessionProof | None:
    """What the session rests on; None when there is none. Whether it goes on is asked elsewhere.

    ``network`` is the one it is used from now, if that matters.
    """
    row = _row(session, keys, token)
    if row is None:
        return None
    is_elsewhere = bool(network) and _is_elsewhere(keys, row, network)
    return SessionProof(row.authenticated_at, Proven(row.proven), Due(row.due), row.network, is_elsewhere)


def proved_again(
    session: Session, keys: ClinicKeys, token: str, proven: Proven, now: datetime, network: str
) -> str | None:
    """The new token of a session whose owner proved again who they are; None when it is over meanwhile.

    The old token leads nowhere from then on (ASVS 7.2.4).
    """
    row = _row(session, keys, token)
    if row is None:
        return None
    renewed = secrets.token_urlsafe(32)
    changed: dict[str, object] = {
        "token_digest": token_digest(renewed),
        "authenticated_at": now,
        "proven": proven.value,
        "network": _tag(keys, row.member_id, network),
        "moved": False,
    }
    return renewed if _change(session, keys, token, changed) is not None else None


def begun_in(session: Session, keys: ClinicKeys, token: str, browser: str, network: str) -> UUID | None:
    """Whose new session it is; keeps in which browser and network it began. None when it ended meanwhile."""
    row = _row(session, keys, token)
    if row is None:
        return None
    changed: dict[str, object] = {"browser": browser, "network": _tag(keys, row.member_id, network)}
    return _change(session, keys, token, changed | {"moved": False})


def moved(session: Session, keys: ClinicKeys, token: str, network: str) -> bool:
    """Whether a session is used outside its network for the first time since that was proved; it is noted."""
    row = session.get(StaffSessionRow, token_digest(token))
    if row is None or row.moved or not _is_elsewhere(keys, row, network):
        return False
    return _change(session, keys, token, {"moved": True}) is not None


def settle(session: Session, keys: ClinicKeys, token: str) -> None:
    """What was due is done."""
    _change(session, keys, token, {"due": Due.NOTHING.value})


def _tag(keys: ClinicKeys, member: UUID, network: str) -> bytes:
    """Tells a network apart from others, of one person, without saying which it is."""
    return keys.staff_key.tag(network, Place("staff_sessions", "network", member))


def _is_elsewhere(keys: ClinicKeys, row: StaffSessionRow, network: str) -> bool:
    return row.network is not None and row.network != _tag(keys, row.member_id, network)


def _change(session: Session, keys: ClinicKeys, token: str, changed: dict[str, object]) -> UUID | None:
    """Whose session was changed; None when there is none any more."""
    row = _row(session, keys, token)
    if row is None:
        return None
    # Never inserted anew: a session ended meanwhile must stay ended.
    query = update(StaffSessionRow).where(StaffSessionRow.token_digest == row.token_digest)
    query = query.values(**changed, seal=SESSIONS.seal(keys, row, **changed))
    return session.execute(query.returning(StaffSessionRow.member_id)).scalar()


def _row(session: Session, keys: ClinicKeys, token: str) -> StaffSessionRow | None:
    query = select(StaffSessionRow).where(StaffSessionRow.token_digest == token_digest(token))
    if writes(session):
        # Its own until the transaction ends: the seal is of all that stands in it.
        query = query.with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    return row if row is not None and SESSIONS.is_ours(keys, row) else None
