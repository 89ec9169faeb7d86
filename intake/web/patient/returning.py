"""Coming back to a saved form, and the way back itself: showing it, sending its link, making it anew.

Whoever does not have both halves is told one thing, whatever the reason.
"""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.answers import Answers, Text
from intake.domain.rate_limits import Door
from intake.services import answering, returning
from intake.web.guard import open_to_all
from intake.web.patient.doors import TOO_MANY, retry_after, wait_at, was_right_at, whole_minutes
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.link_script import link_script_address
from intake.web.patient.return_forms import ChoiceForm, MailForm, ReturnForm
from intake.web.patient.visits import Visit, hand_over, the_desk, the_token, with_draft

ways_back = Blueprint("returning", __name__)

# What was typed, sealed, on the page that asks whether another form may be closed for it.
_CARRIED = "carried"


@ways_back.get("/return")
@open_to_all
def door() -> ResponseReturnValue:
    """The boxes for link and words; the same for everybody, and looking changes nothing."""
    return _door(ReturnForm())


@ways_back.post("/return")
@open_to_all
def enter() -> ResponseReturnValue:
    """Open the saved form, or say that it was not opened, and never why.

    It first asks where another form would be lost with it, as the first page does.
    """
    form = ReturnForm(request.form)
    if is_pressed():
        return _door(form)
    desk, before = the_desk(), the_token()
    link, words = form.link.data or "", form.phrase.data or ""
    if given := request.form.get(_CARRIED):
        link, words = returning.carried(desk, before, given)
    lost = bool(before) and returning.would_be_lost(desk, before)
    if lost and "close-that" not in request.form:
        carried = returning.carry(desk, before, link, words)
        return render_template("patient/close_first.html", name=_CARRIED, carried=carried), 409
    # What cannot be four words is no guess: a program that presses buttons must keep nobody out.
    guess = returning.may_be_words(words)
    if guess and (wait := wait_at(Door.RETURN)) is not None:
        form.ask_to_wait(whole_minutes(wait))
        return retry_after(make_response(_door(form), TOO_MANY), wait)
    token = returning.come_back(desk, link, words)
    if token is None:
        form.refuse()
        return _door(form), 422
    was_right_at(Door.RETURN)
    if lost:
        # Only now: the new token takes the place of the only key to the old form.
        answering.leave(desk, before)
    return hand_over(redirect(url_for("start.tasks_back"), 303), token)


@ways_back.get("/later", defaults={"unfinished": False, "mailed": False}, endpoint="later")
@ways_back.get(
    "/later/unfinished", defaults={"unfinished": True, "mailed": False}, endpoint="later_unfinished"
)
@ways_back.get("/later/mailed", defaults={"unfinished": False, "mailed": True}, endpoint="later_mailed")
@with_draft
def later(visit: Visit, *, unfinished: bool, mailed: bool) -> ResponseReturnValue:
    """How to come back. Shown for as long as the form is open here: writing it down takes a while."""
    return _later(visit, MailForm(), unfinished=unfinished, mailed=mailed)


@ways_back.post("/later/mail")
@with_draft
def mail(visit: Visit) -> ResponseReturnValue:
    """Send the link, and nothing else, to an address that is kept until it is sent."""
    form = MailForm(request.form)
    address = form.read()
    if address is None:
        return _later(visit, form), 422
    returning.mail_link(visit.desk, visit.token, address)
    return redirect(url_for("returning.later_mailed"), 303)


@ways_back.post("/later/clinic")
@with_draft
def let_clinic(visit: Visit) -> ResponseReturnValue:
    """Whether the clinic may make new words, as ticked."""
    returning.let_clinic_renew(visit.desk, visit.token, may=bool(ChoiceForm(request.form).may.data))
    return redirect(url_for("returning.later"), 303)


@ways_back.post("/later/anew")
@with_draft
def anew(visit: Visit) -> ResponseReturnValue:
    """New words: somebody may have seen the ones before."""
    returning.make_anew(visit.desk, visit.token)
    return redirect(url_for("returning.later"), 303)


def name_of(answers: Answers) -> str:
    """What the patient wants to be called; empty when they did not say."""
    for question in ("preferred_name", "first_name"):
        value = answers.value(question)
        if isinstance(value, Text) and value.words.strip():
            return value.words.strip()
    return ""


def _door(form: ReturnForm) -> str:
    return render_template("patient/return.html", form=form, script=link_script_address())


def _later(visit: Visit, form: MailForm, *, unfinished: bool = False, mailed: bool = False) -> str:
    desk = visit.desk
    kept = returning.kept(desk, visit.token)
    return render_template(
        "patient/later.html",
        kept=kept,
        link="" if kept is None else returning.link_of(desk, kept.way),
        door=desk.settings.public_address + url_for("returning.door"),
        mails=returning.can_mail(desk),
        form=form,
        choice=ChoiceForm(data={"may": kept is not None and kept.clinic_may_renew}),
        unfinished=unfinished,
        mailed=mailed,
    )
