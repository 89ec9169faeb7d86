"""What people type in boxes, read as they meant it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import as_shipped
from intake.domain.answers import BLANK, Day, Number, Reading, Text
from intake.web.patient import as_meant, parse

TODAY = date(2026, 11, 20)
ASKED = as_shipped.library().questionnaire
HEIGHT, WEIGHT = ASKED.question("height"), ASKED.question("weight")
PRESSURE, BORN = ASKED.question("recent_bp_reading"), ASKED.question("date_of_birth")
EMAIL, PHONE = ASKED.question("email"), ASKED.question("phone")
anything = st.text(max_size=30) | st.from_regex(r"[0-9/.,' ]{0,12}", fullmatch=True)


def outcome(read, *typed):
    """The value, or the words that say what to check."""
    try:
        return read(*typed).value
    except parse.Wrong as wrong:
        return wrong.words


@pytest.mark.parametrize("typed", [("5", "9"), ("5'9\"", ""), ("5 ft 9 in", ""), ("5 9", ""), ("5’9”", "9")])
def test_feet_and_inches_in_one_box_or_in_two(typed):
    assert outcome(parse.number, HEIGHT, "ft_in", typed) == Number(Decimal("175.26"), ("5", "9"), "ft_in")


@pytest.mark.parametrize("typed", [("5.9", ""), ("510", ""), ("five ten", ""), ("-5", "9")])
def test_a_height_that_could_mean_two_things_is_asked_about(typed):
    expected = "Height: type it in numbers, like 5 feet 9 inches"
    assert outcome(parse.number, HEIGHT, "ft_in", typed) == expected


def test_twelve_inches_are_a_foot():
    assert outcome(parse.number, HEIGHT, "ft_in", ("5", "12")).startswith("Height: inches go from 0 to 11")


def test_a_height_without_inches_is_a_height():
    assert outcome(parse.number, HEIGHT, "ft_in", ("6", "")).amount == Decimal("182.88")


def test_inches_without_feet_are_asked_about():
    assert outcome(parse.number, HEIGHT, "ft_in", ("", "9")) == "Height: type the feet too"


@pytest.mark.parametrize("typed", ["182", " 182 ", "182 lb", "182lbs.", "182 Pounds"])
def test_a_unit_word_may_stand_behind_the_number(typed):
    assert outcome(parse.number, WEIGHT, "lb", (typed,)).typed == ("182",)


def test_a_comma_or_a_point(typed=("70,5", "70.5")):
    assert {outcome(parse.number, WEIGHT, "kg", (one,)).amount for one in typed} == {Decimal("70.5")}


def test_kilograms_are_never_taken_for_pounds():
    words = outcome(parse.number, WEIGHT, "lb", ("80 kg",))
    assert words == "Weight: you typed “80 kg”. Check which unit it is in"


@pytest.mark.parametrize("typed", ["about 180", "1e5", "-5", "NaN", "9" * 30])
def test_what_is_no_number_is_answered_with_an_example(typed):
    assert outcome(parse.number, WEIGHT, "lb", (typed,)) == "Weight: type it in numbers, like 182"


def test_a_number_beyond_its_limits_is_said_back():
    assert outcome(parse.number, WEIGHT, "lb", ("2000",)) == "Weight: you typed 2000 lb. Check the number"


@pytest.mark.parametrize(("typed", "plausible"), [("182", True), ("20", False), ("700", False)])
def test_an_improbable_number_is_one_to_ask_about(typed, plausible):
    value = parse.number(WEIGHT, "kg" if typed == "20" else "lb", (typed,)).value
    assert parse.is_plausible(WEIGHT, value) is plausible


@pytest.mark.parametrize(
    "typed",
    [("158", "96"), ("158/96", ""), ("158 over 96", ""), ("", "158/96"), ("158-96", ""), ("158 mmHg", "96")],
)
def test_a_reading_in_one_box_or_in_two(typed):
    assert outcome(parse.reading, PRESSURE, *typed) == Reading(158, 96)


def test_swapped_numbers_are_asked_about():
    words = outcome(parse.reading, PRESSURE, "96", "158")
    assert words == "The top number is most often the bigger one. Check these"


def test_half_a_reading_is_asked_about():
    assert outcome(parse.reading, PRESSURE, "158", "") == "Type the bottom number too"


def test_a_reading_beyond_its_limits_names_the_number():
    assert outcome(parse.reading, PRESSURE, "500", "96") == "Top number: you typed 500. Check the number"


@pytest.mark.parametrize("month", ["7", "07", "Jul", "JULY", "july.", "julio"])
def test_a_month_is_a_name_or_a_number(month):
    assert outcome(parse.day, BORN, month, "4", "1988", TODAY) == Day(date(1988, 7, 4))


@pytest.mark.parametrize("typed", ["07/04/1988", "July 4, 1988", "jul 4th 1988"])
def test_a_whole_date_in_the_first_box(typed):
    assert outcome(parse.day, BORN, typed, "", "", TODAY) == Day(date(1988, 7, 4))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("7", "4", ""), "Your date of birth needs a year"),
        (("", "", "1988"), "Your date of birth needs a month and a day"),
        (("June", "31", "1988"), "There is no June 31. Check the day"),
        (("2", "29", "1999"), "There is no February 29 in 1999. Check the day"),
        (("13", "1", "1990"), "Check the month. Write a name, like July, or a number from 1 to 12"),
        (("7", "44", "1990"), "Check the day. It is a number from 1 to 31"),
        (("7", "4", "88"), "Write the year with 4 numbers, like 1988"),
        (("11", "21", "2026"), "This date is still to come. Check the year"),
        (("7", "4", "1890"), "This date is more than 120 years away. Check the year"),
    ],
)
def test_a_date_that_cannot_be_is_said_kindly(typed, words):
    assert outcome(parse.day, BORN, *typed, TODAY) == words


def test_today_is_not_still_to_come():
    assert outcome(parse.day, BORN, "11", "20", "2026", TODAY) == Day(TODAY)


def test_an_email_has_the_shape_of_one():
    assert outcome(parse.text, EMAIL, " pat@example.com ") == Text("pat@example.com")
    assert outcome(parse.text, EMAIL, "pat at example") == (
        "Check the email. It should look like name@example.com"
    )


def test_a_phone_number_has_digits():
    assert outcome(parse.text, PHONE, "+1 555 010 0142 after 5") == Text("+1 555 010 0142 after 5")
    assert "7 digits" in outcome(parse.text, PHONE, "call my mother")


def test_text_too_long_says_by_how_much():
    long, short = ASKED.question("anything_else"), ASKED.question("first_name")
    assert outcome(parse.text, long, "x" * 2000) == Text("x" * 2000)
    assert outcome(parse.text, long, "x" * 2001) == (
        "Make this shorter. It has 2,001 letters, and there is room for 2,000"
    )
    assert "room for 200" in outcome(parse.text, short, "x" * 201)


def test_lines_stay_lines_and_what_cannot_be_seen_goes():
    assert outcome(parse.text, ASKED.question("anything_else"), "one\r\ntwo\x00") == Text("one\ntwo")


@pytest.mark.parametrize("typed", ["", "  ", "\n\t "])
def test_nothing_typed_is_blank(typed):
    assert parse.number(WEIGHT, "lb", (typed,)) == BLANK
    assert parse.reading(PRESSURE, typed, typed) == BLANK
    assert parse.day(BORN, typed, typed, typed, TODAY) == BLANK
    assert parse.text(EMAIL, typed) == BLANK


@given(anything, anything, anything)
def test_whatever_is_typed_is_an_answer_or_a_sentence(one, two, three):
    for read, typed in (
        (parse.number, (HEIGHT, "ft_in", (one, two))),
        (parse.number, (WEIGHT, "kg", (one,))),
        (parse.reading, (PRESSURE, one, two)),
        (parse.day, (BORN, one, two, three, TODAY)),
        (parse.text, (EMAIL, one)),
    ):
        try:
            read(*typed)
        except parse.Wrong as wrong:
            assert wrong.words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("two", "2"),
        ("Seventy", "70"),
        ("seventy-two", "72"),
        ("a hundred and fifty", "150"),
        ("one hundred eighty two", "182"),
        ("a hundred pounds", "100 pounds"),
        ("5½", "5.5"),
        ("5 ½ in", "5.5 in"),
        # What could mean two numbers, or none, stays as it is.
        ("one fifty", "one fifty"),
        ("five ten", "five ten"),
        ("a hundred and", "a hundred and"),
        ("twenty ten", "twenty ten"),
        ("many", "many"),
        ("158-96", "158-96"),
        ("-5", "-5"),
        ("", ""),
    ],
)
def test_numbers_in_words_are_read_where_they_mean_one_number(typed, meant):
    assert as_meant.in_digits(typed) == meant


@given(st.integers(0, 999))
def test_every_number_in_words_is_that_number(number):
    assert as_meant.in_digits(in_words(number)) == str(number)


def in_words(number):
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{in_words(hundreds)} hundred" + (f" and {in_words(rest)}" if rest else "")
    if number < 20:
        return as_meant._BELOW_TWENTY[number]
    tens, units = divmod(number, 10)
    return as_meant._BY_TEN[tens - 2] + (f"-{in_words(units)}" if units else "")


def test_a_weight_and_a_reading_in_words():
    assert outcome(parse.number, WEIGHT, "lb", ("a hundred and fifty pounds",)).typed == ("150",)
    assert outcome(parse.reading, PRESSURE, "one hundred twenty over eighty", "") == Reading(120, 80)
    assert outcome(parse.reading, PRESSURE, "158 over 96", "") == Reading(158, 96)


@pytest.mark.parametrize(
    "typed",
    [
        ("July 4, 1988", "", ""),
        ("", "4 July 1988", ""),
        ("4th of July 1988", "", ""),
        ("", "", "07/04/1988"),
        ("1988-07-04", "", ""),
        ("", "7.4.1988", ""),
    ],
)
def test_a_whole_date_may_be_put_in_any_one_box(typed):
    assert outcome(parse.day, BORN, *typed, TODAY) == Day(date(1988, 7, 4))


def test_a_first_number_above_twelve_is_a_day_for_sure():
    assert outcome(parse.day, BORN, "25/12/1988", "", "", TODAY) == Day(date(1988, 12, 25))
    assert outcome(parse.day, BORN, "25/13/1988", "", "", TODAY).startswith("Check the month")


@pytest.mark.parametrize("typed", [("7/4/88", "", ""), ("July", "4", "88"), ("July 4 '88", "", "")])
def test_a_year_of_two_numbers_is_asked_about(typed):
    assert outcome(parse.day, BORN, *typed, TODAY) == "Write the year with 4 numbers, like 1988"


def test_an_email_has_no_spaces():
    assert outcome(parse.text, EMAIL, "pat @ example. com") == Text("pat@example.com")
    assert outcome(parse.text, EMAIL, "pat example.com").startswith("Check the email")


def test_things_in_boxes_of_their_own_stay_apart():
    assert parse.each(["penicillin, a rash ", "", "latex;"]).value == Text("penicillin, a rash; latex")
    assert parse.each(["", " "]) == BLANK
    with pytest.raises(parse.Wrong, match="Make this shorter"):
        parse.each(["x" * 1_000] * 3)


ENDLESS = ("five " * 12_000, "9" * 60_000, " ".join("½" * 30_000), "pat" + " " * 60_000 + "pat")
KINDS = {
    "a number": lambda typed: parse.number(WEIGHT, "lb", (typed,)),
    "feet": lambda typed: parse.number(HEIGHT, "ft_in", (typed, "9")),
    "inches": lambda typed: parse.number(HEIGHT, "ft_in", ("5", typed)),
    "a reading": lambda typed: parse.reading(PRESSURE, typed, ""),
    "its second number": lambda typed: parse.reading(PRESSURE, "120", typed),
    "a month": lambda typed: parse.day(BORN, typed, "4", "1988", TODAY),
    "a day": lambda typed: parse.day(BORN, "7", typed, "1988", TODAY),
    "a year": lambda typed: parse.day(BORN, "", "", typed, TODAY),
    "an e-mail": lambda typed: parse.text(EMAIL, typed),
    "a phone": lambda typed: parse.text(PHONE, typed),
    "a list": lambda typed: parse.each([typed]),
}


class Seen:
    """What reads what was typed, and how long that was."""

    def __init__(self, reads, lengths):
        self.reads, self.lengths = reads, lengths

    def __call__(self, typed):
        self.lengths.append(len(typed))
        return self.reads(typed)

    def sub(self, instead, typed):
        self.lengths.append(len(typed))
        return self.reads.sub(instead, typed)

    def fullmatch(self, typed):
        self.lengths.append(len(typed))
        return self.reads.fullmatch(typed)


@pytest.fixture
def lengths(monkeypatch):
    """How long everything was that was read: its cost may grow with the square of it."""
    lengths = []
    for name in ("in_digits", "whole_date", "_SPACES_IN_AN_ADDRESS", "_NUMBER", "_FEET_AND_INCHES"):
        monkeypatch.setattr(parse, name, Seen(getattr(parse, name), lengths))
    return lengths


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("typed", ENDLESS, ids=["words", "digits", "fractions", "spaces"])
def test_what_is_far_too_long_is_refused_before_anything_reads_it(kind, typed, lengths):
    one_line = "spaces" if typed is ENDLESS[-1] and kind not in ("an e-mail", "a phone") else ""

    words = outcome(KINDS[kind], typed)

    # Spaces within a number or a date are one: what is left of these is short, and says something else.
    assert one_line or words.startswith("Make this shorter. It has ")
    assert all(length <= parse.LONGEST_SHORT_TEXT for length in lengths)


def test_the_reading_above_is_seen(lengths):
    assert outcome(parse.number, WEIGHT, "lb", ("182 lb",)) == outcome(parse.number, WEIGHT, "lb", ("182",))
    assert outcome(parse.text, EMAIL, "pat @ example.com") == Text("pat@example.com")
    assert outcome(parse.day, BORN, "July 4 1988", "", "", TODAY) == Day(date(1988, 7, 4))
    assert lengths == [6, 6, 3, 3, 17, 11]
