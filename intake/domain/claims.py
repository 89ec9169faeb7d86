"""Who has a form in hand: for how long, what lengthens it, and what ends it.

A claim keeps nobody out. It says who is at work on a form, so that two people do not do the same
work, and it runs out by itself when whoever has it leaves the form alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """A form in somebody's hands, since when, and until when if they leave it alone from now on."""

    submission: UUID
    member: UUID
    printed_name: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done on a form, by whom as the trail names them.

    ``ends`` is said of what takes the form out of the queue.
    """

    actor: str
    at: datetime
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody read a form, at some time."""

    printed_name: str
    at: datetime


class ClaimedByAnother(Exception):
    """Somebody else has the form in hand."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"submission {claim.submission} is in somebody else's hands")
        self.claim = claim


class ReasonNeeded(Exception):
    """A form is taken over only with a reason, which is kept."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"submission {claim.submission} is taken over without a reason")
        self.claim = claim


class NobodyHasIt(Exception):
    """The form is in nobody's hands now: there is nothing to give back."""


def until(
    member: UUID, since: datetime, first: datetime, lasts: timedelta, deeds: Iterable[Deed]
) -> datetime:
    """When a claim runs out, or ran out: ``lasts`` after the last thing its holder did before that.

    ``first`` is when it runs out if nothing is done. What the holder does after it ran out does not
    bring it back, and whoever takes the form out of the queue ends it then.
    """
    end = first
    for deed in sorted(deeds, key=lambda one: one.at):
        if deed.at <= since:
            continue
        if deed.at >= end:
            break
        if deed.ends:
            return deed.at
        if deed.actor == str(member):
            end = max(end, deed.at + lasts)
    return end
