"""Somebody has shown who they are: their session begins, whichever way they showed it.

Every way in ends here, so that all of them count sessions, know browsers and tell of new ones alike.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from intake.domain.browsers import UNKNOWN
from intake.domain.events import Event, NewBrowserUsed, SessionsEnded, SignedIn
from intake.domain.notice_kinds import NoticeKind
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, known_browsers, outgoing, staff_sessions
from intake.storage.encryption import DecryptionFailed

_SALT = "intake known browser"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser at the door: where it is, what its cookie holds, and what it is called in plain words.

    ``known_as`` comes from :func:`browser_in`; it is empty for a browser without such a cookie.
    """

    address: str
    known_as: str = field(default="", repr=False)
    browser: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody is signed in: the token of the session, and what the browser is to be known by."""

    member: UUID
    token: str = field(repr=False)
    known_as: str = field(repr=False)


def come_in(clinic: Clinic, session: Session, member_id: UUID, visitor: Visitor) -> Came:
    """Begin a session for somebody who has shown all that they were asked for. Raises NoSuchMember."""
    now = clinic.now()
    staff_sessions.remove_expired(session, now, idle(clinic))
    known_browsers.remove_expired(session, now)
    before = len(staff_sessions.visits(session, member_id, "", now, idle(clinic)))
    token = staff_sessions.start(session, member_id, now, visitor.browser)
    known_as = visitor.known_as or known_browsers.new_name()
    is_new = known_browsers.remember(session, member_id, known_as, visitor.browser, now)
    happened: list[Event] = [SignedIn(member_id)]
    if is_new:
        happened.append(NewBrowserUsed(member_id, visitor.browser))
        tell(clinic, session, member_id)
    if before >= staff_sessions.MOST:
        too_many = before - staff_sessions.MOST + 1
        happened.append(SessionsEnded(member_id, too_many, "there were more than three"))
    audit.record_all(session, clinic.keys, member_id, happened, now)
    return Came(member_id, token, known_as)


def tell(clinic: Clinic, session: Session, member_id: UUID) -> None:
    """Have somebody told by e-mail that there is something about accounts to look at, and not what.

    Whoever gave no address finds it on their own page alone.
    """
    if not clinic.settings.mail_host:
        return
    try:
        address = accounts.notice_address(session, clinic.keys, member_id)
    except DecryptionFailed:
        return  # it was changed by nobody here, and nobody is to be kept out for it
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
