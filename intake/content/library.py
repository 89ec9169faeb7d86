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
class Asked:
    """What patients are asked and the medicines they may name: what every rules file is read against."""

    questionnaire: Questionnaire
    formulary: Formulary
    texts: dict[str, str]

    def with_rules(self, text: str, name: str) -> "Library":
        """The library that the rules in ``text`` make with these. Raises DocumentRefused."""
        rulebook = parse_rulebook(text, self.questionnaire, self.formulary, name)
        return self.with_rulebook(rulebook, text)

    def with_rulebook(self, rulebook: RuleBook, text: str) -> "Library":
        """The library that rules which were read before make with these."""
        return Library(self.questionnaire, rulebook, self.formulary, {**self.texts, "rules": text})


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

    @property
    def asked(self) -> Asked:
        """The library without its rules."""
        return Asked(self.questionnaire, self.formulary, self.texts)


def read_library(
    questionnaire: Path, rules: Path, medicines: Path, crisis_lines: Path | None = None
) -> Library:
    """All three documents, with other crisis lines than the questionnaire's own if they are named.

    Raises DocumentRefused for the first that cannot be used.
    """
    asked = read_asked(questionnaire, medicines, crisis_lines)
    rulebook, text = read_rulebook(rules, asked.questionnaire, asked.formulary)
    return asked.with_rulebook(rulebook, text)


def read_asked(questionnaire: Path, medicines: Path, crisis_lines: Path | None = None) -> Asked:
    """The questionnaire and the medicines. Raises DocumentRefused for the first that cannot be used."""
    formulary, medicines_text = read_formulary(medicines)
    asked, questionnaire_text = read_questionnaire(questionnaire, crisis_lines)
    _check_classes(asked, formulary, questionnaire.name)
    return Asked(asked, formulary, {"questionnaire": questionnaire_text, "medicines": medicines_text})


def parse_library(questionnaire: str, rules: str, medicines: str) -> Library:
    """All three documents from their text. Raises DocumentRefused."""
    formulary = parse_formulary(medicines)
    asked = parse_questionnaire(questionnaire)
    _check_classes(asked, formulary, "questionnaire")
    texts = {"questionnaire": questionnaire, "medicines": medicines}
    return Asked(asked, formulary, texts).with_rules(rules, "screening_rules.yaml")


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
