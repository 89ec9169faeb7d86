"""Instrument totals against a second, plain computation, and the rules for items left blank.

The second computation knows nothing of the first: plain lists of points, as a person would
add them up with the published scoring beside them (shared dossier, instruments.md).
"""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import resources
from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire
from intake.domain.answers import BLANK, Answers, Chosen, ChosenMany, answered
from intake.domain.evidence import PatientEvidence
from intake.domain.scores import Score, score
from intake.domain.wording import quote, transcribe, work_out

ASKED, _ = read_questionnaire(resources.QUESTIONNAIRE)
FORMULARY, _ = read_formulary(resources.MEDICINES)
TODAY = date(2026, 11, 20)

PHQ9 = tuple(f"phq9_{number}" for number in range(1, 10))
GAD7 = tuple(f"gad7_{number}" for number in range(1, 8))
AUDIT = ("audit_c_1", "audit_c_2", "audit_c_3")
PC_PTSD = tuple(f"pc_ptsd_{number}" for number in range(1, 6))
PEG = ("peg_pain", "peg_enjoyment", "peg_activity")
# What has to be said before everything here is asked.
BEFORE = {
    "reasons": answered(ChosenMany(("migraine", "ptsd", "chronic_pain"))),
    "trauma_event": answered(Chosen("yes")),
}
PHQ9_BANDS = {**dict.fromkeys(range(5), "minimal"), **dict.fromkeys(range(5, 10), "mild")}
PHQ9_BANDS |= {
    **dict.fromkeys(range(10, 15), "moderate"),
    **dict.fromkeys(range(15, 20), "moderately severe"),
}
PHQ9_BANDS |= dict.fromkeys(range(20, 28), "severe")
GAD7_BANDS = {**dict.fromkeys(range(5), "minimal"), **dict.fromkeys(range(5, 10), "mild")}
GAD7_BANDS |= {**dict.fromkeys(range(10, 15), "moderate"), **dict.fromkeys(range(15, 22), "severe")}


def points(most: int, items: int) -> st.SearchStrategy[list[int | None]]:
    """Every item answered with so many points, or left blank (None)."""
    return st.lists(st.none() | st.integers(0, most), min_size=items, max_size=items)


def filled_in(items: tuple[str, ...], given_points: list[int | None]) -> PatientEvidence:
    said = dict(BEFORE)
    for item, number in zip(items, given_points, strict=True):
        worth = {choice.points: choice.id for choice in ASKED.question(item).choices}
        said[item] = BLANK if number is None else answered(Chosen(worth[number]))
    return PatientEvidence(ASKED, FORMULARY, Answers(said), TODAY)


def scored(derived_id: str, evidence: PatientEvidence) -> Score:
    derived = ASKED.derived_answer(derived_id)
    assert derived is not None
    return score(evidence, derived)


def half_up(number: Fraction) -> int:
    return int(number + Fraction(1, 2))


@given(points(3, 9))
def test_phq9_is_scored_as_its_published_rules_say(given_points):
    found = scored("phq9_total", filled_in(PHQ9, given_points))

    known = [number for number in given_points if number is not None]
    assert (found.raw, found.answered, found.items, found.most) == (sum(known), len(known), 9, 27)
    if len(known) == 9:
        assert (found.total, found.prorated) == (sum(known), None)
        assert found.band == PHQ9_BANDS[sum(known)]
    elif len(known) >= 7 and given_points[8] is not None:
        expected = half_up(Fraction(9 * sum(known), len(known)))
        assert (found.total, found.prorated) == (None, expected)
        assert found.band == PHQ9_BANDS[expected]
    else:
        assert (found.total, found.prorated, found.band) == (None, None, "")


@given(points(3, 7))
def test_gad7_is_scored_as_its_published_rules_say(given_points):
    found = scored("gad7_total", filled_in(GAD7, given_points))

    known = [number for number in given_points if number is not None]
    if len(known) == 7:
        assert (found.total, found.band) == (sum(known), GAD7_BANDS[sum(known)])
    elif len(known) >= 5:
        expected = half_up(Fraction(7 * sum(known), len(known)))
        assert (found.total, found.prorated, found.band) == (None, expected, GAD7_BANDS[expected])
    else:
        assert (found.total, found.prorated, found.band) == (None, None, "")


@given(points(4, 3))
def test_audit_c_is_never_prorated_and_never_asks_on_after_never(given_points):
    found = scored("audit_c_total", filled_in(AUDIT, given_points))

    if given_points[0] == 0:
        given_points = [0, 0, 0]  # the other two are not asked and count nothing
    if None in given_points:
        assert (found.total, found.prorated) == (None, None)
        assert found.raw == sum(number for number in given_points if number is not None)
    else:
        assert found.total == sum(given_points)
    assert found.most == 12


@given(points(1, 5))
def test_pc_ptsd_5_counts_the_yes_answers(given_points):
    found = scored("pc_ptsd_total", filled_in(PC_PTSD, given_points))

    assert found.raw == given_points.count(1)
    assert found.total == (None if None in given_points else given_points.count(1))


@given(points(10, 3))
def test_peg_is_the_mean_of_all_three_or_nothing(given_points):
    found = scored("peg_score", filled_in(PEG, given_points))

    whole = None if None in given_points else Fraction(sum(given_points), 3)
    assert found.total is None if whole is None else abs(Fraction(found.total) - whole) < Fraction(1, 10**9)
    assert (found.prorated, found.most) == (None, 10)


@pytest.mark.parametrize(
    ("given_points", "words"),
    [
        ([2, 2, 2, 2, 2, 1, 1, 1, 1], "14 of 27 (moderate)"),
        (
            [2, 2, 2, 2, 2, None, 1, 1, 1],
            "13 from 8 of 9 answered; prorated 15 of 27 (moderately severe), as in Arrieta and others, 2017; "
            "item 9 is never prorated",
        ),
        ([2, 2, 2, 2, 2, 1, 1, 1, None], "At least 13 of 27, incomplete: 8 of 9 answered"),
        ([3, 3, 3, None, None, None, 0, 0, 0], "At least 9 of 27, incomplete: 6 of 9 answered"),
        ([None] * 9, "At least 0 of 27, incomplete: 0 of 9 answered"),
    ],
)
def test_a_clinician_reads_what_was_answered_beside_what_was_prorated(given_points, words):
    assert quote(filled_in(PHQ9, given_points), "phq9_total").said == words


def test_a_peg_with_a_blank_shows_no_score():
    assert quote(filled_in(PEG, [8, None, 9]), "peg_score").said == "No score: 2 of 3 answered"
    assert quote(filled_in(PEG, [8, 9, 9]), "peg_score").said == "8.7 of 10"


def test_totals_are_for_clinicians_and_stand_in_no_list_of_answers():
    evidence = filled_in(PHQ9, [3] * 9)

    worked_out = {line.question for line in work_out(evidence)}
    transcribed = {line.question for part in transcribe(evidence) for line in part.lines}

    assert "phq9_total" in worked_out
    assert not worked_out & transcribed
    assert "of 27" not in str(transcribe(evidence))
