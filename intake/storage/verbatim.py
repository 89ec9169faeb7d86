"""What was stored of a submission, byte for byte, beside what this version would store.

Whatever an older version wrote is compared; what it did not write yet is not. A departure
says where, and never what: the words may be a patient's.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.domain.screening import Screening
from intake.domain.wording import PartLines
from intake.storage import revisions, submissions
from intake.storage.codec_answers import Json
from intake.storage.codec_overlay import overlay_to_json
from intake.storage.codec_record import document_of
from intake.storage.codec_wording import editions_to_json, line_to_json, outcome_to_json, part_to_json
from intake.storage.encryption import ClinicKeys
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import ScreeningRow, SubmissionRow


@dataclass(frozen=True, slots=True)
class Stored:
    """The records of one submission as they were written: each revision, each screening, in order."""

    submission: bytes = field(repr=False)
    screenings: tuple[bytes, ...] = field(repr=False)
    later: tuple[bytes, ...] = field(repr=False, default=())

    @property
    def revisions(self) -> tuple[bytes, ...]:
        """The submission after each time the patient sent something."""
        return (self.submission, *self.later)


@dataclass(frozen=True, slots=True)
class Departure:
    """One place at which what is made now is not what was stored: a rule or a question, and the field."""

    where: str
    field: str


def stored(session: Session, keys: ClinicKeys, submission_id: UUID) -> Stored:
    """What was stored. Raises NoSuchSubmission and DecryptionFailed."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        raise NoSuchSubmission(f"there is no submission {submission_id}")
    key = submissions.record_key(session, keys, submission_id)
    query = select(ScreeningRow).where(ScreeningRow.submission_id == submission_id)
    screenings = session.scalars(query.order_by(ScreeningRow.number)).all()
    return Stored(
        key.open(row.answers, submissions.answers_place(row.id, row.revision)),
        tuple(
            key.open(one.sealed, submissions.screening_place(submission_id, one.number)) for one in screenings
        ),
        revisions.later_bytes(session, key, submission_id),
    )


def from_screening(content: bytes, made: Screening) -> tuple[Departure, ...]:
    """Where a screening made now departs from the one that was stored."""
    before = document_of("screening", content)
    outcomes = [outcome_to_json(one) for one in made.outcomes]
    found = [
        *_from_fields("editions", before["editions"], editions_to_json(made.editions)),
        *_from_list("rule", before["outcomes"], outcomes),
    ]
    if "worked_out" in before:  # the first versions worked nothing out
        lines = [line_to_json(one) for one in made.worked_out]
        found += _from_list("question", before["worked_out"], lines)
    made_of = overlay_to_json(made)
    for key in ("lowered", "moved_up"):
        # A list without entries was left out.
        departures = _from_list("rule", before.get(key, []), made_of.get(key, []))
        found += [Departure(one.where, f"{key} {one.field}") for one in departures]
    return tuple(found)


def from_transcript(content: bytes, made: tuple[PartLines, ...]) -> tuple[Departure, ...]:
    """Where a form put in words now departs from the words that were stored with it."""
    before = document_of("submission", content)["transcript"]
    after = [part_to_json(part) for part in made]
    lines = [line for part in before for line in part["lines"]]
    lines_after = [line for part in after for line in part["lines"]]
    titles = [{key: part[key] for key in ("part", "title")} for part in before]
    return (*_from_list("part", titles, after), *_from_list("question", lines, lines_after))


def _from_list(named_by: str, before: list[Json], after: list[Json]) -> Iterator[Departure]:
    old = {one[named_by]: one for one in before}
    new = {one[named_by]: one for one in after}
    yield from (Departure(name, "not there any more") for name in old if name not in new)
    yield from (Departure(name, "not there before") for name in new if name not in old)
    both = [name for name in old if name in new]
    for name in both:
        yield from _from_fields(name, old[name], new[name])
    if both != [name for name in new if name in old]:
        yield Departure(f"every {named_by}", "order")


def _from_fields(where: str, before: Json, after: Json) -> Iterator[Departure]:
    for key, value in before.items():
        if _written(value) != _written(_shaped_like(value, after.get(key))):
            yield Departure(where, key)


def _shaped_like(before: Any, after: Any) -> Any:  # noqa: ANN401 - JSON is of any kind
    """What is made now, without what the version that wrote the record did not know of."""
    match before, after:
        case dict(), dict():
            return {key: _shaped_like(value, after[key]) for key, value in before.items() if key in after}
        case list(), list() if len(before) == len(after):
            return [_shaped_like(one, other) for one, other in zip(before, after, strict=True)]
    return after


def _written(value: object) -> bytes:
    # As the codec writes it, so that equal means equal byte for byte.
    return json.dumps(value, separators=(",", ":")).encode()
