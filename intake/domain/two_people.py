"""What takes two people where there are two: one proposes it, another confirms it in time, or it is refused.

As rules and keys do (docs/decisions/0026, 0055): nothing happens before, facts are added and never changed,
and where it stands is worked out from them. Where nobody else could confirm it, it is one person's act, and
said to be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from intake.domain.permissions import StaffMember

# Long enough for somebody who works on two days of a week; short enough for a patient who waits for it, whose
# clinic has a month to answer (GDPR, article 12 (3)).
LASTS = timedelta(days=7)
LONGEST_REASON = 500


class Deed(Enum):
    """What somebody did about it."""

    PROPOSED = "proposed"
    ALONE = "alone"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Stage(Enum):
    """Where it is at a moment; worked out, never stored. Overdue is what nobody confirmed in time."""

    NONE = "none"
    WAITS = "waits"
    OVERDUE = "overdue"
    AGREED = "agreed"


class NoReason(Exception):
    """Whoever proposes or refuses says why, in some words."""


class AskedAlready(Exception):
    """Somebody proposed it, and that still counts."""


class NothingProposed(Exception):
    """There is nothing to confirm or to refuse: it was settled meanwhile, or its time is over."""


class OnePersonTwice(Exception):
    """Whoever proposed it would confirm it as well."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said about it, and why."""

    deed: Deed
    words: str
    member: UUID
    printed_name: str
    at: datetime

    @property
    def until(self) -> datetime:
        """The moment by which a second person confirms it."""
        return self.at + LASTS


def stage(said: Sequence[Said], now: datetime) -> Stage:
    """Where it is, by what was said last."""
    if not said:
        return Stage.NONE
    match said[-1].deed:
        case Deed.REFUSED:
            return Stage.NONE
        case Deed.CONFIRMED | Deed.ALONE:
            return Stage.AGREED
        case Deed.PROPOSED:
            return Stage.WAITS if now < said[-1].until else Stage.OVERDUE


def propose(said: Sequence[Said], words: str, by: StaffMember, at: datetime, *, alone: bool) -> Said:
    """Propose it. ``alone`` says that nobody else here could confirm it: then it is agreed at once.

    Raises NoReason and AskedAlready.
    """
    if stage(said, at) in (Stage.WAITS, Stage.AGREED):
        raise AskedAlready
    return _said(Deed.ALONE if alone else Deed.PROPOSED, _reason(words), by, at)


def confirm(said: Sequence[Said], by: StaffMember, at: datetime) -> Said:
    """Confirm what somebody else proposed. Raises NothingProposed and OnePersonTwice."""
    if stage(said, at) is not Stage.WAITS:
        raise NothingProposed
    if said[-1].member == by.id:
        raise OnePersonTwice
    return _said(Deed.CONFIRMED, "", by, at)


def refuse(said: Sequence[Said], words: str, by: StaffMember, at: datetime) -> Said:
    """Refuse it, or take it back: also once its time is over, and until it was done.

    Raises NoReason and NothingProposed.
    """
    if stage(said, at) is Stage.NONE:
        raise NothingProposed
    return _said(Deed.REFUSED, _reason(words), by, at)


def proposed(said: Sequence[Said]) -> Said | None:
    """Who proposed what was last proposed, or did it alone; None when nobody did."""
    return next((one for one in reversed(said) if one.deed in (Deed.PROPOSED, Deed.ALONE)), None)


def _said(deed: Deed, words: str, by: StaffMember, at: datetime) -> Said:
    return Said(deed, words, by.id, by.printed_name, at)


def _reason(words: str) -> str:
    if not words.strip():
        raise NoReason
    return words.strip()
