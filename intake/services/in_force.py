"""The rules in force: what screens on a day, and what to say when the rules file is something else.

While nothing was ever published, the rules file of the settings screens: a small clinic needs no
ceremony. Once something was, the newest publication that was countersigned and whose day has come
screens, and the file does not.
"""

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from intake.content.documents import DocumentRefused
from intake.content.library import Asked, Library
from intake.domain import publications as domain
from intake.domain.events import EditionPublished
from intake.domain.publications import Publication
from intake.domain.wording import long_date
from intake.log import Noted, note
from intake.services import published_rules
from intake.services.site import Site
from intake.storage import accounts, audit, editions, publications
from intake.storage.database import Database
from intake.storage.encryption import PatientKeys

_kept: WeakKeyDictionary[Database, set[tuple[object, str]]] = WeakKeyDictionary()


# Reading the rules anew takes half a second, and every request of a day asks for the same ones.
_reading = Lock()
_on_later_days: dict[tuple[object, ...], Library] = {}
_told: set[UUID] = set()  # what this process has written to its log, once and not for every request

_Site = TypeVar("_Site", bound=Site)


class PublishedRulesRefused(Exception):
    """The published rules do not load with the questionnaire and medicines of the settings."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What screens on a day. Without a ``publication`` it is the rules file of the settings.

    ``behind`` holds newer publications that this process cannot read, each with the reason; a
    process that began with an older questionnaire goes on with what it can read.
    """

    publication: Publication | None
    library: Library
    behind: tuple[tuple[Publication, DocumentRefused], ...] = ()


def on(
    database: Database, keys: PatientKeys | None, library: Library, day: date, but: UUID | None = None
) -> InForce:
    """What screens on a day, beside the questionnaire and the medicines of a library.

    ``but`` leaves one publication out: what would screen without it.
    """
    published = _published(database, keys, library.asked, day, but)
    if isinstance(published, InForce):
        return published
    return InForce(None, _as_of(library, day), published)


def published(database: Database, keys: PatientKeys | None, asked: Asked, day: date) -> Library | None:
    """The library that published rules make on a day; None when nothing published is in force.

    Raises PublishedRulesRefused.
    """
    refuse_unreadable(database, keys, asked, day)
    found = _published(database, keys, asked, day)
    return found.library if isinstance(found, InForce) else None


def refuse_unreadable(database: Database, keys: PatientKeys | None, asked: Asked, day: date) -> None:
    """Stop a process from starting with other rules than those in force. Raises PublishedRulesRefused."""
    found = _published(database, keys, asked, day)
    behind = found.behind if isinstance(found, InForce) else found
    if not behind:
        return
    publication, refusal = behind[0]
    raise PublishedRulesRefused(
        f"The rules in force ({_described(database, publication)}) do not load with this questionnaire "
        f"and these medicines:\n{refusal}\n"
        "Nothing is started, so that nobody is screened with other rules. Put questionnaire and "
        "medicines back as they were, or publish rules that fit: intake rules publish NEW --reason … "
        f"--effective {day.isoformat()} --proposed-by … --countersigned-by …"
    )


def at_work(site: _Site) -> _Site:
    """The same site with what is in force now.

    Ask once for each request and not in a transaction: what screens must not change within one,
    and an edition that comes into force is kept, with its line in the audit trail.
    """
    today = site.local(site.now()).date()
    found = on(site.database, site.keys, site.library, today)
    _tell_of_what_cannot_be_read(found)
    if found.publication is None and found.library is site.library:
        return site
    _keep(site, found, today)
    return site.with_library(found.library)


def _published(
    database: Database, keys: PatientKeys | None, asked: Asked, day: date, but: UUID | None = None
) -> InForce | tuple[tuple[Publication, DocumentRefused], ...]:
    behind: tuple[tuple[Publication, DocumentRefused], ...] = ()
    others = (one for one in published_rules.every(database, keys) if one.id != but)
    for publication in domain.in_force(others, day):
        try:
            found = published_rules.rules(database, asked, publication, day)
        except DocumentRefused as refusal:
            behind = (*behind, (publication, refusal))
        else:
            return InForce(publication, found.beside(asked), behind)
    return behind


def _as_of(library: Library, day: date) -> Library:
    """The content files on a day: a change of the overlay may have ended since this process began."""
    if library.laid is None or library.laid.on == day:
        return library
    key = (library.editions, library.laid.overlay.edition, day)
    with _reading:
        if key not in _on_later_days:
            _on_later_days.clear()
            _on_later_days[key] = library.as_of(day)
        return _on_later_days[key]


def _described(database: Database, publication: Publication) -> str:
    with database.read() as session:
        names = accounts.printed_names(session)
    signed = publication.countersigned
    since = publication.in_force_from
    return (
        f"edition {publication.rules[:8]}, proposed by {names.get(publication.proposed_by, 'somebody')}, "
        f"countersigned by {names.get(signed.by, 'somebody') if signed else 'nobody'}, "
        f"in force since {long_date(since) if since else 'never'}"
    )


def _keep(site: Site, found: InForce, today: date) -> None:
    edition, publication = found.library.editions.rules, found.publication
    kept = _kept.setdefault(site.database, set())
    mark = (publication.id if publication is not None else None, edition)
    if mark in kept:
        return
    with site.database.write() as session:
        new = editions.keep(session, "rules", edition, found.library.texts["rules"])
        if publication is not None:
            new |= publications.note_edition(session, publication.id, edition, today)
        if new:
            audit.record(session, site.keys, audit.SYSTEM, EditionPublished("rules", edition), site.now())
    kept.add(mark)


def _tell_of_what_cannot_be_read(found: InForce) -> None:
    for publication, refusal in found.behind:
        if publication.id in _told:
            continue
        _told.add(publication.id)
        note(Noted.RULES_UNREAD, edition=publication.rules, document=refusal)
