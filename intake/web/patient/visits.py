"""Who is asking: the draft behind a browser's cookie, handed to each view that needs one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from intake.config import Settings
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Questionnaire
from intake.domain.submissions import Draft, Receipt
from intake.domain.unfinished import SIGNING
from intake.services import answering, in_force, unfinished
from intake.services.clinic import PatientDesk
from intake.services.clinic_settings import with_settings_in_force
from intake.services.keys_in_use import with_keys_in_use
from intake.services.languages import in_language
from intake.web import typed
from intake.web.guard import is_unattended, open_to_all
from intake.web.languages import let_speak, say_many
from intake.web.pace import refuse_too_fast
from intake.web.patient import held, language_choice, parse
from intake.web.refusals import send_again
from intake.web.security import cookie_name
from intake.web.why import Why, because

View = Callable[..., ResponseReturnValue]

# What was typed on an earlier page and is carried along to where it can be sent.
KEPT = "kept-words"

_DESK = "intake.desk"
_THIRTY_DAYS = 30 * 24 * 60 * 60
# Minutes before the end at which a page asks.
_LEAD, _SHORTEST_LEAD = 6, 3


@dataclass(frozen=True, slots=True)
class Visit:
    """A patient at a page: the desk, the token of the browser, and the draft it opens."""

    desk: PatientDesk
    token: str
    draft: Draft

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked."""
        return self.desk.library.questionnaire

    @property
    def evidence(self) -> PatientEvidence:
        """The answers so far, as of today."""
        return answering.evidence_of(self.desk, self.draft)


def with_draft(view: View) -> View:
    """Hand the view the visit; whoever has no draft is told where they stand instead."""

    @wraps(view)
    def guarded(**address: object) -> ResponseReturnValue:
        desk, token = the_desk(), the_token()
        attended = not is_unattended(request.endpoint)
        match answering.find(desk, token, attended=attended) if token else None:
            case Draft() as draft:
                refuse_too_fast(desk, str(draft.id))
                shown = held.shown_page(desk)
                if shown is not None and shown.draft != draft.id:
                    # Somebody else began a form in this browser: one person's answers are never another's.
                    return held.signed_out(desk, shown, another=True)
                desk = in_the_language_of(draft)
                # A page that nobody asked for takes nothing up, and leads nowhere.
                back = _taken_up(desk, token) if attended else None
                return back or view(Visit(desk, token, draft), **address)
            case Receipt():
                return already_sent()
        return gone()

    # Anyone may come in: what they see is what their own cookie opens.
    return open_to_all(guarded)


def gone(_error: Exception | None = None) -> ResponseReturnValue:
    """No draft is open in this browser: the page that says so, or the first page.

    A page that was sent all the same is not lost.
    """
    if not the_token() and request.method == "GET":
        return redirect(url_for("start.welcome"), 303)
    if (shown := held.shown_page(the_desk())) is not None:
        return held.signed_out(the_desk(), shown)
    return render_template("patient/gone.html"), 410


def already_sent(_error: Exception | None = None) -> ResponseReturnValue:
    """The form was sent, perhaps in another window: what is on this page is not in it, which is said."""
    shown = held.shown_page(the_desk())
    if shown is None or shown.page == SIGNING:
        return redirect(url_for("sending.sent"), 303)
    words = typed.by_a_patient()
    fits = len(words) <= parse.LONGEST_TEXT
    return render_template("patient/sent_before.html", words=words, fits=fits, carried=KEPT), 409


def token_gone(_error: CSRFError) -> ResponseReturnValue:
    """A page without the token of its browser. What it says of itself is as good: nobody can make it up."""
    if (shown := held.shown_page(the_desk())) is None:
        page = "errors/400.html" if request.cookies else "patient/no_cookies.html"
        because(Why.TOKEN)
        return (
            render_template(page, typed=typed.by_a_patient(), again=send_again(), for_patients=True),
            400,
        )
    found = answering.find(the_desk(), the_token()) if the_token() else None
    if not isinstance(found, Draft) or found.id != shown.draft:
        return already_sent() if isinstance(found, Receipt) else held.signed_out(the_desk(), shown)
    unfinished.keep(the_desk(), the_token(), shown.page, held.typed_page(the_desk()))
    return redirect(_address_of(shown.page), 303)


def _taken_up(desk: PatientDesk, token: str) -> Response | None:
    """Back after a sign-out: first to the page that was held; None when none is."""
    secret = held.secret(desk)
    if not secret or request.method != "GET":
        return None
    page = unfinished.take_up(desk, token, secret)
    return None if page is None else held.forget_secret(desk, redirect(_address_of(page), 303))


def _address_of(page: str) -> str:
    """Where a page is; the list of parts when this questionnaire does not have it any more."""
    if page == SIGNING:
        return url_for("sending.check")
    for number, part in enumerate(the_desk().library.questionnaire.parts, start=1):
        for at, one in enumerate(part.pages, start=1):
            if one.id == page:
                return url_for("questions.page", part=number, number=at)
    return url_for("start.tasks")


def keep_desk(extensions: dict[str, object], desk: PatientDesk) -> None:
    """Let the views of this site find their desk."""
    extensions[_DESK] = desk


def the_desk() -> PatientDesk:
    """The desk of the site that answers, with all that is in force: the same for the whole of a request."""
    if "desk" not in g:
        desk = with_settings_in_force(in_force.at_work(with_keys_in_use(_as_opened())))
        _speak(desk, language_choice.code_for(desk.settings))
    known: PatientDesk = g.desk
    return known


def in_the_language_of(draft: Draft) -> PatientDesk:
    """The desk, in the language the form was last read in unless this browser knows another."""
    return in_the_language_read(draft.language)


def in_the_language_read(code: str) -> PatientDesk:
    """The desk, in this language, in which the form was last read, unless this browser knows another."""
    desk = the_desk()
    if code and language_choice.knows_none(desk.settings):
        _speak(desk, language_choice.code_for(desk.settings, code))
    return the_desk()


def _speak(desk: PatientDesk, code: str) -> None:
    g.desk = in_language(desk, code)
    let_speak(g.desk.voice)


def the_token() -> str:
    """The browser's token; empty when it has none."""
    return request.cookies.get(_name(_as_opened().settings), "")


def hand_over(response: Response, token: str) -> Response:
    """Give the browser the token that alone opens its draft."""
    settings = _as_opened().settings
    response.set_cookie(
        _name(settings),
        token,
        max_age=_THIRTY_DAYS,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def take_back(response: Response) -> Response:
    """Let the browser forget its token and every page it kept."""
    settings = _as_opened().settings
    response.delete_cookie(
        _name(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax"
    )
    # Not "cookies": a clinician may be signed in to the clinic site in the same browser.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def warning() -> dict[str, int]:
    """When a page asks whether somebody is still there: after how many seconds, and for how many.

    ``told`` is the minutes the page names. Using a page counts once a minute, so that a session may end
    a minute before the setting says: the page tells of one minute less than it waits (WCAG 2.2.1 asks
    for 20 seconds, ux_spec 9 for 2 minutes).
    """
    idle = the_desk().settings.patient_idle_minutes
    lead = min(_LEAD, max(_SHORTEST_LEAD, idle // 2))
    return {"wait": (idle - lead) * 60, "left": lead * 60, "told": lead - 1}


def how_long() -> str:
    """How long a browser may do nothing: "60 minutes", "2 hours", "14 days"."""
    return _said(answering.limits(_as_opened()).allowed(lost=False))


def unsaved_long() -> str:
    """How long a form without words waits in this browser."""
    return _said(answering.limits(_as_opened()).allowed(lost=True))


def _said(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    if minutes % (24 * 60) == 0 and minutes > 24 * 60:
        days = minutes // (24 * 60)
        return say_many("%(number)s day", "%(number)s days", days, number=days)
    if minutes % 60 == 0 and minutes > 60:
        return say_many("%(number)s hour", "%(number)s hours", minutes // 60, number=minutes // 60)
    return say_many("%(number)s minute", "%(number)s minutes", minutes, number=minutes)


def _as_opened() -> PatientDesk:
    desk: PatientDesk = current_app.extensions[_DESK]
    return desk


def _name(settings: Settings) -> str:
    return cookie_name(settings, "patient")
