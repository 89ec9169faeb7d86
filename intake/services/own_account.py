"""One's own account: where one is signed in, from which browsers one came, and what happened with it."""

from dataclasses import dataclass
from datetime import datetime

from intake.domain import events
from intake.domain.events import NoticeAddressChanged, SessionsEnded
from intake.domain.permissions import StaffMember
from intake.services import coming_in, trail_words
from intake.services.clinic import Clinic
from intake.services.trail_words import Known
from intake.storage import accounts, audit, known_browsers, signing_in, staff_sessions
from intake.storage.encryption import DecryptionFailed
from intake.storage.known_browsers import KnownBrowser
from intake.storage.staff_sessions import Visit

_SHOWN = 12
# What somebody is told of their own account; the rest of the trail is the auditor's.
_TOLD = (
    events.NewBrowserUsed,
    events.NetworkChanged,
    events.NetworkRefused,
    events.SignInRefused,
    events.PasswordSetAside,
    events.PasswordChanged,
    events.ResetLinkMade,
    events.RolesChanged,
    events.SessionsEnded,
    events.NoticeAddressChanged,
    events.PasskeyAdded,
    events.PasskeyRemoved,
    events.AppSetUp,
    events.AppRemoved,
    events.RecoveryCodesMade,
    events.RecoveryCodeUsed,
    events.FactorsForgotten,
    events.IdentityLinked,
    events.IdentityUnlinked,
)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done with an account: when, by whom, and what, in words."""

    at: datetime
    who: str
    what: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """All of it. ``address`` is where the person is told of what happens; empty for nowhere."""

    visits: tuple[Visit, ...]
    browsers: tuple[KnownBrowser, ...]
    happened: tuple[Happened, ...]
    address: str
    is_set_aside: bool


def look(clinic: Clinic, member: StaffMember, token: str) -> OwnAccount:
    """What there is to know of one's own account; ``token`` is that of the session one asks with."""
    now = clinic.now()
    with clinic.database.read() as session:
        names = {str(one.id): one.printed_name for one in accounts.everybody(session, clinic.keys)}
        lines = audit.latest_about(session, member.id, _TOLD, _SHOWN)
        known = Known(names, {})
        return OwnAccount(
            staff_sessions.visits(session, member.id, token, now, coming_in.idle(clinic)),
            known_browsers.of(session, member.id, now),
            tuple(
                Happened(
                    one.at,
                    "" if one.actor == str(member.id) else known.who(one.actor),
                    trail_words.title(one.event),
                    trail_words.details(one.detail, known, str(member.id)),
                )
                for one in lines
            ),
            _address(clinic, member),
            signing_in.is_set_aside(session, member.id),
        )


def end_one(clinic: Clinic, member: StaffMember, name: str) -> bool:
    """End one of one's own sessions; False when it ended before, or is somebody else's."""
    with clinic.database.write() as session:
        if not staff_sessions.end_one(session, member.id, name):
            return False
        event = SessionsEnded(member.id, 1, "they ended it")
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return True


def end_others(clinic: Clinic, member: StaffMember, token: str) -> int:
    """End all of one's own sessions but the one with this token; how many there were."""
    with clinic.database.write() as session:
        ended = staff_sessions.end_all(session, member.id, but=token)
        if ended:
            event = SessionsEnded(member.id, ended, "they ended all others")
            audit.record(session, clinic.keys, member.id, event, clinic.now())
    return ended


def tell_at(clinic: Clinic, member: StaffMember, address: str) -> None:
    """Be told by e-mail of what happens with one's account; empty for no longer.

    The address before is told as well: whoever changes it is not to be the only one who knows.
    """
    with clinic.database.write() as session:
        coming_in.tell(clinic, session, member.id)
        accounts.set_notice_address(session, clinic.keys, member.id, address.strip())
        coming_in.tell(clinic, session, member.id)
        audit.record(session, clinic.keys, member.id, NoticeAddressChanged(member.id), clinic.now())


def _address(clinic: Clinic, member: StaffMember) -> str:
    try:
        with clinic.database.read() as session:
            return accounts.notice_address(session, clinic.keys, member.id)
    except DecryptionFailed:
        return ""
