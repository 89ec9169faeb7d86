"""Reading ``screening_rules.yaml``; a rule without a source or without examples does not load."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from intake.content.answers import read_answers
from intake.content.conditions import NEVER, ConditionReader
from intake.content.documents import Mapped, Problems, edition_of, read, read_file
from intake.content.fields import Fields, unique
from intake.content.lowered import read_altered
from intake.content.sources import Bibliography, read_bibliography, read_source
from intake.domain.conditions import Condition
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


@dataclass(frozen=True, slots=True)
class Examined:
    """The rules of a file as far as they can be read, and everything that is wrong with it.

    ``unsound`` are the places in the list of those rules that something is wrong with.
    """

    rulebook: RuleBook
    unsound: frozenset[int]
    problems: Problems


def _rulebook(document: Mapped, name: str, questionnaire: Questionnaire, formulary: Formulary) -> RuleBook:
    examined = examine_rules(document, name, questionnaire, formulary)
    examined.problems.refuse_if_any()
    return examined.rulebook


def rules_written(
    document: Mapped, name: str, questionnaire: Questionnaire, formulary: Formulary
) -> RuleBook:
    """The rules as written, checked in all but one thing: their examples are not run.

    For whoever runs the examples to tell what came of each. Raises DocumentRefused.
    """
    examined = examine_rules(document, name, questionnaire, formulary, examples=False)
    examined.problems.refuse_if_any()
    return examined.rulebook


def examine_rules(
    document: Mapped,
    name: str,
    questionnaire: Questionnaire,
    formulary: Formulary,
    *,
    examples: bool = True,
) -> Examined:
    """Everything that is wrong with a rules file; the examples of each rule that can be read are run.

    ``examples`` is False when the questionnaire or the medicines are wrong themselves, so
    that nothing is said of an example that only they are to blame for.
    """
    problems = Problems(name)
    fields = Fields(document, 1, "rules", problems)
    fields.text("about", "")
    reader = ConditionReader(
        questionnaire, problems, formulary.classes, frozenset(m.id for m in formulary.medicines)
    )
    shared = RuleFile(reader, read_bibliography(fields), fields)
    entries = fields.entries("rules")
    read_rules, unsound = [], set()
    for place, (entry, line) in enumerate(entries):
        before = len(problems.found)
        read_rules.append(read_rule(entry, line, shared))
        if len(problems.found) > before:
            unsound.add(place)
    lines = [line for _, line in entries]
    unique([(r.id, at) for r, at in zip(read_rules, lines, strict=True)], "rule", problems)
    not_covered = fields.texts("not_covered")
    altered = read_altered(fields, read_rules)
    if "rules" not in document:
        problems.add(1, "'rules' is missing; an empty list is written `rules: []`")
    fields.finish(also=("owner", "review_by"))
    for place, (rule, (entry, _)) in enumerate(zip(read_rules, entries, strict=True)):
        if examples and place not in unsound:
            run_examples(rule, entry["examples"].lines, questionnaire, formulary, problems)
    rulebook = RuleBook(
        tuple(read_rules), not_covered, edition_of(document), altered.lowered, altered.moved_up
    )
    return Examined(rulebook, frozenset(unsound), problems)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What every rule of one file is read with; ``file`` names who owns rules that name no other."""

    reader: ConditionReader
    bibliography: Bibliography
    file: Fields

    def fallback(self, rule: Fields, key: str) -> Fields:
        """The rule itself when it says so, else the file."""
        return self.file if self.file.has(key) and not rule.has(key) else rule


def read_rule(entry: object, line: int, shared: RuleFile) -> Rule:
    """One rule; problems are noted, and its examples are not run yet (:func:`run_examples`)."""
    reader = shared.reader
    fields = Fields(entry, line, "rule", reader.problems)
    rule_id = fields.text("id")
    fields.what = f"rule {rule_id}".strip()
    if rule_id and not _KEBAB.fullmatch(rule_id):
        better = "-".join(re.findall("[a-z0-9]+", rule_id.lower()))
        fields.problem("id", f"an id is lower-case words joined by hyphens; write {better}")
    rule = Rule(
        id=rule_id,
        topic=fields.text("topic"),
        title=fields.text("title"),
        priority=fields.one_of("priority", Priority, Priority.INFO),
        when=_condition(fields, reader),
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
    _check_outcomes(rule, fields)
    return rule


def _condition(fields: Fields, reader: ConditionReader) -> Condition:
    node, at = fields.raw("when"), fields.value_at("when")
    if node is None:
        fields.problem(
            "when", "'when' is missing; write a condition such as {question: …, is: …}", "missing-key"
        )
        return NEVER
    return reader.read(node, at, fields.what)


def _check_outcomes(rule: Rule, fields: Fields) -> None:
    written = [entry.get("outcome") for entry, _ in fields.entries("examples") if isinstance(entry, Mapped)]
    known = [outcome.value for outcome in Outcome]
    missing = [outcome for outcome in known if outcome not in written]
    # An outcome that is misspelled is told as that, and not as one that is missing.
    if rule.examples and missing and all(outcome in known for outcome in written):
        people = "a person" if len(missing) == 1 else "people"
        text = f"there is no example of {' and '.join(missing)}; add {people} it comes out so for"
        fields.problem("examples", text, "missing-example")


def _example(entry: object, line: int, rule: Fields, reader: ConditionReader) -> Example:
    fields = Fields(entry, line, f"{rule.what}: example", rule.problems)
    answers = read_answers(
        fields.raw("answers"),
        fields.value_at("answers"),
        f"{rule.what}: example",
        reader.questionnaire,
        rule.problems,
    )
    outcome = fields.one_of("outcome", Outcome, Outcome.CANNOT_TELL)
    as_of = fields.day("as_of") if fields.has("as_of") else EXAMPLES_AS_OF
    fields.finish()
    return Example(answers, outcome, as_of)


def run_examples(
    rule: Rule, lines: list[int], questionnaire: Questionnaire, formulary: Formulary, problems: Problems
) -> None:
    """Note every example that comes out otherwise than it says; ``lines`` are where they stand."""
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
                "example-comes-out-otherwise",
            )
