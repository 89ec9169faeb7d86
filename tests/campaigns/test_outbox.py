"""A short form of ``make outbox``, so that every test run has seen a sender of notices killed."""

from campaigns.outbox import campaign, hasty


def test_no_notice_is_lost_when_its_sender_is_killed(tmp_path):
    seen = campaign(tmp_path, kills=4, seed=20261120)

    assert (seen.kills, seen.lost, seen.faults) == (4, 0, [])
    assert seen.notices > 4


def test_a_sender_that_settles_before_it_sends_is_found_out(tmp_path):
    """The control: with this seed, three of the kills come while the first letter is handed over."""
    seen = campaign(tmp_path, kills=4, seed=20261101, sender=hasty)

    assert seen.lost > 0
