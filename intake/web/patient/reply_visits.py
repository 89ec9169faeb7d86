"""Who is replying: the visit behind a browser's cookie, handed to each view that needs one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from intake.domain.questionnaire import CrisisLine
from intake.domain.replies import AskedOfPatient, ReplyDraft
from intake.domain.reply_pages import ReplyPage
from intake.domain.unfinished import ShownPage
from intake.services import reply_pages, replying, unfinished
from intake.services.clinic import PatientDesk
from intake.storage.held_pages import HELD_FOR
from intake.storage.reply_sessions import ReplyVisit
from intake.web import typed
from intake.web.guard import is_unattended, open_to_all
from intake.web.pace import refuse_too_fast
from intake.web.patient import held, parse
from intake.web.patient.visits import KEPT, in_the_language_read, the_desk, the_token
from intake.web.patient.visits import token_gone as of_a_form
from intake.web.security import cookie_name

# What is being typed; what was typed on an earlier page of the same reply a page carries along (KEPT),
# because what was kept of a reply is gone once the question no longer waits. With hyphens, so that no
# question of a form has the same name.
TYPED = "reply-words"

View = Callable[..., ResponseReturnValue]


# The pages of a reply on which something is typed: what a page calls itself, in addresses too.
QUESTION, MORE, MEDICINES, CHECK = "question", "more", "medicines", "check"
_ENDPOINTS = {
    QUESTION: "reply.question",
    MORE: "reply.more",
    MEDICINES: "reply_medicines.listed",
    CHECK: "reply.check",
}


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

    def typed_on(self, step: str) -> MultiDict[str, str] | None:
        """What was typed on a page and not continued from; None when nothing was."""
        kept = self.draft.unfinished.get(step)
        return None if kept is None else held.boxes_of(kept)

    def frame_of(self, step: str) -> dict[str, str]:
        """What a page carries of itself, and where it keeps what is typed on it."""
        return {
            "shown_page": reply_pages.carried(self.desk, self.visit, step),
            "keeps": "" if step == CHECK else url_for("reply.keep", step=step),
        }


def with_visit(view: View) -> View:
    """Hand the view the visit; whoever has none, or has sent, is told where they stand instead."""

    @wraps(view)
    def guarded(**address: object) -> ResponseReturnValue:
        desk, token = the_desk(), reply_token()
        attended = not is_unattended(request.endpoint)
        visit = replying.find(desk, token, attended=attended) if token else None
        if visit is None:
            return over()
        refuse_too_fast(desk, token)
        shown = held.shown_page(desk)
        if shown is not None and not reply_pages.is_of(shown, visit):
            # Another reply was begun in this browser: what was written for one is never put into another.
            return _held(desk, shown, another=True) or over(409, another=True)
        if visit.sent_at is not None and _says_something(shown):
            # Sent from another tab: what was typed into this one is not in it.
            return over(409, settled=True)
        if visit.sent_at is not None:
            return redirect(url_for("reply.sent"), 303)
        if visit.draft.asked is not None:
            desk = in_the_language_read(visit.draft.asked.language)
        # A page that nobody asked for takes nothing up, and leads nowhere.
        back = _taken_up(desk, token) if attended else None
        return back or view(Replying(desk, token, visit), **address)

    # Anyone may come in: what they see is what their own cookie opens.
    return open_to_all(guarded)


def over(
    status: int = 410, *, settled: bool = False, another: bool = False, words: str = ""
) -> ResponseReturnValue:
    """No reply is open in this browser: the page that says so. A page that was sent all the same is not lost.

    It is held while its question waits; else what was typed on it stands on this page, to copy.
    ``another`` says that another reply is open by now.
    """
    desk = the_desk()
    if request.method == "GET" and not reply_token():
        return redirect(url_for("reply.door"), 303)
    shown = held.shown_page(desk)
    if shown is not None and status == HTTPStatus.GONE and (waits := _held(desk, shown)) is not None:
        return waits
    kept = words or _typed()
    page = render_template(
        "patient/reply_over.html",
        settled=settled,
        another=another,
        waits=reply_pages.waits_here(desk, reply_token()),
        words=kept,
        fits=len(kept) <= parse.LONGEST_TEXT,
        carried=KEPT,
        may_add=replying.may_add(the_desk(), the_token(), reply_token()),
        lines=help_lines(),
    )
    return page, status


def token_gone(error: CSRFError) -> ResponseReturnValue:
    """A page without the token of its browser: of a reply that is open it is kept, else held."""
    desk, token = the_desk(), reply_token()
    shown = held.shown_page(desk)
    if shown is None or ReplyPage.of(shown.page) is None:
        return of_a_form(error)
    visit = replying.find(desk, token) if token else None
    page = ReplyPage.of(shown.page)
    if visit is None or page is None or visit.sent_at is not None or not reply_pages.is_of(shown, visit):
        return over()
    reply_pages.keep(desk, token, page.step, held.typed_page(desk))
    return redirect(address_of(page.step), 303)


def address_of(step: str) -> str:
    """Where a page of a reply is; the question when there is no such page any more."""
    return url_for(_ENDPOINTS.get(step, _ENDPOINTS[QUESTION]))


def _held(desk: PatientDesk, shown: ShownPage, *, another: bool = False) -> Response | None:
    """The page for whoever sent a page of a reply too late; None when nothing leads back to it."""
    secret = unfinished.hold(desk, held.secret(desk, held.REPLY), shown, held.typed_page(desk))
    if secret is None:
        return None
    page = ReplyPage.of(shown.page)
    told = render_template(
        "patient/reply_held.html",
        another=another,
        asked=page is not None and page.number is not None,
        minutes=int(HELD_FOR.total_seconds()) // 60,
        lines=help_lines(),
    )
    response = current_app.make_response((told, 409 if another else 410))
    return held.hand_secret(desk, response, secret, held.REPLY)


def _taken_up(desk: PatientDesk, token: str) -> Response | None:
    """Back after a sign-out: first to the page that was held; None when none is."""
    secret = held.secret(desk, held.REPLY)
    if not secret or request.method != "GET":
        return None
    step = reply_pages.take_up(desk, token, secret, KEPT)
    return None if step is None else held.forget_secret(desk, redirect(address_of(step), 303), held.REPLY)


def _says_something(shown: ShownPage | None) -> bool:
    page = None if shown is None else ReplyPage.of(shown.page)
    return bool(request.form.get(TYPED) if page is None else page.step != CHECK and _typed())


def _typed() -> str:
    """What was written on the page that was sent, in words; a signature is for what was shown above it."""
    return request.form.get(KEPT, "") if "typed_name" in request.form else typed.by_a_patient()


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
