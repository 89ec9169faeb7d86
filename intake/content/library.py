"""The three content files of a clinic, read together and checked against each other."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intake.content.documents import DocumentRefused, Problem
from intake.content.medicines import parse_formulary, read_formulary
from intake.content.overlay import Laid, read_laid_over
from intake.content.questionnaire import parse_questionnaire, read_questionnaire
from intake.content.rules import parse_rulebook, read_rulebook
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Derivation, Questionnaire
from intake.domain.rules import RuleBook
from intake.domain.screening import Editions


@dataclass(frozen=True, slots=True)
class Library:
    """The questionnaire, rules and medicines in force, and the text each was read from.

    ``laid`` is there when an overlay of the clinic lies over the rules: ``rulebook`` and the text
    of the rules are then the merged ones, and the overlay has its text beside them.
    """

    questionnaire: Questionnaire
    rulebook: RuleBook
    formulary: Formulary
    texts: dict[str, str]
    laid: Laid | None = None

    def as_of(self, on: date) -> "Library":
        """The same files on another day, when a change of the overlay may have ended."""
        if self.laid is None or self.laid.on == on:
            return self
        laid = self.laid.anew(on)
        return replace(self, rulebook=laid.rulebook, texts={**self.texts, "rules": laid.text}, laid=laid)

    @property
    def editions(self) -> Editions:
        """The fingerprints a submission is bound to."""
        return Editions(self.questionnaire.edition, self.rulebook.edition, self.formulary.edition)


def read_library(
    questionnaire: Path,
    rules: Path,
    medicines: Path,
    crisis_lines: Path | None = None,
    *,
    overlay: Path | None = None,
    on: date | None = None,
) -> Library:
    """All three documents, with other crisis lines than the questionnaire's own if they are named.

    An ``overlay`` is laid over the rules as it is ``on`` a day, which has to be given with it.
    Raises DocumentRefused for the first file that cannot be used.
    """
    formulary, medicines_text = read_formulary(medicines)
    asked, questionnaire_text = read_questionnaire(questionnaire, crisis_lines)
    _check_classes(asked, formulary, questionnaire.name)
    texts = {"questionnaire": questionnaire_text, "medicines": medicines_text}
    if overlay is not None and on is not None:
        laid = read_laid_over(rules, overlay, asked, formulary, on)
        texts |= {"rules": laid.text, "overlay": laid.overlay_text}
        return Library(asked, laid.rulebook, formulary, texts, laid)
    if overlay is not None:
        raise ValueError("an overlay lies over the rules on a day: say which")
    rulebook, rules_text = read_rulebook(rules, asked, formulary)
    return Library(asked, rulebook, formulary, {**texts, "rules": rules_text})


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
