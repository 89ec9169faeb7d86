"""What a clinic's overlay changes of the shipped rules, as the pages of the clinic tell it."""

from dataclasses import dataclass
from datetime import date

from intake.domain.rules import Lowered, MovedUp, Priority, Rule
from intake.web.clinic.sessions import this_clinic


@dataclass(frozen=True, slots=True)
class Row:
    """One change, and how many days it still holds; below 0 when its last day is over."""

    rule: str
    title: str
    was: Priority
    now: Priority | None
    reason: str
    by: str
    until: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Every change of the overlay in force, and those that ended."""

    silenced: tuple[Row, ...]
    lowered: tuple[Row, ...]
    moved_up: tuple[Row, ...]
    added: tuple[Rule, ...]
    ended: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the rules are as they were shipped."""
        return not (self.silenced or self.lowered or self.moved_up or self.added)


def overlay_report() -> Report:
    """What is in force on this site today."""
    clinic = this_clinic()
    library, today = clinic.library, clinic.local(clinic.now()).date()
    rulebook, laid = library.rulebook, library.laid
    rows = [_row(one, today) for one in rulebook.lowered]
    return Report(
        silenced=tuple(row for row in rows if row.now is None),
        lowered=tuple(row for row in rows if row.now is not None),
        moved_up=tuple(_row(one, today) for one in rulebook.moved_up),
        added=laid.overlay.rules if laid is not None else (),
        ended=_ended(today),
    )


def _row(one: Lowered | MovedUp, today: date) -> Row:
    days_left = (one.until - today).days if one.until is not None else None
    return Row(one.rule, one.title, one.was, one.now, one.reason, one.by, one.until, days_left)


def _ended(today: date) -> tuple[Row, ...]:
    laid = this_clinic().library.laid
    if laid is None:
        return ()
    shipped = {rule.id: rule for rule in laid.shipped.rules}
    return tuple(
        Row(
            change.rule,
            shipped[change.rule].title,
            shipped[change.rule].priority,
            change.priority,
            change.reason,
            change.by,
            change.until,
            (change.until - today).days if change.until is not None else None,
        )
        for change in laid.overlay.ended(today)
    )
