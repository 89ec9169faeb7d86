"""A review: what stands in the way of a sign-off, what a sign-off covers, what reopens it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

import small
from intake.domain.answers import Answers, Chosen, Day, Text, answered
from intake.domain.conditions import Compare, Operator
from intake.domain.permissions import Permission, Role, StaffMember
from intake.domain.review import Review, Status
from intake.domain.review_refusals import (
    AlreadyAcknowledged,
    AlreadySignedOff,
    Changed,
    NotReady,
    UnknownFlag,
)
from intake.domain.rules import Checked, Priority, Rule, RuleBook, Source, SourceKind
from intake.domain.screening import Editions, screen
from intake.domain.submissions import Signature, Submission
from intake.domain.wording import transcribe

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ALICE = StaffMember(UUID(int=1), "alice", "A. Rivera, MD", frozenset({Role.CLINICIAN}))
CAROL = StaffMember(UUID(int=2), "carol", "C. Diaz, NP", frozenset({Role.CLINICIAN}))
EVIDENCE = small.given(
    Answers(
        {
            "pressure": answered(Chosen("yes")),
            "treated": answered(Chosen("no")),
            "born": answered(Day(small.TODAY.replace(year=1980))),
            "more": answered(Text("nothing")),
        }
    )
)
SOURCE = Source(SourceKind.INFERENCE, "Clinical inference of the intake project", Checked.NOT_CHECKED)


def rule(rule_id, question, choice):
    when = Compare(question, Operator.IS, choice)
    return Rule(rule_id, rule_id, rule_id, Priority.HIGH, when, "Why.", (SOURCE,), "Lead", small.TODAY)


FIRST, SECOND, THIRD = rule("a", "pressure", "yes"), rule("b", "treated", "no"), rule("c", "takes", "yes")


def screening(*rules):
    return screen(RuleBook(rules), EVIDENCE, Editions("q", "r", "m"), NOON)


def review(*rules):
    signature = Signature("Pat Doe", ("I agree",), NOON)
    submission = Submission(
        UUID(int=9),
        "HL-7K4-92Q",
        EVIDENCE.answers,
        transcribe(EVIDENCE),
        signature,
        Editions("q", "r", "m"),
        NOON,
    )
    return Review(submission, (screening(*rules),))


def acknowledged(one, by=ALICE):
    for flag in one.flags:
        if one.acknowledgement(flag.key) is None:
            ack = one.acknowledge(flag.key, by, "Seen", LATER)
            one = replace(one, acknowledgements=(*one.acknowledgements, ack))
    return one


def signed(one):
    sign_off = one.sign_off(ALICE, "I have read this.", "", one.fingerprint(), LATER)
    return replace(one, sign_offs=(*one.sign_offs, sign_off))


def test_every_flag_stands_in_the_way_until_it_is_acknowledged():
    one = review(FIRST, SECOND)

    with pytest.raises(NotReady) as refusal:
        one.sign_off(ALICE, "I have read this.", "", one.fingerprint(), LATER)

    assert {blocker.flag.outcome.rule for blocker in refusal.value.blockers} == {"a", "b"}


def test_what_cannot_be_told_stands_in_the_way_as_well():
    one = review(THIRD)

    assert [blocker.flag.outcome.rule for blocker in one.blockers()] == ["c"]


def test_a_flag_is_acknowledged_once():
    one = acknowledged(review(FIRST))

    with pytest.raises(AlreadyAcknowledged):
        one.acknowledge(one.flags[0].key, CAROL, "", LATER)


def test_a_flag_that_is_not_there_cannot_be_acknowledged():
    with pytest.raises(UnknownFlag):
        review(FIRST).acknowledge("0" * 32, ALICE, "", LATER)


def test_a_sign_off_covers_exactly_what_was_shown():
    one = acknowledged(review(FIRST))
    sign_off = one.sign_off(ALICE, "I have read this.", " note ", one.fingerprint(), LATER)

    assert sign_off.covers == one.fingerprint()
    assert (sign_off.printed_name, sign_off.note, sign_off.at) == ("A. Rivera, MD", "note", LATER)


def test_what_changed_since_the_page_was_opened_is_not_signed_for():
    one = review(FIRST, SECOND)
    shown = one.fingerprint()

    with pytest.raises(Changed):
        acknowledged(one).sign_off(ALICE, "I have read this.", "", shown, LATER)


def test_a_submission_without_flags_still_needs_a_sign_off():
    one = review()

    assert one.status is Status.NEEDS_REVIEW
    assert signed(one).status is Status.SIGNED_OFF


def test_a_signed_review_is_not_signed_again():
    one = signed(acknowledged(review(FIRST)))

    with pytest.raises(AlreadySignedOff):
        one.sign_off(CAROL, "I have read this.", "", one.fingerprint(), LATER)


def test_a_screening_that_raises_something_new_reopens_the_review():
    one = signed(acknowledged(review(FIRST)))

    again = replace(one, screenings=(*one.screenings, screening(FIRST, SECOND)))

    assert again.status is Status.NEEDS_REVIEW
    assert again.was_reopened
    assert [blocker.flag.outcome.rule for blocker in again.blockers()] == ["b"]


def test_a_screening_that_raises_nothing_new_leaves_the_sign_off_standing():
    one = signed(acknowledged(review(FIRST, SECOND)))

    again = replace(one, screenings=(*one.screenings, screening(FIRST)))

    assert again.status is Status.SIGNED_OFF


def test_the_fingerprint_changes_with_an_acknowledgement_an_answer_and_a_screening():
    one = review(FIRST)
    other_answer = replace(one.submission.transcript[0].lines[0], said="No")
    part = replace(one.submission.transcript[0], lines=(other_answer,))
    changed = replace(one, submission=replace(one.submission, transcript=(part,)))
    again = replace(one, screenings=(*one.screenings, screening(FIRST, SECOND)))

    prints = {x.fingerprint() for x in (one, acknowledged(one), changed, again)}

    assert len(prints) == 4


def test_an_administrator_alone_may_not_review():
    bob = StaffMember(UUID(int=3), "bob", "B. Stone", frozenset({Role.ADMINISTRATOR}))

    assert not bob.may(Permission.REVIEW)
    assert ALICE.may(Permission.REVIEW)
    assert not ALICE.may(Permission.MANAGE_STAFF)
