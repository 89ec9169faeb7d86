"""The form a sign-off is given with: the next step, a note, and a proof of who signs."""

from wtforms import Field, Form, HiddenField, RadioField, StringField
from wtforms.validators import Length, Optional

from intake.web.clinic.forms import no_line_breaks, note_box, stripped, typed
from intake.web.clinic.proving import ProvingForm

LONGEST_STEP = 200
# Picked where none of the clinic's own next steps is meant.
OTHER_STEP = "other"


def _on_one_line(form: Form, field: Field) -> None:
    if field.data:
        no_line_breaks(form, field)


class SignOffForm(ProvingForm):
    """That a form was read: over what was on the screen, with a passkey, or the password and a code again.

    ``shown`` is the fingerprint of what the page held, ``seen`` how much of each kind was recorded
    then, so that a page which finds both out of date can say what is new.
    """

    next_step = RadioField("Next step (optional)", validators=[Optional()], validate_choice=False)
    next_words = StringField(
        "Next step, in your words (optional)",
        description="For the clinic’s record. The patient is not told of it.",
        filters=[stripped],
        validators=[
            Length(max=LONGEST_STEP, message=f"Keep it to {LONGEST_STEP} characters"),
            _on_one_line,
        ],
        render_kw={"autocomplete": "off"},
    )
    note = note_box("Note for the record (optional)")
    shown = HiddenField()
    seen = HiddenField()
    said_at = "note"

    def offer(self, steps: tuple[str, ...]) -> None:
        """Offer the clinic's own list of next steps; without one there are words alone."""
        self.next_step.choices = [*((step, step) for step in steps), (OTHER_STEP, "None of these")]
        if not steps:
            del self.next_step

    @property
    def step(self) -> str:
        """The next step: what was picked from the list, with the words added to it."""
        picked = typed(self.next_step) if "next_step" in self else ""
        words = typed(self.next_words)
        return ": ".join(one for one in (picked if picked != OTHER_STEP else "", words) if one)

    @property
    def kept(self) -> str:
        """Everything typed, to be copied from a page that could not record it."""
        return "\n".join(words for words in (typed(self.note), self.step) if words)
