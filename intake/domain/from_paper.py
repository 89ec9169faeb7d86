"""That a submission was written on paper and typed in by staff: by whom, and what could not be read."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

# What stands where an answer would: to a rule it is not known, and never a no.
UNREAD = "Could not be read on the paper"


class Kept(Enum):
    """What the paper says where two people typed different things."""

    FIRST = "first"
    SECOND = "second"
    ANEW = "anew"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Settled:
    """One place where two typings differed: both in words, what the paper says, and who looked."""

    question: str
    first: str
    second: str
    kept: Kept
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """What stands on the paper beside the questions, as somebody typed it."""

    by: str
    words: str


@dataclass(frozen=True, slots=True)
class FromPaper:
    """What is kept of a paper besides its answers. The paper itself stays in the chart.

    ``edition`` is the one printed on it, ``signed_on`` the date the patient wrote (None when none can be
    read), ``typed_by`` the first and the second who typed it, ``seen_by`` who saw the signature. The
    questions of ``unread`` could not be read; those of ``not_asked`` do not stand on a paper of its edition
    as they are asked now.
    """

    edition: str
    signed_on: date | None
    typed_by: tuple[str, ...]
    seen_by: str
    unread: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    settled: tuple[Settled, ...] = ()

    def without(self, questions: frozenset[str], instead: str) -> "FromPaper":
        """The same without what is said of these questions; the margin may speak of any of them."""
        return replace(
            self,
            unread=tuple(one for one in self.unread if one not in questions),
            not_asked=tuple(one for one in self.not_asked if one not in questions),
            remarks=tuple(Remark(one.by, instead) for one in self.remarks),
            settled=tuple(one for one in self.settled if one.question not in questions),
        )
