"""Who is signed in: the cookie that carries a session's token, and nothing else.

The session itself is kept on the server, where it ends after a pause, at the end of the
day, and when the password changes.
"""

from typing import cast

from flask import Response, current_app, g, request

from intake.domain.permissions import StaffMember
from intake.services import accounts, in_force
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
from intake.services.keys_in_use import with_keys_in_use
from intake.web.guard import is_unattended
from intake.web.security import cookie_name

CLINIC = "intake.clinic"


def this_clinic() -> Clinic:
    """The clinic whose site this is, with all that is in force: the same for the whole of a request."""
    if "clinic" not in g:
        g.clinic = with_settings_in_force(in_force.at_work(with_keys_in_use(_as_opened())))
    return cast(Clinic, g.clinic)


def token() -> str:
    """The session's token as the browser sent it; empty when it sent none."""
    return request.cookies.get(_name(), "")


def whoever() -> StaffMember | None:
    """Who is signed in, asked of the server once a request."""
    if "whoever" not in g:
        carried = token()
        attended = not is_unattended(request.endpoint)
        g.whoever = accounts.whoever(this_clinic(), carried, attended=attended) if carried else None
    return cast(StaffMember | None, g.whoever)


def source() -> str:
    """Where the request comes from, so that strangers cannot use up a person's tries."""
    return request.remote_addr or "unknown"


def begin(response: Response, session_token: str) -> Response:
    """Give the browser the token. No expiry: it goes when the browser is closed."""
    response.set_cookie(
        _name(),
        session_token,
        path=_path(),
        secure=_as_opened().settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )
    return response


def end(response: Response) -> Response:
    """Take the token back."""
    secure = _as_opened().settings.secure_cookies
    response.delete_cookie(_name(), path=_path(), secure=secure, httponly=True, samesite="Strict")
    return response


def _as_opened() -> Clinic:
    return cast(Clinic, current_app.extensions[CLINIC])


def _name() -> str:
    return cookie_name(_as_opened().settings, "clinic")


def _path() -> str:
    # A __Host- cookie belongs to the whole host; browsers refuse one that does not.
    return "/" if _as_opened().settings.secure_cookies else (request.script_root or "/")
