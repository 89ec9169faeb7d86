"""Notices to patients by e-mail: that there is something to read, and never what.

A notice is a kind and a link. It is written from the clinic's name and phone alone: no name, no
reference, no answer and no word of a question can get into it, because none is there to be put in.
"""

import logging
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum
from threading import Event
from urllib.parse import quote
from uuid import UUID

from intake.config import Settings
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
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


class Kind(Enum):
    """What there is to read."""

    MESSAGE = "message"
    # For whoever did not say that a message may name the clinic.
    UNNAMED_MESSAGE = "unnamed_message"


@dataclass(frozen=True, slots=True)
class Notice:
    """That there is something to read, and where. There is nothing else to know of it."""

    kind: Kind
    link: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose notice it is: what is on the clinic's own door."""

    clinic: str
    phone: str
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> "Letterhead":
        """The clinic's name, phone and address."""
        return cls(" ".join(settings.clinic_name.split()), settings.clinic_phone, settings.mail_sender)


def is_set_up(settings: Settings) -> bool:
    """Whether there is a server to send e-mail with."""
    return bool(settings.mail_host)


def link_of(settings: Settings, secret: str) -> str:
    """The address a patient opens. What comes after the # never reaches a server."""
    return f"{settings.public_address}/reply#{secret}"


def kind_for(*, may_name_the_clinic: bool) -> Kind:
    """The kind of notice of a question to the patient."""
    return Kind.MESSAGE if may_name_the_clinic else Kind.UNNAMED_MESSAGE


def subject(kind: Kind, head: Letterhead) -> str:
    """The subject of a notice."""
    return f"You have a message from {head.clinic}" if kind is Kind.MESSAGE else "You have a message"


def words(notice: Notice, head: Letterhead) -> str:
    """The whole text of a notice."""
    return _WORDS[notice.kind].format(clinic=head.clinic, phone=head.phone, link=notice.link)


def mailto(notice: Notice, head: Letterhead, address: str) -> str:
    """A link that opens the same text in the mail program of whoever presses it."""
    text = f"subject={quote(subject(notice.kind, head))}&body={quote(words(notice, head))}"
    return f"mailto:{quote(address, safe='@')}?{text}"


def letter(
    notice: Notice, head: Letterhead, recipient: str, identity: UUID, made_at: datetime
) -> EmailMessage:
    """The e-mail. Its Message-ID is that of the notice, so that one sent twice is shown once."""
    message = EmailMessage()
    name = head.clinic if notice.kind is Kind.MESSAGE else ""
    message["From"] = Address(name, addr_spec=head.sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject(notice.kind, head)
    message["Date"] = format_datetime(made_at)
    message["Message-ID"] = f"<{identity}@{head.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words(notice, head))
    return message


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
    kind = kind_for(may_name_the_clinic=addressed.may_name_the_clinic)
    notice = Notice(kind, link_of(settings, addressed.secret))
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


# Two numbers stand here, and on every page (templates/layout.html), whatever lines of help the clinic
# shows. A notice is read days later and by whoever opens the mailbox: a list of the clinic's lines says
# by their names what its patients may be in need of (veterans, Spanish, texting), and a number of its
# own may be another by then. 911 and 988 are the same in the whole country (decision 0037).
_WORDS = {
    Kind.MESSAGE: """\
You have a message from {clinic}.

To read it, open this link:
{link}

You will also need the reference you got when you sent your form.
For your privacy it is not in this e-mail.

Please do not answer this e-mail. Nobody reads what is sent to this address.
If you need help, or do not have your reference, call {clinic} at {phone}.

This is not for emergencies. In an emergency, call 911.
If you might hurt yourself, call or text 988, day or night.
""",
    # Somebody else may read it who is not to know whom the patient wrote to, or about what.
    Kind.UNNAMED_MESSAGE: """\
You have a message.

To read it, open this link:
{link}

You will also need the reference you got when you sent your form.
For your privacy it is not in this e-mail, and neither is who sends it.

Please do not answer this e-mail. Nobody reads what is sent to this address.

This is not for emergencies. In an emergency, call 911.
""",
}
