"""Throwing away the papers nobody finished typing, beside the pages: who looks at the list changes nothing.

The clinic site does it and not the worker, for it is a line of the audit trail; and it does it with the same
care as the worker (``careful_clock``), for with a paper go hours of two people's typing.
"""

from threading import Event

from intake.domain.events import TranscriptionDiscarded
from intake.domain.transcription import Discarding
from intake.log import Noted, note
from intake.services.careful_clock import CarefulClock
from intake.services.clinic import SYSTEM, Clinic
from intake.services.keys_in_use import with_keys_in_use
from intake.storage import audit, last_trace, transcriptions

_LOOK_EVERY = 300.0  # seconds


def throw_away(clinic: Clinic, clock: CarefulClock) -> int:
    """Throw away every paper whose time is over, unless the clock is not to be believed yet; how many."""
    now = clinic.now()
    if not clock.is_believed(clinic.database, now):
        return 0
    with clinic.database.read() as session:
        if not transcriptions.over(session, now):
            return 0
    with clinic.database.write() as session:
        over = transcriptions.over(session, now)
        for one in over:
            transcriptions.remove(session, one)
            event = TranscriptionDiscarded(one, Discarding.TIME_OVER.value)
            audit.record(session, clinic.keys, SYSTEM, event, now)
    clinic.database.empty_log()
    return len(over)


def keep_throwing_away(clinic: Clinic, stop: Event, every: float = _LOOK_EVERY) -> None:
    """Throw away what is over until told to stop, with the keys in use each time."""
    clock = CarefulClock(last_trace.leap_in_the_trail)
    while not stop.is_set():
        try:
            throw_away(with_keys_in_use(clinic), clock)
        except Exception as error:
            # Whoever throws away must outlive a database that is busy for a while.
            note(Noted.OVERDUE_NOT_DELETED, error=error)
        stop.wait(every)
