"""Whom a case of an invariant speaks of, to the solver and to the engine."""

from collections.abc import Iterable

from intake.domain.evidence import PatientEvidence
from intake.domain.invariants import Case, Invariant
from intake.domain.rules import Rule
from intake.domain.truth import Truth
from intake.proving.encoding import Encoder
from intake.proving.formulas import Formula, every, opposite


def concerned(encoder: Encoder, case: Case) -> Formula:
    """The case speaks of this person."""
    if case.when is not None:
        return encoder.pair(case.when).yes
    applies = opposite(encoder.asked(case.unknown).no)
    return every([applies, opposite(encoder.given(case.unknown))])


def breaks(person: PatientEvidence, invariant: Invariant, case: Case, loud: Iterable[Rule]) -> bool:
    """Whether the engine finds that the case speaks of this person, who gets none of these flags."""
    wanted = (Truth.YES,) if invariant.raised else (Truth.YES, Truth.NOT_KNOWN)
    gets = any(rule.when.find(person).truth in wanted for rule in loud)
    return _is_concerned(person, case) and not gets


def _is_concerned(person: PatientEvidence, case: Case) -> bool:
    if case.when is not None:
        return case.when.find(person).truth is Truth.YES
    applies = person.asked(case.unknown).truth is not Truth.NO
    return applies and person.value(case.unknown) is None
