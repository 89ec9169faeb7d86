"""A short form of the campaign that tampers with the trail and with what is sealed."""

from campaigns.tampering import campaign, columns_told, unbound
from intake.storage import rewrapping


def test_whatever_is_changed_in_the_trail_or_in_what_is_sealed_is_noticed(tmp_path):
    seen = campaign(tmp_path, trail=100, sealed=1_500, seed=20261127, copies=1)

    assert +seen.unnoticed == {}
    assert seen.done.total() >= 1_600
    assert len(seen.done) == 19
    # Every sealed column had its turn.
    assert set(seen.columns) == columns_told()
    assert {str(one) for one in rewrapping.SEALED_COLUMNS} < columns_told()
    assert len(columns_told()) >= 52


def test_what_is_bound_to_no_place_and_chained_to_no_line_is_found_out(tmp_path):
    """The control."""
    with unbound():
        seen = campaign(tmp_path, trail=100, sealed=1_500, seed=20261127, copies=1)

    assert seen.unnoticed["sealed: under the same key"] > 0
    assert seen.unnoticed["trail: words changed"] > 0
