"""Writing answers in the short forms that :mod:`intake.content.answers` reads: a person in one line."""

import json
from collections.abc import Mapping

from intake.domain.answers import (
    Answer,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
)


def in_short(answers: Mapping[str, Answer]) -> str:
    """The answers as they may stand in an example: ``{reasons: [anxiety], asq_1: blank}``."""
    return "{" + ", ".join(f"{question}: {_answer(answer)}" for question, answer in answers.items()) + "}"


def _answer(answer: Answer) -> str:
    if answer.state is not State.ANSWERED:
        return str(answer.state.value)
    match answer.value:
        case Chosen(choice):
            return _words(choice)
        case ChosenMany(choices, unsure):
            return _list([*choices, *(["not_sure"] if unsure else [])])
        case Number(_, typed, "ft_in"):
            feet, inches = typed
            return f"{{ft: {feet}, in: {inches}}}"
        case Number(_, (typed,), unit):
            return _words(f"{typed} {unit}".strip())
        case Reading(first, second):
            return f'"{first}/{second}"'
        case Day(day):
            return f'"{day.isoformat()}"'
        case Text(words):
            return json.dumps(words, ensure_ascii=False)
        case MedicineList(entries):
            return "[" + ", ".join(map(_entry, entries)) + "]"
        case value:
            raise ValueError(f"no short form for a {type(value).__name__}")


def _entry(entry: MedicineEntry) -> str:
    if not entry.named:
        return "not_sure"
    details = {
        "amount": entry.amount,
        "how_often": entry.how_often,
        "last_taken": entry.last_taken,
        "typed_first": entry.typed_first,
    }
    said = {key: words for key, words in details.items() if words}
    if not said:
        return _words(entry.name)
    said = {"name": entry.name, **said}
    return "{" + ", ".join(f"{key}: {_words(words)}" for key, words in said.items()) + "}"


def _list(words: list[str]) -> str:
    return "[" + ", ".join(map(_words, words)) + "]"


def _words(words: str) -> str:
    plain = words.replace(" ", "a").replace("_", "a").isalnum() and words[0].isalpha()
    if plain and words not in ("true", "false", "null"):
        return words
    return json.dumps(words, ensure_ascii=False)
