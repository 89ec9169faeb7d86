"""The figures of the rules, for whoever looks after them: what comes of each, in numbers alone."""

from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain import figures_shown
from intake.domain.agreement import STEPS
from intake.domain.figures import FEW, Figures, RuleFigures
from intake.domain.permissions import Permission, StaffMember
from intake.domain.rules import RuleBook
from intake.services import agreement, feedback, figures
from intake.services.figures import PERIODS, SECONDS_FOR_A_PAGE
from intake.web.clinic import statistics_told
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("figures", __name__)

_T = TypeVar("_T")

# The rules named beside a warning; the table has all of them.
_NAMED = 5
ORDERS = {"file": "as in the rules file", "raised": "most raised", "not_useful": "most “not useful”"}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule with its figures. ``title`` is empty for a rule that is in force no more."""

    title: str
    figures: RuleFigures


@pages.get("/rules/figures")
@requires(Permission.MANAGE_RULES)
def overview(member: StaffMember) -> ResponseReturnValue:
    """What comes of each rule over a period, counted over submissions and naming none."""
    clinic = this_clinic()
    days = _asked_for("days", {str(days): days for days in PERIODS}, PERIODS[1])
    order = _asked_for("order", {order: order for order in ORDERS}, "file")
    count = figures.figures(clinic, member, days, SECONDS_FOR_A_PAGE)
    rows = _rows(clinic.library.rulebook, count.figures)
    titles = {row.figures.rule: row.title or row.figures.rule for row in rows}
    whole = member.may(Permission.REVIEW)
    return render_template(
        "clinic/figures.html",
        whole=whole,
        shown=lambda one: figures_shown.shown(one, whole=whole),
        told=lambda number: statistics_told.count(figures_shown.told(number, whole=whole)),
        said=statistics_told.count,
        count=count,
        figures=count.figures,
        few=FEW,
        rows=_in_order(rows, order),
        most_urgent=[(titles[one.rule], one) for one in count.figures.most_urgent[:_NAMED]],
        up_for_review=[(titles[one.rule], one) for one in count.figures.up_for_review],
        counts=feedback.counts(clinic, member),
        agreed=agreement.agreement(clinic, member, days, SECONDS_FOR_A_PAGE),
        steps=STEPS,
        periods=PERIODS,
        orders=ORDERS,
        order=order,
        seconds=int(SECONDS_FOR_A_PAGE),
    )


def percent(share: float | None) -> str:
    """A share as a whole number of hundredths; a rule never run has none."""
    return "–" if share is None else f"{share:.0%}"


def _asked_for(name: str, offered: dict[str, _T], otherwise: _T) -> _T:
    return offered.get(request.args.get(name, ""), otherwise)


def _rows(rulebook: RuleBook, counted: Figures) -> list[Row]:
    titles = {rule.id: rule.title for rule in rulebook.rules}
    return [Row(titles.get(one.rule, ""), one) for one in figures.in_order(counted, tuple(titles))]


def _in_order(rows: list[Row], order: str) -> list[Row]:
    match order:
        case "raised":
            return sorted(rows, key=lambda row: -row.figures.raised)
        case "not_useful":
            return sorted(rows, key=lambda row: -row.figures.not_useful)
        case _:
            return rows
