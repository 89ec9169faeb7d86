"""What something else than intake wrote into the database to come in: it opens nothing, and is told once.

Whoever asks for a session, a link or an account looks at its seal (``storage/row_seals``). Here everything
is looked at every minute, also what nobody asked for: what was planted is taken out, and an account that
was altered stays as it is until somebody at the console says who it is.
"""

from collections.abc import Iterable
from enum import Enum
from threading import Event as Stop
from typing import Any

from sqlalchemy.orm import Session

from intake.domain.events import AccountAltered, AccountMadeAnew, Event, WayInPlanted
from intake.domain.permissions import Role, StaffMember
from intake.log import Noted, note
from intake.services import planted_rules, planted_signatures
from intake.services.accounts import INVITATION_LASTS
from intake.services.clinic import SYSTEM, Clinic
from intake.services.console import account
from intake.services.keys_in_use import with_keys_in_use
from intake.storage import altered_accounts, audit, one_time_links
from intake.storage.encryption import ClinicKeys
from intake.storage.one_time_links import Purpose
from intake.storage.row_seals import CHALLENGES, EVERY, LINKS, SESSIONS, UNFINISHED, SealedRows

_LOOK_EVERY = 60.0  # seconds


class _Way(Enum):
    """What was planted."""

    SESSION = "session"
    LINK = "link"
    SIGN_IN = "sign-in"
    CHALLENGE = "challenge"


_WAYS: tuple[tuple[_Way, SealedRows], ...] = (
    (_Way.SESSION, SESSIONS),
    (_Way.LINK, LINKS),
    (_Way.SIGN_IN, UNFINISHED),
    (_Way.CHALLENGE, CHALLENGES),
)


def look(clinic: Clinic) -> None:
    """Look for all that something else than intake put into the database, and tell of it."""
    look_for_ways_in(clinic)
    planted_signatures.look(clinic)
    planted_rules.look(clinic)


def look_for_ways_in(clinic: Clinic) -> None:
    """Take out what was planted, and tell of every account that was altered, in the trail and in the log."""
    # With the keys of now: of one that came into use meanwhile nothing was known, and nobody is to be signed
    # out for that.
    keys = with_keys_in_use(clinic).keys
    with clinic.database.read() as session:
        lacking = any(rows.cannot_be_told(session, keys) for rows in EVERY)
        found = bool(_planted(session, keys) or _untold(session, keys))
    if lacking:
        note(Noted.STAFF_KEY_LACKING)
    if not found:
        return
    with clinic.database.write() as session:
        planted, altered = _planted(session, keys), _untold(session, keys)
        for _, row in planted:
            session.delete(row)
        happened: list[Event] = [WayInPlanted(way.value) for way, _ in planted]
        happened += [AccountAltered(one.id) for one in altered]
        audit.record_all(session, keys, SYSTEM, happened, clinic.now())
    for way, _ in planted:
        note(Noted.WAY_IN_PLANTED, why=way)
    for one in altered:
        note(Noted.ACCOUNT_ALTERED, id=one.id)


def keep_looking(clinic: Clinic, stop: Stop, every: float = _LOOK_EVERY) -> None:
    """Look until told to stop, with the keys in use each time."""
    while not stop.is_set():
        try:
            look(with_keys_in_use(clinic))
        except Exception as error:
            # Whoever looks must outlive a database that is busy for a while.
            note(Noted.ALTERED_NOT_LOOKED_FOR, error=error)
        stop.wait(every)


def altered(clinic: Clinic) -> tuple[StaffMember, ...]:
    """The accounts that were altered, as they stand in the database."""
    with clinic.database.read() as session:
        return altered_accounts.altered(session, clinic.keys)


def say_who(clinic: Clinic, username: str, printed_name: str, roles: Iterable[Role]) -> str:
    """Give an altered account back to its person; the token of an invitation.

    Raises NoSuchMember, and UsernameTaken where somebody else has its username.
    """
    now, does = clinic.now(), frozenset(roles)
    with clinic.database.write() as session:
        member = altered_accounts.make_anew(session, clinic.keys, username, printed_name, does, now)
        token = one_time_links.make(
            session, clinic.keys, Purpose.INVITATION, now + INVITATION_LASTS, member.id
        )
        _record(clinic, session, member)
    return token


def say_nobody(clinic: Clinic, username: str, printed_name: str) -> None:
    """Say that an altered account is of somebody who left, or of nobody at all. Raises NoSuchMember."""
    with clinic.database.write() as session:
        made = altered_accounts.make_anew(session, clinic.keys, username, printed_name, None, clinic.now())
        _record(clinic, session, made)


def _record(clinic: Clinic, session: Session, member: StaffMember) -> None:
    roles = " ".join(sorted(role.value for role in member.roles))
    event = AccountMadeAnew(member.id, roles, account())
    audit.record(session, clinic.keys, SYSTEM, event, clinic.now())


def _planted(session: Session, keys: ClinicKeys) -> list[tuple[_Way, Any]]:
    return [(way, row) for way, rows in _WAYS for row in rows.planted(session, keys)]


def _untold(session: Session, keys: ClinicKeys) -> list[StaffMember]:
    """Accounts that were altered, and nothing was said of it since they were made anew."""
    found = altered_accounts.altered(session, keys)
    if not found:
        return []
    ids = [one.id for one in found]
    told = audit.last_times(session, AccountAltered, ids)
    anew = audit.last_times(session, AccountMadeAnew, ids)
    return [one for one in found if one.id not in told or (one.id in anew and told[one.id] <= anew[one.id])]
