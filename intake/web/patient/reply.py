"""Replying to the clinic: where its pages are, the link and the reference, and the ends of a reply.

The same for everyone: nothing on these pages depends on rules, and whoever does not have both the
link and the reference is told one thing, whatever the reason.
"""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.rate_limits import Door
from intake.services import replying
from intake.services.asked_then import NotKept
from intake.web.guard import open_to_all
from intake.web.patient import parse, reply_asking, reply_keeping, reply_signing
from intake.web.patient.doors import TOO_MANY, retry_after, wait_at, was_right_at, whole_minutes
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.link_script import link_script_address
from intake.web.patient.reply_forms import DoorForm
from intake.web.patient.reply_visits import hand_over, help_lines, over, reply_token, take_back
from intake.web.patient.visits import KEPT, the_desk, the_token

reply = Blueprint("reply", __name__)

_TYPED_ON = ["GET", "POST"]
reply.add_url_rule("/reply/question", view_func=reply_asking.question, methods=_TYPED_ON)
reply.add_url_rule("/reply/more", view_func=reply_asking.more, methods=_TYPED_ON)
reply.add_url_rule("/reply/pause/<int:pause>", view_func=reply_asking.pause)
reply.add_url_rule("/reply/check", view_func=reply_signing.check, methods=_TYPED_ON)
reply.add_url_rule("/reply/keep/<step>", view_func=reply_keeping.keep, methods=["POST"])
reply.add_url_rule("/reply/stay", view_func=reply_keeping.stay, methods=["POST"])
reply.add_url_rule("/reply/away", view_func=reply_keeping.away)


@reply.get("/reply")
@open_to_all
def door() -> ResponseReturnValue:
    """The boxes for link and reference; the same for everybody, and looking changes nothing."""
    return _door(DoorForm())


@reply.post("/reply")
@open_to_all
def enter() -> ResponseReturnValue:
    """Open the question, or say that it was not opened, and never why."""
    form = DoorForm(request.form)
    if is_pressed():
        return _door(form)
    if (wait := wait_at(Door.REPLY)) is not None:
        # The page keeps what was typed: the link is no longer in the address.
        form.ask_to_wait(whole_minutes(wait))
        return retry_after(make_response(_door(form), TOO_MANY), wait)
    pair = (form.link.data or "", form.reference.data or "")
    token = replying.open_question(the_desk(), *pair, before=reply_token())
    if token is None:
        form.refuse(the_desk().settings.reference_prefix)
        return _door(form), 422
    was_right_at(Door.REPLY)
    return hand_over(redirect(url_for("reply.question"), 303), token)


@reply.get("/reply/sent")
@open_to_all
def sent() -> ResponseReturnValue:
    """The same page for everyone, whatever was sent."""
    desk, token = the_desk(), reply_token()
    visit = replying.find(desk, token) if token else None
    if visit is None:
        return over()
    if visit.sent_at is None:
        return redirect(url_for("reply.question"), 303)
    at = desk.local(visit.sent_at)
    return render_template("patient/reply_sent.html", sent_at=at, lines=help_lines())


@reply.post("/reply/add")
@open_to_all
def add() -> ResponseReturnValue:
    """Begin to add something to a form that was sent in this browser."""
    words = parse.visible(request.form.get(KEPT, ""))
    taken_along = words if len(words) <= parse.LONGEST_TEXT else ""
    token = replying.add_something(the_desk(), the_token(), reply_token(), taken_along)
    if token is None:
        return over()
    return hand_over(redirect(url_for("reply.question"), 303), token)


@reply.post("/reply/leave")
@open_to_all
def leave() -> ResponseReturnValue:
    """Close the reply in this browser; the link and the reference open it again."""
    if token := reply_token():
        replying.leave(the_desk(), token)
    return take_back(redirect(url_for("reply.door"), 303))


def cannot_be_asked(_error: NotKept) -> ResponseReturnValue:
    """The questions of that time are not here any more: the patient is told to call, and loses nothing."""
    return over(409)


def _door(form: DoorForm) -> str:
    form.describe(the_desk().settings.reference_prefix)
    return render_template("patient/reply.html", form=form, script=link_script_address(), lines=help_lines())
