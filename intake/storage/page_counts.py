"""How often pages of the form were come to, finished and left on a day: numbers, and nobody behind them."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from intake.domain.stretches import Came
from intake.storage.tables import PageCountRow

# A count waits behind other counts of the day, and a patient waits for their answers to be saved.
_LONGEST_WAIT = "250ms"


def add(session: Session, day: date, came: Iterable[tuple[str, Came]]) -> None:
    """One more of each of these on this day. What is counted at the same moment is not lost."""
    # Always in one order: of two who count the same pages, neither waits for the other in turn.
    rows = [
        {"day": day, "page": page, "event": one.value, "count": 1}
        for page, one in sorted(came, key=lambda each: (each[0], each[1].value))
    ]
    if not rows:
        return
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    key = [PageCountRow.day, PageCountRow.page, PageCountRow.event]
    one_more = {"count": PageCountRow.count + 1}
    if on_sqlite:
        session.execute(
            sqlite.insert(PageCountRow).values(rows).on_conflict_do_update(index_elements=key, set_=one_more)
        )
        return
    session.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": _LONGEST_WAIT})
    session.execute(
        postgresql.insert(PageCountRow).values(rows).on_conflict_do_update(index_elements=key, set_=one_more)
    )
    session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


def remove_before(session: Session, day: date) -> None:
    """Forget the counts of earlier days."""
    session.execute(delete(PageCountRow).where(PageCountRow.day < day))


def since(session: Session, day: date) -> Mapping[tuple[str, Came], int]:
    """How often each was counted from this day on."""
    query = (
        select(PageCountRow.page, PageCountRow.event, func.sum(PageCountRow.count))
        .where(PageCountRow.day >= day)
        .group_by(PageCountRow.page, PageCountRow.event)
    )
    return {(page, Came(event)): int(count) for page, event, count in session.execute(query)}
