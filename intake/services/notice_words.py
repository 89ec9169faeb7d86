"""The words of notices: that there is something to read, and never what.

They are written from the kind of the notice, its link, its language, and the clinic's name and phone alone:
no name, no reference, no answer and no word of a question can get into them, because none is there to be
put in.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote
from uuid import UUID

from intake.config import Settings
from intake.domain.languages import SOURCE, Voice, apart, mark
from intake.domain.notice_kinds import NoticeKind
from intake.services.languages import voice_of


@dataclass(frozen=True, slots=True)
class Notice:
    """That there is something to read, and where. There is nothing else to know of it.

    ``language`` is the code of the one it is written in; empty for English.
    """

    kind: NoticeKind
    link: str
    language: str = ""


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
    if not kind.is_to_a_patient:
        return f"{settings.clinic_side}/{'account' if kind is NoticeKind.ACCOUNT else ''}"
    return f"{settings.public_address}{_PATHS[kind]}#{secret}"


def subject(notice: Notice, head: Letterhead) -> str:
    """The subject of a notice."""
    return _said(_SUBJECTS[notice.kind], notice, head)


def words(notice: Notice, head: Letterhead) -> str:
    """The whole text of a notice."""
    return "\n\n".join(_said(one, notice, head) for one in _WORDS[notice.kind]) + "\n"


def mailto(notice: Notice, head: Letterhead, address: str) -> str:
    """A link that opens the same text in the mail program of whoever presses it."""
    text = f"subject={quote(subject(notice, head))}&body={quote(words(notice, head))}"
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
    message["Subject"] = subject(notice, head)
    message["Date"] = format_datetime(made_at)
    message["Message-ID"] = f"<{identity}@{head.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    code = voice_of(notice.language).language.code
    if code != SOURCE:
        # The accents travel in letters every server takes; it is read aloud as what it is.
        message.set_content(words(notice, head), cte="quoted-printable")
        message["Content-Language"] = code
    else:
        message.set_content(words(notice, head))
    return message


def _said(message: str, notice: Notice, head: Letterhead) -> str:
    voice = voice_of(notice.language)
    return voice.say(
        message, clinic=_within(voice, head.clinic), phone=_within(voice, head.phone), link=notice.link
    )


def _within(voice: Voice, words: str) -> str:
    """A name or a number within a sentence: in one that is written from the right it keeps its own order.

    A link stands in a line of its own, which begins where the link does, and stays as it is to be pressed.
    """
    return apart(words, voice.language.code if voice.language.direction == "rtl" else "")


# Where the link of a notice leads. Staff find out on the page itself what there is, after signing in.
_PATHS = {
    NoticeKind.MESSAGE: "/reply",
    NoticeKind.UNNAMED_MESSAGE: "/reply",
    NoticeKind.SAVED_FORM: "/return",
    NoticeKind.UNNAMED_SAVED_FORM: "/return",
}
_SUBJECTS = {
    NoticeKind.MESSAGE: mark("You have a message from %(clinic)s"),
    NoticeKind.UNNAMED_MESSAGE: mark("You have a message"),
    NoticeKind.SAVED_FORM: mark("Your form for %(clinic)s is saved"),
    NoticeKind.UNNAMED_SAVED_FORM: mark("Your form is saved"),
    NoticeKind.TO_READ: "There is something to read",
    NoticeKind.ACCOUNT: "About your account",
}
_NO_ANSWER = mark("Please do not answer this e-mail. Nobody reads what is sent to this address.")
# Two numbers stand here, and on every page (templates/layout.html), whatever lines of help the clinic
# shows. A notice is read days later and by whoever opens the mailbox: a list of the clinic's lines says
# by their names what its patients may be in need of (veterans, Spanish, texting), and a number of its
# own may be another by then. 911 and 988 are the same in the whole country (decision 0037). Without the
# clinic's name, somebody else may read it who is not to know whom the patient wrote to, or about what.
_EMERGENCY = mark(
    "This is not for emergencies. In an emergency, call 911.\n"
    "If you might hurt yourself, call or text 988, day or night."
)
_UNNAMED_EMERGENCY = mark("This is not for emergencies. In an emergency, call 911.")
_TO_READ_IT = mark("To read it, open this link:\n%(link)s")
_TO_GO_ON = mark("To go on with it, open this link:\n%(link)s")
_WORDS = {
    NoticeKind.MESSAGE: (
        mark("You have a message from %(clinic)s."),
        _TO_READ_IT,
        mark(
            "You will also need the reference you got when you sent your form.\n"
            "For your privacy it is not in this e-mail."
        ),
        mark(
            "Please do not answer this e-mail. Nobody reads what is sent to this address.\n"
            "If you need help, or do not have your reference, call %(clinic)s at %(phone)s."
        ),
        _EMERGENCY,
    ),
    NoticeKind.UNNAMED_MESSAGE: (
        mark("You have a message."),
        _TO_READ_IT,
        mark(
            "You will also need the reference you got when you sent your form.\n"
            "For your privacy it is not in this e-mail, and neither is who sends it."
        ),
        _NO_ANSWER,
        _UNNAMED_EMERGENCY,
    ),
    NoticeKind.SAVED_FORM: (
        mark("Your form for %(clinic)s is saved. Nobody has read it: it was not sent yet."),
        _TO_GO_ON,
        mark(
            "You will also need the four words you were shown when you saved it.\n"
            "For your privacy they are not in this e-mail."
        ),
        mark(
            "Please do not answer this e-mail. Nobody reads what is sent to this address.\n"
            "If you need help, or do not have the four words, call %(clinic)s at %(phone)s."
        ),
        _EMERGENCY,
    ),
    NoticeKind.UNNAMED_SAVED_FORM: (
        mark("Your form is saved. Nobody has read it: it was not sent yet."),
        _TO_GO_ON,
        mark(
            "You will also need the four words you were shown when you saved it.\n"
            "For your privacy they are not in this e-mail, and neither is who sends it."
        ),
        _NO_ANSWER,
        _UNNAMED_EMERGENCY,
    ),
    # The same words whatever came and however soon it should be read (docs/decisions/0040). For staff,
    # who read English.
    NoticeKind.TO_READ: (
        "There is something to read. Sign in to see it:\n%(link)s",
        "This e-mail is sent by a program, and says the same each time.\n"
        "Nobody reads what is sent to this address.",
    ),
    # No word of what happened, or where: whoever opens the mailbox is to learn nothing.
    NoticeKind.ACCOUNT: (
        "Something happened that has to do with your account. Your account page says what:\n%(link)s",
        "Type the address yourself if you do not trust this e-mail.\n"
        "If you did not do what stands there: end all other sessions on that page, choose a new\n"
        "password, and tell your administrator today.",
        "This e-mail is sent by a program, and says the same each time.\n"
        "Nobody reads what is sent to this address.",
    ),
}
