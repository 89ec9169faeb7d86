"""Who may work here: the first administrator, invitations, signing in and out, passwords.

There is no default password anywhere: the first administrator comes in through a link that
works once and is printed on the console, everyone after that through an invitation.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import (
    Event,
    NewBrowserUsed,
    PasswordChanged,
    SetupLinkMade,
    SignedOut,
    StaffMemberAdded,
    StaffMemberInvited,
)
from intake.domain.factors import Proven
from intake.domain.password_rules import LONGEST, SHORTEST
from intake.domain.permissions import Role, StaffMember
from intake.domain.rate_limits import network_of
from intake.domain.sign_in_limits import Budget, Counted, budgets_of
from intake.services import administrators, coming_in, wrong_passwords
from intake.services.clinic import SYSTEM, Clinic
from intake.services.coming_in import Browser
from intake.services.entering import Begun, FactorsDamaged, go_on
from intake.services.new_passwords import PasswordTooWeak as PasswordTooWeak
from intake.services.new_passwords import refuse_guessable
from intake.services.wrong_passwords import LockedOut as LockedOut
from intake.services.wrong_passwords import NotCounted as NotCounted
from intake.storage import accounts as members
from intake.storage import audit, one_time_links, passwords, signing_in, staff_sessions
from intake.storage.encryption import DecryptionFailed
from intake.storage.one_time_links import Purpose

SETUP_LINK_LASTS = timedelta(days=1)
INVITATION_LASTS = timedelta(hours=72)
SHORTEST_PASSWORD, LONGEST_PASSWORD = SHORTEST, LONGEST
# How somebody who leads to a password comes by it: both links let one choose, and neither a factor.
_CHOOSES_A_PASSWORD = frozenset({Purpose.INVITATION, Purpose.RESET})


class LinkUsedUp(Exception):
    """The link was used before, is too old, or never was."""


class AlreadyIn(Exception):
    """The person has chosen a password and needs no invitation."""


class NothingToDoYet(Exception):
    """The person is to be an administrator and nothing else, and another has to confirm that first."""


def setup_needed(clinic: Clinic) -> bool:
    """Whether nobody can sign in yet."""
    with clinic.database.read() as session:
        return not any(
            members.has_password(session, clinic.keys, one.id)
            for one in members.members(session, clinic.keys)
        )


def make_setup_link(clinic: Clinic) -> str:
    """The token of a one-time link for the first administrator; earlier ones stop working."""
    now = clinic.now()
    expires = now + SETUP_LINK_LASTS
    with clinic.database.write() as session:
        token = one_time_links.make(session, clinic.keys, Purpose.SETUP, expires)
        event = SetupLinkMade(expires.isoformat(timespec="minutes"))
        audit.record(session, clinic.keys, SYSTEM, event, now)
    return token


def link_purpose(clinic: Clinic, token: str) -> Purpose | None:
    """What a link is for; None when it no longer works. Looking uses nothing up."""
    with clinic.database.read() as session:
        link = one_time_links.find(session, clinic.keys, token, clinic.now())
    return link.purpose if link is not None else None


def set_up(
    clinic: Clinic,
    token: str,
    username: str,
    printed_name: str,
    password: str,
    roles: Iterable[Role],
    browser: Browser | None = None,
) -> StaffMember:
    """Make the first administrator. Raises LinkUsedUp, PasswordTooWeak, UsernameTaken.

    ``browser`` is the one they do it with, which is known from now on.
    """
    hashed = _hashed(clinic, password, username, printed_name)
    granted = {Role.ADMINISTRATOR, *roles}
    with clinic.database.write() as session:
        now = clinic.now()
        link = one_time_links.burn(session, clinic.keys, token, now)
        if link is None or link.purpose is not Purpose.SETUP:
            raise LinkUsedUp
        member = members.add_member(session, clinic.keys, username, printed_name, granted, now)
        members.set_password(session, clinic.keys, member.id, hashed)
        happened: list[Event] = [StaffMemberAdded(member.id, _names(member))]
        happened += _came_with(clinic, session, member.id, browser)
        audit.record_all(session, clinic.keys, SYSTEM, happened, now)
    _forget_strangers(clinic, member)
    return member


def add_staff(
    clinic: Clinic,
    by: StaffMember | None,
    username: str,
    printed_name: str,
    roles: Iterable[Role],
    reason: str = "",
) -> str:
    """Somebody new; returns the token of their invitation. ``by`` is None on the console.

    An administrator, for a ``reason``, begins with their other roles where another administrator has to
    confirm it first; with none of those there is no invitation yet, and the token is empty. Raises
    UsernameTaken and NoReason.
    """
    now, wanted = clinic.now(), frozenset(roles)
    proposes = by is not None and Role.ADMINISTRATOR in wanted
    at_once = wanted - {Role.ADMINISTRATOR} if proposes else wanted
    with clinic.database.write() as session:
        member = members.add_member(session, clinic.keys, username, printed_name, at_once, now)
        happened: list[Event] = [StaffMemberAdded(member.id, _names(member))]
        if by is not None and proposes:
            happened += administrators.propose(session, clinic, by, member.id, wanted, reason)
            member = members.member(session, clinic.keys, member.id)
        token = _invitation(session, clinic, member.id, now) if member.roles else ""
        audit.record_all(session, clinic.keys, by.id if by else SYSTEM, happened, now)
    return token


def invite_again(clinic: Clinic, by: StaffMember, member_id: UUID) -> str:
    """A new invitation for somebody who has not come in yet; the one before stops working.

    Raises NoSuchMember, AlreadyIn when they have chosen a password, and NothingToDoYet.
    """
    now = clinic.now()
    with clinic.database.write() as session:
        member = members.member(session, clinic.keys, member_id)
        if members.has_password(session, clinic.keys, member.id):
            raise AlreadyIn
        if not member.roles:
            raise NothingToDoYet
        token = _invitation(session, clinic, member.id, now)
        event = StaffMemberInvited(member.id)
        audit.record(session, clinic.keys, by.id, event, now)
    return token


def waiting(clinic: Clinic) -> frozenset[UUID]:
    """Those who were invited and have not chosen a password yet."""
    with clinic.database.read() as session:
        every = members.members(session, clinic.keys)
        return frozenset(one.id for one in every if not members.has_password(session, clinic.keys, one.id))


def accept_invitation(
    clinic: Clinic, token: str, password: str, browser: Browser | None = None
) -> StaffMember:
    """Choose a password with a link. Raises LinkUsedUp, PasswordTooWeak and FactorsDamaged.

    Whoever has just done so has no browser that is known, and could be kept out by strangers who guess at
    their name. So ``browser``, the one they do it with, is known from now on, and the guesses are forgotten.
    What else somebody shows to come in stays as it is: a new password takes the place of the old one alone.
    """
    with clinic.database.read() as session:
        link = one_time_links.find(session, clinic.keys, token, clinic.now())
        try:
            invited = members.member(session, clinic.keys, link.member) if link and link.member else None
        except members.NoSuchMember:
            invited = None
    if invited is None:
        raise LinkUsedUp
    hashed = _hashed(clinic, password, invited.username, invited.printed_name)
    with clinic.database.write() as session:
        now = clinic.now()
        try:
            # The person before their link, as where somebody makes another one for them (decision 0065).
            members.hold(session, clinic.keys, invited.id)
        except members.NoSuchMember:
            raise LinkUsedUp from None
        burned = one_time_links.burn(session, clinic.keys, token, now)
        if burned is None or burned.purpose not in _CHOOSES_A_PASSWORD:
            raise LinkUsedUp
        if burned.purpose is Purpose.INVITATION and members.has_password(session, clinic.keys, invited.id):
            # It was used: somebody brought its row back from a copy of the database.
            raise LinkUsedUp
        _set_password(session, clinic, invited.id, hashed)
        happened: list[Event] = [PasswordChanged(invited.id)]
        happened += _came_with(clinic, session, invited.id, browser)
        if burned.purpose is Purpose.RESET:
            coming_in.tell(clinic, session, invited.id)
        audit.record_all(session, clinic.keys, invited.id, happened, now)
    _forget_strangers(clinic, invited)
    return invited


def sign_in(
    clinic: Clinic, username: str, password: str, source: str, known_as: str = ""
) -> str | Begun | None:
    """The token of a new session, or None when the name or password is wrong.

    Whoever has a second factor is asked for it next: then it is Begun, and no session yet. Wrong ones are
    counted by ``source``, and apart from strangers for a browser this person came with before, by what it
    is ``known_as`` (``domain/sign_in_limits``). Raises LockedOut and TooBusy.
    """
    with clinic.database.read() as session:
        claim = signing_in.claim(session, clinic.keys, username, known_as, clinic.now())
    budgets = budgets_of(claim.username, source, claim.browser)
    proof = wrong_passwords.proved(clinic, claim, password, budgets)
    with clinic.database.write() as session:
        found = signing_in.settle(session, clinic.keys, claim, proof)
        if isinstance(found, StaffMember):
            begun = go_on(session, clinic, found.id, Proven.PASSWORD, clinic.now())
        else:
            wrong_passwords.record(session, clinic, claim, found)
    if not isinstance(found, StaffMember):
        wrong_passwords.alarm(clinic)
        return None
    wrong_passwords.succeeded(clinic, budgets)
    return begun


def confirms(clinic: Clinic, member: StaffMember, password: str, source: str) -> bool:
    """Whether it is still the same person: their password again, before they sign.

    Counted apart from signing in, which strangers can try. Raises LockedOut.
    """
    with clinic.database.read() as session:
        claim = signing_in.claim_again(session, clinic.keys, member.username, clinic.now())
    budgets = (Budget(Counted.AGAIN, (claim.username, network_of(source))),)
    proof = wrong_passwords.proved(clinic, claim, password, budgets)
    with clinic.database.write() as session:
        found = signing_in.settle(session, clinic.keys, claim, proof)
        if not isinstance(found, StaffMember):
            wrong_passwords.record(session, clinic, claim, found)
    if not isinstance(found, StaffMember):
        wrong_passwords.alarm(clinic)
        return False
    wrong_passwords.succeeded(clinic, budgets)
    return True


def whoever(
    clinic: Clinic, token: str, source: str = "", *, attended: bool = True, also_due: bool = False
) -> StaffMember | None:
    """Who is signed in with this token, if anyone; they are told where ``source`` is another network.

    What a page asks by itself is not ``attended``: it does not keep anybody signed in. Somebody who
    has to set up or look at how they sign in first is found only where ``also_due`` is said.
    """
    with clinic.database.write() if attended else clinic.database.read() as session:
        found = staff_sessions.find(
            session, clinic.keys, token, clinic.now(), coming_in.idle(clinic), also_due=also_due
        )
        if found is not None and attended and source:
            coming_in.notice_move(clinic, session, found.id, token, source)
        return found


def sign_out(clinic: Clinic, token: str) -> None:
    """End a session; signing out twice is no error."""
    with clinic.database.write() as session:
        now = clinic.now()
        member = staff_sessions.find(session, clinic.keys, token, now, also_due=True)
        staff_sessions.end(session, token)
        if member is not None:
            audit.record(session, clinic.keys, member.id, SignedOut(member.id), now)


def change_password(clinic: Clinic, member: StaffMember, old: str, new: str, source: str) -> bool:
    """Choose a new password; every session of the person ends. False when the old is wrong.

    Raises PasswordTooWeak, LockedOut and FactorsDamaged.
    """
    hashed = _hashed(clinic, new, member.username, member.printed_name)
    if not confirms(clinic, member, old, source):
        return False
    with clinic.database.write() as session:
        _set_password(session, clinic, member.id, hashed)
        # Whoever has a link that was made before could take the new one away again.
        one_time_links.take_back(session, Purpose.RESET, member.id)
        coming_in.tell(clinic, session, member.id)
        audit.record(session, clinic.keys, member.id, PasswordChanged(member.id), clinic.now())
    return True


def staff(clinic: Clinic) -> tuple[StaffMember, ...]:
    """Everybody with an account, by username."""
    with clinic.database.read() as session:
        return members.members(session, clinic.keys)


def printed_names(clinic: Clinic) -> dict[UUID, str]:
    """How everybody signs or signed, by id: also whoever left."""
    with clinic.database.read() as session:
        return members.printed_names(session)


def _invitation(session: Session, clinic: Clinic, member_id: UUID, now: datetime) -> str:
    expires = now + INVITATION_LASTS
    return one_time_links.make(session, clinic.keys, Purpose.INVITATION, expires, member_id)


def _set_password(session: Session, clinic: Clinic, member: UUID, hashed: str) -> None:
    try:
        members.set_password(session, clinic.keys, member, hashed)
    except DecryptionFailed:
        raise FactorsDamaged from None


def _came_with(clinic: Clinic, session: Session, member: UUID, browser: Browser | None) -> list[Event]:
    if browser is None or not coming_in.remember(clinic, session, member, browser):
        return []
    return [NewBrowserUsed(member, browser.called)]


def _forget_strangers(clinic: Clinic, member: StaffMember) -> None:
    # Where nothing can be counted the password is chosen all the same, and the log says so.
    with suppress(NotCounted):
        wrong_passwords.succeeded(clinic, (Budget(Counted.ACCOUNT, (member.username,)),))


def _hashed(clinic: Clinic, password: str, username: str, printed_name: str) -> str:
    refuse_guessable(clinic.settings, password, username, printed_name)
    return passwords.hashed(password)


def _names(member: StaffMember) -> str:
    return " ".join(sorted(role.value for role in member.roles))
