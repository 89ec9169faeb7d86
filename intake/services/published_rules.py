"""Published rules, read: each edition once for each questionnaire, however many requests ask for it.

What a publication says is checked against its fingerprint, so that a document changed in the
database is refused and screens nobody.
"""

from collections import OrderedDict
from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

from intake.content.documents import DocumentRefused, Problem, edition_of, read
from intake.content.library import Asked
from intake.content.overlay import OVERLAY_NAME, RULES_NAME, lay_over
from intake.content.rules import parse_rulebook
from intake.domain.publications import Publication
from intake.domain.rules import RuleBook
from intake.storage import editions, publications
from intake.storage.database import Database

# The kinds under which the two files of a publication are kept; what screens is of the kind "rules".
RULES_FILE, OVERLAY = "rules-file", "overlay"


_Read = tuple[RuleBook, str]
_MOST = 8  # what is in force, what is scheduled, and a few proposals that somebody looks at

# Both sites of one process ask for the same rules, from several threads; reading takes half a second.
_reading = Lock()
_read: OrderedDict[tuple[str | date | None, ...], _Read | DocumentRefused] = OrderedDict()
_known: WeakKeyDictionary[Database, tuple[int, tuple[Publication, ...]]] = WeakKeyDictionary()


def every(database: Database) -> tuple[Publication, ...]:
    """All publications that somebody has decided about, at the cost of one small question."""
    with database.read() as session:
        if database not in _known and not publications.are_kept(session):
            return ()
        decided = publications.decided(session)
        known = _known.get(database)
        if known is None or known[0] != decided:
            # Facts are only ever added: as many decisions as before are the same decisions.
            known = (decided, publications.every(session))
            _known[database] = known
    return known[1]


def rules(database: Database, asked: Asked, publication: Publication, day: date) -> _Read:
    """The rules of a publication as they are on a day, and their text. Raises DocumentRefused."""
    # Without an overlay, no day makes a difference.
    on = day if publication.overlay else None
    about = asked.questionnaire.edition, asked.formulary.edition
    key = (*about, publication.rules, publication.overlay, on)
    with _reading:
        if key not in _read:
            _keep(key, _try(database, asked, publication, day))
        found = _read[key]
    if isinstance(found, DocumentRefused):
        raise found
    return found


def merged(
    asked: Asked,
    rules_text: str,
    overlay_text: str | None,
    day: date,
    names: tuple[str, str] = (RULES_NAME, OVERLAY_NAME),
) -> _Read:
    """The rules that a rules file and an overlay make on a day, and their text. Raises DocumentRefused."""
    if overlay_text is None:
        return parse_rulebook(rules_text, asked.questionnaire, asked.formulary, names[0]), rules_text
    laid = lay_over(rules_text, overlay_text, asked.questionnaire, asked.formulary, day, names)
    return laid.rulebook, laid.text


def _try(database: Database, asked: Asked, publication: Publication, day: date) -> _Read | DocumentRefused:
    try:
        with database.read() as session:
            rules_text = editions.fetch(session, RULES_FILE, publication.rules)
            overlay = publication.overlay
            overlay_text = editions.fetch(session, OVERLAY, overlay) if overlay else None
        _refuse_changed(rules_text, publication.rules, RULES_NAME)
        if overlay_text is not None and publication.overlay:
            _refuse_changed(overlay_text, publication.overlay, OVERLAY_NAME)
        return merged(asked, rules_text, overlay_text, day)
    except DocumentRefused as refusal:
        return refusal


def _refuse_changed(text: str, edition: str, name: str) -> None:
    if edition_of(read(text, name)) != edition:
        words = (
            f"this is not edition {edition[:12]}, which was published: it was changed in the database. "
            "Restore a backup, and find out who can write there"
        )
        raise DocumentRefused(name, [Problem(1, words)])


def _keep(key: tuple[str | date | None, ...], found: _Read | DocumentRefused) -> None:
    _read[key] = found
    while len(_read) > _MOST:
        _read.popitem(last=False)
