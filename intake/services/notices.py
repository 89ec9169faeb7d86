"""Sending notices by e-mail: tried, tried again later and later, given up in the end.

What they say is in ``notice_words``: that there is something to read, and never what. As many processes
may send at the same time as like: each takes a notice for itself first.
"""

import logging
from collections.abc import Set
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

from intake.config import Settings
from intake.domain.clock_leaps import WANDERS
from intake.domain.notice_failures import NoticeFailure
from intake.log import Noted, note
from intake.services import in_force, mail_server, staff_notices
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
from intake.services.keys_in_use import with_keys_in_use
from intake.services.languages import spoken_now
from intake.services.notice_words import Letterhead, Notice, letter, link_of
from intake.services.worker import Worker
from intake.storage import outgoing
from intake.storage.encryption import DecryptionFailed
from intake.storage.outgoing import Addressed, Due, Outcome

# After each try without success: so long until the next one; the last length goes on.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
GIVEN_UP_AFTER = timedelta(hours=72)
_LOOK_EVERY = 20.0  # seconds
# Then whoever sends looks up from it: whether it is to stop, and what the clinic has set meanwhile.
_MOST_IN_A_PASS = 100


def is_set_up(settings: Settings) -> bool:
    """Whether there is a server to send e-mail with."""
    return bool(settings.mail_host)


def send_due(clinic: Clinic) -> int:
    """Keep a notice of what staff are to be told, then try every notice whose time has come, once.

    For whoever holds the clinic's keys; how many were sent. The clinic's name, phone and the people to tell
    are those set on its pages by now.
    """
    if not is_set_up(clinic.settings):
        return 0
    clinic = with_keys_in_use(clinic)
    staff_notices.gather(with_settings_in_force(in_force.at_work(clinic)))
    return deliver_due(Worker(clinic.settings, clinic.database, clinic.keys.outbox_keys, clinic.now))


def deliver_due(worker: Worker) -> int:
    """Try the notices whose time has come, each once; how many were sent. It takes the outbox's key alone.

    Before each it looks anew: what staff are to be told meanwhile waits for one letter and not for all.
    After so many the rest is left to the next pass.
    """
    if not is_set_up(worker.settings):
        return 0
    worker, sent, tried = worker.as_set_by_now(), 0, set[UUID]()
    while len(tried) < _MOST_IN_A_PASS and (one := _next(worker, tried)) is not None:
        tried.add(one.id)
        sent += _try(worker, one)
    return sent


def keep_sending(clinic: Clinic, stop: Event, every: float = _LOOK_EVERY) -> None:
    """Send what is due until told to stop."""
    while not stop.is_set():
        try:
            send_due(clinic)
        except Exception as error:
            # Whoever sends must outlive a database that is busy for a while.
            note(Noted.NOTICES_FAILED, error=error)
        stop.wait(every)


def _next(worker: Worker, tried: Set[UUID]) -> Due | None:
    with worker.database.read() as session:
        waiting = outgoing.due(session, worker.now(), len(tried) + 1)
    return next((one for one in waiting if one.id not in tried), None)


def _try(worker: Worker, one: Due) -> bool:
    now = worker.now()
    wait = WAITS[min(one.attempts, len(WAITS) - 1)]
    try:
        with worker.database.write() as session:
            addressed = outgoing.claim(session, worker.keys, one, now + wait)
    except DecryptionFailed:
        return _settled(worker, one, Outcome.GIVEN_UP, NoticeFailure.CANNOT_BE_OPENED)
    if addressed is None:
        return False
    failure = _delivered(worker, one, addressed)
    if failure is None:
        return _settled(worker, one, Outcome.SENT)
    note(Noted.NOTICE_NOT_SENT, logging.WARNING, id=one.id, failure=failure)
    if failure.is_for_good:
        return _settled(worker, one, Outcome.REFUSED, failure)
    if _tried_for(one, now) + wait >= GIVEN_UP_AFTER:
        return _settled(worker, one, Outcome.GIVEN_UP, failure)
    with worker.database.write() as session:
        outgoing.came_to_nothing(session, one.id, failure)
    return False


def _tried_for(one: Due, now: datetime) -> timedelta:
    """For how long it has been tried: by the clock or, where that was ahead when it began, by the waits."""
    if one.tried_since - now <= WANDERS:
        return now - one.tried_since
    return sum((WAITS[min(tried, len(WAITS) - 1)] for tried in range(one.attempts)), timedelta())


def _delivered(worker: Worker, one: Due, addressed: Addressed) -> NoticeFailure | None:
    """Why it was not sent; None when it was. Not within a transaction: servers are slow."""
    settings, recipient = worker.settings, addressed.recipient
    language = spoken_now(settings, addressed.language)
    notice = Notice(addressed.kind, link_of(settings, addressed.kind, addressed.secret), language)
    try:
        message = letter(notice, Letterhead.of(settings), recipient, one.id, one.created_at)
    except ValueError:
        return NoticeFailure.NO_ADDRESS  # what was typed is none
    return mail_server.deliver(settings, message if addressed.wanted else None, recipient)


def _settled(worker: Worker, one: Due, outcome: Outcome, failure: NoticeFailure | None = None) -> bool:
    with worker.database.write() as session:
        outgoing.settle(session, one.id, outcome, worker.now(), failure)
    return outcome is Outcome.SENT
