"""Sending notices by e-mail: tried, tried again later and later, given up in the end.

What they say is in ``notice_words``: that there is something to read, and never what.
"""

import logging
import smtplib
import ssl
from datetime import timedelta
from threading import Event

from intake.config import Settings
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
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
_SECONDS_FOR_A_SERVER = 10.0
_FOR_GOOD = 500  # the first of the answers with which a server says never


def is_set_up(settings: Settings) -> bool:
    """Whether there is a server to send e-mail with."""
    return bool(settings.mail_host)


def send_due(clinic: Clinic) -> int:
    """Try every notice whose time has come, once; how many were sent.

    The clinic's name, phone and lines of help are those set on its pages by now.
    """
    if not is_set_up(clinic.settings):
        return 0
    clinic = with_settings_in_force(clinic)
    with clinic.database.read() as session:
        waiting = outgoing.due(session, clinic.now())
    return sum(_try(clinic, one) for one in waiting)


def keep_sending(clinic: Clinic, stop: Event, every: float = _LOOK_EVERY) -> None:
    """Send what is due until told to stop."""
    while not stop.is_set():
        try:
            send_due(clinic)
        except Exception as error:
            # This thread must outlive a database that is busy for a while.
            _log.error("notices were not sent (%s); they are kept", type(error).__name__)
        stop.wait(every)


def _try(clinic: Clinic, one: Due) -> bool:
    now = clinic.now()
    wait = WAITS[min(one.attempts, len(WAITS) - 1)]
    try:
        with clinic.database.write() as session:
            addressed = outgoing.claim(session, clinic.keys, one, now + wait)
    except DecryptionFailed:
        return _settled(clinic, one, Outcome.GIVEN_UP)
    if addressed is None:
        return False
    outcome = _delivered(clinic, one, addressed)
    if outcome is None and now + wait - one.created_at >= GIVEN_UP_AFTER:
        outcome = Outcome.GIVEN_UP
    return outcome is not None and _settled(clinic, one, outcome)


def _delivered(clinic: Clinic, one: Due, addressed: Addressed) -> Outcome | None:
    """Sent, refused for good, or None: to be tried again. Not within a transaction: servers are slow."""
    settings = clinic.settings
    notice = Notice(addressed.kind, link_of(settings, addressed.kind, addressed.secret))
    try:
        message = letter(notice, Letterhead.of(settings), addressed.recipient, one.id, one.created_at)
    except ValueError:
        return Outcome.REFUSED  # what the patient typed is no address
    try:
        with _connected(settings) as server:
            server.send_message(message, settings.mail_sender, [addressed.recipient])
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        return Outcome.REFUSED if codes and min(codes) >= _FOR_GOOD else None
    except (smtplib.SMTPException, OSError) as error:
        # The class alone: what a server says may repeat the address.
        _log.warning("notice %s was not sent (%s)", one.id, type(error).__name__)
        return None
    return Outcome.SENT


def _connected(settings: Settings) -> smtplib.SMTP:
    where, port = settings.mail_host, settings.mail_port
    trusted = ssl.create_default_context()
    if settings.mail_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(where, port, timeout=_SECONDS_FOR_A_SERVER, context=trusted)
    else:
        server = smtplib.SMTP(where, port, timeout=_SECONDS_FOR_A_SERVER)
    try:
        if settings.mail_security == "starttls":
            server.starttls(context=trusted)
        if settings.mail_user:
            server.login(settings.mail_user, _password(settings))
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: Settings) -> str:
    path = settings.mail_password_file
    return path.read_text("utf-8").strip() if path is not None else ""


def _settled(clinic: Clinic, one: Due, outcome: Outcome) -> bool:
    with clinic.database.write() as session:
        outgoing.settle(session, one.id, outcome, clinic.now())
    return outcome is Outcome.SENT
