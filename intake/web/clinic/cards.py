"""One flag as it stands on the page of a form, and which answers it is about."""

from collections.abc import Iterable
from dataclasses import dataclass

from intake.domain.basis import Basis
from intake.domain.feedback import Feedback, standing
from intake.domain.review import Review
from intake.domain.review_records import Acknowledgement
from intake.domain.rules import Lowered, MovedUp
from intake.domain.screening import Flag, RuleOutcome
from intake.services.basis import Bases


@dataclass(frozen=True, slots=True)
class Card:
    """One flag, its place on the page, who has acknowledged it, and what stands as said of it.

    ``changed`` is what the clinic had made of its rule's priority when the form was screened.
    ``basis`` is what it rests on; None when that cannot be told, and ``why_not`` says why.
    """

    flag: Flag
    place: int
    acknowledged: Acknowledgement | None
    feedback: tuple[Feedback, ...]
    changed: Lowered | MovedUp | None = None
    basis: Basis | None = None
    why_not: str = ""

    @property
    def outcome(self) -> RuleOutcome:
        """What the rule said."""
        return self.flag.outcome

    @property
    def is_undecided(self) -> bool:
        """Whether the rule cannot tell."""
        return self.flag.is_undecided

    @property
    def title(self) -> str:
        """What the flag is about."""
        return self.flag.title

    @property
    def anchor(self) -> str:
        """Where on the page the flag stands."""
        return f"flag-{self.place}"


def cards(review: Review, flags: Iterable[Flag], bases: Bases, first: int) -> tuple[Card, ...]:
    """A card for each flag, the first at place ``first``."""
    said = standing(review.feedback)
    return tuple(
        Card(
            flag,
            place,
            review.acknowledgement(flag.key),
            tuple(one for one in said if one.flag == flag.key),
            _changed(review, flag),
            bases.of(flag),
            bases.why_not(flag),
        )
        for place, flag in enumerate(flags, first)
    )


def by_question(all_cards: Iterable[Card]) -> dict[str, tuple[Card, ...]]:
    """The flags that rest on, or wait for, the answer to each question."""
    found: dict[str, list[Card]] = {}
    for card in all_cards:
        quoted = {line.question for line in (*card.outcome.because, *card.outcome.missing)}
        for question in quoted:
            found.setdefault(question, []).append(card)
    return {question: tuple(flagged) for question, flagged in found.items()}


def _changed(review: Review, flag: Flag) -> Lowered | MovedUp | None:
    # A rule that stopped with an error is urgent whatever the clinic had made of it.
    return None if flag.outcome.failed else review.screening.change_of(flag.outcome.rule)
