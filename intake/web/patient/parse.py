"""What was typed in boxes, read as a person meant it; what cannot be read is asked about kindly."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from intake.domain.answers import BLANK, Answer, Day, Number, Reading, Text, answered
from intake.domain.languages import mark
from intake.domain.measures import to_canonical
from intake.domain.questionnaire import Question
from intake.domain.wording import unit_in_words
from intake.web.languages import say, voice
from intake.web.patient.as_meant import in_digits, whole_date

LONGEST_TEXT = 2_000
LONGEST_SHORT_TEXT = 200
# Between things that were typed in boxes of their own.
EACH_APART = "; "
_OLDEST = 120
_FEWEST_DIGITS = 7

_MONTHS = (
    ("january", "enero"),
    ("february", "febrero"),
    ("march", "marzo"),
    ("april", "abril"),
    ("may", "mayo"),
    ("june", "junio"),
    ("july", "julio"),
    ("august", "agosto"),
    ("september", "septiembre"),
    ("october", "octubre"),
    ("november", "noviembre"),
    ("december", "diciembre"),
)
_NUMBER = re.compile(r"(\d{1,9}(?:[.,]\d{1,4})?)\s*([^\d\s.,/-]*)\.?")
_FEET_AND_INCHES = re.compile(
    r"(\d{1,2})"
    # What parts feet from inches: without it, "510" and "5.9" could mean two things each.
    r"(?:(?:\s*(?:ft\.?|feet|foot|pies?|['’′]),?\s*|,?\s+)"
    r"(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:in\.?|inch|inches|pulgadas?|\"|”|″|'')?)?)?",
    re.IGNORECASE,
)
_TWO_NUMBERS = re.compile(r"(\d{2,3})\s*(?:/|\\|-|–|,|over|sobre|\s)\s*(\d{2,3})", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Its cost grows with the square of the spaces: only for what is no longer than an address.
_SPACES_IN_AN_ADDRESS = re.compile(r"\s*([@.])\s*")

# How people write the units; a word of another unit is asked about, because 80 kg are not 80 lb.
_UNIT_WORDS = {
    "lb": ("lb", "lbs", "pound", "pounds", "libra", "libras", "#"),
    "kg": ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramos"),
    "cm": ("cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres", "centímetros"),
    "beats per minute": ("bpm", "beats", "beats/min", "beats a minute", "latidos", "lpm"),
    "days": ("day", "days", "día", "días", "dias"),
}
_INCHES = ("", "in", "inch", "inches", "pulgada", "pulgadas", '"', "”", "″")
_A_PART = {"month": mark("a month"), "day": mark("a day"), "year": mark("a year")}
_EXAMPLES = {
    "lb": "182",
    "kg": "82",
    "cm": "175",
    "ft_in": mark("5 feet 9 inches"),
    "beats per minute": "72",
    "days": "4",
}


def box_of(unit: str, at: int = 0) -> str:
    """The name of the box a number in this unit is typed in: no spaces, for it is part of an HTML id."""
    return f"{unit.replace(' ', '_')}-{at}"


class Wrong(Exception):
    """What was typed cannot be taken as it is; the words say how to put it right."""

    def __init__(self, words: str, box: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.box = box


def number(question: Question, unit: str, typed: tuple[str, ...]) -> Answer:
    """A number as typed in the boxes of one unit. Raises Wrong."""
    typed = tuple(in_digits(_short(one, box_of(unit, at))) for at, one in enumerate(typed))
    if not any(typed):
        return BLANK
    boxes = _feet_and_inches(question, typed) if unit == "ft_in" else (_amount(question, unit, typed[0]),)
    amount = to_canonical(unit, boxes)
    value = Number(amount, boxes, unit)
    if question.limits and not question.limits[0].hold(amount):
        words = say(
            "%(label)s: you typed %(typed)s. Check the number", label=question.label, typed=typed_words(value)
        )
        raise Wrong(words, box_of(unit))
    return answered(value)


def is_plausible(question: Question, value: Number | Reading) -> bool:
    """Whether a number is one to take without asking "is that right?"."""
    numbers = (value.amount,) if isinstance(value, Number) else (Decimal(value.first), Decimal(value.second))
    return all(bounds.hold(one) for bounds, one in zip(question.plausible, numbers, strict=False))


def typed_words(value: Number | Reading) -> str:
    """What was typed, to be said back: "8 ft 2 in", "182 lb", "158 over 96"."""
    match value:
        case Reading(first, second):
            return say("%(first)s over %(second)s", first=first, second=second)
        case Number(_, (feet, inches), "ft_in"):
            return say("%(feet)s ft %(inches)s in", feet=feet, inches=inches or "0")
        case Number(_, typed, unit):
            return f"{typed[0]} {unit_in_words(unit, voice())}".strip()


def reading(question: Question, first: str, second: str) -> Answer:
    """Two numbers that are one answer, also when both were put in one box. Raises Wrong."""
    first, second = _short(first, "first"), _short(second, "second")
    first, second = (" over ".join(map(in_digits, one.split(" over "))) for one in (first, second))
    if bool(first) is not bool(second) and (both := _TWO_NUMBERS.match(first or second)):
        first, second = both[1], both[2]
    if not first and not second:
        return BLANK
    numbers = [
        _whole(question, typed, label, box)
        for typed, label, box in zip((first, second), question.part_labels, ("first", "second"), strict=True)
    ]
    if numbers[0] < numbers[1]:
        raise Wrong(say("The top number is most often the bigger one. Check these"), "first")
    for one, bounds, label, box in zip(
        numbers, question.limits, question.part_labels, ("first", "second"), strict=False
    ):
        if not bounds.hold(Decimal(one)):
            words = say("%(label)s: you typed %(typed)s. Check the number", label=label, typed=one)
            raise Wrong(words, box)
    return answered(Reading(*numbers))


def day(question: Question, month: str, day: str, year: str, today: date) -> Answer:
    """A calendar date, the month as a name or a number. Raises Wrong."""
    month, day, year = _short(month, "month"), _short(day, "day"), _short(year, "year")
    if not (month or day or year):
        return BLANK
    only = [one for one in (month, day, year) if one]
    if len(only) == 1 and (whole := whole_date(only[0])):
        month, day, year = whole
    _refuse_missing(question, {"month": month, "day": day, "year": year})
    found = _calendar_date(_month(month), _number_of(day, "day"), _number_of(year, "year"))
    if question.past and found > today:
        raise Wrong(say("This date is still to come. Check the year"), "year")
    if abs(found.year - today.year) > _OLDEST:
        words = say("This date is more than %(years)s years away. Check the year", years=_OLDEST)
        raise Wrong(words, "year")
    return answered(Day(found))


def text(question: Question, typed: str) -> Answer:
    """Words as typed, without what cannot be seen. Raises Wrong."""
    words = visible(typed)
    if not words:
        return BLANK
    is_for_email = question.inputmode == "email"
    refuse_too_long(words, LONGEST_TEXT if question.long and not is_for_email else LONGEST_SHORT_TEXT)
    if is_for_email:
        # Nobody has a space in their address; a phone's keyboard likes to put one there.
        words = _SPACES_IN_AN_ADDRESS.sub(r"\1", words)
    if is_for_email and not is_email(words):
        raise Wrong(say("Check the email. It should look like name@example.com"))
    if question.inputmode == "tel" and sum(one.isdecimal() for one in words) < _FEWEST_DIGITS:
        words = say(
            "Check the number. It should have at least %(digits)s digits, like (555) 010-0142",
            digits=_FEWEST_DIGITS,
        )
        raise Wrong(words)
    return answered(Text(words))


def each(typed: Iterable[str]) -> Answer:
    """Several things, each as typed in a box of its own, as words that stay apart. Raises Wrong."""
    things = [words for one in typed if (words := _tidy(one).strip("; "))]
    if not things:
        return BLANK
    words = EACH_APART.join(things)
    refuse_too_long(words, LONGEST_TEXT)
    return answered(Text(words))


def visible(typed: str) -> str:
    """Words as typed, without what cannot be seen."""
    return _INVISIBLE.sub("", typed.replace("\r\n", "\n")).strip()


def is_email(words: str) -> bool:
    """Whether it looks like an address for e-mail."""
    return len(words) <= LONGEST_SHORT_TEXT and _EMAIL.fullmatch(words) is not None


def refuse_too_long(words: str, longest: int, box: str = "") -> None:
    """Raises Wrong, with both lengths, when there are more letters than are kept."""
    if len(words) > longest:
        has, room = voice().number(len(words)), voice().number(longest)
        message = mark("Make this shorter. It has %(has)s letters, and there is room for %(room)s")
        raise Wrong(say(message, has=has, room=room), box)


def _short(typed: str, box: str) -> str:
    """What stands in one box for a number or a date, on one line. Raises Wrong before anything reads it."""
    words = _tidy(typed)
    refuse_too_long(words, LONGEST_SHORT_TEXT, box)
    return words


def _tidy(typed: str) -> str:
    return " ".join(_INVISIBLE.sub(" ", typed).split())


def _amount(question: Question, unit: str, typed: str) -> str:
    match = _NUMBER.fullmatch(typed)
    words = match[2].casefold() if match else ""
    if match and words in ("", unit.casefold(), *_UNIT_WORDS.get(unit, ())):
        return match[1]
    if match and any(words in names for names in _UNIT_WORDS.values()):
        message = mark("%(label)s: you typed “%(typed)s”. Check which unit it is in")
        raise Wrong(say(message, label=question.label, typed=typed), box_of(unit))
    raise Wrong(_in_numbers(question, unit), box_of(unit))


def _feet_and_inches(question: Question, typed: tuple[str, ...]) -> tuple[str, str]:
    feet, inches = (*typed, "")[:2]
    first = _FEET_AND_INCHES.fullmatch(feet)
    if first is None:
        alone = say("%(label)s: type the feet too", label=question.label)
        raise Wrong(_in_numbers(question, "ft_in") if feet else alone, "ft_in-0")
    feet = first[1]
    if first[2] and inches not in ("", first[2]):
        words = say("%(label)s: the inches are there twice. Check them", label=question.label)
        raise Wrong(words, "ft_in-1")
    inches = inches or first[2] or ""
    second = _NUMBER.fullmatch(inches) if inches else None
    if inches and (second is None or second[2].casefold() not in _INCHES):
        raise Wrong(_in_numbers(question, "ft_in"), "ft_in-1")
    inches = second[1] if second else ""
    if inches and Decimal(inches.replace(",", ".")) >= 12:
        words = say("%(label)s: inches go from 0 to 11. Check the inches", label=question.label)
        raise Wrong(words, "ft_in-1")
    return feet, inches


def _in_numbers(question: Question, unit: str) -> str:
    if unit not in _EXAMPLES:
        return say("%(label)s: type it in numbers", label=question.label)
    message = mark("%(label)s: type it in numbers, like %(example)s")
    return say(message, label=question.label, example=say(_EXAMPLES[unit]))


def _whole(question: Question, typed: str, label: str, box: str) -> int:
    if not typed:
        raise Wrong(say("Type the %(number)s too", number=lowered(label)), box)
    match = _NUMBER.fullmatch(typed)
    known = ("", *(unit.casefold() for unit in question.units))
    if match is None or not match[1].isdecimal() or match[2].casefold() not in known:
        raise Wrong(say("%(label)s: type it in whole numbers, like 120", label=label), box)
    return int(match[1])


def _refuse_missing(question: Question, parts: dict[str, str]) -> None:
    missing = [name for name, typed in parts.items() if not typed]
    if missing:
        needs = say(" and ").join(say(_A_PART[name]) for name in missing)
        words = say("Your %(label)s needs %(parts)s", label=lowered(question.label), parts=needs)
        raise Wrong(words, missing[0])


def _month(typed: str) -> int:
    if typed.isdecimal() and 1 <= int(typed[:4]) <= 12:
        return int(typed[:4])
    name = typed.casefold().rstrip(".")
    for at, names in enumerate(_MONTHS, start=1):
        known = (*names, voice().month(at).casefold())
        if len(name) >= 3 and any(one.startswith(name) for one in known):
            return at
    raise Wrong(say("Check the month. Write a name, like July, or a number from 1 to 12"), "month")


def _number_of(typed: str, box: str) -> int:
    if box == "day":
        typed = re.sub(r"(?i)(?<=\d)(st|nd|rd|th)$", "", typed)
        if typed.isdecimal() and len(typed) <= 2 and 1 <= int(typed) <= 31:
            return int(typed)
        raise Wrong(say("Check the day. It is a number from 1 to 31"), box)
    if typed.isdecimal() and len(typed) == 4 and int(typed) > 0:
        return int(typed)
    raise Wrong(say("Write the year with 4 numbers, like 1988"), box)


def _calendar_date(month: int, day: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        name = voice().month(month)
        message = mark("There is no %(month)s %(day)s. Check the day")
        if (month, day) == (2, 29):
            message = mark("There is no %(month)s %(day)s in %(year)s. Check the day")
        raise Wrong(say(message, month=name, day=day, year=year), "day") from None


def lowered(label: str) -> str:
    """The label as it stands within a sentence."""
    return label[:1].lower() + label[1:]
