"""Who is asking: the draft behind a browser's cookie, handed to each view that needs one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from intake.config import Settings
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Questionnaire
from intake.domain.submissions import Draft, Receipt
from intake.services import answering, in_force
from intake.services.clinic import PatientDesk
from intake.services.clinic_settings import with_settings_in_force
from intake.services.languages import in_language
from intake.web.guard import open_to_all
from intake.web.languages import let_speak, say_many
from intake.web.patient import language_choice
from intake.web.security import cookie_name

View = Callable[..., ResponseReturnValue]

_DESK = "intake.desk"
_THIRTY_DAYS = 30 * 24 * 60 * 60


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
        match answering.find(desk, token) if token else None:
            case Draft() as draft:
                return view(Visit(in_the_language_of(draft), token, draft), **address)
            case Receipt():
                return redirect(url_for("sending.sent"), 303)
        return gone()

    # Anyone may come in: what they see is what their own cookie opens.
    return open_to_all(guarded)


def gone(_error: Exception | None = None) -> ResponseReturnValue:
    """No draft is open in this browser: the page that says so, or the first page."""
    if not the_token() and request.method == "GET":
        return redirect(url_for("start.welcome"), 303)
    return render_template("patient/gone.html"), 410


def keep_desk(extensions: dict[str, object], desk: PatientDesk) -> None:
    """Let the views of this site find their desk."""
    extensions[_DESK] = desk


def the_desk() -> PatientDesk:
    """The desk of the site that answers, with all that is in force: the same for the whole of a request."""
    if "desk" not in g:
        desk = with_settings_in_force(in_force.at_work(_as_opened()))
        _speak(desk, language_choice.code_for(desk.settings))
    known: PatientDesk = g.desk
    return known


def in_the_language_of(draft: Draft) -> PatientDesk:
    """The desk, in the language the form was last read in unless this browser knows another."""
    desk = the_desk()
    if draft.language and language_choice.knows_none(desk.settings):
        _speak(desk, language_choice.code_for(desk.settings, draft.language))
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


def how_long() -> str:
    """How long an open form waits in this browser: "60 minutes", "2 hours", "14 days"."""
    minutes = _as_opened().settings.patient_idle_minutes
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
