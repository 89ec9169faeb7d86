"""Feedback is about the rule: it acknowledges nothing, moves no review, and the newest of a person stands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.feedback import (
    FeedbackKind,
    WordsNeeded,
    in_short,
    on_flag,
    on_submission,
    replaced_by,
    standing,
)
from intake.domain.review import Review
from intake.domain.review_entries import Done
from intake.domain.review_refusals import UnknownFlag
from intake.domain.rules import Outcome, Priority
from intake.domain.safety_log import AlreadyClosed, NoteNeeded, entries
from storage.samples import ALICE, BOB, NOW, outcome, screening, submission_of_pat

NOT_USEFUL, WRONG, MISSING = FeedbackKind.NOT_USEFUL, FeedbackKind.WRONG, FeedbackKind.MISSING


@pytest.fixture
def review():
    return Review(submission_of_pat(), (screening(),))


def said(review, kind, words="", who=ALICE, flag=0):
    given = review.give_feedback(kind, review.flags[flag].key, words, who, NOW)
    return review if given is None else replace(review, feedback=(*review.feedback, given))


def test_feedback_names_the_flag_its_rule_and_who_said_it(review):
    (one,) = said(review, WRONG, "  He takes none.  ").feedback

    flag = review.flags[0]
    assert (one.says, one.flag, one.rule) == (WRONG, flag.key, flag.outcome.rule)
    assert (one.title, one.words, one.printed_name) == (flag.outcome.title, "He takes none.", "A. Lice, NP")
    assert one.is_logged


def test_a_missing_flag_is_of_the_submission_as_a_whole(review):
    (one,) = said(review, MISSING, "Her tremor").feedback

    assert (one.says, one.flag, one.rule, one.title) == (MISSING, "", "", "")
    assert one.is_logged


def test_not_useful_needs_no_words_and_is_no_matter_of_safety(review):
    (one,) = said(review, NOT_USEFUL).feedback

    assert not one.is_logged


@pytest.mark.parametrize("kind", [WRONG, MISSING])
@pytest.mark.parametrize("words", ["", "  \n"])
def test_wrong_and_missing_are_said_in_words(review, kind, words):
    with pytest.raises(WordsNeeded):
        said(review, kind, words)


def test_a_flag_nobody_was_shown_is_unknown(review):
    with pytest.raises(UnknownFlag):
        review.give_feedback(NOT_USEFUL, "0" * 32, "", ALICE, NOW)


def test_what_was_not_raised_is_no_flag(review):
    not_raised = review.screening.not_raised[0]

    with pytest.raises(UnknownFlag):
        review.give_feedback(WRONG, not_raised.key, "It should be", ALICE, NOW)


def test_a_flag_that_stands_cannot_be_missing():
    with pytest.raises(ValueError, match="cannot be missing"):
        on_flag(outcome(), MISSING, "words", ALICE, NOW)


def test_a_flag_of_an_earlier_screening_can_still_be_spoken_of(review):
    later = replace(review, screenings=(*review.screenings, screening(outcome("new"))))

    given = later.give_feedback(WRONG, review.flags[0].key, "It was", ALICE, NOW)

    assert given.rule == review.flags[0].outcome.rule


@pytest.mark.parametrize("kind", FeedbackKind)
def test_feedback_acknowledges_nothing_and_changes_neither_status_nor_fingerprint(review, kind):
    after = said(review, kind, "words")

    assert len(after.feedback) == 1
    assert after.blockers() == review.blockers()
    assert after.status is review.status
    assert after.fingerprint() == review.fingerprint()
    assert after.flags == review.flags


def test_feedback_can_be_given_after_the_sign_off(review):
    for flag in review.flags:
        seen = review.acknowledge(flag.key, ALICE, "", NOW, done=Done.CALLED_PATIENT)
        review = replace(review, acknowledgements=(*review.acknowledgements, seen))
    signed = review.sign_off(ALICE, "Read.", "", review.fingerprint(), NOW)
    review = replace(review, sign_offs=(signed,))

    after = said(review, MISSING, "Her tremor")

    assert after.feedback
    assert after.status is review.status


def test_of_one_person_and_one_flag_the_newest_stands(review):
    review = said(said(review, WRONG, "no"), NOT_USEFUL)

    assert [one.says for one in standing(review.feedback)] == [NOT_USEFUL]
    assert [one.says for one in review.feedback] == [WRONG, NOT_USEFUL], "the earlier stays in the record"
    assert replaced_by(review.feedback, 1) == review.feedback[1]
    assert replaced_by(review.feedback, 2) is None


def test_two_people_and_two_flags_stand_side_by_side(review):
    review = said(said(said(review, WRONG, "no"), NOT_USEFUL, who=BOB), NOT_USEFUL, flag=1)

    assert standing(review.feedback) == review.feedback


def test_two_flags_may_be_missing(review):
    review = said(said(review, MISSING, "tremor"), MISSING, "thyroid")

    assert len(standing(review.feedback)) == 2


@pytest.mark.parametrize("kind", FeedbackKind)
def test_saying_the_same_twice_is_saying_it_once(review, kind):
    once = said(review, kind, "words")

    assert said(once, kind, " words ").feedback == once.feedback
    assert said(once, kind, "other words").feedback != once.feedback
    assert said(once, kind, "words", who=BOB).feedback != once.feedback


def test_going_back_to_what_one_said_first_is_said_anew(review):
    review = said(said(said(review, NOT_USEFUL), WRONG, "no"), NOT_USEFUL)

    assert [one.says for one in review.feedback] == [NOT_USEFUL, WRONG, NOT_USEFUL]


@given(
    st.lists(
        st.tuples(st.sampled_from(FeedbackKind), st.sampled_from([ALICE, BOB]), st.sampled_from("ab")),
        max_size=9,
    )
)
def test_exactly_one_thing_stands_of_each_person_and_flag_and_every_missing_one(given_by):
    given = tuple(
        on_submission(word, who, NOW)
        if kind is MISSING
        else on_flag(outcome(word), kind, "words", who, NOW + timedelta(minutes=number))
        for number, (kind, who, word) in enumerate(given_by)
    )

    stands = standing(given)

    on_flags = [(one.clinician, one.flag) for one in stands if one.flag]
    assert len(on_flags) == len(set(on_flags))
    assert set(on_flags) == {(one.clinician, one.flag) for one in given if one.flag}
    newest = {(one.clinician, one.flag): one for one in given if one.flag}
    assert {one for one in stands if one.flag} == set(newest.values())
    assert [one for one in stands if not one.flag] == [one for one in given if not one.flag]


def test_in_short_no_words_of_the_clinicians_stand(review):
    review = said(said(said(review, WRONG, "secret"), NOT_USEFUL, "secret", flag=1), MISSING, "secret")

    lines = [in_short(one) for one in review.feedback]
    assert [line.partition(":")[0] for line in lines] == ["wrong", "not useful", "a flag is missing"]
    assert "secret" not in " ".join(lines)


def log_of(review, closings=()):
    return entries(review.submission.id, "HL-7K4-92Q", review.feedback, closings)


def test_wrong_and_missing_make_the_safety_log_and_nothing_else_does(review):
    review = said(said(said(review, NOT_USEFUL), WRONG, "no", flag=1), MISSING, "tremor")

    log = log_of(review)

    assert [(one.number, one.feedback.says) for one in log] == [(2, WRONG), (3, MISSING)]
    assert all(one.is_open for one in log)


def test_changing_ones_mind_closes_nothing(review):
    review = said(said(review, WRONG, "no"), NOT_USEFUL)

    (entry,) = log_of(review)

    assert entry.is_open
    assert entry.replaced_by == review.feedback[1]


def test_an_entry_is_closed_by_a_named_person_with_a_note(review):
    review = said(review, MISSING, "tremor")
    (entry,) = log_of(review)

    closing = entry.close("  Rule written.  ", BOB, NOW)

    assert (closing.entry, closing.note, closing.printed_name) == (1, "Rule written.", "B. Ob, MD")
    (closed,) = log_of(review, (closing,))
    assert not closed.is_open


def test_an_entry_is_closed_once_and_pressing_twice_changes_nothing(review):
    review = said(review, MISSING, "tremor")
    (entry,) = log_of(review)
    (closed,) = log_of(review, (entry.close("Done", BOB, NOW),))

    assert closed.close("Done", BOB, NOW) is None
    with pytest.raises(AlreadyClosed):
        closed.close("Done otherwise", BOB, NOW)
    with pytest.raises(AlreadyClosed):
        closed.close("Done", ALICE, NOW)


def test_an_entry_is_not_closed_without_a_note(review):
    (entry,) = log_of(said(review, MISSING, "tremor"))

    with pytest.raises(NoteNeeded):
        entry.close("  ", BOB, NOW)


def test_the_samples_hold_what_these_tests_rest_on(review):
    """The control: two flags, one of them undecided, and a rule that is none."""
    assert [flag.outcome.outcome for flag in review.flags] == [Outcome.RAISED, Outcome.CANNOT_TELL]
    assert review.flags[1].outcome.priority is Priority.URGENT
    assert review.screening.not_raised
    assert ALICE.id != BOB.id
