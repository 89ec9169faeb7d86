"""A short form of ``make outbox``, so that every test run has seen the worker killed."""

from campaigns.forked import WORKER, Stem
from campaigns.outbox import SETTLED_FIRST, campaign
from journeys.modes import in_make_journeys


def test_no_notice_is_lost_when_the_worker_is_killed(tmp_path):
    with Stem(tmp_path / "stem", only=WORKER) as stem:
        seen = campaign(tmp_path, kills=3, seed=20261120, stem=stem)

    assert (seen.kills, seen.lost, seen.faults) == (3, 0, [])
    assert seen.notices > 3


@in_make_journeys
def test_nor_when_it_was_started_by_hand(tmp_path):
    seen = campaign(tmp_path, kills=1, seed=20261120)

    assert (seen.kills, seen.lost, seen.faults) == (1, 0, [])


def test_a_worker_that_settles_before_it_sends_is_found_out(tmp_path):
    """The control: it is killed while the first of several letters is handed over."""
    with Stem(tmp_path / "stem", SETTLED_FIRST, WORKER) as stem:
        seen = campaign(tmp_path, kills=2, seed=20261101, stem=stem)

    assert seen.lost > 0
