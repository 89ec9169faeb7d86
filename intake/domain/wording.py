"""Answers in words: what was asked and what was said, for every page that shows them.

Written once, here, so that the patient's check page, the clinician's page and a stored
explanation can never drift apart. A voice says it in the language of whoever reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from intake.domain import scores
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
from intake.domain.conditions import Interval, questions_in
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import PatientEvidence
from intake.domain.from_paper import UNREAD
from intake.domain.languages import ENGLISH, Voice, mark
from intake.domain.questionnaire import Question
from intake.domain.truth import Truth, any_of

NOT_REACHED = mark("Not reached")
_NO_NAME = "a medicine without a name"
_STATES = {
    State.NOT_SURE: mark("Not sure"),
    State.DECLINED: mark("Chose not to say"),
    State.BLANK: mark("Left blank"),
}
# The units that are words; the others are the same in every language.
_UNIT_WORDS = frozenset({mark("days"), mark("years"), mark("beats per minute")})


@dataclass(frozen=True, slots=True)
class Line:
    """One question as it was asked and the answer in words.

    ``state`` is None when the question applied but its page was never reached. ``given``
    is the answer without its wording (the choice's id, the number), which stays the same
    when a questionnaire is reworded.
    """

    question: str
    asked: str
    label: str
    said: str
    state: State | None
    sensitive: bool = False
    given: str = ""


@dataclass(frozen=True, slots=True)
class PartLines:
    """The lines of one part of the form."""

    part: str
    title: str
    lines: tuple[Line, ...]


def in_words(question: Question, answer: Answer | None, voice: Voice = ENGLISH) -> str:
    """The answer as a person would say it; what was left open is said too."""
    if answer is None:
        return voice.say(NOT_REACHED)
    if answer.value is None:
        return voice.say(_STATES[answer.state])
    match answer.value:
        case Chosen(choice):
            return question.choice(choice).say
        case ChosenMany(choices, unsure):
            said = [question.choice(choice).say for choice in choices]
            return "; ".join([*said, voice.say("Not sure")] if unsure else said)
        case Number() as number:
            return _number(number, voice)
        case Reading(first, second):
            return f"{first} / {second} {question.units[0]}".strip()
        case Day(day):
            return voice.date(day)
        case Text(words):
            return words
        case MedicineList(entries):
            return "; ".join(_medicine(entry, voice) for entry in entries)


def line(question: Question, answer: Answer | None, voice: Voice = ENGLISH, *, unread: bool = False) -> Line:
    """The question and its answer, side by side; ``unread`` is an answer nobody could read."""
    return Line(
        question.id,
        question.ask,
        question.label,
        UNREAD if answer is None and unread else in_words(question, answer, voice),
        answer.state if answer is not None else None,
        question.sensitive,
        _given(answer),
    )


def _line(evidence: PatientEvidence, question: Question, voice: Voice = ENGLISH) -> Line:
    return line(question, evidence.answers.get(question.id), voice, unread=question.id in evidence.unread)


def _given(answer: Answer | None) -> str:
    match answer.value if answer is not None else None:
        case None:
            return "" if answer is None else answer.state.value
        case Chosen(choice):
            return choice
        case ChosenMany(choices, unsure):
            return " ".join([*choices, "not_sure"] if unsure else choices)
        case Number(amount):
            return str(amount)
        case Reading(first, second):
            return f"{first}/{second}"
        case Day(day):
            return day.isoformat()
        case Text(words):
            return words
        case MedicineList(entries):
            return "; ".join(map(_medicine_given, entries))


def transcribe(evidence: PatientEvidence, voice: Voice = ENGLISH) -> tuple[PartLines, ...]:
    """Every question that applies to this patient, part by part, with its answer."""
    parts = []
    for part in evidence.questionnaire.parts:
        lines = tuple(
            _line(evidence, question, voice)
            for question in part.questions
            if evidence.asked(question.id).truth is Truth.YES
        )
        if lines:
            parts.append(PartLines(part.id, part.title, lines))
    return tuple(parts)


def quote(evidence: PatientEvidence, reference: str) -> Line:
    """The line behind a question id, or a derived answer named as worked out."""
    derived = evidence.questionnaire.derived_answer(reference)
    if derived is None:
        question = evidence.questionnaire.question(reference)
        return _line(evidence, question)
    asked = f"{derived.label} (worked out from the answers)"
    said = _derived(evidence, derived)
    return Line(
        derived.id, asked, derived.label, said, State.ANSWERED, given=_derived_given(evidence, derived)
    )


def work_out(evidence: PatientEvidence) -> tuple[Line, ...]:
    """Every derived answer that applies to this patient: for the clinician, never for the patient."""
    return tuple(
        _with_note(quote(evidence, derived.id), derived.scoring.note)
        for derived in evidence.questionnaire.derived
        if evidence.asked(derived.id).truth is Truth.YES
    )


def _with_note(found: Line, note: str) -> Line:
    return replace(found, said=f"{found.said}. {note}") if note else found


def long_date(day: date) -> str:
    """``July 4, 1988``: month names, so that no one has to guess the order."""
    return ENGLISH.date(day)


def details(entry: MedicineEntry, voice: Voice = ENGLISH) -> str:
    """How a medicine is taken, in one line: all that was said of it but the name."""
    taken = voice.say("last taken: %(when)s", when=voice.say(entry.last_taken)) if entry.last_taken else ""
    # The words of the page are kept in English and said again; what a patient typed is said as it is.
    return ", ".join(part for part in (entry.amount, voice.say(entry.how_often), taken) if part)


def _medicine(entry: MedicineEntry, voice: Voice) -> str:
    said = ", ".join(part for part in (entry.name, details(entry, voice)) if part)
    if entry.named:
        return said
    if not said:
        return voice.say("One I do not know the name of")
    return voice.say("One I do not know the name of: %(said)s", said=said)


def _medicine_given(entry: MedicineEntry) -> str:
    """All that ``_medicine`` says: with less, a flag would stay seen whose answer is another one."""
    taken = f"last taken: {entry.last_taken}" if entry.last_taken else ""
    unnamed = "" if entry.named else "name not known"
    return ", ".join(part for part in (entry.as_typed(), taken, unnamed) if part)


def _number(number: Number, voice: Voice) -> str:
    match number.unit, number.typed:
        case "ft_in", (feet, inches):
            centimeters = _rounded(number.amount)
            return voice.say(
                "%(feet)s ft %(inches)s in (%(cm)s cm)", feet=feet, inches=inches or "0", cm=centimeters
            )
        case "lb", (pounds, *_):
            return f"{pounds} lb ({_rounded(number.amount, 1)} kg)"
        case unit, (typed, *_):
            return f"{typed} {unit_in_words(unit, voice)}".strip()
    return str(number.amount)


def unit_in_words(unit: str, voice: Voice) -> str:
    """A unit as it stands behind a number."""
    return voice.say(unit) if unit in _UNIT_WORDS else unit


def _derived(evidence: PatientEvidence, derived: DerivedAnswer) -> str:
    match derived.derivation:
        case Derivation.MENTIONS:
            return ", ".join(f"“{word}”" for word in evidence.mentioned(derived)) or "None"
        case Derivation.CLASS_COUNT | Derivation.UNRECOGNISED_COUNT:
            return _count(evidence, derived, MedicineEntry.as_typed)
        case Derivation.BODY_MASS_INDEX:
            exact = evidence.derive(derived).exact
            return f"{_rounded(exact, 1)} kg/m²" if exact is not None else "Not known"
        case Derivation.TOTAL | Derivation.MEAN:
            return scores.in_words(derived, scores.score(evidence, derived))
        case _:
            return f"{_interval(evidence.derive(derived))} {derived.unit}".strip()


def _derived_given(evidence: PatientEvidence, derived: DerivedAnswer) -> str:
    if derived.derivation in (Derivation.TOTAL, Derivation.MEAN):
        # Without the band's name, so that a renamed band reopens no review.
        bounds = evidence.derive(derived)
        return f"{bounds.low} {bounds.high}"
    if derived.derivation in (Derivation.CLASS_COUNT, Derivation.UNRECOGNISED_COUNT):
        return _count(evidence, derived, _medicine_given)
    return _derived(evidence, derived)


def _count(evidence: PatientEvidence, derived: DerivedAnswer, naming: Callable[[MedicineEntry], str]) -> str:
    number = _interval(evidence.derive(derived))
    counted = "; ".join(_counted(evidence, derived, naming))
    return f"{number}: {counted}" if counted and number != "0" else number


def _counted(
    evidence: PatientEvidence, derived: DerivedAnswer, naming: Callable[[MedicineEntry], str]
) -> list[str]:
    """What a count is made of, in the patient's words: what counts, and what may."""
    listed = evidence.value(derived.of[0])
    entries = listed.entries if isinstance(listed, MedicineList) else ()
    if derived.derivation is Derivation.UNRECOGNISED_COUNT:
        return [
            naming(entry) or _NO_NAME for entry in evidence.medicines.not_recognised(MedicineList(entries))
        ]
    found = {entry: _counts(evidence, derived, entry) for entry in entries}
    certain = [naming(entry) or _NO_NAME for entry, truth in found.items() if truth is Truth.YES]
    possible = [
        f"{naming(entry) or _NO_NAME} (possibly)"
        for entry, truth in found.items()
        if truth is Truth.NOT_KNOWN
    ]
    said_yes = [
        question
        for _, condition in derived.or_answered
        if condition.find(evidence).truth is Truth.YES
        for question in questions_in(condition)
    ]
    by_name = [f"{evidence.questionnaire.label(one)} (asked by name)" for one in said_yes]
    return [*certain, *by_name, *possible]


def _counts(evidence: PatientEvidence, derived: DerivedAnswer, entry: MedicineEntry) -> Truth:
    alone = MedicineList((entry,))
    return any_of(evidence.medicines.in_class(alone, one) for one in derived.classes)


def _interval(interval: Interval) -> str:
    if interval.exact is not None:
        return _rounded(interval.exact)
    if interval.low is None or interval.high is None:
        return "Not known"
    return f"{_rounded(interval.low)} to {_rounded(interval.high)}"


def _rounded(number: Decimal, places: int = 0) -> str:
    return f"{number:.{places}f}"
