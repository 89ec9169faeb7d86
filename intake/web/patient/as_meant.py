"""Numbers and dates as people write them, put into what the boxes take, where they mean one thing."""

import re

_BELOW_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_BY_TEN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = {word: number for number, word in enumerate(_BELOW_TWENTY)}
_TENS = {word: 10 * number for number, word in enumerate(_BY_TEN, start=2)}
_PARTS = {"¼": ".25", "½": ".5", "¾": ".75"}
_WITH_A_PART = re.compile(r"(\d+) ?([¼½¾])")
_MONTH_FIRST = re.compile(
    r"([^\W\d_]+\.?|\d{1,2})[\s/.,-]+(\d{1,2})(?:st|nd|rd|th)?[\s/.,-]+(\d{4}|'?\d{2})", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?(?: of| de)?[\s/.,-]+([^\W\d_]+\.?)"
    r"(?:,?\s+del?\s+|[\s/.,-]+)(\d{4}|'?\d{2})",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")


def in_digits(typed: str) -> str:
    """What was typed, with a number in words or with a fraction's sign put in digits: "two", "5½".

    Words that could mean two numbers ("one fifty", "five ten") stay as they are, and are asked about.
    What stands behind the number stays: "a hundred and fifty pounds" is "150 pounds".
    """
    typed = _WITH_A_PART.sub(lambda found: found[1] + _PARTS[found[2]], typed)
    pieces = typed.replace("-", " ").split()
    for end in range(len(pieces), 0, -1):
        words = [piece.casefold() for piece in pieces[:end]]
        if (number := _number(words)) is not None:
            rest = pieces[end:]
            # More number words behind it: which number is meant is not sure.
            if rest and _is_part(rest[0].casefold()):
                return typed
            return " ".join([str(number), *rest])
    return typed


def whole_date(typed: str) -> tuple[str, str, str] | None:
    """Month, day and year of a whole date in one box; None when it is none.

    All in numbers, the month comes first, as the boxes do; a first number above 12 is a day for sure.
    """
    if found := _YEAR_FIRST.fullmatch(typed):
        return found[2], found[3], found[1]
    if found := _DAY_FIRST.fullmatch(typed):
        return found[2], found[1], found[3]
    if found := _MONTH_FIRST.fullmatch(typed):
        month, day, year = found.groups()
        if month.isdecimal() and int(month) > 12 >= int(day):
            month, day = day, month
        return month, day, year
    return None


def _is_part(word: str) -> bool:
    return word in _UNITS or word in _TENS or word in ("hundred", "and", "a")


def _number(words: list[str]) -> int | None:
    """The number that these words are, all of them: 0 to 999."""
    match words:
        case [first, "hundred", *rest] if first == "a" or 1 <= _UNITS.get(first, 0) <= 9:
            hundreds = 100 * _UNITS.get(first, 1)
            if not rest:
                return hundreds
            below = _below_a_hundred(rest[1:] if rest[0] == "and" else rest)
            return hundreds + below if below else None
    return _below_a_hundred(words)


def _below_a_hundred(words: list[str]) -> int | None:
    match words:
        case [one] if one in _UNITS:
            return _UNITS[one]
        case [ten] if ten in _TENS:
            return _TENS[ten]
        case [ten, one] if ten in _TENS and 1 <= _UNITS.get(one, 0) <= 9:
            return _TENS[ten] + _UNITS[one]
    return None
