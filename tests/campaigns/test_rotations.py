"""A short form of ``make rotations``: whoever changes the clinic's keys is killed in every test run."""

import random

from campaigns.rotations import Campaign, honest, tried
from intake.storage.key_entries import KeyPurpose


def test_a_rotation_that_is_killed_loses_nothing_and_goes_on(tmp_path):
    seen = Campaign(tmp_path, honest, random.Random(20261120)).run(kills=4)

    assert (seen.kills, seen.lost, seen.faults) == (dict.fromkeys(KeyPurpose, 1), 0, [])
    assert seen.rotations.keys() == set(KeyPurpose)


def test_a_key_that_is_destroyed_too_early_is_found_out(tmp_path):
    """The control."""
    seen, is_found = tried("the clinic's key before destroyed too early", tmp_path, 20261120)

    assert is_found
    assert seen.lost
