"""Reading ``safety/invariants.yaml``: what has to hold of every screening, in words and as conditions."""

from enum import Enum
from pathlib import Path

from intake.content.conditions import ConditionReader
from intake.content.documents import Mapped, Problems, did_you_mean, read, read_file
from intake.content.fields import Fields, unique
from intake.content.library import Library
from intake.domain.conditions import AnyOf
from intake.domain.invariants import Case, Invariant, Invariants, NotAboutGravity, OwnWords
from intake.domain.rules import Priority


class _Gets(Enum):
    RAISED = "raised"
    POINTED_OUT = "raised_or_cannot_tell"


def read_invariants(path: Path, library: Library) -> Invariants:
    """The invariants at ``path``, checked against the content in force. Raises DocumentRefused."""
    document, _ = read_file(path)
    return _Reader(library, Problems(path.name)).read(document)


def parse_invariants(text: str, library: Library, name: str = "invariants.yaml") -> Invariants:
    """The invariants in ``text``. Raises DocumentRefused."""
    return _Reader(library, Problems(name)).read(read(text, name))


class _Reader:
    """Reads one file against one library; every problem is told at once."""

    def __init__(self, library: Library, problems: Problems) -> None:
        formulary = library.formulary
        self._problems = problems
        self._questionnaire = library.questionnaire
        self._rules = [rule.id for rule in library.rulebook.rules]
        # A topic may have lost its last rule: that is for the proof to find, not for the reader.
        self._topics = list(dict.fromkeys(rule.topic for rule in library.rulebook.rules))
        self._conditions = ConditionReader(
            library.questionnaire,
            problems,
            formulary.classes,
            frozenset(medicine.id for medicine in formulary.medicines),
        )

    def read(self, document: Mapped) -> Invariants:
        """Everything in the document. Raises DocumentRefused."""
        fields = Fields(document, 1, "invariants", self._problems)
        entries = fields.entries("invariants", required=True)
        invariants = tuple(self._invariant(entry, line) for entry, line in entries)
        named = [(one.id, line) for one, (_, line) in zip(invariants, entries, strict=True)]
        unique(named, "invariant", self._problems)
        found = Invariants(
            invariants,
            tuple(
                self._not_about_gravity(entry, line) for entry, line in fields.entries("not_about_gravity")
            ),
            tuple(self._own_words(entry, line) for entry, line in fields.entries("own_words")),
        )
        fields.finish()
        self._problems.refuse_if_any()
        return found

    def _invariant(self, entry: object, line: int) -> Invariant:
        fields = Fields(entry, line, "invariant", self._problems)
        fields.what = f"invariant {fields.text('id')}"
        invariant = Invariant(
            id=fields.text("id"),
            says=fields.text("says"),
            why=fields.text("why"),
            raised=fields.one_of("flag", _Gets, _Gets.RAISED) is _Gets.RAISED,
            priority=fields.one_of("at_least", Priority, Priority.HIGH),
            cases=tuple(
                self._case(case, at, fields.what) for case, at in fields.entries("cases", required=True)
            ),
        )
        fields.finish()
        return invariant

    def _case(self, entry: object, line: int, where: str) -> Case:
        fields = Fields(entry, line, f"{where}: case", self._problems)
        topic = fields.text("topic")
        self._known("topic", topic, self._topics, fields)
        if fields.has("when") is fields.has("unknown"):
            fields.problem("topic", "a case says either 'when' or 'unknown', to tell whom it is about")
        if fields.has("unknown"):
            unknown = fields.text("unknown")
            self._known("unknown", unknown, self._questions(), fields)
            case = Case(topic, unknown=unknown)
        else:
            raw = fields.raw("when")
            told = self._conditions.read(raw, fields.line_of("when"), where) if raw is not None else AnyOf(())
            case = Case(topic, told)
        fields.finish()
        return case

    def _not_about_gravity(self, entry: object, line: int) -> NotAboutGravity:
        fields = Fields(entry, line, "not about gravity", self._problems)
        found = NotAboutGravity(fields.text("question"), fields.text("topic"), fields.text("reason"))
        self._known("question", found.question, self._questions(), fields)
        self._known("topic", found.topic, self._topics, fields)
        fields.finish()
        return found

    def _own_words(self, entry: object, line: int) -> OwnWords:
        fields = Fields(entry, line, "own words", self._problems)
        found = OwnWords(fields.text("rule"), fields.text("beside"), fields.text("reason"))
        for key, rule in (("rule", found.rule), ("beside", found.beside)):
            self._known(key, rule, self._rules, fields)
        fields.finish()
        return found

    def _questions(self) -> list[str]:
        return [question.id for question in self._questionnaire.questions]

    def _known(self, key: str, named: str, known: list[str], fields: Fields) -> None:
        if named and named not in known:
            what = "question" if key == "unknown" else "rule" if key == "beside" else key
            fields.problem(key, f'there is no {what} "{named}"{did_you_mean(named, known)}')
