"""A rules file as it was written: its rules, and the lines their examples and comparisons stand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intake.content.documents import Listed, Mapped, read_file
from intake.content.rules import rules_written
from intake.domain.clauses import ROOT
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import RuleBook


@dataclass(frozen=True, slots=True)
class RuleLines:
    """Where one rule stands: its first line, that of each example, and of each clause by its path."""

    first: int
    examples: tuple[int, ...]
    clauses: dict[str, int]

    def of(self, path: str) -> int:
        """The line of a clause, or of anything else of the rule the first one."""
        return self.clauses.get(path, self.first)


@dataclass(frozen=True, slots=True)
class WrittenRules:
    """The rules of one file, whatever their examples come to, and where each stands by its id."""

    name: str
    rulebook: RuleBook
    lines: dict[str, RuleLines]


def read_written_rules(path: Path, questionnaire: Questionnaire, formulary: Formulary) -> WrittenRules:
    """The rules at ``path``; their examples are not run. Raises DocumentRefused."""
    document, _ = read_file(path)
    rulebook = rules_written(document, path.name, questionnaire, formulary)
    entries = document["rules"]
    lines = {entry["id"]: _lines(entry, line) for entry, line in zip(entries, entries.lines, strict=True)}
    return WrittenRules(path.name, rulebook, lines)


def _lines(entry: Mapped, first: int) -> RuleLines:
    clauses = dict(_clauses(entry["when"], entry.lines["when"], ROOT))
    return RuleLines(int(first), tuple(map(int, entry["examples"].lines)), clauses)


def _clauses(node: Mapped, line: int, path: str) -> Iterator[tuple[str, int]]:
    yield path, int(line)
    for word in ("all", "any"):
        parts = node.get(word)
        if isinstance(parts, Listed):
            for place, (part, at) in enumerate(zip(parts, parts.lines, strict=True)):
                yield from _clauses(part, at, f"{path}.{word}[{place}]")
