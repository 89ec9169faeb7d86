"""The control of the campaign on lockouts; that strangers keep nobody out is tested in services."""

from campaigns.lockouts import campaign, faults


def test_an_owner_who_is_counted_with_strangers_is_kept_out_and_found_out(tmp_path):
    seen = campaign(tmp_path, 100, alike=True)

    assert any("kept out" in one for one in faults(seen))
