"""What a page that was sent says of itself, and what was typed on it: kept, or held after a sign-out."""

from flask import current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.services import unfinished
from intake.services.clinic import PatientDesk
from intake.storage.held_pages import HELD_FOR
from intake.web import typed
from intake.web.security import cookie_name

# The hidden box that says what the page showed. With a hyphen, so that no question has this name.
SHOWN = "shown-page"
# What the cookie with the secret is called. Two, so that taking up one leaves the other where it is.
FORM, REPLY = "held", "held_reply"
_NOT_TYPED = frozenset({SHOWN, "csrf_token", "lang"})


def shown_page(desk: PatientDesk) -> ShownPage | None:
    """What the page that was sent had shown; None when none was sent, or it does not say."""
    return unfinished.read(desk, request.form.get(SHOWN, "")) if request.method == "POST" else None


def typed_page(desk: PatientDesk, *, checked: bool = False) -> UnfinishedPage:
    """What stands in the boxes of the page that was sent."""
    shown = shown_page(desk)
    boxes = tuple((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED)
    return UnfinishedPage(boxes, None if shown is None else shown.marks, checked)


def boxes_of(typed: UnfinishedPage) -> MultiDict[str, str]:
    """The boxes as if they had just been sent."""
    return MultiDict(typed.boxes)


def secret(desk: PatientDesk, of: str = FORM) -> str:
    """The secret of the pages held for this browser, of a form or a reply; empty when it has none."""
    return request.cookies.get(cookie_name(desk.settings, of), "")


def hand_secret(desk: PatientDesk, response: Response, value: str, of: str = FORM) -> Response:
    """Give the browser the secret of its held page, for as long as that is held."""
    response.set_cookie(
        cookie_name(desk.settings, of),
        value,
        max_age=int(HELD_FOR.total_seconds()),
        path="/",
        secure=desk.settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget_secret(desk: PatientDesk, response: Response, of: str = FORM) -> Response:
    """Let the browser forget it."""
    secure = desk.settings.secure_cookies
    response.delete_cookie(
        cookie_name(desk.settings, of), path="/", secure=secure, httponly=True, samesite="Lax"
    )
    return response


def signed_out(desk: PatientDesk, shown: ShownPage, *, another: bool = False) -> Response:
    """The page for whoever sent a page after signing out; what was typed is held when they can come back.

    ``another`` says that the form of somebody else is open in this browser by now.
    """
    held = unfinished.hold(desk, secret(desk), shown, typed_page(desk))
    page = render_template(
        "patient/signed_out.html",
        held=held is not None,
        another=another,
        minutes=int(HELD_FOR.total_seconds()) // 60,
        typed="" if held else typed.by_a_patient(),
    )
    response = current_app.make_response((page, 409 if another else 410))
    return response if held is None else hand_secret(desk, response, held)
