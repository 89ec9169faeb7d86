"""Screening answers written in a file, which needs no database: for people who write rules."""

from datetime import date
from pathlib import Path

from intake.config import Settings
from intake.content.answers import read_answers
from intake.content.documents import Problems, read_file
from intake.content.fields import Fields
from intake.content.library import Library, read_library
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.screening import RuleOutcome, screen_rule
from intake.services import in_force, publication_list
from intake.services.clinic import asked_of, crisis_lines_of, library_of
from intake.services.instance import is_prepared
from intake.storage.database import Database
from intake.storage.encryption import PatientKeys
from intake.storage.keyring import KeyringRefused, read_patient_keys


def library(
    settings: Settings,
    questionnaire: Path | None = None,
    rules: Path | None = None,
    medicines: Path | None = None,
    *,
    overlay: Path | None = None,
    on: date | None = None,
) -> Library:
    """The content files of the settings, or others named instead. Raises DocumentRefused.

    Other rules stand as they are, unless an overlay is named too: that of the settings was
    written for the rules of the settings. ``on`` is the day, today when it is left out.
    """
    if on is None and questionnaire is rules is medicines is overlay is None:
        return library_of(settings)
    if rules is None:
        overlay = overlay or settings.rules_overlay
    return read_library(
        questionnaire or settings.questionnaire,
        rules or settings.screening_rules,
        medicines or settings.medicines,
        crisis_lines_of(settings) if questionnaire is None else None,
        overlay=overlay,
        on=on or settings.today(),
    )


def library_in_force(settings: Settings, on: date | None = None) -> Library:
    """What screens on a day, today when none is named: the published rules of an instance that was
    set up, else the content files.

    Raises DocumentRefused and PublishedRulesRefused.
    """
    if not is_prepared(settings):
        return library(settings, on=on)
    database = Database(settings.database_url)
    try:
        published = in_force.published(database, _keys(settings), asked_of(settings), on or settings.today())
    finally:
        database.dispose()
    return published or library(settings, on=on)


def file_says(settings: Settings) -> str:
    """What to tell when the rules file is something else than the published rules; else nothing."""
    if not is_prepared(settings):
        return ""
    database = Database(settings.database_url)
    try:
        found = in_force.on(database, _keys(settings), library_of(settings), settings.today())
    finally:
        database.dispose()
    return publication_list.file_says(settings, found)


def _keys(settings: Settings) -> PatientKeys | None:
    """What the seals of the trail are looked at with; None for somebody who may not read any keys."""
    try:
        return read_patient_keys(settings.instance / "keys")
    except KeyringRefused:
        return None


def screen_file(content: Library, path: Path, today: date) -> tuple[RuleOutcome, ...]:
    """What comes of every rule for the answers in a file. Raises DocumentRefused."""
    given = person_in_file(content, path, today)
    evidence = PatientEvidence(content.questionnaire, content.formulary, relevant(given), given.as_of)
    return tuple(screen_rule(rule, evidence) for rule in content.rulebook.rules)


def person_in_file(content: Library, path: Path, today: date) -> PatientEvidence:
    """The person in a file, with answers that are not asked for. Raises DocumentRefused.

    The file is JSON or YAML: ``answers`` by question id, in short forms, and ``as_of``,
    the day to screen for (today when it is left out).
    """
    document, _ = read_file(path)
    problems = Problems(path.name)
    fields = Fields(document, 1, "the file", problems)
    questionnaire = content.questionnaire
    answers = read_answers(
        fields.raw("answers"), fields.line_of("answers"), "answers", questionnaire, problems
    )
    as_of = fields.day("as_of") if fields.has("as_of") else today
    fields.finish(also=("as_of",))
    problems.refuse_if_any()
    return PatientEvidence(questionnaire, content.formulary, answers, as_of)


def as_plain(outcome: RuleOutcome) -> dict[str, object]:
    """One outcome as plain data, for other programs."""
    return {
        "rule": outcome.rule,
        "topic": outcome.topic,
        "title": outcome.title,
        "outcome": outcome.outcome.value,
        "priority": outcome.priority.value,
        "because": [
            {"question": line.question, "asked": line.asked, "answer": line.said} for line in outcome.because
        ],
        "missing": [
            {"question": line.question, "asked": line.asked, "answer": line.said} for line in outcome.missing
        ],
        "failed": outcome.failed,
    }
