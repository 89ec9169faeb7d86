"""Looking after the translations: what is missing, what does not fit, and catalogues brought up to date."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from intake.content.catalogues import (
    CONTENT,
    INTERFACE,
    TranslationRefused,
    catalogue_path,
    folders,
    read_about,
    read_catalogue,
    read_translation,
)
from intake.content.messages import Said, interface_messages
from intake.content.translations import consent_fingerprint, messages_of
from intake.domain.questionnaire import Questionnaire

__all__ = ["Checked", "TranslationRefused", "check", "write"]

_VALUE = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>")
_WIDTH = 100
# No names and no days: who wrote what stands in the history of the file.
_HEADER = """\
# The {name} of the pages patients read. `intake translations write` keeps it up to date.
msgid ""
msgstr ""
"Language: {code}\\n"
"Plural-Forms: {plural}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one translation. ``problems`` say where, what, and what to do.

    ``english`` are the texts of published instruments, which stay in English until their publisher's own
    translation is there; ``consent`` names the one wording that a review would be of.
    """

    code: str
    state: str
    translated: int
    of: int
    english: int
    consent: str
    consent_is_reviewed: bool
    problems: tuple[str, ...]


def check(questionnaire: Questionnaire, root: Path | None = None) -> tuple[Checked, ...]:
    """Every translation there is. Raises TranslationRefused and DocumentRefused."""
    return tuple(_checked(questionnaire, folder) for folder in folders(root))


def write(questionnaire: Questionnaire, folder: Path) -> None:
    """Bring the catalogues of a translation up to date: what is new stands there empty, what is gone goes.

    Raises TranslationRefused and DocumentRefused.
    """
    _write(folder, INTERFACE, [("", said) for said in interface_messages()])
    _write(folder, CONTENT, _content(questionnaire, folder))


def _write(folder: Path, name: str, wanted: Iterable[tuple[str, Said]]) -> None:
    path = catalogue_path(folder, name)
    before = read_catalogue(folder, name) if path.exists() else Catalog(locale=folder.name)
    after = Catalog(locale=folder.name)
    after.mime_headers = [("Plural-Forms", before.plural_forms)]
    for place, said in wanted:
        known = before.get(said, place or None)
        after.add(said, known.string if known else None, context=place or None)
    written = io.BytesIO()
    write_po(written, after, width=_WIDTH, no_location=True, omit_header=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = _HEADER.format(name=name, code=folder.name, plural=before.plural_forms)
    path.write_text(header + written.getvalue().decode("utf-8"), encoding="utf-8")


def _content(questionnaire: Questionnaire, folder: Path) -> list[tuple[str, Said]]:
    """Each text once: under its own place, or under its kind where it stands in several places.

    Published words come in only where the publisher's own translation is named.
    """
    official = read_about(folder).official
    shown = [
        one for one in messages_of(questionnaire) if not one.published_on or one.published_on in official
    ]
    before = _known(folder)
    often = Counter((one.kind, one.text) for one in shown)
    places = (
        one.place if often[one.kind, one.text] == 1 or (one.place, one.text) in before else one.kind
        for one in shown
    )
    return list(dict.fromkeys((place, one.text) for place, one in zip(places, shown, strict=True)))


def _known(folder: Path) -> frozenset[tuple[str, str]]:
    if not catalogue_path(folder, CONTENT).exists():
        return frozenset()
    return frozenset(
        (str(one.context or ""), str(one.id)) for one in read_catalogue(folder, CONTENT) if one.id
    )


def _checked(questionnaire: Questionnaire, folder: Path) -> Checked:
    translation = read_translation(folder)
    wanted = list(messages_of(questionnaire))
    published = [one for one in wanted if one.published_on and one.published_on not in translation.official]
    shown = [one for one in wanted if one not in published]
    missing = [one for one in shown if translation.of(one.place, one.text) is None]
    interface = read_catalogue(folder, INTERFACE)
    said = interface_messages()
    unsaid = [one for one in said if not _is_there(interface.get(one))]
    problems = [
        *(f"{INTERFACE}.po: no translation of {_short(one)}; write it as its msgstr" for one in unsaid),
        *(f"{CONTENT}.po: no translation of {one.place}: {_short(one.text)}" for one in missing),
        *_left_over(questionnaire, folder),
        *_misfits(folder),
    ]
    text = consent_fingerprint(questionnaire.consent, translation) or ""
    return Checked(
        folder.name,
        translation.state,
        len(said) + len(shown) - len(unsaid) - len(missing),
        len(said) + len(shown),
        len(published),
        text,
        bool(text) and text == translation.consent_reviewed,
        tuple(f"{folder.name}/{one}" for one in problems),
    )


def _left_over(questionnaire: Questionnaire, folder: Path) -> Iterator[str]:
    """Translations of what is not said any more: an English text that changed leaves its old one behind."""
    said = set(interface_messages())
    for message in read_catalogue(folder, INTERFACE):
        if message.id and _source(message) not in said:
            yield f"{INTERFACE}.po: {_short(_source(message))} is not said any more; take it out"
    asked = {(place, text) for place, text in _content(questionnaire, folder)}
    every = {(one.place, one.text) for one in messages_of(questionnaire)}
    for message in read_catalogue(folder, CONTENT):
        place = (str(message.context or ""), str(message.id))
        if message.id and place not in asked and place not in every:
            yield f"{CONTENT}.po: {place[0]}: {_short(place[1])} is not asked any more; take it out"


def _misfits(folder: Path) -> Iterator[str]:
    """What is marked as not sure, and translations whose values or tags are not those of the English."""
    for name in (INTERFACE, CONTENT):
        for message in read_catalogue(folder, name):
            if not message.id:
                continue
            if message.fuzzy:
                yield f"{name}.po: {_short(_source(message))} is marked fuzzy; look at it, then unmark it"
            for said in message.string if isinstance(message.string, tuple | list) else (message.string,):
                source = _source(message)
                ids = source if isinstance(source, tuple) else (source,)
                if said and not any(_values(said) == _values(one) for one in ids):
                    yield f"{name}.po: {_short(source)} holds other values or tags than its translation"


def _values(text: str) -> list[str]:
    return sorted(_VALUE.findall(text))


def _source(message: Message) -> Said:
    return (message.id[0], message.id[1]) if isinstance(message.id, tuple | list) else str(message.id)


def _is_there(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    said = message.string
    return all(said) if isinstance(said, tuple | list) else bool(said)


def _short(said: Said) -> str:
    text = said if isinstance(said, str) else said[0]
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
