"""Passkeys: what a browser is asked for, and whether what it answers proves anything.

All of it is the ``webauthn`` library's. Where a passkey belongs is told by the settings, and never by
a request: one that was made for another address proves nothing here, so that it cannot be phished.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from intake.config import Settings
from intake.domain.permissions import StaffMember
from intake.services.clinic import Clinic
from intake.services.entering import FactorsDamaged
from intake.storage import accounts, passkey_challenges
from intake.storage import passkeys as kept
from intake.storage.accounts import Held
from intake.storage.encryption import DecryptionFailed
from intake.storage.passkey_challenges import Asked
from intake.storage.passkeys import Passkey

LONGEST_ANSWER = 16_000
LONGEST_NAME = 60
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_USUAL_PORTS = {"http": 80, "https": 443}
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# What the library raises, and what its parts do with what no browser sends.
_UNREADABLE = (WebAuthnException, ValueError, TypeError, RecursionError)


class PasskeyRefused(Exception):
    """What the browser answered proves nothing. Says why, in words for the trail; never what was sent.

    ``copied`` is whose passkey it is, where it is theirs and counted backwards: somebody has a copy of it.
    """

    def __init__(self, why: str, copied: UUID | None = None) -> None:
        super().__init__(why)
        self.copied = copied


@dataclass(frozen=True, slots=True)
class Address:
    """Where passkeys of this copy belong: the name of the host, and the address as browsers say it."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a page hands to the browser: ``options`` for it, as JSON, and ``token`` to send back."""

    token: str
    options: str


@dataclass(frozen=True, slots=True)
class Used:
    """A passkey that proved who somebody is, and what it signed with."""

    row: Held
    passkey: Passkey
    credential: AuthenticationCredential


def address_of(settings: Settings) -> Address:
    """Where passkeys belong: the clinic's side. A number is no name: on this machine it is ``localhost``."""
    parts = urlsplit(settings.clinic_side)
    host = parts.hostname or settings.host
    host = "localhost" if host in _THIS_MACHINE else host
    port = "" if parts.port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"
    return Address(host, f"{parts.scheme}://{host}{port}")


def ask(session: Session, clinic: Clinic, asked: Asked, member: UUID | None) -> Ceremony:
    """Ask for a passkey: anybody's who wants to sign in, or one of somebody's own. Raises FactorsDamaged."""
    token, challenge = passkey_challenges.make(session, clinic.keys, asked, member, clinic.now())
    return Ceremony(token, options_for(session, clinic, challenge, member))


def options_for(session: Session, clinic: Clinic, challenge: bytes, member: UUID | None) -> str:
    """What the browser is handed to have a passkey sign this challenge. Raises FactorsDamaged."""
    own = () if member is None else _own(session, clinic, member)
    options = generate_authentication_options(
        rp_id=address_of(clinic.settings).rp_id,
        challenge=challenge,
        allow_credentials=[_described(one) for one in own],
        user_verification=UserVerificationRequirement.REQUIRED,
        timeout=int(passkey_challenges.LASTS.total_seconds() * 1000),
    )
    return options_to_json(options)


def taken(clinic: Clinic, token: str, asked: Asked, member: UUID | None) -> bytes:
    """The challenge, used up whatever comes of it. Raises PasskeyRefused."""
    with clinic.database.write() as session:
        challenge = passkey_challenges.take(session, clinic.keys, token, asked, member, clinic.now())
    if challenge is None:
        raise PasskeyRefused("the passkey answered what was not asked, was answered before, or too late")
    return challenge


def prove(session: Session, clinic: Clinic, answer: str, challenge: bytes, member: UUID | None) -> Used:
    """Whose passkey answered this challenge; ``member`` says whose it must be. Raises PasskeyRefused."""
    credential = _read(answer)
    try:
        found = kept.find(session, clinic.keys, credential.raw_id)
    except DecryptionFailed:
        raise PasskeyRefused("what is kept of the passkey does not open") from None
    if found is None:
        raise PasskeyRefused("nobody here has this passkey")
    row, passkey = found
    handle = credential.response.user_handle
    # One that was asked for by nobody's name has to say whose it is (WebAuthn 7.2, step 6).
    if (member is not None and row.id != member) or (handle is None and member is None):
        raise PasskeyRefused("the passkey is somebody else's")
    if handle is not None and handle != row.id.bytes:
        raise PasskeyRefused("the passkey is somebody else's")
    count = _verified(clinic, credential, challenge, passkey)
    kept.used(session, clinic.keys, row, passkey, count, clinic.now())
    return Used(row, passkey, credential)


def ask_to_add(session: Session, clinic: Clinic, member: StaffMember) -> Ceremony:
    """Ask a browser to make a passkey, on a device that has none of this person's yet.

    Raises FactorsDamaged.
    """
    token, challenge = passkey_challenges.make(session, clinic.keys, Asked.ADD, member.id, clinic.now())
    own = _own(session, clinic, member.id)
    options = generate_registration_options(
        rp_id=address_of(clinic.settings).rp_id,
        rp_name=clinic.settings.clinic_name,
        user_id=member.id.bytes,
        user_name=member.username,
        user_display_name=member.printed_name,
        challenge=challenge,
        timeout=int(passkey_challenges.LASTS.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_described(one) for one in own],
        supported_pub_key_algs=_ALGORITHMS,
    )
    return Ceremony(token, options_to_json(options))


def made(clinic: Clinic, member: StaffMember, answer: str, challenge: bytes, name: str) -> Passkey:
    """The passkey a browser made. Raises PasskeyRefused."""
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("the answer is longer than any browser's")
    address = address_of(clinic.settings)
    try:
        credential = parse_registration_credential_json(answer)
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=address.rp_id,
            expected_origin=address.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except _UNREADABLE as refusal:
        raise PasskeyRefused(f"the new passkey is refused: {type(refusal).__name__}") from None
    transports = tuple(one.value for one in credential.response.transports or ())
    words = name.strip()[:LONGEST_NAME] or "Passkey"
    return kept.new(
        member.id,
        found.credential_id,
        found.credential_public_key,
        found.sign_count,
        words,
        transports,
        clinic.now(),
    )


def _own(session: Session, clinic: Clinic, member: UUID) -> tuple[Passkey, ...]:
    try:
        return kept.of(session, clinic.keys, accounts.hold(session, clinic.keys, member))
    except DecryptionFailed:
        raise FactorsDamaged from None


def _read(answer: str) -> AuthenticationCredential:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("the answer is longer than any browser's")
    try:
        return parse_authentication_credential_json(answer)
    except _UNREADABLE:
        raise PasskeyRefused("the answer cannot be read") from None


def _verified(
    clinic: Clinic, credential: AuthenticationCredential, challenge: bytes, passkey: Passkey
) -> int:
    try:
        return _count_of(clinic, credential, challenge, passkey, passkey.sign_count)
    except _UNREADABLE as refusal:
        reason = _reason(refusal)
    copied = reason == _COPIED and _is_its_own(clinic, credential, challenge, passkey)
    raise PasskeyRefused(f"the passkey is refused: {reason}", passkey.member if copied else None)


def _is_its_own(
    clinic: Clinic, credential: AuthenticationCredential, challenge: bytes, passkey: Passkey
) -> bool:
    """Whether all but the count is right: the library looks at the count before the signature."""
    try:
        _count_of(clinic, credential, challenge, passkey, 0)
    except _UNREADABLE:
        return False
    return True


def _count_of(
    clinic: Clinic, credential: AuthenticationCredential, challenge: bytes, passkey: Passkey, counted: int
) -> int:
    address = address_of(clinic.settings)
    return verify_authentication_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=address.rp_id,
        expected_origin=address.origin,
        credential_public_key=passkey.public_key,
        credential_current_sign_count=counted,
        require_user_verification=True,
    ).new_sign_count


def _reason(refusal: Exception) -> str:
    # The library's words quote what was sent; these are ours, for the few that matter to a reader.
    words = str(refusal)
    for sign, ours in _REASONS.items():
        if sign in words:
            return ours
    return type(refusal).__name__


_COPIED = "it counted backwards, as a copy of it would"
_REASONS = {
    "sign count": _COPIED,
    "challenge": "it answered another question",
    "origin": "it was used at another address",
    "RP ID": "it was made for another address",
    "verification is required": "the device did not ask who was there",
    "signature": "its signature is not right",
}


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    known = {one.value: one for one in AuthenticatorTransport}
    transports = [known[one] for one in passkey.transports if one in known]
    return PublicKeyCredentialDescriptor(id=passkey.credential, transports=transports or None)
