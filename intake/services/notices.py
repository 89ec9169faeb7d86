"""Sending notices by e-mail: tried, tried again later and later, given up in the end.

What they say is in ``notice_words``: that there is something to read, and never what. As many processes
may send at the same time as like: each takes a notice for itself first.
"""

import logging
from datetime import timedelta
from threading import Event

from intake.config import Settings
from intake.domain.notice_failures import NoticeFailure
from intake.services import in_force, mail_server, staff_notices
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
from intake.services.languages import spoken_now
from intake.services.notice_words import Letterhead, Notice, letter, link_of
from intake.storage import outgoing
from intake.storage.encryption import DecryptionFailed
from intake.storage.outgoing import Addressed, Due, Outcome

_log = logging.getLogger("intake")

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


def is_set_up(settings: Settings) -> bool:
    """Whether there is a server to send e-mail with."""
    return bool(settings.mail_host)


def send_due(clinic: Clinic) -> int:
    """Try every notice whose time has come, once; how many were sent.

    The clinic's name, phone and the people to tell are those set on its pages by now.
    """
    if not is_set_up(clinic.settings):
        return 0
    clinic = with_settings_in_force(in_force.at_work(clinic))
    staff_notices.gather(clinic)
    with clinic.database.write() as session:
        outgoing.erase_what_is_over(session, clinic.now())
        waiting = outgoing.due(session, clinic.now())
    return sum(_try(clinic, one) for one in waiting)


def keep_sending(clinic: Clinic, stop: Event, every: float = _LOOK_EVERY) -> None:
    """Send what is due until told to stop."""
    while not stop.is_set():
        try:
            send_due(clinic)
        except Exception as error:
            # Whoever sends must outlive a database that is busy for a while.
            _log.error("notices were not sent (%s); they are kept", type(error).__name__)
        stop.wait(every)


def _try(clinic: Clinic, one: Due) -> bool:
    now = clinic.now()
    wait = WAITS[min(one.attempts, len(WAITS) - 1)]
    try:
        with clinic.database.write() as session:
            addressed = outgoing.claim(session, clinic.keys, one, now + wait)
    except DecryptionFailed:
        return _settled(clinic, one, Outcome.GIVEN_UP, NoticeFailure.CANNOT_BE_OPENED)
    if addressed is None:
        return False
    failure = _delivered(clinic, one, addressed)
    if failure is None:
        return _settled(clinic, one, Outcome.SENT)
    _log.warning("notice %s was not sent (%s)", one.id, failure.value)
    if failure.is_for_good:
        return _settled(clinic, one, Outcome.REFUSED, failure)
    if now + wait - one.tried_since >= GIVEN_UP_AFTER:
        return _settled(clinic, one, Outcome.GIVEN_UP, failure)
    with clinic.database.write() as session:
        outgoing.came_to_nothing(session, one.id, failure)
    return False


def _delivered(clinic: Clinic, one: Due, addressed: Addressed) -> NoticeFailure | None:
    """Why it was not sent; None when it was. Not within a transaction: servers are slow."""
    settings, recipient = clinic.settings, addressed.recipient
    language = spoken_now(settings, addressed.language)
    notice = Notice(addressed.kind, link_of(settings, addressed.kind, addressed.secret), language)
    try:
        message = letter(notice, Letterhead.of(settings), recipient, one.id, one.created_at)
    except ValueError:
        return NoticeFailure.NO_ADDRESS  # what was typed is none
    return mail_server.deliver(settings, message if addressed.wanted else None, recipient)


def _settled(clinic: Clinic, one: Due, outcome: Outcome, failure: NoticeFailure | None = None) -> bool:
    with clinic.database.write() as session:
        outgoing.settle(session, one.id, outcome, clinic.now(), failure)
    return outcome is Outcome.SENT
