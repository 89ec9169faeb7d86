"""The browser at the door of the clinic's site: where it is, and the cookie it is known by.

The cookie opens nothing. Whoever has it gets tries of their own at one person's password, which strangers
cannot use up; it stays when somebody signs out.
"""

from flask import Response, request

from intake.domain.browsers import family
from intake.services import coming_in
from intake.services.coming_in import Came, Visitor
from intake.storage.known_browsers import REMEMBERED
from intake.web.clinic import sessions
from intake.web.security import cookie_name


def visitor() -> Visitor:
    """Who knocks, as far as their browser says."""
    cookie = request.cookies.get(_name(), "")
    known_as = coming_in.browser_in(sessions.this_clinic(), cookie) if cookie else ""
    return Visitor(sessions.source(), known_as, family(request.headers.get("User-Agent", "")))


def begin(response: Response, came: Came) -> Response:
    """Give the browser its session, and what it is known by from now on."""
    clinic = sessions.this_clinic()
    response.set_cookie(
        _name(),
        coming_in.cookie_of(clinic, came.known_as),
        max_age=REMEMBERED,
        path=_path(),
        secure=clinic.settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )
    return sessions.begin(response, came.token)


def _name() -> str:
    return cookie_name(sessions.this_clinic().settings, "known")


def _path() -> str:
    # As for the session: over HTTPS it belongs to the whole host.
    secure = sessions.this_clinic().settings.secure_cookies
    return "/" if secure else (request.script_root or "/")
