"""The control of the campaign on the trail; that four processes keep one chain is tested in storage."""

from campaigns.chain import campaign, faults


def test_processes_that_do_not_wait_for_each_other_are_found_out(tmp_path):
    seen = campaign(f"sqlite:///{tmp_path / 'trail.db'}", tmp_path, 80, 4, unlocked=True)

    assert any("lost" in one or "broken" in one for one in faults("control", seen))


def test_those_that_do_lose_nothing(tmp_path):
    seen = campaign(f"sqlite:///{tmp_path / 'trail.db'}", tmp_path, 80, 4)

    assert faults("sqlite", seen) == ()
    assert (seen.lines, seen.fewest_of_one) == (80, 20)
