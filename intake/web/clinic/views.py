"""The pages of a form that was sent: the form itself, and its history."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review_refusals import AlreadyAcknowledged, DoneInWords, DoneNeeded, UnknownFlag
from intake.domain.rules import Priority
from intake.services import histories, reviewing
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.acting_forms import UndoForm
from intake.web.clinic.forms import AcknowledgeForm, FlagFeedbackForm, MissingFlagForm, typed
from intake.web.clinic.reading import Card, Reading, read
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("review", __name__)

_FIRST_PAGES = {
    Permission.REVIEW: "review.queue",
    Permission.SEE_DESK: "desk.people",
    Permission.TRANSCRIBE: "transcribing.papers",
    Permission.MANAGE_STAFF: "staff.people",
    Permission.READ_TRAIL: "trail.lines",
    Permission.OWN_ACCOUNT: "accounts.password",
}


@pages.get("/")
@requires(Permission.OWN_ACCOUNT)
def home(member: StaffMember) -> ResponseReturnValue:
    """Send everyone to the page they work with."""
    return redirect(url_for(first_page(member)), 303)


def first_page(member: StaffMember) -> str:
    """Where somebody's work is; whoever has several roles begins with what patients wait for."""
    return next(page for permission, page in _FIRST_PAGES.items() if member.may(permission))


@pages.get("/submissions/<uuid:submission>")
@requires(Permission.REVIEW)
def submission(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """A form that was sent: what to look at, why, where that is written, and every answer.

    Where a view is asked for first: the answers alone.
    """
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
        return _acknowledge_refused(member, submission, form)
    try:
        reviewing.acknowledge(this_clinic(), member, submission, key, typed(form.note), form.chosen)
    except NoSuchSubmission:
        abort(404)
    except DoneNeeded:
        form.done.errors = ["Pick what was done about this urgent flag"]
    except DoneInWords:
        form.note.errors = ["Say in the note which colleague you asked, or what else was done"]
    except AlreadyAcknowledged:
        reading = open_reading(member, submission)
        return show(reading, 409, notice=_seen_before(reading, key), note=typed(form.note))
    except UnknownFlag:
        return show(open_reading(member, submission), 409, notice=FLAG_GONE, note=typed(form.note))
    if form.errors:
        return _acknowledge_refused(member, submission, form)
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
    """The form with its review, recorded as read; 404 when there is none.

    Whoever is asked for a view of their own first is brought to that page, with what they typed
    (``viewing.ask_first``).
    """
    clinic = this_clinic()
    try:
        opened = reviewing.open_with_others(clinic, member, submission)
    except NoSuchSubmission:
        abort(404)
    return read(opened.review, clinic.library.rulebook, opened.same_person)


def _acknowledge_refused(member: StaffMember, submission: UUID, form: AcknowledgeForm) -> ResponseReturnValue:
    reading, key = open_reading(member, submission), typed(form.flag)
    card = next((one for one in reading.cards if one.flag.key == key), None)
    if card is None or card.acknowledged is not None:
        # The form it was typed into is not on the page any more; the words still are.
        words = FLAG_GONE if card is None else _seen_before(reading, key)
        return show(reading, 409, notice=words, note=typed(form.note))
    return show(reading, 422, refused={key: form})


def _seen_before(reading: Reading, key: str) -> str:
    seen = reading.review.acknowledgement(key)
    # Taken back since it was refused: who had it is not known any more, and matters no more.
    return _ACKNOWLEDGED_BEFORE if seen is None else f"{seen.printed_name} was first. {_ACKNOWLEDGED_BEFORE}"


def _undoing(reading: Reading, card: Card) -> UndoForm:
    number = reading.review.acknowledgement_number(card.flag.key)
    return UndoForm(formdata=None, data={"acknowledgement": str(number)})


def show(
    reading: Reading,
    status: int = 200,
    *,
    refused: dict[str, AcknowledgeForm] | None = None,
    said: dict[str, FlagFeedbackForm] | None = None,
    missing: MissingFlagForm | None = None,
    also_refused: tuple[FlaskForm, ...] = (),
    notice: str = "",
    note: str = "",
) -> ResponseReturnValue:
    """The page of a form. ``refused``, ``said``, ``missing`` and ``also_refused`` hold what was typed
    and could not be recorded yet; ``notice`` says why something was not recorded, and ``note`` is what
    was typed then.
    """
    forms = {card.flag.key: AcknowledgeForm(formdata=None) for card in reading.waiting} | (refused or {})
    urgent = {card.flag.key for card in reading.cards if card.outcome.priority is Priority.URGENT}
    for key, form in forms.items():
        place = reading.place(key)  # a page has many, and each needs its own label
        form.note.id, form.done.id = f"note-{place}", f"done-{place}"
        if key in urgent:
            form.note.label.text = "Note"  # what was done may have to be told in it
    undoing = {
        card.flag.key: _undoing(reading, card)
        for card in reading.cards
        if card.acknowledged is not None and reading.signed is None
    }
    feedback = {card.flag.key: FlagFeedbackForm(formdata=None) for card in reading.cards} | (said or {})
    for key, one in feedback.items():
        one.note.id = f"feedback-{reading.place(key)}"
    nothing_missing = MissingFlagForm(formdata=None)
    (missing or nothing_missing).note.id = "feedback-missing"
    page = render_template(
        "clinic/submission.html",
        reading=reading,
        review=reading.review,
        forms=forms | undoing,
        feedback=feedback,
        missing=missing or nothing_missing,
        refused=(
            *(refused or {}).values(),
            *(said or {}).values(),
            *([missing] if missing else ()),
            *also_refused,
        ),
        notice=notice,
        note=note,
    )
    return page, status


_ACKNOWLEDGED_BEFORE = "This flag was acknowledged before, so nothing was recorded now."
FLAG_GONE = (
    "That flag no longer stands: this form was screened again since you opened it. "
    "Nothing was recorded. The flags below are the ones that stand now."
)
