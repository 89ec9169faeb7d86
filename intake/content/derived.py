"""Reading what the program works out from answers: ages, totals and their bands, medicine classes."""

from dataclasses import replace
from decimal import Decimal

from intake.content.conditions import ConditionReader
from intake.content.documents import Listed, Mapped, Problems, did_you_mean
from intake.content.fields import Fields
from intake.domain.conditions import Condition
from intake.domain.derived_answers import Band, Derivation, DerivedAnswer, Scoring
from intake.domain.questionnaire import Questionnaire

_SCORED = frozenset({Derivation.TOTAL, Derivation.MEAN})


def read_derived(entry: object, line: int, problems: Problems) -> DerivedAnswer:
    """One derived answer; its conditions are read by :func:`with_prompts`, when every question is."""
    fields = Fields(entry, line, "derived answer", problems)
    fields.what = f"derived answer {fields.text('id')}"
    derivation = fields.one_of("kind", Derivation, Derivation.TOTAL)
    derived = DerivedAnswer(
        fields.text("id"),
        derivation,
        _of(fields, derivation),
        fields.text("label"),
        fields.texts("classes", required=derivation is Derivation.CLASS_COUNT),
        fields.texts("words", required=derivation is Derivation.MENTIONS),
        _scoring(fields) if derivation in _SCORED else Scoring(),
    )
    for place, item in enumerate(derived.scoring.never_prorate):
        if item not in derived.of:
            text = f'"{item}" is not one of its items{did_you_mean(item, derived.of)}'
            fields.problem("never_prorate", text, entry=place)
    fields.finish(also=("or_answered",) if derivation is Derivation.CLASS_COUNT else ())
    return derived


def with_prompts(
    document: Mapped, draft: Questionnaire, reader: ConditionReader
) -> tuple[DerivedAnswer, ...]:
    """The derived answers with the conditions of their ``or_answered`` read."""
    entries = document.get("derived")
    if not isinstance(entries, Listed):
        return draft.derived
    return tuple(
        replace(derived, or_answered=_prompts(derived, entry, reader))
        for derived, entry in zip(draft.derived, entries, strict=True)
    )


def _of(fields: Fields, derivation: Derivation) -> tuple[str, ...]:
    if derivation is Derivation.BODY_MASS_INDEX:
        return fields.text("height"), fields.text("weight")
    if isinstance(fields.raw("of"), str):
        return (fields.text("of"),)
    return fields.texts("of", required=True)


def _scoring(fields: Fields) -> Scoring:
    bands = []
    for least, name, line in fields.mapping("bands"):
        if not least.isdigit() or not isinstance(name, str):
            fields.problems.add(
                line, f"{fields.what}: a band is its lowest total and its name, like 10: moderate"
            )
            continue
        bands.append(Band(Decimal(least), name))
    missing = fields.number("prorate_up_to")
    return Scoring(
        tuple(bands),
        int(missing) if missing is not None else 0,
        fields.texts("never_prorate"),
        fields.text("prorated_as", ""),
        fields.text("note", ""),
    )


def _prompts(
    derived: DerivedAnswer, entry: Mapped, reader: ConditionReader
) -> tuple[tuple[str, Condition], ...]:
    raw = entry.get("or_answered")
    if raw is None:
        return ()
    where = f"derived answer {derived.id}: or_answered"
    line = entry.lines["or_answered"]
    if not isinstance(raw, Mapped):
        reader.problems.add(line, f"{where}: should name classes, each with a condition")
        return ()
    for one in raw:
        if one not in derived.classes:
            hint = did_you_mean(one, derived.classes)
            reader.problems.add(raw.lines[one], f'{where}: "{one}" is not one of its classes{hint}')
    return tuple((one, reader.read(raw[one], raw.lines[one], where)) for one in raw)
