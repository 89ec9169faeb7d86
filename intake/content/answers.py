"""Reading answers as a person writes them in short: in a rule's examples and on the command line."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from intake.content.documents import Listed, Mapped, Problems, did_you_mean
from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    Text,
    Value,
    answered,
)
from intake.domain.measures import to_canonical
from intake.domain.questionnaire import Kind, Question, Questionnaire

_OPEN = {"not_sure": NOT_SURE, "declined": DECLINED, "blank": BLANK}


class _Wrong(Exception):
    """What is wrong with one short answer."""


def read_answers(
    node: object, line: int, where: str, questionnaire: Questionnaire, problems: Problems
) -> Answers:
    """Answers from question ids and short forms; problems name the line and the way out."""
    if not isinstance(node, Mapped):
        problems.add(line, f"{where}: expected answers by question id")
        return Answers()
    given: dict[str, Answer] = {}
    for question_id, raw, name in _item_by_item(node, questionnaire):
        if not questionnaire.has(question_id):
            known = [question.id for question in questionnaire.questions]
            hint = did_you_mean(question_id, known) or "; look its id up in the questionnaire"
            text = f'{where}: there is no question "{question_id}"{hint}'
            if (derived := questionnaire.derived_answer(question_id)) is not None:
                of = ", ".join(derived.of)
                text = f'{where}: "{question_id}" is worked out; write the answers it comes from: {of}'
            problems.add(node.lines[name], text, "unknown-question", question_id)
            continue
        try:
            given[question_id] = _answer(questionnaire.question(question_id), raw)
        except _Wrong as wrong:
            text = f"{where}: {question_id}: {wrong}"
            problems.add(node.value_at(name), text, "wrong-value", question_id)
    return Answers(given)


def _item_by_item(node: Mapped, questionnaire: Questionnaire) -> Iterator[tuple[str, object, str]]:
    """Each question with what was written for it, and under which name.

    A total may be written as the list of its items.
    """
    for name, raw in node.items():
        derived = questionnaire.derived_answer(name)
        if derived is not None and isinstance(raw, Listed) and len(raw) == len(derived.of):
            yield from ((item, one, name) for item, one in zip(derived.of, raw, strict=True))
        else:
            yield name, raw, name


def _answer(question: Question, raw: object) -> Answer:
    if raw is None:
        return BLANK
    if isinstance(raw, str) and raw in _OPEN:
        if raw == "not_sure" and not question.offers_not_sure:
            raise _Wrong("this question does not offer not_sure; write `blank` if nothing was chosen")
        if raw == "declined" and not question.offers_declined:
            raise _Wrong("this question does not offer declined; write `blank` if nothing was chosen")
        return _OPEN[raw]
    value = _value(question, raw)
    # Ticked alone, "I'm not sure" is how the question was left: the form itself sends no more.
    return NOT_SURE if value == ChosenMany((), unsure=True) else answered(value)


def _value(question: Question, raw: object) -> Value:
    match question.kind:
        case Kind.YES_NO | Kind.CHOOSE_ONE | Kind.SCALE:
            return Chosen(_choice(question, raw))
        case Kind.CHOOSE_ANY:
            return _ticked(question, raw)
        case Kind.NUMBER:
            return _number(question, raw)
        case Kind.READING:
            return _reading(raw)
        case Kind.DATE:
            return _day(raw)
        case Kind.TEXT:
            if not isinstance(raw, str | int | Decimal):
                raise _Wrong("expected words")
            return Text(str(raw))
        case Kind.MEDICINES:
            return _medicines(raw)


def _choice(question: Question, raw: object) -> str:
    offered = [choice.id for choice in question.choices]
    word = {True: "yes", False: "no"}.get(raw, raw) if isinstance(raw, bool) else raw
    if question.kind is Kind.SCALE and isinstance(raw, int) and not isinstance(raw, bool):
        for choice in question.choices:
            if choice.points == raw:
                return choice.id
    if word not in offered:
        raise _Wrong(f"expected one of {', '.join(offered)}{did_you_mean(str(word), offered)}")
    return str(word)


def _ticked(question: Question, raw: object) -> ChosenMany:
    words = list(raw) if isinstance(raw, Listed) else [raw]
    unsure = "not_sure" in words and question.offers_not_sure
    chosen = {_choice(question, word) for word in words if not (unsure and word == "not_sure")}
    exclusive = {choice.id for choice in question.choices if choice.exclusive}
    if chosen & exclusive and (len(chosen) > 1 or unsure):
        raise _Wrong("“none of these” goes with nothing else; keep it or the others")
    if not chosen and not unsure:
        raise _Wrong("expected at least one choice, or `blank`")
    return ChosenMany(tuple(c.id for c in question.choices if c.id in chosen), unsure)


def _number(question: Question, raw: object) -> Number:
    if isinstance(raw, Mapped):
        if set(raw) - {"ft", "in"} or "ft_in" not in question.units:
            raise _Wrong("expected a number with its unit")
        typed: tuple[str, ...] = (str(raw.get("ft", 0)), str(raw.get("in", 0)))
        unit = "ft_in"
    else:
        words = str(raw).split(maxsplit=1)
        typed = (words[0],) if words else ("",)
        unit = words[1] if len(words) > 1 else question.units[0]
        if unit not in question.units or unit == "ft_in":
            raise _Wrong(f"the unit should be one of {', '.join(question.units)}")
    try:
        return Number(to_canonical(unit, typed), typed, unit)
    except (InvalidOperation, ValueError):
        example = f' with its unit, like "80 {unit}"' if unit else ", like 80"
        raise _Wrong(f"expected a number{example}") from None


def _reading(raw: object) -> Reading:
    parts = list(raw) if isinstance(raw, Listed) else str(raw).replace(" ", "").split("/")
    if len(parts) != 2 or not all(str(part).isdigit() for part in parts):
        raise _Wrong('expected two numbers like "152/94"')
    return Reading(int(parts[0]), int(parts[1]))


def _day(raw: object) -> Day:
    try:
        return Day(date.fromisoformat(str(raw)))
    except ValueError:
        raise _Wrong("expected a date like 1988-03-14") from None


def _medicines(raw: object) -> MedicineList:
    if not isinstance(raw, Listed) or not raw:
        raise _Wrong("expected a list of medicines, or `blank`")
    return MedicineList(tuple(_entry(entry) for entry in raw))


def _entry(raw: object) -> MedicineEntry:
    if raw == "not_sure":
        return MedicineEntry("", named=False)
    if isinstance(raw, Mapped) and isinstance(raw.get("name"), str):
        amount, how_often, last_taken, typed_first = (
            str(raw.get(key) or "") for key in ("amount", "how_often", "last_taken", "typed_first")
        )
        return MedicineEntry(raw["name"], amount, how_often, last_taken=last_taken, typed_first=typed_first)
    if not isinstance(raw, str) or not raw:
        raise _Wrong(
            "each medicine should be words, or keys name, amount, how_often, last_taken, typed_first"
        )
    return MedicineEntry(raw)
