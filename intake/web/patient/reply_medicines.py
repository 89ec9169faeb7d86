"""The list of medicines when it is asked again: taking off, adding, going on."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.answers import BLANK, Answer, MedicineEntry, MedicineList, answered
from intake.domain.questionnaire import Question
from intake.services import replying
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.medicine_form import MedicineForm
from intake.web.patient.medicine_list import (
    AGAIN,
    MOST,
    Entries,
    has_room,
    is_to_be_asked_about,
    key_of,
    name_of,
    named,
    without,
)
from intake.web.patient.reply_flow import medicine_question, onward
from intake.web.patient.reply_visits import MEDICINES, Replying, help_lines, over, with_visit
from intake.web.patient.visits import KEPT

reply_medicines = Blueprint("reply_medicines", __name__)


@reply_medicines.route("/reply/medicines", methods=["GET", "POST"])
@with_visit
def listed(at: Replying) -> ResponseReturnValue:
    """Show the list as it would be sent, or take what was added, taken off or finished."""
    question = medicine_question(at)
    if question is None:
        return redirect(url_for("reply.check"), 303)
    entries = _entries(at, question)
    if request.method != "POST":
        form = MedicineForm(at.typed_on(MEDICINES))
        return _show(at, question, entries, form, told="kept" if form.is_begun() else "")
    form = MedicineForm(request.form)
    if is_pressed():
        return _show(at, question, entries, form)
    if "remove" in request.form:
        return _remove(at, question, entries, form)
    if "add" in request.form or form.is_begun():
        # Also on Continue: what was typed and not added must not be lost.
        formulary = replying.asked_for(at.desk, at.draft).formulary
        added = form.read(formulary) if has_room(entries, form) else None
        if added is None:
            return _show(at, question, entries, form), 422
        if is_to_be_asked_about(added, entries, request.form.get(AGAIN, "")):
            return _show(at, question, entries, form, told="again", about=added), 422
        entries = (*entries, added)
    if "add" in request.form:
        kept = _keep(at, question, entries)
        return redirect(f"{url_for('reply_medicines.listed')}#list", 303) if kept else over()
    return onward(at, MEDICINES, None, _answer(question, entries))


def _remove(at: Replying, question: Question, entries: Entries, form: MedicineForm) -> ResponseReturnValue:
    entry = named(entries, request.form["remove"])
    left = entries if entry is None else without(entries, entry)
    # Not a redirect: the medicine half typed below stays where it is.
    return _show(at, question, left, form, told="removed") if _keep(at, question, left) else over()


def _entries(at: Replying, question: Question) -> Entries:
    value = at.draft.answers.value(question.id)
    return value.entries if isinstance(value, MedicineList) else ()


def _answer(question: Question, entries: Entries) -> dict[str, Answer]:
    return {question.id: answered(MedicineList(entries)) if entries else BLANK}


def _keep(at: Replying, question: Question, entries: Entries) -> bool:
    try:
        replying.save(at.desk, at.token, None, _answer(question, entries), MEDICINES)
    except replying.Over:
        return False
    return True


def _show(
    at: Replying,
    question: Question,
    entries: Entries,
    form: MedicineForm,
    *,
    told: str = "",
    about: MedicineEntry | None = None,
) -> str:
    """The list and the boxes under it. ``told`` is what the page says first, ``about`` one medicine."""
    return render_template(
        "patient/reply_medicines.html",
        **at.frame_of(MEDICINES),
        about=about,
        again=name_of(about) if about is not None else "",
        question=question,
        words=at.draft.words,
        carried=KEPT,
        form=form,
        listed=[(entry, key_of(entry)) for entry in entries],
        told=told,
        most=MOST,
        lines=help_lines(),
    )
