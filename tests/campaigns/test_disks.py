"""A short form of the campaign that takes the disk away."""

from campaigns.disks import CONDITIONS, campaign, thankful


def test_without_a_disk_everybody_is_told_so_and_loses_nothing(tmp_path):
    seen = campaign(tmp_path, forms=3)

    assert seen.faults == []
    assert all(seen.refused[name] >= 3 for name in CONDITIONS)
    assert seen.thanked == seen.forms == 3 * len(CONDITIONS)


def test_a_product_that_thanks_for_what_it_could_not_store_is_found_out(tmp_path):
    """The control."""
    with thankful():
        seen = campaign(tmp_path, forms=1)

    assert any("were thanked" in one for one in seen.faults)
