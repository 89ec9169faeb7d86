"""How clinicians' views agree with what the rules point out: counted for the rules, naming nobody."""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from intake.domain.agreement import Agreement, Compared, agreements
from intake.domain.events import RuleFiguresOpened
from intake.domain.permissions import StaffMember
from intake.services.clinic import Clinic
from intake.storage import audit, tallies, views


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreement of a period; ``left`` submissions were not reached in the time given."""

    days: int
    found: tuple[Agreement, ...]
    left: int
    damaged: int


def agreement(clinic: Clinic, member: StaffMember, days: int, seconds: float | None = None) -> Agreed:
    """The agreement over the submissions of the last ``days`` days, newest first. Counting is recorded.

    ``seconds`` is how long counting may take; None: as long as it takes.
    """
    end = None if seconds is None else monotonic() + seconds
    compared, damaged, done = list[Compared](), 0, 0
    with clinic.database.read() as session:
        ids = tallies.sent_since(session, clinic.now() - timedelta(days=days))
        for one in views.compared(session, clinic.keys, ids):
            done += 1
            damaged += one is None
            compared += one or []
            if end is not None and monotonic() >= end:
                break
    with clinic.database.write() as session:
        event = RuleFiguresOpened(days, done, 0)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return Agreed(days, agreements(compared), len(ids) - done, damaged)
