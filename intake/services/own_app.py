"""Somebody's authenticator app: offered, set up once a code of it was typed, and removed."""

import base64
import binascii
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from intake.domain.events import AppRemoved, AppSetUp, Event
from intake.domain.factors import Proven
from intake.domain.permissions import StaffMember
from intake.services import one_time_codes
from intake.services.clinic import Clinic
from intake.services.own_factors import Changed, changed
from intake.storage import accounts, authenticator_apps
from intake.storage.accounts import Held
from intake.storage.encryption import DecryptionFailed


class WrongCode(Exception):
    """The code is not one of the app that is being set up, at this time."""


@dataclass(frozen=True, slots=True)
class OfferedApp:
    """An authenticator app to be set up: what its page shows, and what it carries back."""

    seed: str = field(repr=False)
    address: str = field(repr=False)
    carried: str = field(repr=False)


def offer(clinic: Clinic, member: StaffMember) -> OfferedApp:
    """A new seed for an authenticator app; nothing is kept of it until a code of it is typed."""
    with clinic.database.read() as session:
        row = accounts.hold(session, clinic.keys, member.id)
        seed = one_time_codes.new_seed()
        carried = authenticator_apps.offer(clinic.keys, row, seed)
    return _offered(clinic, member, seed, base64.urlsafe_b64encode(carried).decode())


def offered_again(clinic: Clinic, member: StaffMember, carried: str) -> OfferedApp:
    """The same that a page carried; another one where it carried nothing of this person's."""
    try:
        with clinic.database.read() as session:
            seed = _seed(session, clinic, member, carried)
    except WrongCode:
        return offer(clinic, member)
    return _offered(clinic, member, seed, carried)


def set_up(clinic: Clinic, member: StaffMember, token: str, carried: str, code: str) -> Changed:
    """Keep the app, once a code of it was typed; that code is used up.

    Raises WrongCode, FactorsDamaged and SessionOver.
    """
    with clinic.database.read() as session:
        seed = _seed(session, clinic, member, carried)
    step = one_time_codes.matching_step(seed, one_time_codes.as_code(code), clinic.now())
    if step is None:
        raise WrongCode

    def put(session: Session, row: Held) -> Event:
        authenticator_apps.put(session, clinic.keys, row, seed, step, clinic.now())
        return AppSetUp(member.id)

    return changed(clinic, member, token, put, proven=Proven.PASSWORD_AND_APP)


def remove(clinic: Clinic, member: StaffMember, token: str) -> Changed:
    """Forget the app. Raises LastWayIn, FactorsDamaged and SessionOver."""

    def forget(session: Session, row: Held) -> Event:
        authenticator_apps.remove(session, row.id)
        return AppRemoved(member.id)

    return changed(clinic, member, token, forget)


def _seed(session: Session, clinic: Clinic, member: StaffMember, carried: str) -> str:
    try:
        blob = base64.urlsafe_b64decode(carried.encode())
        return authenticator_apps.offered(clinic.keys, accounts.hold(session, clinic.keys, member.id), blob)
    except (DecryptionFailed, binascii.Error, ValueError):
        raise WrongCode from None


def _offered(clinic: Clinic, member: StaffMember, seed: str, carried: str) -> OfferedApp:
    address = one_time_codes.setup_address(seed, member.username, clinic.settings.clinic_name)
    return OfferedApp(seed, address, carried)
