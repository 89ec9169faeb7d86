"""The one way into the clinic's site: what follows on a proof, and the session that begins (ASVS 6.3.4)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import Event, SessionsEnded, SignedIn
from intake.domain.factors import Due, Factors, Next, Proven, what_next
from intake.services.clinic import Clinic
from intake.storage import (
    accounts,
    audit,
    auth_epochs,
    authenticator_apps,
    passkeys,
    recovery_codes,
    signing_in,
    staff_sessions,
    unfinished_sign_ins,
)


class FactorsDamaged(Exception):
    """Something kept of how the person signs in does not open: it was changed in the database."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The password was right, and a second factor is asked for next; ``token`` leads on for ten minutes."""

    token: str = field(repr=False)


def factors_of(session: Session, member: UUID) -> Factors:
    """What somebody has beside their password. Nothing of it is opened."""
    return Factors(
        passkeys=passkeys.count(session, member),
        app=authenticator_apps.since(session, member) is not None,
        codes=recovery_codes.left(session, member),
    )


def go_on(session: Session, clinic: Clinic, member: UUID, proven: Proven, now: datetime) -> str | Begun:
    """The token of a session, or of a sign-in that goes on with a second factor.

    Raises FactorsDamaged where a second factor was taken away in the database: who comes from the provider
    has had no password opened, which would have shown it, and is not led to set one up of their own.
    """
    row = accounts.hold(session, clinic.keys, member)
    if not auth_epochs.is_as_it_was_kept(session, clinic.keys, row):
        raise FactorsDamaged
    match what_next(clinic.settings.sign_in_policy, factors_of(session, member), proven):
        case Next.PROVE_MORE:
            return Begun(unfinished_sign_ins.begin(session, clinic.keys, row, now))
        case Next.SET_UP:
            return enter(session, clinic, member, proven, now, Due.SET_UP)
        case Next.REVIEW:
            return enter(session, clinic, member, proven, now, Due.REVIEW)
        case Next.ENTER:
            return enter(session, clinic, member, proven, now)


def enter(
    session: Session,
    clinic: Clinic,
    member: UUID,
    proven: Proven,
    now: datetime,
    due: Due = Due.NOTHING,
) -> str:
    """Begin a session, and record that. Nothing else begins one for somebody who was not signed in."""
    idle = timedelta(minutes=clinic.settings.staff_idle_minutes)
    before = len(staff_sessions.visits(session, member, "", now, idle))
    token = staff_sessions.start(session, clinic.keys, member, now, proven, due, idle=idle)
    if proven is Proven.PASSKEY:
        # Whatever strangers typed: this is the person, and their password counts again everywhere.
        signing_in.renew(session, member)
    happened: list[Event] = [SignedIn(member, proven.value)]
    if (too_many := before + 1 - staff_sessions.MOST) > 0:
        happened.append(SessionsEnded(member, too_many, "there were more than three"))
    audit.record_all(session, clinic.keys, member, happened, now)
    return token
