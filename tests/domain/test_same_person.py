"""What two submissions have in common, and how they differ question by question."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.answers import Answers, State
from intake.domain.review_entries import By
from intake.domain.same_person import Known, Resemblance, SaidOfTwo, compared, linked, pair, resemblance
from intake.domain.screening import Editions
from intake.domain.submissions import Signature, Submission
from intake.domain.wording import Line, PartLines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BORN = date(1988, 7, 4)
OTHER_DAY = date(1988, 4, 7)
known = st.builds(Known, st.text(max_size=12), st.none() | st.sampled_from([BORN, OTHER_DAY]))


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (("Pat Doe", BORN), ("pat  DOE", BORN), Resemblance.NAME_AND_BIRTH),
        (("José Núñez", BORN), ("Jose Nunez", BORN), Resemblance.NAME_AND_BIRTH),
        (("Doe, Pat", BORN), ("Pat Doe", BORN), Resemblance.NAME_AND_BIRTH),
        (("Pat Doe", BORN), ("Patt Doe", BORN), Resemblance.LIKE_NAME_AND_BIRTH),
        (("Pat Doe", BORN), ("Pat Doe", OTHER_DAY), Resemblance.NAME_ONLY),
        (("Pat Doe", BORN), ("Pat Doe", None), Resemblance.NAME_ONLY),
        (("Pat Doe", BORN), ("Pat Livingstone", BORN), Resemblance.BIRTH_AND_A_PART),
        (("Pat Doe", BORN), ("Robin Livingstone", BORN), None),
        (("Pat Doe", BORN), ("Patt Doe", OTHER_DAY), None),
        (("Pat Doe", None), ("Patt Doe", None), None),
        (("", BORN), ("", BORN), None),
    ],
)
def test_what_two_have_in_common(one, other, common):
    assert resemblance(Known(*one), Known(*other)) is common


@given(known, known)
def test_it_does_not_matter_which_is_asked_about(one, other):
    assert resemblance(one, other) is resemblance(other, one)


def line(question, said, given_as="", state=State.ANSWERED):
    return Line(question, f"{question}?", question, said, state, given=given_as)


def submission(*parts):
    transcript = tuple(PartLines(part, part.title(), tuple(lines)) for part, lines in parts)
    editions = Editions("q", "r", "m")
    signature = Signature("Pat Doe", (), NOON)
    return Submission(UUID(int=1), "HL-7K4-92Q", Answers({}), transcript, signature, editions, NOON)


def test_what_was_said_otherwise_differs_and_new_wording_does_not():
    before = submission(("heart", [line("a", "Yes", "yes"), line("b", "Not at all", "0")]))
    after = submission(("heart", [line("a", "No", "no"), line("b", "Never", "0")]))

    ((first, second),) = (part.lines for part in compared(before, after))

    assert first.differs
    assert not second.differs


def test_a_question_asked_only_once_differs():
    (part,) = compared(submission(("heart", [line("a", "Yes")])), submission(("heart", [line("b", "Yes")])))

    assert [(one.question, one.earlier is None, one.later is None) for one in part.lines] == [
        ("b", True, False),
        ("a", False, True),
    ]
    assert all(one.differs for one in part.lines)


def test_left_open_in_two_ways_differs():
    before = submission(("heart", [line("a", "Not sure", "not_sure", State.NOT_SURE)]))
    after = submission(("heart", [line("a", "Left blank", "blank", State.BLANK)]))

    assert compared(before, after)[0].lines[0].differs


questions = st.lists(st.sampled_from("abcdefgh"), unique=True).map(
    lambda ids: [line(one, "Yes") for one in ids]
)


@given(questions, questions)
def test_every_question_of_both_stands_once(earlier, later):
    parts = compared(submission(("one", earlier)), submission(("two", later)))

    shown = [one.question for part in parts for one in part.lines]
    assert sorted(shown) == sorted({one.question for one in (*earlier, *later)})


def test_two_submissions_are_kept_in_one_order_and_one_is_not_two():
    one, other = UUID(int=1), UUID(int=2)
    assert pair(one, other) == pair(other, one) == (one, other)
    with pytest.raises(ValueError, match="itself"):
        pair(one, one)


def test_only_what_was_said_to_be_the_same_is_linked():
    by = By(UUID(int=9), "A. Rivera, NP", NOON)
    said = {UUID(int=1): SaidOfTwo(True, by), UUID(int=2): SaidOfTwo(False, by)}
    assert linked(said) == (UUID(int=1),)
