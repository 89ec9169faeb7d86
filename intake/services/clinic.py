"""A running copy of the product: its database, the documents in force, its keys and its clock.

The patient site is a :class:`PatientDesk`: it can seal a submission and never open one.
The clinic site is a :class:`Clinic` and can do both.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Self

from intake import resources
from intake.config import Settings
from intake.content.documents import DocumentRefused
from intake.content.folder import files_in
from intake.content.library import Asked, Library, read_asked, read_library
from intake.domain.answers import Answers
from intake.domain.events import EditionPublished
from intake.domain.evidence import PatientEvidence
from intake.domain.languages import ENGLISH, SOURCE, Voice
from intake.services import in_force
from intake.storage import audit, editions
from intake.storage.database import Database
from intake.storage.encryption import ClinicKeys, PatientKeys
from intake.storage.keyring import read_clinic_keys, read_patient_keys

SYSTEM = audit.SYSTEM


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class PatientDesk:
    """What the patient site holds. ``now`` is the clock; tests bring their own.

    ``library`` asks in the language of ``voice``; ``written`` is the library as it is written, where
    that is another one. Whatever is kept for the clinic is made with ``in_english``.
    """

    settings: Settings
    database: Database
    library: Library
    keys: PatientKeys
    now: Callable[[], datetime] = _now
    voice: Voice = ENGLISH
    written: Library | None = None

    @property
    def language(self) -> str:
        """The code of the language it asks in; empty for English."""
        code = self.voice.language.code
        return "" if code == SOURCE else code

    @property
    def in_english(self) -> Self:
        """The same desk with everything as it is written."""
        if self.written is None:
            return self
        return replace(self, library=self.written, voice=ENGLISH, written=None)

    def today(self) -> date:
        """The calendar day at the clinic."""
        return self.local(self.now()).date()

    def local(self, at: datetime) -> datetime:
        """A time as the clinic's clock on the wall shows it."""
        return self.settings.local(at)

    def with_library(self, library: Library) -> Self:
        """The same desk with another library."""
        return replace(self, library=library)

    def with_settings(self, settings: Settings) -> Self:
        """The same desk with other settings."""
        return replace(self, settings=settings)

    def with_keys(self, keys: PatientKeys) -> Self:
        """The same desk with other keys."""
        return replace(self, keys=keys)

    def evidence(self, answers: Answers) -> PatientEvidence:
        """The answers, read with the questionnaire and medicines in force, as of today."""
        library = self.library
        return PatientEvidence(library.questionnaire, library.formulary, answers, self.today())


@dataclass(frozen=True, slots=True)
class Clinic:
    """What the clinic site holds; it can open what patients sent."""

    settings: Settings
    database: Database
    library: Library
    keys: ClinicKeys
    now: Callable[[], datetime] = _now

    def local(self, at: datetime) -> datetime:
        """A time as the clinic's clock on the wall shows it."""
        return self.settings.local(at)

    def today(self) -> date:
        """The calendar day at the clinic."""
        return self.local(self.now()).date()

    def with_library(self, library: Library) -> Self:
        """The same clinic with another library."""
        return replace(self, library=library)

    def with_settings(self, settings: Settings) -> Self:
        """The same clinic with other settings."""
        return replace(self, settings=settings)

    def with_keys(self, keys: ClinicKeys) -> Self:
        """The same clinic with other keys."""
        return replace(self, keys=keys)


def open_patient_desk(settings: Settings) -> PatientDesk:
    """The patient site's half of this instance. Raises DocumentRefused and PublishedRulesRefused."""
    keys = read_patient_keys(settings.instance / "keys")
    database = Database(settings.database_url)
    return PatientDesk(settings, database, _library_at_start(settings, database, keys), keys)


def open_clinic(settings: Settings) -> Clinic:
    """The clinic site's half of this instance. Raises DocumentRefused and PublishedRulesRefused."""
    keys = read_clinic_keys(settings.instance / "keys")
    database = Database(settings.database_url)
    return Clinic(settings, database, _library_at_start(settings, database, keys), keys)


def _library_at_start(settings: Settings, database: Database, keys: PatientKeys) -> Library:
    try:
        return _library(settings, database, keys)
    except BaseException:
        database.dispose()
        raise


def _library(settings: Settings, database: Database, keys: PatientKeys) -> Library:
    today = settings.today()
    try:
        library = library_of(settings)
    except DocumentRefused:
        # The file screens nobody once something was published, so it may be half-written.
        published = in_force.published(database, keys, asked_of(settings), today)
        if published is None:
            raise
        return published
    in_force.refuse_unreadable(database, keys, library.asked, today)
    return library


def asked_of(settings: Settings) -> Asked:
    """The questionnaire and medicines the settings name. Raises DocumentRefused."""
    return read_asked(settings.questionnaire, settings.medicines, crisis_lines_of(settings))


def library_of(settings: Settings) -> Library:
    """The content files the settings name, read once while they stay as they are.

    Raises DocumentRefused.
    """
    paths = (settings.questionnaire, settings.screening_rules, settings.medicines)
    lines, overlay = crisis_lines_of(settings), settings.rules_overlay
    files = [file for path in (*paths, lines, overlay) if path is not None for file in _files(path)]
    changed = tuple(file.stat().st_mtime_ns for file in files if file.exists())
    return _read_once(paths, lines, overlay, settings.today() if overlay else None, changed)


def crisis_lines_of(settings: Settings) -> Path | None:
    """The clinic's own file of crisis lines; None when it keeps to those of its questionnaire."""
    return settings.crisis_lines if settings.crisis_lines != resources.CRISIS_LINES else None


def _files(path: Path) -> tuple[Path, ...]:
    return files_in(path) if path.is_dir() else (path,)


@lru_cache(maxsize=1)
def _read_once(
    paths: tuple[Path, Path, Path],
    crisis_lines: Path | None,
    overlay: Path | None,
    on: date | None,
    _changed: tuple[int, ...],
) -> Library:
    # Running every rule's examples takes a second, and both sites need the same files.
    return read_library(*paths, crisis_lines, overlay=overlay, on=on)


def publish_editions(clinic: Clinic) -> None:
    """Keep the documents of the settings under their fingerprints, so that old ones can be shown.

    Rules that were published are kept as they come into force (``in_force``).
    """
    library = clinic.library
    now = clinic.now()
    kept = [
        ("questionnaire", library.editions.questionnaire),
        ("rules", library.editions.rules),
        ("medicines", library.editions.medicines),
    ]
    if library.laid is not None:
        kept.append(("overlay", library.laid.overlay.edition))
    with clinic.database.write() as session:
        for kind, edition in kept:
            if editions.keep(session, kind, edition, library.texts[kind]):
                audit.record(session, clinic.keys, SYSTEM, EditionPublished(kind, edition), now)
