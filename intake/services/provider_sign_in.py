"""Signing in at the clinic's provider: going there, coming back, and who that is here.

Somebody at the provider is somebody here only by a link: an administrator makes one, and whoever it is for
follows it while signed in. Nothing else links anybody, an e-mail address least of all.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from importlib import import_module
from types import ModuleType
from uuid import UUID

from intake.domain.events import IdentityLinked, IdentityUnlinked, ProviderLinkMade, SignInRefused
from intake.domain.factors import Proven
from intake.domain.permissions import StaffMember
from intake.domain.rate_limits import network_of
from intake.domain.sign_in_limits import Budget, Counted
from intake.services import coming_in, provider, wrong_passwords
from intake.services.clinic import Clinic
from intake.services.entering import Begun, FactorsDamaged, go_on
from intake.services.provider import ProviderFailed as ProviderFailed
from intake.services.provider import Why as Why
from intake.services.wrong_passwords import UNKNOWN, LockedOut
from intake.storage import accounts, audit, one_time_links, provider_sign_ins, sign_in_limits
from intake.storage.one_time_links import Purpose
from intake.storage.provider_sign_ins import LinkedToAnother

LINK_LASTS = timedelta(hours=24)


class Refusal(Enum):
    """Why coming back from the provider signs nobody in, beside what the provider said."""

    OVER = "the sign-in is over, or was begun in another browser"
    NOBODY = "nobody here is linked to this sign-in"
    ANOTHER = "this sign-in is linked to somebody else"
    DAMAGED = "what is kept of how they sign in does not open"


class NotSignedIn(Exception):
    """Nobody is signed in. Says why."""

    def __init__(self, why: Refusal | Why, member: UUID | None = None) -> None:
        super().__init__(why.value)
        self.why, self.member = why, member


@dataclass(frozen=True, slots=True)
class Going:
    """Where somebody is sent, and what their browser keeps meanwhile."""

    address: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Back:
    """What somebody comes back from the provider with, as their browser brings it."""

    state: str = ""
    code: str = ""
    issuer: str = ""
    error: bool = False


def origin(clinic: Clinic) -> str:
    """Where people are sent, and nowhere else."""
    return provider.origin_of(clinic.settings.provider_issuer)


def go(clinic: Clinic, source: str, known_as: str = "") -> Going:
    """Send somebody to the provider, to sign in. Raises ProviderFailed and LockedOut.

    Each going is counted, with the network; with the browser, where somebody has come with it before, so
    that nobody beside it can use that up.
    """
    if coming_in.is_known(clinic, known_as):
        _count(clinic, Budget(Counted.BROWSER, ("provider", known_as)))
    else:
        _count(clinic, Budget(Counted.NETWORK, ("provider", network_of(source))))
    return _go(clinic, None)


def _go(clinic: Clinic, member: UUID | None) -> Going:
    client = _client()
    at = client.places(clinic.settings)
    with clinic.database.write() as session:
        state, browser, gone = provider_sign_ins.begin(session, clinic.keys, member, clinic.now())
    address = client.address_to_sign_in(clinic.settings, at, state, gone.nonce, gone.verifier)
    return Going(address, browser)


def come_back(clinic: Clinic, back: Back, browser: str, source: str = "") -> str | Begun | None:
    """The token of a session, or of a sign-in that goes on; None when somebody was linked instead.

    Raises NotSignedIn, which is recorded: of what was never begun in this browser, once a minute of a
    network, since anybody can come with that as often as they like.
    """
    try:
        return _come_back(clinic, back, browser)
    except (NotSignedIn, ProviderFailed) as refusal:
        anybodys = refusal.why is Refusal.OVER
        if anybodys and not wrong_passwords.is_to_be_told(clinic, network_of(source)):
            raise NotSignedIn(refusal.why) from None
        with clinic.database.write() as session:
            member = refusal.member if isinstance(refusal, NotSignedIn) else None
            event = SignInRefused(member, str(refusal))
            audit.record(session, clinic.keys, member or UNKNOWN, event, clinic.now())
        raise NotSignedIn(refusal.why) from None


def _come_back(clinic: Clinic, back: Back, browser: str) -> str | Begun | None:
    with clinic.database.write() as session:
        gone = provider_sign_ins.take(session, clinic.keys, back.state, browser, clinic.now())
    if gone is None:
        raise NotSignedIn(Refusal.OVER)
    if back.error or not back.code:
        raise ProviderFailed(Why.REFUSED)
    client = _client()
    at = client.places(clinic.settings)
    # Another provider's answer, brought here by somebody in between (RFC 9207).
    if back.issuer != clinic.settings.provider_issuer and (back.issuer or at.names_itself):
        raise ProviderFailed(Why.NOT_TRUSTED)
    who = client.subject_of(clinic.settings, at, back.code, gone.nonce, gone.verifier, clinic.now())
    with clinic.database.write() as session:
        now = clinic.now()
        if gone.member is not None:
            try:
                provider_sign_ins.link(session, clinic.keys, who.issuer, who.subject, gone.member, now)
            except LinkedToAnother:
                raise NotSignedIn(Refusal.ANOTHER) from None
            coming_in.tell(clinic, session, gone.member)
            audit.record(session, clinic.keys, gone.member, IdentityLinked(gone.member), now)
            return None
        member = provider_sign_ins.member_of(session, clinic.keys, who.issuer, who.subject)
        if member is None:
            raise NotSignedIn(Refusal.NOBODY)
        proven = Proven.PROVIDER_WITH_FACTOR if who.second_factor else Proven.PROVIDER
        try:
            return go_on(session, clinic, member, proven, now)
        except FactorsDamaged:
            raise NotSignedIn(Refusal.DAMAGED, member) from None


def make_link(clinic: Clinic, by: StaffMember, member: UUID) -> str:
    """The token of a link that somebody follows, signed in, to sign in at the provider from then on.

    Raises NoSuchMember.
    """
    with clinic.database.write() as session:
        now = clinic.now()
        accounts.member(session, clinic.keys, member)
        token = one_time_links.make(session, clinic.keys, Purpose.PROVIDER, now + LINK_LASTS, member)
        audit.record(session, clinic.keys, by.id, ProviderLinkMade(member), now)
    return token


def follow_link(clinic: Clinic, member: StaffMember, token: str) -> Going | None:
    """Send somebody to the provider to be linked; None when the link is used up, or another's.

    Raises LockedOut, and ProviderFailed, where the link is used up all the same.
    """
    # Counted with the person, who is signed in, and before anything is used up.
    _count(clinic, Budget(Counted.AGAIN, ("provider", str(member.id))))
    with clinic.database.write() as session:
        link = one_time_links.find(session, clinic.keys, token, clinic.now())
        if link is None or link.purpose is not Purpose.PROVIDER or link.member != member.id:
            return None
        if one_time_links.burn(session, clinic.keys, token, clinic.now()) is None:
            return None
    return _go(clinic, member.id)


def linked(clinic: Clinic, member: UUID) -> datetime | None:
    """Since when somebody may come in from the provider; None when they may not."""
    with clinic.database.read() as session:
        return provider_sign_ins.linked(session, member)


def unlink(clinic: Clinic, by: StaffMember, member: UUID) -> None:
    """Nobody at the provider is this person any more. Raises NoSuchMember."""
    with clinic.database.write() as session:
        accounts.member(session, clinic.keys, member)
        if provider_sign_ins.linked(session, member) is not None:
            provider_sign_ins.unlink(session, member)
            audit.record(session, clinic.keys, by.id, IdentityUnlinked(member), clinic.now())
            coming_in.tell(clinic, session, member)


def _count(clinic: Clinic, budget: Budget) -> None:
    """Count one more. Raises LockedOut, and NotCounted where nothing can be counted."""
    if wrong_passwords.counting(
        lambda: sign_in_limits.count(clinic.database, clinic.keys, (budget,), clinic.now())
    ):
        raise LockedOut


def _client() -> ModuleType:
    # Needs the extra `oidc`: only a clinic with a provider has it.
    return import_module("intake.services.provider_client")
