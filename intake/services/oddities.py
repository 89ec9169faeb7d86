"""What does not make sense in files that load, told in words and at its place in the files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from intake.content.written import Step, Written
from intake.domain.answers import State
from intake.domain.conditions import Compare
from intake.domain.evidence import PatientEvidence
from intake.domain.medicines import Formulary
from intake.domain.number_lines import NUMERIC
from intake.domain.oddities import (
    Oddity,
    PlacedComparison,
    oddities_between,
    oddities_of_questions,
    oddities_of_rule,
    placed_comparisons,
)
from intake.domain.possibilities import Possibilities
from intake.domain.questionnaire import Questionnaire
from intake.domain.ranges import Range
from intake.domain.rules import Rule
from intake.domain.truth import Truth
from intake.services.remarks import Remark, at_place


@dataclass(frozen=True, slots=True)
class Files:
    """What was read, beside the files as they were written; ``by_place`` are the rules that load."""

    questionnaire: Questionnaire
    formulary: Formulary
    by_place: dict[int, Rule]
    questionnaire_file: Written
    rules_file: Written

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that load, in order."""
        return tuple(self.by_place.values())

    def at_rule(self, rule: str, *steps: Step) -> Remark:
        """An empty remark at a rule, or at something in it."""
        place = next(place for place, one in self.by_place.items() if one.id == rule)
        at = self.rules_file.where("rules", place, *(steps or ("id",)))
        return replace(at_place(at), rule=rule)


def sense(files: Files) -> Iterator[Remark]:
    """Every oddity on the questions and the rules."""
    asked, rules = files.questionnaire, files.rules
    possible = Possibilities(asked)
    steps = dict(files.questionnaire_file.question_steps())
    for oddity in oddities_of_questions(asked, possible):
        clause = oddity.clause
        operator = () if clause is None else (*clause.path, clause.comparison.operator.value)
        place = files.questionnaire_file.where(*steps[oddity.subject], "only_if", *operator)
        yield _worded(at_place(place), f"question {oddity.subject}", oddity)
    alone = (oddity for rule in rules for oddity in oddities_of_rule(asked, rule, possible))
    for oddity in (*alone, *oddities_between(rules, possible)):
        yield _worded(files.at_rule(oddity.subject, *_steps(oddity)), f"rule {oddity.subject}", oddity)


def untried(files: Files) -> Iterator[Remark]:
    """Numbers of which a rule's examples show one side only."""
    for rule in files.rules:
        for clause in placed_comparisons(rule.when):
            if clause.comparison.operator in NUMERIC:
                yield from _untried_side(files, rule, clause)


def _untried_side(files: Files, rule: Rule, clause: PlacedComparison) -> Iterator[Remark]:
    seen = _truths(files, rule, clause.comparison)
    missing = [truth for truth in (Truth.YES, Truth.NO) if truth not in seen]
    if not missing:
        return
    side = "so" if missing[0] is Truth.YES else "known and not so"
    yield replace(
        files.at_rule(rule.id, "when", *clause.path, clause.comparison.operator.value),
        code="untried-side",
        message=f"rule {rule.id}: `{in_words(clause.comparison)}` is {side} in none of its examples",
        suggestion="add an example on that side of the number",
    )


def _truths(files: Files, rule: Rule, comparison: Compare) -> set[Truth]:
    evidence = (
        PatientEvidence(files.questionnaire, files.formulary, example.answers, example.as_of)
        for example in rule.examples
    )
    return {comparison.find(one).truth for one in evidence}


def _steps(oddity: Oddity) -> tuple[Step, ...]:
    if oddity.clause is not None:
        return ("when", *oddity.clause.path, oddity.clause.comparison.operator.value)
    match oddity.code:
        case "same-title":
            return ("title",)
        case "never-raised" | "always-raised" | "same-condition":
            return ("when",)
        case _:
            return ("id",)


def _worded(at: Remark, subject: str, oddity: Oddity) -> Remark:
    clause = "" if oddity.clause is None else f"`{in_words(oddity.clause.comparison)}`"
    message, suggestion = _WORDS[oddity.code]
    told = message.format(clause=clause, other=oddity.other, within=_range(oddity.within))
    advice = suggestion.format(other=oddity.other)
    return replace(at, code=oddity.code, message=f"{subject}: {told}", suggestion=advice)


_WORDS = {
    "never-raised": (
        "no answers can raise it: what it asks for contradicts itself, or the questions' own only_if",
        "look at the conditions under 'all', and at whom each question is put to",
    ),
    "always-raised": (
        "everybody whose answers are known raises it",
        "make the condition narrower, or tell it to everybody in another way",
    ),
    "clause-never-so": (
        "{clause} can never be so here, beside what else has to be so",
        "take it out, or look at what stands beside it and at whom its question is put to",
    ),
    "threshold-out-of-range": (
        "{clause} comes out the same for every number there can be ({within})",
        "look at the number again, or at the 'limits' of the question",
    ),
    "unreachable-question": (
        "nobody can be asked this: its only_if can never be so",
        "look at the conditions under 'all', and at whom the earlier questions are put to",
    ),
    "same-condition": (
        "it always comes out as rule {other} does",
        "keep one of the two, with the sources of both",
    ),
    "same-title": (
        "rule {other} has the same title, and a clinician could not tell the two apart",
        "say in the title what is different here",
    ),
    "adds-nothing": (
        "whenever it is raised, rule {other} of the same topic is raised too, at least as high",
        "keep it if its words say more than those of {other}; else take it out",
    ),
}


def in_words(comparison: Compare) -> str:
    """A comparison as it is written in a file."""
    operand = comparison.operand
    several: Iterable[object] = operand if isinstance(operand, tuple) else (operand,)
    words = [one.value if isinstance(one, State) else str(one) for one in several]
    value = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
    return f"{comparison.question} {comparison.operator.value} {value}"


def _range(within: Range | None) -> str:
    match within:
        case None | Range(None, None):
            return "any"
        case Range(low, None):
            return f"{low:f} or more"
        case Range(None, high):
            return f"{high:f} or less"
        case Range(low, high):
            return f"{float(low or 0):g} to {float(high or 0):g}"
    raise ValueError(f"no words for the range {within}")
