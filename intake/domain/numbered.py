"""Every comparison of many rules, each known by a number and made once on each form."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.domain.answers import Answer, Answers, Chosen, ChosenMany
from intake.domain.conditions import All, AnyOf, Compare, Condition, Finding, settled
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Questionnaire
from intake.domain.truth import Truth

_NO, _NOT_KNOWN, _YES = Truth.NO, Truth.NOT_KNOWN, Truth.YES


@dataclass(frozen=True, slots=True)
class Joined:
    """*All* or *any* of its parts."""

    every: bool
    parts: tuple["Numbered", ...]


# A condition in which each comparison is known by its number.
Numbered = int | Joined


@dataclass(frozen=True, slots=True)
class _About:
    """The comparisons on one question, by their numbers.

    The same choice, or the same way to leave the question open, gives the same truths on every form:
    they are ``known`` once they were found, None for a comparison that stopped with an error. Numbers,
    dates, words and medicines are looked at anew on each form, and nothing of them is kept.
    """

    question: str
    is_asked: bool
    numbers: list[int] = field(default_factory=list)
    known: dict[str | Answer | None, tuple[Truth | None, ...]] = field(default_factory=dict, repr=False)

    def key(self, answers: Answers) -> str | Answer | None:
        """What the truths are known by."""
        answer = answers.get(self.question)
        # A choice's id alone: it cannot be mistaken for an answer without a value, and is found faster.
        return answer.value.choice if answer is not None and isinstance(answer.value, Chosen) else answer

    def is_kept(self, key: str | Answer | None) -> bool:
        """Whether the truths for it may be known from one form to the next."""
        if not self.is_asked:
            return False
        return not isinstance(key, Answer) or key.value is None or isinstance(key.value, ChosenMany)


class Comparisons:
    """Every comparison of both rulebooks, each once, however many rules make it."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.all: list[Compare] = []
        self.by_question: dict[str, _About] = {}
        self._numbers: dict[Compare, int] = {}

    def numbered(self, condition: Condition) -> Numbered:
        """The condition, with its comparisons known by their numbers."""
        match condition:
            case Compare():
                return self._number(condition)
            case All(parts) | AnyOf(parts):
                return Joined(isinstance(condition, All), tuple(self.numbered(part) for part in parts))

    def _number(self, comparison: Compare) -> int:
        if comparison not in self._numbers:
            self._numbers[comparison] = len(self.all)
            question = comparison.question
            # Derived answers and the parts of a reading are worked out on each form.
            about = _About(question, self.questionnaire.has(question))
            self.by_question.setdefault(question, about).numbers.append(len(self.all))
            self.all.append(comparison)
        return self._numbers[comparison]


class Found:
    """What came of every comparison on one form: truths for all, findings for those asked for."""

    __slots__ = ("_comparisons", "_evidence", "_findings", "stopped", "truths")

    def __init__(self, comparisons: Comparisons, evidence: PatientEvidence) -> None:
        if evidence.questionnaire is not comparisons.questionnaire:
            raise ValueError("these answers were read with another questionnaire")
        self._comparisons, self._evidence = comparisons, evidence
        self._findings: dict[int, Finding] = {}
        self.truths = [_NOT_KNOWN] * len(comparisons.all)
        self.stopped: set[int] = set()
        for about in comparisons.by_question.values():
            self._look_at(about)

    def _look_at(self, about: _About) -> None:
        try:
            asked = self._evidence.asked(about.question).truth
        except Exception:
            self.stopped.update(about.numbers)
            return
        if asked is not _YES:
            for number in about.numbers:
                self.truths[number] = asked
            return
        for number, truth in zip(about.numbers, self._of_one_asked(about), strict=True):
            if truth is None:
                self.stopped.add(number)
            else:
                self.truths[number] = truth

    def _of_one_asked(self, about: _About) -> tuple[Truth | None, ...]:
        key = about.key(self._evidence.answers)
        if not about.is_kept(key):
            return tuple(self._compared(number) for number in about.numbers)
        if (known := about.known.get(key)) is None:
            known = about.known[key] = tuple(self._compared(number) for number in about.numbers)
        return known

    def _compared(self, number: int) -> Truth | None:
        try:
            return self._comparisons.all[number].of_one_asked(self._evidence)
        except Exception:
            # As in screening: whatever stops a rule is pointed out, and stops nothing else.
            return None

    def truth(self, when: Numbered) -> Truth:
        """The least of the parts of *all*, the greatest of *any*, as in :mod:`intake.domain.truth`."""
        if isinstance(when, int):
            return self.truths[when]
        settles, so_far = (_NO, _YES) if when.every else (_YES, _NO)
        for part in when.parts:
            one = self.truths[part] if isinstance(part, int) else self.truth(part)
            if one is settles:
                return settles
            if one is _NOT_KNOWN:
                so_far = _NOT_KNOWN
        return so_far

    def finding(self, when: Numbered) -> Finding:
        """What the condition itself would find."""
        if isinstance(when, int):
            if (found := self._findings.get(when)) is None:
                found = self._findings[when] = self._comparisons.all[when].find(self._evidence)
            return found
        return settled(self.truth(when), [self.finding(part) for part in when.parts])


def numbers_in(when: Numbered) -> Iterator[int]:
    """The numbers of every comparison in a condition."""
    if isinstance(when, int):
        yield when
    else:
        for part in when.parts:
            yield from numbers_in(part)
