"""Taking a form in hand, giving it back, and taking it over with a reason. A claim keeps nobody out."""

from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from intake.domain.claims import Claim, ClaimedByAnother, NobodyHasIt, ReasonNeeded
from intake.domain.permissions import Permission, StaffMember
from intake.services import claims
from intake.services.claims import Hold
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import LONGEST_NOTE, typed
from intake.web.clinic.reading import Reading
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("claims", __name__)


class TakeOverForm(FlaskForm):
    """Why a form is taken over; ``taken_from`` is who had it when the page was made."""

    taken_from = HiddenField()
    reason = TextAreaField(
        "Why you take it over",
        description="For example: they went home. It is kept with the form.",
        filters=[lambda words: (words or "").strip()],
        validators=[
            DataRequired("Say why you take it over"),
            Length(
                max=LONGEST_NOTE,
                message=f"Keep it to {LONGEST_NOTE:,} characters. What you typed is still here",
            ),
        ],
    )


@pages.post("/submissions/<uuid:submission>/claim")
@requires(Permission.REVIEW)
def claim(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Take a form in hand."""
    try:
        claims.claim(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)
    except ClaimedByAnother as refusal:
        return _taken(submission, refusal.claim, TakeOverForm(formdata=None), 409)
    return _back(submission)


@pages.post("/submissions/<uuid:submission>/release")
@requires(Permission.REVIEW)
def release(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Give a form back."""
    try:
        claims.release(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)
    except ClaimedByAnother as refusal:
        return _taken(submission, refusal.claim, TakeOverForm(formdata=None), 409)
    except NobodyHasIt:
        pass  # It ran out meanwhile: what was asked for is so.
    return _back(submission)


@pages.post("/submissions/<uuid:submission>/take-over")
@requires(Permission.REVIEW)
def take_over(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Take a form over from whoever has it, and say why."""
    form = TakeOverForm()
    form.validate_on_submit()
    too_long = len(typed(form.reason)) > LONGEST_NOTE
    # Without a reason that can be kept it is still found out who has it by now.
    reason = "" if too_long else typed(form.reason)
    try:
        claims.take_over(this_clinic(), member, submission, _member(typed(form.taken_from)), reason)
    except NoSuchSubmission:
        abort(404)
    except ReasonNeeded as refusal:
        return _taken(submission, refusal.claim, form, 422)
    except ClaimedByAnother as refusal:
        form.reason.errors = []
        return _taken(submission, refusal.claim, form, 409)
    return _back(submission)


def hold_of(reading: Reading) -> Hold:
    """Who has the form of a page in hand, asked once a request."""
    if "hold" not in g:
        g.hold = claims.hold(this_clinic(), g.member, reading.review.submission.id)
    held: Hold = g.hold
    return held


def take_over_form(claim: Claim) -> TakeOverForm:
    """An empty form to take over what somebody has."""
    form = TakeOverForm(formdata=None)
    form.taken_from.data = str(claim.member)
    return form


def _taken(submission: UUID, held: Claim, form: TakeOverForm, status: int) -> ResponseReturnValue:
    form.taken_from.data = str(held.member)
    reference = claims.reference(this_clinic(), submission)
    page = render_template(
        "clinic/claimed.html", submission=submission, reference=reference, claim=held, form=form
    )
    return page, status


def _back(submission: UUID) -> ResponseReturnValue:
    return redirect(url_for("review.submission", submission=submission, _anchor="who-has-it"), 303)


def _member(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
