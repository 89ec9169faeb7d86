"""Papers that staff are typing in: sealed for the clinic, which alone opens them again.

Unlike a patient's draft, two people of the clinic have to read it. It lives as long as one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.domain.transcription import LIVES, Stage, Transcription, stage_of
from intake.storage.codec_transcriptions import transcription_from_bytes, transcription_to_bytes
from intake.storage.database import writes
from intake.storage.encryption import (
    ClinicKeys,
    Place,
    SealingKey,
    content_digest,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import TranscriptionRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """One paper as a list shows it: how far it is, and who types it. Nothing of what stands on it."""

    id: UUID
    reference: str
    begun_at: datetime
    first_by: UUID
    second_by: UUID | None
    stage: Stage

    @property
    def lives_until(self) -> datetime:
        """When it is thrown away."""
        return self.begun_at + LIVES

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can open it any more, thrown away or not."""
        return now > self.lives_until


class NoSuchTranscription(Exception):
    """There is no such paper being typed in: it was signed in, thrown away, or its time is over."""


def add(session: Session, keys: ClinicKeys, transcription: Transcription) -> None:
    """Keep a new transcription."""
    key = new_record_key(keys)
    session.add(
        TranscriptionRow(
            id=transcription.id,
            reference=transcription.reference,
            created_at=transcription.begun_at,
            first_by=transcription.first.by,
            second_by=None,
            first_done=False,
            second_done=False,
            revision=transcription.revision,
            wrapped_key=seal_for_clinic(keys, key, _key_place(transcription.id)),
            sealed=key.seal(transcription_to_bytes(transcription), _place(transcription)),
        )
    )
    session.flush()


def fetch(session: Session, keys: ClinicKeys, transcription_id: UUID, now: datetime) -> Transcription:
    """One transcription, held in a write transaction. Raises NoSuchTranscription and DecryptionFailed."""
    row = _row(session, transcription_id)
    if row is None or now - row.created_at > LIVES:
        raise NoSuchTranscription(f"no paper {transcription_id} is being typed in")
    return _opened(keys, row)


def save(session: Session, keys: ClinicKeys, transcription: Transcription) -> str:
    """Keep it as it is now; the SHA-256 of what is stored. Read it in the same transaction."""
    row = _row(session, transcription.id)
    if row is None:
        raise NoSuchTranscription(f"no paper {transcription.id} is being typed in")
    saved = replace(transcription, revision=row.revision + 1)
    row.revision = saved.revision
    row.second_by = None if saved.second is None else saved.second.by
    row.first_done = saved.first.finished_at is not None
    row.second_done = saved.second is not None and saved.second.finished_at is not None
    row.sealed = _key(keys, row).seal(transcription_to_bytes(saved), _place(saved))
    session.flush()
    return content_digest(row.sealed)


def remove(session: Session, transcription_id: UUID) -> None:
    """Nothing of it is kept here."""
    session.execute(delete(TranscriptionRow).where(TranscriptionRow.id == transcription_id))


def every(session: Session) -> tuple[Waiting, ...]:
    """Every one, the oldest first. None is opened."""
    rows = session.scalars(select(TranscriptionRow).order_by(TranscriptionRow.created_at))
    return tuple(
        Waiting(
            row.id,
            row.reference,
            row.created_at,
            row.first_by,
            row.second_by,
            stage_of(
                first_done=row.first_done,
                second_begun=row.second_by is not None,
                second_done=row.second_done,
            ),
        )
        for row in rows
    )


def over(session: Session, now: datetime) -> tuple[UUID, ...]:
    """Those whose time is over."""
    query = select(TranscriptionRow.id).where(TranscriptionRow.created_at < now - LIVES)
    return tuple(session.scalars(query))


def _row(session: Session, transcription_id: UUID) -> TranscriptionRow | None:
    query = select(TranscriptionRow).where(TranscriptionRow.id == transcription_id)
    if writes(session):
        # Whoever comes second waits here and then reads what the first one wrote.
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def _opened(keys: ClinicKeys, row: TranscriptionRow) -> Transcription:
    place = Place("transcriptions", "sealed", row.id, row.revision)
    return transcription_from_bytes(_key(keys, row).open(row.sealed, place))


def _key(keys: ClinicKeys, row: TranscriptionRow) -> SealingKey:
    return open_for_clinic(keys, row.wrapped_key, _key_place(row.id))


def _key_place(transcription_id: UUID) -> Place:
    return Place("transcriptions", "wrapped_key", transcription_id)


def _place(transcription: Transcription) -> Place:
    return Place("transcriptions", "sealed", transcription.id, transcription.revision)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    TranscriptionRow, "wrapped_key", KeyPurpose.CLINIC, lambda _, row: _key_place(row.id)
)
