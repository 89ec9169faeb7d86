"""What a passkey is asked to sign at a sign-off: one digest of everything that is signed for."""

from uuid import UUID

from intake.domain.fingerprint import fingerprint
from intake.domain.review import Review


def to_be_signed(
    nonce: bytes, review: Review, clinician: UUID, statement: str, note: str, next_step: str
) -> bytes:
    """The 32 bytes of the challenge. ``review`` is the form as the page shows it (security.md 4).

    The SHA-256 of the nonce, the record and its revision, the fingerprint of all that stands on the
    page, the edition of the rules, who signs, every word of the decision, and the flags that were
    acknowledged: whoever changes a character of any of them has another challenge.
    """
    signed = {
        "signing": "intake sign-off 1",
        "nonce": nonce.hex(),
        "record": review.submission.id,
        "revision": review.submission.revision,
        "content": review.fingerprint(),
        "rules": review.screening.editions.rules,
        "clinician": clinician,
        "statement": statement,
        "note": note.strip(),
        "next step": next_step.strip(),
        "acknowledged": [flag.key for flag in review.flags],
    }
    return bytes.fromhex(fingerprint(signed))
