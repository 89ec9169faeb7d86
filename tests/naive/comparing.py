"""Whether several interpreters say the same of a person, and the least of a person they differ on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from naive.people import Person
from naive.rawfiles import Plain, typed

# What one interpreter says of a person: the questions whose answers count, and the truth of every rule.
Said = tuple[frozenset[str], list[str]]
Voice = Callable[[Sequence[Person]], list[Said]]


@dataclass(frozen=True)
class Disagreement:
    """A person of whom two interpreters say different things, and what each says."""

    person: Person
    about: str
    said: dict[str, str]

    def __str__(self) -> str:
        told = "\n".join(f"  {name} says {truth}" for name, truth in self.said.items())
        answers = "\n".join(
            f"  {question}: {_short(answer)}" for question, answer in self.person.answers.items()
        )
        return f"{self.about}\n{told}\nas_of: {self.person.as_of}\nanswers:\n{answers or '  none'}"


def one_by_one(say: Callable[[Person], Said]) -> Voice:
    """The voice of an interpreter that hears of one person at a time."""
    return lambda people: [say(person) for person in people]


def disagreement(voices: Mapping[str, Voice], rules: list[str], person: Person) -> Disagreement | None:
    """Where the voices part on this person, made as small as it goes; None when they agree."""
    about = _first_difference(voices, rules, person)
    if about is None:
        return None
    smallest = _shrunk(person, lambda smaller: _said(voices, rules, smaller, about) is not None)
    return Disagreement(smallest, about, _said(voices, rules, smallest, about) or {})


def _first_difference(voices: Mapping[str, Voice], rules: list[str], person: Person) -> str | None:
    (first_kept, first), *others = [voice([person])[0] for voice in voices.values()]
    for kept, truths in others:
        if kept != first_kept:
            return f"question {min(kept ^ first_kept)}"
        if truths != first:
            return next(f"rule {rule}" for rule, a, b in zip(rules, first, truths, strict=True) if a != b)
    return None


def _said(voices: Mapping[str, Voice], rules: list[str], person: Person, about: str) -> dict[str, str] | None:
    """What each voice says of one matter, or None when they agree on it."""
    kind, _, name = about.partition(" ")
    said = {}
    for voice_name, voice in voices.items():
        ((kept, truths),) = voice([person])
        dropped = "that its answer is kept" if name in kept else "that its answer is not kept"
        said[voice_name] = truths[rules.index(name)] if kind == "rule" else dropped
    return said if len(set(said.values())) > 1 else None


def _shrunk(person: Person, still_differs: Callable[[Person], bool]) -> Person:
    """The same difference with as few answers, and as short lists, as it takes."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for smaller in _smaller(person):
            if still_differs(smaller):
                person, is_smaller = smaller, True
                break
    return person


def _smaller(person: Person) -> Iterable[Person]:
    questions = list(person.answers)
    # Half of them at once, then a quarter ...: 190 questions are gone in a few steps.
    size = len(questions)
    while size:
        for start in range(0, len(questions), size):
            gone = set(questions[start : start + size])
            yield Person({q: a for q, a in person.answers.items() if q not in gone}, person.as_of)
        size //= 2
    for question, answer in person.answers.items():
        for value in _shorter(answer.get("value")):
            changed = {"state": "answered", "value": value}
            yield Person({**person.answers, question: changed}, person.as_of)


def _shorter(value: object) -> Iterable[object]:
    match value:
        case {"ticked": ticked, "unsure": unsure}:
            if unsure and ticked:
                yield {"ticked": ticked, "unsure": False}
            for one in ticked:
                fewer = [other for other in ticked if other != one]
                if fewer:
                    yield {"ticked": fewer, "unsure": unsure}
        case [dict(), _, *_]:
            for at in range(len(value)):
                yield [one for place, one in enumerate(value) if place != at]


def _short(answer: Plain) -> str:
    """As it is written in a file for `intake screen`."""
    if answer["state"] != "answered":
        return str(answer["state"])
    match answer["value"]:
        case {"ticked": ticked, "unsure": unsure}:
            return f"[{', '.join([*ticked, 'not_sure'] if unsure else ticked)}]"
        case {"typed": [feet, inches], "unit": _}:
            return f"{{ft: {feet}, in: {inches}}}"
        case {"typed": [number], "unit": unit}:
            return f"{number} {unit}".strip()
        case [int(first), int(second)]:
            return f'"{first}/{second}"'
        case [*medicines]:
            return f"[{', '.join(map(_medicine, medicines))}]"
        case value:
            return f'"{value}"'


def _medicine(medicine: Plain) -> str:
    return "not_sure" if medicine.get("unnamed") else f'"{typed(medicine)}"'
