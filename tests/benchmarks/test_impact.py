"""What the benchmark of the impact does, on few forms: that it measures what it says, never how long."""

import pytest

from benchmarks import impact
from benchmarks.impact import Measured


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return impact.measure(tmp_path_factory.mktemp("benchmark"), forms=30, seed=1)


def test_everything_is_measured_on_every_form(measured):
    assert [one.what for one in measured] == [
        "decrypt and parse",
        "one threshold changed",
        "every rule changed",
        "decrypt and parse, again",
    ]
    assert {one.forms for one in measured} == {30}
    assert all(one.seconds > 0 and one.worked > 0 for one in measured)


def test_the_report_holds_each_beside_decrypting_and_parsing():
    alone = Measured("decrypt and parse", seconds=9.0, worked=2.0, forms=100)
    every = Measured("every rule changed", seconds=90.0, worked=7.0, forms=100)

    lines = impact.report((alone, every))

    assert every.times(alone) == pytest.approx(3.5)
    assert lines[-2].split()[-1] == "1.00"
    assert lines[-1].split()[-1] == "3.50"


def test_every_rule_is_another_one_in_the_worst_case():
    from intake import resources
    from intake.content.library import read_library

    library = read_library(resources.QUESTIONNAIRE, resources.SCREENING_RULES, resources.MEDICINES)
    before, after = library.rulebook, impact.every_rule(library.rulebook, library.questionnaire.has)

    assert len(after.rules) == len(before.rules)
    for old, new in zip(before.rules, after.rules, strict=True):
        assert old.id == new.id
        assert old.when != new.when
        assert old.priority is not new.priority
    assert sum(a != b for a, b in zip(before.rules, impact.one_threshold(before).rules, strict=True)) == 1
