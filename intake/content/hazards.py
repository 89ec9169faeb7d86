"""Reading ``safety/hazards.yaml``: what can go wrong, how bad it is, and what holds it in check.

The columns are those of DCB0129 hazard logs (regulation.md S1). A risk is never typed: it is
read off one matrix, so that two hazards of the same severity and likelihood have the same risk.
"""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from intake.content.documents import Mapped, Problems, read, read_file
from intake.content.fields import Fields, unique

STEPS = 5  # severity and likelihood run from 1 to 5
_ID = re.compile(r"H\d\d")
_TEST = re.compile(r"tests/[\w/]+\.py::test_\w+")


class Risk(Enum):
    """How much a hazard weighs; the words are the intake project's own."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very high"


_LOW, _MEDIUM, _HIGH, _VERY = Risk.LOW, Risk.MEDIUM, Risk.HIGH, Risk.VERY_HIGH
# A row for each severity from 1 to 5, in it a cell for each likelihood from 1 to 5.
MATRIX = (
    (_LOW, _LOW, _LOW, _LOW, _MEDIUM),
    (_LOW, _LOW, _MEDIUM, _MEDIUM, _HIGH),
    (_LOW, _MEDIUM, _MEDIUM, _HIGH, _VERY),
    (_LOW, _MEDIUM, _HIGH, _VERY, _VERY),
    (_MEDIUM, _HIGH, _VERY, _VERY, _VERY),
)


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that holds a hazard in check, and the tests that prove it works."""

    what: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hazard:
    """One thing that can go wrong, before and after what is done about it.

    ``planned`` are controls nobody has built yet: they lower nothing.
    """

    id: str
    hazard: str
    causes: tuple[str, ...]
    effect: str
    harm: str
    severity: int
    likelihood: int
    controls: tuple[Control, ...]
    planned: tuple[str, ...]
    residual_likelihood: int
    comment: str

    @property
    def initial_risk(self) -> Risk:
        """The risk if nothing were done."""
        return MATRIX[self.severity - 1][self.likelihood - 1]

    @property
    def residual_risk(self) -> Risk:
        """The risk that stays with the controls there are."""
        return MATRIX[self.severity - 1][self.residual_likelihood - 1]


@dataclass(frozen=True, slots=True)
class HazardLog:
    """Every hazard, what the steps mean, and what the words around the log say."""

    plan: tuple[str, ...]
    severities: tuple[str, ...]
    likelihoods: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    for_the_clinic: tuple[str, ...]
    known_issues: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids a rule may name."""
        return frozenset(hazard.id for hazard in self.hazards)


def read_hazards(path: Path) -> HazardLog:
    """The hazard log at ``path``. Raises DocumentRefused."""
    document, _ = read_file(path)
    return _log(document, path.name)


def parse_hazards(text: str, name: str = "hazards.yaml") -> HazardLog:
    """The hazard log in ``text``. Raises DocumentRefused."""
    return _log(read(text, name), name)


def _log(document: Mapped, name: str) -> HazardLog:
    problems = Problems(name)
    fields = Fields(document, 1, "hazard log", problems)
    entries = fields.entries("hazards", required=True)
    hazards = tuple(_hazard(entry, line, problems) for entry, line in entries)
    unique([(one.id, line) for one, (_, line) in zip(hazards, entries, strict=True)], "hazard", problems)
    log = HazardLog(
        fields.texts("plan", required=True),
        _scale(fields, "severities"),
        _scale(fields, "likelihoods"),
        hazards,
        fields.texts("for_the_clinic", required=True),
        fields.texts("known_issues", required=True),
    )
    fields.finish()
    problems.refuse_if_any()
    return log


def _scale(fields: Fields, key: str) -> tuple[str, ...]:
    words = fields.texts(key, required=True)
    if len(words) != STEPS:
        fields.problem(key, f"'{key}' should say what each step from 1 to {STEPS} means")
    return words


def _hazard(entry: object, line: int, problems: Problems) -> Hazard:
    fields = Fields(entry, line, "hazard", problems)
    hazard_id = fields.text("id")
    fields.what = f"hazard {hazard_id}"
    if hazard_id and not _ID.fullmatch(hazard_id):
        fields.problem("id", "an id is H and two digits, like H01")
    hazard = Hazard(
        id=hazard_id,
        hazard=fields.text("hazard"),
        causes=fields.texts("causes", required=True),
        effect=fields.text("effect"),
        harm=fields.text("harm"),
        severity=_step(fields, "severity"),
        likelihood=_step(fields, "likelihood"),
        controls=tuple(_control(one, at, fields) for one, at in fields.entries("controls")),
        planned=fields.texts("planned"),
        residual_likelihood=_step(fields, "residual_likelihood"),
        comment=fields.text("comment", ""),
    )
    _check_residual(hazard, fields)
    fields.finish()
    return hazard


def _control(entry: object, line: int, hazard: Fields) -> Control:
    fields = Fields(entry, line, f"{hazard.what}: control", hazard.problems)
    control = Control(fields.text("what"), fields.texts("tests", required=True))
    for test in control.tests:
        if not _TEST.fullmatch(test):
            fields.problem("tests", f'"{test}" is no test; write tests/folder/test_file.py::test_name')
    fields.finish()
    return control


def _step(fields: Fields, key: str) -> int:
    number = fields.number(key)
    if number is None or number not in range(1, STEPS + 1):
        fields.problem(key, f"'{key}' should be a whole number from 1 to {STEPS}")
        return 1
    return int(number)


def _check_residual(hazard: Hazard, fields: Fields) -> None:
    if not hazard.controls and not hazard.planned:
        fields.problem("controls", "name what holds it in check, or under 'planned' what will")
    if not hazard.controls and hazard.residual_likelihood != hazard.likelihood:
        fields.problem(
            "residual_likelihood",
            f"nothing that is built holds it in check yet, so it stays {hazard.likelihood}",
        )
    if hazard.residual_likelihood > hazard.likelihood:
        fields.problem("residual_likelihood", "controls cannot make it likelier than 'likelihood'")
