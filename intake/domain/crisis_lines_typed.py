"""The ways to reach help as somebody types them into boxes, and the lines those words make."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from intake.domain.crisis_lines import LineProblem, ShownLine
from intake.domain.questionnaire import CrisisLine

WAYS = {"tel": "Call", "sms": "Text"}
_NOT_READ = "Write a day like 2026-12-01"


@dataclass(frozen=True, slots=True)
class LineBoxes:
    """What stands in the boxes of one line; ``pages`` are the ticks. Whatever was typed, nothing is lost."""

    id: str
    say: str = ""
    way: str = ""
    number: str = ""
    about: str = ""
    verified: str = ""
    expires: str = ""
    pages: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote or ticked anything: a new line that nobody began."""
        return self == LineBoxes(self.id)

    def under(self, line_id: str) -> "LineBoxes":
        """The same boxes for a line of another id."""
        return replace(self, id=line_id)


def line_boxes_of(shown: ShownLine) -> LineBoxes:
    """The boxes filled in with a line."""
    line = shown.line
    way, _, number = line.link.partition(":")
    expires = "" if line.expires == date.max else line.expires.isoformat()
    return LineBoxes(
        line.id, line.say, way, number, line.about, line.verified.isoformat(), expires, shown.pages
    )


def lines_in_boxes(
    boxes: Sequence[LineBoxes], before: Sequence[ShownLine]
) -> tuple[tuple[ShownLine, ...], tuple[LineProblem, ...]]:
    """The lines the boxes make, and what cannot be read in them; a line nobody touched is as it was."""
    untouched = {line_boxes_of(shown): shown for shown in before}
    lines, problems = list[ShownLine](), list[LineProblem]()
    for one in boxes:
        if one in untouched:
            lines.append(untouched[one])
            continue
        verified, expires = _day(one.verified), _day(one.expires)
        for name, day in (("verified", verified), ("expires", expires)):
            if day is None:
                problems.append(LineProblem(one.id, name, _NOT_READ))
        if one.way not in WAYS:
            problems.append(LineProblem(one.id, "way", "Choose whether people call or text"))
        number = "".join(letter for letter in one.number if letter not in " -().")
        link = f"{one.way}:{number}"
        says = (one.say.strip(), link, one.about.strip())
        line = CrisisLine(one.id, *says, verified or date.min, expires or date.min)
        lines.append(ShownLine(line, one.pages))
    return tuple(lines), tuple(problems)


def lines_taken_over(
    typed: Sequence[LineBoxes], began_with: Sequence[LineBoxes], now: Sequence[LineBoxes]
) -> tuple[LineBoxes, ...]:
    """What was typed, over what somebody else changed meanwhile: a box nobody touched shows what is now."""
    began, theirs = ({one.id: one for one in boxes} for boxes in (began_with, now))
    return tuple(
        _over(one, began[one.id], theirs[one.id]) if one.id in began and one.id in theirs else one
        for one in typed
    )


def _over(typed: LineBoxes, began: LineBoxes, now: LineBoxes) -> LineBoxes:
    names = (field.name for field in fields(LineBoxes))
    same = {name: getattr(now, name) for name in names if getattr(typed, name) == getattr(began, name)}
    return replace(typed, **same)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None
