"""Two people who answer one page: nothing that somebody said is written over without being shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.unfinished import Meeting, meet, shown_after

NOBODY: frozenset[str] = frozenset()
ASKED = frozenset({"q"})


@pytest.mark.parametrize(
    ("shown", "saved", "given_now", "meeting"),
    [
        # Nobody else was there.
        ("", "", "yes", Meeting(NOBODY, NOBODY)),
        ("no", "no", "yes", Meeting(NOBODY, NOBODY)),
        ("no", "no", "", Meeting(NOBODY, NOBODY)),
        # Somebody was, and both say the same; so does whoever presses Continue twice.
        ("", "yes", "yes", Meeting(NOBODY, NOBODY)),
        ("no", "yes", "yes", Meeting(NOBODY, NOBODY)),
        # Left alone on this page: what was saved elsewhere stays.
        ("", "yes", "", Meeting(NOBODY, ASKED)),
        # Two answers.
        ("", "yes", "no", Meeting(ASKED, NOBODY)),
        ("no", "yes", "maybe", Meeting(ASKED, NOBODY)),
        ("no", "yes", "no", Meeting(ASKED, NOBODY)),
        ("no", "yes", "", Meeting(ASKED, NOBODY)),
        ("no", "", "yes", Meeting(ASKED, NOBODY)),
        ("no", "", "no", Meeting(ASKED, NOBODY)),
    ],
)
def test_what_becomes_of_an_answer(shown, saved, given_now, meeting):
    assert meet({"q": shown}, {"q": saved}, {"q": given_now}) == meeting


marks = st.fixed_dictionaries({name: st.sampled_from(["", "a", "b"]) for name in "xyz"})


@given(marks, marks, marks)
def test_nothing_said_elsewhere_is_written_over_unseen(shown, saved, typed):
    meeting = meet(shown, saved, typed)
    for name in "xyz":
        written_over = name not in meeting.ask | meeting.stay and saved[name] != typed[name]
        # Only what this page had shown as it is may be replaced without a word.
        assert not written_over or saved[name] == shown[name]


@given(marks, marks, marks)
def test_after_both_were_shown_the_choice_is_taken_and_nothing_else_is(shown, saved, typed):
    meeting = meet(shown, saved, typed)
    again = meet(shown_after(meeting, shown, saved), saved, typed)

    assert again == Meeting(frozenset(), meeting.stay)
