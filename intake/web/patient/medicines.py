"""The list of medicines: adding, removing, going on; what was typed is never lost."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, Field, Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from intake.domain.answers import BLANK, Answer, MedicineEntry, MedicineList, answered
from intake.domain.fingerprint import fingerprint
from intake.services import answering
from intake.services.answering import Saved
from intake.web.patient import parse
from intake.web.patient.addresses import Place, frame_of, onward
from intake.web.patient.start import stop_here
from intake.web.patient.visits import Visit

MOST = 40

Entries = tuple[MedicineEntry, ...]

_HOW_OFTEN = {
    "once": "Once a day",
    "twice": "Twice a day",
    "more": "3 or more times a day",
    "needed": "Only when needed",
    "else": "Something else",
}


class MedicineForm(Form):
    """One medicine, in the patient's own words."""

    name = StringField(
        "What is the medicine called?",
        description="Type it as it is on the bottle or box. The spelling does not have to be right.",
    )
    unknown = BooleanField("I don't know the name")
    amount = StringField("How much do you take? (optional)", description="For example, 10 mg, or 1 tablet.")
    how_often = RadioField(
        "How often do you take it? (optional)",
        choices=[SelectChoice(value, say) for value, say in _HOW_OFTEN.items()],
        validate_choice=False,
    )

    def is_begun(self) -> bool:
        """Whether anything was typed or chosen."""
        return any((_words(self.name), _words(self.amount), self.unknown.data, self.how_often.data))

    def read(self, *, room: bool) -> MedicineEntry | None:
        """The medicine; None when something is to be checked first."""
        if not room:
            self.name.errors = [f"This list holds {MOST}. Clear this box, and tell the clinic about the rest"]
            return None
        for box in (self.name, self.amount):
            try:
                parse.refuse_too_long(_words(box), parse.LONGEST_SHORT_TEXT)
            except parse.Wrong as wrong:
                box.errors = [wrong.words]
        if not _words(self.name) and not self.unknown.data:
            self.name.errors = ["Type the name of the medicine, or tick “I don't know the name”"]
        if self.how_often.data and self.how_often.data not in _HOW_OFTEN:
            self.how_often.errors = ["Choose one of the answers on this page"]
        if self.errors:
            return None
        return MedicineEntry(
            _words(self.name),
            _words(self.amount),
            _HOW_OFTEN.get(self.how_often.data or "", ""),
            named=not self.unknown.data,
        )


def ask(visit: Visit, place: Place) -> ResponseReturnValue:
    """Show the list, or take what was added, removed or finished."""
    entries = _entries(visit, place)
    if request.method != "POST":
        return _show(visit, place, entries, MedicineForm())
    if "remove" in request.form:
        return _remove(visit, place, entries)
    return _take(visit, place, entries)


def _remove(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    removed = next((entry for entry in entries if key_of(entry) == request.form["remove"]), None)
    if removed is not None:
        at = entries.index(removed)
        entries = entries[:at] + entries[at + 1 :]
        _keep(visit, place, entries)
    # Not a redirect: the medicine half typed below stays where it is.
    return _show(visit, place, entries, MedicineForm(request.form), removed=removed)


def _take(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    form = MedicineForm(request.form)
    if "add" in request.form or form.is_begun():
        # Also on Continue: what was typed and not added must not be lost.
        added = form.read(room=len(entries) < MOST)
        entries = (*entries, added) if added is not None else entries
    if "go-later" in request.form:
        saved = _keep(visit, place, entries)
        return stop_here(place, saved.safety, visit.questionnaire, unfinished=bool(form.errors))
    if form.errors:
        return _show(visit, place, entries, form), 422
    if "add" in request.form:
        _keep(visit, place, entries)
        return redirect(f"{place.address}#list", 303)
    if not entries and "list" not in request.form.getlist("noticed"):
        return _show(visit, place, entries, form, noticed=True), 422
    return _finish(visit, place, entries)


def _keep(visit: Visit, place: Place, entries: Entries) -> Saved:
    return answering.answer_page(visit.desk, visit.token, place.page, _answer(place, entries), finished=False)


def _finish(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    saved = answering.answer_page(visit.desk, visit.token, place.page, _answer(place, entries))
    if saved.safety is not None:
        return redirect(place.pause_address(visit.questionnaire, saved.safety), 303)
    return redirect(onward(Visit(visit.desk, visit.token, saved.draft), place), 303)


def _show(
    visit: Visit,
    place: Place,
    entries: Entries,
    form: MedicineForm,
    *,
    removed: MedicineEntry | None = None,
    noticed: bool = False,
) -> str:
    return render_template(
        "patient/medicines.html",
        **frame_of(visit, place),
        question=place.page.questions[0],
        form=form,
        listed=[(entry, key_of(entry)) for entry in entries],
        most=MOST,
        removed=removed,
        noticed=noticed,
    )


def key_of(entry: MedicineEntry) -> str:
    """Names one entry, so that a page left open never removes another than the one it shows."""
    return fingerprint([entry.name, entry.amount, entry.how_often, entry.named])[:16]


def _entries(visit: Visit, place: Place) -> Entries:
    value = visit.draft.answers.value(place.page.questions[0].id)
    return value.entries if isinstance(value, MedicineList) else ()


def _answer(place: Place, entries: Entries) -> dict[str, Answer]:
    # An empty list is a question left blank: "no medicines" was the answer of the page before.
    return {place.page.questions[0].id: answered(MedicineList(entries)) if entries else BLANK}


def _words(box: Field) -> str:
    return " ".join(str(box.data or "").split())
