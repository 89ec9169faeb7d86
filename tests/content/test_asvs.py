"""A requirement is met only with a test that proves it; the shares count what applies."""

import pytest

from intake.content.asvs import Share, Standing, parse_asvs
from intake.content.documents import DocumentRefused

MET = """
  - id: 6.4.2
    level: 1
    asks: No questions only the person is thought to know
    standing: met
    how: Four words that were drawn, and no date of birth
    tests: ["tests/house/test_words.py::test_it"]
"""
OPEN = """
  - id: 13.3.3
    level: 3
    asks: Secrets never leave the device that keeps them
    standing: open
    how: Keys lie in files
"""
WHOLE = """
standard: ASVS 5.0
source: https://example.org/standard
chapters: [Encoding]
requirements:
"""


def refused(text):
    with pytest.raises(DocumentRefused) as refusal:
        parse_asvs(WHOLE + text)
    return str(refusal.value)


def test_a_level_is_met_as_far_as_what_applies_in_it_is():
    other = MET.replace("6.4.2", "6.4.3").replace("level: 1", "level: 3")
    beside = OPEN.replace("13.3.3", "17.1.1").replace("open", "not applicable")

    whole = parse_asvs(WHOLE + MET + OPEN + other + beside)

    assert whole.share(1) == Share(1, applicable=1, met=1)
    assert whole.share(2) == Share(2, applicable=0, met=0)
    assert whole.share(3) == Share(3, applicable=2, met=1)
    assert [one.id for one in whole.of_standing(Standing.NOT_APPLICABLE)] == ["17.1.1"]


def test_a_share_is_rounded_down():
    assert Share(1, applicable=1000, met=999).percent == 99
    assert Share(1, applicable=3, met=3).percent == 100


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OPEN + "    beyond: more\n", "only what is met at level 1 or 2"),
        (MET.replace("level: 1", "level: 3") + "    beyond: more\n", "only what is met at level 1 or 2"),
        (MET.split("    tests")[0], "it is met only when 'tests' names"),
        (OPEN + '    tests: ["tests/house/test_words.py::test_it"]\n', "tests prove what is met"),
        (OPEN.replace("open", "fine"), "'standing' should be one of met, open, deviates"),
        (OPEN.replace("    how: Keys lie in files\n", ""), "'how' is missing"),
        (OPEN.replace("level: 3", "level: 4"), "'level' should be 1, 2 or 3"),
        (OPEN.replace("13.3.3", "V13"), "an id is three numbers"),
        (MET.replace("tests/house/test_words.py::test_it", "test_it"), '"test_it" is no test'),
        (MET + MET, 'requirement "6.4.2" is used twice'),
    ],
)
def test_a_claim_with_a_gap_is_refused(text, why):
    assert why in refused(text)


def test_what_asks_for_more_at_level_3_counts_at_its_own_level_and_is_named():
    whole = parse_asvs(WHOLE + MET + "    beyond: a device that keeps it\n")

    assert whole.share(1) == Share(1, applicable=1, met=1)
    assert [one.beyond for one in whole.less_at_level_3] == ["a device that keeps it"]
