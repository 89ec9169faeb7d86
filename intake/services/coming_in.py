"""The browser somebody comes in with: known, or new, and then they are told of it.

Whichever way somebody shows who they are, their browser gets its session only from here
(``web/clinic/sessions``): nobody is in before this is recorded.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from intake.domain.events import NetworkChanged, NewBrowserUsed
from intake.domain.notice_kinds import NoticeKind
from intake.domain.rate_limits import network_of
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, known_browsers, outgoing, session_proofs
from intake.storage.encryption import DecryptionFailed

_SALT = "intake known browser"


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser is to be known by from now on, and what it is called in plain words."""

    known_as: str = field(repr=False)
    called: str


def recognize(clinic: Clinic, token: str, known_as: str, browser: str, source: str) -> str:
    """What a browser is to be known by from now on, whose session with this token has just begun.

    ``known_as`` is from :func:`browser_in`, and ``browser`` what it is called in plain words; ``source``
    is the address it comes from. Who never came with it is told.
    """
    name = known_as or known_browsers.new_name()
    with clinic.database.write() as session:
        now = clinic.now()
        member = session_proofs.begun_in(session, clinic.keys, token, browser, network_of(source))
        if member is None:
            return name
        if remember(clinic, session, member, Browser(name, browser)):
            tell(clinic, session, member)
            audit.record(session, clinic.keys, member, NewBrowserUsed(member, browser), now)
    return name


def notice_move(clinic: Clinic, session: Session, member: UUID, token: str, source: str) -> None:
    """Tell somebody, once, that their session is used from another network than the one it was proved in.

    Reading goes on: somebody on a train is not thrown out of a form. What matters asks for a new proof.
    """
    if session_proofs.moved(session, clinic.keys, token, network_of(source)):
        tell(clinic, session, member)
        audit.record(session, clinic.keys, member, NetworkChanged(member), clinic.now())


def remember(clinic: Clinic, session: Session, member: UUID, browser: Browser) -> bool:
    """The person came with it; True when they never had, and are to be told."""
    return known_browsers.remember(session, member, browser.known_as, browser.called, clinic.now())


def is_known(clinic: Clinic, known_as: str) -> bool:
    """Whether somebody who works here has come with this browser, whoever it is."""
    with clinic.database.read() as session:
        return known_browsers.is_somebodys(session, known_as, clinic.now())


def new_name() -> str:
    """What a browser that has no cookie of ours is to be known by."""
    return known_browsers.new_name()


def tell(clinic: Clinic, session: Session, member_id: UUID) -> None:
    """Have somebody told by e-mail that there is something about accounts to look at, and not what.

    Whoever gave no address finds it on their own page alone.
    """
    if not clinic.settings.mail_host:
        return
    try:
        address = accounts.notice_address(session, clinic.keys, member_id)
    except (DecryptionFailed, accounts.NoSuchMember):
        return  # it, or the whole account, was changed by nobody here, and nothing else is to fail for that
    if address:
        addressed = outgoing.Addressed(address, "", NoticeKind.ACCOUNT)
        outgoing.add(session, clinic.keys, outgoing.new_id(), addressed, clinic.now())


def cookie_of(clinic: Clinic, known_as: str) -> str:
    """What the browser's cookie says: signed, so that made-up ones are not even looked up."""
    return _signer(clinic).dumps(known_as)


def browser_in(clinic: Clinic, cookie: str) -> str:
    """What a browser is known by, from its cookie; empty when the cookie is none of ours."""
    try:
        held = _signer(clinic).loads(cookie)
    except BadSignature:
        return ""
    return held if isinstance(held, str) else ""


def idle(clinic: Clinic) -> timedelta:
    """How long a session lasts in which nobody does anything."""
    return timedelta(minutes=clinic.settings.staff_idle_minutes)


def _signer(clinic: Clinic) -> URLSafeSerializer:
    return URLSafeSerializer(clinic.keys.secret_key, salt=_SALT)
