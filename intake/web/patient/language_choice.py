"""The language of a patient's pages: what was pressed, what this browser or the form knows, what it asks for.

A button changes it, and never an address: what is typed on a page goes along and comes back (ux_spec 14).
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from intake.config import Settings
from intake.domain.languages import Language
from intake.services.blank_forms import foot_words
from intake.services.languages import fitting_code, offered, voice_of
from intake.web.frame import SETTINGS_AT_HAND
from intake.web.guard import open_to_all
from intake.web.languages import find_voices, voice
from intake.web.scripts import kept_for_good, mark
from intake.web.security import cookie_name

languages = Blueprint("languages", __name__)

# The name of the button, and of the hidden field that says which page it stood on.
BUTTON, PAGE = "lang", "page"
# The name of the buttons for light and dark, which stand beside it and work the same way (look_choice).
LOOK = "look"
_THIRTY_DAYS = 30 * 24 * 60 * 60


@languages.post("/language")
@open_to_all
def choose() -> ResponseReturnValue:
    """Another language, on a page where nothing is typed; back to that page."""
    return redirect(back_to(request.form.get(PAGE, "")), 303)


@languages.get("/static/foot/<given>.css")
@open_to_all
def foot(given: str) -> Response:
    """What stands in the foot of a page that is printed, in the language of the page that asks."""
    # This request may not know it: a page is also in the language its form was last read in.
    feet = (foot_words(voice_of(language.code)).encode() for language in _offered())
    found = next((one for one in feet if one and mark(one) == given), b"")
    return kept_for_good(given, found, "text/css; charset=utf-8")


def offer_languages(site: Flask) -> None:
    """Let a site be read in every language its clinic offers."""
    find_voices(site, lambda: voice_of(code_for(_settings())))
    site.register_blueprint(languages)
    site.after_request(_remember)
    site.context_processor(
        lambda: {"offered_languages": _offered, "this_page": _this_page, "foot_address": _foot_address}
    )


def code_for(settings: Settings, of_draft: str = "") -> str:
    """The language of this request. ``of_draft`` is the one the patient's form was last read in."""
    return fitting_code(settings, _wanted(settings, of_draft))


def is_pressed() -> bool:
    """Whether another language or look was asked for by a button: the page comes back as it was sent."""
    return bool(_pressed()) or LOOK in request.form


def knows_none(settings: Settings) -> bool:
    """Whether nobody chose a language in this browser yet."""
    return not _pressed() and not request.cookies.get(_cookie(settings), "")


def _wanted(settings: Settings, of_draft: str) -> Iterator[str]:
    yield _pressed()
    yield request.cookies.get(_cookie(settings), "")
    yield of_draft
    # "es-MX" asks for Spanish.
    yield from (tag.split("-")[0].lower() for tag in request.accept_languages.values())


def _pressed() -> str:
    try:
        return request.form.get(BUTTON, "") if request.method == "POST" else ""
    except HTTPException:
        # What was sent cannot be read; the page that says so has a language all the same.
        return ""


def _remember(response: Response) -> Response:
    """Keep in this browser what was pressed."""
    code = _pressed()
    settings = _settings() if code else None
    if settings is not None and any(language.code == code for language in offered(settings)):
        response.set_cookie(
            _cookie(settings),
            code,
            max_age=_THIRTY_DAYS,
            path="/",
            secure=settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )
    return response


def _offered() -> tuple[Language, ...]:
    return offered(_settings())


def _this_page() -> str:
    """The address of the page, without what stands behind a question mark; empty for what was only sent."""
    return request.path


def _foot_address() -> str:
    """Where the words for the foot of a printed page are; empty for English, which the stylesheet has."""
    return url_for("languages.foot", given=mark(_foot())) if _foot() else ""


def _foot() -> bytes:
    return foot_words(voice()).encode()


def back_to(page: str) -> str:
    """The page named, if it is one of this site's; else the first."""
    parts = urlsplit(page)
    path = parts.path
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return url_for("start.welcome")
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return url_for("start.welcome")
    return f"{request.script_root}{path}"


def _settings() -> Settings:
    settings: Settings = current_app.extensions[SETTINGS_AT_HAND]()
    return settings


def _cookie(settings: Settings) -> str:
    return cookie_name(settings, "language")
