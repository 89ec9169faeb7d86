"""The language somebody is spoken to in: what a voice can say, and English, which needs no translation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

SOURCE = "en"
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code, in its own name, and which way it is written: "ltr" or "rtl"."""

    code: str
    name: str
    direction: str = "ltr"


ENGLISH_LANGUAGE = Language(SOURCE, "English")


class Voice(Protocol):
    """Says the program's own words in one language. A message is its English text.

    ``%(name)s`` in a message stands for a value; a message nobody translated is said in English.
    """

    @property
    def language(self) -> Language:
        """The language it speaks."""

    def say(self, message: str, /, **values: object) -> str:
        """The message."""

    def say_many(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The message for this number of things, filled in where there are values."""

    def date(self, day: date) -> str:
        """A calendar day with the name of its month."""

    def time(self, at: datetime) -> str:
        """A time of day, in the zone it comes in."""

    def week_day(self, at: datetime) -> str:
        """A calendar day with its day of the week, for days that are near."""

    def month(self, number: int) -> str:
        """The name of a month, from 1."""

    def number(self, number: int) -> str:
        """A whole number with its thousands apart."""


class English:
    """The words as they are written in the program."""

    language = ENGLISH_LANGUAGE

    def say(self, message: str, /, **values: object) -> str:
        """The message, filled in."""
        return message % values if values else message

    def say_many(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The message for this number, filled in."""
        return self.say(one if number == 1 else many, **values)

    def date(self, day: date) -> str:
        """``July 4, 1988``: month names, so that no one has to guess the order."""
        return f"{self.month(day.month)} {day.day}, {day.year}"

    def time(self, at: datetime) -> str:
        """``4:12 pm``."""
        return f"{at.hour % 12 or 12}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"

    def week_day(self, at: datetime) -> str:
        """``Monday, November 23``."""
        return f"{at:%A}, {self.month(at.month)} {at.day}"

    def month(self, number: int) -> str:
        """``July``."""
        return _MONTHS[number - 1]

    def number(self, number: int) -> str:
        """``2,104``."""
        return f"{number:,}"


ENGLISH: Voice = English()


def mark(message: str) -> str:
    """The message as it is: it is said later, and stands in the catalogues because of this mark."""
    return message


# Unicode's own marks around words of another language: no direction runs from them into what is around.
APART, TOGETHER = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def apart(words: str, left_in: str) -> str:
    """Words within others; those that are in another language, its code given, are set apart."""
    return f"{APART}{words}{TOGETHER}" if left_in else words
