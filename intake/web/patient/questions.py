"""The pages of the form: asking, saving, and the pages shown in between."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.answers import BLANK
from intake.domain.questionnaire import Kind
from intake.domain.unfinished import UnfinishedPage
from intake.services import answering, paths, signalling, unfinished
from intake.services.answering import ChangedElsewhere
from intake.web.guard import open_to_all, unattended
from intake.web.pace import at_any_pace
from intake.web.patient import both, held, medicines
from intake.web.patient.addresses import Place, frame_of, number_address, onward, place_at
from intake.web.patient.fields import Asked
from intake.web.patient.forms import PageForm
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.says_more import says_more
from intake.web.patient.start import stop_here
from intake.web.patient.visits import Visit, with_draft
from intake.web.scripts import kept_for_good, mark, script

questions = Blueprint("questions", __name__)

_SCRIPT = "keep.js"


@with_draft
def ask(visit: Visit, part: int, number: int, *, changing: bool) -> ResponseReturnValue:
    """Show a page, or take what was answered on it."""
    place = place_at(visit, part, number, changing=changing)
    if not paths.asked_on(visit.evidence, place.page):
        if request.method == "POST":
            # Not asked any more because of another answer: back on this branch, it is there again.
            _keep(visit, place)
        return redirect(onward(visit, place), 303)
    if place.page.questions[0].kind is Kind.MEDICINES:
        return medicines.ask(visit, place)
    if request.method == "POST":
        return _take(visit, place)
    return _found(visit, place)


@questions.post("/f/<int:part>/<int:number>/keep")
@unattended
@with_draft
def keep(visit: Visit, part: int, number: int) -> ResponseReturnValue:
    """Keep what stands on a page that was hidden; sent by the page itself, which shows no answer to it."""
    place = place_at(visit, part, number)
    typed = held.typed_page(visit.desk)
    more = says_more(visit, place, typed)
    unfinished.keep(visit.desk, visit.token, place.page.id, typed if more else None, attended=False)
    return "", 204


@questions.get("/static/keep/<given>.js")
@open_to_all
def keeping(given: str) -> ResponseReturnValue:
    """The script of the pages that are closed after a time, under the address that is its own."""
    return kept_for_good(given, script(_SCRIPT), "text/javascript; charset=utf-8")


def keeping_address() -> str:
    """Where that script is."""
    return url_for("questions.keeping", given=mark(script(_SCRIPT)))


@questions.post("/stay")
@at_any_pace
@with_draft
def stay(visit: Visit) -> ResponseReturnValue:
    """Somebody is still there: asked for by a page that would be closed soon."""
    del visit
    return "", 204


@questions.get("/f/<int:part>/<int:number>/pause/<int:pause>", defaults={"changing": False}, endpoint="pause")
@questions.get(
    "/f/<int:part>/<int:number>/change/pause/<int:pause>",
    defaults={"changing": True},
    endpoint="change_pause",
)
@with_draft
def pause(visit: Visit, part: int, number: int, pause: int, *, changing: bool) -> ResponseReturnValue:
    """The page of help lines; its words are the questionnaire's and the same for everyone."""
    place = place_at(visit, part, number, changing=changing)
    pages = visit.questionnaire.safety_pages
    if not 1 <= pause <= len(pages):
        abort(404)
    shown = pages[pause - 1]
    return render_template(
        "patient/pause.html",
        **frame_of(visit, place),
        shown=shown,
        promise=signalling.promise(visit.desk, visit.draft, shown),
        number=number_address(visit),
        onward=onward(visit, place),
    )


@questions.get("/f/<int:part>/<int:number>/blank")
@with_draft
def blank(visit: Visit, part: int, number: int) -> ResponseReturnValue:
    """What was left blank on a page of several questions, said once."""
    place = place_at(visit, part, number)
    left = [
        one
        for one in paths.asked_on(visit.evidence, place.page)
        if visit.draft.answers.get(one.id) == BLANK and one.is_worth_a_word
    ]
    if not left:
        return redirect(onward(visit, place), 303)
    return render_template(
        "patient/blank.html", **frame_of(visit, place), left=left, onward=onward(visit, place)
    )


questions.add_url_rule(
    "/f/<int:part>/<int:number>",
    endpoint="page",
    view_func=ask,
    methods=["GET", "POST"],
    defaults={"changing": False},
)
questions.add_url_rule(
    "/f/<int:part>/<int:number>/change",
    endpoint="change",
    view_func=ask,
    methods=["GET", "POST"],
    defaults={"changing": True},
)


def _take(visit: Visit, place: Place) -> ResponseReturnValue:
    sent = request.form
    form = PageForm(place.page, visit.evidence, sent)
    if is_pressed():
        return _in_another_language(visit, place)
    readable = form.validate()
    if "go-later" in sent:
        return _stop(visit, place, form, readable=readable)
    if "as-saved" in sent:
        unfinished.keep(visit.desk, visit.token, place.page.id, None)
        return redirect(place.address, 303)
    if readable and "change-it" in sent:
        return _keep(visit, place)
    # What is to be looked at once more is kept and then shown, so that Back never asks to send a page again.
    if form.note_blanks() or not readable or form.doubts(sent.getlist("kept")):
        return _keep(visit, place, checked=True)
    chosen = both.read(sent)
    if chosen.open:
        return _keep(visit, place, checked=True)
    try:
        return _save(visit, place, form, chosen)
    except ChangedElsewhere:
        return _keep(visit, place, checked=True)


def _in_another_language(visit: Visit, place: Place) -> ResponseReturnValue:
    """The same page once more, with what is typed on it and not looked at."""
    typed = held.typed_page(visit.desk)
    more = says_more(visit, place, typed)
    unfinished.keep(visit.desk, visit.token, place.page.id, typed if more else None)
    return redirect(place.address, 303)


def _keep(visit: Visit, place: Place, *, checked: bool = False) -> ResponseReturnValue:
    typed = held.typed_page(visit.desk, checked=checked)
    unfinished.keep(visit.desk, visit.token, place.page.id, typed)
    return redirect(place.address, 303)


def _save(visit: Visit, place: Place, form: PageForm, chosen: both.Chosen) -> ResponseReturnValue:
    changes = {name: one for name, one in form.changes().items() if name not in chosen.saved}
    shown = held.shown_page(visit.desk)
    marks = shown.marks if shown is not None else None
    saved = answering.answer_page(visit.desk, visit.token, place.page, changes, shown=marks)
    if saved.safety is not None:
        return redirect(place.pause_address(visit.questionnaire, saved.safety), 303)
    # Once: whoever continued from this page before has been told.
    if form.unspoken_blanks() and place.page.id not in visit.draft.seen:
        return redirect(place.blanks_address, 303)
    return redirect(onward(Visit(visit.desk, visit.token, saved.draft), place), 303)


def _stop(visit: Visit, place: Place, form: PageForm, *, readable: bool) -> ResponseReturnValue:
    chosen = both.read(request.form)
    undecided = chosen.saved | chosen.open
    given = {name: one for name, one in form.given().items() if name not in undecided}
    typed, apart = held.typed_page(visit.desk, checked=bool(chosen.open)), bool(chosen.open)
    while True:
        keep = None if readable and not apart else typed
        try:
            saved = answering.answer_page(
                visit.desk,
                visit.token,
                place.page,
                given,
                finished=False,
                stopped=True,
                shown=typed.marks,
                keep=keep,
            )
        except ChangedElsewhere as changed:
            # Not asked now, of somebody who wants to stop: both are there when they come back.
            given = {name: one for name, one in given.items() if name not in changed.questions}
            apart = True
        else:
            return stop_here(place, saved.safety, visit.questionnaire, unfinished=keep is not None)


def _found(visit: Visit, place: Place) -> ResponseReturnValue:
    """The page as it was left: with the answers saved, or with what was typed and not continued from."""
    typed = visit.draft.unfinished.get(place.page.id)
    if typed is None:
        return _show(visit, place, PageForm(place.page, visit.evidence, None))
    sent = held.boxes_of(typed)
    form = PageForm(place.page, visit.evidence, sent)
    if not typed.checked and both.ASKED not in sent:
        return _show(visit, place, form, typed)
    readable = form.validate()
    if form.note_blanks() or not readable:
        return _show(visit, place, form, typed), 422
    if doubts := form.doubts(sent.getlist("kept")):
        return _ask_whether_right(visit, place, form, typed, doubts)
    if differing := both.differing(visit.questionnaire, visit.draft, form, typed):
        return both.show(visit, place, form, typed, differing), 409
    return _show(visit, place, form, typed)


def _ask_whether_right(
    visit: Visit, place: Place, form: PageForm, typed: UnfinishedPage, doubts: tuple[Asked, ...]
) -> str:
    return render_template(
        "patient/sure.html",
        **frame_of(visit, place),
        doubts=doubts,
        sent=form.sent_boxes(held.boxes_of(typed)),
        shown=both.carried(visit, place, form, typed),
    )


def _show(visit: Visit, place: Place, form: PageForm, typed: UnfinishedPage | None = None) -> str:
    wrong = [one.name for one in form.open if one.errors]
    before = () if typed is None else held.boxes_of(typed).getlist("wrong")
    return render_template(
        "patient/page.html",
        **frame_of(visit, place),
        form=form,
        problems=form.problems(),
        wrong=wrong,
        stuck=any(name in wrong for name in before),
        shown=both.carried(visit, place, form, typed),
        kept=typed is not None and not wrong and says_more(visit, place, typed),
        answered=any(unfinished.marks(visit.draft.answers, tuple(form.asked)).values()),
        keeps=place.keeping_address,
    )
