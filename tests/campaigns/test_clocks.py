"""A short form of the campaign that sets the clock wrongly."""

from datetime import timedelta

from campaigns import nights
from campaigns.clocks import campaign, dated, endless


def test_a_clock_that_is_set_wrongly_breaks_no_page_no_trail_and_no_letter(tmp_path):
    seen = campaign(tmp_path, jumps=2, seed=7)

    assert seen.faults == []
    assert seen.letters == 2
    assert seen.sent_forms > 0
    assert seen.notes_shown_again > 0
    assert seen.words_shown_again > 0


def test_sessions_that_are_never_over_and_tokens_with_a_date_are_found_out(tmp_path):
    """The controls."""
    with endless(), dated():
        seen = campaign(tmp_path, jumps=1, seed=7)

    assert seen.outlived == 1
    assert seen.refused > 0


def test_an_hour_that_comes_twice_is_told_apart(tmp_path):
    seen = nights.every(tmp_path, timedelta(hours=1), nights.NIGHTS[2:3])

    assert seen.faults == []
    assert (seen.signatures, seen.twice) == (4, 1)


def test_a_clock_on_the_wall_that_is_never_changed_is_found_out(tmp_path):
    """The control."""
    with nights.standing():
        seen = nights.every(tmp_path, timedelta(hours=3), nights.NIGHTS[2:3])

    assert any("signed" in one for one in seen.faults)
    assert any("trail" in one for one in seen.faults)
