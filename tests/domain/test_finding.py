"""Names are found as people remember them, references as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.finding import parts, references, sought, whole_reference

letters = st.text("abcdefghij", min_size=5, max_size=9)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("avery", "Jordan Avery"),
        ("AVERY", "Jordan Avery"),
        ("avery jordan", "Jordan Avery"),
        ("jord", "Jordan Avery"),
        ("jose", "José García"),
        ("garcía", "Jose Garcia"),
        ("obrien", "Sam O’Brien"),
        ("o'brien", "Sam O’Brien"),
        ("lopez", "Ana Lopez-Ortiz"),
        ("lopez ortiz", "Ana Lopez-Ortiz"),
        ("soren", "Søren Lund"),
        ("strasse", "Uwe Straße"),
        ("jorden", "Jordan Avery"),
        ("jodan", "Jordan Avery"),
        ("joordan", "Jordan Avery"),
        ("jrodan", "Jordan Avery"),
    ],
)
def test_a_name_is_found(typed, name):
    assert sought(typed, None).is_name(name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("avery smith", "Jordan Avery"),
        ("dan", "Jordan Avery"),
        ("lee", "Bo Lea"),
        ("jxrdxn", "Jordan Avery"),
        ("---", "Jordan Avery"),
        ("", "Jordan Avery"),
    ],
)
def test_another_name_is_not(typed, name):
    assert not sought(typed, None).is_name(name)


@given(letters, st.data())
def test_one_letter_wrong_in_a_long_name_is_found_wherever_it_is(name, data):
    place = data.draw(st.integers(0, len(name) - 1))
    ways = [
        name[:place] + "x" + name[place:],
        name[:place] + "x" + name[place + 1 :],
        name[:place] + name[place + 1 :],
        name[:place] + name[place : place + 2][::-1] + name[place + 2 :],
    ]
    for typed in ways:
        assert len(typed) < 5 or sought(typed, None).is_name(name), typed


@given(letters, st.data())
def test_two_letters_wrong_are_somebody_else(name, data):
    first, second = data.draw(st.lists(st.integers(0, len(name) - 1), min_size=2, max_size=2, unique=True))
    typed = "".join("z" if place in (first, second) else letter for place, letter in enumerate(name))
    assert not sought(typed, None).is_name(name)


@given(st.text(max_size=30))
def test_every_name_is_found_by_itself(name):
    assert not parts(name) or sought(name, None).is_name(name)


@pytest.mark.parametrize("typed", ["HL-7K4-92Q", "hl-7k4-92q", "HL7K492Q", "hl 7k4 92q", " HL–7K4–92Q "])
def test_a_reference_is_understood_however_it_is_written(typed):
    assert references(typed) == ("HL-7K4-92Q",)


@pytest.mark.parametrize("typed", ["7K4-92Q", "7k492q", "7K4 92Q"])
def test_the_end_of_a_reference_is_enough(typed):
    assert references(typed) == ("-7K4-92Q",)


@pytest.mark.parametrize("typed", ["Jordan", "7K4", "HL-7K4-92Q-X", "HL-7A4-92Q", "1988"])
def test_what_is_no_reference_is_not_taken_for_one(typed):
    assert references(typed) == ()


def test_a_date_is_looked_for_as_a_date_alone():
    wanted = sought("July 4, 1988", date(1988, 7, 4))
    assert (wanted.born, wanted.parts, wanted.references) == (date(1988, 7, 4), (), ())


@pytest.mark.parametrize("typed", ["7m7 3xm", "7M73XM", " hl 7m7 3xm", "HL-7M7-3XM", "hl7m73xm"])
def test_a_reference_is_made_whole_with_the_clinics_prefix(typed):
    assert whole_reference(typed, "HL") == "HL-7M7-3XM"


@pytest.mark.parametrize("typed", ["", "7m7", "\x00", "HL-111-000", "x" * 300])
def test_what_cannot_be_a_reference_stays_as_it_is(typed):
    assert whole_reference(typed, "HL") == typed
