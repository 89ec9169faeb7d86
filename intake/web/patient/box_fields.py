"""Questions answered by typing: words, a date, a number with its unit, a reading of two numbers."""

import re
from dataclasses import dataclass, replace

from intake.domain.answers import Answer, Day, Number, Reading, Text
from intake.domain.languages import mark
from intake.web.languages import say, voice
from intake.web.patient import parse
from intake.web.patient.fields import Asked, Box, Option

_UNITS = {
    "ft_in": mark("Feet and inches"),
    "cm": mark("Centimeters"),
    "lb": mark("Pounds"),
    "kg": mark("Kilograms"),
    "beats per minute": mark("Beats per minute"),
    "days": mark("Days"),
}

# How many boxes a list has: at first, and at most.
_FEWEST_BOXES, _MOST_BOXES = 3, 40


def unit_words(unit: str) -> str:
    """What a unit is called beside a box."""
    return _UNITS.get(unit, unit)


class Words(Asked):
    """A few words, or a few lines."""

    shape = "text"

    @property
    def control(self) -> str:
        return f"{self.id}-words"

    @property
    def box(self) -> Box:
        """The one box; the browser may fill it in only for a patient who types for themselves."""
        own = self.question.autocomplete if not self.helped else ""
        return Box(
            self.control,
            f"{self.name}-words",
            self.question.ask,
            self.typed.get("words", ""),
            inputmode=self.question.inputmode,
            autocomplete=own or "off",
            invalid=bool(self.errors),
        )

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, Text):
            return (), {"words": answer.value.words}
        return super().from_answer(answer)

    def read(self) -> Answer:
        return self._way_out_or(parse.text(self.question, self.typed.get("words", "")))


class Boxes(Asked):
    """Boxes side by side that are one answer."""

    shape = "boxes"
    between = ""

    @property
    def control(self) -> str:
        return f"{self.id}-{self.wrong_box}" if self.wrong_box else self.boxes()[0].id

    def boxes(self) -> list[Box]:
        """The boxes in the order they are read."""
        raise NotImplementedError

    def _box(
        self, key: str, label: str, width: str, inputmode: str = "numeric", autocomplete: str = "off"
    ) -> Box:
        return Box(
            f"{self.id}-{key}",
            f"{self.name}-{key}",
            label,
            self.typed.get(key, ""),
            width,
            inputmode,
            autocomplete if not self.helped else "off",
            invalid=bool(self.errors) and self.wrong_box in ("", key),
        )


class ListOfWords(Boxes):
    """Several things, each in a box of its own; more boxes stand there for whoever comes back to it."""

    shape = "list"

    @property
    def control(self) -> str:
        return f"{self.id}-words"

    def boxes(self) -> list[Box]:
        filled = [at for at in range(_MOST_BOXES) if self.typed.get(_thing(at), "").strip()]
        count = max(_FEWEST_BOXES, filled[-1] + 2 if filled else 0)
        return [self._box(_thing(at), f"{self.question.each} {at + 1}", "", "") for at in range(count)]

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, Text):
            things = [one.strip() for one in re.split(r"[;\n]", answer.value.words) if one.strip()]
            # Whatever does not fit in boxes of its own stays together in the last one.
            kept = [*things[: _MOST_BOXES - 1], parse.EACH_APART.join(things[_MOST_BOXES - 1 :])]
            return (), {_thing(at): one for at, one in enumerate(kept) if one}
        return super().from_answer(answer)

    def read(self) -> Answer:
        return self._way_out_or(parse.each(self.typed.get(_thing(at), "") for at in range(_MOST_BOXES)))


def _thing(at: int) -> str:
    return f"words-{at + 1}" if at else "words"


class TwoNumbers(Boxes):
    """A reading, such as a blood pressure."""

    between = mark("over")

    def boxes(self) -> list[Box]:
        keys = zip(("first", "second"), self.question.part_labels, strict=True)
        return [replace(self._box(key, label, "w4"), left_in=self.left_in) for key, label in keys]

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, Reading):
            return (), {"first": str(answer.value.first), "second": str(answer.value.second)}
        return super().from_answer(answer)

    def read(self) -> Answer:
        first, second = self.typed.get("first", ""), self.typed.get("second", "")
        return self._way_out_or(parse.reading(self.question, first, second))


class CalendarDate(Boxes):
    """A date in three boxes, month first; never a calendar to click through for a date of birth."""

    def boxes(self) -> list[Box]:
        born = self.question.autocomplete == "bday"
        tokens = ("bday-month", "bday-day", "bday-year") if born else ("off", "off", "off")
        return [
            self._box("month", say("Month"), "w6", "text", tokens[0]),
            self._box("day", say("Day"), "w3", autocomplete=tokens[1]),
            self._box("year", say("Year"), "w4", autocomplete=tokens[2]),
        ]

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, Day):
            day = answer.value.day
            return (), {"month": voice().month(day.month), "day": str(day.day), "year": str(day.year)}
        return super().from_answer(answer)

    def read(self) -> Answer:
        month, day, year = (self.typed.get(key, "") for key in ("month", "day", "year"))
        return self._way_out_or(parse.day(self.question, month, day, year, self.today))


@dataclass(frozen=True, slots=True)
class UnitOption:
    """One unit to choose, and the boxes it opens."""

    option: Option
    boxes: tuple[Box, ...]


class Measure(Boxes):
    """A number, in the unit a person thinks in."""

    shape = "units"

    @property
    def units(self) -> tuple[str, ...]:
        """The units offered, the clinic's usual one first."""
        return self.question.units or ("",)

    @property
    def unit(self) -> str:
        """The unit chosen; or the one whose boxes alone were filled in."""
        chosen = self.typed.get("unit", "")
        chosen = chosen if chosen in self.units else self.units[0]
        filled = [unit for unit in self.units if any(self._written(unit))]
        return filled[0] if len(filled) == 1 else chosen

    def choices(self) -> list[UnitOption]:
        """Each unit with its boxes."""
        return [
            UnitOption(
                Option(f"{self.id}-unit-{unit}", unit, say(_UNITS.get(unit, unit)), unit == self.unit),
                tuple(self._boxes_of(unit)),
            )
            for unit in self.units
        ]

    def boxes(self) -> list[Box]:
        return self._boxes_of(self.unit)

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, Number):
            number = answer.value
            typed = {parse.box_of(number.unit, at): one for at, one in enumerate(number.typed)}
            return (), {"unit": number.unit, **typed}
        return super().from_answer(answer)

    def read(self) -> Answer:
        return self._way_out_or(parse.number(self.question, self.unit, self._written(self.unit)))

    def _written(self, unit: str) -> tuple[str, ...]:
        count = 2 if unit == "ft_in" else 1
        return tuple(self.typed.get(parse.box_of(unit, at), "").strip() for at in range(count))

    def _boxes_of(self, unit: str) -> list[Box]:
        if unit == "ft_in":
            return [self._box("ft_in-0", say("Feet"), "w3"), self._box("ft_in-1", say("Inches"), "w3")]
        return [
            self._box(parse.box_of(unit), say(_UNITS.get(unit, unit)) or self.question.ask, "w4", "decimal")
        ]
