"""A short form of ``make kills``, so that every test run has seen the product die and come back."""

import pytest

from campaigns.forked import Stem
from campaigns.kills import EARLY, campaign
from campaigns.victims import Victim
from journeys.modes import in_make_journeys


@pytest.fixture(scope="module")
def stem(tmp_path_factory):
    with Stem(tmp_path_factory.mktemp("stem") / "temp") as stem:
        yield stem


def test_nothing_a_patient_was_thanked_for_is_lost_when_the_product_is_killed(tmp_path, stem):
    seen = campaign(tmp_path, kills=len(Victim), seed=20261120, make=stem.product)

    assert (seen.lost, seen.duplicates, seen.faults) == (0, 0, [])
    assert all(seen.victims[one] == 1 for one in Victim)
    assert seen.acknowledged > 0


@in_make_journeys
def test_nor_when_it_was_started_by_hand(tmp_path):
    """As ``intake serve`` starts it, with the pause before a process that died is started again."""
    seen = campaign(tmp_path, kills=1, seed=20261120, victims=[Victim.PATIENT])

    assert (seen.lost, seen.duplicates, seen.faults) == (0, 0, [])
    assert seen.acknowledged > 0


def test_a_product_that_thanks_before_it_stores_is_found_out(tmp_path):
    """The control: losses are noticed where there are any."""
    with Stem(tmp_path / "stem", EARLY) as stem:
        seen = campaign(tmp_path, kills=1, seed=20261120, make=stem.product, victims=[Victim.EVERYTHING])

    assert seen.lost > 0
