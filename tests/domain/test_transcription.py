"""Two typings of one paper in one: what both say, what somebody settled, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from intake.domain.answers import BLANK, DECLINED, NOT_SURE, Answers, Chosen, Text, answered
from intake.domain.evidence import PatientEvidence
from intake.domain.from_paper import Kept
from intake.domain.transcription import (
    Changed,
    Discrepancy,
    NotThere,
    NotYours,
    Pass,
    SamePerson,
    TakenAlready,
    Transcription,
    Typing,
    compare,
    settle,
    typed,
)
from intake.domain.truth import Truth

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ALICE, TESS = UUID(int=1), UUID(int=2)
CHOOSING = {one.id: one for one in small.asked.questions if one.choices and one.kind.value != "choose_any"}


def reading(answers):
    return PatientEvidence(small.asked, small.formulary, answers, date(2026, 11, 20))


def entries_of(question):
    choices = st.sampled_from([answered(Chosen(one.id)) for one in CHOOSING[question].choices])
    return choices | st.sampled_from([NOT_SURE, DECLINED, BLANK, Kept.UNREAD, None])


def typing_of(by, entries):
    answers = {name: one for name, one in entries.items() if one not in (None, Kept.UNREAD)}
    unread = frozenset(name for name, one in entries.items() if one is Kept.UNREAD)
    return Typing(by, str(by), Answers(answers), unread, finished_at=NOW)


typings = st.fixed_dictionaries({one: entries_of(one) for one in CHOOSING})


def both_of(first, second):
    return Transcription(UUID(int=3), "HL-1", "e" * 64, NOW, typing_of(TESS, first), typing_of(ALICE, second))


@given(typings, typings)
def test_nothing_is_kept_that_not_both_typed_or_somebody_settled(first, second):
    found = compare(both_of(first, second), reading, frozenset())

    assert all(first[one] == second[one] == answer for one, answer in found.answers.items())
    assert all(first[one] is second[one] is Kept.UNREAD for one in found.unread)
    assert not found.unread & set(found.answers)
    differ = {one.question for one in found.discrepancies}
    evidence = reading(found.answers)
    asked = {one.id for one in small.asked.questions if evidence.asked(one.id).truth is Truth.YES}
    assert asked == set(found.answers) | found.unread | differ  # nothing that applies is lost


@given(typings, typings, st.sampled_from([Kept.FIRST, Kept.SECOND, Kept.UNREAD, Kept.ANEW]))
def test_settling_ends_with_everything_settled(first, second, kept):
    both = both_of(first, second)
    for _ in small.asked.questions:
        found = compare(both, reading, frozenset())
        if not found.discrepancies:
            break
        one = found.discrepancies[0]
        entry = {Kept.FIRST: one.first, Kept.SECOND: one.second}.get(kept, kept)
        both = settle(both, one, Kept.UNREAD if entry is None else kept, BLANK, "Alice", NOW)

    assert compare(both, reading, frozenset()).discrepancies == ()


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("I sleep badly", "i  sleep badly ", True),
        ("I sleep badly", "I sleep badly.", False),
        ("one\ntwo", "one two", False),
        ("158/96", "158/69", False),
    ],
)
def test_capitals_and_spaces_are_nobodys_handwriting(first, second, agree):
    question = next(one.id for one in small.asked.questions if one.kind.value == "text" and not one.only_if)
    both = both_of({question: answered(Text(first))}, {question: answered(Text(second))})

    found = compare(both, reading, frozenset())

    assert (question in found.answers) is agree


def test_what_does_not_stand_on_the_paper_is_neither_compared_nor_kept():
    given_ = {"pressure": answered(Chosen("yes"))}

    found = compare(both_of(given_, given_), reading, frozenset({"pressure"}))

    assert "pressure" not in found.answers
    assert "pressure" not in {one.question for one in found.discrepancies}


def test_what_is_typed_takes_the_place_of_what_stood_there():
    before = Typing(TESS, "T", Answers({"pressure": BLANK, "low": BLANK}), frozenset({"treated"}))

    after = typed(before, {"pressure", "treated"}, {"treated": NOT_SURE}, frozenset({"pressure"}))

    assert dict(after.answers) == {"low": BLANK, "treated": NOT_SURE}
    assert after.unread == {"pressure"}


def test_a_typing_is_open_to_whoever_types_it_and_to_nobody_else():
    begun = Transcription(UUID(int=3), "HL-1", "e" * 64, NOW, Typing(TESS, "T"))
    assert begun.pass_of(TESS) is Pass.FIRST
    with pytest.raises(NotYours):
        begun.pass_of(ALICE)
    with pytest.raises(NotThere):
        begun.with_second(ALICE, "A", alone=False)

    waits = replace(begun, first=replace(begun.first, finished_at=NOW))
    with pytest.raises(SamePerson):
        waits.with_second(TESS, "T", alone=False)
    second = waits.with_second(ALICE, "A", alone=False)
    assert second.pass_of(ALICE) is Pass.SECOND
    with pytest.raises(NotYours):
        second.pass_of(TESS)
    with pytest.raises(TakenAlready):
        second.with_second(TESS, "T", alone=True)


def test_nothing_is_settled_with_what_nobody_typed():
    both = both_of({"pressure": answered(Chosen("yes"))}, {})

    with pytest.raises(Changed):
        settle(both, Discrepancy("pressure", answered(Chosen("yes")), None), Kept.SECOND, None, "A", NOW)
