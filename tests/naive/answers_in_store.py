"""The answers people are drawn from: every way to leave a question, and values beside its thresholds."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from naive.interpreter import amount, made_of
from naive.rawfiles import Files, Plain, choices_of

DAYS = ("2026-11-20", "2027-02-28", "2028-02-29", "2027-03-01")
_OPEN = ("not_sure", "declined", "blank")


def answers_in_store(files: Files, entries: list[Plain], words: list[str]) -> dict[str, list[Plain]]:
    """For each question some answers; ``entries`` are medicines, ``words`` what stands in boxes for text."""
    lines = _lines(files)
    lists = list(_lists(entries, Random(20261120)))
    store = {}
    for question, one in files.questions.items():
        match one["kind"]:
            case "text":
                values: Iterable[Any] = words
            case "medicines":
                values = lists
            case _:
                values = _values(one, files, lines.get(question, set()))
        left_open = [state for state in _OPEN if state == "blank" or one.get(state) == "true"]
        store[question] = [
            *({"state": state} for state in left_open),
            *({"state": "answered", "value": value} for value in values),
        ]
    return store


def calm_values(question: Plain, files: Files) -> list[object]:
    """What somebody in good health says: no, none of these, the answer of a scale that counts least."""
    match question["kind"]:
        case "choose_any":
            return [{"ticked": [none], "unsure": False} for none in question.get("none", {})]
        case "scale":
            points = files.scales[question["scale"]]
            return [min(points, key=points.__getitem__)]
        case _:
            return ["no", "never"]


def _values(question: Plain, files: Files, lines: set[Fraction]) -> Iterable[Any]:
    match question["kind"]:
        case "choose_any":
            return _ticked(question)
        case "number":
            return _numbers(question, lines)
        case "reading":
            return _readings(lines)
        case "date":
            return _dates(lines)
        case _:
            return choices_of(question, files)


def _ticked(question: Plain) -> Iterator[Plain]:
    several = list(question.get("choices", {}))
    chance = Random(question["id"])
    for none in question.get("none", {}):
        yield from ({"ticked": [none], "unsure": False} for _ in range(4))
    for choice in several:
        yield {"ticked": [choice], "unsure": False}
    if question.get("not_sure") == "true":
        # "I'm not sure" ticked alone is a state and no answer (intake.web.patient.choice_fields).
        yield from ({"ticked": [choice], "unsure": True} for choice in several)
    for _ in range(24):
        share = chance.choice((0.1, 0.3, 0.6))
        ticked = [choice for choice in several if chance.random() < share] or several[:1]
        unsure = question.get("not_sure") == "true" and chance.random() < 0.25
        yield {"ticked": ticked, "unsure": unsure}


def _lines(files: Files) -> dict[str, set[Fraction]]:
    """The thresholds on each question: those of what is worked out from it count as its own."""
    lines: dict[str, set[Fraction]] = {}

    def note(condition: Plain) -> None:
        for joined in ("all", "any"):
            for part in condition.get(joined, ()):
                note(part)
        for how in ("at_least", "below", "above", "at_most", "within_days", "longer_ago_than_days"):
            if how in condition:
                question = condition["question"].partition(".")[0]
                of = made_of(files.worked_out[question]) if question in files.worked_out else [question]
                for one in of:
                    lines.setdefault(one, set()).add(amount(condition[how]))

    for one in [*files.rules, *files.questions.values()]:
        note(one.get("when") or one.get("only_if") or {})
    return lines


def _numbers(question: Plain, lines: set[Fraction]) -> Iterator[Plain]:
    least, most = (int(Fraction(one)) for one in question.get("limits", ("0", "300")))
    units = question.get("units") or [question.get("unit", "")]
    amounts = {str(one) for one in (least, most, (least + most) // 2)}
    if question["id"] == "height":
        # With a height of 200 or 100 cm the weight is the index times 4, or the index itself.
        amounts = {"200", "100", "170", "152.4", "50"}
    elif question["id"] == "weight":
        for line in lines:
            for height in (4, 1):
                amounts |= {
                    _decimal(line * height + step)
                    for step in (Fraction(0), Fraction(1, 10), Fraction(-1, 10))
                }
        amounts |= {"104.99", "60", "88.5"}
    else:
        amounts |= {_decimal(line + step) for line in lines for step in (-1, 0, 1)}
    # The form sends back what lies beyond a question's limits.
    amounts = {one for one in amounts if least <= Fraction(one) <= most}
    for unit in units:
        if unit == "ft_in":
            yield from (
                {"typed": [feet, inches], "unit": unit}
                for feet, inches in (("5", "9"), ("6", "0.5"), ("4", "11"))
            )
        elif unit == "lb":
            yield from ({"typed": [pounds], "unit": unit} for pounds in ("180", "95", "310.5", "270"))
        else:
            yield from ({"typed": [one], "unit": unit} for one in sorted(amounts))


def _decimal(number: Fraction) -> str:
    return str(float(number)) if number.denominator != 1 else str(number.numerator)


def _readings(lines: set[Fraction]) -> Iterator[list[int]]:
    beside = sorted({int(line) + step for line in lines for step in (-1, 0, 1)})
    for first in [*beside, 95, 118, 300]:
        yield from ([first, second] for second in [*beside, 60, 76] if second < first)


def _dates(lines: set[Fraction]) -> Iterator[str]:
    for day in map(date.fromisoformat, DAYS):
        for years in sorted(int(line) for line in lines):
            birthday = _that_day(day, day.year - years)
            yield from ((birthday + timedelta(days=step)).isoformat() for step in (-1, 0, 1))
        yield from (
            (day - timedelta(days=int(line) + step)).isoformat() for line in sorted(lines) for step in (0, 1)
        )
    yield from (
        "2008-02-29",
        "1964-02-29",
        "2004-02-29",
        "1990-06-15",
        "1975-01-31",
        "1941-12-01",
        "1999-09-09",
    )


def _that_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _lists(entries: list[Plain], chance: Random) -> Iterator[list[Plain]]:
    yield from ([entry] for entry in entries)
    for _ in range(len(entries)):
        yield chance.sample(entries, chance.randint(2, 4))
