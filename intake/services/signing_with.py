"""Signing a form off with a passkey: the passkey signs what the page shows, and nothing else.

The challenge is a digest of the whole statement (``signed_content``); the nonce in it is kept on the
server and used once. What the passkey answered stands in the record of the sign-off, with the public
key it answers to, so that anybody can prove later who signed what (``signature_proofs``).
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.factors import Proven
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.review_changes import Shown
from intake.domain.signed_content import to_be_signed
from intake.domain.staff_signatures import PasskeySignature, SignedWith
from intake.services import passkeys, reviewing, second_steps
from intake.services.clinic import Clinic
from intake.services.passkeys import Ceremony, PasskeyRefused
from intake.storage import passkey_challenges
from intake.storage.passkey_challenges import Asked


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed for: the form as the page showed it (``shown``), and every word of the decision."""

    submission: UUID
    shown: str
    note: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser sent back."""

    ceremony: str
    answer: str = field(repr=False)


def ask(clinic: Clinic, clinician: StaffMember, statement: Statement) -> Ceremony:
    """Ask for a passkey to sign this statement, if it can be signed at all.

    Raises NotReady, Changed, AlreadySignedOff, ReplyWaits and NoSuchSubmission.
    """
    with reviewing.to_be_signed_off(clinic, statement.submission) as (session, review):
        review.sign_off(
            clinician, reviewing.STATEMENT, statement.note, statement.shown, clinic.now(), statement.next_step
        )
        token, nonce = passkey_challenges.make(
            session, clinic.keys, Asked.SIGN_OFF, clinician.id, clinic.now()
        )
        challenge = _challenge(nonce, review, clinician, statement)
        return Ceremony(token, passkeys.options_for(session, clinic, challenge, clinician.id))


def sign_off(clinic: Clinic, clinician: StaffMember, statement: Statement, answer: Answer) -> None:
    """Sign, if the passkey signed exactly this statement.

    Raises PasskeyRefused, and what ``ask`` raises.
    """
    try:
        nonce = passkeys.taken(clinic, answer.ceremony, Asked.SIGN_OFF, clinician.id)

        def prove(session: Session, review: Review) -> SignedWith:
            challenge = _challenge(nonce, review, clinician, statement)
            used = passkeys.prove(session, clinic, answer.answer, challenge, clinician.id)
            response, address = used.credential.response, passkeys.address_of(clinic.settings)
            signature = PasskeySignature(
                nonce=nonce,
                shown=str(Shown.of(review)),
                credential=used.passkey.credential,
                public_key=used.passkey.public_key,
                authenticator_data=response.authenticator_data,
                client_data=response.client_data_json,
                signature=response.signature,
                rp_id=address.rp_id,
                origin=address.origin,
            )
            return SignedWith(Proven.PASSKEY, signature)

        reviewing.sign_off(
            clinic,
            clinician,
            statement.submission,
            statement.note,
            statement.shown,
            statement.next_step,
            prove=prove,
        )
    except PasskeyRefused as refusal:
        second_steps.refused(clinic, clinician.id, refusal)
        raise


def _challenge(nonce: bytes, review: Review, clinician: StaffMember, statement: Statement) -> bytes:
    return to_be_signed(nonce, review, clinician.id, reviewing.STATEMENT, statement.note, statement.next_step)
