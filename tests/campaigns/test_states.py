"""A short form of the campaign in which patients, clinicians, clock and crashes meet in any order."""

from campaigns.states import drive, forgetful


def test_in_whatever_order_it_happens_what_was_promised_holds(tmp_path):
    assert drive(3, 25, 20261127, tmp_path) == ""


def test_an_answer_that_is_not_sent_is_found_out(tmp_path):
    """The control."""
    with forgetful():
        assert "first_name" in drive(30, 20, 20261127, tmp_path)
