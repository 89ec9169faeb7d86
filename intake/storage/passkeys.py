"""The passkeys of the clinic's staff, sealed for one person at one point in time.

Whoever can write to the database can plant none: a row of another person, or of before the last
change of that person's factors, does not open.
"""

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from intake.storage.codec_record import document_of, to_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place, digest_of
from intake.storage.key_entries import KeyPurpose
from intake.storage.row_seals import MEMBERS
from intake.storage.sealed_columns import SealedColumn, whose
from intake.storage.tables import PasskeyRow, StaffMemberRow

_Row = TypeVar("_Row", PasskeyRow, StaffMemberRow)


class NoSuchPasskey(Exception):
    """The person has no such passkey."""


class PasskeyTaken(Exception):
    """This passkey is known already."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey. ``sign_count`` is what the device counted to when it was used last; many count nothing."""

    id: UUID
    member: UUID
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None = None


def new(
    member: UUID,
    credential: bytes,
    public_key: bytes,
    sign_count: int,
    name: str,
    transports: tuple[str, ...],
    now: datetime,
) -> Passkey:
    """One that is kept nowhere yet."""
    return Passkey(uuid4(), member, credential, public_key, sign_count, name, transports, now)


def add(session: Session, keys: ClinicKeys, row: StaffMemberRow, passkey: Passkey) -> None:
    """Keep it for this person as they are now. Raises PasskeyTaken."""
    digest = digest_of(passkey.credential)
    if session.scalar(select(PasskeyRow.id).where(PasskeyRow.credential_digest == digest)) is not None:
        raise PasskeyTaken
    session.add(
        PasskeyRow(
            id=passkey.id,
            member_id=row.id,
            credential_digest=digest,
            created_at=passkey.created_at,
            sealed=_sealed(keys, row, passkey),
        )
    )
    session.flush()


def of(session: Session, keys: ClinicKeys, row: StaffMemberRow) -> tuple[Passkey, ...]:
    """Everything somebody has, oldest first. Raises DecryptionFailed where one was planted."""
    query = select(PasskeyRow).where(PasskeyRow.member_id == row.id)
    found = session.scalars(query.order_by(PasskeyRow.created_at, PasskeyRow.id))
    return tuple(_opened(keys, row, one) for one in found)


def count(session: Session, member: UUID) -> int:
    """How many somebody has; none of them is opened."""
    return len(session.scalars(select(PasskeyRow.id).where(PasskeyRow.member_id == member)).all())


def find(session: Session, keys: ClinicKeys, credential: bytes) -> tuple[StaffMemberRow, Passkey] | None:
    """Whose passkey this is; None when it is nobody's. Raises DecryptionFailed where it was planted."""
    this = PasskeyRow.credential_digest == digest_of(credential)
    # The person is held before what is theirs, as where everything of theirs is sealed anew
    # (``auth_epochs.next_epoch``): the other way round the two would wait for each other.
    whose = select(StaffMemberRow).where(
        StaffMemberRow.id == select(PasskeyRow.member_id).where(this).scalar_subquery()
    )
    member = session.scalar(_held(whose))
    found = session.scalar(_held(select(PasskeyRow).where(this)))
    if member is None or found is None or found.member_id != member.id:
        return None
    if not MEMBERS.is_ours(keys, member):
        raise DecryptionFailed(_place(member, found.id))
    passkey = _opened(keys, member, found)
    if passkey.credential != credential:
        raise DecryptionFailed(_place(member, found.id))
    return member, passkey


def used(
    session: Session, keys: ClinicKeys, row: StaffMemberRow, passkey: Passkey, count: int, now: datetime
) -> None:
    """Remember how far the device has counted, so that no copy of it can be used behind its back."""
    _rewrite(session, keys, row, replace(passkey, sign_count=count, used_at=now))


def rename(session: Session, keys: ClinicKeys, row: StaffMemberRow, passkey: UUID, name: str) -> None:
    """Call it something else. Raises NoSuchPasskey."""
    _rewrite(session, keys, row, replace(_one(session, keys, row, passkey), name=name))


def remove(session: Session, row: StaffMemberRow, passkey: UUID) -> None:
    """Forget it. Raises NoSuchPasskey."""
    query = delete(PasskeyRow).where(PasskeyRow.id == passkey, PasskeyRow.member_id == row.id)
    if session.execute(query.returning(PasskeyRow.id)).first() is None:
        raise NoSuchPasskey


def seal_again(session: Session, keys: ClinicKeys, row: StaffMemberRow, kept: tuple[Passkey, ...]) -> None:
    """Seal them for this person as they are now."""
    # In the order in which a new key takes them over (``rewrapping.rewrap``).
    for one in sorted(kept, key=lambda one: one.id):
        _rewrite(session, keys, row, one)


def _held(query: Select[_Row]) -> Select[_Row]:
    return query.with_for_update().execution_options(populate_existing=True)


def _one(session: Session, keys: ClinicKeys, row: StaffMemberRow, passkey: UUID) -> Passkey:
    found = next((one for one in of(session, keys, row) if one.id == passkey), None)
    if found is None:
        raise NoSuchPasskey
    return found


def _rewrite(session: Session, keys: ClinicKeys, row: StaffMemberRow, passkey: Passkey) -> None:
    sealed = _sealed(keys, row, passkey)
    session.execute(update(PasskeyRow).where(PasskeyRow.id == passkey.id).values(sealed=sealed))


def _sealed(keys: ClinicKeys, row: StaffMemberRow, passkey: Passkey) -> bytes:
    document = {
        "credential": base64.b64encode(passkey.credential).decode(),
        "public_key": base64.b64encode(passkey.public_key).decode(),
        "sign_count": passkey.sign_count,
        "name": passkey.name,
        "transports": list(passkey.transports),
        "created_at": passkey.created_at.isoformat(),
        "used_at": None if passkey.used_at is None else passkey.used_at.isoformat(),
    }
    return keys.staff_key.seal(to_bytes("passkey", document), _place(row, passkey.id))


def _opened(keys: ClinicKeys, member: StaffMemberRow, row: PasskeyRow) -> Passkey:
    document = document_of("passkey", keys.staff_key.open(row.sealed, _place(member, row.id)))
    used_at = document["used_at"]
    return Passkey(
        id=row.id,
        member=member.id,
        credential=base64.b64decode(document["credential"]),
        public_key=base64.b64decode(document["public_key"]),
        sign_count=document["sign_count"],
        name=document["name"],
        transports=tuple(document["transports"]),
        created_at=datetime.fromisoformat(document["created_at"]),
        used_at=None if used_at is None else datetime.fromisoformat(used_at),
    )


def _place(row: StaffMemberRow, passkey: UUID) -> Place:
    return Place("passkeys", "sealed", f"{row.id} {passkey}", row.auth_epoch)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    PasskeyRow,
    "sealed",
    KeyPurpose.STAFF,
    lambda session, row: _place(whose(session, row.member_id), row.id),
)
