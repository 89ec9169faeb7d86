"""The form with which somebody looks for lines of the audit trail."""

from collections.abc import Mapping
from datetime import date

from flask_wtf import FlaskForm
from wtforms import Field, Form, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import DateInput

from intake.services.trail_words import BY_NAME
from intake.web.clinic.forms import typed


def _a_day(_form: Form, field: Field) -> None:
    try:
        date.fromisoformat(typed(field))
    except ValueError:
        raise ValidationError("Write the day as year-month-day, like 2026-11-20") from None


def _choices(nothing_chosen: str, offered: Mapping[str, str]) -> list[SelectChoice]:
    in_order = sorted(offered.items(), key=lambda pair: pair[1].casefold())
    return [SelectChoice("", nothing_chosen), *(SelectChoice(value, words) for value, words in in_order)]


class TrailForm(FlaskForm):
    """Which lines: of a day, of somebody, of a kind, about one form. Nothing given leaves nothing out."""

    day = StringField("Day", widget=DateInput(), validators=[Optional(), _a_day])
    actor = SelectField("Who did it")
    event = SelectField(
        "What was done",
        choices=_choices("Everything", BY_NAME),
    )
    about = StringField(
        "Form, by its reference or id",
        filters=[lambda given: (given or "").strip()],
        validators=[Length(max=60, message="A reference looks like HL-7K4-92Q")],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )

    def offer(self, actors: Mapping[str, str]) -> None:
        """Offer everybody who may have done something."""
        self.actor.choices = _choices("Anybody", actors)

    @property
    def on(self) -> date | None:
        """The day, once it is one."""
        return date.fromisoformat(typed(self.day)) if self.day.data else None
