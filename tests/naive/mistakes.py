"""Engines with one mistake each: whoever compares interpreters has to find every one of them."""

from collections.abc import Callable
from dataclasses import replace

from intake.domain.conditions import All, AnyOf, Compare, Condition, Finding, Interval, Operator
from intake.domain.evidence import PatientEvidence
from intake.domain.truth import Truth
from naive.comparing import Said, Voice, one_by_one
from naive.encoded import Encoding
from naive.engine import Engine
from naive.panel import Panel
from naive.people import Person

Asks = Callable[[Panel], Voice]


class NotKnownAsNo(Compare):
    """The mistake the project is most afraid of: what nobody knows is taken for a no."""

    def find(self, evidence) -> Finding:
        found = super().find(evidence)
        return Finding(Truth.NO) if found.truth is Truth.NOT_KNOWN else found


class NotAskedAsNotKnown(Compare):
    """What was rightly not asked is taken for something nobody knows."""

    def find(self, evidence) -> Finding:
        asked = evidence.asked(self.question).truth is Truth.YES
        return super().find(evidence) if asked else Finding(Truth.NOT_KNOWN)


class OppositeOfNotAsked(Compare):
    """A comparison like `below` is taken to be so for whoever was not asked at all."""

    def find(self, evidence) -> Finding:
        opposite = self.operator in (Operator.BELOW, Operator.IS_NOT, Operator.LEAVES_OUT, Operator.AT_MOST)
        not_asked = evidence.asked(self.question).truth is Truth.NO
        return Finding(Truth.YES) if opposite and not_asked else super().find(evidence)


class UnsureForgotten(Compare):
    """ "I'm not sure" beside what was ticked is overlooked."""

    def find(self, evidence) -> Finding:
        found = super().find(evidence)
        value = evidence.value(self.question)
        if found.truth is Truth.NOT_KNOWN and getattr(value, "unsure", False):
            return Finding(Truth.NO if self.operator is Operator.INCLUDES else Truth.YES)
        return found


class BesideTheLine(Compare):
    """A threshold that the number itself no longer reaches."""

    def find(self, evidence) -> Finding:
        return self.moved(self).find(evidence)

    @staticmethod
    def moved(compare: Compare) -> Compare:
        """The comparison with its line a little further on."""
        moved = {Operator.AT_LEAST: Operator.ABOVE, Operator.BELOW: Operator.AT_MOST}
        return Compare(compare.question, moved.get(compare.operator, compare.operator), compare.operand)


class HalfOfAnInterval(Compare):
    """A total with items left open is taken for the least it can be."""

    def find(self, evidence) -> Finding:
        return Compare(self.question, self.operator, self.operand).find(_Least(evidence))  # type: ignore[arg-type]  # all but `number` is the evidence


class _Least:
    def __init__(self, evidence: PatientEvidence) -> None:
        self._evidence = evidence

    def __getattr__(self, name: str) -> object:
        return getattr(self._evidence, name)

    def number(self, question: str) -> Interval:
        least = self._evidence.number(question).low
        return Interval(least, least)


def each_comparison(kind: type[Compare]) -> Asks:
    """Every comparison of every rule replaced by one of this kind."""
    change = _each(lambda compare: kind(compare.question, compare.operator, compare.operand))
    return lambda panel: _by(_with(panel, change), panel)


def any_as_all(panel: Panel) -> Voice:
    """One rule whose alternatives are all asked for."""

    def change(condition: Condition) -> Condition:
        return All(condition.parts) if isinstance(condition, AnyOf) else condition

    return _by(_with(panel, change), panel)


def nothing_dropped(panel: Panel) -> Voice:
    """Answers to questions that are no longer asked are sent all the same."""

    def say(person: Person) -> Said:
        kept, truths = panel.by_engine(person)
        return kept | frozenset(person.answers), truths

    return one_by_one(say)


def _each(change: Callable[[Compare], Compare]) -> Callable[[Condition], Condition]:
    def changed(condition: Condition) -> Condition:
        match condition:
            case All(parts):
                return All(tuple(map(changed, parts)))
            case AnyOf(parts):
                return AnyOf(tuple(map(changed, parts)))
            case compare:
                return change(compare)

    return changed


def _with(panel: Panel, change: Callable[[Condition], Condition]) -> Engine:
    rules = tuple(replace(rule, when=change(rule.when)) for rule in panel.library.rulebook.rules)
    return Engine(replace(panel.library, rulebook=replace(panel.library.rulebook, rules=rules)))


def _by(engine: Engine, panel: Panel) -> Voice:
    engine.names = panel.engine.names

    def say(person: Person) -> Said:
        evidence = engine.evidence(person.answers, person.as_of)
        return frozenset(evidence.answers), engine.truths(evidence)

    return one_by_one(say)


def encoded_beside_the_line(panel: Panel) -> Voice:
    """What the solver is told of the rules has thresholds that the number itself no longer reaches."""
    mistaken = _with(panel, _each(BesideTheLine.moved))
    mistaken.names = panel.engine.names
    return Encoding(mistaken).say


MISTAKES: dict[str, Asks] = {
    "not known as no": each_comparison(NotKnownAsNo),
    "not asked as not known": each_comparison(NotAskedAsNotKnown),
    "the opposite of not asked": each_comparison(OppositeOfNotAsked),
    "unsure forgotten": each_comparison(UnsureForgotten),
    "beside the line": each_comparison(BesideTheLine),
    "half of an interval": each_comparison(HalfOfAnInterval),
    "any as all": any_as_all,
    "encoded beside the line": encoded_beside_the_line,
    "nothing dropped": nothing_dropped,
}
