"""The safety log: every flag a clinician said was wrong or missing, until somebody closes the entry.

regulation.md S7. Not the hazard log, which lists what could go wrong; this lists what did.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.domain.feedback import Feedback, replaced_by
from intake.domain.permissions import StaffMember


class AlreadyClosed(Exception):
    """Somebody closed this entry before; what they wrote stands."""


class NoSuchEntry(Exception):
    """The safety log has no such entry."""


class NoteNeeded(Exception):
    """An entry is closed with a note: what came of it."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of an entry, by whom, when. ``entry`` is the number of the feedback it closes."""

    entry: int
    note: str
    clinician: UUID
    printed_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SafetyEntry:
    """One line of the safety log.

    ``number`` is the place of the feedback among all that was said of the submission, from 1.
    ``replaced_by`` is what the same person said of the same flag later: it closes nothing.
    """

    submission: UUID
    reference: str
    number: int
    feedback: Feedback
    replaced_by: Feedback | None = None
    closing: Closing | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what came of it."""
        return self.closing is None

    def close(self, note: str, clinician: StaffMember, at: datetime) -> Closing | None:
        """Say what came of it. None when the same person said just that before, as a button
        pressed twice does. Raises :class:`AlreadyClosed` and :class:`NoteNeeded`.
        """
        said = note.strip()
        if not said:
            raise NoteNeeded
        if self.closing is not None:
            if (self.closing.clinician, self.closing.note) == (clinician.id, said):
                return None
            raise AlreadyClosed
        return Closing(self.number, said, clinician.id, clinician.printed_name, at)


def entries(
    submission: UUID, reference: str, given: tuple[Feedback, ...], closings: tuple[Closing, ...]
) -> tuple[SafetyEntry, ...]:
    """The entries that what was said of one submission makes, oldest first."""
    closed = {closing.entry: closing for closing in closings}
    return tuple(
        SafetyEntry(
            submission,
            reference,
            number,
            feedback,
            replaced_by(given, number),
            closed.get(number),
        )
        for number, feedback in enumerate(given, start=1)
        if feedback.is_logged
    )
