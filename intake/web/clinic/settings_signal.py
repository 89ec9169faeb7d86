"""The safety signal's page of the settings: who answers it and when, confirmed in words, or off."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.signal_duty_typed import CONFIRMATION, DAYS, DutyBoxes, duty_boxes_of, duty_in
from intake.services import changing_settings, settings_in_words, signalling
from intake.services.changing_settings import ChangedMeanwhile
from intake.services.settings_in_words import ChangeTold
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("settings_signal", __name__)


@pages.get("/settings/safety-signal")
@requires(Permission.MANAGE_SETTINGS)
def overview(_member: StaffMember) -> ResponseReturnValue:
    """Whether it is on, and the boxes that switch it on."""
    now = changing_settings.current(this_clinic())
    return _page(duty_boxes_of(now.settings.safety_signal), now.number)


@pages.post("/settings/safety-signal")
@requires(Permission.MANAGE_SETTINGS)
def change(member: StaffMember) -> ResponseReturnValue:
    """Switch it on as typed, change it, or switch it off; what cannot be set stays in its boxes."""
    clinic, boxes, number = this_clinic(), _typed(), _as_of()
    off = request.form.get("do") == "off"
    duty, problems = (None, {}) if off else duty_in(boxes)
    if not off and not signalling.may_signal(clinic.library.questionnaire):
        problems["answered_by"] = "No page of your questionnaire may signal, so nobody would be told"
    if problems:
        return _page(boxes, number, 422, problems=problems)
    try:
        changing_settings.set_signal(clinic, member, number, duty)
    except ChangedMeanwhile as refusal:
        newest = changing_settings.current(clinic).number
        return _page(boxes, newest, 409, since=settings_in_words.told(clinic, refusal.since))
    return redirect(url_for("settings.overview", _anchor="safety-signal"), 303)


def _page(
    boxes: DutyBoxes,
    number: int,
    status: int = 200,
    *,
    problems: dict[str, str] | None = None,
    since: tuple[ChangeTold, ...] = (),
) -> ResponseReturnValue:
    clinic = this_clinic()
    page = render_template(
        "clinic/settings_signal.html",
        boxes=boxes,
        number=number,
        problems=problems or {},
        since=since,
        duty=changing_settings.current(clinic).settings.safety_signal,
        days=tuple(enumerate(DAYS)),
        confirmation=CONFIRMATION,
    )
    return page, status


def _typed() -> DutyBoxes:
    sent = request.form
    return DutyBoxes(
        sent.get("answered_by", ""),
        sent.get("within_minutes", ""),
        tuple(dict.fromkeys(sent.getlist("days"))),
        sent.get("opens", ""),
        sent.get("closes", ""),
        sent.get("confirmed", ""),
    )


def _as_of() -> int:
    number = request.form.get("number", "")
    return int(number) if number.isdecimal() and len(number) < 9 else -1
