"""Two answers of one patient about the same kind of medicine that do not say the same.

Some kinds of medicine are asked for by name and may stand in the list as well. Both answers are
quoted beside each other, and neither is taken for the right one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.domain.answers import State
from intake.domain.conditions import AnyOf, Compare, Condition, Operator, question_of, questions_in
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import CHOICE_KINDS, Kind
from intake.domain.truth import Truth
from intake.domain.wording import Line, quote

_LISTS = frozenset({Operator.HAS_CLASS, Operator.HAS_MEDICINE})
_NAMES = frozenset({Operator.IS, Operator.IS_ONE_OF, Operator.INCLUDES})
_BY_NAME = CHOICE_KINDS | {Kind.CHOOSE_ANY}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What the list of medicines says, and what was answered when asked by name."""

    listed: Line
    by_name: Line


def disagreements(condition: Condition, evidence: PatientEvidence) -> tuple[Disagreement, ...]:
    """Those among the answers a condition looks at, each pair once.

    A condition asks for one kind of medicine twice where *any* joins the list with a question of
    the same part of the form; a question of another part is about something else.
    """
    pairs = {
        (question_of(listed.question), by_name.question)
        for listed, by_name in _asked_twice(condition, evidence)
        if _is_other(_is_listed(listed, evidence), _is_said(by_name, evidence))
    }
    return tuple(
        Disagreement(_about_the_list(evidence, listed), quote(evidence, by_name))
        for listed, by_name in sorted(pairs)
    )


def _asked_twice(condition: Condition, evidence: PatientEvidence) -> Iterator[tuple[Compare, Compare]]:
    match condition:
        case Compare():
            return
        case AnyOf(parts):
            alone = [part for part in parts if isinstance(part, Compare)]
            for listed in (one for one in alone if one.operator in _LISTS):
                for by_name in alone:
                    if by_name.operator in _NAMES and _in_one_part(listed, by_name, evidence):
                        yield listed, by_name
    for part in condition.parts:
        yield from _asked_twice(part, evidence)


def _in_one_part(listed: Compare, by_name: Compare, evidence: PatientEvidence) -> bool:
    asked = evidence.questionnaire
    if not asked.has(by_name.question) or asked.question(by_name.question).kind not in _BY_NAME:
        return False
    return any(
        {listed.question, by_name.question} <= {question.id for question in part.questions}
        for part in asked.parts
    )


def _is_listed(listed: Compare, evidence: PatientEvidence) -> Truth:
    # "I take no medicines" means that the list is rightly not asked for: that is a NO, too.
    return listed.find(evidence).truth


def _is_said(by_name: Compare, evidence: PatientEvidence) -> Truth:
    answered = evidence.state(by_name.question) is State.ANSWERED
    return by_name.find(evidence).truth if answered else Truth.NOT_KNOWN


def _is_other(one: Truth, other: Truth) -> bool:
    return {one, other} == {Truth.YES, Truth.NO}


def _about_the_list(evidence: PatientEvidence, question: str) -> Line:
    only_if = evidence.questionnaire.question(question).only_if
    if only_if is not None and evidence.asked(question).truth is Truth.NO:
        return quote(evidence, questions_in(only_if)[0])
    return quote(evidence, question)
