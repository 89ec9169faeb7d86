"""The words of notices: that there is something to read, and never what.

They are written from the kind of the notice, its link, and the clinic's name and phone alone: no name,
no reference, no answer and no word of a question can get into them, because none is there to be put in.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote
from uuid import UUID

from intake.config import Settings
from intake.domain.notice_kinds import NoticeKind


@dataclass(frozen=True, slots=True)
class Notice:
    """That there is something to read, and where. There is nothing else to know of it."""

    kind: NoticeKind
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


def link_of(settings: Settings, kind: NoticeKind, secret: str) -> str:
    """The address a notice opens. What comes after the # never reaches a server; staff have no secret."""
    address = settings.public_address + _PATHS[kind]
    return f"{address}#{secret}" if secret else address


def subject(kind: NoticeKind, head: Letterhead) -> str:
    """The subject of a notice."""
    return _SUBJECTS[kind].format(clinic=head.clinic)


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
    """The e-mail. Its Message-ID is that of the notice, so that one sent twice is shown once.

    Raises ValueError when the recipient is no address.
    """
    message = EmailMessage()
    name = head.clinic if notice.kind.names_the_clinic else ""
    message["From"] = Address(name, addr_spec=head.sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject(notice.kind, head)
    message["Date"] = format_datetime(made_at)
    message["Message-ID"] = f"<{identity}@{head.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words(notice, head))
    return message


# Where the link of a notice leads. Staff find out on the page itself what there is, after signing in.
_PATHS = {
    NoticeKind.MESSAGE: "/reply",
    NoticeKind.UNNAMED_MESSAGE: "/reply",
    NoticeKind.SAVED_FORM: "/return",
    NoticeKind.UNNAMED_SAVED_FORM: "/return",
    NoticeKind.TO_READ: "/clinic/",
    NoticeKind.ACCOUNT: "/clinic/account",
}
_SUBJECTS = {
    NoticeKind.MESSAGE: "You have a message from {clinic}",
    NoticeKind.UNNAMED_MESSAGE: "You have a message",
    NoticeKind.SAVED_FORM: "Your form for {clinic} is saved",
    NoticeKind.UNNAMED_SAVED_FORM: "Your form is saved",
    NoticeKind.TO_READ: "There is something to read",
    NoticeKind.ACCOUNT: "About your account",
}
# Two numbers stand here, and on every page (templates/layout.html), whatever lines of help the clinic
# shows. A notice is read days later and by whoever opens the mailbox: a list of the clinic's lines says
# by their names what its patients may be in need of (veterans, Spanish, texting), and a number of its
# own may be another by then. 911 and 988 are the same in the whole country (decision 0037). Without the
# clinic's name, somebody else may read it who is not to know whom the patient wrote to, or about what.
_WORDS = {
    NoticeKind.MESSAGE: """\
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
    NoticeKind.UNNAMED_MESSAGE: """\
You have a message.

To read it, open this link:
{link}

You will also need the reference you got when you sent your form.
For your privacy it is not in this e-mail, and neither is who sends it.

Please do not answer this e-mail. Nobody reads what is sent to this address.

This is not for emergencies. In an emergency, call 911.
""",
    NoticeKind.SAVED_FORM: """\
Your form for {clinic} is saved. Nobody has read it: it was not sent yet.

To go on with it, open this link:
{link}

You will also need the four words you were shown when you saved it.
For your privacy they are not in this e-mail.

Please do not answer this e-mail. Nobody reads what is sent to this address.
If you need help, or do not have the four words, call {clinic} at {phone}.

This is not for emergencies. In an emergency, call 911.
If you might hurt yourself, call or text 988, day or night.
""",
    NoticeKind.UNNAMED_SAVED_FORM: """\
Your form is saved. Nobody has read it: it was not sent yet.

To go on with it, open this link:
{link}

You will also need the four words you were shown when you saved it.
For your privacy they are not in this e-mail, and neither is who sends it.

Please do not answer this e-mail. Nobody reads what is sent to this address.

This is not for emergencies. In an emergency, call 911.
""",
    # The same words whatever came and however soon it should be read (docs/decisions/0040).
    NoticeKind.TO_READ: """\
There is something to read. Sign in to see it:
{link}

This e-mail is sent by a program, and says the same each time.
Nobody reads what is sent to this address.
""",
    # No word of what happened, or where: whoever opens the mailbox is to learn nothing.
    NoticeKind.ACCOUNT: """\
Something happened that has to do with your account. Your account page says what:
{link}

Type the address yourself if you do not trust this e-mail.
If you did not do what stands there: end all other sessions on that page, choose a new
password, and tell your administrator today.

This e-mail is sent by a program, and says the same each time.
Nobody reads what is sent to this address.
""",
}
