"""The codes that begin a form: made by the sheet, shown once to be printed, listed, and revoked."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.start_codes import CodeState, sheet_in
from intake.services import start_codes
from intake.services.start_codes import NoSuchSheet
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("start_codes", __name__)

STATES = {
    CodeState.USABLE: "Usable",
    CodeState.USED_UP: "Used up",
    CodeState.EXPIRED: "Expired",
    CodeState.REVOKED: "Revoked",
}
_BOXES = {"codes": "1", "uses": "1", "days": "14"}


@pages.get("/start-codes")
@requires(Permission.MAKE_START_CODES)
def overview(_member: StaffMember) -> ResponseReturnValue:
    """Every sheet, and the boxes for a new one."""
    return _page(_BOXES)


@pages.post("/start-codes")
@requires(Permission.MAKE_START_CODES)
def make(member: StaffMember) -> ResponseReturnValue:
    """Make codes, and show them: only now, and never again."""
    typed = {box: request.form.get(box, "") for box in _BOXES}
    wanted, problems = sheet_in(**typed)
    if problems:
        return _page(typed, problems, 422)
    return render_template(
        "clinic/start_codes_made.html", made=start_codes.make(this_clinic(), member, wanted)
    )


@pages.post("/start-codes/<uuid:sheet>/revoke")
@requires(Permission.MAKE_START_CODES)
def revoke(member: StaffMember, sheet: UUID) -> ResponseReturnValue:
    """End every code of a sheet."""
    try:
        start_codes.revoke(this_clinic(), member, sheet)
    except NoSuchSheet:
        abort(404)
    return redirect(url_for("start_codes.overview", _anchor="sheets"), 303)


def _page(
    boxes: dict[str, str], problems: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "clinic/start_codes.html",
        boxes=boxes,
        problems=problems or {},
        sheets=start_codes.sheets(this_clinic()),
        usable=CodeState.USABLE,
    )
    return page, status
