"""Published rules, read: each edition once for each questionnaire, however many requests ask for it.

What a publication says is checked against its fingerprint, so that a document changed in the
database is refused and screens nobody.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from intake.content.documents import DocumentRefused, Problem
from intake.content.library import Asked, Library
from intake.content.overlay import OVERLAY_NAME, RULES_NAME, Laid, lay_over
from intake.content.rules import parse_rulebook
from intake.domain.publications import Publication
from intake.domain.rules import RuleBook
from intake.storage import editions, publications
from intake.storage.database import Database
from intake.storage.encryption import PatientKeys
from intake.storage.publications import Kept

# The kinds under which the two files of a publication are kept; what screens is of the kind "rules".
RULES_FILE, OVERLAY = "rules-file", "overlay"


_MOST = 8  # what is in force, what is scheduled, and a few proposals that somebody looks at


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that a rules file and an overlay make on a day, in one text.

    ``made_of`` are the editions of the two files; the second is None without an overlay, and so
    is ``laid``.
    """

    rulebook: RuleBook
    text: str
    made_of: tuple[str, str | None]
    laid: Laid | None = None

    def beside(self, asked: Asked) -> Library:
        """The library they make with a questionnaire and medicines."""
        if self.laid is not None:
            return asked.with_laid(self.laid)
        return asked.with_rulebook(self.rulebook, self.text)


# Both sites of one process ask for the same rules, from several threads; reading takes half a second.
_reading = Lock()
_read: OrderedDict[tuple[str | date | None, ...], Rules | DocumentRefused] = OrderedDict()
_known: WeakKeyDictionary[Database, tuple[tuple[int, int], Kept]] = WeakKeyDictionary()


def every(database: Database, keys: PatientKeys | None) -> tuple[Publication, ...]:
    """All publications that the trail bears witness to, at the cost of one small question.

    Without keys, whether the lines of the trail are sealed is not looked at.
    """
    with database.read() as session:
        if database not in _known and not publications.are_kept(session):
            return ()
        return kept(session, database, keys).every


def kept(session: Session, database: Database, keys: PatientKeys | None) -> Kept:
    """The same within a transaction, before anything is added in it."""
    condition = publications.condition(session)
    known = _known.get(database)
    if known is None or known[0] != condition:
        # Facts are only ever added: as many as before are the same ones.
        known = (condition, publications.believed(session, keys))
        _known[database] = known
    return known[1]


def rules(database: Database, asked: Asked, publication: Publication, day: date) -> Rules:
    """The rules of a publication as they are on a day. Raises DocumentRefused."""
    key = _key(asked, (publication.rules, publication.overlay), day)
    with _reading:
        if key not in _read:
            _keep(key, _try(database, asked, publication, day))
        found = _read[key]
    if isinstance(found, DocumentRefused):
        # Anew each time: one that is raised again and again keeps every request it was raised in.
        raise DocumentRefused(found.name, found.problems)
    return found


def merged(
    asked: Asked,
    rules_text: str,
    overlay_text: str | None,
    day: date,
    names: tuple[str, str] = (RULES_NAME, OVERLAY_NAME),
) -> Rules:
    """The rules that two files make on a day. Raises DocumentRefused.

    Read once: whoever proposes them looks at them again at once.
    """
    found = _merged(asked, rules_text, overlay_text, day, names)
    with _reading:
        _keep(_key(asked, found.made_of, day), found)
    return found


def _merged(
    asked: Asked, rules_text: str, overlay_text: str | None, day: date, names: tuple[str, str]
) -> Rules:
    if overlay_text is None:
        rulebook = parse_rulebook(rules_text, asked.questionnaire, asked.formulary, names[0])
        return Rules(rulebook, rules_text, (rulebook.edition, None))
    laid = lay_over(rules_text, overlay_text, asked.questionnaire, asked.formulary, day, names)
    return Rules(laid.rulebook, laid.text, (laid.shipped.edition, laid.overlay.edition), laid)


def _try(database: Database, asked: Asked, publication: Publication, day: date) -> Rules | DocumentRefused:
    try:
        with database.read() as session:
            rules_text = editions.fetch(session, RULES_FILE, publication.rules)
            overlay = publication.overlay
            overlay_text = editions.fetch(session, OVERLAY, overlay) if overlay else None
        found = _merged(asked, rules_text, overlay_text, day, (RULES_NAME, OVERLAY_NAME))
        _refuse_changed(found, publication)
    except DocumentRefused as refusal:
        return refusal
    return found


def _refuse_changed(found: Rules, publication: Publication) -> None:
    published = publication.rules, publication.overlay
    for name, was, now in zip((RULES_NAME, OVERLAY_NAME), published, found.made_of, strict=True):
        if was != now:
            words = (
                f"this is not edition {str(was)[:12]}, which was published: it was changed in the "
                "database. Restore a backup, and find out who can write there"
            )
            raise DocumentRefused(name, [Problem(1, words)])


def _key(asked: Asked, made_of: tuple[str, str | None], day: date) -> tuple[str | date | None, ...]:
    # Without an overlay, no day makes a difference.
    on = day if made_of[1] else None
    return asked.questionnaire.edition, asked.formulary.edition, *made_of, on


def _keep(key: tuple[str | date | None, ...], found: Rules | DocumentRefused) -> None:
    _read[key] = found
    while len(_read) > _MOST:
        _read.popitem(last=False)
