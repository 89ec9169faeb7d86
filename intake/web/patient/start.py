"""The first page, the list of parts, stopping and coming back, and two small pages of help."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.questionnaire import Questionnaire, SafetyPage
from intake.domain.submissions import Draft, Receipt
from intake.services import answering, paths
from intake.services.blank_forms import foot, printable
from intake.services.paths import Progress
from intake.web.guard import open_to_all
from intake.web.patient.addresses import Place, place_of
from intake.web.patient.box_fields import unit_words
from intake.web.patient.visits import Visit, hand_over, take_back, the_desk, the_token, with_draft

start = Blueprint("start", __name__)


@start.get("/")
@open_to_all
def welcome() -> ResponseReturnValue:
    """What this form is, what it is not, and where help is, before anything is asked."""
    questionnaire = the_desk().library.questionnaire
    return render_template(
        "patient/start.html",
        questionnaire=questionnaire,
        lines=_lines(questionnaire),
        found=_kind(_found()),
    )


@start.post("/start")
@open_to_all
def begin() -> ResponseReturnValue:
    """Open a new form; one that was begun in this browser stays, unless somebody else is here."""
    if isinstance(_found(), Draft):
        if "somebody-else" not in request.form:
            return redirect(url_for("start.tasks"), 303)
        # The new token takes the place of the only key to the old form.
        answering.leave(the_desk(), the_token())
    return hand_over(redirect(url_for("start.tasks"), 303), answering.start(the_desk()))


@start.get("/form")
@with_draft
def tasks(visit: Visit) -> ResponseReturnValue:
    """Every part of the form and how far it is."""
    progress = paths.progress(visit.evidence, visit.draft.seen)
    unseen = paths.first_unseen(visit.evidence, visit.draft.seen)
    return render_template(
        "patient/tasks.html",
        progress=[(one, _address(visit, one.page)) for one in progress],
        done=sum(one.progress is Progress.DONE for one in progress),
        begun=bool(visit.draft.seen or visit.draft.answers),
        keep_going=place_of(visit.questionnaire, unseen).address if unseen else None,
    )


@start.post("/leave")
@with_draft
def leave(visit: Visit) -> ResponseReturnValue:
    """Stop for now; everything was saved when it was continued from."""
    del visit
    return redirect(url_for("start.later"), 303)


@start.get("/later", defaults={"unfinished": False}, endpoint="later")
@start.get("/later/unfinished", defaults={"unfinished": True}, endpoint="later_unfinished")
@with_draft
def later(visit: Visit, *, unfinished: bool) -> ResponseReturnValue:
    """How to come back in this browser."""
    del visit
    return render_template("patient/later.html", unfinished=unfinished)


@start.post("/forget")
@open_to_all
def forget() -> ResponseReturnValue:
    """Take the answers out of this browser, for whoever shares it; they cannot be opened again."""
    if token := the_token():
        answering.leave(the_desk(), token)
    return take_back(redirect(url_for("start.forgotten"), 303))


@start.get("/forgotten")
@open_to_all
def forgotten() -> ResponseReturnValue:
    """Nothing is left in this browser."""
    return render_template("patient/forgotten.html")


@start.get("/privacy")
@open_to_all
def privacy() -> ResponseReturnValue:
    """Who can read what, and for how long it is kept."""
    return render_template("patient/privacy.html")


@start.get("/help")
@open_to_all
def help_page() -> ResponseReturnValue:
    """How to fill in the form, and whom to call."""
    return render_template("patient/help.html")


@start.get("/paper", defaults={"large": False}, endpoint="paper")
@start.get("/paper/large", defaults={"large": True}, endpoint="paper_large")
@open_to_all
def on_paper(*, large: bool) -> ResponseReturnValue:
    """The whole form to print, for whoever would rather write than type. Nothing of anybody stands in it."""
    form = printable(the_desk(), large=large)
    return render_template("patient/paper.html", form=form, unit_words=unit_words)


@start.get("/paper/foot.css", endpoint="paper_foot")
@open_to_all
def foot_of_paper() -> ResponseReturnValue:
    """The edition for the foot of the printed form."""
    return Response(foot(the_desk()), content_type="text/css; charset=utf-8")


def stop_here(
    place: Place, safety: SafetyPage | None, questionnaire: Questionnaire, *, unfinished: bool
) -> ResponseReturnValue:
    """After "Save and finish later" on a page: help lines first, when the answer calls for them."""
    if safety is not None:
        return redirect(place.pause_address(questionnaire, safety), 303)
    return redirect(url_for("start.later_unfinished" if unfinished else "start.later"), 303)


def _found() -> Draft | Receipt | None:
    token = the_token()
    return answering.find(the_desk(), token) if token else None


def _kind(found: Draft | Receipt | None) -> str:
    match found:
        case Draft():
            return "begun"
        case Receipt():
            return "sent"
    return ""


def _address(visit: Visit, page_id: str) -> str:
    _, page = visit.questionnaire.page(page_id)
    return place_of(visit.questionnaire, page).address


def _lines(questionnaire: Questionnaire) -> list[object]:
    """Every help line of every safety page, each once."""
    return list(dict.fromkeys(line for page in questionnaire.safety_pages for line in page.lines))
