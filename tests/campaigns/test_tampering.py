"""A short form of the campaign that tampers with the trail and with what is sealed."""

from campaigns.tampering import campaign, unbound


def test_whatever_is_changed_in_the_trail_or_in_what_is_sealed_is_noticed(tmp_path):
    seen = campaign(tmp_path, trail=150, sealed=2_000, seed=20261127, copies=2)

    assert +seen.unnoticed == {}
    assert seen.done.total() > 1_900
    assert seen.columns >= 15
    assert len(seen.done) == 16


def test_what_is_bound_to_no_place_and_chained_to_no_line_is_found_out(tmp_path):
    """The control."""
    with unbound():
        seen = campaign(tmp_path, trail=150, sealed=2_000, seed=20261127, copies=2)

    assert seen.unnoticed["sealed: moved within a record"] > 0
    assert seen.unnoticed["trail: words changed"] > 0
