"""Codes that begin a form, kept as digests: the database says of none what it is, nor who used it."""

import secrets
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, hmac
from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from intake.domain.permissions import StaffMember
from intake.domain.start_codes import ALPHABET, LENGTH, Sheet, SheetWanted, code_in, lasts
from intake.storage.encryption import PatientKeys, shared_key
from intake.storage.tables import StartCodeRow


def make(
    session: Session, keys: PatientKeys, member: StaffMember, wanted: SheetWanted, now: datetime
) -> tuple[UUID, tuple[str, ...]]:
    """New codes on a sheet of their own. This is the only time anybody is told them."""
    sheet = uuid4()
    codes: dict[str, None] = {}
    while len(codes) < wanted.codes:
        codes["".join(secrets.choice(ALPHABET) for _ in range(LENGTH))] = None
    session.add_all(
        StartCodeRow(
            id=uuid4(),
            sheet=sheet,
            digest=_digest(keys, code),
            made_by=member.id,
            made_at=now,
            expires_at=now + lasts(wanted),
            uses=wanted.uses,
            used=0,
            revoked_at=None,
        )
        for code in codes
    )
    session.flush()
    return sheet, tuple(codes)


def use(session: Session, keys: PatientKeys, typed: str, now: datetime) -> bool:
    """Count one use of a code, however it was typed; False, and nothing done, when it begins no form."""
    counted = session.execute(
        update(StartCodeRow)
        .where(
            StartCodeRow.digest == _digest(keys, code_in(typed)),
            StartCodeRow.used < StartCodeRow.uses,
            StartCodeRow.expires_at > now,
            StartCodeRow.revoked_at.is_(None),
        )
        .values(used=StartCodeRow.used + 1)
    )
    return cast("CursorResult[object]", counted).rowcount == 1


def sheets(session: Session) -> tuple[Sheet, ...]:
    """Every sheet there is, the newest first."""
    query = (
        select(
            StartCodeRow.sheet,
            # The same on every code of a sheet.
            StartCodeRow.made_by,
            StartCodeRow.made_at,
            StartCodeRow.expires_at,
            func.count(),
            func.sum(StartCodeRow.uses),
            func.sum(StartCodeRow.used),
            StartCodeRow.revoked_at,
        )
        .group_by(
            StartCodeRow.sheet,
            StartCodeRow.made_by,
            StartCodeRow.made_at,
            StartCodeRow.expires_at,
            StartCodeRow.revoked_at,
        )
        .order_by(StartCodeRow.made_at.desc(), StartCodeRow.sheet)
    )
    return tuple(
        Sheet(sheet, made_by, made_at, expires_at, int(codes), int(uses), int(used), revoked_at)
        for sheet, made_by, made_at, expires_at, codes, uses, used, revoked_at in session.execute(query)
    )


def revoke(session: Session, sheet: UUID, now: datetime) -> bool:
    """End every code of a sheet; False when there is none that had not ended so."""
    ended = session.execute(
        update(StartCodeRow)
        .where(StartCodeRow.sheet == sheet, StartCodeRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return cast("CursorResult[object]", ended).rowcount > 0


def _digest(keys: PatientKeys, code: str) -> bytes:
    # Keyed: a code is short enough to be guessed from a plain digest.
    digest = hmac.HMAC(shared_key(keys, "start_codes"), hashes.SHA256())
    digest.update(code.encode())
    return digest.finalize()
