"""Reading ``safety/asvs.yaml``: every requirement of OWASP ASVS 5.0, and what becomes of it here.

The standard has 345 requirements in three levels. Each is met and proved by tests, or it says in
words why not: a claim without a test is refused, and so is a gap without a reason.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from intake.content.documents import Mapped, Problems, read, read_file
from intake.content.fields import Fields, unique

LEVELS = (1, 2, 3)
_ID = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}")
_TEST = re.compile(r"tests/[\w/]+\.py::test_\w+")


class Standing(Enum):
    """What becomes of a requirement. Only ``MET`` says that it holds."""

    MET = "met"
    OPEN = "open"
    DEVIATES = "deviates"
    OPERATOR = "operator"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: what it asks, in our words, and how it stands.

    ``how`` says what the product does, or, when it is not met, why. ``tests`` are those that would
    fail if it were not so. ``beyond`` says what it asks for at level 3 alone and is not done; empty when
    there is no such thing. A requirement of level 1 or 2 is met at its own level without that.
    """

    id: str
    level: int
    asks: str
    standing: Standing
    how: str
    tests: tuple[str, ...]
    beyond: str = ""

    @property
    def chapter(self) -> int:
        """The chapter of the standard it stands in."""
        return int(self.id.split(".")[0])

    @property
    def applies(self) -> bool:
        """Whether there is something in the product it speaks of."""
        return self.standing is not Standing.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Share:
    """How many requirements of one level apply, and how many of them are met."""

    level: int
    applicable: int
    met: int

    @property
    def percent(self) -> int:
        """Rounded down: 99.9 is not all."""
        return 100 * self.met // self.applicable if self.applicable else 100


@dataclass(frozen=True, slots=True)
class SecurityRequirements:
    """The whole standard, in its order, with the names of its chapters."""

    standard: str
    source: str
    chapters: tuple[str, ...]
    requirements: tuple[Requirement, ...]

    def share(self, level: int) -> Share:
        """How far one level is met."""
        standings = Counter(one.standing for one in self.requirements if one.level == level and one.applies)
        return Share(level, standings.total(), standings[Standing.MET])

    @property
    def less_at_level_3(self) -> tuple[Requirement, ...]:
        """Those that are met at their own level, and not in what they ask for at level 3."""
        return tuple(one for one in self.requirements if one.beyond)

    def of_standing(self, standing: Standing) -> tuple[Requirement, ...]:
        """Those that stand so, in order."""
        return tuple(one for one in self.requirements if one.standing is standing)


def read_asvs(path: Path) -> SecurityRequirements:
    """The requirements at ``path``. Raises DocumentRefused."""
    document, _ = read_file(path)
    return _requirements(document, path.name)


def parse_asvs(text: str, name: str = "asvs.yaml") -> SecurityRequirements:
    """The requirements in ``text``. Raises DocumentRefused."""
    return _requirements(read(text, name), name)


def _requirements(document: Mapped, name: str) -> SecurityRequirements:
    problems = Problems(name)
    fields = Fields(document, 1, "security requirements", problems)
    entries = fields.entries("requirements", required=True)
    requirements = tuple(_requirement(entry, line, problems) for entry, line in entries)
    lines = [(one.id, line) for one, (_, line) in zip(requirements, entries, strict=True)]
    unique(lines, "requirement", problems)
    whole = SecurityRequirements(
        fields.text("standard"), fields.text("source"), fields.texts("chapters", required=True), requirements
    )
    fields.finish()
    problems.refuse_if_any()
    return whole


def _requirement(entry: object, line: int, problems: Problems) -> Requirement:
    fields = Fields(entry, line, "requirement", problems)
    identity = fields.text("id")
    fields.what = f"requirement {identity}"
    if identity and not _ID.fullmatch(identity):
        fields.problem("id", "an id is three numbers, like 6.4.2")
    level = fields.number("level")
    if level is None or level not in LEVELS:
        fields.problem("level", "'level' should be 1, 2 or 3")
        level = None
    requirement = Requirement(
        identity,
        int(level or LEVELS[-1]),
        fields.text("asks"),
        fields.one_of("standing", Standing, Standing.OPEN),
        fields.text("how"),
        fields.texts("tests"),
        fields.text("beyond", ""),
    )
    _check_claim(requirement, fields)
    fields.finish()
    return requirement


def _check_claim(requirement: Requirement, fields: Fields) -> None:
    if requirement.standing is Standing.MET and not requirement.tests:
        fields.problem("standing", "it is met only when 'tests' names what would fail if it were not")
    if requirement.standing is not Standing.MET and requirement.applies and requirement.tests:
        fields.problem("tests", "tests prove what is met; take them out, or say that it is met")
    if requirement.beyond and (requirement.standing is not Standing.MET or requirement.level == LEVELS[-1]):
        fields.problem("beyond", "only what is met at level 1 or 2 can ask for more at level 3")
    for test in requirement.tests:
        if not _TEST.fullmatch(test):
            fields.problem("tests", f'"{test}" is no test; write tests/folder/test_file.py::test_name')
