"""The words a reader looks for on a page: in English as a journey is written, or in a translation.

A journey is written once, in English. Whoever reads it in another language finds every word of it in the
product's own catalogue, and is stopped by words that nobody translated: they would never be on the page.
"""

import html
import re
from functools import cache
from typing import Protocol

from intake.content.catalogues import INTERFACE, folders, read_catalogue, translations
from intake.domain.languages import ENGLISH, Voice
from intake.domain.questionnaire import Questionnaire
from intake.services.languages import questionnaire_in

_LINK = re.compile(r"<a [^>]*>(.+)</a>")
_MARKUP = re.compile(r"<[^>]+>")


class NotTranslated(AssertionError):
    """A journey looks for words that the catalogue has no translation of."""


class AsItStands(str):
    """Words to be looked for as they are: names, what is in English on purpose, or what was found before."""

    __slots__ = ()


class Reader(Protocol):
    """Somebody who reads one language. A message is its English text, and may hold ``%(name)s``."""

    code: str

    @property
    def voice(self) -> Voice:
        """How the product says days, numbers and months to them."""

    def said(self, message: str, **values: object) -> AsItStands:
        """What stands on the page for a message. Raises NotTranslated."""

    def said_many(self, one: str, many: str, number: int, **values: object) -> AsItStands:
        """The same for a message that depends on a number."""

    def said_in_link(self, message: str) -> AsItStands:
        """The words of the only link inside a message. Raises NotTranslated."""

    def questions(self, questionnaire: Questionnaire) -> Questionnaire:
        """What the form asks them, in the words they read."""


class InEnglish:
    """Reads every page as it is written."""

    code = "en"
    voice: Voice = ENGLISH

    def said(self, message: str, **values: object) -> AsItStands:
        return _as_it_stands(message, values)

    def said_many(self, one: str, many: str, number: int, **values: object) -> AsItStands:
        return _as_it_stands(one if number == 1 else many, values)

    def said_in_link(self, message: str) -> AsItStands:
        return _in_link(message)

    def questions(self, questionnaire: Questionnaire) -> Questionnaire:
        return questionnaire


class InTranslation:
    """Reads the patients' pages in one translation."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.voice: Voice = translations()[code].voice

    def said(self, message: str, **values: object) -> AsItStands:
        if isinstance(message, AsItStands):
            return message
        self._refuse_unless_translated(message)
        return _as_it_stands(self.voice.say(message), values)

    def said_many(self, one: str, many: str, number: int, **values: object) -> AsItStands:
        self._refuse_unless_translated(one)
        return _as_it_stands(self.voice.say_many(one, many, number), values)

    def said_in_link(self, message: str) -> AsItStands:
        self._refuse_unless_translated(message)
        return _in_link(self.voice.say(message))

    def questions(self, questionnaire: Questionnaire) -> Questionnaire:
        return questionnaire_in(questionnaire, self.code)

    def _refuse_unless_translated(self, message: str) -> None:
        if message not in _translated(self.code):
            raise NotTranslated(
                f"there is no translation into {self.code!r} of exactly these words: {message!r}"
            )


IN_ENGLISH = InEnglish()


@cache
def reader(code: str) -> Reader:
    """Whoever reads this language."""
    return IN_ENGLISH if code == IN_ENGLISH.code else InTranslation(code)


@cache
def _translated(code: str) -> frozenset[str]:
    """The English of every message of the interface that has a translation."""
    folder = next(one for one in folders() if one.name == code)
    found = set[str]()
    for message in read_catalogue(folder, INTERFACE):
        english, said = message.id, message.string
        if not english or message.fuzzy or not (all(said) if isinstance(said, tuple) else said):
            continue
        found.add(english if isinstance(english, str) else english[0])
    return frozenset(found)


def _as_it_stands(message: str, values: dict[str, object]) -> AsItStands:
    # Nobody sees the markup inside a message; its values are put in after that, as they are.
    shown = html.unescape(_MARKUP.sub("", message)) if "<" in message or "&" in message else message
    return AsItStands(" ".join((shown % values if values else shown).split()))


def _in_link(message: str) -> AsItStands:
    (words,) = _LINK.findall(message)
    return AsItStands(words)
