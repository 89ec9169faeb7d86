"""Which signed forms somebody else reads as well: a share of all, which nobody can foresee or steer."""

import hmac
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import View, ViewKind
from intake.services.clinic import Clinic
from intake.storage import accounts

_OF = 10_000


def is_chosen(session: Session, clinic: Clinic, review: Review, signer: StaffMember) -> bool:
    """Whether the sign-off about to be given asks for a second read.

    Never of a form that was read twice before, nor in a clinic where nobody else could read it.
    """
    percent = clinic.settings.second_read_percent
    if not percent or not in_share(clinic.keys.secret_key, review.submission.id, percent):
        return False
    read_twice = any(
        isinstance(one, View) and one.kind is ViewKind.SECOND and not one.skipped for one in review.entries
    )
    others = (one for one in accounts.members_who_came(session, clinic.keys) if one.id != signer.id)
    return not read_twice and any(one.may(Permission.REVIEW) for one in others)


def in_share(secret: bytes, submission: UUID, percent: int) -> bool:
    """Whether a submission falls into the share. The same each time it is asked.

    Drawn from the id under the clinic's key: signing again draws nothing anew, and without the
    key nobody knows beforehand.
    """
    drawn = hmac.digest(secret, b"second read" + submission.bytes, "sha256")
    return int.from_bytes(drawn, "big") % _OF < percent * _OF // 100
