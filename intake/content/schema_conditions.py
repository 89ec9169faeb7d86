"""Conditions and answers as an editor checks and completes them, for one questionnaire.

Every question's own choices, units and comparisons stand behind its id, so that an editor
offers what can be written there and nothing else.
"""

import re
from collections.abc import Iterable

from intake.content.comparisons import CLASS, MEDICINE, OPERATORS, STATES
from intake.content.schema_words import Schema
from intake.domain.answers import State
from intake.domain.conditions import Operator
from intake.domain.measures import canonical_unit
from intake.domain.medicines import Formulary
from intake.domain.number_lines import NUMERIC
from intake.domain.questionnaire import CHOICE_KINDS, Kind, Question, Questionnaire

OPEN_STATES = [state.value for state in State if state is not State.ANSWERED]
NUMBER = r"^-?[0-9]+(\.[0-9]+)?"

_MEANS = {
    Operator.IS: "The answer is this choice.",
    Operator.IS_NOT: "The answer is known and is another choice. Not sure and blank are not known.",
    Operator.IS_ONE_OF: "The answer is one of these choices.",
    Operator.IS_NONE_OF: "The answer is known and is none of these choices.",
    Operator.INCLUDES: "This choice is ticked.",
    Operator.LEAVES_OUT: "The question was answered and this choice is not ticked.",
    Operator.AT_LEAST: "The number is this or greater, with its unit: `180 mmHg`.",
    Operator.BELOW: "The number is smaller than this, with its unit.",
    Operator.ABOVE: "The number is greater than this, with its unit.",
    Operator.AT_MOST: "The number is this or smaller, with its unit.",
    Operator.WITHIN_DAYS: "The date lies at most this many days before the form was sent.",
    Operator.LONGER_AGO_THAN_DAYS: "The date lies more than this many days before the form was sent.",
    Operator.HAS_CLASS: "A medicine on the list belongs to this class.",
    Operator.LACKS_CLASS: "No medicine on the list belongs to this class.",
    Operator.HAS_MEDICINE: "This medicine is on the list, alone or in a combination.",
    Operator.LACKS_MEDICINE: "This medicine is not on the list.",
    Operator.STATE: "The question was left in this way: not_sure, declined or blank.",
    Operator.STATE_NOT: "The question was left in another way, or answered.",
}


def condition(questionnaire: Questionnaire, formulary: Formulary | None = None) -> Schema:
    """A condition; medicines can be asked about when the medicines file is given."""
    by_rest: dict[str, tuple[list[str], Schema]] = {}
    for reference, rest in _references(questionnaire, formulary):
        by_rest.setdefault(repr(rest), ([], rest))[0].append(reference)
    references = [reference for ids, _ in by_rest.values() for reference in ids]
    operators = [one for one in Operator if formulary is not None or one not in CLASS | MEDICINE]
    parts = {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/condition"}}
    return {
        "type": "object",
        "description": "One comparison, or several under all or any. There is no not.",
        "properties": {
            "all": {**parts, "description": "Every one of these conditions has to be so."},
            "any": {**parts, "description": "At least one of these conditions has to be so."},
            "question": {
                "description": "The id of a question, of one number of a reading, or of a derived answer.",
                "enum": sorted(references),
            },
            **{one.value: {"description": _MEANS[one]} for one in operators},
        },
        "additionalProperties": False,
        "oneOf": [
            {"required": ["all"], "maxProperties": 1},
            {"required": ["any"], "maxProperties": 1},
            {"required": ["question"], "minProperties": 2, "maxProperties": 2},
        ],
        "allOf": [
            {"if": {"properties": {"question": _any_of(ids)}, "required": ["question"]}, "then": rest}
            for ids, rest in by_rest.values()
        ],
    }


def answers(questionnaire: Questionnaire) -> Schema:
    """Answers by question id, in short, as the examples write them."""
    derived: dict[str, Schema] = {
        one.id: {
            "description": f"{one.label}: the answers it is worked out from, in order.",
            "type": "array",
            "minItems": len(one.of),
            "maxItems": len(one.of),
        }
        for one in questionnaire.derived
    }
    asked = {question.id: _answer(question) for question in questionnaire.questions}
    return {
        "type": "object",
        "description": "One person's answers by question id. What is left out was never reached.",
        "properties": {**asked, **derived},
        "additionalProperties": False,
    }


def _any_of(ids: list[str]) -> Schema:
    # A pattern and not a list: completing, language servers take the beginning of a word on a
    # list for the word, and would offer the choices of `aneurysm_family` for `aneurysm`.
    return {"pattern": f"^({'|'.join(map(re.escape, ids))})$"}


def _references(questionnaire: Questionnaire, formulary: Formulary | None) -> Iterable[tuple[str, Schema]]:
    for question in questionnaire.questions:
        if question.kind is Kind.READING:
            for part in ("first", "second"):
                yield f"{question.id}.{part}", _rest(question, NUMERIC, formulary)
            yield question.id, _rest(question, frozenset(), formulary)
        else:
            yield question.id, _rest(question, OPERATORS[question.kind], formulary)
    for derived in questionnaire.derived:
        number = _number(derived.unit)
        yield derived.id, _limited(dict.fromkeys(sorted_operators(NUMERIC), number))


def _rest(question: Question, operators: frozenset[Operator], formulary: Formulary | None) -> Schema:
    allowed = sorted_operators(operators | STATES)
    return _limited({one: _operand(question, one, formulary) for one in allowed if _can(one, formulary)})


def _can(operator: Operator, formulary: Formulary | None) -> bool:
    return formulary is not None or operator not in CLASS | MEDICINE


def _limited(operands: dict[Operator, Schema]) -> Schema:
    return {
        "properties": {operator.value: operand for operator, operand in operands.items()},
        "propertyNames": {"enum": ["question", *(operator.value for operator in operands)]},
    }


def sorted_operators(operators: Iterable[Operator]) -> list[Operator]:
    """The comparisons in the order in which they are explained."""
    return [operator for operator in Operator if operator in set(operators)]


def _operand(question: Question, operator: Operator, formulary: Formulary | None) -> Schema:
    choices: Schema = {"enum": [choice.id for choice in question.choices]}
    match operator:
        case Operator.IS | Operator.IS_NOT | Operator.INCLUDES | Operator.LEAVES_OUT:
            return choices
        case Operator.IS_ONE_OF | Operator.IS_NONE_OF:
            return {"type": "array", "minItems": 2, "items": choices}
        case Operator.WITHIN_DAYS | Operator.LONGER_AGO_THAN_DAYS:
            return {"type": "integer", "minimum": 0}
        case Operator.HAS_CLASS | Operator.LACKS_CLASS:
            return {"enum": sorted(formulary.classes) if formulary else []}
        case Operator.HAS_MEDICINE | Operator.LACKS_MEDICINE:
            return {"enum": sorted(one.id for one in formulary.medicines) if formulary else []}
        case Operator.STATE | Operator.STATE_NOT:
            states: Schema = {"enum": _states(question)}
            return {"anyOf": [states, {"type": "array", "minItems": 1, "items": states}]}
        case _:
            return _number(canonical_unit(question.units[0]) if question.units else "")


def _number(unit: str) -> Schema:
    return {"type": "string", "pattern": f"{NUMBER} {unit}$"} if unit else {"type": "number"}


def _states(question: Question) -> list[str]:
    offered = {"not_sure": question.offers_not_sure, "declined": question.offers_declined, "blank": True}
    return [state for state in OPEN_STATES if offered[state]]


def _answer(question: Question) -> Schema:
    described: Schema = {"description": question.ask}
    states = _states(question)
    choices: list[object] = [choice.id for choice in question.choices]
    match question.kind:
        case Kind.YES_NO:
            return {**described, "enum": [*choices, True, False, *states, None]}
        case kind if kind in CHOICE_KINDS:
            points = [choice.points for choice in question.choices if choice.points is not None]
            booleans = [word == "yes" for word in choices if word in ("yes", "no")]
            return {**described, "enum": [*choices, *points, *booleans, *states, None]}
        case Kind.CHOOSE_ANY:
            one = {"enum": [*choices, *states, None]}
            return {**described, "anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}
        case Kind.MEDICINES:
            return {**described, "anyOf": [{"type": "array", "minItems": 1}, {"enum": [*states, None]}]}
        case _:
            return described
