"""The pages that refuse, on both sites: in our words, with help for patients, and with what was typed."""

import logging
from collections.abc import Callable

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests
from wtforms.validators import ValidationError

from intake.log import Noted, note
from intake.storage.out_of_reach import is_out_of_reach
from intake.storage.passwords import TooBusy
from intake.web import typed
from intake.web.allowances import read_for_its_words
from intake.web.last_resort import new_number
from intake.web.origins import is_surely_ours
from intake.web.why import Why, because, site_name

# Every refusal a browser can get has a page of its own; any other gets the one for its hundred.
_PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 415, 429, 500, 503})
_WAIT_A_MOMENT = {Why.TOO_FAST: "errors/too_fast.html", Why.BUSY: "errors/busy.html"}
_ELSEWHERE = frozenset({Why.OTHER_SITE, Why.EMBEDDED})
_OTHER_NETWORK = frozenset({Why.OUTSIDE_CLINIC, Why.OUTSIDE_ADMINISTRATION})
# Only what the protocol needs travels on: never the error's own words.
_BUSY_SECONDS = 5
# As the page says it: a minute.
_BACK_IN_SECONDS = 60
_KEPT_HEADERS = frozenset({"Allow", "Retry-After"})


def show_refusals(app: Flask, *, for_patients: bool) -> None:
    """Answer every error of a site with a page of its own."""

    @app.errorhandler(TooBusy)
    def busy(_error: TooBusy) -> ResponseReturnValue:
        # Two passwords are worked out at a time, and nobody waits for longer than a moment.
        because(Why.BUSY)
        return refused(TooManyRequests(retry_after=_BUSY_SECONDS))

    @app.errorhandler(SQLAlchemyError)
    def not_answered(error: SQLAlchemyError) -> ResponseReturnValue:
        if not is_out_of_reach(error):
            raise error
        g.failure_number = new_number()
        _note(error, 503)
        return refused(ServiceUnavailable(retry_after=_BACK_IN_SECONDS))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> HTTPException | tuple[str, int, list[tuple[str, str]]] | Response:
        status = error.code or 500
        if status < 400:
            return error
        if isinstance(error, CSRFError):
            because(Why.TOKEN)
        told = render_template(
            _page(status),
            for_patients=for_patients,
            number=_number(error) if status >= 500 else "",
            only_administration=g.get("refused_why") is Why.OUTSIDE_ADMINISTRATION,
            **_given_back(error, for_patients=for_patients),
        )
        return told, status, [one for one in error.get_headers() if one[0] in _KEPT_HEADERS]


def note_failure(error: BaseException | None) -> None:
    """Write down an error of ours, under the number that its page will show."""
    g.failure_number = new_number()
    _note(error, 500)


def send_again() -> list[tuple[str, str]]:
    """Everything that was sent, to be sent once more by a press; nothing unless it surely came from here."""
    return typed.to_try_again() if is_surely_ours() else []


def _number(error: HTTPException) -> str:
    if "failure_number" not in g:
        # Refused with a status of ours, and no error behind it.
        g.failure_number = new_number()
        _note(None, error.code or 500)
    number: str = g.failure_number
    return number


def _note(error: BaseException | None, status: int) -> None:
    note(
        Noted.PAGE_FAILED,
        logging.ERROR,
        error=error,
        number=g.failure_number,
        route=request.url_rule,
        site=site_name(),
        status=status,
    )


def _page(status: int) -> str:
    if status == 403 and (why := g.get("refused_why")) is not None:
        if why in _ELSEWHERE:
            return "errors/elsewhere.html"
        if why in _OTHER_NETWORK:
            return "clinic/other_network.html"
    if (page := _WAIT_A_MOMENT.get(g.get("refused_why"))) is not None:
        return page
    return f"errors/{status if status in _PAGES else (500 if status >= 500 else 400)}.html"


def _given_back(error: HTTPException, *, for_patients: bool) -> dict[str, object]:
    """What somebody typed and could not be recorded: to copy, or to send again by one press."""
    nothing: dict[str, object] = {"typed": "", "again": []}
    gives = _giver(error, for_patients=for_patients)
    if request.method != "POST" or gives is None:
        return nothing
    try:
        return nothing | gives()
    except Exception:
        # What was sent cannot be read. The page that says that something went wrong matters more.
        return nothing


def _giver(error: HTTPException, *, for_patients: bool) -> Callable[[], dict[str, object]] | None:
    words = typed.by_a_patient if for_patients else typed.sentences
    status = error.code or 500
    match g.get("refused_why"):
        case Why.TOO_LARGE:
            return lambda: {"typed": _of_a_page_too_large(words)}
        case Why.OTHER_SITE | Why.KIND:
            # Another site knows no token of this browser's: what it made up is not shown as ours.
            return lambda: {"typed": words() if _has_our_token() else ""}
        case Why.TOKEN:
            return lambda: {"typed": words(), "again": send_again()}
        case Why.TOO_FAST | Why.BUSY:
            # With the token of its browser: it was looked at before.
            return lambda: {"typed": words(), "again": typed.to_try_again()}
    if status == 403:
        return lambda: {"typed": words()}
    if status >= 500:
        again = typed.to_try_again if for_patients else send_again
        return lambda: {"typed": words(), "again": again()}
    return None


def _of_a_page_too_large(words: Callable[[], str]) -> str:
    read_for_its_words()
    return words() if _has_our_token() else ""


def _has_our_token() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
