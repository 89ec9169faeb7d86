"""The audit trail, for whoever checks what was done here: in words, searched, followed, taken away."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import emergency, trail, trail_files
from intake.services.trail import Asked, TrailPage
from intake.services.trail_words import BY_NAME
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.trail_forms import TrailForm
from intake.web.guard import requires

pages = Blueprint("trail", __name__)

_NO_SUCH = "No form has this reference or id. It looks like HL-7K4-92Q"


@pages.get("/trail")
@requires(Permission.READ_TRAIL)
def lines(member: StaffMember) -> ResponseReturnValue:
    """The lines asked for, newest first, a hundred at a time."""
    clinic, actors = this_clinic(), trail.actors(this_clinic())
    asked = _asked(actors)
    older, newer = _number("older"), _number("newer")
    page = trail.read(clinic, member, asked, older_than=older, newer_than=newer)
    form = TrailForm(
        None,
        day=asked.day.isoformat() if asked.day else "",
        actor=asked.actor,
        event=asked.event,
        about=page.about,
    )
    form.offer(actors)
    return _page(page, form, _as_address(asked))


@pages.post("/trail")
@requires(Permission.READ_TRAIL)
def look_for(_member: StaffMember) -> ResponseReturnValue:
    """Go to the lines somebody looks for. The address then holds ids alone, never what was typed."""
    clinic, form = this_clinic(), TrailForm()
    form.offer(trail.actors(clinic))
    if form.validate_on_submit():
        try:
            about = trail.thing(clinic, typed(form.about)) if form.about.data else ""
        except NoSuchSubmission:
            form.about.errors = [_NO_SUCH]
        else:
            asked = Asked(form.on, typed(form.actor), typed(form.event), about)
            return redirect(_address_of(asked), 303)
    return _page(None, form, {}), 422


@pages.post("/trail/check")
@requires(Permission.READ_TRAIL)
def check(_member: StaffMember) -> ResponseReturnValue:
    """Follow the whole chain, and say whether it is whole or where it breaks."""
    clinic = this_clinic()
    result = trail.verify(clinic)
    broken_at = None if result.ok else trail.line_at(clinic, result.first_bad_seq)
    last_whole = None if result.ok else trail.line_at(clinic, result.checked)
    return render_template(
        "clinic/trail_checked.html", result=result, broken_at=broken_at, last_whole=last_whole
    )


@pages.post("/trail/file")
@requires(Permission.READ_TRAIL)
def file(member: StaffMember) -> ResponseReturnValue:
    """The whole trail as JSON Lines, to be kept elsewhere and followed there."""
    clinic = this_clinic()
    response = Response(trail_files.take(clinic, member), mimetype="application/x-ndjson")
    name = f"audit-trail-{clinic.today().isoformat()}.jsonl"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _page(page: TrailPage | None, form: TrailForm, asked: dict[str, str]) -> str:
    emergencies = emergency.lately(this_clinic())
    return render_template(
        "clinic/trail.html", page=page, form=form, asked=asked, emergencies_lately=emergencies
    )


def _asked(actors: dict[str, str]) -> Asked:
    # Nobody types these addresses: one that says something else was made by nobody here.
    given = {name: request.args.get(name, "") for name in ("day", "actor", "event", "about")}
    try:
        day = date.fromisoformat(given["day"]) if given["day"] else None
        about = str(UUID(given["about"])) if given["about"] else ""
    except ValueError:
        abort(404)
    if given["actor"] not in {"", *actors} or given["event"] not in {"", *BY_NAME}:
        abort(404)
    return Asked(day, given["actor"], given["event"], about)


def _as_address(asked: Asked) -> dict[str, str]:
    day = asked.day.isoformat() if asked.day else ""
    parts = {"day": day, "actor": asked.actor, "event": asked.event, "about": asked.about}
    return {name: value for name, value in parts.items() if value}


def _address_of(asked: Asked) -> str:
    parts: dict[str, Any] = dict(_as_address(asked))
    return url_for("trail.lines", **parts)


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 16 else None
