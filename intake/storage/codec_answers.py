"""Answers as JSON and back: every value says which kind it is.

The names written here are those of stored records and never change; the code's may.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from intake.domain.answers import (
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
    Value,
)
from intake.domain.fingerprint import fingerprint
from intake.domain.unfinished import NOTHING_SAID

Json = dict[str, Any]
# Letters of a fingerprint: enough for the few answers one question can have had.
_MARK = 12


def answers_to_json(answers: Answers) -> Json:
    """Every question reached, with its state and its value."""
    return {question: _answer_to_json(answer) for question, answer in answers.items()}


def answers_from_json(document: Json) -> Answers:
    """The answers, in the order they were given."""
    return Answers({question: _answer_from_json(answer) for question, answer in document.items()})


def mark_of(answer: Answer | None) -> str:
    """Tells whether two answers are the same one. Never shown or kept in the open: it could be guessed."""
    if answer is None or answer.state is State.BLANK:
        return NOTHING_SAID
    return fingerprint(_answer_to_json(answer))[:_MARK]


def _answer_to_json(answer: Answer) -> Json:
    value = None if answer.value is None else _value_to_json(answer.value)
    return {"state": answer.state.value, "value": value}


def _answer_from_json(document: Json) -> Answer:
    value = document["value"]
    return Answer(State(document["state"]), None if value is None else _value_from_json(value))


def _value_to_json(value: Value) -> Json:
    match value:
        case Chosen(choice):
            return {"kind": "chosen", "choice": choice}
        case ChosenMany(choices, unsure):
            return {"kind": "chosen_many", "choices": list(choices), "unsure": unsure}
        case Number(amount, typed, unit):
            # As text: a float would change what the patient wrote.
            return {"kind": "number", "amount": str(amount), "typed": list(typed), "unit": unit}
        case Reading(first, second):
            return {"kind": "reading", "first": first, "second": second}
        case Day(day):
            return {"kind": "day", "day": day.isoformat()}
        case Text(words):
            return {"kind": "text", "words": words}
        case MedicineList(entries):
            return {"kind": "medicines", "entries": [_entry_to_json(entry) for entry in entries]}


def _value_from_json(document: Json) -> Value:
    match document["kind"]:
        case "chosen":
            return Chosen(document["choice"])
        case "chosen_many":
            return ChosenMany(tuple(document["choices"]), document["unsure"])
        case "number":
            amount = Decimal(document["amount"])
            return Number(amount, tuple(document["typed"]), document["unit"])
        case "reading":
            return Reading(document["first"], document["second"])
        case "day":
            return Day(date.fromisoformat(document["day"]))
        case "text":
            return Text(document["words"])
        case "medicines":
            return MedicineList(tuple(_entry_from_json(entry) for entry in document["entries"]))
        case kind:
            raise ValueError(f"no value of kind {kind!r}")


def _entry_to_json(entry: MedicineEntry) -> Json:
    return {
        "name": entry.name,
        "amount": entry.amount,
        "how_often": entry.how_often,
        "named": entry.named,
        "last_taken": entry.last_taken,
        "typed_first": entry.typed_first,
    }


def _entry_from_json(document: Json) -> MedicineEntry:
    return MedicineEntry(
        document["name"],
        document["amount"],
        document["how_often"],
        document["named"],
        # Records written before these were asked do not have them.
        document.get("last_taken", ""),
        document.get("typed_first", ""),
    )
