"""A hazard log with a gap is refused; a risk is read off the matrix and never typed."""

import pytest

from intake.content.documents import DocumentRefused
from intake.content.hazards import MATRIX, STEPS, Risk, parse_hazards

LOG = """
plan: [Read again at every release]
severities: [Minor, Significant, Considerable, Major, Catastrophic]
likelihoods: [Very low, Low, Medium, High, Very high]
for_the_clinic: [Name who reads the forms]
known_issues: [No clinician has read it]
hazards:
  - id: H01
    hazard: A risk is not noticed
    causes: [No rule asks for it]
    effect: Nobody knows of it
    harm: An event that could have been foreseen
    severity: 5
    likelihood: 4
    controls:
      - {what: Every topic has rules, tests: ["tests/house/test_coverage.py::test_nothing_is_left"]}
    residual_likelihood: 1
"""


def refused(text):
    with pytest.raises(DocumentRefused) as refusal:
        parse_hazards(text)
    return str(refusal.value).splitlines()


def test_a_hazard_has_the_risk_of_its_severity_and_likelihood():
    (hazard,) = parse_hazards(LOG).hazards

    assert hazard.initial_risk is Risk.VERY_HIGH
    assert hazard.residual_risk is Risk.MEDIUM


def test_the_matrix_never_falls_as_severity_or_likelihood_rise():
    rank = {risk: place for place, risk in enumerate(Risk)}
    rows = [[rank[risk] for risk in row] for row in MATRIX]

    assert [len(row) for row in rows] == [STEPS] * STEPS
    assert all(row == sorted(row) for row in rows)
    assert all(list(column) == sorted(column) for column in zip(*rows, strict=True))


def test_what_is_only_planned_lowers_nothing():
    controls = LOG[LOG.index("    controls:") : LOG.index("    residual")]
    planned = LOG.replace(controls, "    planned: [A second reading]\n")

    assert refused(planned) == [
        "hazards.yaml:16:26: hazard H01: nothing that is built holds it in check yet, so it stays 4"
    ]

    (hazard,) = parse_hazards(planned.replace("residual_likelihood: 1", "residual_likelihood: 4")).hazards

    assert hazard.initial_risk is hazard.residual_risk


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("severity: 5", "severity: 6", "13:15: hazard H01: 'severity' should be a whole number from 1 to 5"),
        ("likelihood: 4", "likelihood: 2.5", "14:17: hazard H01: 'likelihood' should be a whole number from"),
        ("residual_likelihood: 1", "residual_likelihood: 5", "controls cannot make it likelier"),
        ("id: H01", "id: first", "8:9: hazard first: an id is H and two digits, like H01"),
        ("::test_nothing_is_left", "", "is no test; write tests/folder/test_file.py::test_name"),
        (
            "    severity: 5",
            "    initial_risk: low\n    severity: 5",
            "'initial_risk' is not a key used here",
        ),
        (", tests: [", ", test: [", "'test' is not a key used here (did you mean \"tests\"?)"),
        ("[Minor, Significant, Considerable, Major, Catastrophic]", "[Minor]", "each step from 1 to 5"),
    ],
)
def test_a_gap_in_the_log_is_refused(written, instead, message):
    assert any(message in line for line in refused(LOG.replace(written, instead)))


def test_two_hazards_of_one_id_are_refused():
    again = LOG + LOG[LOG.index("  - id: H01") :]

    assert any('hazard "H01" is used twice; the first is on line 8' in line for line in refused(again))
