"""The forms that rules are put in force with: proposing, and countersigning."""

from datetime import date
from uuid import UUID

from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField

from intake.content.overlay import OVERLAY_NAME, RULES_NAME
from intake.services.publishing import NewRules
from intake.web.clinic.forms import FormWithFiles, typed
from intake.web.clinic.proving import ProvingForm

_CODE = {"rows": "10", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "none"}


class NotText(Exception):
    """An uploaded file that cannot be read as text."""


class RulesFilesForm(FormWithFiles):
    """A rules file, and the clinic's overlay if it has one: chosen as files, or pasted."""

    rules_file = FileField("Rules file", description="Choose the file, or paste its text below.")
    rules = TextAreaField(
        "Text of the rules file", description="Not read when you choose a file above.", render_kw=_CODE
    )
    overlay_file = FileField(
        "Overlay file (optional)",
        description="Your clinic's own file, laid over the rules. Leave it out if you have none.",
    )
    overlay = TextAreaField(
        "Text of the overlay (optional)",
        description="Not read when you choose a file above.",
        render_kw=_CODE,
    )

    def take_uploads(self) -> None:
        """Put the text of chosen files where it could have been typed: nothing has to be chosen twice."""
        for chosen, text in ((self.rules_file, self.rules), (self.overlay_file, self.overlay)):
            if chosen.data and chosen.data.filename:
                try:
                    text.data = chosen.data.read().decode("utf-8")
                except UnicodeDecodeError:
                    chosen.errors = ["That file is not UTF-8 text. Choose the YAML file itself"]
            text.data = typed(text).replace("\r\n", "\n").replace("\r", "\n")

    @property
    def new_rules(self) -> NewRules:
        """What was chosen or typed."""
        overlay = typed(self.overlay)
        return NewRules(
            typed(self.rules),
            overlay if overlay.strip() else None,
            self._name(self.rules_file, RULES_NAME),
            self._name(self.overlay_file, OVERLAY_NAME),
        )

    def is_filled_in(self) -> bool:
        """Whether there is something to look at; what is missing is said beside each field."""
        if not typed(self.rules).strip() and not self.rules_file.errors:
            self.rules_file.errors = ["Choose the rules file, or paste its text"]
        return not any(field.errors for field in self)

    def _name(self, chosen: FileField, otherwise: str) -> str:
        return chosen.data.filename if chosen.data and chosen.data.filename else otherwise


class ProposeForm(RulesFilesForm):
    """The files, why the rules change, and from which day on."""

    reason = TextAreaField(
        "Why the rules change",
        description="In a sentence or two. It is kept for good: never write anything about a patient.",
    )
    effective_on = StringField(
        "First day on which they screen",
        description="Today or later.",
        render_kw={"type": "date", "autocomplete": "off"},
    )

    @property
    def day(self) -> date | None:
        """The day; None when it is none."""
        try:
            return date.fromisoformat(typed(self.effective_on).strip())
        except ValueError:
            return None

    def is_filled_in(self) -> bool:
        """Whether there is something to look at; what is missing is said beside each field."""
        if not typed(self.reason).strip():
            self.reason.errors = ["Say in a sentence why the rules change"]
        if self.day is None:
            self.effective_on.errors = ["Write the day like 2026-12-01"]
        return super().is_filled_in()


class ImpactForm(RulesFilesForm):
    """The files whose impact to count, or the publication that somebody proposed."""

    publication = HiddenField()

    @property
    def chosen(self) -> UUID | None:
        """The publication chosen; None for the files."""
        try:
            return UUID(typed(self.publication))
        except ValueError:
            return None

    @property
    def texts(self) -> dict[str, str]:
        """What was sent, by the name of each file: what is wrong with it is shown beside the line."""
        new = self.new_rules
        return {new.rules_name: new.rules, new.overlay_name: new.overlay or ""}


class CountersignForm(ProvingForm):
    """The second signature. ``against`` is the edition that what changes was compared with."""

    against = HiddenField()
    # A hidden field shows no error: the summary at the top does.
    said_at = "against"
