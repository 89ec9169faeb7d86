"""A short form of the campaign in which every database call of a journey fails once."""

from campaigns.calls import Tries, campaign, torn

# What is written down for good: the form is sent, a flag is acknowledged, the form is signed off.
FOR_GOOD = Tries(stride=9, only="/sign$|/acknowledge$|/sign-off$")


def test_whichever_call_fails_the_page_is_honest_and_nothing_is_half_done(tmp_path):
    seen = campaign(tmp_path, FOR_GOOD)

    assert seen.faults == []
    assert seen.requests >= 5
    assert seen.failures.total() > 25


def test_what_is_saved_in_pieces_is_found_out(tmp_path):
    """The control."""
    with torn():
        seen = campaign(tmp_path, Tries(stride=3, only="/sign$"))

    assert any("neither as before nor as after" in one for one in seen.faults)
