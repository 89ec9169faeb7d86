"""Who is signed in: the cookie that carries a session's token, and nothing else.

The session itself is kept on the server, where it ends after a pause, at the end of the
day, and when the password changes.
"""

from typing import cast

from flask import Response, after_this_request, current_app, g, request

from intake.domain.permissions import StaffMember
from intake.services import accounts, in_force
from intake.services.clinic import Clinic
from intake.services.clinic_settings import with_settings_in_force
from intake.services.keys_in_use import with_keys_in_use
from intake.web.clinic.known_browser import keep_known, keep_name
from intake.web.guard import is_open_while_due, is_unattended
from intake.web.pace import refuse_too_fast
from intake.web.security import cookie_name

CLINIC = "intake.clinic"


def this_clinic() -> Clinic:
    """The clinic whose site this is, with all that is in force: the same for the whole of a request."""
    if "clinic" not in g:
        g.clinic = with_settings_in_force(in_force.at_work(with_keys_in_use(as_opened())))
    return cast(Clinic, g.clinic)


def token() -> str:
    """The session's token: as the browser sent it, or as it is since; empty when there is none."""
    return cast(str, g.get("session_token", request.cookies.get(_name(), "")))


def whoever() -> StaffMember | None:
    """Who is signed in, asked of the server once a request."""
    if "whoever" not in g:
        carried = token()
        attended = not is_unattended(request.endpoint)
        also_due = is_open_while_due(request.endpoint)
        g.whoever = (
            accounts.whoever(this_clinic(), carried, source(), attended=attended, also_due=also_due)
            if carried
            else None
        )
    return cast(StaffMember | None, g.whoever)


def paced() -> None:
    """Count what this session sends; no other session's, so that nobody slows a colleague down.

    Raises TooManyRequests.
    """
    refuse_too_fast(this_clinic(), token())


def has_something_due() -> bool:
    """Whether somebody is there who has to do something about how they sign in before anything else."""
    carried = token()
    return bool(carried) and accounts.whoever(this_clinic(), carried, also_due=True) is not None


def source() -> str:
    """Where the request comes from, so that strangers cannot use up a person's tries."""
    return request.remote_addr or "unknown"


def begin(response: Response, session_token: str) -> Response:
    """Give the browser the token. No expiry: it goes when the browser is closed.

    Nothing else gives one to somebody who was not signed in, so that a new browser is always told of.
    """
    g.session_token = session_token
    keep_known(response, this_clinic(), session_token, source(), _path())
    _keep(response, _name(), session_token)
    return end_unfinished(response)


def begin_known(response: Response, known_as: str) -> Response:
    """Give a browser what it is known by, though no session begins yet: its person showed they are there."""
    keep_name(response, this_clinic(), known_as, _path())
    return response


def unfinished_token() -> str:
    """The token of a sign-in that goes on with a second factor; empty when there is none."""
    return request.cookies.get(_unfinished_name(), "")


def begin_unfinished(response: Response, unfinished: str) -> Response:
    """Give the browser the token of a sign-in that goes on."""
    _keep(response, _unfinished_name(), unfinished)
    return response


def end_unfinished(response: Response) -> Response:
    """Take that back, if there is one."""
    if unfinished_token():
        _take_back(response, _unfinished_name())
    return response


def end(response: Response) -> Response:
    """Take the tokens back."""
    g.session_token = ""
    _take_back(response, _name())
    return end_unfinished(response)


def renewed(session_token: str) -> None:
    """The session has another token from now on: the browser is given it with whatever is answered."""
    g.session_token = session_token

    @after_this_request
    def hand_over(response: Response) -> Response:
        # The page may have begun yet another session, or ended this one.
        if current := token():
            _keep(response, _name(), current)
        return response


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        path=_path(),
        secure=as_opened().settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _take_back(response: Response, name: str) -> None:
    secure = as_opened().settings.secure_cookies
    response.delete_cookie(name, path=_path(), secure=secure, httponly=True, samesite="Strict")


def as_opened() -> Clinic:
    """The clinic as it was when the site began, with the settings of the machine; nothing is asked."""
    return cast(Clinic, current_app.extensions[CLINIC])


def _name() -> str:
    return cookie_name(as_opened().settings, "clinic")


def _unfinished_name() -> str:
    return cookie_name(as_opened().settings, "clinic_unfinished")


def _path() -> str:
    # A __Host- cookie belongs to the whole host; browsers refuse one that does not.
    return "/" if as_opened().settings.secure_cookies else (request.script_root or "/")
