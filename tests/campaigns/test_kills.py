"""A short form of ``make kills``, so that every test run has seen the product die and come back."""

from campaigns.kills import EARLY, campaign
from campaigns.victims import Victim

# A worker's death is looked for in services/test_supervising.py; starting everything again takes longest.
VICTIMS = [Victim.SUPERVISOR, Victim.PATIENT, Victim.CLINIC]


def test_nothing_a_patient_was_thanked_for_is_lost_when_the_product_is_killed(tmp_path):
    seen = campaign(tmp_path, kills=len(VICTIMS), seed=20261120, victims=VICTIMS)

    assert (seen.lost, seen.duplicates, seen.faults) == (0, 0, [])
    assert all(seen.victims[one] == 1 for one in VICTIMS)
    assert seen.acknowledged > 0


def test_a_product_that_thanks_before_it_stores_is_found_out(tmp_path):
    """The control: losses are noticed where there are any."""
    seen = campaign(tmp_path, kills=1, seed=20261120, program=EARLY, victims=[Victim.EVERYTHING])

    assert seen.lost > 0
