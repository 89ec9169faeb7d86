"""Three-valued truth as two formulas: when it is YES, and when it is NO. Neither is *not known*."""

from dataclasses import dataclass

from intake.domain.truth import Truth
from intake.proving.formulas import Evaluation, Formula, every, opposite, some


@dataclass(frozen=True, slots=True)
class Pair:
    """When a condition is YES, and when it is NO."""

    yes: Formula
    no: Formula

    @property
    def not_known(self) -> Formula:
        """When it is neither."""
        return every([opposite(self.yes), opposite(self.no)])

    @property
    def flagged(self) -> Formula:
        """When a rule with this condition is raised or cannot tell."""
        return opposite(self.no)

    def under(self, evaluation: Evaluation) -> Truth:
        """What it comes to for one person."""
        if evaluation.of(self.yes):
            return Truth.YES
        return Truth.NO if evaluation.of(self.no) else Truth.NOT_KNOWN

    @property
    def flipped(self) -> "Pair":
        """The opposite comparison: not known stays as it is."""
        return Pair(self.no, self.yes)

    def only_when(self, asked: "Pair") -> "Pair":
        """This truth where the question is asked, and otherwise that of being asked."""
        return Pair(every([asked.yes, self.yes]), some([asked.no, every([asked.yes, self.no])]))


def all_of(parts: list[Pair]) -> Pair:
    """The least of them."""
    return Pair(every(part.yes for part in parts), some(part.no for part in parts))


def any_of(parts: list[Pair]) -> Pair:
    """The greatest of them."""
    return Pair(some(part.yes for part in parts), every(part.no for part in parts))


def known(given: Formula, so: Formula) -> Pair:
    """The truth of a claim about something that is known when it is given."""
    return Pair(every([given, so]), every([given, opposite(so)]))
