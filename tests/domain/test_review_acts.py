"""Taking back, acknowledging notes together, reopening, putting off: what is recorded and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.reviewed import (
    ALICE,
    ALSO_NOTE,
    ANSWERS,
    CAROL,
    HIGH,
    LATER,
    NOTE,
    TODAY,
    UNDECIDED,
    URGENT,
    acknowledged,
    review,
    revised,
    screened_again,
    signed,
    with_entry,
)
from intake.domain.answers import NOT_SURE, Chosen, answered
from intake.domain.review import Status
from intake.domain.review_acts import (
    FURTHEST,
    AlreadyUndone,
    NotPutOff,
    NotSigned,
    PastDay,
    ReasonNeeded,
    TooFar,
    UrgentFirst,
    acknowledge_notes,
    bring_back,
    look_again,
    notes_waiting,
    reopen,
    undo,
)
from intake.domain.review_entries import Done
from intake.domain.review_refusals import (
    AlreadyAcknowledged,
    AlreadySignedOff,
    Changed,
    DoneInWords,
    DoneNeeded,
    NotReady,
    UnknownFlag,
)
from intake.domain.rules import Priority
from intake.domain.standing import PlaceInWork

DAY = timedelta(days=1)


def key_of(one, rule):
    return next(flag.key for flag in one.flags if flag.outcome.rule == rule.id)


def test_an_urgent_flag_asks_what_was_done():
    one = review(URGENT)

    with pytest.raises(DoneNeeded):
        one.acknowledge(key_of(one, URGENT), ALICE, "Seen", LATER)

    seen = one.acknowledge(key_of(one, URGENT), ALICE, "", LATER, Done.CALLED_PATIENT)
    assert seen.done is Done.CALLED_PATIENT


@pytest.mark.parametrize("done", [Done.ASKED_COLLEAGUE, Done.OTHER])
def test_what_else_was_done_needs_words(done):
    one = review(URGENT)

    with pytest.raises(DoneInWords):
        one.acknowledge(key_of(one, URGENT), ALICE, "  ", LATER, done)

    assert one.acknowledge(key_of(one, URGENT), ALICE, "Dr. Diaz", LATER, done).note == "Dr. Diaz"


def test_a_flag_counts_by_the_priority_it_stands_with():
    lowered = replace(URGENT, priority=Priority.HIGH)
    raised = replace(HIGH, priority=Priority.URGENT)
    one = review(lowered, raised)
    assert one.acknowledge(key_of(one, lowered), ALICE, "", LATER, Done.OTHER).done is None
    with pytest.raises(DoneNeeded):
        one.acknowledge(key_of(one, raised), ALICE, "", LATER)


def test_notes_are_acknowledged_together_each_with_a_record_of_its_own():
    one = review(URGENT, HIGH, NOTE, ALSO_NOTE, UNDECIDED)
    shown = [flag.key for flag in notes_waiting(one)]

    given = acknowledge_notes(one, shown, ALICE, "Read", LATER)

    assert {seen.flag for seen in given} == {key_of(one, NOTE), key_of(one, ALSO_NOTE)}
    assert {(seen.note, seen.printed_name) for seen in given} == {("Read", ALICE.printed_name)}


@pytest.mark.parametrize("other", [URGENT, HIGH, UNDECIDED])
def test_nothing_but_notes_is_acknowledged_together(other):
    one = review(other, NOTE)

    with pytest.raises(UnknownFlag):
        acknowledge_notes(one, [key_of(one, NOTE), key_of(one, other)], ALICE, "", LATER)


def test_a_note_that_was_not_on_the_page_is_not_acknowledged():
    one = review(NOTE)
    shown = [key_of(one, NOTE)]

    given = acknowledge_notes(screened_again(one, NOTE, ALSO_NOTE), shown, ALICE, "", LATER)

    assert [seen.flag for seen in given] == shown


def test_notes_somebody_else_acknowledged_meanwhile_stay_theirs():
    one = review(NOTE, ALSO_NOTE)
    shown = [flag.key for flag in notes_waiting(one)]
    first = one.acknowledge(shown[0], CAROL, "", LATER)
    one = replace(one, acknowledgements=(first,))

    assert [seen.flag for seen in acknowledge_notes(one, shown, ALICE, "", LATER)] == shown[1:]
    with pytest.raises(AlreadyAcknowledged):
        acknowledge_notes(acknowledged(one), shown, ALICE, "", LATER)


def test_an_acknowledgement_is_taken_back_by_anybody_until_the_sign_off():
    one = acknowledged(review(HIGH, NOTE))

    taken_back = undo(one, 1, CAROL, LATER)
    after = with_entry(one, taken_back)

    assert taken_back.by.printed_name == CAROL.printed_name
    assert [blocker.flag.key for blocker in after.blockers()] == [taken_back.flag]
    with pytest.raises(AlreadyUndone):
        undo(after, 1, ALICE, LATER)
    with pytest.raises(AlreadySignedOff):
        undo(signed(one), 1, ALICE, LATER)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_what_was_never_acknowledged_is_not_taken_back(number):
    with pytest.raises(AlreadyUndone):
        undo(acknowledged(review(HIGH, NOTE)), number, ALICE, LATER)


def test_undo_is_of_the_acknowledgement_that_was_on_the_page_and_not_of_a_later_one():
    one = acknowledged(review(HIGH))
    again = acknowledged(with_entry(one, undo(one, 1, ALICE, LATER)), by=CAROL)

    with pytest.raises(AlreadyUndone):
        undo(again, 1, ALICE, LATER)
    assert again.acknowledgement(again.flags[0].key).clinician == CAROL.id


def test_what_is_taken_back_after_a_signature_is_not_covered_by_it():
    """Signed over one flag; another is raised; the first is taken back; the other is gone again."""
    one = screened_again(signed(acknowledged(review(HIGH))), HIGH, NOTE)

    one = screened_again(with_entry(one, undo(one, 1, ALICE, LATER)), HIGH)

    assert one.blockers()
    assert one.status is Status.NEEDS_REVIEW


def test_reopening_says_why_and_keeps_the_signature():
    one = signed(acknowledged(review(HIGH)))

    again = with_entry(one, reopen(one, " New letter ", CAROL, 1, LATER))

    assert again.status is Status.NEEDS_REVIEW
    assert again.was_reopened
    assert again.sign_offs == one.sign_offs
    assert again.entries[0].reason == "New letter"
    assert signed(again).status is Status.SIGNED_OFF


def test_reopening_needs_a_reason_a_signature_and_the_one_that_was_on_the_page():
    one = signed(acknowledged(review(HIGH)))

    with pytest.raises(ReasonNeeded):
        reopen(one, "  ", ALICE, 1, LATER)
    with pytest.raises(NotSigned):
        reopen(review(HIGH), "Because", ALICE, 0, LATER)
    again = signed(with_entry(one, reopen(one, "Because", ALICE, 1, LATER)))
    with pytest.raises(Changed):
        reopen(again, "Because", ALICE, 1, LATER)


def test_a_form_is_put_off_until_a_day_within_two_years():
    one = review(HIGH)

    put_off = look_again(one, TODAY + DAY, " Waits for labs ", ALICE, TODAY, LATER)

    assert with_entry(one, put_off).standing.place(TODAY) is PlaceInWork.LATER
    assert put_off.reason == "Waits for labs"
    with pytest.raises(PastDay):
        look_again(one, TODAY - DAY, "", ALICE, TODAY, LATER)
    assert look_again(one, TODAY, "", ALICE, TODAY, LATER)
    assert look_again(one, TODAY + FURTHEST, "", ALICE, TODAY, LATER)
    with pytest.raises(TooFar):
        look_again(one, TODAY + FURTHEST + DAY, "", ALICE, TODAY, LATER)


def test_a_form_is_not_put_off_while_an_urgent_flag_waits():
    one = review(URGENT, HIGH)

    with pytest.raises(UrgentFirst) as refusal:
        look_again(one, TODAY + DAY, "", ALICE, TODAY, LATER)

    assert [flag.outcome.rule for flag in refusal.value.flags] == ["urgent"]
    assert look_again(acknowledged(one), TODAY + DAY, "", ALICE, TODAY, LATER)


def test_what_was_put_off_is_brought_back_once():
    one = review(HIGH)
    put_off = with_entry(one, look_again(one, TODAY + DAY, "", ALICE, TODAY, LATER))

    back = with_entry(put_off, bring_back(put_off, CAROL, LATER))

    assert back.standing.place(TODAY) is PlaceInWork.QUEUE
    with pytest.raises(NotPutOff):
        bring_back(back, CAROL, LATER)


@pytest.mark.parametrize(
    "news",
    [
        pytest.param(lambda one: screened_again(one, HIGH, URGENT), id="a new flag"),
        pytest.param(lambda one: revised(one, ANSWERS.with_({"takes": NOT_SURE}), HIGH), id="the patient"),
    ],
)
def test_nobody_put_off_what_came_since(news):
    one = review(HIGH)
    put_off = with_entry(one, look_again(one, TODAY + 30 * DAY, "", ALICE, TODAY, LATER))

    assert news(put_off).standing.place(TODAY) is PlaceInWork.QUEUE
    assert screened_again(put_off, HIGH).standing.place(TODAY) is PlaceInWork.LATER


def test_a_sign_off_is_bound_to_the_facts_recorded_by_then():
    one = acknowledged(review(HIGH))
    again = acknowledged(with_entry(one, undo(one, 1, ALICE, LATER)))

    assert signed(again).sign_offs[0].entries == 1
    assert signed(again).status is Status.SIGNED_OFF
    with pytest.raises(Changed):
        again.sign_off(ALICE, "Read.", "", one.fingerprint(), LATER)
    with pytest.raises(NotReady):
        taken_back = with_entry(one, undo(one, 1, ALICE, LATER))
        taken_back.sign_off(ALICE, "Read.", "", taken_back.fingerprint(), LATER)


def test_a_flag_that_changed_tells_who_had_acknowledged_it_as_it_was():
    before = acknowledged(review(HIGH), by=CAROL)
    after = revised(before, ANSWERS.with_({"treated": NOT_SURE}), HIGH)

    found = after.acknowledged_before(after.flags[0])

    assert found.acknowledgement.printed_name == CAROL.printed_name
    assert found.flag.key == before.flags[0].key
    assert after.acknowledgement(after.flags[0].key) is None
    assert before.acknowledged_before(before.flags[0]) is None
    unseen = revised(review(HIGH), ANSWERS.with_({"treated": NOT_SURE}), HIGH)
    assert unseen.acknowledged_before(unseen.flags[0]) is None


def test_a_flag_that_is_as_it_was_again_is_acknowledged_as_it_was():
    before = acknowledged(review(HIGH))
    after = revised(before, ANSWERS.with_({"treated": NOT_SURE}), HIGH)

    back = revised(after, ANSWERS.with_({"treated": answered(Chosen("no"))}), HIGH)

    assert back.acknowledgement(back.flags[0].key).clinician == ALICE.id
