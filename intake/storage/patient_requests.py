"""What patients ask the clinic to do with a form they sent: sealed for the clinic, each by itself."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.domain.patient_requests import PatientRequest, Step
from intake.domain.within_a_day import DAY
from intake.storage import submissions
from intake.storage.codec_patient_requests import (
    request_from_bytes,
    request_to_bytes,
    step_from_bytes,
    step_to_bytes,
)
from intake.storage.codec_record import UnknownRecord
from intake.storage.encryption import (
    ClinicKeys,
    DecryptionFailed,
    PatientKeys,
    Place,
    content_digest,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import PatientRequestRow, PatientRequestStepRow

_Steps = dict[tuple[UUID, int], list[PatientRequestStepRow]]


def add(session: Session, keys: PatientKeys, once: UUID, request: PatientRequest) -> str | None:
    """Keep a request so that only the clinic opens it; the SHA-256 of what is stored.

    None when it was kept before: ``once`` is the page's it was asked on. Its number is given here; the
    submission is held by whoever calls.
    """
    if session.scalar(select(PatientRequestRow.number).where(PatientRequestRow.id == once)) is not None:
        return None
    of_it = PatientRequestRow.submission_id == request.submission
    count = session.scalar(select(func.count()).select_from(PatientRequestRow).where(of_it)) or 0
    number = count + 1
    key = new_record_key(keys)
    sealed = key.seal(request_to_bytes(request), _sealed_place(request.submission, number))
    session.add(
        PatientRequestRow(
            submission_id=request.submission,
            number=number,
            id=once,
            created_at=submissions.to_the_minute(request.at),
            wrapped_key=seal_for_clinic(keys, key, _key_place(request.submission, number)),
            sealed=sealed,
        )
    )
    session.flush()
    return content_digest(sealed)


def came_within_a_day(session: Session, submission: UUID, now: datetime) -> int:
    """How many requests about a submission came within a day. Hold the submission first."""
    row = PatientRequestRow
    of_it = (row.submission_id == submission, row.created_at.between(now - DAY, now + DAY))
    return session.scalar(select(func.count()).select_from(row).where(*of_it)) or 0


def add_step(session: Session, keys: ClinicKeys, submission: UUID, request: int, step: Step) -> str:
    """Add what came of a request; the SHA-256 of what is stored. The submission is held by whoever calls.

    Raises DecryptionFailed.
    """
    row = session.get_one(PatientRequestRow, (submission, request))
    key = open_for_clinic(keys, row.wrapped_key, _key_place(submission, request))
    of_it = (PatientRequestStepRow.submission_id == submission, PatientRequestStepRow.request == request)
    count = session.scalar(select(func.count()).select_from(PatientRequestStepRow).where(*of_it)) or 0
    number = count + 1
    sealed = key.seal(step_to_bytes(step), _step_place(submission, number))
    session.add(
        PatientRequestStepRow(submission_id=submission, request=request, number=number, sealed=sealed)
    )
    session.flush()
    return content_digest(sealed)


def of(session: Session, keys: ClinicKeys, submission: UUID) -> tuple[PatientRequest, ...]:
    """Every request about one submission, in order."""
    return of_several(session, keys, {submission}).get(submission, ())


def of_several(
    session: Session, keys: ClinicKeys, ids: Iterable[UUID] | None = None
) -> dict[UUID, tuple[PatientRequest, ...]]:
    """The requests about these submissions, or about all, by submission, each in order.

    One that cannot be opened is among them and asks for None: it must not be overlooked.
    """
    wanted = None if ids is None else list(ids)
    query = select(PatientRequestRow).order_by(PatientRequestRow.created_at, PatientRequestRow.number)
    if wanted is not None:
        query = query.where(PatientRequestRow.submission_id.in_(wanted))
    rows = session.scalars(query).all()
    steps = _steps(session, {row.submission_id for row in rows})
    found: dict[UUID, tuple[PatientRequest, ...]] = {}
    for row in rows:
        request = _opened(keys, row, steps[row.submission_id, row.number])
        found[row.submission_id] = (*found.get(row.submission_id, ()), request)
    return found


def _steps(session: Session, ids: set[UUID]) -> _Steps:
    found: _Steps = defaultdict(list)
    if ids:
        query = select(PatientRequestStepRow).where(PatientRequestStepRow.submission_id.in_(list(ids)))
        for row in session.scalars(query.order_by(PatientRequestStepRow.number)):
            found[row.submission_id, row.request].append(row)
    return found


def _opened(
    keys: ClinicKeys, row: PatientRequestRow, steps: Sequence[PatientRequestStepRow]
) -> PatientRequest:
    closed = PatientRequest(row.submission_id, row.number, None, "", row.created_at)
    try:
        key = open_for_clinic(keys, row.wrapped_key, _key_place(row.submission_id, row.number))
        content = key.open(row.sealed, _sealed_place(row.submission_id, row.number))
        request = request_from_bytes(content, row.submission_id, row.number)
        opened = tuple(
            step_from_bytes(key.open(one.sealed, _step_place(one.submission_id, one.number))) for one in steps
        )
    except (DecryptionFailed, UnknownRecord):
        return closed
    return replace(request, steps=opened)


def _sealed_place(submission: UUID, number: int) -> Place:
    return Place("patient_requests", "sealed", submission, number)


def _key_place(submission: UUID, number: int) -> Place:
    return Place("patient_requests", "wrapped_key", submission, number)


def _step_place(submission: UUID, number: int) -> Place:
    # Sealed with the key of its own request, under which no step of another opens.
    return Place("patient_request_steps", "sealed", submission, number)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    PatientRequestRow,
    "wrapped_key",
    KeyPurpose.CLINIC,
    lambda _, row: _key_place(row.submission_id, row.number),
)
