"""A pace that no person reaches and every program does: of what one session sends, or goes into one form.

Only what is sent is counted. Whoever reads, opens the pages of help, leaves, or stays is never refused, and
neither is what a page keeps by itself.
"""

from datetime import timedelta

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from intake.domain import rate_limits
from intake.domain.rate_limits import Pace
from intake.services import rate_limiting
from intake.services.clinic import Clinic, PatientDesk
from intake.web.guard import View, is_unattended
from intake.web.why import Why, because

_PACE = "intake.pace"
_MARK = "at_any_pace"


def keep_pace(app: Flask) -> None:
    """Let this site be sent no more than a person could send. One that does not takes nothing at all."""
    app.extensions[_PACE] = rate_limits.PERSON


def at_any_pace(view: View) -> View:
    """Sending this is never too fast: it leads away from a form, or keeps it open."""
    setattr(view, _MARK, True)
    return view


def refuse_too_fast(desk: PatientDesk | Clinic, whose: str) -> None:
    """Count what was sent by this session, or into this form. Raises TooManyRequests."""
    if request.method in ("GET", "HEAD") or _is_left_alone(request.endpoint):
        return
    pace: Pace = current_app.extensions[_PACE]
    wait = rate_limiting.sent(desk, whose, pace)
    if wait is not None:
        because(Why.TOO_FAST)
        raise TooManyRequests(retry_after=max(1, -(-wait // timedelta(seconds=1))))


def _is_left_alone(endpoint: str | None) -> bool:
    view = current_app.view_functions.get(endpoint or "")
    # What a page keeps by itself would be lost.
    return is_unattended(endpoint) or getattr(view, _MARK, False)
