"""Reading a form before its flags are shown: the answers alone, and a view of one's own."""

from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import ViewKind
from intake.domain.viewing import ViewInWords, ViewNotDue, may_read_second
from intake.services import viewing
from intake.services.viewing import ViewFirst
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.acting_forms import ViewForm
from intake.web.clinic.forms import typed
from intake.web.clinic.reading import labels_of
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("viewing", __name__)

# Whatever may be typed on the pages of a form, by the names of its boxes.
_TYPED = ("note", "reason", "words", "next_words", "on")


@pages.get("/submissions/<uuid:submission>/read-first")
@requires(Permission.REVIEW)
def first(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The answers alone, for whoever is asked for a view; else the form as it is."""
    review = _open(member, submission)
    kind = viewing.view_due(this_clinic(), member, review)
    if kind is None:
        return _to_the_form(submission)
    return _page(review, kind, ViewForm(formdata=None))


@pages.get("/submissions/<uuid:submission>/second-read")
@requires(Permission.REVIEW)
def second(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The answers alone, for a second reading by somebody who had the flags shown without one."""
    review = _open(member, submission)
    if not may_read_second(review, member):
        return _to_the_form(submission)
    return _page(review, ViewKind.SECOND, ViewForm(formdata=None))


@pages.post("/submissions/<uuid:submission>/view")
@requires(Permission.REVIEW)
def note(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Record a view, and go on to the flags."""
    form = ViewForm()
    noted = form.view_kind
    if not form.validate_on_submit():
        return _page(_open(member, submission), noted, form, 422)
    try:
        viewing.note(this_clinic(), member, submission, noted, form.priority, typed(form.words))
    except NoSuchSubmission:
        abort(404)
    except ViewInWords:
        form.words.errors = ["Say in your words what stands out"]
        return _page(_open(member, submission), noted, form, 422)
    except ViewNotDue:
        return _page(_open(member, submission), noted, form, 409)
    return _to_the_form(submission)


@pages.post("/submissions/<uuid:submission>/skip-view")
@requires(Permission.REVIEW)
def skip(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Have the flags shown at once; recorded as that."""
    try:
        viewing.skip(this_clinic(), member, submission, ViewForm().view_kind)
    except NoSuchSubmission:
        abort(404)
    except ViewNotDue:
        pass  # the flags may be seen by now, which is all that was asked for
    return _to_the_form(submission)


@pages.app_errorhandler(ViewFirst)
def ask_first(refusal: ViewFirst) -> ResponseReturnValue:
    """Lead whoever asked for what the rules said to the answers alone; what they typed stays with them."""
    kept = "\n\n".join(words for name in _TYPED if (words := request.form.get(name, "").strip()))
    if not kept:
        return redirect(url_for("viewing.first", submission=refusal.submission), 303)
    review = _open(g.member, refusal.submission)
    return _page(review, refusal.kind, ViewForm(formdata=None), 409, kept=kept)


def _open(member: StaffMember, submission: UUID) -> Review:
    try:
        return viewing.open_answers(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)


def _page(
    review: Review, kind: ViewKind, form: ViewForm, status: int = 200, *, kept: str = ""
) -> ResponseReturnValue:
    # The page gets the submission and what the patient asks for, and never the review: what it does
    # not hold cannot show on it.
    form.kind.data = kind.value
    page = render_template(
        "clinic/read_first.html",
        submission=review.submission,
        requests=review.requests,
        labels=labels_of(review.submission),
        kind=kind.value,
        form=form,
        closed=status == 409 and not kept,
        kept=kept,
    )
    return page, status


def _to_the_form(submission: UUID) -> ResponseReturnValue:
    return redirect(url_for("review.submission", submission=submission), 303)
