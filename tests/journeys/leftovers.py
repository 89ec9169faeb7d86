"""What stands in English on a page in another language, and is not marked as English.

That is every text with a translation, and every text of the form without: published instruments stay in
English on purpose, and say so.
"""

import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

import as_shipped
from intake.content.catalogues import CONTENT, INTERFACE, folders, read_catalogue
from intake.content.translations import messages_of
from intake.domain.languages import SOURCE
from journeys.served import parsed

_VALUE = re.compile(r"%\(\w+\)s")
_MARKUP = re.compile(r"<[^>]+>")
_READ_ALOUD = ("aria-label", "alt", "title", "placeholder")
# What a person is writing is in the language they write it in; of scripts and styles nobody reads a word.
_NOT_OURS = frozenset({"script", "style", "textarea"})
_FEWEST_WORDS_AROUND_A_VALUE = 3


def leftovers(html: str, code: str) -> list[str]:
    """Every text of a page that is English and not marked as such: ours, or that of an instrument."""
    known, filled_in = _english(code)
    tree, _ = parsed(html)
    found = dict.fromkeys(text for text in _texts(tree, code) if text in known or filled_in.fullmatch(text))
    return list(found)


def _texts(element: Element, code: str) -> Iterator[str]:
    """What can be read in an element in the language of the page: whole, and each piece of it."""
    if element.tag in _NOT_OURS:
        return
    code = element.get("lang", code)
    if code != SOURCE:
        said = [element.text or "", *(part.tail or "" for part in element), _ours(element, code)]
        said += [element.get(name, "") for name in _READ_ALOUD]
        yield from filter(None, (" ".join(one.split()) for one in said))
    for part in element:
        yield from _texts(part, code)


def _ours(element: Element, code: str) -> str:
    """The words of an element, without those of its parts that are marked as in another language."""
    if element.tag in _NOT_OURS or element.get("lang", code) != code:
        return ""
    return (element.text or "") + "".join(_ours(part, code) + (part.tail or "") for part in element)


@cache
def _english(code: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """The English of every message whose translation is another, and one pattern for those with values."""
    translated = dict(_messages(code))
    spoken = set(translated.values())
    english = [text for text, said in translated.items() if text != said and text not in spoken]
    asked = {_shown(one.text) for one in messages_of(as_shipped.library().questionnaire)}
    plain = frozenset(text for text in english if not _VALUE.search(text)) | (
        asked - set(translated) - spoken
    )
    patterns = [
        ".+".join(map(re.escape, _VALUE.split(text)))
        for text in english
        if text not in plain and len(_VALUE.sub(" ", text).split()) >= _FEWEST_WORDS_AROUND_A_VALUE
    ]
    return plain, re.compile("|".join(patterns), re.DOTALL)


def _messages(code: str) -> Iterator[tuple[str, str]]:
    folder = next(one for one in folders() if one.name == code)
    for name in (INTERFACE, CONTENT):
        for message in read_catalogue(folder, name):
            both = (message.id,) if isinstance(message.id, str) else message.id
            said = (message.string,) if isinstance(message.string, str) else message.string or ()
            for english, translation in zip(both, said, strict=False):
                if english and translation and not message.fuzzy:
                    yield _shown(english), _shown(translation)


def _shown(message: str) -> str:
    return " ".join(_MARKUP.sub("", message).split())
