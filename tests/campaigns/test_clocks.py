"""A short form of the campaign that sets the clock wrongly."""

from campaigns.clocks import campaign, endless


def test_a_clock_that_is_set_wrongly_breaks_no_page_no_trail_and_no_letter(tmp_path):
    seen = campaign(tmp_path, jumps=3, seed=7)

    assert seen.faults == []
    assert seen.letters == 3
    assert seen.sent_forms > 0


def test_a_session_that_is_never_over_is_found_out(tmp_path):
    """The control."""
    with endless():
        seen = campaign(tmp_path, jumps=2, seed=7)

    assert seen.outlived == 2
