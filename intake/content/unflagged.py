"""Reading what is deliberately not flagged, and which rules look at who somebody is.

``safety/unflagged.yaml`` gives a reason for every choice no rule decides on.
``safety/register.yaml`` lists the rules that use age, sex, pregnancy or disability, with the
reason for each (45 CFR 92.210, regulation.md L4).
"""

from dataclasses import dataclass
from pathlib import Path

from intake.content.coverage import check_question
from intake.content.documents import Listed, Mapped, Problems, did_you_mean, read, read_file
from intake.content.fields import Fields, unique
from intake.domain.questionnaire import Questionnaire
from intake.domain.reach import ChoiceOf


@dataclass(frozen=True, slots=True)
class Unflagged:
    """The reason for each question no rule looks at, and for each choice none decides on."""

    questions: dict[str, str]
    choices: dict[ChoiceOf, str]


@dataclass(frozen=True, slots=True)
class Characteristic:
    """Something about who a person is, the questions that ask it, and the rules that use it."""

    id: str
    name: str
    questions: tuple[str, ...]
    rules: dict[str, str]


@dataclass(frozen=True, slots=True)
class Register:
    """Every such characteristic, and what the register leaves out."""

    about: str
    characteristics: tuple[Characteristic, ...]


def read_unflagged(path: Path, questionnaire: Questionnaire) -> Unflagged:
    """The choices not flagged, at ``path``. Raises DocumentRefused."""
    document, _ = read_file(path)
    return _unflagged(document, path.name, questionnaire)


def parse_unflagged(text: str, questionnaire: Questionnaire, name: str = "unflagged.yaml") -> Unflagged:
    """The choices not flagged, in ``text``. Raises DocumentRefused."""
    return _unflagged(read(text, name), name, questionnaire)


def read_register(path: Path, questionnaire: Questionnaire) -> Register:
    """The register at ``path``. Raises DocumentRefused."""
    document, _ = read_file(path)
    return _register(document, path.name, questionnaire)


def parse_register(text: str, questionnaire: Questionnaire, name: str = "register.yaml") -> Register:
    """The register in ``text``. Raises DocumentRefused."""
    return _register(read(text, name), name, questionnaire)


def _unflagged(document: Mapped, name: str, asked: Questionnaire) -> Unflagged:
    problems = Problems(name)
    fields = Fields(document, 1, "unflagged", problems)
    questions = _reasons_for_questions(fields, asked, problems)
    choices: dict[ChoiceOf, str] = {}
    for entry, line in fields.entries("choices"):
        group = Fields(entry, line, "unflagged choices", problems)
        reason = group.text("reason")
        for question, listed, at in group.mapping("of", required=True):
            for choice in _listed_choices(question, listed, at, asked, problems):
                if (question, choice) in choices:
                    problems.add(at, f'question {question}: the choice "{choice}" is listed twice')
                choices[question, choice] = reason
        group.finish()
    fields.finish()
    problems.refuse_if_any()
    return Unflagged(questions, choices)


def _reasons_for_questions(fields: Fields, asked: Questionnaire, problems: Problems) -> dict[str, str]:
    reasons: dict[str, str] = {}
    lines = []
    for entry, line in fields.entries("questions"):
        group = Fields(entry, line, "questions no rule looks at", problems)
        reason = group.text("reason")
        for question, at in group.entries("of", required=True):
            lines.append((str(question), at))
            if check_question(str(question), at, group.what, asked, problems):
                reasons[str(question)] = reason
        group.finish()
    unique(lines, "question", problems)
    return reasons


def _listed_choices(
    question: str, listed: object, line: int, asked: Questionnaire, problems: Problems
) -> list[str]:
    if not check_question(question, line, "unflagged choices", asked, problems):
        return []
    if not isinstance(listed, Listed) or not listed:
        problems.add(line, f"question {question}: should list its choices, like [no, longer_ago]")
        return []
    offered = [choice.id for choice in asked.question(question).choices]
    for choice in listed:
        if choice not in offered:
            hint = did_you_mean(str(choice), offered)
            problems.add(line, f'question {question}: it offers no choice "{choice}"{hint}')
    return [str(choice) for choice in listed if choice in offered]


def _register(document: Mapped, name: str, asked: Questionnaire) -> Register:
    problems = Problems(name)
    fields = Fields(document, 1, "register", problems)
    characteristics = tuple(
        _characteristic(one, entry, line, asked, problems)
        for one, entry, line in fields.mapping("characteristics", required=True)
    )
    register = Register(fields.text("about"), characteristics)
    fields.finish()
    problems.refuse_if_any()
    return register


def _characteristic(
    one: str, entry: object, line: int, asked: Questionnaire, problems: Problems
) -> Characteristic:
    fields = Fields(entry, line, f"characteristic {one}", problems)
    questions = fields.texts("questions", required=True)
    for question in questions:
        check_question(question, fields.line_of("questions"), fields.what, asked, problems)
    rules: dict[str, str] = {}
    lines = []
    for group, at in fields.entries("uses"):
        use = Fields(group, at, fields.what, problems)
        reason = use.text("reason")
        for rule, rule_line in use.entries("rules", required=True):
            lines.append((str(rule), rule_line))
            rules[str(rule)] = reason
        use.finish()
    unique(lines, "rule", problems)
    characteristic = Characteristic(one, fields.text("name"), questions, rules)
    fields.finish()
    return characteristic
