"""The single comparisons of a rule's condition: where each stands, how it came out, and whether it decided.

A rule's outcome is settled by some of its comparisons and left alone by the others. Whoever wants to
say why an outcome came about, or which part of a rule no example has ever tried, asks here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from intake.domain.conditions import All, AnyOf, Compare, Condition, Evidence, Finding
from intake.domain.truth import Truth, all_of, any_of

ROOT = "when"  # where a rule's condition begins in the rules file


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison at its place, written as in the rules file: ``when.all[0].any[1]``."""

    path: str
    comparison: Compare


@dataclass(frozen=True, slots=True)
class ClauseFinding:
    """What one clause made of a person's answers.

    ``decided`` says that the outcome of the whole condition rests on it: every condition above it
    has this clause's truth. A clause that did not decide may still have a truth of its own.
    """

    clause: Clause
    finding: Finding
    decided: bool

    @property
    def truth(self) -> Truth:
        """How the comparison came out, taken by itself."""
        return self.finding.truth


def clauses(condition: Condition, path: str = ROOT) -> Iterator[Clause]:
    """Every comparison of a condition with its place, in the order written."""
    match condition:
        case Compare():
            yield Clause(path, condition)
        case All(parts):
            for place, part in enumerate(parts):
                yield from clauses(part, f"{path}.all[{place}]")
        case AnyOf(parts):
            for place, part in enumerate(parts):
                yield from clauses(part, f"{path}.any[{place}]")


def clause_findings(condition: Condition, evidence: Evidence) -> tuple[ClauseFinding, ...]:
    """How each clause came out for a person, in the order written.

    Those that decided are, when the condition is so, the clauses that made it so; when it is not so,
    the ones that stood against it; when it is not known, the ones nobody knows. Raises whatever a
    comparison raises that cannot read an answer, as ``Condition.find`` does.
    """
    return _walk(condition, evidence, ROOT)[1]


def deciding(condition: Condition, evidence: Evidence) -> tuple[ClauseFinding, ...]:
    """The clauses that settled the outcome for a person, in the order written. Never empty."""
    return tuple(one for one in clause_findings(condition, evidence) if one.decided)


def _walk(condition: Condition, evidence: Evidence, path: str) -> tuple[Truth, tuple[ClauseFinding, ...]]:
    match condition:
        case Compare():
            finding = condition.find(evidence)
            return finding.truth, (ClauseFinding(Clause(path, condition), finding, decided=True),)
        case All(parts):
            below = [_walk(part, evidence, f"{path}.all[{i}]") for i, part in enumerate(parts)]
            return _settled(all_of(truth for truth, _ in below), below)
        case AnyOf(parts):
            below = [_walk(part, evidence, f"{path}.any[{i}]") for i, part in enumerate(parts)]
            return _settled(any_of(truth for truth, _ in below), below)


def _settled(
    truth: Truth, below: list[tuple[Truth, tuple[ClauseFinding, ...]]]
) -> tuple[Truth, tuple[ClauseFinding, ...]]:
    # A part with another truth than the whole had no say in it, and nothing inside it had.
    return truth, tuple(
        one if own is truth else replace(one, decided=False) for own, findings in below for one in findings
    )
