"""Light, dark, or as the device has it: what somebody chose in this browser, and every page follows.

A button changes it. Among boxes it sends them along, and the page comes back as it was sent.
"""

from enum import StrEnum

from flask import Blueprint, Flask, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from intake.config import Settings
from intake.web.frame import SETTINGS_AT_HAND
from intake.web.guard import open_to_all
from intake.web.patient.language_choice import LOOK, PAGE, back_to
from intake.web.security import cookie_name

looks = Blueprint("looks", __name__)

_A_YEAR = 365 * 24 * 60 * 60


class Look(StrEnum):
    """How a page is lit: the value of the buttons and, but for the device's own, of the cookie."""

    LIGHT = "light"
    DARK = "dark"
    DEVICE = "device"


@looks.post("/look")
@open_to_all
def choose() -> ResponseReturnValue:
    """Another look, on a page where nothing is typed; back to that page."""
    return redirect(back_to(request.form.get(PAGE, "")), 303)


def offer_looks(site: Flask) -> None:
    """Let every page of a site be light, dark, or as the device has it."""
    site.register_blueprint(looks)
    site.after_request(_remember)
    site.context_processor(lambda: {"look": look})


def look() -> Look:
    """The look of this page: what was pressed, else what this browser knows, else the device's."""
    return _pressed() or _read(request.cookies.get(_cookie(), "")) or Look.DEVICE


def _pressed() -> Look | None:
    try:
        return _read(request.form.get(LOOK, "")) if request.method == "POST" else None
    except HTTPException:
        # What was sent cannot be read; the page that says so has a look all the same.
        return None


def _read(value: str) -> Look | None:
    return Look(value) if value in set(Look) else None


def _remember(response: Response) -> Response:
    """Keep in this browser what was pressed; the device's own look needs nothing kept."""
    match _pressed():
        case Look.DEVICE:
            response.delete_cookie(_cookie(), path="/", secure=_settings().secure_cookies, samesite="Lax")
        case Look() as chosen:
            response.set_cookie(
                _cookie(),
                chosen,
                max_age=_A_YEAR,
                path="/",
                secure=_settings().secure_cookies,
                httponly=True,
                samesite="Lax",
            )
    return response


def _cookie() -> str:
    return cookie_name(_settings(), "look")


def _settings() -> Settings:
    settings: Settings = current_app.extensions[SETTINGS_AT_HAND]()
    return settings
