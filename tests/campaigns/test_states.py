"""A short form of the campaign in which patients, clinicians, worker, clock and crashes meet in any order."""

from campaigns.states import COUNTED, drive, forgetful


def test_in_whatever_order_it_happens_what_was_promised_holds(tmp_path):
    """Also that letters were sent, that the worker swept and that the program died inside a transaction."""
    assert drive(2, 20, 4, tmp_path) == ""
    assert COUNTED["crashes inside a transaction"] > 0


def test_an_answer_that_is_not_sent_is_found_out(tmp_path):
    """The control."""
    with forgetful():
        assert "first_name" in drive(30, 20, 20261127, tmp_path)
