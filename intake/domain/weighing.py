"""A rule in words, and beside each line how it came out for one patient."""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.domain.clauses import clause_findings
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operator
from intake.domain.evidence import PatientEvidence
from intake.domain.number_lines import NUMERIC
from intake.domain.telling import Told
from intake.domain.truth import Truth, all_of, any_of
from intake.domain.wording import Line, quote

_THRESHOLDS = NUMERIC | {Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One line of a rule and what came of it; the lines in ``parts`` stand under it.

    ``truth`` is None where the program stopped with an error. ``decided`` says that the rule's
    outcome rests on this line. ``waits_for`` are the answers that are missing to know.
    """

    words: str
    path: str
    truth: Truth | None
    decided: bool = False
    waits_for: tuple[Line, ...] = ()
    parts: tuple["Weighed", ...] = ()

    def lines(self) -> Iterator["Weighed"]:
        """This line and all under it, in the order read."""
        yield self
        for part in self.parts:
            yield from part.lines()


def weigh(condition: Condition, told: Told, evidence: PatientEvidence) -> Weighed:
    """What came of each line. A comparison that stops with an error costs no other line its truth."""
    try:
        decided = {one.clause.path for one in clause_findings(condition, evidence) if one.decided}
    except Exception:
        # Whatever a comparison stops with, the others are still told.
        decided = set()
    return _weighed(condition, told, evidence, decided)


def thresholds(told: Told) -> tuple[str, ...]:
    """The lines of a rule that compare a number or count days, each once."""
    return tuple(
        dict.fromkeys(
            line.words
            for line in told.lines()
            if line.comparison is not None and line.comparison.operator in _THRESHOLDS
        )
    )


def _weighed(condition: Condition, told: Told, evidence: PatientEvidence, decided: set[str]) -> Weighed:
    match condition:
        case Compare():
            return _compared(condition, told, evidence, decided)
        case All(parts) | AnyOf(parts):
            below = tuple(
                _weighed(part, line, evidence, decided) for part, line in zip(parts, told.parts, strict=True)
            )
            truth = _together(condition, below)
            return Weighed(told.words, told.path, truth, any(one.decided for one in below), (), below)


def _compared(comparison: Compare, told: Told, evidence: PatientEvidence, decided: set[str]) -> Weighed:
    try:
        finding = comparison.find(evidence)
        waits_for = tuple(quote(evidence, one) for one in finding.missing)
    except Exception:
        # Its words may quote an answer, and its class stands on the flag.
        return Weighed(told.words, told.path, None)
    return Weighed(told.words, told.path, finding.truth, told.path in decided, waits_for)


def _together(condition: All | AnyOf, below: tuple[Weighed, ...]) -> Truth | None:
    known = [one.truth for one in below if one.truth is not None]
    if len(known) < len(below):
        return None
    return all_of(known) if isinstance(condition, All) else any_of(known)
