"""Putting rules in force: proposed by one person, countersigned by another, from a day on.

Facts are added and never changed; where a publication stands is worked out from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from intake.domain.permissions import Permission, StaffMember

LONGEST_REASON = 2000


class Deed(Enum):
    """What somebody decided about a proposal."""

    COUNTERSIGNED = "countersigned"
    WITHDRAWN = "withdrawn"


class Standing(Enum):
    """Where a publication stands on a day; worked out, never stored."""

    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class PublicationRefused(Exception):
    """Something about a publication that cannot be; the message says what and what to do."""


class NotAsked(PublicationRefused):
    """What was filled in cannot stand: the reason or the day."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NotAllowed(PublicationRefused):
    """This person may not do this."""


class SamePerson(PublicationRefused):
    """The one who proposed would countersign as well."""


class DecidedMeanwhile(PublicationRefused):
    """Somebody countersigned or withdrew it before."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided. ``in_force_from`` is the first day it screens, once countersigned."""

    deed: Deed
    by: UUID
    at: datetime
    in_force_from: date | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """Rules, and the clinic's overlay if it has one, to be in force from a day on.

    ``rules`` and ``overlay`` are the editions of the two files as they were written; what
    screens is the edition they make together. So many decisions are ``set_aside``, because nothing
    shows that anybody made them.
    """

    id: UUID
    rules: str
    overlay: str | None
    reason: str
    effective_on: date
    proposed_by: UUID
    proposed_at: datetime
    decisions: tuple[Decision, ...] = ()
    set_aside: int = 0

    @property
    def countersigned(self) -> Decision | None:
        """The second signature; None while there is none, and once the publication was withdrawn."""
        return None if self.withdrawn else self._decision(Deed.COUNTERSIGNED)

    @property
    def withdrawn(self) -> Decision | None:
        """Who took it back, if anyone did."""
        return self._decision(Deed.WITHDRAWN)

    @property
    def in_force_from(self) -> date | None:
        """The first day it screens; None while nobody has countersigned it, or if it was withdrawn."""
        return self.countersigned.in_force_from if self.countersigned else None

    def countersign(self, by: StaffMember, at: datetime, today: date) -> Decision:
        """The second signature. A day that has passed meanwhile becomes today.

        Raises DecidedMeanwhile, NotAllowed and SamePerson.
        """
        self._refuse_decided()
        if not by.may(Permission.COUNTERSIGN_RULES):
            raise NotAllowed(
                f"{by.printed_name} may not countersign rules: an administrator or a clinician can"
            )
        if by.id == self.proposed_by:
            raise SamePerson(
                f"{by.printed_name} proposed these rules. A second person has to countersign them: "
                "ask another administrator, or a clinician"
            )
        return Decision(Deed.COUNTERSIGNED, by.id, at, max(self.effective_on, today))

    def withdraw(self, by: StaffMember, at: datetime, today: date) -> Decision:
        """Take it back while it screens nobody yet. Raises DecidedMeanwhile and NotAllowed."""
        if self.withdrawn:
            raise DecidedMeanwhile("These rules were withdrawn before, so nothing was recorded now")
        if self.in_force_from is not None and self.in_force_from <= today:
            raise DecidedMeanwhile(
                "These rules are in force already and cannot be withdrawn. "
                "To go back, publish the rules from before again"
            )
        if not by.may(Permission.MANAGE_RULES) and by.id != self.proposed_by:
            raise NotAllowed(f"{by.printed_name} may not withdraw rules: an administrator can")
        return Decision(Deed.WITHDRAWN, by.id, at)

    def _refuse_decided(self) -> None:
        if self.withdrawn:
            raise DecidedMeanwhile("These rules were withdrawn meanwhile. Nothing was countersigned")
        if self.countersigned:
            raise DecidedMeanwhile("Somebody countersigned these rules before you. Nothing was recorded now")

    def _decision(self, deed: Deed) -> Decision | None:
        return next((one for one in self.decisions if one.deed is deed), None)


def proposal(
    publication: UUID,
    by: StaffMember,
    editions: tuple[str, str | None],
    reason: str,
    effective_on: date,
    at: datetime,
    today: date,
) -> Publication:
    """A new proposal; ``editions`` are those of the rules file and of the overlay.

    Raises NotAllowed, and NotAsked for a reason that is missing or too long or a day that has passed.
    """
    if not by.may(Permission.MANAGE_RULES):
        raise NotAllowed(f"{by.printed_name} may not propose rules: an administrator can")
    words = reason.strip()
    if not words:
        raise NotAsked("reason", "Say in a sentence why the rules change")
    if len(words) > LONGEST_REASON:
        raise NotAsked("reason", f"Keep the reason to {LONGEST_REASON:,} characters")
    if effective_on < today:
        raise NotAsked(
            "effective_on",
            f"{effective_on.isoformat()} has passed. Choose today, {today.isoformat()}, or a later day",
        )
    return Publication(publication, *editions, words, effective_on, by.id, at)


def in_force(publications: Iterable[Publication], day: date) -> tuple[Publication, ...]:
    """Those that have come into force by a day, the one that screens first.

    A later first day wins; of two with the same, the one countersigned last.
    """
    begun = [
        (one.in_force_from, one.countersigned.at, one)
        for one in publications
        if one.countersigned and one.in_force_from and one.in_force_from <= day
    ]
    return tuple(one for _, _, one in sorted(begun, key=lambda entry: entry[:2], reverse=True))


def standing(publication: Publication, screens: Publication | None, day: date) -> Standing:
    """Where a publication stands on a day on which ``screens`` is the one in force."""
    if publication.withdrawn:
        return Standing.WITHDRAWN
    if publication.in_force_from is None:
        return Standing.PROPOSED
    if publication.in_force_from > day:
        return Standing.SCHEDULED
    return Standing.IN_FORCE if publication == screens else Standing.SUPERSEDED
