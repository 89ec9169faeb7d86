"""Publications of rules: rows are added and never changed, and read as what they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.events import Event, RulesCountersigned, RulesProposed, RulesWithdrawn
from intake.domain.publications import DecidedMeanwhile, Decision, Deed, Publication
from intake.storage.audit import Recorded
from intake.storage.database import insert_unless_kept
from intake.storage.encryption import PatientKeys
from intake.storage.tables import PublicationDecisionRow, PublicationEditionRow, PublicationRow
from intake.storage.witnesses import witnesses

_LINES: dict[Deed, type[Event]] = {Deed.COUNTERSIGNED: RulesCountersigned, Deed.WITHDRAWN: RulesWithdrawn}


@dataclass(frozen=True, slots=True)
class Kept:
    """The publications, the newest proposal first, as far as the trail bears witness to them.

    ``planted`` are those that it knows nothing of, or of a decision about them.
    """

    every: tuple[Publication, ...]
    planted: tuple[UUID, ...]

    def of(self, publication: UUID) -> Publication:
        """One of them; raises :class:`NoSuchPublication`."""
        found = next((one for one in self.every if one.id == publication), None)
        if found is None:
            raise NoSuchPublication(f"there is no publication {publication}")
        return found


class NoSuchPublication(Exception):
    """There is no publication under this id."""


def hold(session: Session) -> None:
    """Nobody else decides until this transaction ends; what others decided before is read from here on.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE publication_decisions IN SHARE ROW EXCLUSIVE MODE"))


def add(session: Session, publication: Publication) -> None:
    """Keep a new proposal."""
    session.add(
        PublicationRow(
            id=publication.id,
            rules=publication.rules,
            overlay=publication.overlay,
            reason=publication.reason,
            effective_on=publication.effective_on,
            proposed_by=publication.proposed_by,
            proposed_at=publication.proposed_at,
        )
    )
    session.flush()


def decide(session: Session, publication: Publication, decision: Decision) -> None:
    """Keep what somebody decided about a publication as it was read.

    Raises DecidedMeanwhile when somebody else decided since.
    """
    row = PublicationDecisionRow(
        publication_id=publication.id,
        number=len(publication.decisions) + publication.set_aside + 1,
        deed=decision.deed.value,
        decided_by=decision.by,
        decided_at=decision.at,
        in_force_from=decision.in_force_from,
        proposed_by=publication.proposed_by,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise DecidedMeanwhile("Somebody decided about these rules before you. Look at them again") from None


def fetch(session: Session, publication: UUID) -> Publication:
    """One publication; raises :class:`NoSuchPublication`."""
    row = session.get(PublicationRow, publication)
    if row is None:
        raise NoSuchPublication(f"there is no publication {publication}")
    return _read(session, (row,))[0]


def every(session: Session) -> tuple[Publication, ...]:
    """All of them, the newest proposal first."""
    order = PublicationRow.proposed_at.desc(), PublicationRow.id
    return _read(session, session.scalars(select(PublicationRow).order_by(*order)).all())


def believed(session: Session, keys: PatientKeys | None) -> Kept:
    """All of them without what the trail does not bear witness to: that is as if it were not there."""
    rows = every(session)
    lines = witnesses(session, keys, RulesProposed, RulesCountersigned, RulesWithdrawn) if rows else ()
    if lines is None:
        return Kept(rows, ())
    found = [(one, _believed(one, lines)) for one in rows]
    planted = tuple(one.id for one, left in found if left != one)
    return Kept(tuple(left for _, left in found if left is not None), planted)


def condition(session: Session) -> tuple[int, int]:
    """How many publications and decisions there are: while this stays the same, so do all of them."""
    publications = select(func.count()).select_from(PublicationRow).scalar_subquery()
    decisions = select(func.count()).select_from(PublicationDecisionRow).scalar_subquery()
    proposed, decided = session.execute(select(publications, decisions)).one()
    return proposed, decided


def are_kept(session: Session) -> bool:
    """Whether this database has a place for publications yet; an older one is migrated first."""
    return bool(inspect(session.connection()).has_table(PublicationRow.__tablename__))


def note_edition(session: Session, publication: UUID, rules: str, first_day: date) -> bool:
    """Keep that this edition of the rules came of a publication; False when that is known."""
    values = {"publication_id": publication, "rules": rules, "first_day": first_day}
    return insert_unless_kept(session, PublicationEditionRow, values)


def editions(session: Session) -> dict[UUID, tuple[str, ...]]:
    """The editions of the rules that have come of each publication, in the order they did."""
    found: dict[UUID, tuple[str, ...]] = {}
    order = PublicationEditionRow.first_day, PublicationEditionRow.rules
    for row in session.scalars(select(PublicationEditionRow).order_by(*order)):
        found[row.publication_id] = (*found.get(row.publication_id, ()), row.rules)
    return found


def _read(session: Session, rows: Iterable[PublicationRow]) -> tuple[Publication, ...]:
    decisions: dict[UUID, tuple[Decision, ...]] = {}
    order = PublicationDecisionRow.publication_id, PublicationDecisionRow.number
    for row in session.scalars(select(PublicationDecisionRow).order_by(*order)):
        one = Decision(Deed(row.deed), row.decided_by, row.decided_at, row.in_force_from)
        decisions[row.publication_id] = (*decisions.get(row.publication_id, ()), one)
    return tuple(
        Publication(
            row.id,
            row.rules,
            row.overlay,
            row.reason,
            row.effective_on,
            row.proposed_by,
            row.proposed_at,
            decisions.get(row.id, ()),
        )
        for row in rows
    )


def _believed(one: Publication, lines: Sequence[Recorded]) -> Publication | None:
    about = [line for line in lines if line.object == str(one.id) and _is_of_these_rules(line, one)]
    if not any(_says_proposed(line, one) for line in about):
        return None
    left = tuple(deed for deed in one.decisions if any(_says_decided(line, deed) for line in about))
    return replace(one, decisions=left, set_aside=len(one.decisions) - len(left))


def _is_of_these_rules(line: Recorded, one: Publication) -> bool:
    return (line.detail.get("rules"), line.detail.get("overlay")) == (one.rules, one.overlay)


def _says_proposed(line: Recorded, one: Publication) -> bool:
    return (line.event, line.actor, line.detail.get("effective_on")) == (
        RulesProposed.__name__,
        str(one.proposed_by),
        one.effective_on.isoformat(),
    )


def _says_decided(line: Recorded, decision: Decision) -> bool:
    first_day = decision.in_force_from
    return (line.event, line.actor, line.detail.get("in_force_from")) == (
        _LINES[decision.deed].__name__,
        str(decision.by),
        first_day.isoformat() if first_day else None,
    )
