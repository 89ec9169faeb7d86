"""What the rules make of a person's answers, read from the raw files in the slow and obvious way.

A second opinion on the engine: written from docs/writing-rules.md ("What 'cannot tell' means") and from
nothing else of the product, so that a mistake in one is not in the other. Answers are plain:

    {"state": "not_sure"}                          left open: not_sure, declined or blank
    {"state": "answered", "value": "yes"}          one choice, by its id
    {"state": "answered", "value": {"ticked": ["rash"], "unsure": False}}
    {"state": "answered", "value": {"typed": ["5", "9"], "unit": "ft_in"}}
    {"state": "answered", "value": [152, 94]}      a blood pressure
    {"state": "answered", "value": "1988-03-14"}   a date; a text is its words
    {"state": "answered", "value": [{"name": "Xanax", "amount": "1 mg", "often": ""}, {"unnamed": True}]}

A question that is not there was never reached. A truth is one of three words.
"""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from naive.rawfiles import Files, Plain, choices_of, typed
from naive.worked_out import work_out

YES, NO, UNKNOWN = "yes", "no", "unknown"
FLIPPED = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}
OPPOSITES = {
    "is_not": "is",
    "is_none_of": "is_one_of",
    "leaves_out": "includes",
    "below": "at_least",
    "at_most": "above",
    "longer_ago_than_days": "within_days",
    "lacks_class": "has_class",
    "lacks_medicine": "has_medicine",
    "state_not": "state",
}

# What the formulary makes of what was typed for one medicine: ids and classes of those it certainly is,
# of those it may be, and whether a person has to read it.
Medicine = tuple[str, frozenset[str]]
Recognised = tuple[list[Medicine], list[Medicine], bool]


class Sitting:
    """One person's answers on one day."""

    def __init__(
        self, files: Files, answers: dict[str, Plain], as_of: str, recognise: Callable[[str], Recognised]
    ) -> None:
        self.files = files
        self.answers = answers
        self.as_of = date.fromisoformat(as_of)
        self.recognise = recognise
        self.asked_already: dict[str, str] = {}

    def kept(self) -> dict[str, Plain]:
        """The answers that are sent: those to questions that are rightly asked."""
        return {question: answer for question, answer in self.answers.items() if self.asked(question) == YES}

    def truths(self) -> list[str]:
        """What every rule makes of it, in the order of the file."""
        return [self.truth(rule["when"]) for rule in self.files.rules]

    def truth(self, condition: Plain) -> str:
        """Whether the condition is so."""
        if "all" in condition:
            truths = [self.truth(part) for part in condition["all"]]
            if NO in truths:
                return NO
            return UNKNOWN if UNKNOWN in truths else YES
        if "any" in condition:
            truths = [self.truth(part) for part in condition["any"]]
            if YES in truths:
                return YES
            return UNKNOWN if UNKNOWN in truths else NO
        subject = condition["question"]
        (how,) = (key for key in condition if key != "question")
        asked = self.asked(subject)
        return self.compared(subject, how, condition[how]) if asked == YES else asked

    def asked(self, subject: str) -> str:
        """Whether the question is put to this person. No: neither a comparison nor its opposite is so."""
        question = subject.split(".")[0]
        if question not in self.asked_already:
            self.asked_already[question] = self._asked(question)
        return self.asked_already[question]

    def _asked(self, question: str) -> str:
        if question in self.files.worked_out:
            # There is something to work out from as soon as one of its questions is asked.
            truths = [self.asked(one) for one in made_of(self.files.worked_out[question])]
            if YES in truths:
                return YES
            return UNKNOWN if UNKNOWN in truths else NO
        only_if = self.files.questions[question].get("only_if")
        return YES if only_if is None else self.truth(only_if)

    def compared(self, subject: str, how: str, operand: Any) -> str:
        """One comparison on a question that is asked."""
        if how in OPPOSITES:
            return FLIPPED[self.compared(subject, OPPOSITES[how], operand)]
        if how in ("at_least", "above"):
            return self._reaches(subject, how, amount(operand))
        answer = self.answers.get(subject)
        if answer is None:  # never got to the page
            return UNKNOWN
        if how == "state":
            return YES if answer["state"] in as_list(operand) else NO
        if answer["state"] != "answered":
            return UNKNOWN
        return self._answered(answer["value"], how, operand)

    def _answered(self, value: Any, how: str, operand: Any) -> str:
        if how == "is":
            return YES if value == operand else NO
        if how == "is_one_of":
            return YES if value in operand else NO
        if how == "includes":
            if operand in value["ticked"]:
                return YES
            return UNKNOWN if value["unsure"] else NO
        if how == "within_days":
            return YES if self.days_since(value) <= int(operand) else NO
        if how == "has_class":
            return self.listed(value, lambda medicine: operand in medicine[1])
        if how == "has_medicine":
            return self.listed(value, lambda medicine: medicine[0] == operand)
        raise ValueError(f"no such comparison: {how}")

    def _reaches(self, subject: str, how: str, line: Fraction) -> str:
        least, most = self.between(subject)
        if least is not None and (least >= line if how == "at_least" else least > line):
            return YES
        if most is not None and (most < line if how == "at_least" else most <= line):
            return NO
        return UNKNOWN

    def listed(self, medicines: list[Plain], meant: Callable[[Medicine], bool]) -> str:
        """Whether a medicine that is meant is in the list; one without a name may be anything."""
        truth = NO
        for medicine in medicines:
            certain, possible, _ = self.recognise(typed(medicine))
            if any(meant(one) for one in certain):
                return YES
            if medicine.get("unnamed") or any(meant(one) for one in possible):
                truth = UNKNOWN
        return truth

    def days_since(self, day: str) -> int:
        """How long ago the day was, seen from the day of sending."""
        return (self.as_of - date.fromisoformat(day)).days

    def given(self, question: str) -> Any:
        """The value given, or None when there is none."""
        return self.answers.get(question, {}).get("value")

    def between(self, subject: str) -> tuple[Fraction | int | None, Fraction | int | None]:
        """The least and the most the number can be; None where nothing is known."""
        question, _, half = subject.partition(".")
        if question in self.files.worked_out:
            return work_out(self, self.files.worked_out[question])
        value = self.given(question)
        if value is None:
            return None, None
        match self.files.questions[question]["kind"]:
            case "reading":
                number: Fraction | int = value[1] if half == "second" else value[0]
            case "scale":
                number = self.points(question, value)
            case _:
                number = in_first_unit(tuple(value["typed"]), value["unit"])
        return number, number

    def points(self, question: str, choice: str) -> int:
        """What an answer of a scale counts."""
        return self.files.scales[self.files.questions[question]["scale"]][choice]

    def most_points(self, question: str) -> int:
        """The most that an answer of its scale counts."""
        return max(
            self.points(question, choice) for choice in choices_of(self.files.questions[question], self.files)
        )


def made_of(worked_out: Plain) -> list[str]:
    """The questions a worked-out answer is worked out from."""
    if worked_out["kind"] == "body_mass_index":
        return [worked_out["height"], worked_out["weight"]]
    prompts = worked_out.get("or_answered", {}).values()
    return as_list(worked_out["of"]) + [one for prompt in prompts for one in named_in(prompt)]


def named_in(condition: Plain) -> list[str]:
    """The questions that a condition names."""
    for joined in ("all", "any"):
        if joined in condition:
            return [one for part in condition[joined] for one in named_in(part)]
    return [condition["question"].split(".")[0]]


def as_list(words: str | list[str]) -> list[str]:
    """A list that may be written as its only word."""
    return words if isinstance(words, list) else [words]


@cache
def amount(words: str) -> Fraction:
    """The number in ``65 years``."""
    return Fraction(words.split()[0])


@cache
def in_first_unit(typed: tuple[str, ...], unit: str) -> Fraction:
    """Centimeters and kilograms, whatever was typed. An inch is 2.54 cm, a pound 0.45359237 kg."""
    numbers = [Fraction(one) for one in typed]
    if unit == "ft_in":
        return (12 * numbers[0] + numbers[1]) * Fraction(254, 100)
    return numbers[0] * Fraction(45359237, 100000000) if unit == "lb" else numbers[0]
