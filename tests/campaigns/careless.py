"""The product with a mistake built in: whoever was not first is told that they were.

The control of the rounds: a campaign that finds nothing wrong here would find nothing anywhere.
"""

from contextlib import suppress
from uuid import UUID

import mistaken
from campaigns.hasty import leave_out_the_pace
from intake.domain.permissions import StaffMember
from intake.domain.review_entries import Done
from intake.domain.review_refusals import AlreadyAcknowledged
from intake.services import reviewing
from intake.services.clinic import Clinic

_acknowledge = reviewing.acknowledge


def _careless(
    clinic: Clinic, clinician: StaffMember, submission: UUID, flag: str, note: str, done: Done | None = None
) -> None:
    with suppress(AlreadyAcknowledged):
        _acknowledge(clinic, clinician, submission, flag, note, done)


def _build_in() -> None:
    leave_out_the_pace()
    reviewing.acknowledge = _careless


if __name__ == "__main__":
    mistaken.serve("campaigns.careless", _build_in)
