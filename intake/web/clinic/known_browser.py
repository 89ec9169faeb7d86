"""The cookie a browser is known by at the door of the clinic's site.

It opens nothing. Whoever has it gets tries of their own at one person's password, which strangers cannot
use up; it stays when somebody signs out.
"""

from flask import Response, request

from intake.domain.browsers import family
from intake.services import coming_in
from intake.services.clinic import Clinic
from intake.services.coming_in import Browser
from intake.storage.known_browsers import REMEMBERED
from intake.web.security import cookie_name


def known_as(clinic: Clinic) -> str:
    """What the browser is known by; empty when it has no cookie of ours."""
    cookie = request.cookies.get(cookie_name(clinic.settings, "known"), "")
    return coming_in.browser_in(clinic, cookie) if cookie else ""


def keep_known(response: Response, clinic: Clinic, session_token: str, source: str, path: str) -> None:
    """Record in which browser and network a session begins, and give it what it is known by from now on."""
    name = coming_in.recognize(clinic, session_token, known_as(clinic), _called(), source)
    keep_name(response, clinic, name, path)


def this_browser(clinic: Clinic) -> Browser:
    """The browser of this request, for whoever shows with a link that it is theirs."""
    return Browser(known_as(clinic) or coming_in.new_name(), _called())


def keep_name(response: Response, clinic: Clinic, name: str, path: str) -> None:
    """Give the browser what it is known by."""
    response.set_cookie(
        cookie_name(clinic.settings, "known"),
        coming_in.cookie_of(clinic, name),
        max_age=REMEMBERED,
        path=path,
        secure=clinic.settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _called() -> str:
    return family(request.headers.get("User-Agent", ""))
