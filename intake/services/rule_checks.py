"""Reading all content files and saying everything that is wrong with them, or odd, at once.

A slip is told once, where it was made: what only follows from it is left out, and a note says
what could not be looked at.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from intake import resources
from intake.config import Settings
from intake.content.coverage import Topics, read_topics
from intake.content.documents import DocumentRefused, Problem
from intake.content.hazards import HazardLog, read_hazards
from intake.content.library import unknown_classes
from intake.content.medicines import read_formulary
from intake.content.questionnaire import examine_questions
from intake.content.rules import examine_rules
from intake.content.unflagged import read_register, read_unflagged
from intake.content.written import Written, written
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Consent, Questionnaire
from intake.services.clinic import crisis_lines_of
from intake.services.oddities import Files, sense, untried
from intake.services.remarks import Level, Remark, of_problem
from intake.services.rule_duties import duties

T = TypeVar("T")

_NOTHING_ASKED = Questionnaire("", (), (), (), Consent("", (), ""))
_NO_MEDICINES = Formulary({}, ())
_ABOUT_MEDICINES = frozenset({"unknown-class", "unknown-medicine"})


@dataclass(frozen=True, slots=True)
class Paths:
    """The files to check; ``crisis_lines`` only when they are not the questionnaire's own."""

    questionnaire: Path
    rules: Path
    medicines: Path
    crisis_lines: Path | None = None
    safety: Path = resources.SAFETY


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything found, the gravest first, then in the order of the files."""

    remarks: tuple[Remark, ...]

    def at(self, level: Level) -> tuple[Remark, ...]:
        """The remarks of one level."""
        return tuple(remark for remark in self.remarks if remark.level is level)


def paths_of(
    settings: Settings,
    questionnaire: Path | None = None,
    rules: Path | None = None,
    medicines: Path | None = None,
) -> Paths:
    """The files of the settings, or others named instead."""
    return Paths(
        questionnaire or settings.questionnaire,
        rules or settings.screening_rules,
        medicines or settings.medicines,
        crisis_lines_of(settings) if questionnaire is None else None,
    )


def check(paths: Paths, today: date) -> Checked:
    """Everything that is wrong with the content files, or odd in them; a bad file is a remark too."""
    reading = _Reading(paths)
    formulary = reading.formulary()
    asked = reading.questionnaire(formulary)
    files = reading.rules(asked, formulary)
    topics, hazards = reading.safety(asked)
    found = reading.found
    if files is not None:
        found += [*sense(files), *untried(files), *duties(files, topics, hazards, today)]
    return Checked(tuple(sorted(found, key=lambda one: (one.level.rank, one.file, one.line, one.column))))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questionnaire as far as it could be read; ``doubtful`` are the ids something is wrong with."""

    questionnaire: Questionnaire
    written: Written | None
    is_sound: bool
    doubtful: frozenset[str]


class _Reading:
    """Reads one file after the other, and notes what is wrong with each."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.found: list[Remark] = []

    def formulary(self) -> Formulary | None:
        """The medicines, or None when they do not load."""
        read = self._tried(lambda: read_formulary(self.paths.medicines))
        return None if read is None else read[0]

    def questionnaire(self, formulary: Formulary | None) -> _Asked:
        """The questionnaire, as far as it can be read."""
        source = self._tried(lambda: written(self.paths.questionnaire, self.paths.crisis_lines))
        if source is None:
            return _Asked(_NOTHING_ASKED, None, is_sound=False, doubtful=frozenset())
        asked, problems = examine_questions(source.document, source.name)
        if not problems.found and formulary is not None:
            for place, number, text in unknown_classes(asked, formulary):
                at = source.where("derived", place, "classes", number)
                self.found.append(of_problem(replace(at, text=text, code="unknown-class")))
        self._note(source, problems.found)
        doubtful = _doubtful(source, problems.found)
        return _Asked(asked, source, is_sound=not problems.found, doubtful=doubtful)

    def rules(self, asked: _Asked, formulary: Formulary | None) -> Files | None:
        """The rules that nothing is wrong with; None when they rest on files that are wrong."""
        source = self._tried(lambda: written(self.paths.rules))
        if source is None:
            return None
        is_sound = asked.is_sound and formulary is not None
        examined = examine_rules(
            source.document,
            source.name,
            asked.questionnaire,
            formulary or _NO_MEDICINES,
            examples=is_sound,
        )
        blamed = [one for one in examined.problems.found if _is_to_blame(one, asked, formulary)]
        self._note(source, [one for one in examined.problems.found if one not in blamed])
        if not is_sound or asked.written is None or formulary is None:
            self._note_what_waits(source, len(examined.rulebook.rules), len(blamed))
            return None
        sound = {
            place: rule for place, rule in enumerate(examined.rulebook.rules) if place not in examined.unsound
        }
        return Files(asked.questionnaire, formulary, sound, asked.written, source)

    def safety(self, asked: _Asked) -> tuple[Topics | None, HazardLog | None]:
        """The topics and the hazards; what names questions waits until those can be read."""
        folder = self.paths.safety
        hazards = self._tried(lambda: read_hazards(folder / "hazards.yaml"), "safety/")
        if not asked.is_sound:
            return None, hazards
        if self._asks_other_questions():
            # The shipped topics speak of the shipped questions: what does not fit is no slip of the clinic's.
            return self._fitting_topics(asked), hazards
        topics = self._tried(lambda: read_topics(folder / "topics.yaml", asked.questionnaire), "safety/")
        self._tried(lambda: read_unflagged(folder / "unflagged.yaml", asked.questionnaire), "safety/")
        self._tried(lambda: read_register(folder / "register.yaml", asked.questionnaire), "safety/")
        return topics, hazards

    def _asks_other_questions(self) -> bool:
        shipped = resources.SAFETY, resources.QUESTIONNAIRE
        return self.paths.safety == shipped[0] and self.paths.questionnaire != shipped[1]

    def _fitting_topics(self, asked: _Asked) -> Topics | None:
        try:
            return read_topics(self.paths.safety / "topics.yaml", asked.questionnaire)
        except DocumentRefused:
            text = (
                "the topics of rules were not looked at, because safety/topics.yaml speaks of questions "
                "that this questionnaire does not ask"
            )
            at = Problem(1, text, self.paths.questionnaire.name, code="not-looked-at")
            self.found.append(of_problem(at))
            return None

    def _tried(self, read: Callable[[], T], folder: str = "") -> T | None:
        try:
            return read()
        except DocumentRefused as refused:
            for one in refused.problems:
                self.found.append(of_problem(replace(one, file=folder + (one.file or refused.name))))
            return None

    def _note(self, source: Written, problems: Iterable[Problem]) -> None:
        rules = source.rule_lines()
        for problem in source.located(list(problems)):
            self.found.append(of_problem(problem, _rule_at(problem.line, rules)))

    def _note_what_waits(self, source: Written, rules: int, blamed: int) -> None:
        also = f", and {blamed} comparisons and answers were not looked at" if blamed else ""
        at = source.where("rules")
        text = (
            f"the examples of {rules} rules were not run{also}, because the questionnaire or the "
            "medicines are wrong themselves; put those right first"
        )
        self.found.append(of_problem(replace(at, text=text, code="not-looked-at")))


def _is_to_blame(problem: Problem, asked: _Asked, formulary: Formulary | None) -> bool:
    """Whether a problem of a rule may only follow from what is wrong with the other files."""
    if problem.code in _ABOUT_MEDICINES:
        return formulary is None
    if asked.is_sound:
        return False
    return problem.code == "unknown-question" or problem.about in asked.doubtful


def _doubtful(source: Written, problems: Iterable[Problem]) -> frozenset[str]:
    lines = sorted(source.question_lines())
    wrong = {problem.line for problem in problems}
    return frozenset(
        one
        for place, (line, one) in enumerate(lines)
        if any(line <= at < (lines[place + 1][0] if place + 1 < len(lines) else at + 1) for at in wrong)
    )


def _rule_at(line: int, rules: list[tuple[int, str]]) -> str:
    before = [rule for at, rule in rules if at <= line]
    return before[-1] if before else ""
