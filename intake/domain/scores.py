"""The totals of published instruments: what was answered, what may be prorated, and what may not.

A total is for the clinician: it is named with the instrument's own band, never as a
diagnosis, and never shown to the patient.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from intake.domain.answers import Chosen
from intake.domain.derived_answers import Derivation, DerivedAnswer, Scoring
from intake.domain.evidence import PatientEvidence
from intake.domain.truth import Truth

_WHOLE = Decimal(1)
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Score:
    """One instrument as it was filled in.

    ``raw`` adds up the items answered. ``total`` is there only when all ``items`` that
    apply were answered; ``prorated`` only when a few are missing and the instrument's
    rule lets the mean of the others stand for them. ``most`` is the highest total there is.
    """

    raw: Decimal
    answered: int
    items: int
    most: Decimal
    total: Decimal | None
    prorated: Decimal | None
    band: str


def score(evidence: PatientEvidence, derived: DerivedAnswer) -> Score:
    """The instrument behind a derived total or mean.

    An item that was rightly not asked (AUDIT-C after "Never") counts as answered with 0.
    """
    points = {item: _points(evidence, item) for item in derived.of}
    known = {item: one for item, one in points.items() if one is not None}
    missing = tuple(item for item in derived.of if item not in known)
    raw = sum(known.values(), Decimal(0))
    share = len(points) if derived.derivation is Derivation.MEAN else 1
    total = None if missing else raw / share
    prorated = _prorated(raw, len(known), missing, derived.scoring)
    counted = total if total is not None else prorated
    return Score(
        raw,
        len(known),
        len(points),
        sum((_most(evidence, item) for item in derived.of), Decimal(0)) / share,
        total,
        prorated,
        "" if counted is None else _band(counted, derived.scoring),
    )


def in_words(derived: DerivedAnswer, found: Score) -> str:
    """The score as a clinician reads it; a prorated or missing total says so itself."""
    band = f" ({found.band})" if found.band else ""
    most = _number(found.most)
    if found.total is not None:
        return f"{_number(found.total)} of {most}{band}"
    so_far = f"{found.answered} of {found.items} answered"
    if found.prorated is not None:
        prorated = f"prorated {_number(found.prorated)} of {most}{band}"
        rule = f", {derived.scoring.prorated_as}" if derived.scoring.prorated_as else ""
        return f"{_number(found.raw)} from {so_far}; {prorated}{rule}"
    if derived.derivation is Derivation.MEAN:
        return f"No score: {so_far}"
    return f"At least {_number(found.raw)} of {most}, incomplete: {so_far}"


def _points(evidence: PatientEvidence, item: str) -> Decimal | None:
    if evidence.asked(item).truth is Truth.NO:
        return Decimal(0)
    value = evidence.value(item)
    return Decimal(evidence.points(item, value.choice)) if isinstance(value, Chosen) else None


def _most(evidence: PatientEvidence, item: str) -> Decimal:
    choices = evidence.questionnaire.question(item).choices
    return Decimal(max(choice.points or 0 for choice in choices))


def _prorated(raw: Decimal, answered: int, missing: tuple[str, ...], scoring: Scoring) -> Decimal | None:
    # Missing items take the mean of the others (Arrieta et al. 2017, for the PHQ-9); an item
    # that stands for danger, like PHQ-9 item 9, is never made up from the others.
    if not missing or not answered or len(missing) > scoring.prorate_up_to:
        return None
    if set(missing) & set(scoring.never_prorate):
        return None
    items = answered + len(missing)
    return (raw * items / answered).quantize(_WHOLE, ROUND_HALF_UP)


def _band(total: Decimal, scoring: Scoring) -> str:
    reached = [band for band in scoring.bands if total >= band.least]
    return max(reached, key=lambda band: band.least).name if reached else ""


def _number(number: Decimal) -> str:
    whole = number == number.to_integral_value()
    return f"{number:.0f}" if whole else f"{number.quantize(_TENTH, ROUND_HALF_UP)}"
