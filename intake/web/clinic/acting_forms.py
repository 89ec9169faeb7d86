"""The forms of what is done with a whole form: notes together, taking back, reopening, a day, a view."""

import re
from datetime import date

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import InputRequired

from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority
from intake.web.clinic.forms import note_box, typed

_LONGEST_NUMBER = 6
NOTHING = "nothing"
HOW_SOON = (
    SelectChoice(Priority.URGENT.value, "Urgent: today"),
    SelectChoice(Priority.HIGH.value, "High: next"),
    SelectChoice(Priority.MODERATE.value, "Moderate: before the first visit"),
    SelectChoice(Priority.INFO.value, "Note: for the record"),
    SelectChoice(NOTHING, "Nothing stands out to me"),
)


class NotesForm(FlaskForm):
    """That all notes on the page were seen. ``flags`` are their keys."""

    flags = HiddenField()
    note = note_box("Note for all of them (optional)")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the notes that were on the page."""
        return tuple(typed(self.flags).split())


class UndoForm(FlaskForm):
    """That an acknowledgement is taken back; ``acknowledgement`` is its place among them, from 1.

    ``place`` is where its flag stood on the page.
    """

    acknowledgement = HiddenField()
    place = HiddenField()

    @property
    def anchor(self) -> str:
        """Where to come back to on the page."""
        place = _number(typed(self.place))
        return f"flag-{place}" if place else "raised"

    @property
    def number(self) -> int:
        """The place; 0 for anything else."""
        return _number(typed(self.acknowledgement))


class ReopenForm(FlaskForm):
    """Why a signed form is taken up again; ``sign_offs`` is how many the page showed."""

    sign_offs = HiddenField()
    reason = note_box("Why is it reopened?")

    @property
    def number(self) -> int:
        """How many sign-offs were on the page; 0 for anything else."""
        return _number(typed(self.sign_offs))


class DayField(DateField):
    """A day, picked or typed. What was typed and is no day stays in the box, as text."""

    def __init__(self, label: str, **kwargs: object) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%m/%d/%Y"], **kwargs)  # type: ignore[arg-type]  # a list may be given

    @property
    def as_typed(self) -> bool:
        """Whether the box has to be one for text, so that what was typed can be seen."""
        return bool(self.raw_data and self.raw_data[0]) and not isinstance(self.data, date)


class LookAgainForm(FlaskForm):
    """Until which day a form is put off."""

    on = DayField(
        "Day",
        description="For example 2026-12-24. It comes back by itself that morning.",
        validators=[InputRequired(message="Pick a day, or type one like 2026-12-24")],
    )
    reason = StringField("Why (optional)", render_kw={"autocomplete": "off"})


class ViewForm(FlaskForm):
    """A clinician's own view, before the flags are shown; ``kind`` says of which reading."""

    kind = HiddenField()
    how_soon = RadioField(
        "How soon would you look at this?",
        choices=list(HOW_SOON),
        validators=[InputRequired(message="Pick one, or have the flags shown at once below")],
    )
    words = note_box("What stands out to you, in your words")

    @property
    def view_kind(self) -> ViewKind:
        """Of which reading."""
        return ViewKind.SECOND if typed(self.kind) == ViewKind.SECOND.value else ViewKind.FIRST

    @property
    def priority(self) -> Priority | None:
        """What was picked; None when nothing stands out."""
        picked = typed(self.how_soon)
        return None if picked == NOTHING else Priority(picked)


def _number(words: str) -> int:
    return int(words) if re.fullmatch(rf"[0-9]{{1,{_LONGEST_NUMBER}}}", words) else 0
