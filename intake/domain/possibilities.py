"""What can come of conditions, whoever answers: found by trying every combination of cells.

Where there are too many to try, only what can be seen from the comparisons themselves is said,
and ``None`` where nothing can. ``intake rules prove`` covers the rest.
"""

from collections.abc import Iterator
from functools import cache

from intake.domain.cells import Cell, CellEvidence, TooMany, cells_of, closure
from intake.domain.conditions import All, AnyOf, Compare, Condition, comparisons, question_of
from intake.domain.evidence import rests_on
from intake.domain.questionnaire import Questionnaire
from intake.domain.truth import Truth

MOST_TRIED = 20_000  # combinations, for one thing to be found out

Truths = tuple[Truth, ...]


class Possibilities:
    """What can come of conditions asked of one questionnaire."""

    def __init__(self, questionnaire: Questionnaire, most: int = MOST_TRIED) -> None:
        self._questionnaire = questionnaire
        self._most = most
        self._places = {question.id: place for place, question in enumerate(questionnaire.questions)}
        self._settled_by: dict[Condition, frozenset[str]] = {}
        self._cut: dict[tuple[str, tuple[Compare, ...]], tuple[Cell, ...]] = {}

    def of(self, condition: Condition) -> frozenset[Truth] | None:
        """Every truth that can come of a condition; None when there is too much to try."""
        found: set[Truth] = set()
        try:
            for (truth,) in self._tried(condition):
                found.add(truth)
                if len(found) == len(Truth):
                    break
        except TooMany:
            return None
        return frozenset(found)

    def never(self, condition: Condition) -> bool:
        """Whether a condition can never be so; False also when it cannot be told."""
        try:
            return not any(truth is Truth.YES for (truth,) in self._tried(condition))
        except TooMany:
            return self._cannot_be(condition)

    def always(self, condition: Condition) -> bool:
        """Whether a condition is so of everybody whose answers are known."""
        try:
            return not any(truth is Truth.NO for (truth,) in self._tried(condition))
        except TooMany:
            return False

    def same(self, one: Condition, other: Condition) -> bool:
        """Whether two conditions always come out the same; False also when it cannot be told."""
        if normal(one) == normal(other):
            return True
        if self._subjects(one) != self._subjects(other):
            return False
        try:
            return all(a is b for a, b in self._tried(one, other))
        except TooMany:
            return False

    def implies(self, one: Condition, other: Condition) -> bool:
        """Whether the other is so whenever the one is; False also when it cannot be told."""
        try:
            return all(b is Truth.YES for a, b in self._tried(one, other) if a is Truth.YES)
        except TooMany:
            return normal(one) == normal(other)

    def _tried(self, *conditions: Condition) -> Iterator[Truths]:
        """The truths of conditions under every combination of cells. Raises TooMany.

        Subjects are settled one after the other, in the order asked. One that is not settled
        yet is not known, and what is so or not so while others are not known stays as it is:
        those others need no trying.
        """
        compared = closure(self._questionnaire, conditions)
        subjects = sorted(compared, key=self._order)
        cells = [self._cells(subject, compared[subject]) for subject in subjects]
        left = self._most

        def tried(settled: dict[str, Cell]) -> Iterator[Truths]:
            nonlocal left
            left -= 1
            if left < 0:
                raise TooMany
            evidence = CellEvidence(self._questionnaire, settled)
            truths = tuple(condition.find(evidence).truth for condition in conditions)
            if len(settled) == len(subjects) or Truth.NOT_KNOWN not in truths:
                yield truths
                return
            place = len(settled)
            for cell in cells[place]:
                yield from tried({**settled, subjects[place]: cell})

        yield from tried({})

    def _subjects(self, condition: Condition) -> frozenset[str]:
        if condition not in self._settled_by:
            self._settled_by[condition] = frozenset(closure(self._questionnaire, [condition]))
        return self._settled_by[condition]

    def _order(self, subject: str) -> int:
        derived = self._questionnaire.derived_answer(subject)
        return max(self._places[one] for one in ((subject,) if derived is None else rests_on(derived)))

    def _cells(self, subject: str, asked: list[Compare]) -> tuple[Cell, ...]:
        key = (subject, tuple(asked))
        if key not in self._cut:
            self._cut[key] = cells_of(self._questionnaire, subject, asked)
        return self._cut[key]

    def _cannot_be(self, condition: Condition) -> bool:
        match condition:
            case AnyOf(parts):
                return all(self.never(part) for part in parts)
            case All(parts):
                return any(self.never(part) for part in parts) or self._contradicts_itself(parts)
            case _:
                return False

    def _contradicts_itself(self, parts: tuple[Condition, ...]) -> bool:
        by_subject: dict[str, list[Condition]] = {}
        for part in parts:
            subjects = {question_of(one.question) for one in comparisons(part)}
            if len(subjects) == 1:
                by_subject.setdefault(subjects.pop(), []).append(part)
        together = [All(tuple(some)) for some in by_subject.values() if len(some) > 1]
        return any((found := self.of(one)) is not None and Truth.YES not in found for one in together)


@cache
def normal(condition: Condition) -> Condition:
    """The same condition with nesting flattened, parts in one order, and none of them twice."""
    match condition:
        case Compare():
            return condition
        case All(parts) | AnyOf(parts):
            kind = type(condition)
            flat: dict[Condition, None] = {}
            for part in map(normal, parts):
                inner = part.parts if isinstance(part, kind) else (part,)
                flat.update(dict.fromkeys(inner))
            return next(iter(flat)) if len(flat) == 1 else kind(tuple(sorted(flat, key=repr)))
