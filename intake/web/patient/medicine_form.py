"""One medicine as a patient types it, picks it from the names like it, or leaves its name open."""

import re
from collections.abc import Iterator
from dataclasses import replace

from wtforms import BooleanField, Field, Form, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from intake.domain.answers import MedicineEntry
from intake.domain.languages import mark
from intake.domain.medicines import Formulary
from intake.web.languages import say
from intake.web.patient import parse

# What a page carries for "None of these": no medicine has this name.
AS_TYPED = "-"

_NOT_SURE = ("not-sure", mark("I'm not sure"))
# They are read together with the name, so none may look like a part that nobody recognizes.
_HOW_OFTEN = dict(
    [
        ("once", mark("Once a day")),
        ("twice", mark("Twice a day")),
        ("more", mark("3 or more times a day")),
        ("needed", mark("Only when needed")),
        ("else", mark("At other times")),
        _NOT_SURE,
    ]
)
_LAST_TAKEN = dict(
    [
        ("today", mark("Today")),
        ("yesterday", mark("Yesterday")),
        ("week", mark("In the last week")),
        ("two-weeks", mark("In the last 2 weeks")),
        ("longer", mark("Longer ago")),
        _NOT_SURE,
    ]
)


# What a keyboard does not type and a page cannot hold.
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def _one_line(typed: str | None) -> str:
    return " ".join(_INVISIBLE.sub("", typed or "").split())


def _offered(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, say) for value, say in words.items()]


class MedicineForm(Form):
    """One medicine, in the patient's own words.

    ``typed_first`` comes from the page's script: what stood in the box before a name was picked.
    ``found`` says that the page shows names to pick from instead of the box.
    """

    name = StringField(
        mark("What is the medicine called?"),
        description=mark("Type it as it is on the bottle or box. The spelling does not have to be right."),
        filters=[_one_line],
    )
    typed_first = HiddenField(filters=[_one_line])
    found = HiddenField()
    pick = RadioField(mark("Which medicine is it?"), choices=[], validate_choice=False)
    unknown = BooleanField(mark("I don't know the name"))
    amount = StringField(
        mark("How much do you take? (optional)"),
        description=mark("For example, 10 mg, or 1 tablet."),
        filters=[_one_line],
    )
    how_often = RadioField(
        mark("How often do you take it? (optional)"), choices=_offered(_HOW_OFTEN), validate_choice=False
    )
    last_taken = RadioField(
        mark("When did you last take it? (optional)"), choices=_offered(_LAST_TAKEN), validate_choice=False
    )

    def is_begun(self) -> bool:
        """Whether anything was typed or chosen."""
        chosen = (self.unknown.data, self.how_often.data, self.last_taken.data)
        return any((self.name.data, self.amount.data, *chosen))

    def carried(self) -> Iterator[tuple[str, str]]:
        """What was typed and chosen, for a page in between to keep."""
        for field in self:
            if field.data:
                yield field.short_name, "y" if field.data is True else str(field.data)

    def look_up(self, formulary: Formulary) -> None:
        """Offer the names like the one typed, if there are any."""
        typed = self.name.data or ""
        names = formulary.suggestions(typed) if 0 < len(typed) <= parse.LONGEST_SHORT_TEXT else ()
        kept = SelectChoice(AS_TYPED, say("None of these. Keep “%(typed)s”", typed=typed))
        self.pick.choices = [*(SelectChoice(name, name) for name in names), kept] if names else []
        self.found.data = "1" if names else ""

    def retype(self) -> None:
        """Back to the box, with what was typed in it."""
        self.found.data = self.pick.data = ""

    def can_be_found(self) -> bool:
        """Whether there is a name to look for; what is to be checked stands beside it."""
        if not self.name.data:
            self.name.errors = [say("Type the name, or its first letters. Then we can look for it")]
        _refuse_long(self.name)
        return not self.errors

    def read(self, formulary: Formulary) -> MedicineEntry | None:
        """The medicine; None when something is to be checked first."""
        if self.found.data:
            self.look_up(formulary)
        if not self.name.data and not self.unknown.data:
            self.name.errors = [say("Type the name of the medicine, or tick “I don't know the name”")]
        for box in (self.name, self.amount):
            _refuse_long(box)
        for radios in (self.how_often, self.last_taken, self.pick):
            offered = {option.data for option in radios}
            if radios.data and self._counts(radios) and radios.data not in offered:
                radios.errors = [say("Choose one of the answers on this page")]
        return None if self.errors else self._picked(self._as_written())

    def revise(self, entry: MedicineEntry, formulary: Formulary) -> MedicineEntry | None:
        """The listed medicine with what was changed; None when something is to be checked first."""
        written = self.read(formulary)
        if written is None:
            return None
        # Words this page does not offer cannot stand chosen on it: unless others are chosen, they stay.
        return replace(
            written,
            how_often=written.how_often or _not_offered(entry.how_often, _HOW_OFTEN),
            last_taken=written.last_taken or _not_offered(entry.last_taken, _LAST_TAKEN),
            typed_first=entry.typed_first if written.name == entry.name else "",
        )

    def fill_in(self, entry: MedicineEntry) -> None:
        """Put a listed medicine in the boxes, to be changed."""
        self.name.data, self.amount.data = entry.name, entry.amount
        self.unknown.data = not entry.named
        self.how_often.data = _value_of(entry.how_often, _HOW_OFTEN)
        self.last_taken.data = _value_of(entry.last_taken, _LAST_TAKEN)

    def _as_written(self) -> MedicineEntry:
        return MedicineEntry(
            self.name.data or "",
            self.amount.data or "",
            _HOW_OFTEN.get(self.how_often.data or "", ""),
            named=not self.unknown.data,
            last_taken=_LAST_TAKEN.get(self.last_taken.data or "", ""),
        )

    def _picked(self, written: MedicineEntry) -> MedicineEntry:
        """The name is replaced only by the patient's own choice, and what they typed is kept."""
        typed = (self.typed_first.data or "")[: parse.LONGEST_SHORT_TEXT] or written.name
        picked = self.found.data and self.pick.data not in ("", None, AS_TYPED)
        name = str(self.pick.data) if picked else written.name
        differs = name and typed.casefold() != name.casefold()
        return replace(written, name=name, typed_first=typed if differs else "")

    def _counts(self, radios: RadioField) -> bool:
        # A pick means something only beside the names it was picked from.
        return radios is not self.pick or bool(self.found.data)


def _refuse_long(box: Field) -> None:
    try:
        parse.refuse_too_long(box.data, parse.LONGEST_SHORT_TEXT)
    except parse.Wrong as wrong:
        box.errors = [wrong.words]


def _value_of(said: str, offered: dict[str, str]) -> str:
    return next((value for value, say in offered.items() if say == said), "")


def _not_offered(said: str, offered: dict[str, str]) -> str:
    return said if said not in offered.values() else ""
