"""Links that work once: to make the first administrator, or to choose a password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from intake.storage.encryption import ClinicKeys, token_digest
from intake.storage.row_seals import LINKS
from intake.storage.tables import OneTimeLinkRow

# A link that ran out is refused in the same words as one nobody knows; there is no reason to know it longer.
_KEPT_FOR = timedelta(days=30)


class Purpose(Enum):
    """What a link is for."""

    SETUP = "setup"
    INVITATION = "invitation"
    # For somebody who forgot their password; it takes the place of nothing else they have.
    RESET = "reset"
    # For somebody who is to sign in at the clinic's provider from now on; followed while signed in.
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that still works; an invitation says whom it is for."""

    purpose: Purpose
    member: UUID | None
    expires_at: datetime


def make(
    session: Session,
    keys: ClinicKeys,
    purpose: Purpose,
    expires_at: datetime,
    member: UUID | None = None,
) -> str:
    """The token of a new link. Earlier links for the same purpose and person stop working."""
    session.execute(
        delete(OneTimeLinkRow).where(
            OneTimeLinkRow.purpose == purpose.value,
            OneTimeLinkRow.member_id == member if member else OneTimeLinkRow.member_id.is_(None),
        )
    )
    token = secrets.token_urlsafe(32)
    row = OneTimeLinkRow(
        token_digest=token_digest(token),
        purpose=purpose.value,
        member_id=member,
        expires_at=expires_at,
    )
    row.seal = LINKS.seal(keys, row)
    session.add(row)
    session.flush()
    return token


def find(session: Session, keys: ClinicKeys, token: str, now: datetime) -> Link | None:
    """The link, unchanged; None when unknown, used, expired or not made by us. Looking uses nothing."""
    row = session.get(OneTimeLinkRow, token_digest(token), populate_existing=True)
    if row is None or row.used_at is not None or now >= row.expires_at or not LINKS.is_ours(keys, row):
        return None
    return Link(Purpose(row.purpose), row.member_id, row.expires_at)


def burn(session: Session, keys: ClinicKeys, token: str, now: datetime) -> Link | None:
    """Use the link up; None when somebody else was first, or it does not work any more."""
    link = find(session, keys, token, now)
    if link is None:
        return None
    # One statement decides who was first.
    burned = session.execute(
        update(OneTimeLinkRow)
        .where(
            OneTimeLinkRow.token_digest == token_digest(token),
            OneTimeLinkRow.used_at.is_(None),
            OneTimeLinkRow.expires_at > now,
        )
        # Its seal goes with it: whoever takes the note back that it was used has no link for that.
        .values(used_at=now, seal=None)
    )
    return link if cast("CursorResult[object]", burned).rowcount == 1 else None


def take_back(session: Session, purpose: Purpose, member: UUID) -> None:
    """No link of this kind leads anywhere for this person any more."""
    session.execute(
        delete(OneTimeLinkRow).where(
            OneTimeLinkRow.purpose == purpose.value, OneTimeLinkRow.member_id == member
        )
    )


def remove_over(session: Session, now: datetime) -> None:
    """Forget the links that stopped working long ago, used or not."""
    session.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.expires_at < now - _KEPT_FOR))
