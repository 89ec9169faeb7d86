"""Safety signals: whom to call at once, by when, and what was done about it."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import InputRequired

from intake.domain.permissions import Permission, StaffMember
from intake.domain.safety_signal import Answering, WordsNeeded
from intake.services import safety_signals
from intake.storage.safety_signals import AnsweredMeanwhile, NoSuchSignal
from intake.web.clinic.forms import note_box, typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("safety_signals", __name__)

DEEDS = {
    Answering.SEEN: "Has seen it and is on it",
    Answering.CALLED: "Called, and talked with them",
    Answering.NOT_REACHED: "Could not reach them",
    Answering.WELFARE_CHECK: "Asked for a welfare check",
    Answering.OTHER: "Did something else",
}
_CHOICES = [
    SelectChoice(Answering.SEEN.value, "I have seen it and am on it"),
    SelectChoice(Answering.CALLED.value, "I called, and we talked"),
    SelectChoice(Answering.NOT_REACHED.value, "I could not reach them: it stays open"),
    SelectChoice(Answering.WELFARE_CHECK.value, "I asked for a welfare check"),
    SelectChoice(Answering.OTHER.value, "Something else: the note says what"),
]


class AnswerForm(FlaskForm):
    """What was done about a signal. Nothing is preselected."""

    what = RadioField(
        "What did you do?", choices=_CHOICES, validators=[InputRequired(message="Choose what you did")]
    )
    words = note_box("In your words")
    seen = HiddenField()

    @property
    def shown(self) -> int | None:
        """How many deeds stood on the page that was sent; None when it does not say."""
        words = typed(self.seen)
        return int(words) if words.isascii() and words.isdecimal() and len(words) < 6 else None


@pages.get("/safety-signals")
@requires(Permission.REVIEW)
def overview(member: StaffMember) -> ResponseReturnValue:
    """Everybody who waits for a call, the one promised first at the top; then what is settled."""
    return render_template("clinic/safety_signals.html", page=safety_signals.open_all(this_clinic(), member))


@pages.get("/safety-signals/<uuid:signal>")
@requires(Permission.REVIEW)
def one(member: StaffMember, signal: UUID) -> ResponseReturnValue:
    """One patient: whom to call, and what was done."""
    return _page(member, signal, AnswerForm(formdata=None))


@pages.post("/safety-signals/<uuid:signal>")
@requires(Permission.REVIEW)
def answer(member: StaffMember, signal: UUID) -> ResponseReturnValue:
    """Record what was done."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(member, signal, form, 422)
    try:
        what, words = Answering(typed(form.what)), typed(form.words)
        safety_signals.answer(this_clinic(), member, signal, what, words, form.shown)
    except WordsNeeded:
        form.words.errors = ["Say what you did"]
        return _page(member, signal, form, 422)
    except NoSuchSignal:
        abort(404)
    except AnsweredMeanwhile:
        form.words.errors = ["Somebody else wrote something at the same moment. Look at it, then press again"]
        return _page(member, signal, form, 409)
    return redirect(url_for("safety_signals.one", signal=signal), 303)


def _page(member: StaffMember, signal: UUID, form: AnswerForm, status: int = 200) -> ResponseReturnValue:
    try:
        told = safety_signals.open_one(this_clinic(), member, signal)
    except NoSuchSignal:
        abort(404)
    # What a page that comes back had not shown is still not seen.
    form.seen.data = form.seen.data or str(len(told.signalled.deeds))
    return render_template("clinic/safety_signal.html", told=told, form=form), status
