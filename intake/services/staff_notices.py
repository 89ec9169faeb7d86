"""Telling the clinic's own people that a form or a reply came: that there is something to read, no more.

Whoever sends the form keeps that there is news, in the same transaction; the patient site can do no
more, for it holds no key. The clinic site looks how urgent the news is, beside its pages, and keeps a
notice to each address; the worker sends them. All news is told together and at most every ten minutes:
fifty forms in a minute are one e-mail, and when it is sent does not say how urgent a form is
(docs/decisions/0040). A safety signal alone is told at once, in the same words; more signals of the same form
are told together with all news until somebody settled it.
"""

from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

from sqlalchemy.orm import Session

from intake.config import Settings
from intake.domain.rules import Priority
from intake.log import Noted, note
from intake.services import in_force, replies
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
from intake.services.keys_in_use import with_keys_in_use
from intake.services.site import Site
from intake.storage import news, opened_signals, outgoing, queue, safety_signals
from intake.storage import replies as stored
from intake.storage.opened_signals import NOTHING, Opened

BETWEEN = timedelta(minutes=10)
_LOOK_EVERY = 20.0  # seconds
# A signal nobody could be told of for so long is told no more: it stands above every list.
_SIGNAL_TOLD_WITHIN = timedelta(days=2)


def addresses(settings: Settings) -> tuple[str, ...]:
    """Everybody who is told of anything."""
    return tuple(dict.fromkeys((*settings.staff_addresses, *settings.urgent_addresses)))


def keep_news(session: Session, site: Site, submission: UUID) -> None:
    """A form or a reply is being sent in this transaction; whether anybody is told is the clinic's choice.

    Kept for every form alike, also where staff want to be told of urgent ones alone.
    """
    if site.settings.mail_host and addresses(site.settings):
        news.add(session, submission, site.now())


def gather(clinic: Clinic) -> None:
    """Keep a notice to each address, if there is news and it is time; one that waits already is replaced.

    The rules and settings in force are those of ``clinic``.
    """
    signals = _signals(clinic)
    with clinic.database.read() as session:
        if not (_is_signalled(clinic, session, signals) or _is_time(clinic, session)):
            return
    # What came may be urgent together with what was there before: only then is it known.
    replies.take_in_all(clinic)
    with clinic.database.write() as session:
        signalled = _take_signals(clinic, session, signals)
        if not (signalled or _is_time(clinic, session)):
            return
        came = news.take(session)
        if signalled or came:
            _tell(clinic, session, urgent=signalled or _is_any_urgent(clinic, session, came))


def keep_gathering(clinic: Clinic, stop: Event, every: float = _LOOK_EVERY) -> None:
    """Gather until told to stop; nothing while there is no mail server.

    Each time with the keys in use and what is in force by then: this outlives many a change of either.
    """
    while clinic.settings.mail_host and not stop.is_set():
        try:
            gather(with_settings_in_force(in_force.at_work(with_keys_in_use(clinic))))
        except Exception as error:
            # Whoever tells staff must outlive a database that is busy for a while.
            note(Noted.NEWS_NOT_TOLD, error=error)
        stop.wait(every)


def _signals(clinic: Clinic) -> Opened:
    """Every signal, opened before anything is locked; none where staff were told of all."""
    with clinic.database.read() as session:
        untold = bool(addresses(clinic.settings)) and safety_signals.is_untold(
            session, _signals_since(clinic)
        )
    return opened_signals.look(clinic.database, clinic.keys) if untold else NOTHING


def _is_signalled(clinic: Clinic, session: Session, before: Opened) -> bool:
    """Whether staff are to be told now of a safety signal that they are not told of yet.

    Of a form whose signals they know of they are told more after the ten minutes, as of all news. Anything
    else waits for nothing: who was not told of, who answered anew after a call, what cannot be opened.
    """
    since = _signals_since(clinic)
    if not addresses(clinic.settings) or not safety_signals.is_untold(session, since):
        return False
    return _is_quiet(clinic, session) or safety_signals.is_news(session, clinic.keys, since, before)


def _take_signals(clinic: Clinic, session: Session, before: Opened) -> bool:
    return _is_signalled(clinic, session, before) and safety_signals.take_untold(
        session, _signals_since(clinic)
    )


def _signals_since(clinic: Clinic) -> datetime:
    return clinic.now() - _SIGNAL_TOLD_WITHIN


def _is_time(clinic: Clinic, session: Session) -> bool:
    return news.there_is(session) and _is_quiet(clinic, session)


def _is_quiet(clinic: Clinic, session: Session) -> bool:
    """Whether nobody was told anything for ten minutes."""
    now = clinic.now()
    last = outgoing.told_staff_last(session, now)
    return last is None or now - last >= BETWEEN


def _is_any_urgent(clinic: Clinic, session: Session, came: frozenset[UUID]) -> bool:
    """Whether any is urgent. One that cannot be opened is, and a reply that could not be taken in."""
    entries = queue.of(session, clinic.keys, came)
    return any(
        one not in entries
        or entries[one].priority is Priority.URGENT
        or bool(stored.waiting_of(session, one))
        for one in came
    )


def _tell(clinic: Clinic, session: Session, *, urgent: bool) -> None:
    now, settings = clinic.now(), clinic.settings
    waited = outgoing.take_back_for_staff(session, clinic.keys)
    for address in addresses(settings):
        wanted = address in settings.staff_addresses or urgent
        before, since = waited.get(address, (False, now))
        # One of the future was made while the clock was ahead, and would never be given up.
        since = min(since, now)
        outgoing.tell_staff(session, clinic.keys, address, now, since, wanted=wanted or before)
