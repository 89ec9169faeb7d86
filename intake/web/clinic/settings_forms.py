"""The form of the settings page: a box for everything a clinic may set, and the logo."""

import base64
import binascii
from dataclasses import fields

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2

from intake.domain.clinic_settings_typed import Boxes
from intake.domain.logo import LARGEST_LOGO, LogoRefused, Picture, logo_in
from intake.domain.reading_promise import Unit
from intake.services.languages import there_are
from intake.web.clinic.forms import FormWithFiles, typed

_PLAIN = {"autocomplete": "off"}
_NUMBER = {"autocomplete": "off", "inputmode": "numeric"}
_ADDRESSES = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "rows": "3"}
_COLOR = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class SettingsForm(FormWithFiles):
    """What a clinic sets. ``number`` is the change that the page was made as of.

    ``kept_logo`` carries a logo that was chosen and could not be saved yet: no browser sends the same
    file twice by itself.
    """

    number = HiddenField()
    kept_logo = HiddenField()
    clinic_name = StringField(
        "Name of the clinic", description="On every page, also on those for patients.", render_kw=_PLAIN
    )
    clinic_phone = StringField("Phone", description="The number patients are told to call.", render_kw=_PLAIN)
    clinic_hours = StringField(
        "Hours", description="When somebody answers it: “Monday to Friday, 9 am to 5 pm”.", render_kw=_PLAIN
    )
    logo = FileField(
        "New logo",
        description=f"An SVG or PNG file of at most {LARGEST_LOGO // 1024} KB, shown 38 pixels high.",
    )
    without_logo = BooleanField("Show no logo")
    clinic_color = StringField(
        "Color", description="One color, like #0f766e. All others are worked out from it.", render_kw=_COLOR
    )
    promised_amount = StringField("How long", render_kw=_NUMBER)
    promised_unit = RadioField(
        "Counted in",
        choices=[SelectChoice(Unit.HOURS.value, "Hours"), SelectChoice(Unit.WORK_DAYS.value, "Work days")],
        validate_choice=False,
    )
    next_steps = TextAreaField(
        "Next steps",
        description=(
            "One on each line, in your clinic's words. A clinician may choose one at the sign-off; none is "
            "chosen beforehand. Left empty, there is a box to write in."
        ),
        render_kw={"autocomplete": "off", "rows": "6"},
    )
    read_first = BooleanField("Read first")
    second_read_percent = StringField(
        "Second read, in percent",
        description="How many signed forms another clinician reads as well, picked at random. 0 is off.",
        render_kw=_NUMBER,
    )
    claim_minutes = StringField(
        "How long a form stays with somebody, in minutes",
        description="Then the form is free for others again.",
        render_kw=_NUMBER,
    )
    names_in_access_list = BooleanField("Name people in the list of who opened a form")
    start_codes = BooleanField("Starting a form takes a code")
    # Which there are is the page's to say; an unknown one is left out when it is read.
    languages = SelectMultipleField("Languages beside English", choices=[], validate_choice=False)

    staff_addresses = TextAreaField(
        "Tell of every form and reply",
        description="One address on each line. Left empty, nobody is told.",
        render_kw=_ADDRESSES,
    )
    urgent_addresses = TextAreaField(
        "Tell of urgent forms",
        description="One address on each line. They look the same day.",
        render_kw=_ADDRESSES,
    )

    @classmethod
    def filled(cls, boxes: Boxes, number: int) -> "SettingsForm":
        """The form with these boxes."""
        form = cls(formdata=None)
        form.fill(boxes, number)
        return form

    def fill(self, boxes: Boxes, number: int) -> None:
        """Put these words into the boxes."""
        self.number.data = str(number)
        for box in fields(Boxes):
            self[box.name].data = getattr(boxes, box.name)

    @property
    def as_of(self) -> int:
        """The change the page was made as of; one that never was when the page does not say."""
        number = typed(self.number)
        return int(number) if number.isdecimal() and len(number) < 9 else -1

    @property
    def boxes(self) -> Boxes:
        """What was typed and ticked."""
        return Boxes(
            clinic_name=typed(self.clinic_name),
            clinic_color=typed(self.clinic_color),
            clinic_phone=typed(self.clinic_phone),
            clinic_hours=typed(self.clinic_hours),
            promised_amount=typed(self.promised_amount),
            promised_unit=typed(self.promised_unit),
            next_steps=typed(self.next_steps).replace("\r\n", "\n"),
            read_first=bool(self.read_first.data),
            second_read_percent=typed(self.second_read_percent),
            claim_minutes=typed(self.claim_minutes),
            names_in_access_list=bool(self.names_in_access_list.data),
            languages=tuple(sorted(set(self.languages.data or ()) & set(there_are()))),
            staff_addresses=typed(self.staff_addresses).replace("\r\n", "\n"),
            urgent_addresses=typed(self.urgent_addresses).replace("\r\n", "\n"),
            start_codes=bool(self.start_codes.data),
        )

    def take_logo(self) -> Picture | None:
        """The logo chosen now or before; what is wrong with it is said beside it."""
        chosen = self.logo.data
        if chosen and chosen.filename:
            content = chosen.read()  # as much of it as a request may bring (web/security.py)
            chosen.close()
            if not content:
                self.logo.errors = ["That file is empty. Choose another"]
        else:
            content = _kept(self.kept_logo)
        self.kept_logo.data = ""
        if not content:
            return None
        try:
            picture = logo_in(content)
        except LogoRefused as refusal:
            self.logo.errors = [str(refusal)]
            return None
        self.kept_logo.data = base64.b64encode(picture.content).decode()
        return picture


def _kept(field: HiddenField) -> bytes:
    try:
        return base64.b64decode(typed(field), validate=True)
    except (binascii.Error, ValueError):
        return b""
