"""A short form of ``make rotations``: whoever changes the clinic's key is killed in every test run."""

import random

from campaigns.rotations import Campaign, hasty, honest


def test_a_rotation_that_is_killed_loses_nothing_and_goes_on(tmp_path):
    seen = Campaign(tmp_path, honest, random.Random(20261120)).run(kills=3)

    assert (seen.kills, seen.lost, seen.faults) == (3, 0, [])
    assert seen.between > 0


def test_a_key_that_is_destroyed_too_early_is_found_out(tmp_path):
    """The control."""
    assert Campaign(tmp_path, hasty, random.Random(20261120)).run(kills=6).lost
