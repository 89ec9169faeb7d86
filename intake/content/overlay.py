"""Reading a clinic's overlay, and the rules file that it makes of the shipped one.

Only the priority of a shipped rule can be changed, or whether it is run at all. What else a
clinic wants otherwise, it writes as a rule of its own beside the shipped one.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intake.content.conditions import ConditionReader
from intake.content.documents import (
    DocumentRefused,
    Mapped,
    Problem,
    Problems,
    edition_of,
    read,
    read_text,
)
from intake.content.fields import Fields, unique
from intake.content.lowered import KEYS
from intake.content.merging import merge, merged_to_text
from intake.content.overlay_changes import read_changes
from intake.content.rules import RuleFile, parse_rulebook, read_rule, run_examples
from intake.content.sources import read_bibliography
from intake.domain.medicines import Formulary
from intake.domain.overlay import Altered, Change, Overlay, Shipped, altered_by, laid_over
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Priority, Rule, RuleBook

RULES_NAME = "screening_rules.yaml"
OVERLAY_NAME = "overlay.yaml"


@dataclass(frozen=True, slots=True)
class Laid:
    """A rules file with an overlay laid over it, as both are on a day.

    ``rulebook`` is what screens and ``text`` the rules file that says the same; ``shipped`` and
    ``overlay`` are what they were made of.
    """

    rulebook: RuleBook
    text: str
    overlay: Overlay
    overlay_text: str
    shipped: RuleBook
    shipped_text: str
    on: date

    def anew(self, on: date) -> "Laid":
        """The same two files on a later day, when a change may have ended."""
        if self.overlay.ended(on) == self.overlay.ended(self.on):
            return replace(self, on=on)
        opened = _open(self.shipped_text, self.overlay_text, (RULES_NAME, OVERLAY_NAME), on)
        return replace(self, rulebook=opened.rulebook(self.shipped, self.overlay), text=opened.text(), on=on)


def read_laid_over(
    rules: Path, overlay: Path, questionnaire: Questionnaire, formulary: Formulary, on: date
) -> Laid:
    """The rules at one path with the overlay at another. Raises DocumentRefused."""
    texts = read_text(rules), read_text(overlay)
    return lay_over(*texts, questionnaire, formulary, on, names=(rules.name, overlay.name))


def lay_over(
    rules_text: str,
    overlay_text: str,
    questionnaire: Questionnaire,
    formulary: Formulary,
    on: date,
    names: tuple[str, str] = (RULES_NAME, OVERLAY_NAME),
) -> Laid:
    """The rules with the overlay, every example run, as they are on a day.

    Raises DocumentRefused, for the file that has to be put right.
    """
    shipped = parse_rulebook(rules_text, questionnaire, formulary, names[0])
    opened = _open(rules_text, overlay_text, names, on)
    own = _own_rules(opened, questionnaire, formulary)
    overlay = Overlay(opened.changes, own, opened.not_covered, edition_of(opened.overlay))
    rulebook = opened.rulebook(shipped, overlay)
    return Laid(rulebook, opened.text(), overlay, overlay_text, shipped, rules_text, on)


def merged_text(rules_text: str, overlay_text: str, on: date) -> str:
    """The rules file that screens on a day, complete and in one piece.

    Where the overlay changes nothing on that day, it is the rules file as it was written. The
    overlay's own rules are not read here: their conditions and examples are whatever was
    written, until :func:`lay_over` or ``parse_rulebook`` reads them. Raises DocumentRefused.
    """
    opened = _open(rules_text, overlay_text, (RULES_NAME, OVERLAY_NAME), on)
    _refuse_unowned(opened)
    return opened.text()


@dataclass(frozen=True, slots=True)
class _Opened:
    """Both files, read as far as is needed to lay one over the other."""

    rules_text: str
    base: Mapped
    overlay: Mapped
    fields: Fields
    shipped: dict[str, Shipped]
    changes: tuple[Change, ...]
    not_covered: tuple[str, ...]
    on: date

    @property
    def problems(self) -> Problems:
        return self.fields.problems

    @property
    def altered(self) -> Altered:
        return altered_by(self.changes, self.shipped, self.on)

    def text(self) -> str:
        """The merged file; the rules file itself where nothing is changed."""
        merged = merge(self.base, self.overlay, self.altered)
        return self.rules_text if edition_of(merged) == edition_of(self.base) else merged_to_text(merged)

    def rulebook(self, shipped: RuleBook, overlay: Overlay) -> RuleBook:
        """What screens, in its edition."""
        edition = edition_of(merge(self.base, self.overlay, self.altered))
        return replace(laid_over(shipped, overlay, self.on), edition=edition)


def _open(rules_text: str, overlay_text: str, names: tuple[str, str], on: date) -> _Opened:
    base = read(rules_text, names[0])
    for key in KEYS:
        if key in base:
            words = "an overlay is laid over these rules already: name the rules file they were made of"
            raise DocumentRefused(names[0], [Problem(base.lines[key], f"rules: {words}")])
    document, problems = read(overlay_text, names[1]), Problems(names[1])
    fields = Fields(document, 1, "overlay", problems)
    shipped = _shipped(base, names[0])
    _check_own(fields, base, shipped)
    changes = read_changes(fields, shipped, _own_ids(fields), on)
    fields.text("about", "")
    not_covered = fields.texts("not_covered")
    fields.finish(also=("owner", "review_by"))
    return _Opened(rules_text, base, document, fields, shipped, changes, not_covered, on)


def _shipped(base: Mapped, name: str) -> dict[str, Shipped]:
    """What can be changed. Raises DocumentRefused when the file is not laid out as a rules file."""
    problems = Problems(name)
    fields = Fields(base, 1, "rules", problems)
    rules = [Fields(entry, line, "rule", problems) for entry, line in fields.entries("rules")]
    shipped = {
        rule.text("id"): Shipped(rule.text("title"), rule.one_of("priority", Priority, Priority.URGENT))
        for rule in rules
    }
    if "rules" not in base:
        problems.add(1, "'rules' is missing; an empty list is written `rules: []`")
    fields.text("about", "")
    fields.mapping("bibliography")
    fields.texts("not_covered")
    problems.refuse_if_any()
    return shipped


def _own_ids(fields: Fields) -> list[str]:
    entries = (entry for entry, _ in fields.entries("rules") if isinstance(entry, Mapped))
    return [str(entry.get("id", "")) for entry in entries]


def _check_own(fields: Fields, base: Mapped, shipped: dict[str, Shipped]) -> None:
    for entry, line in fields.entries("rules"):
        if isinstance(entry, Mapped) and entry.get("id") in shipped:
            fields.problems.add(
                entry.lines.get("id", line),
                f"rule {entry['id']}: the shipped rules have this one. Give yours another id, or change "
                "the priority of the shipped one under `changes`",
            )
    cited = base.get("bibliography")
    for key, _, line in fields.mapping("bibliography"):
        if isinstance(cited, Mapped) and key in cited:
            fields.problems.add(
                line,
                f"bibliography: {key}: the shipped rules have this key. Cite it without writing it here, "
                "or give your document another key",
            )


def _own_rules(opened: _Opened, questionnaire: Questionnaire, formulary: Formulary) -> tuple[Rule, ...]:
    fields, problems = opened.fields, opened.problems
    medicines = frozenset(medicine.id for medicine in formulary.medicines)
    reader = ConditionReader(questionnaire, problems, formulary.classes, medicines)
    shipped = read_bibliography(Fields(opened.base, 1, "rules", Problems("")))
    file = RuleFile(reader, shipped | read_bibliography(fields), fields)
    entries = fields.entries("rules")
    rules = [read_rule(entry, line, file) for entry, line in entries]
    unique([(r.id, at) for r, (_, at) in zip(rules, entries, strict=True)], "rule", problems)
    problems.refuse_if_any()
    for rule, (entry, _) in zip(rules, entries, strict=True):
        run_examples(rule, entry["examples"].lines, questionnaire, formulary, problems)
    problems.refuse_if_any()
    return tuple(rules)


def _refuse_unowned(opened: _Opened) -> None:
    # In one file with the shipped rules, a rule that names no owner would get theirs.
    for entry, line in opened.fields.entries("rules"):
        rule = Fields(entry, line, "rule", opened.problems)
        rule.what = f"rule {rule.text('id')}"
        for key in ("owner", "review_by"):
            if not rule.has(key) and not opened.fields.has(key):
                rule.problem(key, f"'{key}' is missing; write it here or at the top of the file")
    opened.problems.refuse_if_any()
