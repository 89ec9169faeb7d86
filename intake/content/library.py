"""The three content files of a clinic, read together and checked against each other."""

from dataclasses import dataclass
from pathlib import Path

from intake.content.documents import DocumentRefused, Problem
from intake.content.medicines import parse_formulary, read_formulary
from intake.content.questionnaire import parse_questionnaire, read_questionnaire
from intake.content.rules import parse_rulebook, read_rulebook
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Derivation, Questionnaire
from intake.domain.rules import RuleBook
from intake.domain.screening import Editions


@dataclass(frozen=True, slots=True)
class Library:
    """The questionnaire, rules and medicines in force, and the text each was read from."""

    questionnaire: Questionnaire
    rulebook: RuleBook
    formulary: Formulary
    texts: dict[str, str]

    @property
    def editions(self) -> Editions:
        """The fingerprints a submission is bound to."""
        return Editions(self.questionnaire.edition, self.rulebook.edition, self.formulary.edition)


def read_library(
    questionnaire: Path, rules: Path, medicines: Path, crisis_lines: Path | None = None
) -> Library:
    """All three documents, with other crisis lines than the questionnaire's own if they are named.

    Raises DocumentRefused for the first that cannot be used.
    """
    formulary, medicines_text = read_formulary(medicines)
    asked, questionnaire_text = read_questionnaire(questionnaire, crisis_lines)
    _check_classes(asked, formulary, questionnaire.name)
    rulebook, rules_text = read_rulebook(rules, asked, formulary)
    texts = {"questionnaire": questionnaire_text, "rules": rules_text, "medicines": medicines_text}
    return Library(asked, rulebook, formulary, texts)


def read_all_but_rules(
    questionnaire: Path, medicines: Path, crisis_lines: Path | None = None
) -> tuple[Questionnaire, Formulary]:
    """What rules are read against, for whoever reads the rules themselves. Raises DocumentRefused."""
    formulary, _ = read_formulary(medicines)
    asked, _ = read_questionnaire(questionnaire, crisis_lines)
    _check_classes(asked, formulary, questionnaire.name)
    return asked, formulary


def parse_library(questionnaire: str, rules: str, medicines: str) -> Library:
    """All three documents from their text. Raises DocumentRefused."""
    formulary = parse_formulary(medicines)
    asked = parse_questionnaire(questionnaire)
    _check_classes(asked, formulary, "questionnaire")
    rulebook = parse_rulebook(rules, asked, formulary)
    texts = {"questionnaire": questionnaire, "rules": rules, "medicines": medicines}
    return Library(asked, rulebook, formulary, texts)


def _check_classes(asked: Questionnaire, formulary: Formulary, name: str) -> None:
    unknown = [
        Problem(1, f'derived answer {derived.id}: there is no class "{one}" in medicines.yaml')
        for derived in asked.derived
        if derived.derivation is Derivation.CLASS_COUNT
        for one in derived.classes
        if one not in formulary.classes
    ]
    if unknown:
        raise DocumentRefused(name, unknown)
