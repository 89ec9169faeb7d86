"""The list of medicines: adding, changing, removing, going on; what was typed is never lost."""

from dataclasses import replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain.answers import MedicineEntry
from intake.services import answering
from intake.services.answering import ChangedElsewhere
from intake.web.patient import held, names
from intake.web.patient.addresses import Place, frame_of, onward
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.medicine_form import MedicineForm
from intake.web.patient.medicine_list import (
    AGAIN,
    MOST,
    Entries,
    answer_of,
    carried,
    entries_of,
    has_room,
    is_to_be_asked_about,
    keep,
    key_of,
    marks_of,
    name_of,
    named,
    without,
)
from intake.web.patient.start import stop_here
from intake.web.patient.visits import Visit

# Before the names of what is carried through a page in between.
HALF_TYPED = "half-"


def ask(visit: Visit, place: Place) -> ResponseReturnValue:
    """Show the list, or take what was added, changed, removed or finished."""
    try:
        return _answer_to(visit, place)
    except ChangedElsewhere as changed:
        # Another window changed the list between reading and writing: done again, on the list as it is.
        return ask(replace(visit, draft=changed.draft), place)


def _answer_to(visit: Visit, place: Place) -> ResponseReturnValue:
    entries = entries_of(visit, place)
    if request.method != "POST":
        return _found(visit, place, entries)
    if is_pressed():
        return _show(visit, place, entries, MedicineForm(request.form))
    for button, answer in _BUTTONS.items():
        if button in request.form:
            return answer(visit, place, entries)
    return _take(visit, place, entries)


def _found(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    """The list, with what was typed under it and not added."""
    typed = visit.draft.unfinished.get(place.page.id)
    if typed is None:
        return _show(visit, place, entries, MedicineForm())
    sent = held.boxes_of(typed)
    form, entry = MedicineForm(sent), named(entries, sent.get("changed", ""))
    if entry is not None:
        half = MedicineForm(data=MedicineForm(sent, prefix=HALF_TYPED).data)
        return _in_between(visit, place, "change", entry, half, form)
    if not form.is_begun():
        form = MedicineForm(data=MedicineForm(sent, prefix=HALF_TYPED).data)
    return _show(visit, place, entries, form, told="kept" if form.is_begun() else "")


def _find(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    form = MedicineForm(request.form)
    if not form.can_be_found():
        return _show(visit, place, entries, form), 422
    form.look_up(visit.desk.library.formulary)
    return _show(visit, place, entries, form, told="found")


def _retype(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    form = MedicineForm(request.form)
    form.retype()
    return _show(visit, place, entries, form)


def _ask_to_remove(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    half = MedicineForm(request.form)
    entry = named(entries, request.form["remove"])
    if entry is None:
        return _show(visit, place, entries, half)
    return _in_between(visit, place, "remove", entry, half)


def _remove(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    removed = named(entries, request.form["removed"])
    if removed is not None:
        entries = without(entries, removed)
        keep(visit, place, entries)
    # Not a redirect: the medicine half typed below stays where it is.
    return _show(visit, place, entries, _half_typed(), told="removed", about=removed)


def _ask_to_change(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    half = MedicineForm(request.form)
    entry = named(entries, request.form["change"])
    if entry is None:
        return _show(visit, place, entries, half)
    form = MedicineForm()
    form.fill_in(entry)
    return _in_between(visit, place, "change", entry, half, form)


def _change(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    form, formulary = MedicineForm(request.form), visit.desk.library.formulary
    entry = named(entries, request.form["changed"])
    if entry is None:
        return _changed_elsewhere(visit, place, entries, form)
    changed = form.revise(entry, formulary)
    if changed is None:
        return _in_between(visit, place, "change", entry, _half_typed(), form), 422
    at = entries.index(entry)
    entries = (*entries[:at], changed, *entries[at + 1 :])
    keep(visit, place, entries)
    return _show(visit, place, entries, _half_typed(), told="changed", about=changed)


def _changed_elsewhere(
    visit: Visit, place: Place, entries: Entries, form: MedicineForm
) -> ResponseReturnValue:
    """The medicine is not on the list as the page showed it: sent twice, or changed in another window."""
    if form.read(visit.desk.library.formulary) in entries:
        return _show(visit, place, entries, _half_typed())
    return _show(visit, place, entries, form, told="elsewhere")


def _keep_as_it_was(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    return _show(visit, place, entries, _half_typed())


# By the name of the button pressed; any other adds, stops or goes on.
_BUTTONS = {
    "find": _find,
    "retype": _retype,
    "remove": _ask_to_remove,
    "removed": _remove,
    "change": _ask_to_change,
    "changed": _change,
    "leave-it": _keep_as_it_was,
}


def _take(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    form, added = MedicineForm(request.form), None
    if "add" in request.form or form.is_begun():
        # Also on Continue: what was typed and not added must not be lost.
        added = form.read(visit.desk.library.formulary) if has_room(entries, form) else None
        entries = (*entries, added) if added is not None else entries
    if "go-later" in request.form:
        half = held.typed_page(visit.desk) if form.errors else None
        saved = keep(visit, place, entries, stopped=True, half=half)
        return stop_here(place, saved.safety, visit.questionnaire, unfinished=bool(form.errors))
    if form.errors:
        return _show(visit, place, entries, form), 422
    if added is not None and is_to_be_asked_about(added, entries[:-1], request.form.get(AGAIN, "")):
        return _show(visit, place, entries[:-1], form, told="again", about=added), 422
    if "add" in request.form:
        keep(visit, place, entries)
        return redirect(f"{place.address}#list", 303)
    if not entries and "list" not in request.form.getlist("noticed"):
        return _show(visit, place, entries, form, told="empty"), 422
    return _finish(visit, place, entries)


def _finish(visit: Visit, place: Place, entries: Entries) -> ResponseReturnValue:
    saved = answering.answer_page(
        visit.desk, visit.token, place.page, answer_of(place, entries), shown=marks_of(visit, place)
    )
    if saved.safety is not None:
        return redirect(place.pause_address(visit.questionnaire, saved.safety), 303)
    return redirect(onward(Visit(visit.desk, visit.token, saved.draft), place), 303)


def _show(
    visit: Visit,
    place: Place,
    entries: Entries,
    form: MedicineForm,
    *,
    told: str = "",
    about: MedicineEntry | None = None,
) -> str:
    """The list and the boxes under it. ``told`` is what the page says first, ``about`` one medicine."""
    formulary = visit.desk.library.formulary
    if form.found.data and not form.pick.choices:
        form.look_up(formulary)
    return render_template(
        "patient/medicines.html",
        **frame_of(visit, place),
        question=place.page.questions[0],
        form=form,
        listed=[(entry, key_of(entry)) for entry in entries],
        most=MOST,
        told=told,
        about=about,
        again=name_of(about) if about is not None and told == "again" else "",
        shown=carried(visit, place),
        keeps=place.keeping_address,
        script=names.script_address(),
        names=names.names_address(formulary),
    )


def _in_between(
    visit: Visit,
    place: Place,
    page: str,
    entry: MedicineEntry,
    half: MedicineForm,
    form: MedicineForm | None = None,
) -> str:
    """The page that asks about one medicine; it carries what was half typed on the list's page."""
    return render_template(
        f"patient/medicine_{page}.html",
        **{**frame_of(visit, place), "back": place.address},
        entry=entry,
        key=key_of(entry),
        half=[(f"{HALF_TYPED}{name}", value) for name, value in half.carried()],
        form=form,
        shown=carried(visit, place),
    )


def _half_typed() -> MedicineForm:
    carried = MedicineForm(request.form, prefix=HALF_TYPED)
    return MedicineForm(data=carried.data)
