"""The queue as a clinician works it: what waits, most urgent first."""

from dataclasses import dataclass
from datetime import timedelta

from intake.domain.events import QueueOpened
from intake.domain.permissions import StaffMember
from intake.domain.review import QueueEntry
from intake.domain.rules import Priority
from intake.services.clinic import Clinic
from intake.storage import audit
from intake.storage import queue as stored

SIGNED_LATELY = timedelta(days=14)
_TITLES = {
    Priority.URGENT: ("Urgent", "Review today"),
    Priority.HIGH: ("High", "Next to review"),
    Priority.MODERATE: ("Moderate", "Before the first visit"),
    Priority.INFO: ("Note", "For the record"),
    None: ("No rule was raised", "Still needs a clinician’s eyes"),
}


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """Submissions of one priority, oldest first."""

    title: str
    subtitle: str
    priority: Priority | None
    entries: tuple[QueueEntry, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a clinician, most urgent first, and what was signed lately."""

    groups: tuple[QueueGroup, ...]
    signed: tuple[QueueEntry, ...]

    @property
    def waiting(self) -> int:
        """How many submissions wait."""
        return sum(len(group.entries) for group in self.groups)


def queue(clinic: Clinic, clinician: StaffMember) -> Queue:
    """What waits, by priority and then by age. Looking is recorded."""
    with clinic.database.write() as session:
        now = clinic.now()
        waiting = stored.queue(session, clinic.keys)
        signed = stored.recently_signed(session, clinic.keys, now - SIGNED_LATELY)
        audit.record(session, clinic.keys, clinician.id, QueueOpened(len(waiting)), now)
    groups = (
        QueueGroup(
            title,
            subtitle,
            priority,
            tuple(entry for entry in waiting if entry.priority is priority),
        )
        for priority, (title, subtitle) in _TITLES.items()
    )
    return Queue(tuple(group for group in groups if group.entries), signed)
