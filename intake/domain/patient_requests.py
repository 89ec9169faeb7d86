"""What a patient asks the clinic to do with a form they sent: stop using it, delete it, or both.

A request is a task for people. Nothing here changes or deletes anything: what came of it is
recorded as further facts, and where it stands is worked out from them. That a form is to be erased takes two
people (``two_people``), and is said here; erasing it is done at the console.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from intake.domain import two_people
from intake.domain.permissions import StaffMember
from intake.domain.two_people import Said, Stage


class Asks(Enum):
    """What a patient asks for."""

    WITHDRAW = "withdraw"
    ERASE = "erase"
    BOTH = "both"


class Way(Enum):
    """How a request reached the clinic, or how the patient was told what came of it."""

    FORM = "form"
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"


class RequestOutcome(Enum):
    """What came of a request; the words beside it say how, or why not."""

    DONE = "done"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True, slots=True)
class Handled:
    """Somebody of the clinic says what came of a request. A later one counts; the earlier stays."""

    outcome: RequestOutcome
    words: str
    clinician: UUID
    printed_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The patient was told what came of it."""

    way: Way
    clinician: UUID
    printed_name: str
    at: datetime


Step = Handled | Told | Said


class RequestStatus(Enum):
    """Where a request stands; worked out, never stored."""

    WAITS = "waits"
    TO_BE_TOLD = "to be told"
    CLOSED = "closed"


class OutcomeInWords(Exception):
    """What came of a request is said in words: how it was done, or why it was not possible."""


class NothingToTell(Exception):
    """Nobody has said yet what came of the request, so there is nothing to tell the patient."""


class NothingToErase(Exception):
    """The patient did not ask to have the form deleted."""


class StepTaken(Exception):
    """Somebody recorded something of this request since the page was made."""


@dataclass(frozen=True, slots=True)
class PatientRequest:
    """One request about one submission; ``number`` counts those of the submission from 1.

    ``asks`` is None when what was stored cannot be opened: that something was asked still counts.
    ``taken_by`` is whoever wrote down what a patient said on the phone; empty for the patient's own.
    """

    submission: UUID
    number: int
    asks: Asks | None
    words: str
    at: datetime
    way: Way = Way.FORM
    taken_by: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def status(self) -> RequestStatus:
        """Waits until somebody says what came of it, and then until the patient knows."""
        match tuple(one for one in self.steps if not isinstance(one, Said)):
            case ():
                return RequestStatus.WAITS
            case (*_, Told()):
                return RequestStatus.CLOSED
        return RequestStatus.TO_BE_TOLD

    @property
    def asks_to_erase(self) -> bool:
        """Whether the patient wants the form deleted, as far as that can be read."""
        return self.asks in (Asks.ERASE, Asks.BOTH)

    @property
    def erasing(self) -> tuple[Said, ...]:
        """What was said about erasing the form, in order."""
        return tuple(one for one in self.steps if isinstance(one, Said))

    def stage_of_erasing(self, now: datetime) -> Stage:
        """How far two people are with having the form erased."""
        return two_people.stage(self.erasing, now)

    @property
    def outcome(self) -> Handled | None:
        """What came of it, as was said last."""
        return next((one for one in reversed(self.steps) if isinstance(one, Handled)), None)

    def handle(
        self, outcome: RequestOutcome, words: str, member: StaffMember, at: datetime, seen: int
    ) -> Handled:
        """Say what came of it. ``seen`` is how many steps the page showed.

        Raises OutcomeInWords and StepTaken.
        """
        if not words.strip():
            raise OutcomeInWords
        self._refuse_unseen(seen)
        return Handled(outcome, words.strip(), member.id, member.printed_name, at)

    def tell(self, way: Way, member: StaffMember, at: datetime, seen: int) -> Told:
        """Say that the patient was told. Raises NothingToTell and StepTaken."""
        self._refuse_unseen(seen)
        if self.status is not RequestStatus.TO_BE_TOLD:
            raise NothingToTell
        return Told(way, member.id, member.printed_name, at)

    def propose_erasing(
        self, words: str, member: StaffMember, at: datetime, seen: int, *, alone: bool
    ) -> Said:
        """Say that the form is to be erased. ``alone``: nobody else here could confirm it.

        Raises NothingToErase, NoReason, AskedAlready and StepTaken.
        """
        self._refuse_unseen(seen)
        if not self.asks_to_erase:
            raise NothingToErase
        return two_people.propose(self.erasing, words, member, at, alone=alone)

    def confirm_erasing(self, member: StaffMember, at: datetime, seen: int) -> Said:
        """The second person. Raises NothingProposed, OnePersonTwice and StepTaken."""
        self._refuse_unseen(seen)
        return two_people.confirm(self.erasing, member, at)

    def refuse_erasing(self, words: str, member: StaffMember, at: datetime, seen: int) -> Said:
        """Refuse it, or take it back. Raises NoReason, NothingProposed and StepTaken."""
        self._refuse_unseen(seen)
        return two_people.refuse(self.erasing, words, member, at)

    def _refuse_unseen(self, seen: int) -> None:
        if seen != len(self.steps):
            raise StepTaken


def asked_in_all(requests: Iterable[PatientRequest]) -> Asks | None:
    """What several requests about one submission ask for together; None when none can be opened."""
    found = {one.asks for one in requests if one.asks is not None}
    if not found:
        return None
    return found.pop() if len(found) == 1 else Asks.BOTH
