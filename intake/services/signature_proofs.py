"""Proving, long after, who signed a form off and for what.

A sign-off given with a passkey is worked out again from what is stored: the form as it was shown, the
words of the decision, and the nonce give the challenge; the public key kept beside it gives the answer;
and the audit trail says whose key it was before anything was signed with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from webauthn import verify_authentication_response
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

from intake.domain.events import PasskeyAdded
from intake.domain.review import Review
from intake.domain.review_changes import Shown, as_shown
from intake.domain.review_records import SignOff
from intake.domain.signed_content import to_be_signed
from intake.domain.staff_signatures import PasskeySignature
from intake.services.clinic import Clinic
from intake.storage import audit, reviews, submissions
from intake.storage.audit import Recorded
from intake.storage.encryption import DecryptionFailed, content_digest

# When each public key was added by whom, as the audit trail says: by person and SHA-256 of the key.
Added = Mapping[tuple[str, str], datetime]


class Proof(Enum):
    """What comes of looking at one sign-off again."""

    PROVED = "signed with a passkey, and the signature is right"
    NO_PASSKEY = "given with a password"
    OTHER_CONTENT = "what is stored is not what was signed"
    BAD_SIGNATURE = "the signature of the passkey is not right"
    UNKNOWN_KEY = "the audit trail does not say that this person had this passkey before"
    UNREADABLE = "the form cannot be opened"


_IN_ORDER = (Proof.PROVED, Proof.NO_PASSKEY)


@dataclass(frozen=True, slots=True)
class Proved:
    """One sign-off, from 1 in its form, and what came of it."""

    submission: UUID
    number: int
    proof: Proof


def counted(clinic: Clinic) -> tuple[dict[Proof, int], tuple[Proved, ...]]:
    """How many sign-offs there are of each kind that is in order, and each that is not."""
    every = tuple(of_every_form(clinic))
    fine = {proof: sum(one.proof is proof for one in every) for proof in _IN_ORDER}
    wrong = tuple(one for one in every if one.proof not in _IN_ORDER)
    return {proof: number for proof, number in fine.items() if number}, wrong


def of_every_form(clinic: Clinic) -> Iterator[Proved]:
    """Every sign-off there is, form by form."""
    with clinic.database.read() as session:
        added, every = _added(audit.of_kind(session, PasskeyAdded)), submissions.ids(session)
    for submission in every:
        try:
            with clinic.database.read() as session:
                review = reviews.review(session, clinic.keys, submission)
        except DecryptionFailed:
            yield Proved(submission, 0, Proof.UNREADABLE)
            continue
        yield from of_review(review, added)


def of_form(clinic: Clinic, submission: UUID) -> tuple[Proved, ...]:
    """Every sign-off of one form. Raises NoSuchSubmission."""
    with clinic.database.read() as session:
        added = _added(audit.of_kind(session, PasskeyAdded))
        return tuple(of_review(reviews.review(session, clinic.keys, submission), added))


def of_review(review: Review, added: Added) -> Iterator[Proved]:
    """Every sign-off of a form as it is stored."""
    for number, one in enumerate(review.sign_offs, 1):
        yield Proved(review.submission.id, number, proof_of(review, one, added))


def proof_of(review: Review, signed: SignOff, added: Added) -> Proof:
    """What comes of one sign-off: everything it rests on is worked out again."""
    passkey = None if signed.signed_with is None else signed.signed_with.passkey
    if passkey is None:
        return Proof.NO_PASSKEY
    shown = Shown.read(passkey.shown)
    before = None if shown is None else as_shown(review, shown)
    if before is None or before.fingerprint() != signed.covers:
        return Proof.OTHER_CONTENT
    challenge = to_be_signed(
        passkey.nonce, before, signed.clinician, signed.statement, signed.note, signed.next_step
    )
    if bytes_to_base64url(challenge).encode() not in passkey.client_data:
        return Proof.OTHER_CONTENT
    if not _is_right(passkey, challenge):
        return Proof.BAD_SIGNATURE
    at = added.get((str(signed.clinician), content_digest(passkey.public_key)))
    return Proof.PROVED if at is not None and at <= signed.at else Proof.UNKNOWN_KEY


def _is_right(passkey: PasskeySignature, challenge: bytes) -> bool:
    response = AuthenticatorAssertionResponse(
        passkey.client_data, passkey.authenticator_data, passkey.signature
    )
    credential = AuthenticationCredential(
        bytes_to_base64url(passkey.credential), passkey.credential, response
    )
    try:
        verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=passkey.rp_id,
            expected_origin=passkey.origin,
            credential_public_key=passkey.public_key,
            # What the device had counted to then was looked at then.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return False
    return True


def _added(lines: Iterable[Recorded]) -> Added:
    found: dict[tuple[str, str], datetime] = {}
    for line in lines:
        # Only what somebody added for themselves.
        if line.actor == line.object:
            found.setdefault((line.actor, str(line.detail["public_key"])), line.at)
    return found
