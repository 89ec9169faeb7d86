"""Reading one question of the questionnaire."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from intake.content.documents import Listed, Problems, did_you_mean
from intake.content.fields import Fields
from intake.domain.questionnaire import CHOICE_KINDS, Bounds, Choice, Gravest, Kind, Question

UNITS = frozenset({"ft_in", "cm", "lb", "kg", "mmHg", "days", "years", "beats per minute", ""})
ID = re.compile(r"[a-z][a-z0-9_]*")
_YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


def read_question(
    entry: object, line: int, scales: Mapping[str, tuple[Choice, ...]], problems: Problems
) -> Question:
    fields = Fields(entry, line, "question", problems)
    fields.what = f"question {fields.text('id')}".strip()
    kind = fields.one_of("kind", Kind, Kind.TEXT)
    ask = fields.text("ask")
    question = Question(
        id=fields.text("id"),
        kind=kind,
        ask=ask,
        label=fields.text("label", ask),
        hint=fields.text("hint", ""),
        why=fields.text("why", ""),
        choices=_choices(fields, kind, scales),
        offers_not_sure=fields.flag("not_sure"),
        offers_declined=fields.flag("declined"),
        units=_units(fields, kind),
        limits=_bounds(fields, "limits", kind),
        plausible=_bounds(fields, "plausible", kind),
        part_labels=_part_labels(fields, kind),
        long=fields.flag("long"),
        past=fields.flag("past"),
        needed=fields.flag("needed"),
        optional=fields.flag("optional"),
        sensitive=fields.flag("sensitive"),
        autocomplete=fields.text("autocomplete", ""),
        inputmode=fields.text("inputmode", ""),
        each=_each(fields, kind),
        gravest=_gravest(fields, kind),
    )
    fields.finish(also=("only_if", "safety"))
    return question


def _choices(fields: Fields, kind: Kind, scales: Mapping[str, tuple[Choice, ...]]) -> tuple[Choice, ...]:
    match kind:
        case Kind.YES_NO:
            return _YES_NO
        case Kind.SCALE:
            name = fields.text("scale")
            if name and name not in scales:
                hint = did_you_mean(name, scales) or f"; the scales are {', '.join(scales)}"
                fields.problem("scale", f'there is no scale "{name}" at the top of the file{hint}')
            return scales.get(name, ())
        case Kind.CHOOSE_ONE | Kind.CHOOSE_ANY:
            offered = [_choice(fields, *item) for item in fields.mapping("choices", required=True)]
            if kind is Kind.CHOOSE_ANY:
                none = fields.mapping("none")
                offered += [replace(_choice(fields, *item), exclusive=True) for item in none]
            return tuple(offered)
        case _:
            return ()


def _choice(fields: Fields, choice: str, say: object, line: int) -> Choice:
    text = f'{fields.what}: "{choice}" cannot be the id of a choice'
    if choice in ("not_sure", "declined"):
        fields.problems.add(line, f"{text}; write `{choice}: true` beside the choices to offer it")
    elif not ID.fullmatch(choice) or choice == "blank":
        fields.problems.add(line, f"{text}; write lower-case words joined by _, such as {_snake(choice)}")
    if not isinstance(say, str) or not say:
        text = f'{fields.what}: the choice "{choice}" needs words to show'
        fields.problems.add(line, f"{text}; write them behind it, in quotation marks")
    return Choice(choice, str(say))


def _gravest(fields: Fields, kind: Kind) -> Gravest:
    # Yes comes first and is the serious one, as a rule; all other choices run up to the most serious.
    usual = Gravest.FIRST if kind is Kind.YES_NO else Gravest.LAST
    if not fields.has("gravest"):
        return usual
    if kind not in CHOICE_KINDS:
        fields.problem("gravest", "only a question answered by one choice says which is the gravest")
    return fields.one_of("gravest", Gravest, usual)


def _each(fields: Fields, kind: Kind) -> str:
    if fields.has("each") and kind is not Kind.TEXT:
        fields.problem("each", "only a question answered in words is asked as a list; leave `each` out")
    return fields.text("each", "")


def _units(fields: Fields, kind: Kind) -> tuple[str, ...]:
    if kind not in (Kind.NUMBER, Kind.READING):
        return ()
    units = fields.texts("units") or (fields.text("unit", ""),)
    for place, unit in enumerate(units):
        if unit not in UNITS:
            known = ", ".join(sorted(UNITS - {""}))
            key = "units" if fields.has("units") else "unit"
            fields.problem(key, f'the unit "{unit}" is not known; use one of {known}', entry=place)
    return units


def _part_labels(fields: Fields, kind: Kind) -> tuple[str, ...]:
    if kind is not Kind.READING:
        return ()
    labels = fields.texts("labels", required=True)
    if len(labels) != 2:
        fields.problem("labels", "a reading needs two labels; write one for each number")
    return labels


def _bounds(fields: Fields, key: str, kind: Kind) -> tuple[Bounds, ...]:
    raw = fields.raw(key)
    if raw is None:
        return ()
    if kind is Kind.READING and not (isinstance(raw, Listed) and all(isinstance(p, Listed) for p in raw)):
        fields.problem(key, f"'{key}' of a reading should be two pairs, like [[40, 300], [20, 200]]")
        return ()
    pairs = raw if kind is Kind.READING else [raw]
    bounds = []
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if not (isinstance(pair, Listed) and len(pair) == 2 and all(map(_is_number, pair))):
            fields.problem(key, f"'{key}' should be two numbers, the least and the greatest, like [20, 250]")
            return ()
        bounds.append(Bounds(Decimal(pair[0]), Decimal(pair[1])))
        if bounds[-1].low >= bounds[-1].high:
            fields.problem(key, f"'{key}' should go from the least to the greatest")
    if kind is Kind.READING and len(bounds) != 2:
        fields.problem(key, f"'{key}' of a reading should be two pairs, one for each number")
    return tuple(bounds)


def _snake(words: str) -> str:
    return "_".join(re.findall("[a-z0-9]+", words.lower())) or "none"


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
