"""Who is asked for a view before the flags are shown, and what of it counts."""

import pytest

from domain.reviewed import (
    ALICE,
    CAROL,
    HIGH,
    LATER,
    URGENT,
    acknowledged,
    review,
    screened_again,
    signed,
    with_entry,
)
from intake.domain.review_acts import reopen
from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority
from intake.domain.standing import PlaceInWork
from intake.domain.viewing import ViewInWords, ViewNotDue, counts, note_view, skip_view, view_due

FIRST, SECOND = ViewKind.FIRST, ViewKind.SECOND


def noted(one, kind=FIRST, by=ALICE, priority=None, words=""):
    return with_entry(one, note_view(one, kind, priority, words, by, LATER))


def skipped(one, kind=FIRST, by=ALICE):
    return with_entry(one, skip_view(one, kind, by, LATER))


def due(one, member=ALICE, read_first=True):
    return view_due(one, member, read_first=read_first)


def test_in_read_first_mode_each_clinician_is_asked_once():
    one = review(HIGH)

    assert due(one) is FIRST
    assert due(one, read_first=False) is None
    assert due(noted(one)) is None
    assert due(skipped(one)) is None
    assert due(noted(one), CAROL) is FIRST


def test_a_form_without_flags_is_read_first_too():
    assert due(review()) is FIRST


def test_what_asks_for_a_look_today_is_shown_at_once():
    one = review(URGENT, HIGH)

    assert due(one) is None
    assert due(acknowledged(one, by=CAROL)) is FIRST


def test_whoever_has_seen_the_flags_is_not_asked():
    one = acknowledged(review(HIGH))

    assert due(one) is None
    assert due(one, CAROL) is FIRST
    assert due(signed(one), CAROL) is None, "a signed form is read as it is"


def test_a_new_revision_or_screening_asks_nobody_again():
    """The flags of the one before are known, so a view would measure nothing."""
    assert due(screened_again(noted(review(HIGH)), HIGH, URGENT)) is None


def test_a_view_says_what_stands_out_in_words():
    one = review(HIGH)

    with pytest.raises(ViewInWords):
        note_view(one, FIRST, Priority.HIGH, " ", ALICE, LATER)

    view = note_view(one, FIRST, Priority.HIGH, " Blood pressure ", ALICE, LATER)
    assert (view.priority, view.words, view.screening) == (Priority.HIGH, "Blood pressure", 1)
    assert note_view(one, FIRST, None, "", ALICE, LATER).priority is None


def test_a_view_is_noted_once_and_not_after_the_flags_were_seen():
    for one in (noted(review(HIGH)), skipped(review(HIGH)), acknowledged(review(HIGH))):
        with pytest.raises(ViewNotDue):
            note_view(one, FIRST, None, "", ALICE, LATER)


def test_a_second_read_is_by_anybody_but_the_signer():
    one = signed(acknowledged(review(HIGH)), second_read=True)

    assert one.standing.place(LATER.date()) is PlaceInWork.QUEUE
    assert (due(one, ALICE, read_first=False), due(one, CAROL, read_first=False)) == (None, SECOND)
    with pytest.raises(ViewNotDue):
        note_view(one, SECOND, None, "", ALICE, LATER)

    read = noted(one, SECOND, CAROL)
    assert read.standing.place(LATER.date()) is PlaceInWork.DONE
    assert due(read, CAROL, read_first=False) is None
    with pytest.raises(ViewNotDue):
        note_view(read, SECOND, None, "", CAROL, LATER)


def test_a_second_read_that_was_skipped_is_still_waited_for():
    one = skipped(signed(acknowledged(review(HIGH)), second_read=True), SECOND, CAROL)

    assert one.standing.second_read
    assert due(one, CAROL) is None, "she has the flags before her"
    assert noted(one, SECOND, CAROL).standing.place(LATER.date()) is PlaceInWork.DONE


def test_a_form_nobody_drew_is_read_once():
    one = signed(acknowledged(review(HIGH)))

    assert due(one, CAROL, read_first=False) is None
    with pytest.raises(ViewNotDue):
        note_view(one, SECOND, None, "", CAROL, LATER)


def test_a_form_taken_up_again_waits_for_a_signature_and_no_second_read():
    one = signed(acknowledged(review(HIGH)), second_read=True)

    again = with_entry(one, reopen(one, "Something else", CAROL, 1, LATER))

    assert not again.standing.second_read
    assert due(again, CAROL, read_first=False) is None


def test_only_views_of_those_who_had_not_seen_the_flags_count():
    one = review(HIGH)
    first = note_view(one, FIRST, None, "", ALICE, LATER)
    skip = skip_view(one, FIRST, CAROL, LATER)

    assert counts(first, ())
    assert counts(first, (skip,))
    assert not counts(skip, ())
    later = note_view(signed(acknowledged(review(HIGH)), second_read=True), SECOND, None, "", CAROL, LATER)
    assert not counts(later, (first, skip))
    assert counts(later, (first,))
