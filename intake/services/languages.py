"""The languages a clinic offers its patients, and its desk in one of them.

English is what everything is written in, is always offered, and is what clinicians read. A translation is
offered where the clinic switched it on (decision 0042).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from intake.config import Settings
from intake.content.catalogues import Translation, translations
from intake.content.library import Asked
from intake.content.translations import messages_of, translated
from intake.domain.evidence import PatientEvidence
from intake.domain.languages import ENGLISH, ENGLISH_LANGUAGE, SOURCE, Language, Voice
from intake.domain.questionnaire import Questionnaire
from intake.domain.submissions import Submission
from intake.domain.wording import PartLines, transcribe
from intake.services.clinic import PatientDesk


@dataclass(frozen=True, slots=True)
class Shipped:
    """A translation as a clinic reads of it: how far it was looked at, and what stays in English."""

    language: Language
    state: str
    questions_in_english: int
    consent_in_english: bool


def offered(settings: Settings) -> tuple[Language, ...]:
    """What patients may choose from, English first."""
    return (ENGLISH_LANGUAGE, *(translations()[code].language for code in _known(settings.languages)))


def there_are() -> tuple[str, ...]:
    """The codes of every translation there is."""
    return tuple(translations())


def fitting_code(settings: Settings, wanted: Iterable[str]) -> str:
    """The first language wanted that is offered; English when none is."""
    codes = {language.code for language in offered(settings)}
    return next((code for code in wanted if code in codes), SOURCE)


def spoken_now(settings: Settings, code: str) -> str:
    """A form's language if the clinic still offers it; empty for English, and where it does not."""
    known = fitting_code(settings, (code,))
    return "" if known == SOURCE else known


def voice_of(code: str) -> Voice:
    """Who speaks this language; English for one that is not there."""
    return translations()[code].voice if code in translations() else ENGLISH


def in_language(desk: PatientDesk, code: str) -> PatientDesk:
    """The desk with everything it asks and says in this language."""
    desk = desk.in_english
    if code not in translations():
        return desk
    library = desk.library
    questionnaire = translated(library.questionnaire, translations()[code])
    return replace(
        desk,
        library=replace(library, questionnaire=questionnaire),
        voice=voice_of(code),
        written=library,
    )


def asked_in(asked: Asked, code: str) -> Asked:
    """What a form was asked with, in this language."""
    return replace(asked, questionnaire=questionnaire_in(asked.questionnaire, code))


def questionnaire_in(questionnaire: Questionnaire, code: str) -> Questionnaire:
    """A questionnaire in this language; as it is for one that is not there."""
    return translated(questionnaire, translations()[code]) if code in translations() else questionnaire


def as_read(submission: Submission, asked: Asked) -> tuple[PartLines, ...]:
    """The answers of a form in the words its patient reads: for answers that a reply changed."""
    there = asked_in(asked, submission.language)
    evidence = PatientEvidence(there.questionnaire, asked.formulary, submission.answers, submission.sent_on)
    return transcribe(evidence, voice_of(submission.language))


def signed_in_english(submission: Submission) -> bool:
    """Whether what was signed stood there in English, as it does until its very translation was reviewed."""
    translation = translations().get(submission.language)
    if translation is None or not translation.consent_reviewed:
        return True
    # The English is what a translation is found by.
    return any(translation.of("consent.0.point", one) for one in submission.signature.agreed[:1])


def shipped(questionnaire: Questionnaire) -> Sequence[Shipped]:
    """Every translation there is, with what a questionnaire would keep in English."""
    return [_told(questionnaire, one) for one in translations().values()]


def untranslated(questionnaire: Questionnaire, translation: Translation) -> list[str]:
    """The places of a questionnaire whose very text has no translation, but for published instruments."""
    return [
        message.place
        for message in messages_of(questionnaire)
        if not message.published_on and translation.of(message.place, message.text) is None
    ]


def _told(questionnaire: Questionnaire, translation: Translation) -> Shipped:
    said = translated(questionnaire, translation)
    left = sum(1 for question in said.questions if question.left_in)
    return Shipped(translation.language, translation.state, left, bool(said.consent.left_in))


def _known(codes: Iterable[str]) -> list[str]:
    # One that was switched on and is not shipped any more is not offered.
    return [code for code in codes if code in translations()]
