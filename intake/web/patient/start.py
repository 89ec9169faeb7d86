"""The first page, the list of parts, stopping, leaving a browser, and two small pages of help."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.questionnaire import Questionnaire, SafetyPage
from intake.domain.rate_limits import Door
from intake.domain.submissions import Draft, Receipt
from intake.services import answering, paths, replying, returning, signalling
from intake.services.blank_forms import foot, printable
from intake.services.carrying_over import parts_asked_again
from intake.services.paths import Progress
from intake.services.start_codes import NotAdmitted
from intake.web.guard import open_to_all, unattended
from intake.web.languages import say
from intake.web.pace import at_any_pace
from intake.web.patient import reply_visits
from intake.web.patient.addresses import Place, place_of
from intake.web.patient.box_fields import unit_words
from intake.web.patient.doors import asked_to_wait, wait_at
from intake.web.patient.returning import name_of
from intake.web.patient.visits import Visit, hand_over, take_back, the_desk, the_token, with_draft
from intake.web.scripts import kept_for_good, mark, script

start = Blueprint("start", __name__)

_SCRIPT = "start.js"
# A box that no person sees, under a name that no browser fills in by itself.
_TRAP = "start-more"
# What "It is not mine" says where a code is asked for, which stands on a page of its own.
_ASK = "ask"


@start.get("/")
@open_to_all
def welcome() -> ResponseReturnValue:
    """What this form is, what it is not, and where help is, before anything is asked."""
    return _welcome()


@start.post("/start")
@open_to_all
def begin() -> ResponseReturnValue:
    """Open a new form; one that was begun in this browser stays, unless somebody else is here."""
    desk, code = the_desk(), request.form.get("code", "")
    begun, anew = isinstance(_found(), Draft), "somebody-else" in request.form
    if begun and not anew:
        return redirect(url_for("start.tasks"), 303)
    if request.form.get("somebody-else") == _ASK:
        # Closes nothing yet: only a right code does.
        return _welcome(code, anew=anew)
    if request.form.get(_TRAP):
        # A person can go on from here; a program that fills in what it finds most often does not.
        return render_template("patient/once_more.html", code=code, anew=anew)
    if (wait := wait_at(Door.START)) is not None:
        return asked_to_wait(wait)
    try:
        token = answering.start(desk, code)
    except NotAdmitted:
        return _welcome(code, _what_is_wrong(code), anew=anew), 422
    if begun:
        # Only now: the new token takes the place of the only key to the old form.
        answering.leave(desk, the_token())
    return hand_over(redirect(url_for("start.tasks"), 303), token)


@start.get("/static/start/<given>.js")
@open_to_all
def code_script(given: str) -> ResponseReturnValue:
    """The script of the first page where a code is asked for, under the address that is its own."""
    return kept_for_good(given, script(_SCRIPT), "text/javascript; charset=utf-8")


@start.get("/form", defaults={"back": False}, endpoint="tasks")
@start.get("/form/back", defaults={"back": True}, endpoint="tasks_back")
@with_draft
def tasks(visit: Visit, *, back: bool) -> ResponseReturnValue:
    """Every part of the form and how far it is; with a greeting for whoever has just come back."""
    progress = paths.progress(visit.evidence, visit.draft.seen)
    unseen = paths.first_unseen(visit.evidence, visit.draft.seen)
    return render_template(
        "patient/tasks.html",
        progress=[(one, _address(visit, one.page)) for one in progress],
        done=sum(one.progress is Progress.DONE for one in progress),
        begun=bool(visit.draft.seen or visit.draft.answers),
        back=back,
        name=name_of(visit.draft.answers) if back else "",
        again=parts_asked_again(visit.desk, visit.draft),
        way_back=returning.kept(visit.desk, visit.token) is not None,
        keep_going=place_of(visit.questionnaire, unseen).address if unseen else None,
    )


@start.post("/leave")
@at_any_pace
@with_draft
def leave(visit: Visit) -> ResponseReturnValue:
    """Stop for now; everything was saved when it was continued from."""
    returning.keep_open(visit.desk, visit.token)
    return redirect(url_for("returning.later"), 303)


@start.get("/away")
@unattended
@with_draft
def away(visit: Visit) -> ResponseReturnValue:
    """Where a page goes by itself when nobody was at it: nothing of the form, and the way on to it."""
    del visit
    return render_template("patient/away.html")


@start.post("/forget")
@open_to_all
def forget() -> ResponseReturnValue:
    """Sign out of this browser, for whoever shares it. A way back opens the form again, and nothing else.

    With the form goes whatever the clinic was replied from here.
    """
    if token := the_token():
        answering.leave(the_desk(), token)
    if token := reply_visits.reply_token():
        replying.leave(the_desk(), token)
    response = reply_visits.take_back(redirect(url_for("start.forgotten"), 303))
    return take_back(response)


@start.post("/erase")
@open_to_all
def erase() -> ResponseReturnValue:
    """Delete the answers for good; no way back opens them any more. Where nothing was deleted, it says so."""
    if answering.erase(the_desk(), the_token()):
        return take_back(redirect(url_for("start.erased"), 303))
    if isinstance(_found(), Receipt):
        return redirect(url_for("sending.sent"), 303)
    return render_template("patient/not_erased.html"), 410


@start.get("/forgotten", defaults={"erased": False}, endpoint="forgotten")
@start.get("/erased", defaults={"erased": True}, endpoint="erased")
@open_to_all
def forgotten(*, erased: bool) -> ResponseReturnValue:
    """Nothing is left in this browser."""
    return render_template("patient/forgotten.html", erased=erased)


@start.get("/privacy")
@open_to_all
def privacy() -> ResponseReturnValue:
    """Who can read what, and for how long it is kept."""
    return render_template("patient/privacy.html", signal=signalling.duty_of(the_desk()))


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
    returning.keep_open(the_desk(), the_token())
    if safety is not None:
        return redirect(place.pause_address(questionnaire, safety), 303)
    return redirect(url_for("returning.later_unfinished" if unfinished else "returning.later"), 303)


def _what_is_wrong(code: str) -> str:
    # The same for a code that never was, ran out, was revoked or is used up.
    if code.strip():
        return say("This code does not open a form. Check each letter, or call the clinic")
    return say("Type the code you got from the clinic")


def _welcome(code: str = "", wrong: str = "", *, anew: bool = False) -> str:
    desk = the_desk()
    questionnaire = desk.library.questionnaire
    return render_template(
        "patient/start.html",
        questionnaire=questionnaire,
        lines=_lines(questionnaire),
        found=_kind(_found()),
        anew=anew,
        ask=_ASK,
        signal=signalling.duty_of(desk),
        code=code,
        wrong=wrong,
        trap_name=_TRAP,
        script=url_for("start.code_script", given=mark(script(_SCRIPT))) if desk.settings.start_codes else "",
    )


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
