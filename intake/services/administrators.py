"""Making somebody an administrator: two administrators do it, where there are two (docs/decisions/0063).

What was proposed stands in the audit trail and nowhere else. A line counts while it is the last word about
that person's work here, while whoever wrote it is an administrator, while nobody changed it since it was
written, and for as long as two_people says.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain import two_people
from intake.domain.events import (
    AdministratorConfirmed,
    AdministratorProposed,
    AdministratorRefused,
    Event,
    RolesChanged,
    StaffMemberAdded,
)
from intake.domain.permissions import Permission, Role, StaffMember
from intake.domain.two_people import Deed, NothingProposed, Said, Stage
from intake.services import coming_in
from intake.services.clinic import Clinic
from intake.storage import accounts, audit

# The last of these about somebody says whether a proposal still counts.
_KINDS: tuple[type[Event], ...] = (
    AdministratorProposed,
    AdministratorConfirmed,
    AdministratorRefused,
    RolesChanged,
    StaffMemberAdded,
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Somebody who is to become an administrator: as what, who proposed it, and how far it is."""

    member: StaffMember
    roles: frozenset[Role]
    said: Said
    stage: Stage


def takes_two(session: Session, clinic: Clinic, by: StaffMember) -> bool:
    """Whether somebody else is here who could confirm what an administrator proposes."""
    came = accounts.members_who_came(session, clinic.keys)
    return any(one.id != by.id and one.may(Permission.MANAGE_STAFF) for one in came)


def propose(
    session: Session, clinic: Clinic, by: StaffMember, member: UUID, roles: Iterable[Role], reason: str
) -> Collection[Event]:
    """What is to be recorded; with RolesChanged in it where the roles were given, as nobody could confirm.

    Whoever calls holds the person and records it. Raises NoReason, AskedAlready and NoSuchMember.
    """
    wanted, now = frozenset(roles), clinic.now()
    found = _last(session, clinic, member)
    alone = not takes_two(session, clinic, by)
    said = two_people.propose([found.said] if found else [], reason, by, now, alone=alone)
    names = _names(wanted)
    happened: list[Event] = [AdministratorProposed(member, names, said.words, alone)]
    if alone:
        accounts.set_roles(session, clinic.keys, member, wanted)
        happened.append(RolesChanged(member, names))
    return happened


def confirm(clinic: Clinic, by: StaffMember, member: UUID) -> None:
    """The second administrator: from now on it counts, and the new one signs in anew.

    Raises NothingProposed, OnePersonTwice, NoSuchMember and LastAdministrator.
    """
    with clinic.database.write() as session:
        accounts.member(session, clinic.keys, member)
        found, now = _last(session, clinic, member), clinic.now()
        if found is None:
            raise NothingProposed
        two_people.confirm([found.said], by, now)
        accounts.set_roles(session, clinic.keys, member, found.roles)
        coming_in.tell(clinic, session, member)
        happened = (
            AdministratorConfirmed(member, found.said.member),
            RolesChanged(member, _names(found.roles)),
        )
        audit.record_all(session, clinic.keys, by.id, happened, now)


def refuse(clinic: Clinic, by: StaffMember, member: UUID, reason: str) -> None:
    """Refuse it, or take it back. Raises NoReason, NothingProposed and NoSuchMember."""
    with clinic.database.write() as session:
        accounts.member(session, clinic.keys, member)
        found, now = _last(session, clinic, member), clinic.now()
        said = two_people.refuse([found.said] if found else [], reason, by, now)
        audit.record(session, clinic.keys, by.id, AdministratorRefused(member, said.words), now)


def waiting(clinic: Clinic) -> tuple[Proposed, ...]:
    """Whoever is proposed and neither confirmed nor refused, by username; also what is overdue."""
    with clinic.database.read() as session:
        members = accounts.members(session, clinic.keys)
        proposed = audit.last_times(session, AdministratorProposed, [one.id for one in members])
        found = (_last(session, clinic, one.id) for one in members if one.id in proposed)
        return tuple(one for one in found if one is not None)


def _last(session: Session, clinic: Clinic, member: UUID) -> Proposed | None:
    """What is proposed about somebody and still stands; None when nothing is."""
    newest = audit.latest_about(session, member, _KINDS, 1)
    if not newest or newest[0].event != AdministratorProposed.__name__ or newest[0].detail["alone"]:
        return None
    line = newest[0]
    if not audit.is_ours(session, clinic.keys, line.seq):
        # Something else than intake wrote it: nobody proposed that.
        return None
    people = {str(one.id): one for one in accounts.members(session, clinic.keys)}
    first, person = people.get(line.actor), people.get(str(member))
    if first is None or person is None or not first.may(Permission.MANAGE_STAFF):
        return None
    said = Said(Deed.PROPOSED, str(line.detail["reason"]), first.id, first.printed_name, line.at)
    roles = frozenset(Role(one) for one in str(line.detail["roles"]).split())
    return Proposed(person, roles, said, two_people.stage([said], clinic.now()))


def _names(roles: Iterable[Role]) -> str:
    return " ".join(sorted(role.value for role in roles))
