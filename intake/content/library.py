"""The three content files of a clinic, read together and checked against each other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intake.content.documents import DocumentRefused, Problem, did_you_mean
from intake.content.medicines import parse_formulary, read_formulary
from intake.content.overlay import Laid, read_laid_over
from intake.content.questionnaire import parse_questionnaire, read_questionnaire
from intake.content.rules import parse_rulebook, read_rulebook
from intake.domain.derived_answers import Derivation
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
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

    def with_laid(self, laid: Laid) -> "Library":
        """The library that rules with an overlay laid over them make with these."""
        library = self.with_rulebook(laid.rulebook, laid.text)
        return replace(library, texts={**library.texts, "overlay": laid.overlay_text}, laid=laid)


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
        return self.asked.with_laid(self.laid.anew(on))

    @property
    def editions(self) -> Editions:
        """The fingerprints a submission is bound to."""
        return Editions(self.questionnaire.edition, self.rulebook.edition, self.formulary.edition)

    @property
    def asked(self) -> Asked:
        """The library without its rules."""
        texts = {kind: self.texts[kind] for kind in ("questionnaire", "medicines")}
        return Asked(self.questionnaire, self.formulary, texts)


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
    asked = read_asked(questionnaire, medicines, crisis_lines)
    if overlay is None:
        return asked.with_rulebook(*read_rulebook(rules, asked.questionnaire, asked.formulary))
    if on is None:
        raise ValueError("an overlay lies over the rules on a day: say which")
    return asked.with_laid(read_laid_over(rules, overlay, asked.questionnaire, asked.formulary, on))


def read_asked(questionnaire: Path, medicines: Path, crisis_lines: Path | None = None) -> Asked:
    """The questionnaire and the medicines. Raises DocumentRefused for the first that cannot be used."""
    formulary, medicines_text = read_formulary(medicines)
    asked, questionnaire_text = read_questionnaire(questionnaire, crisis_lines)
    _check_classes(asked, formulary, questionnaire.name)
    return Asked(asked, formulary, {"questionnaire": questionnaire_text, "medicines": medicines_text})


def parse_library(questionnaire: str, rules: str, medicines: str) -> Library:
    """All three documents from their text. Raises DocumentRefused."""
    return parse_asked(questionnaire, medicines).with_rules(rules, "screening_rules.yaml")


def parse_asked(questionnaire: str, medicines: str) -> Asked:
    """The questionnaire and the medicines from their text. Raises DocumentRefused."""
    formulary = parse_formulary(medicines)
    asked = parse_questionnaire(questionnaire)
    _check_classes(asked, formulary, "questionnaire")
    return Asked(asked, formulary, {"questionnaire": questionnaire, "medicines": medicines})


def unknown_classes(asked: Questionnaire, formulary: Formulary) -> Iterator[tuple[int, int, str]]:
    """Each class a derived answer counts and the medicines file lacks: both places, and what is wrong."""
    for place, derived in enumerate(asked.derived):
        if derived.derivation is not Derivation.CLASS_COUNT:
            continue
        for number, one in enumerate(derived.classes):
            if one not in formulary.classes:
                hint = did_you_mean(one, formulary.classes) or "; add it there, or take it out here"
                text = f'derived answer {derived.id}: there is no class "{one}" in medicines.yaml{hint}'
                yield place, number, text


def _check_classes(asked: Questionnaire, formulary: Formulary, name: str) -> None:
    unknown = [Problem(1, text) for _, _, text in unknown_classes(asked, formulary)]
    if unknown:
        raise DocumentRefused(name, unknown)
