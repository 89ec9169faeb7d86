"""Translations as they lie in ``translations/``: a folder for each language, with two catalogues.

The catalogues are gettext's ``.po`` files, read as they are written: there is nothing to compile and so
nothing to forget. A message is found by its English text. When that changes, the old translation is not
found any more, and English is said until somebody translates the new text.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path

from babel import Locale, localedata
from babel.dates import format_date, format_skeleton, format_time, get_month_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from intake import resources
from intake.content.documents import DocumentRefused, Problems, read_file
from intake.content.fields import Fields
from intake.domain.languages import Language
from intake.log import Noted, note

INTERFACE, CONTENT = "interface", "content"
_ABOUT = "about.yaml"
_FOLDER = "LC_MESSAGES"

# A place in the questionnaire, and the English that stands there.
Place = tuple[str, str]


class TranslationRefused(Exception):
    """A catalogue cannot be read; the words say which and why."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a translation: its ``about.yaml``.

    ``state`` says how far somebody looked at it, in words for the people of a clinic. ``official`` are the
    pages whose published instrument is there in its publisher's own translation, each with its source.
    ``consent_reviewed`` is the fingerprint of the one text of the consent that was reviewed; empty for none.
    ``lines_first`` are the ways to reach help at which this language is spoken.
    """

    language: Language
    locale: str
    state: str
    official: Mapping[str, str] = field(default_factory=dict)
    consent_reviewed: str = ""
    lines_first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """One language the product can be read in: what is known of it, the questionnaire, and a voice."""

    about: About
    content: Mapping[Place, str] = field(repr=False)
    voice: "Spoken" = field(repr=False, compare=False)

    @property
    def language(self) -> Language:
        """The language."""
        return self.about.language

    @property
    def state(self) -> str:
        """How far somebody looked at it."""
        return self.about.state

    @property
    def official(self) -> Mapping[str, str]:
        """The pages of instruments that are there in their publisher's own translation."""
        return self.about.official

    @property
    def consent_reviewed(self) -> str:
        """The fingerprint of the reviewed text of the consent."""
        return self.about.consent_reviewed

    def of(self, place: str, text: str) -> str | None:
        """What stands in this place of the questionnaire; None when nobody translated this very text.

        Words that are the same in many places ("Yes", "Choose all that fit.") are written once, under the
        last word of the place.
        """
        _, _, kind = place.rpartition(".")
        return self.content.get((place, text)) or self.content.get((kind, text))


class Spoken:
    """A voice that speaks a translation."""

    def __init__(self, about: About, said: GNUTranslations) -> None:
        self.language = about.language
        self._said = said
        self._locale = Locale.parse(about.locale)
        self._months: Mapping[int, str] = get_month_names("wide", locale=self._locale)

    def say(self, message: str, /, **values: object) -> str:
        """The message, filled in."""
        said = self._said.gettext(message) if message else ""
        return said % values if values else said

    def say_many(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The message for this number, filled in."""
        said = self._said.ngettext(one, many, number)
        return said % values if values else said

    def date(self, day: date) -> str:
        """The day, with the name of its month."""
        return format_date(day, "long", locale=self._locale)

    def time(self, at: datetime) -> str:
        """The time of day."""
        return format_time(at, "short", tzinfo=at.tzinfo, locale=self._locale)

    def week_day(self, at: datetime) -> str:
        """The day, with its day of the week."""
        return format_skeleton("MMMMEEEEd", at, tzinfo=at.tzinfo, locale=self._locale)

    def month(self, number: int) -> str:
        """The name of the month."""
        return self._months[number]

    def number(self, number: int) -> str:
        """The number, as it is written where the language is spoken."""
        return format_decimal(number, locale=self._locale)


def read_translation(folder: Path) -> Translation:
    """The translation in a folder. Raises TranslationRefused and DocumentRefused."""
    about = read_about(folder)
    content = _by_place(read_catalogue(folder, CONTENT))
    return Translation(about, content, Spoken(about, _compiled(read_catalogue(folder, INTERFACE))))


def read_about(folder: Path) -> About:
    """What is known of the translation in a folder. Raises DocumentRefused."""
    document, _ = read_file(folder / _ABOUT)
    problems = Problems(f"{folder.name}/{_ABOUT}")
    fields = Fields(document, 1, "translation", problems)
    locale, name, state = fields.text("locale"), fields.text("name"), fields.text("state")
    official = {page: str(source) for page, source, _ in fields.mapping("official")}
    reviewed = fields.text("consent_reviewed", "")
    lines_first = fields.texts("lines_first")
    fields.finish()
    if locale and not localedata.exists(locale):
        fields.problem("locale", f'there is no locale "{locale}"; write one like es_US')
    problems.refuse_if_any()
    language = Language(folder.name, name, Locale.parse(locale).text_direction)
    return About(language, locale, state, official, reviewed, lines_first)


def read_catalogue(folder: Path, name: str) -> Catalog:
    """One catalogue of a translation, as it is written. Raises TranslationRefused."""
    path = catalogue_path(folder, name)
    try:
        with path.open("rb") as file:
            return read_po(file, locale=folder.name, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise TranslationRefused(f"{folder.name}/{path.name}: {error}") from None


def catalogue_path(folder: Path, name: str) -> Path:
    """Where a catalogue of a translation lies."""
    return folder / _FOLDER / f"{name}.po"


def folders(root: Path | None = None) -> tuple[Path, ...]:
    """The folder of every translation there is, by its code."""
    return tuple(sorted(path.parent for path in (root or resources.TRANSLATIONS).glob(f"*/{_ABOUT}")))


def translations(root: Path | None = None) -> Mapping[str, Translation]:
    """Every translation that can be read, by its code; read once. Of any other, the log says why."""
    return _read_once(root or resources.TRANSLATIONS)


@lru_cache(maxsize=4)
def _read_once(root: Path) -> Mapping[str, Translation]:
    found = {}
    for folder in folders(root):
        try:
            found[folder.name] = read_translation(folder)
        except (TranslationRefused, DocumentRefused) as refusal:
            # English is always there: a form in it is better than none.
            note(Noted.TRANSLATION_UNREAD, document=refusal)
    return found


def _compiled(catalogue: Catalog) -> GNUTranslations:
    # In memory: what is marked fuzzy is left out, and plural forms are worked out by the library.
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _by_place(catalogue: Catalog) -> dict[Place, str]:
    return dict(_translated(message for message in catalogue if message.id and not message.fuzzy))


def _translated(messages: Iterable[object]) -> Iterable[tuple[Place, str]]:
    for message in messages:
        place, text, said = (getattr(message, name) for name in ("context", "id", "string"))
        if isinstance(text, str) and isinstance(said, str) and said:
            yield (place or "", text), said
