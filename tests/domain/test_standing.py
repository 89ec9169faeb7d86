"""Where a review stands, over whatever happens to it, in whatever order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.reviewed import (
    ALICE,
    ANSWERS,
    CAROL,
    LATER,
    RULES,
    TODAY,
    acknowledged,
    review,
    revised,
    screened_again,
    signed,
    with_entry,
)
from intake.domain import review_acts
from intake.domain.answers import NOT_SURE, Chosen, answered
from intake.domain.changes import says_the_same
from intake.domain.review import Status
from intake.domain.review_changes import Shown, as_shown, review_changes
from intake.domain.review_entries import (
    By,
    Done,
    Question,
    QuestionWithdrawn,
    Reopening,
    Undoing,
    ViewKind,
)
from intake.domain.review_refusals import (
    AlreadyAcknowledged,
    AlreadySignedOff,
    Changed,
    NotReady,
    UnknownFlag,
)
from intake.domain.rules import Priority
from intake.domain.standing import LINK_LIVES, PlaceInWork, Standing, open_questions
from intake.domain.viewing import ViewNotDue, note_view

DAY = timedelta(days=1)
REFUSALS = (
    AlreadyAcknowledged,
    AlreadySignedOff,
    Changed,
    IndexError,
    NotReady,
    UnknownFlag,
    ViewNotDue,
    review_acts.AlreadyUndone,
    review_acts.NotPutOff,
    review_acts.NotSigned,
    review_acts.UrgentFirst,
)
SAID = {"treated": (answered(Chosen("no")), NOT_SURE), "takes": (answered(Chosen("yes")), NOT_SURE)}

people = st.sampled_from([ALICE, CAROL])
small_numbers = st.integers(0, 4)
steps = st.one_of(
    st.tuples(st.just("acknowledge"), people, small_numbers),
    st.tuples(st.just("acknowledge all"), people),
    st.tuples(st.just("undo"), people, small_numbers),
    st.tuples(st.just("sign"), people, st.booleans(), st.integers(0, 3)),
    st.tuples(st.just("reopen"), people),
    st.tuples(st.just("look again"), people, small_numbers),
    st.tuples(st.just("bring back"), people),
    st.tuples(st.just("screen"), st.sets(st.sampled_from(RULES), min_size=1)),
    st.tuples(st.just("revise"), st.sampled_from(sorted(SAID)), st.integers(0, 1)),
    st.tuples(st.just("view"), people, st.sampled_from(ViewKind)),
    st.tuples(st.just("ask"), people),
    st.tuples(st.just("withdraw"), people),
)


def taken(one, step):
    """The review after a step, as the services would record it. Raises one of REFUSALS."""
    match step:
        case "acknowledge", who, number:
            seen = one.acknowledge(one.flags[number].key, who, "Seen", LATER, Done.CALLED_PATIENT)
            return replace(one, acknowledgements=(*one.acknowledgements, seen))
        case "acknowledge all", who:
            return acknowledged(one, by=who)
        case "sign", who, second, days:
            return signed(one, by=who, at=LATER + days * DAY, second_read=second)
        case "screen", rules:
            return screened_again(one, *sorted(rules, key=RULES.index))
        case "revise", question, said:
            rules = [rule for rule in RULES if any(o.rule == rule.id for o in one.screening.outcomes)]
            asked = next((place for place, _ in open_questions(one.entries)), None)
            answers = one.submission.answers.with_({question: SAID[question][said]})
            return revised(one, answers, *rules, asked=asked)
        case _:
            return with_entry(one, entry_of(one, step))


def entry_of(one, step):
    """The entry that a step records. Raises one of REFUSALS."""
    match step:
        case "undo", who, number:
            return review_acts.undo(one, number, who, LATER)
        case "reopen", who:
            return review_acts.reopen(one, "Why", who, len(one.sign_offs), LATER)
        case "look again", who, days:
            return review_acts.look_again(one, TODAY + days * DAY, "", who, TODAY, LATER)
        case "bring back", who:
            return review_acts.bring_back(one, who, LATER)
        case "view", who, kind:
            return note_view(one, kind, Priority.HIGH, "Words", who, LATER)
        case "ask", who:
            stood = tuple(flag.key for flag in one.flags)
            return Question("How is it now?", By(who.id, who.printed_name, LATER), flags=stood)
        case "withdraw", who:
            return QuestionWithdrawn(open_questions(one.entries)[0][0], By(who.id, who.printed_name, LATER))


def walked(moves):
    """Every review on the way, with the step that led to each; refused steps lead nowhere."""
    one = review(*RULES)
    way = [(None, one)]
    for step in moves:
        try:
            one = taken(one, step)
        except REFUSALS:
            continue
        way.append((step, one))
    return way


walks = settings(max_examples=120, deadline=None)
moves = st.lists(steps, max_size=14)


@walks
@given(moves)
def test_nothing_stands_signed_while_a_flag_is_uncovered_or_unacknowledged(moves):
    for _, one in walked(moves):
        if one.standing.signed:
            assert {flag.key for flag in one.flags} <= set(one.sign_offs[-1].flags)
            assert one.blockers() == ()
        assert (one.status is Status.SIGNED_OFF) is one.standing.signed
        assert not (one.standing.second_read and not one.standing.signed)
        assert not (one.standing.is_finished and one.blockers())


@walks
@given(moves)
def test_what_takes_a_form_up_again_always_brings_it_back(moves):
    for step, one in walked(moves):
        if step is not None and step[0] in ("reopen", "revise", "undo"):
            assert one.status is Status.NEEDS_REVIEW
            assert not one.standing.is_finished
            assert one.standing.look_again_on is None, "nobody put that off"


@walks
@given(moves)
def test_a_new_fact_always_changes_the_fingerprint(moves):
    way = walked(moves)
    for (_, before), (step, after) in pairwise(way):
        same_again = step[0] == "screen" and says_the_same(before.screening, after.screening)
        # Rules that quote nothing new leave what is signed as it was.
        no_new_flag = step[0] == "screen" and [f.key for f in before.flags] == [f.key for f in after.flags]
        nothing_left = step[0] == "acknowledge all" and before == after
        if not (same_again or no_new_flag or nothing_left):
            assert before.fingerprint() != after.fingerprint(), step


@walks
@given(moves)
def test_a_page_finds_again_what_it_showed_whatever_came_since(moves):
    way = [one for _, one in walked(moves)]
    for one in way:
        shown = Shown.read(str(Shown.of(one)))
        assert as_shown(way[-1], shown) == one
        assert review_changes(one, way[-1]).nothing is (one == way[-1])


@walks
@given(moves, st.integers(1, 700))
def test_a_form_comes_back_exactly_on_the_day_it_was_put_off_to(moves, days):
    one = acknowledged(walked(moves)[-1][1])
    day = TODAY + days * DAY

    put_off = with_entry(one, review_acts.look_again(one, day, "", ALICE, TODAY, LATER)).standing

    if not put_off.second_read:
        assert put_off.place(day - DAY) is PlaceInWork.LATER
    assert put_off.place(day) is PlaceInWork.QUEUE
    assert put_off.place(day + 30 * DAY) is PlaceInWork.QUEUE
    assert not put_off.is_finished


@walks
@given(moves)
def test_an_open_question_hides_nothing_from_the_clinic(moves):
    for _, one in walked(moves):
        if one.standing.place(TODAY) is not PlaceInWork.WAITING_ON_PATIENT:
            continue
        newest, question = open_questions(one.entries)[-1]
        signed_since = any(by.entries >= newest for by in one.sign_offs)
        # A flag that went away and is back as it was signed for is as well known as it was.
        signed_for = {key for by in one.sign_offs[-1:] for key in by.flags}
        known = set(question.flags) | (signed_for if signed_since or one.standing.signed else set())
        assert not any(blocker.flag.outcome.priority is Priority.URGENT for blocker in one.blockers())
        assert {flag.key for flag in one.flags} <= known
        came_after = any(isinstance(entry, Reopening | Undoing) for entry in one.entries[newest:])
        assert one.standing.signed or not came_after
        assert one.standing.place(TODAY + LINK_LIVES - DAY) is PlaceInWork.WAITING_ON_PATIENT
        assert one.standing.place(TODAY + LINK_LIVES) is PlaceInWork.QUEUE
        assert not one.standing.is_finished


@walks
@given(moves)
def test_what_somebody_asks_about_waits_while_they_know_all_of_it(moves):
    """The other half: nothing that only waits for an answer fills up the queue."""
    one = acknowledged(walked(moves)[-1][1])
    if one.standing.look_again_on is None and not one.standing.second_read:
        waits = with_entry(one, entry_of(one, ("ask", ALICE)))
        assert waits.standing.place(TODAY) is PlaceInWork.WAITING_ON_PATIENT
        assert waits.standing.asked_at is not None


@pytest.mark.parametrize(
    "news",
    [
        lambda one: with_entry(one, review_acts.undo(one, 1, ALICE, LATER)),
        lambda one: screened_again(one, *RULES),
        lambda one: with_entry(signed(one), review_acts.reopen(signed(one), "Why", ALICE, 1, LATER)),
        lambda one: screened_again(signed(one), *RULES),
    ],
)
def test_what_comes_after_the_question_brings_the_form_back(news):
    one = acknowledged(review(*RULES[1:]))
    asked = with_entry(one, entry_of(one, ("ask", ALICE)))
    assert asked.standing.place(TODAY) is PlaceInWork.WAITING_ON_PATIENT
    assert news(asked).standing.place(TODAY) is PlaceInWork.QUEUE
    assert news(asked).standing.asked_at is not None, "the row keeps its mark"


def test_a_question_of_before_its_flags_were_kept_waits_as_it_did():
    one = acknowledged(review(*RULES[1:]))
    old = with_entry(one, replace(entry_of(one, ("ask", ALICE)), flags=None))
    assert screened_again(old, *RULES[1:], RULES[0]).standing.place(TODAY) is PlaceInWork.QUEUE  # urgent
    assert screened_again(old, *RULES[1:]).standing.place(TODAY) is PlaceInWork.WAITING_ON_PATIENT


@walks
@given(moves, people, st.data())
def test_taken_back_and_acknowledged_again_stands_as_before(moves, who, data):
    one = acknowledged(walked(moves)[-1][1])
    if one.status is Status.SIGNED_OFF or not one.flags:
        return
    flag = data.draw(st.sampled_from(one.flags))

    back = with_entry(one, review_acts.undo(one, one.acknowledgement_number(flag.key), who, LATER))
    again = acknowledged(back, by=who)

    assert [blocker.flag.key for blocker in back.blockers()] == [flag.key]
    assert back.acknowledgement(flag.key) is None
    assert again.acknowledgement(flag.key).clinician == who.id
    assert again.blockers() == ()
    assert signed(again).status is Status.SIGNED_OFF


def test_the_walks_come_to_every_kind_of_place():
    """The control of the walks above: they do sign, reopen, put off, wait and read twice."""
    way = [
        ("acknowledge all", ALICE),
        ("ask", ALICE),
        ("withdraw", CAROL),
        ("look again", ALICE, 2),
        ("bring back", CAROL),
        ("sign", ALICE, True, 0),
        ("view", CAROL, ViewKind.SECOND),
        ("reopen", CAROL),
        ("undo", ALICE, 1),
        ("acknowledge", CAROL, 0),
        ("sign", CAROL, False, 0),
        ("revise", "takes", 1),
        ("screen", set(RULES[:2])),
    ]
    found = walked(way)

    assert [step for step, _ in found[1:]] == way
    places = [one.standing.place(TODAY) for _, one in found]
    # Junk has walks of its own (test_junk.py).
    assert set(places) == set(PlaceInWork) - {PlaceInWork.JUNK}


@pytest.mark.parametrize(("days", "place"), [(1, PlaceInWork.LATER), (0, PlaceInWork.QUEUE)])
def test_a_signed_form_is_looked_at_again_too(days, place):
    one = signed(acknowledged(review(*RULES)))
    put_off = with_entry(one, review_acts.look_again(one, TODAY + days * DAY, "", ALICE, TODAY, LATER))

    assert put_off.standing.place(TODAY) is place
    done = with_entry(put_off, review_acts.bring_back(put_off, ALICE, LATER))
    assert done.standing.place(TODAY) is PlaceInWork.DONE


def test_answers_of_the_walks_turn_rules():
    assert screened_again(review(), *RULES).flags
    assert ANSWERS.value("treated") == Chosen("no")


@pytest.mark.parametrize(
    ("ahead", "place"),
    [
        (timedelta(0), PlaceInWork.WAITING_ON_PATIENT),
        (timedelta(days=1), PlaceInWork.WAITING_ON_PATIENT),
        (timedelta(days=2), PlaceInWork.QUEUE),
        (timedelta(days=365), PlaceInWork.QUEUE),
    ],
    ids=str,
)
def test_a_question_asked_while_the_clock_was_ahead_hides_no_form_until_it_has_caught_up(ahead, place):
    at = datetime(2026, 11, 27, 9, tzinfo=UTC) + ahead

    assert Standing(asked_at=at, asked_last_at=at).place(date(2026, 11, 27)) is place
