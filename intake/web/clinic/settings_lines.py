"""The ways to reach help: an administrator changes them, checks them again, and adds the clinic's own."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.crisis_lines import LineProblem, ShownLine, runs_out_soon
from intake.domain.crisis_lines_typed import (
    WAYS,
    LineBoxes,
    line_boxes_of,
    lines_in_boxes,
    lines_taken_over,
)
from intake.domain.permissions import Permission, StaffMember
from intake.services import changing_settings, settings_in_words
from intake.services.changing_settings import ChangedMeanwhile, LinesRefused
from intake.services.settings_in_words import ChangeTold
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("settings_lines", __name__)

_BOXES = tuple(field.name for field in fields(LineBoxes) if field.name not in ("id", "pages"))


@pages.get("/settings/help-lines")
@requires(Permission.MANAGE_SETTINGS)
def overview(_member: StaffMember) -> ResponseReturnValue:
    """Every line in boxes, and empty ones for a line of the clinic's own."""
    now = [line_boxes_of(shown) for shown in changing_settings.lines_now(this_clinic())]
    number = changing_settings.current(this_clinic()).number
    return _page(now, LineBoxes(_own(number)), number)


@pages.post("/settings/help-lines")
@requires(Permission.MANAGE_SETTINGS)
def change(member: StaffMember) -> ResponseReturnValue:
    """Show the lines as typed; what cannot be shown like this stays in its boxes."""
    clinic, number = this_clinic(), _as_of()
    before = changing_settings.lines_now(clinic)
    boxes, new = _boxes(before), _typed(_own(number))
    if changing_settings.current(clinic).number != number:
        return _changed_meanwhile(boxes, new, number)
    lines, problems = lines_in_boxes([*boxes, *(() if new.is_empty else [new])], before)
    if problems:
        return _page(boxes, new, number, 422, problems)
    try:
        changing_settings.set_lines(clinic, member, number, lines)
    except LinesRefused as refusal:
        return _page(boxes, new, number, 422, refusal.problems)
    except ChangedMeanwhile:
        return _changed_meanwhile(boxes, new, number)
    return redirect(url_for("settings.overview", _anchor="help-lines"), 303)


def _changed_meanwhile(boxes: Sequence[LineBoxes], new: LineBoxes, number: int) -> ResponseReturnValue:
    """The page with what was typed, over what somebody else changed since it was made."""
    clinic = this_clinic()
    since = changing_settings.changes_since(clinic, number)
    began, now = changing_settings.lines_as_of(clinic, number), changing_settings.lines_now(clinic)
    merged = lines_taken_over(
        boxes, [line_boxes_of(one) for one in began], [line_boxes_of(one) for one in now]
    )
    newest = changing_settings.current(clinic).number
    told = settings_in_words.told(clinic, since)
    return _page(merged, new.under(_own(newest)), newest, 409, since=told)


def _page(
    boxes: Sequence[LineBoxes],
    new: LineBoxes,
    number: int,
    status: int = 200,
    problems: Sequence[LineProblem] = (),
    since: tuple[ChangeTold, ...] = (),
) -> ResponseReturnValue:
    clinic = this_clinic()
    today, lines = clinic.today(), changing_settings.lines_now(clinic)
    page = render_template(
        "clinic/settings_lines.html",
        boxes=boxes,
        new=new,
        number=number,
        problems={(one.line, one.field): one.words for one in reversed(problems)},
        since=since,
        ways=WAYS,
        left_out=changing_settings.lines_left_out(clinic),
        safety_pages=clinic.library.questionnaire.safety_pages,
        ran_out={shown.line.id for shown in lines if shown.line.is_out_of_date(today)},
        soon={shown.line.id for shown in lines if runs_out_soon(shown.line, today)},
    )
    return page, status


def _boxes(now: Sequence[ShownLine]) -> list[LineBoxes]:
    """Every line there is: as it was typed, or as it is when the page that was sent did not show it."""
    sent = request.form.getlist("line")
    return [_typed(one.line.id) if one.line.id in sent else line_boxes_of(one) for one in now]


def _typed(line: str) -> LineBoxes:
    sent: Mapping[str, str] = request.form
    ticked = request.form.getlist(f"pages-{line}")
    known = [page.id for page in this_clinic().library.questionnaire.safety_pages]
    typed = {box: sent.get(f"{box}-{line}", "") for box in _BOXES}
    return LineBoxes(line, **typed, pages=tuple(page for page in known if page in ticked))


def _as_of() -> int:
    number = request.form.get("number", "")
    return int(number) if number.isdecimal() and len(number) < 9 else -1


def _own(number: int) -> str:
    # The number of the change that brings it: never used for another line.
    return f"own_{number + 1}"
