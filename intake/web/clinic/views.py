"""The pages a clinician works with: the queue, a form that was sent, and its history."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import AlreadyAcknowledged, UnknownFlag
from intake.services import histories, reviewing
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import AcknowledgeForm, FlagFeedbackForm, MissingFlagForm, typed
from intake.web.clinic.reading import Reading, read
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("review", __name__)

_FIRST_PAGES = {
    Permission.REVIEW: "review.queue",
    Permission.SEE_DESK: "desk.people",
    Permission.MANAGE_STAFF: "staff.people",
    Permission.READ_TRAIL: "trail.lines",
    Permission.OWN_ACCOUNT: "accounts.password",
}
# The newest sign-offs the queue still lists.
_SIGNED_SHOWN = 25


@pages.get("/")
@requires(Permission.OWN_ACCOUNT)
def home(member: StaffMember) -> ResponseReturnValue:
    """Send everyone to the page they work with."""
    return redirect(url_for(first_page(member)), 303)


def first_page(member: StaffMember) -> str:
    """Where somebody's work is; whoever has several roles begins with what patients wait for."""
    return next(page for permission, page in _FIRST_PAGES.items() if member.may(permission))


@pages.get("/queue")
@requires(Permission.REVIEW)
def queue(member: StaffMember) -> ResponseReturnValue:
    """What waits, most urgent first, and what was signed lately."""
    clinic = this_clinic()
    waiting = reviewing.queue(clinic, member)
    return render_template(
        "clinic/queue.html",
        queue=waiting,
        signed=waiting.signed[:_SIGNED_SHOWN],
        silenced=clinic.library.rulebook.silenced,
        now=clinic.now(),
    )


@pages.get("/submissions/<uuid:submission>")
@requires(Permission.REVIEW)
def submission(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """A form that was sent: what to look at, why, where that is written, and every answer."""
    return show(open_reading(member, submission))


@pages.post("/submissions/<uuid:submission>/acknowledge")
@requires(Permission.REVIEW)
def acknowledge(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Record that a flag was seen, and come back to it."""
    form = AcknowledgeForm()
    # In the form and never in the address: a flag's key can be guessed back to an answer,
    # and addresses stand in the logs of whatever is in between.
    key = typed(form.flag)
    if not form.validate_on_submit():
        return show(open_reading(member, submission), 422, refused={key: form})
    try:
        reviewing.acknowledge(this_clinic(), member, submission, key, typed(form.note))
    except NoSuchSubmission:
        abort(404)
    except (AlreadyAcknowledged, UnknownFlag) as refusal:
        words = _ACKNOWLEDGED_BEFORE if isinstance(refusal, AlreadyAcknowledged) else FLAG_GONE
        return show(open_reading(member, submission), 409, notice=words, note=typed(form.note))
    return redirect(url_for("review.submission", submission=submission, _anchor=form.anchor), 303)


@pages.get("/submissions/<uuid:submission>/history")
@requires(Permission.REVIEW)
def history(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Everything that happened to a form, oldest first."""
    try:
        lines = histories.history(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)
    return render_template("clinic/history.html", submission=submission, lines=lines)


def open_reading(member: StaffMember, submission: UUID) -> Reading:
    """The form with its review, recorded as read; 404 when there is none."""
    clinic = this_clinic()
    try:
        review = reviewing.open_review(clinic, member, submission)
    except NoSuchSubmission:
        abort(404)
    return read(review, clinic.library.rulebook)


def show(
    reading: Reading,
    status: int = 200,
    *,
    refused: dict[str, AcknowledgeForm] | None = None,
    said: dict[str, FlagFeedbackForm] | None = None,
    missing: MissingFlagForm | None = None,
    notice: str = "",
    note: str = "",
) -> ResponseReturnValue:
    """The page of a form. ``refused``, ``said`` and ``missing`` hold what was typed and could not be
    recorded yet; ``notice`` says why something was not recorded, and ``note`` is what was typed then.
    """
    forms = {card.flag.key: AcknowledgeForm(formdata=None) for card in reading.waiting} | (refused or {})
    for key, form in forms.items():
        form.note.id = f"note-{reading.place(key)}"  # a page has many, and each needs its own label
    feedback = {card.flag.key: FlagFeedbackForm(formdata=None) for card in reading.cards} | (said or {})
    for key, one in feedback.items():
        one.note.id = f"feedback-{reading.place(key)}"
    nothing_missing = MissingFlagForm(formdata=None)
    (missing or nothing_missing).note.id = "feedback-missing"
    page = render_template(
        "clinic/submission.html",
        reading=reading,
        review=reading.review,
        forms=forms,
        feedback=feedback,
        missing=missing or nothing_missing,
        refused=(*(refused or {}).values(), *(said or {}).values(), *([missing] if missing else ())),
        notice=notice,
        note=note,
    )
    return page, status


_ACKNOWLEDGED_BEFORE = "This flag was acknowledged before, so nothing was recorded now."
FLAG_GONE = (
    "That flag no longer stands: this form was screened again since you opened it. "
    "Nothing was recorded. The flags below are the ones that stand now."
)
