"""Reading cases: people in a few answers, and what must come of a rule or a topic for each.

A case says more than the example beside a rule: it may speak of several rules, of a whole topic, and
of the priority with which a clinician is to see it.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intake.content.answers import read_answers
from intake.content.documents import DocumentRefused, Problem, Problems, did_you_mean, read_file
from intake.content.fields import Fields, unique
from intake.content.rules import EXAMPLES_AS_OF
from intake.domain.answers import Answers
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Outcome, Priority, RuleBook


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of one rule, or of the rules of one topic together; one of the two is named.

    ``priority`` is None where the case does not state it, and where nothing is pointed out.
    """

    line: int
    outcome: Outcome
    priority: Priority | None = None
    rule: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A person: an id, a line of their story, their answers as of a day, and what is expected."""

    id: str
    story: str
    answers: Answers
    as_of: date
    expected: tuple[Expected, ...]
    file: str


def read_cases(folder: Path, questionnaire: Questionnaire, rulebook: RuleBook) -> tuple[Case, ...]:
    """Every case in the files ``*.yaml`` of a folder, in order. Raises DocumentRefused.

    Refused are a folder without files, an id used twice in it, and rules, topics and questions that
    are not there.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        problem = Problem(1, "there are no files of cases (*.yaml) in this folder; check its name")
        raise DocumentRefused(str(folder), [problem])
    cases: list[Case] = []
    found: list[Problem] = []
    seen: dict[str, str] = {}
    for path in files:
        problems = Problems(path.name)
        try:
            cases += _file(path, questionnaire, rulebook, problems, seen)
        except DocumentRefused as refused:
            problems.found += refused.problems
        found += (replace(problem, file=path.name) for problem in problems.found)
    if found:
        raise DocumentRefused(str(folder), found)
    return tuple(cases)


def _file(
    path: Path,
    questionnaire: Questionnaire,
    rulebook: RuleBook,
    problems: Problems,
    seen: dict[str, str],
) -> tuple[Case, ...]:
    document, _ = read_file(path)
    fields = Fields(document, 1, "cases", problems)
    read = _Reader(path.name, questionnaire, rulebook, problems)
    entries = fields.entries("cases", required=True)
    cases = tuple(read.case(entry, line) for entry, line in entries)
    fields.finish()
    lines = [(case.id, line) for case, (_, line) in zip(cases, entries, strict=True)]
    unique(lines, "case", problems)
    for case_id, line in lines:
        if seen.setdefault(case_id, path.name) != path.name:
            problems.add(line, f'case "{case_id}" is also in {seen[case_id]}; give one another id')
    return cases


class _Reader:
    """Reads the cases of one file against one questionnaire and one rulebook."""

    def __init__(
        self, file: str, questionnaire: Questionnaire, rulebook: RuleBook, problems: Problems
    ) -> None:
        self._file = file
        self._questionnaire = questionnaire
        self._rules = [rule.id for rule in rulebook.rules]
        self._topics = list(dict.fromkeys(rule.topic for rule in rulebook.rules))
        self._problems = problems

    def case(self, entry: object, line: int) -> Case:
        """One person."""
        fields = Fields(entry, line, "case", self._problems)
        case_id = fields.text("id")
        fields.what = f"case {case_id}"
        case = Case(
            case_id,
            fields.text("story"),
            read_answers(
                fields.raw("answers"),
                fields.line_of("answers"),
                fields.what,
                self._questionnaire,
                self._problems,
            ),
            fields.day("as_of") if fields.has("as_of") else EXAMPLES_AS_OF,
            tuple(self._expected(e, at, fields.what) for e, at in fields.entries("expect", required=True)),
            self._file,
        )
        fields.finish(also=("as_of",))
        return case

    def _expected(self, entry: object, line: int, what: str) -> Expected:
        fields = Fields(entry, line, what, self._problems)
        rule, topic = fields.text("rule", ""), fields.text("topic", "")
        outcome = fields.one_of("outcome", Outcome, Outcome.CANNOT_TELL)
        stated = fields.has("priority")
        priority = fields.one_of("priority", Priority, Priority.INFO) if stated else None
        if bool(rule) == bool(topic):
            self._problems.add(line, f"{what}: an expectation names one rule or one topic")
        self._known("rule", rule, self._rules, fields)
        self._known("topic", topic, self._topics, fields)
        if stated and outcome is Outcome.NOT_RAISED:
            fields.problem("priority", "what is not raised is shown with no priority; leave it out")
        fields.finish(also=("priority",))
        return Expected(int(line), outcome, priority, rule, topic)

    def _known(self, what: str, named: str, known: list[str], fields: Fields) -> None:
        if named and named not in known:
            fields.problem(what, f'there is no {what} "{named}"{did_you_mean(named, known)}')
