"""What clinicians record of a form: that a flag was seen, and that the whole was read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.domain.review_entries import Done
from intake.domain.screening import Flag
from intake.domain.staff_signatures import SignedWith


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """*I have seen this flag*: by whom, when, with a note; of an urgent one, what was done about it."""

    flag: str
    clinician: UUID
    printed_name: str
    note: str
    at: datetime
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """*I have read this submission*: over the fingerprint of all that was on the screen.

    ``entries`` is how many other facts were recorded by then, ``next_step`` what the clinic does
    next, in its own words; ``second_read`` that somebody else is to read the form too. Without
    ``signed_with``, the password alone was asked for.
    """

    clinician: UUID
    printed_name: str
    statement: str
    note: str
    at: datetime
    covers: str
    flags: tuple[str, ...]
    entries: int = 0
    next_step: str = ""
    second_read: bool = False
    signed_with: SignedWith | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """One flag that stands in the way of a sign-off."""

    flag: Flag


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """An acknowledgement of a flag as it stood before it changed; ``flag`` is the flag as it was."""

    acknowledgement: Acknowledgement
    flag: Flag
