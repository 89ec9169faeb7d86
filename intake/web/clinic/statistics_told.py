"""The statistics in words and pictures: each chart beside the table of the numbers it is drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intake.domain.questionnaire import Questionnaire
from intake.domain.small_numbers import Few
from intake.domain.statistics import LeftOpen, Look, TimesOf, Took
from intake.domain.stretches import SENDING, stretches
from intake.services.statistics import Statistics
from intake.web.clinic import charts
from intake.web.clinic.charts import Number, Picture, Row

LOOKS = {
    Look.URGENT: "Urgent",
    Look.HIGH: "High",
    Look.MODERATE: "Moderate",
    Look.REST: "Note, or no rule raised",
}
HELD_BACK = "held back"
_STATES = {"s": "Not sure", "d": "Chose not to say", "b": "Left blank", "r": "Not reached"}
# How many rows a chart shows; its table has all of them.
_DRAWN = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A chart with its table twin. ``picture`` is None when there is nothing to draw."""

    id: str
    title: str
    picture: Picture | None
    said: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def count(number: int | Few | None) -> str:
    """A count in words, held back or not."""
    match number:
        case None:
            return HELD_BACK
        case Few():
            return number.value
    return str(number)


def long_time(minutes: float) -> str:
    """A time as roughly as a person would say it: "40 min", "3 h", "2 d 5 h"."""
    whole = round(minutes)
    if whole < 60:
        return f"{whole} min"
    hours, days = round(whole / 60), whole // (24 * 60)
    if hours < 24:
        return f"{hours} h"
    left = hours - 24 * days
    if days >= 7 or left == 0:
        return f"{round(hours / 24)} d"
    return f"{days} d {left} h" if left < 24 else f"{days + 1} d"


def received(found: Statistics) -> Told:
    """The forms received, one stretch of weeks after the other."""
    numbers = [_number(forms) for _, forms in found.received]
    weeks = "week" if found.weeks_together == 1 else f"{found.weeks_together} weeks"
    picture = charts.steps(numbers, _day(found.received[0][0]), "until today") if _any(numbers) else None
    rows = tuple(
        (f"{weeks.capitalize()} from {_day(start)}", count(forms)) for start, forms in found.received
    )
    return _told("received", f"Forms received, every {weeks}", picture, ("From", "Forms"), rows)


def waiting(found: Statistics) -> Told:
    """The forms that wait now, by priority."""
    rows = [_row(LOOKS[look], forms) for look, forms in zip(Look, found.waiting, strict=True)]
    table = tuple((row.label, row.numbers[0].said) for row in rows)
    return _told("waiting", "Waiting now, by priority", _bars(rows), ("Priority", "Forms"), table)


def read(found: Statistics) -> Told:
    """How long forms waited until a clinician first read them."""
    return _times("read", "Until a clinician first read it", found.times, [one.read for one in found.times])


def signed(found: Statistics) -> Told:
    """How long forms waited until they were signed off."""
    return _times("signed", "Until it was signed off", found.times, [one.signed for one in found.times])


def rules(found: Statistics, titles: Mapping[str, str]) -> Told:
    """The rules raised most."""
    rows = [
        Row(
            titles.get(one.rule, one.rule),
            (
                Number(
                    one.forms if isinstance(one.forms, int) else one.run_over,
                    str(one.forms) if isinstance(one.forms, int) else "nearly all",
                ),
            ),
        )
        for one in found.rules
    ]
    table = tuple(
        (row.label, count(one.forms), str(one.run_over)) for row, one in zip(rows, found.rules, strict=True)
    )
    columns = ("Rule", "Raised in", "Forms it was run over")
    return _told("rules", "Rules most raised", _bars(rows), columns, table)


def questions(found: Statistics, questionnaire: Questionnaire) -> Told:
    """The questions most often left without an answer."""
    rows = [_share(_label(questionnaire, one.question), one) for one in found.questions[:_DRAWN]]
    table = tuple(
        (
            _label(questionnaire, one.question),
            count(one.asked),
            count(one.open),
            *(count(one.states[letter]) for letter in _STATES),
            count(one.undecided),
        )
        for one in found.questions
    )
    columns = ("Question", "Asked of", "No answer", *_STATES.values(), "A rule could not tell")
    return _told("questions", "Questions most often left without an answer", _bars(rows), columns, table)


def leaving(found: Statistics, questionnaire: Questionnaire) -> Told:
    """On which pages people left the form."""
    names = {one.id: one.page.heading for one in stretches(questionnaire) if one.page is not None}
    names[SENDING] = "Checking, signing and sending"
    follow_ups = {one.id for one in stretches(questionnaire) if one.follow_ups}
    left = [(names[page], page in follow_ups, gone, halted) for page, gone, halted in found.leaving.left]
    shown = [(gone, name) for name, _, gone, _ in left if isinstance(gone, int)]
    most = sorted(shown, key=lambda one: -one[0])[:_DRAWN]
    table = tuple(
        (f"{name} (or a follow-up page before it)" if follows else name, count(gone), count(_few(halted)))
        for name, follows, gone, halted in left
    )
    columns = ("Page", "Left here", "Chose “finish later” here")
    return _told(
        "leaving", "Pages people left on", _bars([_row(name, gone) for gone, name in most]), columns, table
    )


def _times(name: str, title: str, of: Sequence[TimesOf], took: Sequence[Took]) -> Told:
    rows = [
        Row(LOOKS[one.look], (_time("half", each.half), _time("9 of 10", each.most)))
        for one, each in zip(of, took, strict=True)
        if each.told
    ]
    table = tuple(
        (LOOKS[one.look], count(one.forms), *_took(each)) for one, each in zip(of, took, strict=True)
    )
    columns = ("Priority", "Forms", "Half within", "Nine of ten within", "Still waiting")
    return _told(name, title, _bars(rows), columns, table)


def _took(took: Took) -> tuple[str, str, str]:
    if not took.told:
        return HELD_BACK, HELD_BACK, HELD_BACK
    return _within(took.half), _within(took.most), count(took.still)


def _within(minutes: float | None) -> str:
    return "not yet" if minutes is None else long_time(minutes)


def _time(share: str, minutes: float | None) -> Number:
    said = "not yet" if minutes is None else long_time(minutes)
    return Number(minutes or 0.0, f"{share}: {said}")


def _row(label: str, forms: int | Few | None) -> Row:
    return Row(label, (_number(forms),))


def _number(forms: int | Few | None) -> Number:
    return Number(forms if isinstance(forms, int) else None, count(forms))


def _share(label: str, one: LeftOpen) -> Row:
    if one.share is None:
        return Row(label, (Number(1.0, "nearly all"),))
    return Row(label, (Number(one.share, f"{one.share:.0%}"),))


def _few(stopped: int | None) -> int | Few:
    return Few.HAVE if stopped is None else stopped


def _label(questionnaire: Questionnaire, question: str) -> str:
    return questionnaire.label(question) if questionnaire.has(question) else question


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


def _any(numbers: Sequence[Number]) -> bool:
    return any(one.value is not None for one in numbers)


def _bars(rows: Sequence[Row]) -> Picture | None:
    return charts.bars(rows) if _any([one for row in rows for one in row.numbers]) else None


def _told(
    name: str,
    title: str,
    picture: Picture | None,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
) -> Told:
    said = "; ".join(f"{row[0]}: {', '.join(row[1:3])}" for row in rows[:_DRAWN])
    return Told(name, title, picture, f"{said}. All numbers are in the table.", columns, rows)
