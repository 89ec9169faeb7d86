"""Reading ``screening_rules.yaml``; a rule without a source or without examples does not load."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from intake.content.answers import read_answers
from intake.content.conditions import ConditionReader
from intake.content.documents import Mapped, Problems, edition_of, read, read_file
from intake.content.fields import Fields, unique
from intake.content.sources import Bibliography, read_bibliography, read_source
from intake.domain.evidence import PatientEvidence
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Example, Outcome, Priority, Rule, RuleBook
from intake.domain.screening import outcome_of

# Examples stand still in time: they are people as of this day unless they say otherwise.
EXAMPLES_AS_OF = date(2026, 11, 20)
_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def read_rulebook(path: Path, questionnaire: Questionnaire, formulary: Formulary) -> tuple[RuleBook, str]:
    """The rules at ``path`` and their text. Raises DocumentRefused."""
    document, text = read_file(path)
    return _rulebook(document, path.name, questionnaire, formulary), text


def parse_rulebook(
    text: str,
    questionnaire: Questionnaire,
    formulary: Formulary,
    name: str = "screening_rules.yaml",
) -> RuleBook:
    """The rules in ``text``. Raises DocumentRefused."""
    return _rulebook(read(text, name), name, questionnaire, formulary)


def rules_written(
    document: Mapped, name: str, questionnaire: Questionnaire, formulary: Formulary
) -> RuleBook:
    """The rules as written, checked in all but one thing: their examples are not run.

    For whoever runs the examples to tell what came of each. Raises DocumentRefused.
    """
    problems = Problems(name)
    fields = Fields(document, 1, "rules", problems)
    fields.text("about", "")
    reader = ConditionReader(
        questionnaire, problems, formulary.classes, frozenset(m.id for m in formulary.medicines)
    )
    shared = _Shared(reader, read_bibliography(fields), fields)
    entries = fields.entries("rules")
    read_rules = [_rule(entry, line, shared) for entry, line in entries]
    lines = [line for _, line in entries]
    unique([(r.id, at) for r, at in zip(read_rules, lines, strict=True)], "rule", problems)
    not_covered = fields.texts("not_covered")
    if "rules" not in document:
        problems.add(1, "'rules' is missing; an empty list is written `rules: []`")
    fields.finish(also=("owner", "review_by"))
    problems.refuse_if_any()
    return RuleBook(tuple(read_rules), not_covered, edition_of(document))


def _rulebook(document: Mapped, name: str, questionnaire: Questionnaire, formulary: Formulary) -> RuleBook:
    rulebook = rules_written(document, name, questionnaire, formulary)
    problems = Problems(name)
    for rule, entry in zip(rulebook.rules, document["rules"], strict=True):
        _run_examples(rule, entry["examples"].lines, questionnaire, formulary, problems)
    problems.refuse_if_any()
    return rulebook


@dataclass(frozen=True, slots=True)
class _Shared:
    """What every rule of one file is read with; ``file`` names who owns rules that name no other."""

    reader: ConditionReader
    bibliography: Bibliography
    file: Fields

    def fallback(self, rule: Fields, key: str) -> Fields:
        """The rule itself when it says so, else the file."""
        return self.file if self.file.has(key) and not rule.has(key) else rule


def _rule(entry: object, line: int, shared: _Shared) -> Rule:
    reader = shared.reader
    fields = Fields(entry, line, "rule", reader.problems)
    rule_id = fields.text("id")
    fields.what = f"rule {rule_id}"
    if rule_id and not _KEBAB.fullmatch(rule_id):
        fields.problem("id", "an id is lower-case words joined by hyphens")
    rule = Rule(
        id=rule_id,
        topic=fields.text("topic"),
        title=fields.text("title"),
        priority=fields.one_of("priority", Priority, Priority.INFO),
        when=reader.read(fields.raw("when"), fields.line_of("when"), fields.what),
        why=fields.text("why"),
        sources=tuple(
            read_source(source, at, fields, shared.bibliography)
            for source, at in fields.entries("sources", required=True)
        ),
        owner=shared.fallback(fields, "owner").text("owner"),
        review_by=shared.fallback(fields, "review_by").day("review_by"),
        hazards=fields.texts("hazards"),
        examples=tuple(
            _example(e, at, fields, reader) for e, at in fields.entries("examples", required=True)
        ),
    )
    fields.finish()
    missing = [o.value for o in Outcome if o not in {example.outcome for example in rule.examples}]
    if rule.examples and missing:
        fields.problem("examples", f"there is no example of {' and '.join(missing)}")
    return rule


def _example(entry: object, line: int, rule: Fields, reader: ConditionReader) -> Example:
    fields = Fields(entry, line, f"{rule.what}: example", rule.problems)
    answers = read_answers(
        fields.raw("answers"),
        fields.line_of("answers"),
        f"{rule.what}: example",
        reader.questionnaire,
        rule.problems,
    )
    outcome = fields.one_of("outcome", Outcome, Outcome.CANNOT_TELL)
    as_of = fields.day("as_of") if fields.has("as_of") else EXAMPLES_AS_OF
    fields.finish()
    return Example(answers, outcome, as_of)


def _run_examples(
    rule: Rule, lines: list[int], questionnaire: Questionnaire, formulary: Formulary, problems: Problems
) -> None:
    for example, line in zip(rule.examples, lines, strict=True):
        evidence = PatientEvidence(questionnaire, formulary, example.answers, example.as_of)
        came_out = outcome_of(rule, evidence)
        if came_out.outcome is not example.outcome:
            waits = ", ".join(missing.question for missing in came_out.missing)
            why = f" (nobody knows: {waits})" if waits else ""
            problems.add(
                line,
                f"rule {rule.id}: this example should come out {example.outcome.value} but comes "
                f"out {came_out.outcome.value}{why}; change the condition or the example",
            )
