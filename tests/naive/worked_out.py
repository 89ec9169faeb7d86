"""The numbers a form works out by itself, worked out again from what the documents say of them."""

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from naive.rawfiles import Plain, typed

if TYPE_CHECKING:
    from naive.interpreter import Sitting

Bounds = tuple[Fraction | int | None, Fraction | int | None]
NOTHING_KNOWN: Bounds = (None, None)


def work_out(sitting: "Sitting", one: Plain) -> Bounds:
    """The least and the most a worked-out answer can be."""
    match one["kind"]:
        case "age":
            return exactly(_age(sitting, one["of"]))
        case "days_since":
            day = sitting.given(one["of"])
            return exactly(None if day is None else sitting.days_since(str(day)))
        case "body_mass_index":
            return exactly(_body_mass_index(sitting, one))
        case "total":
            return _total(sitting, one["of"])
        case "mean":
            least, most = _total(sitting, one["of"])
            return Fraction(least, len(one["of"])), Fraction(most, len(one["of"]))
        case "class_count":
            return _classes(sitting, one)
        case "unrecognised_count":
            return exactly(_to_read_by_hand(sitting, one["of"]))
        case "mentions":
            return exactly(_words_found(sitting, one))
    raise ValueError(f"no such sum: {one['kind']}")


def exactly(number: Fraction | int | None) -> Bounds:
    """A number that is known, or None for one that is not."""
    return number, number


def _age(sitting: "Sitting", question: str) -> int | None:
    # Birthdays counted one by one. Who was born on February 29 turns older on March 1 of other years.
    given = sitting.given(question)
    if given is None:
        return None
    born = date.fromisoformat(str(given))
    years = sitting.as_of.year - born.year
    return years if _birthday(born, sitting.as_of.year) <= sitting.as_of else years - 1


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _body_mass_index(sitting: "Sitting", one: Plain) -> Fraction | None:
    height, _ = sitting.between(one["height"])
    weight, _ = sitting.between(one["weight"])
    if height is None or weight is None or height <= 0:
        return None
    return Fraction(weight) * 10000 / (Fraction(height) * Fraction(height))


def _total(sitting: "Sitting", items: list[str]) -> tuple[int, int]:
    least = most = 0
    for item in items:
        if sitting.asked(item) == "no":
            continue
        choice = sitting.given(item)
        if choice is None:
            most += sitting.most_points(item)
        else:
            least += sitting.points(item, str(choice))
            most += sitting.points(item, str(choice))
    return least, most


def _classes(sitting: "Sitting", one: Plain) -> Bounds:
    counted = perhaps = 0
    for kind in one["classes"]:
        truths = [sitting.truth({"question": one["of"], "has_class": kind})]
        if kind in one.get("or_answered", {}):
            truths.append(sitting.truth(one["or_answered"][kind]))
        if "yes" in truths:
            counted += 1
        elif "unknown" in truths:
            perhaps += 1
    return counted, counted + perhaps


def _to_read_by_hand(sitting: "Sitting", question: str) -> int | None:
    listed = sitting.given(question)
    if not isinstance(listed, list):
        return None
    return sum(1 for one in listed if one.get("unnamed") or sitting.recognise(typed(one))[2])


def _words_found(sitting: "Sitting", one: Plain) -> int:
    # Text left empty says none of the words, so this is never unknown.
    texts = [str(sitting.given(question) or "") for question in one["of"]]
    return sum(1 for words in one["words"] if any(_says(text, words) for text in texts))


def _says(text: str, words: str) -> bool:
    # The words one after another, with nothing but spaces between them and no letter or digit beside them.
    lined_up = " ".join(text.lower().split())
    at = lined_up.find(words)
    while at >= 0:
        before, after = lined_up[:at][-1:], lined_up[at + len(words) :][:1]
        if not (before.isalnum() or after.isalnum() or "_" in (before, after)):
            return True
        at = lined_up.find(words, at + 1)
    return False
