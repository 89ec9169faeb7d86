"""The pages of the form: asking, saving, and the pages shown in between."""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain.answers import BLANK
from intake.domain.questionnaire import Kind
from intake.services import answering, paths
from intake.web.patient import medicines
from intake.web.patient.addresses import Place, frame_of, onward, place_at
from intake.web.patient.forms import PageForm
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.start import stop_here
from intake.web.patient.visits import Visit, with_draft

questions = Blueprint("questions", __name__)


@with_draft
def ask(visit: Visit, part: int, number: int, *, changing: bool) -> ResponseReturnValue:
    """Show a page, or take what was answered on it."""
    place = place_at(visit, part, number, changing=changing)
    if not paths.asked_on(visit.evidence, place.page):
        return redirect(onward(visit, place), 303)
    if place.page.questions[0].kind is Kind.MEDICINES:
        return medicines.ask(visit, place)
    if request.method == "POST":
        return _take(visit, place)
    return _show(visit, place, PageForm(place.page, visit.evidence, None))


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
    return render_template(
        "patient/pause.html", **frame_of(visit, place), shown=pages[pause - 1], onward=onward(visit, place)
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
        return _show(visit, place, form)
    readable = form.validate()
    if "go-later" in sent:
        saved = answering.answer_page(
            visit.desk, visit.token, place.page, form.given(), finished=False, stopped=True
        )
        return stop_here(place, saved.safety, visit.questionnaire, unfinished=not readable)
    if readable and "change-it" in sent:
        return _show(visit, place, form)
    if form.note_blanks() or not readable:
        return _show(visit, place, form), 422
    if doubts := form.doubts(sent.getlist("kept")):
        return render_template(
            "patient/sure.html", **frame_of(visit, place), doubts=doubts, sent=form.sent_boxes(sent)
        )
    return _save(visit, place, form)


def _save(visit: Visit, place: Place, form: PageForm) -> ResponseReturnValue:
    saved = answering.answer_page(visit.desk, visit.token, place.page, form.changes())
    if saved.safety is not None:
        return redirect(place.pause_address(visit.questionnaire, saved.safety), 303)
    # Once: whoever continued from this page before has been told.
    if form.unspoken_blanks() and place.page.id not in visit.draft.seen:
        return redirect(place.blanks_address, 303)
    return redirect(onward(Visit(visit.desk, visit.token, saved.draft), place), 303)


def _show(visit: Visit, place: Place, form: PageForm) -> str:
    wrong = [one.name for one in form.open if one.errors]
    return render_template(
        "patient/page.html",
        **frame_of(visit, place),
        form=form,
        problems=form.problems(),
        wrong=wrong,
        stuck=any(name in wrong for name in request.form.getlist("wrong")),
    )
