"""Erasing safety signals of forms that were never sent: once somebody settled them, and after their time.

Of a form that was sent they go with the form. Whom nobody has called yet is never erased, however old:
somebody has to look first. Whose a signal is can be opened by the clinic alone, and only the owner of the
database deletes one: so this is done at the console, by ``intake erase due`` (docs/decisions/0048).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import SafetySignalsErased
from intake.domain.safety_signal import Signalled
from intake.services.clinic import SYSTEM, Clinic
from intake.storage import audit, erasing, opened_signals, safety_signals
from intake.storage.encryption import ClinicKeys
from intake.storage.erasing import Erasure, Why
from intake.storage.opened_signals import Opened

_MOST_AT_ONCE = 2000


def due(clinic: Clinic, now: datetime) -> tuple[UUID, ...]:
    """The forms that were never sent, and whose signals are kept no longer."""
    opened = opened_signals.look(clinic.database, clinic.keys)
    with clinic.database.read() as session:
        return tuple(one.newest.draft for one in _due(session, opened, now))


def erase_due(clinic: Clinic, now: datetime) -> tuple[int, ...]:
    """Erase the signals of each such form; how many rows went, of each.

    By this moment: whoever asks has made sure that the clock shows the right one.
    """
    return tuple(_erase_of(clinic, draft, now) for draft in due(clinic, now))


def erase_again(session: Session, keys: ClinicKeys, listed: Iterable[Erasure], now: datetime) -> int:
    """After an older backup was put back: erase the signals that are there again; how many rows went.

    Forms are erased first, and their signals with them. They went at the times listed.
    """
    there = safety_signals.ids(session)
    again: dict[Why, list[Erasure]] = {}
    for one in listed:
        if one.erased_id in there:
            again.setdefault(one.why, []).append(one)
    return sum(_erase(session, keys, signals, now) for signals in again.values())


def _erase_of(clinic: Clinic, draft: UUID, now: datetime) -> int:
    rows = 0
    while gone := _erase_some(clinic, draft, now):
        rows += gone
    return rows


def _erase_some(clinic: Clinic, draft: UUID, now: datetime) -> int:
    """As many as nobody waits long for: of one form there may be tens of thousands.

    What settles them goes last, so that whoever is killed in between leaves nobody who seems to wait.
    """
    before = opened_signals.look(clinic.database, clinic.keys)
    with clinic.database.write() as session:
        # Somebody may have written something about them meanwhile.
        opened = opened_signals.read(session, clinic.keys, before)
        of_it = [
            one for each in _due(session, opened, now) if each.newest.draft == draft for one in each.signals
        ]
        ids = sorted((one.id for one in of_it), key=lambda one: one in opened.deeds)[:_MOST_AT_ONCE]
        signals = [Erasure(one, now, Why.TIME_OVER) for one in ids]
        return _erase(session, clinic.keys, signals, now) if signals else 0


def _due(session: Session, opened: Opened, now: datetime) -> tuple[Signalled, ...]:
    over = now - safety_signals.SHOWN_FOR
    settled = (one for one in opened.patients if not one.is_open and one.last_at < over)
    return safety_signals.left_behind(session, settled)


def _erase(session: Session, keys: ClinicKeys, signals: Sequence[Erasure], now: datetime) -> int:
    rows = erasing.erase_signals(session, signals)
    event = SafetySignalsErased(len(signals), signals[0].why.value, rows)
    audit.record(session, keys, SYSTEM, event, now)
    return rows
