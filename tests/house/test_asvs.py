"""What is claimed of OWASP ASVS 5.0 can be read, is complete, and is proved by tests that run."""

from collections import Counter

import pytest
from click.testing import CliRunner

from house.named_tests import what_is_wrong
from intake import resources
from intake.cli import main
from intake.services.asvs_told import page, shipped

WHOLE = shipped()
NAMED = sorted({test for one in WHOLE.requirements for test in one.tests})
# How many requirements of each level the standard has, and in each of its chapters.
LEVELS = {1: 70, 2: 183, 3: 92}
CHAPTERS = (30, 13, 31, 16, 13, 47, 19, 13, 7, 36, 24, 12, 21, 13, 21, 17, 12)


def test_every_requirement_of_the_standard_is_there_once():
    ids = [one.id for one in WHOLE.requirements]

    assert len(ids) == len(set(ids)) == 345
    assert Counter(one.level for one in WHOLE.requirements) == LEVELS
    assert tuple(Counter(one.chapter for one in WHOLE.requirements).values()) == CHAPTERS
    assert len(WHOLE.chapters) == len(CHAPTERS)


def test_requirements_stand_in_the_order_of_the_standard():
    ids = [tuple(map(int, one.id.split("."))) for one in WHOLE.requirements]

    assert ids == sorted(ids)


@pytest.mark.parametrize("test", NAMED)
def test_what_is_said_to_be_met_is_proved_by_a_test_that_is_there_and_runs(test):
    assert what_is_wrong(test) == ""


def test_the_document_is_what_the_command_writes():
    written = resources.ASVS_PAGE.read_text(encoding="utf-8")

    assert written == page(WHOLE), "run `intake asvs --write`"


def test_the_command_tells_the_figures():
    told = CliRunner().invoke(main, ["asvs"])

    assert told.exit_code == 0, told.output
    assert "345 requirements" in told.output
