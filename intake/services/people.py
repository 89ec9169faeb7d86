"""The people of a clinic as whoever manages them sees them: who comes, who no longer does, and who left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import (
    Event,
    PasswordChanged,
    ResetLinkMade,
    RolesChanged,
    SessionsEnded,
    SignedIn,
    StaffMemberRemoved,
    SubmissionReleased,
)
from intake.domain.permissions import Role, StaffMember
from intake.services import administrators, claims, coming_in
from intake.services.clinic import Clinic
from intake.storage import accounts, audit, known_browsers, one_time_links, signing_in, staff_sessions
from intake.storage import claims as stored
from intake.storage.encryption import ClinicKeys
from intake.storage.one_time_links import Purpose

DORMANT_AFTER = timedelta(days=90)
RESET_LINK_LASTS = timedelta(hours=24)


class OneselfOnly(Exception):
    """Nobody does this to their own account: somebody else has to, or there is another way."""


class NotIn(Exception):
    """The person has chosen no password yet: an invitation is what they need."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here, and how it is with their account."""

    member: StaffMember
    came_last: datetime | None
    is_waiting: bool
    is_dormant: bool
    is_set_aside: bool


def everybody(clinic: Clinic) -> tuple[Person, ...]:
    """Everybody with an account, by username."""
    now = clinic.now()
    with clinic.database.read() as session:
        members = accounts.members(session, clinic.keys)
        return tuple(_person(session, clinic.keys, one, now) for one in members)


def left(clinic: Clinic) -> tuple[tuple[StaffMember, datetime], ...]:
    """Those whose account was taken away, and when; the last first."""
    with clinic.database.read() as session:
        return accounts.left(session, clinic.keys)


def somebody(clinic: Clinic, member_id: UUID) -> Person:
    """One of them. Raises NoSuchMember."""
    with clinic.database.read() as session:
        return _person(session, clinic.keys, accounts.member(session, clinic.keys, member_id), clinic.now())


def set_roles(
    clinic: Clinic, by: StaffMember, member_id: UUID, roles: Iterable[Role], reason: str = ""
) -> bool:
    """Change what somebody does here; they are signed out. The same roles change nothing.

    False when they are to become an administrator, for a ``reason``, and another has to confirm it first:
    until then nothing changes. Raises NoSuchMember and LastAdministrator; NoReason and AskedAlready.
    """
    wanted = frozenset(roles)
    with clinic.database.write() as session:
        before = accounts.member(session, clinic.keys, member_id).roles
        if before == wanted:
            return True
        if Role.ADMINISTRATOR in wanted - before:
            happened = administrators.propose(session, clinic, by, member_id, wanted, reason)
            done = any(isinstance(one, RolesChanged) for one in happened)
            if done:
                coming_in.tell(clinic, session, member_id)
            audit.record_all(session, clinic.keys, by.id, happened, clinic.now())
            return done
        accounts.set_roles(session, clinic.keys, member_id, wanted)
        coming_in.tell(clinic, session, member_id)
        names = " ".join(sorted(role.value for role in wanted))
        audit.record(session, clinic.keys, by.id, RolesChanged(member_id, names), clinic.now())
    return True


def remove(clinic: Clinic, by: StaffMember, member_id: UUID) -> None:
    """Take an account away, in one step: nothing of it opens anything any more, from the next page on.

    Forms they had in hand go back to the queue. Their name stays under what they did. Raises
    NoSuchMember, OneselfOnly and LastAdministrator.
    """
    if by.id == member_id:
        raise OneselfOnly
    with clinic.database.write() as session:
        now = clinic.now()
        in_hand = stored.held_by(session, member_id, now, claims.lasts(clinic))
        for submission in in_hand:
            stored.remove(session, submission)
        accounts.remove(session, clinic.keys, member_id, now)
        happened: list[Event] = [StaffMemberRemoved(member_id)]
        happened += [SubmissionReleased(one) for one in in_hand]
        audit.record_all(session, clinic.keys, by.id, happened, now)


def make_reset_link(clinic: Clinic, by: StaffMember, member_id: UUID) -> str:
    """The token of a link with which somebody chooses a new password. The old one holds until they do.

    Raises NoSuchMember, NotIn for somebody who has none yet, and OneselfOnly: who is signed in changes it.
    """
    if by.id == member_id:
        raise OneselfOnly
    with clinic.database.write() as session:
        now = clinic.now()
        if not accounts.has_password(session, clinic.keys, member_id):
            raise NotIn
        token = one_time_links.make(session, clinic.keys, Purpose.RESET, now + RESET_LINK_LASTS, member_id)
        coming_in.tell(clinic, session, member_id)
        audit.record(session, clinic.keys, by.id, ResetLinkMade(member_id), now)
    return token


def end_sessions(clinic: Clinic, by: StaffMember, member_id: UUID) -> int:
    """Sign somebody out everywhere, at once; how often they were signed in. Raises NoSuchMember.

    Their browsers are strangers from then on, and a link for a new password leads nowhere: whoever holds
    one may be why this is done.
    """
    with clinic.database.write() as session:
        accounts.member(session, clinic.keys, member_id)
        ended = staff_sessions.end_all(session, member_id)
        known_browsers.forget(session, member_id)
        one_time_links.take_back(session, Purpose.RESET, member_id)
        event = SessionsEnded(member_id, ended, "an administrator ended all")
        audit.record(session, clinic.keys, by.id, event, clinic.now())
    return ended


def _person(session: Session, keys: ClinicKeys, member: StaffMember, now: datetime) -> Person:
    came = audit.last_times(session, SignedIn, [member.id]).get(member.id)
    # Whoever has only just chosen a password has been here.
    chose = audit.last_times(session, PasswordChanged, [member.id]).get(member.id)
    waiting = not accounts.has_password(session, keys, member.id)
    here = max((at for at in (came, chose) if at is not None), default=None)
    return Person(
        member,
        came,
        waiting,
        is_dormant=not waiting and (here is None or now - here > DORMANT_AFTER),
        is_set_aside=signing_in.is_set_aside(session, member.id),
    )
