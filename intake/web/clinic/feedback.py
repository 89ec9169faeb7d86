"""What clinicians say of flags, from the page of a form; and the safety log."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.feedback import FeedbackKind, WordsNeeded
from intake.domain.permissions import Permission, StaffMember
from intake.domain.review_refusals import UnknownFlag
from intake.domain.safety_log import AlreadyClosed, NoSuchEntry, NoteNeeded
from intake.services import feedback
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import CloseEntryForm, FlagFeedbackForm, MissingFlagForm, typed
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.views import FLAG_GONE, open_reading, show
from intake.web.guard import requires

pages = Blueprint("feedback", __name__)

# The newest closed entries the safety log still shows.
_CLOSED_SHOWN = 50
_CLOSED_BEFORE = "This entry was closed while you had it open, so nothing was recorded now."
_NOT_ON_PAGE = "That flag no longer stands on this page, so nothing was recorded now."


@pages.post("/submissions/<uuid:submission>/feedback")
@requires(Permission.REVIEW)
def on_flag(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Record what is said of one flag, and come back to it."""
    form = FlagFeedbackForm()
    if not form.validate_on_submit():
        return _flag_refused(member, submission, form)
    kind = FeedbackKind(typed(form.says))
    try:
        feedback.give_feedback(this_clinic(), member, submission, kind, typed(form.flag), typed(form.note))
    except NoSuchSubmission:
        abort(404)
    except WordsNeeded:
        form.note.errors = ["Say what is wrong with this flag"]
        return _flag_refused(member, submission, form)
    except UnknownFlag:
        return show(open_reading(member, submission), 409, notice=FLAG_GONE, note=typed(form.note))
    return redirect(url_for("review.submission", submission=submission, _anchor=form.anchor), 303)


@pages.post("/submissions/<uuid:submission>/missing")
@requires(Permission.REVIEW)
def missing(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Record that something should have been pointed out and was not."""
    form = MissingFlagForm()
    if not form.validate_on_submit():
        return show(open_reading(member, submission), 422, missing=form)
    try:
        feedback.give_feedback(this_clinic(), member, submission, FeedbackKind.MISSING, "", typed(form.note))
    except NoSuchSubmission:
        abort(404)
    except WordsNeeded:
        form.note.errors = ["Say what should have been pointed out"]
        return show(open_reading(member, submission), 422, missing=form)
    return redirect(url_for("review.submission", submission=submission, _anchor="missing"), 303)


@pages.get("/safety-log")
@requires(Permission.REVIEW)
def safety_log(member: StaffMember) -> ResponseReturnValue:
    """Every flag said to be wrong or missing, and what came of it."""
    return _log(member)


@pages.post("/safety-log/<uuid:submission>")
@requires(Permission.REVIEW)
def close(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Record what came of an entry, which closes it."""
    form = CloseEntryForm()
    entry = typed(form.entry)
    number = int(entry) if entry.isdecimal() and len(entry) < 6 else 0
    if not form.validate_on_submit():
        return _log(member, 422, refused=((submission, number), form))
    try:
        feedback.close_entry(this_clinic(), member, submission, number, typed(form.note))
    except (NoSuchSubmission, NoSuchEntry):
        abort(404)
    except NoteNeeded:
        form.note.errors = ["Say what came of it"]
        return _log(member, 422, refused=((submission, number), form))
    except AlreadyClosed:
        return _log(member, 409, notice=_CLOSED_BEFORE, note=typed(form.note))
    return redirect(url_for("feedback.safety_log"), 303)


def _flag_refused(member: StaffMember, submission: UUID, form: FlagFeedbackForm) -> ResponseReturnValue:
    reading, key = open_reading(member, submission), typed(form.flag)
    if not reading.place(key):
        # The form it was typed into is not on the page any more; the words still are.
        return show(reading, 422, notice=_NOT_ON_PAGE, note=typed(form.note))
    return show(reading, 422, said={key: form})


def _log(
    member: StaffMember,
    status: int = 200,
    *,
    refused: tuple[tuple[UUID, int], CloseEntryForm] | None = None,
    notice: str = "",
    note: str = "",
) -> ResponseReturnValue:
    log = feedback.safety_log(this_clinic(), member)
    forms = {(one.submission, one.number): CloseEntryForm(formdata=None) for one in log.waiting}
    if refused is not None:
        place, form = refused
        if place not in forms:
            notice, note, refused = notice or _CLOSED_BEFORE, note or typed(form.note), None
        else:
            forms[place] = form
    for number, one in enumerate(forms.values(), start=1):
        one.note.id = f"note-{number}"
    page = render_template(
        "clinic/safety_log.html",
        log=log,
        closed=log.closed[:_CLOSED_SHOWN],
        forms=forms,
        refused=refused[1] if refused is not None else None,
        notice=notice,
        note=note,
        kinds=FeedbackKind,
    )
    return page, status
