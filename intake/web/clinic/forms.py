"""What the small forms of the clinic share, and those on one flag: acknowledging it, and saying its worth."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    Field,
    Form,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import (
    AnyOf,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)

from intake.domain.review_entries import Done
from intake.domain.two_people import LONGEST_REASON

LONGEST_NOTE = 2000

DONE = (
    SelectChoice(Done.CALLED_PATIENT.value, "I called the patient"),
    SelectChoice(Done.ASKED_COLLEAGUE.value, "I asked a colleague: the note says whom"),
    SelectChoice(Done.OTHER.value, "Something else: the note says what"),
)
DONE_WORDS = {
    Done.CALLED_PATIENT: "Called the patient",
    Done.ASKED_COLLEAGUE: "Asked a colleague",
    Done.OTHER: "Did something else",
}


class FormWithFiles(FlaskForm):
    """A form that takes files in some of its boxes. One sent for a box of words is not there for it."""

    class Meta(FlaskForm.Meta):
        """How the fields are given what was sent."""

        def wrap_formdata(self, form: Form, formdata: object) -> object:
            """What was sent, each box with what it takes."""
            found = super().wrap_formdata(form, formdata)
            # What is handed over is taken as it is, and nothing where nothing was sent.
            if found is None or found is formdata or not request.files:
                return found
            chosen = {field.name for field in form if isinstance(field, FileField)}
            files = [one for one in request.files.items(multi=True) if one[0] in chosen]
            both: tuple[MultiDict[str, Any], ...] = (MultiDict(files), request.form)
            return CombinedMultiDict(both)


def typed(field: Field) -> str:
    """What was typed; nothing is empty words."""
    return field.data or ""


def stripped(typed: str | None) -> str:
    """What was typed, without spaces around it."""
    return (typed or "").strip()


def no_line_breaks(_form: Form, field: Field) -> None:
    """Refuse what is not all on one line."""
    if not field.data.isprintable():
        raise ValidationError("Use letters, numbers and signs, all on one line")


def filled(message: str) -> InputRequired:
    """Ask for anything at all, in these words."""
    return InputRequired(message=message)


def note_box(label: str) -> TextAreaField:
    """A box for a note of some lines."""
    too_long = f"Keep the note to {LONGEST_NOTE:,} characters. What you typed is still here"
    return TextAreaField(label, filters=[stripped], validators=[Length(max=LONGEST_NOTE, message=too_long)])


def reason_box(label: str, description: str = "") -> StringField:
    """A line that says why, which nobody has to fill in before they press something that needs it."""
    too_long = f"Keep it to {LONGEST_REASON} characters"
    return StringField(
        label,
        description=description,
        filters=[stripped],
        validators=[Length(max=LONGEST_REASON, message=too_long), no_line_breaks],
        render_kw={"autocomplete": "off"},
    )


class _OnFlagForm(FlaskForm):
    """What is recorded of one flag. ``flag`` is its key, ``place`` where it stood on the page."""

    flag = HiddenField()
    place = HiddenField()

    @property
    def anchor(self) -> str:
        """Where to come back to on the page."""
        place = typed(self.place)
        return f"flag-{place}" if place.isdecimal() and len(place) < 4 else "raised"


class AcknowledgeForm(_OnFlagForm):
    """That one flag was seen, with a note or without; of an urgent one, what was done about it."""

    done = RadioField("What was done", choices=list(DONE), validators=[Optional()])
    note = note_box("Note (optional)")

    @property
    def chosen(self) -> Done | None:
        """What was picked; nothing is preselected."""
        return Done(self.done.data) if self.done.data else None


class FlagFeedbackForm(_OnFlagForm):
    """What is said of one flag: which of the two buttons was pressed, and why."""

    note = note_box("In your words. Needed for “Wrong”")
    says = StringField(validators=[AnyOf(("not_useful", "wrong"), message="Press one of the two buttons")])


class MissingFlagForm(FlaskForm):
    """That something should have been pointed out and was not."""

    note = note_box("What should have been pointed out?")


class CloseEntryForm(FlaskForm):
    """What came of one entry of the safety log; ``entry`` is its number."""

    entry = HiddenField()
    note = note_box("What came of it?")
