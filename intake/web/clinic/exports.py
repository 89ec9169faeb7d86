"""Exporting: one form as a file, and many at once for somebody who is clinician and administrator."""

from uuid import UUID

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import exports
from intake.services.exports import MOST_AT_ONCE, Form, NothingToExport, PurposeNeeded, TooMany
from intake.services.passkeys import Ceremony
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic import sheets
from intake.web.clinic.export_forms import ManyForm, OneForm
from intake.web.clinic.forms import typed
from intake.web.clinic.papers import send_form
from intake.web.clinic.passkey_sent import handed
from intake.web.clinic.proving import Ways, proves, ways_of
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("exports", __name__)

_TYPES = {Form.JSON: "application/json", Form.CSV: "text/csv; charset=utf-8"}


@pages.get("/submissions/<uuid:submission>/export")
@requires(Permission.REVIEW)
def one(_member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """As what to export a form, and with or without the part on alcohol and drugs."""
    return _ask_one(submission, OneForm())


@pages.post("/submissions/<uuid:submission>/export")
@requires(Permission.REVIEW)
def export_one(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The form as a file."""
    form = OneForm()
    if not form.validate_on_submit():
        return _ask_one(submission, form), 422
    wanted = form.wanted
    if wanted is Form.PDF and not sheets.can_be_made():
        return sheets.missing(submission, url_for("review.submission", submission=submission))
    try:
        found = exports.export_one(
            this_clinic(), member, submission, wanted, without=form.without_substance_use.data
        )
    except NoSuchSubmission:
        abort(404)
    if wanted is Form.PDF:
        return send_form(
            member, found.review, found.fingerprint, notice=found.notice, left_out=found.left_out
        )
    name = f"form-{found.review.submission.reference}.{wanted.value}"
    return sheets.as_file(exports.as_file(found, wanted), name, _TYPES[wanted])


@pages.get("/exports")
@requires(Permission.REVIEW, Permission.EXPORT_MANY)
def many(member: StaffMember) -> ResponseReturnValue:
    """Which forms to export, and what for."""
    return _ask_many(ManyForm(), ways_of(member))


@pages.post("/exports")
@requires(Permission.REVIEW, Permission.EXPORT_MANY)
def export_many(member: StaffMember) -> ResponseReturnValue:
    """The forms in one file, once whoever exports has proved who they are, and it is recorded."""
    form, ways = ManyForm(), ways_of(member)
    form.ask(ways)
    # Whoever walks past an open screen must not leave with everybody's records.
    proved = form.validate_on_submit() and proves(member, form, "export")
    if isinstance(proved, Ceremony):
        return handed(proved)
    if not proved:
        return _ask_many(form, ways), 422
    clinic = this_clinic()
    try:
        pieces = exports.export_many(clinic, member, form.wanted, typed(form.purpose))
    except PurposeNeeded:
        form.purpose.errors = ["Say on one line what the export is for"]
        return _ask_many(form, ways), 422
    except NothingToExport:
        form.since.errors = ["No form was sent in these days that is as you asked. Choose other days"]
        return _ask_many(form, ways), 422
    except TooMany as refusal:
        words = f"{refusal.found:,} forms are as you asked. Choose fewer days: {MOST_AT_ONCE:,} leave at once"
        form.since.errors = [words]
        return _ask_many(form, ways), 422
    response = Response(pieces, content_type="application/zip")
    day = clinic.today().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="forms-{day}.zip"'
    return response


def _ask_one(submission: UUID, form: OneForm) -> str:
    return render_template("clinic/export_one.html", submission=submission, form=form)


def _ask_many(form: ManyForm, ways: Ways) -> str:
    notice = this_clinic().settings.redisclosure_notice
    return render_template("clinic/export_many.html", form=form, ways=ways, notice=notice)
