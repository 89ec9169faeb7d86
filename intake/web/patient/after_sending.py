"""After sending, in the same browser: one's own copy, and asking the clinic to stop using or delete a form.

The same for everyone. Nothing on these pages depends on what was answered or on rules.
"""

import threading
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.submissions import Draft, Submission
from intake.domain.within_a_day import TooMuchToday
from intake.papers.engine import EngineMissing, NotMade
from intake.services import answering, own_copy, replying, requesting
from intake.services.languages import voice_of
from intake.web import sheets
from intake.web.guard import open_to_all
from intake.web.languages import speaking
from intake.web.patient.doors import TOO_MANY, call_today
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.reply_visits import reply_token
from intake.web.patient.request_form import RequestForm
from intake.web.patient.visits import gone, in_the_language_of, the_desk, the_token

after = Blueprint("after", __name__)

# Somebody waits for it at a browser, and nobody's form may wait for it: one at a time, and not for long.
_SECONDS = 30
_BUSY = threading.BoundedSemaphore(1)


@after.get("/sent/copy")
@open_to_all
def copy() -> ResponseReturnValue:
    """What was sent from this browser, ready to print."""
    sent = own_copy.opened(the_desk(), the_token(), own_copy.PAGE)
    return _over() if sent is None else render_template("patient/copy.html", submission=sent)


@after.get("/sent/copy.pdf")
@open_to_all
def copy_pdf() -> ResponseReturnValue:
    """The same as a PDF, under a name that says nothing but the reference."""
    desk = the_desk()
    if not own_copy.is_there(desk, the_token()):
        return _over()
    if not _BUSY.acquire(blocking=False):
        return _no_pdf()
    try:
        if not sheets.can_be_made():
            return _no_pdf()
        sent = own_copy.opened(desk, the_token(), own_copy.PDF)
        return _over() if sent is None else _as_pdf(sent)
    finally:
        _BUSY.release()


@after.route("/sent/ask", methods=["GET", "POST"])
@open_to_all
def ask() -> ResponseReturnValue:
    """Ask the clinic to stop using what was sent, or to delete it: a task for people."""
    desk = the_desk()
    if not replying.may_add(desk, the_token(), reply_token()):
        return _nothing_sent()
    form = RequestForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and not is_pressed() and (asks := form.read()) is not None:
        words = form.words.data or ""
        try:
            if not requesting.ask(desk, the_token(), reply_token(), form.number, asks, words):
                return _nothing_sent()
        except TooMuchToday:
            form.ask_to_call(call_today())
            return _ask(form), TOO_MANY
        return redirect(url_for("after.asked"), 303)
    return _ask(form), 422 if form.errors else 200


def _ask(form: RequestForm) -> str:
    once = form.once.data or str(uuid4())
    return render_template("patient/ask.html", form=form, once=once, back=_back())


@after.get("/sent/asked")
@open_to_all
def asked() -> ResponseReturnValue:
    """The same page whatever was asked for."""
    if not replying.may_add(the_desk(), the_token(), reply_token()):
        return _nothing_sent()
    return render_template("patient/asked.html", back=_back())


def _nothing_sent() -> ResponseReturnValue:
    """Nothing was sent from here: a form that is open is not gone, and the page says where it stands."""
    desk, token = the_desk(), the_token()
    found = answering.find(desk, token) if token else None
    if not isinstance(found, Draft):
        return gone()
    in_the_language_of(found)
    return render_template("patient/nothing_sent.html")


def _back() -> str:
    """The page that thanks for what was sent here: the form, or a reply."""
    sent_form = replying.may_add(the_desk(), the_token(), "")
    return url_for("sending.sent" if sent_form else "reply.sent")


def _as_pdf(sent: Submission) -> ResponseReturnValue:
    desk = the_desk()
    try:
        # In the language it was read in, like the one that staff print.
        with speaking(voice_of(sent.language)):
            pdf = sheets.made(
                "papers/copy.html",
                desk.settings,
                desk.local(desk.now()),
                {"submission": sent},
                _SECONDS,
            )
    except (EngineMissing, NotMade):
        return _no_pdf()
    return sheets.as_file(pdf, f"copy-{sent.reference}.pdf", "application/pdf")


def _no_pdf() -> ResponseReturnValue:
    return render_template("patient/no_pdf.html"), 503


def _over() -> ResponseReturnValue:
    """The copy's day is over, or nothing was sent from here."""
    if not replying.may_add(the_desk(), the_token(), ""):
        return _nothing_sent()
    return render_template("patient/no_copy.html"), 410
