"""What browsers say of a page that broke its content policy: which rule was broken, counted and nothing more.

A report names the address of the page. Nobody needs it, and none is kept (decision 0057).
"""

import json
import logging
from collections import deque
from enum import StrEnum
from threading import Lock
from time import monotonic

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from intake.log import Noted, note
from intake.web.allowances import REPORT, allow
from intake.web.guard import open_to_all
from intake.web.headers import POLICY_REPORTS
from intake.web.why import site_name

# Whoever sends thousands fills no log: so many lines in a minute, from each process.
_MOST_LINES, _A_MINUTE = 10, 60.0


class Directive(StrEnum):
    """A rule of the policy, as browsers name it; whatever else they say is OTHER."""

    CONNECT = "connect-src"
    FONT = "font-src"
    FORM = "form-action"
    FRAME = "frame-ancestors"
    IMAGE = "img-src"
    SCRIPT = "script-src"
    SCRIPT_ELEMENT = "script-src-elem"
    SCRIPT_ATTRIBUTE = "script-src-attr"
    STYLE = "style-src"
    STYLE_ELEMENT = "style-src-elem"
    STYLE_ATTRIBUTE = "style-src-attr"
    TRUSTED_TYPES = "trusted-types"
    TRUSTED_TYPES_FOR = "require-trusted-types-for"
    OTHER = "other"


class _Pace:
    """Lets so many lines through in a minute."""

    def __init__(self) -> None:
        self._lately: deque[float] = deque(maxlen=_MOST_LINES)
        self._counting = Lock()

    def allows(self) -> bool:
        """Whether one more may be written now."""
        now = monotonic()
        with self._counting:
            if len(self._lately) == _MOST_LINES and now - self._lately[0] < _A_MINUTE:
                return False
            self._lately.append(now)
            return True


def take_policy_reports(app: Flask, csrf: CSRFProtect) -> None:
    """Let browsers report to this site. They send no token, and nothing is changed by it."""
    pace = _Pace()

    @csrf.exempt
    @open_to_all
    def policy_report() -> ResponseReturnValue:
        if pace.allows():
            note(
                Noted.POLICY_BROKEN,
                logging.WARNING,
                site=site_name(),
                directive=broken(request.get_data(as_text=True)),
            )
        return "", 204

    app.add_url_rule(POLICY_REPORTS, endpoint="policy_report", view_func=policy_report, methods=["POST"])
    allow(app, {"policy_report": REPORT})


def broken(report: str) -> Directive:
    """The rule a report says was broken."""
    try:
        said = json.loads(report)
    except (ValueError, RecursionError):
        return Directive.OTHER
    if isinstance(said, list):
        said = said[0] if said else None
    for key in ("csp-report", "body"):
        if isinstance(said, dict) and isinstance(said.get(key), dict):
            said = said[key]
    if not isinstance(said, dict):
        return Directive.OTHER
    named = (
        said.get("effective-directive") or said.get("effectiveDirective") or said.get("violated-directive")
    )
    first = named.split(" ")[0] if isinstance(named, str) else ""
    return Directive(first) if first in set(Directive) else Directive.OTHER
