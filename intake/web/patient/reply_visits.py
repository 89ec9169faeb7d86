"""Who is replying: the visit behind a browser's cookie, handed to each view that needs one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from intake.domain.questionnaire import CrisisLine
from intake.domain.replies import AskedOfPatient, ReplyDraft
from intake.services import replying
from intake.services.clinic import PatientDesk
from intake.storage.reply_sessions import ReplyVisit
from intake.web.guard import open_to_all
from intake.web.patient import parse
from intake.web.patient.visits import KEPT, in_the_language_read, the_desk, the_token
from intake.web.security import cookie_name

# What is being typed; what was typed on an earlier page of the same reply a page carries along (KEPT),
# because what was kept of a reply is gone once the question no longer waits. With hyphens, so that no
# question of a form has the same name.
TYPED = "reply-words"

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Replying:
    """A patient at a page of a reply: the desk, the token of the browser, and the visit it opens."""

    desk: PatientDesk
    token: str
    visit: ReplyVisit

    @property
    def draft(self) -> ReplyDraft:
        """What was written so far."""
        return self.visit.draft

    @property
    def asked(self) -> AskedOfPatient | None:
        """The question; None when the patient adds something unasked."""
        return self.visit.draft.asked


def with_visit(view: View) -> View:
    """Hand the view the visit; whoever has none, or has sent, is told where they stand instead."""

    @wraps(view)
    def guarded(**address: object) -> ResponseReturnValue:
        desk, token = the_desk(), reply_token()
        visit = replying.find(desk, token) if token else None
        if visit is None:
            return over()
        if visit.sent_at is not None and request.form.get(TYPED):
            # Sent from another tab: what was typed into this one is not in it.
            return over(409, settled=True)
        if visit.sent_at is not None:
            return redirect(url_for("reply.sent"), 303)
        if visit.draft.asked is not None:
            desk = in_the_language_read(visit.draft.asked.language)
        return view(Replying(desk, token, visit), **address)

    # Anyone may come in: what they see is what their own cookie opens.
    return open_to_all(guarded)


def over(status: int = 410, *, settled: bool = False, words: str = "") -> ResponseReturnValue:
    """No reply is open in this browser: the page that says so, with whatever was typed."""
    if request.method == "GET" and not reply_token():
        return redirect(url_for("reply.door"), 303)
    kept = words or request.form.get(TYPED) or request.form.get(KEPT, "")
    page = render_template(
        "patient/reply_over.html",
        settled=settled,
        words=kept,
        fits=len(kept) <= parse.LONGEST_TEXT,
        carried=KEPT,
        may_add=replying.may_add(the_desk(), the_token(), reply_token()),
        lines=help_lines(),
    )
    return page, status


def help_lines() -> tuple[CrisisLine, ...]:
    """Every way to reach help that the form shows, each once; on every page of a reply."""
    return the_desk().library.questionnaire.crisis_lines


def reply_token() -> str:
    """The browser's token; empty when it has none."""
    return request.cookies.get(_name(), "")


def hand_over(response: Response, token: str) -> Response:
    """Give the browser the token. No expiry: it goes when the browser is closed."""
    response.set_cookie(
        _name(),
        token,
        path="/",
        secure=the_desk().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def take_back(response: Response) -> Response:
    """Let the browser forget its token and every page it kept."""
    secure = the_desk().settings.secure_cookies
    response.delete_cookie(_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _name() -> str:
    return cookie_name(the_desk().settings, "reply")
