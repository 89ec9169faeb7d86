"""Who may work here: the first administrator, invitations, signing in and out, passwords.

There is no default password anywhere: the first administrator comes in through a link that
works once and is printed on the console, everyone after that through an invitation.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from intake.domain.events import (
    PasswordChanged,
    SetupLinkMade,
    SignedOut,
    SignInRefused,
    StaffMemberAdded,
    StaffMemberInvited,
)
from intake.domain.factors import Proven
from intake.domain.permissions import Role, StaffMember
from intake.services.clinic import SYSTEM, Clinic
from intake.services.entering import Begun, go_on
from intake.storage import accounts as members
from intake.storage import audit, one_time_links, passwords, signing_in, staff_sessions
from intake.storage.one_time_links import Purpose

SETUP_LINK_LASTS = timedelta(days=1)
INVITATION_LASTS = timedelta(days=7)
# NIST SP 800-63B: at least fifteen characters where a password is all there is, and no
# rules about which characters.
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 200


class LinkUsedUp(Exception):
    """The link was used before, is too old, or never was."""


class PasswordTooWeak(Exception):
    """The password chosen is too short, or contains the username."""


class AlreadyIn(Exception):
    """The person has chosen a password and needs no invitation."""


class LockedOut(Exception):
    """Too many wrong passwords; sign-in pauses for a while."""


def setup_needed(clinic: Clinic) -> bool:
    """Whether nobody can sign in yet."""
    with clinic.database.read() as session:
        return not any(members.has_password(session, one.id) for one in members.members(session))


def make_setup_link(clinic: Clinic) -> str:
    """The token of a one-time link for the first administrator; earlier ones stop working."""
    now = clinic.now()
    expires = now + SETUP_LINK_LASTS
    with clinic.database.write() as session:
        token = one_time_links.make(session, Purpose.SETUP, expires)
        event = SetupLinkMade(expires.isoformat(timespec="minutes"))
        audit.record(session, clinic.keys, SYSTEM, event, now)
    return token


def link_purpose(clinic: Clinic, token: str) -> Purpose | None:
    """What a link is for; None when it no longer works. Looking uses nothing up."""
    with clinic.database.read() as session:
        link = one_time_links.find(session, token, clinic.now())
    return link.purpose if link is not None else None


def set_up(
    clinic: Clinic,
    token: str,
    username: str,
    printed_name: str,
    password: str,
    roles: Iterable[Role],
) -> StaffMember:
    """Make the first administrator. Raises LinkUsedUp, PasswordTooWeak, UsernameTaken."""
    hashed = _hashed(password, username)
    granted = {Role.ADMINISTRATOR, *roles}
    with clinic.database.write() as session:
        now = clinic.now()
        link = one_time_links.burn(session, token, now)
        if link is None or link.purpose is not Purpose.SETUP:
            raise LinkUsedUp
        member = members.add_member(session, username, printed_name, granted, now)
        members.set_password(session, clinic.keys, member.id, hashed)
        event = StaffMemberAdded(member.id, _names(member))
        audit.record(session, clinic.keys, SYSTEM, event, now)
    return member


def add_staff(
    clinic: Clinic, by: StaffMember | None, username: str, printed_name: str, roles: Iterable[Role]
) -> str:
    """Somebody new; returns the token of their invitation. ``by`` is None on the console.

    Raises UsernameTaken.
    """
    now = clinic.now()
    with clinic.database.write() as session:
        member = members.add_member(session, username, printed_name, roles, now)
        token = one_time_links.make(session, Purpose.INVITATION, now + INVITATION_LASTS, member.id)
        event = StaffMemberAdded(member.id, _names(member))
        audit.record(session, clinic.keys, by.id if by else SYSTEM, event, now)
    return token


def invite_again(clinic: Clinic, by: StaffMember, member_id: UUID) -> str:
    """A new invitation for somebody who has not come in yet; the one before stops working.

    Raises NoSuchMember, and AlreadyIn when they have chosen a password.
    """
    now = clinic.now()
    with clinic.database.write() as session:
        member = members.member(session, member_id)
        if members.has_password(session, member.id):
            raise AlreadyIn
        token = one_time_links.make(session, Purpose.INVITATION, now + INVITATION_LASTS, member.id)
        event = StaffMemberInvited(member.id)
        audit.record(session, clinic.keys, by.id, event, now)
    return token


def waiting(clinic: Clinic) -> frozenset[UUID]:
    """Those who were invited and have not chosen a password yet."""
    with clinic.database.read() as session:
        every = members.members(session)
        return frozenset(one.id for one in every if not members.has_password(session, one.id))


def accept_invitation(clinic: Clinic, token: str, password: str) -> StaffMember:
    """Choose a first password. Raises LinkUsedUp and PasswordTooWeak."""
    with clinic.database.read() as session:
        link = one_time_links.find(session, token, clinic.now())
        invited = members.member(session, link.member) if link and link.member else None
    if invited is None:
        raise LinkUsedUp
    hashed = _hashed(password, invited.username)
    with clinic.database.write() as session:
        now = clinic.now()
        if one_time_links.burn(session, token, now) is None:
            raise LinkUsedUp
        members.set_password(session, clinic.keys, invited.id, hashed)
        audit.record(session, clinic.keys, invited.id, PasswordChanged(invited.id), now)
    return invited


def sign_in(clinic: Clinic, username: str, password: str, source: str) -> str | Begun | None:
    """The token of a new session, or None when the name or password is wrong.

    Whoever has a second factor is asked for it next: then it is Begun, and no session yet. ``source``
    is where the request comes from, so that strangers cannot lock a person out of their own office.
    Raises LockedOut and TooBusy.
    """
    with clinic.database.read() as session:
        claim = signing_in.claim(session, clinic.keys, username, source, clinic.now())
    proof = claim.prove(password)  # slow on purpose, so outside any transaction
    with clinic.database.write() as session:
        now = clinic.now()
        found = signing_in.settle(session, clinic.keys, claim, proof, now)
        if isinstance(found, StaffMember):
            return go_on(session, clinic, found.id, Proven.PASSWORD, now)
        event = SignInRefused(found.member, found.reason)
        audit.record(session, clinic.keys, found.member or "unknown", event, now)
    if found.reason == signing_in.PAUSED:
        raise LockedOut
    return None


def confirms(clinic: Clinic, member: StaffMember, password: str, source: str) -> bool:
    """Whether it is still the same person: their password again, before they sign.

    Counts like a sign-in. Raises LockedOut.
    """
    with clinic.database.read() as session:
        claim = signing_in.claim(session, clinic.keys, member.username, source, clinic.now())
    proof = claim.prove(password)
    with clinic.database.write() as session:
        now = clinic.now()
        found = signing_in.settle(session, clinic.keys, claim, proof, now)
        if not isinstance(found, StaffMember):
            event = SignInRefused(member.id, found.reason)
            audit.record(session, clinic.keys, member.id, event, now)
    if not isinstance(found, StaffMember) and found.reason == signing_in.PAUSED:
        raise LockedOut
    return isinstance(found, StaffMember)


def whoever(
    clinic: Clinic, token: str, *, attended: bool = True, also_due: bool = False
) -> StaffMember | None:
    """Who is signed in with this token, if anyone.

    What a page asks by itself is not ``attended``: it does not keep anybody signed in. Somebody who
    has to set up or look at how they sign in first is found only where ``also_due`` is said.
    """
    idle = timedelta(minutes=clinic.settings.staff_idle_minutes)
    with clinic.database.write() if attended else clinic.database.read() as session:
        return staff_sessions.find(session, token, clinic.now(), idle, also_due=also_due)


def sign_out(clinic: Clinic, token: str) -> None:
    """End a session; signing out twice is no error."""
    with clinic.database.write() as session:
        now = clinic.now()
        member = staff_sessions.find(session, token, now, also_due=True)
        staff_sessions.end(session, token)
        if member is not None:
            audit.record(session, clinic.keys, member.id, SignedOut(member.id), now)


def change_password(clinic: Clinic, member: StaffMember, old: str, new: str, source: str) -> bool:
    """Choose a new password; every session of the person ends. False when the old is wrong.

    Raises PasswordTooWeak and LockedOut.
    """
    hashed = _hashed(new, member.username)
    if not confirms(clinic, member, old, source):
        return False
    with clinic.database.write() as session:
        members.set_password(session, clinic.keys, member.id, hashed)
        audit.record(session, clinic.keys, member.id, PasswordChanged(member.id), clinic.now())
    return True


def staff(clinic: Clinic) -> tuple[StaffMember, ...]:
    """Everybody with an account, by username."""
    with clinic.database.read() as session:
        return members.members(session)


def printed_names(clinic: Clinic) -> dict[UUID, str]:
    """How everybody signs, by id."""
    return {member.id: member.printed_name for member in staff(clinic)}


def _hashed(password: str, username: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordTooWeak(
            f"Choose a password of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. "
            "Four or five words you can remember work well"
        )
    if len(username.strip()) >= 4 and username.strip().casefold() in password.casefold():
        raise PasswordTooWeak("Choose a password that does not contain your username")
    return passwords.hashed(password)


def _names(member: StaffMember) -> str:
    return " ".join(sorted(role.value for role in member.roles))
