"""What a clinic may set: what is kept is what was typed, and what cannot be is told in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.clinic_settings import ClinicSettings, KeptLogo, changed, problems_of
from intake.domain.clinic_settings_typed import boxes_of, settings_in, taken_over
from intake.domain.logo import LogoKind
from intake.domain.reading_promise import ReadingPromise, Unit

NOW = ClinicSettings(
    clinic_name="Harbor Light Clinic",
    clinic_color="#0f766e",
    clinic_phone="(555) 010-0142",
    clinic_hours="Monday to Friday",
    clinic_logo=None,
    promised_reading=ReadingPromise(2, Unit.WORK_DAYS),
    next_steps=(),
    read_first=False,
    second_read_percent=0,
    claim_minutes=30,
    names_in_access_list=False,
)
LETTERS = st.characters(categories=("L", "N", "P", "S"), include_characters=" ")
WORDS = st.text(LETTERS, min_size=1, max_size=70).map(str.strip).filter(bool)
ANY = st.builds(
    ClinicSettings,
    clinic_name=WORDS,
    clinic_color=st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
    clinic_phone=WORDS.map(lambda words: f"555 {words[:30]}".strip()),
    clinic_hours=WORDS,
    clinic_logo=st.none() | st.builds(KeptLogo, st.sampled_from(LogoKind), st.integers(0, 9)),
    promised_reading=st.builds(ReadingPromise, st.integers(1, 30), st.sampled_from(Unit)),
    next_steps=st.lists(WORDS, max_size=3, unique=True).map(tuple),
    read_first=st.booleans(),
    second_read_percent=st.integers(0, 100),
    claim_minutes=st.integers(5, 480),
    names_in_access_list=st.booleans(),
)


@given(ANY)
def test_whatever_may_be_set_is_what_its_own_boxes_set(settings):
    typed, problems = settings_in(boxes_of(settings), NOW)

    assert not problems_of(settings)
    assert not problems
    assert replace(typed, clinic_logo=settings.clinic_logo) == settings


@given(ANY, ANY)
def test_what_changed_is_what_is_not_the_same(one, other):
    found = changed(one, other)

    assert replace(other, **found) == one
    assert all(getattr(one, name) != getattr(other, name) for name in found)


@pytest.mark.parametrize(
    ("box", "typed", "words"),
    [
        ("clinic_name", "  ", "Write the clinic's name"),
        ("clinic_name", "x" * 81, "80 characters"),
        ("clinic_name", "A\x07clinic", "all on one line"),
        ("clinic_color", "teal", "Write the color like #0f766e"),
        ("clinic_color", "#0f766", "Write the color like #0f766e"),
        ("clinic_phone", "call us", "with its digits"),
        ("clinic_hours", "", "when somebody answers"),
        ("promised_amount", "0", "from 1 to 30 for work days"),
        ("promised_amount", "soon", "from 1 to 30 for work days"),
        ("promised_amount", "31", "from 1 to 30 for work days"),
        ("promised_unit", "weeks", "Choose hours or work days"),
        ("next_steps", "Call them\nCall them", "stands here twice"),
        ("next_steps", "x" * 121, "120 characters"),
        ("next_steps", "\n".join(str(n) for n in range(21)), "at most 20 next steps"),
        ("second_read_percent", "101", "from 0 to 100"),
        ("second_read_percent", "-1", "from 0 to 100"),
        ("second_read_percent", "1.5", "from 0 to 100"),
        ("claim_minutes", "4", "from 5 to 480"),
        ("claim_minutes", "481", "from 5 to 480"),
    ],
)
def test_what_cannot_be_is_told_beside_its_box(box, typed, words):
    _, problems = settings_in(replace(boxes_of(NOW), **{box: typed}), NOW)

    assert list(problems) == [box]
    assert words in problems[box]


def test_small_slips_of_the_hand_are_understood():
    typed = replace(boxes_of(NOW), clinic_color=" 0F766E ", clinic_name=" North ", next_steps="\n Call \n\n")

    settings, problems = settings_in(typed, NOW)

    assert not problems
    assert (settings.clinic_color, settings.clinic_name, settings.next_steps) == (
        "#0f766e",
        "North",
        ("Call",),
    )


def test_what_nobody_touched_shows_what_somebody_else_set_meanwhile():
    began = boxes_of(NOW)
    theirs = replace(began, clinic_phone="555 0199", clinic_hours="Always")
    typed = replace(began, clinic_name="North", clinic_hours="Never")

    assert taken_over(typed, began, theirs) == replace(typed, clinic_phone="555 0199")
