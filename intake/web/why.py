"""Why a request was refused: what the log says of it, and nothing of what was in it."""

import logging
from enum import StrEnum
from typing import NoReturn

from flask import Flask, Response, abort, current_app, g, request

from intake.domain.processes import Process
from intake.log import Noted, note

SITE = "intake.site"


class Why(StrEnum):
    """What was wrong with a request."""

    UNREADABLE = "unreadable"
    TOKEN = "token"  # noqa: S105  # a form without its token, and none of the tokens
    OTHER_SITE = "other-site"
    EMBEDDED = "embedded"
    OUTSIDE_CLINIC = "outside-clinic-networks"
    OUTSIDE_ADMINISTRATION = "outside-administration-networks"
    NOT_OPEN = "not-open"
    METHOD = "method"
    TOO_LARGE = "too-large"
    TOO_MANY_FIELDS = "too-many-fields"
    LONG_ADDRESS = "long-address"
    MANY_HEADERS = "many-headers"
    KIND = "kind"
    TOO_OFTEN = "too-often"
    TOO_FAST = "too-fast"
    BUSY = "busy"
    BY_THE_SERVER = "by-the-server"


# For refusals that give no reason of their own.
_BY_STATUS = {
    400: Why.UNREADABLE,
    403: Why.NOT_OPEN,
    405: Why.METHOD,
    413: Why.TOO_LARGE,
    415: Why.KIND,
    429: Why.TOO_OFTEN,
}


def refuse(status: int, why: Why) -> NoReturn:
    """Refuse the request; the page says it in other words."""
    because(why)
    abort(status)


def because(why: Why) -> None:
    """Let the log say why this request is refused."""
    g.refused_why = why


def site_name() -> Process:
    """The site that answers now."""
    name: Process = current_app.extensions[SITE]
    return name


def note_refusals(app: Flask) -> None:
    """Write a line for each request that is refused for what it is."""

    @app.after_request
    def tell(response: Response) -> Response:
        if (usual := _BY_STATUS.get(response.status_code)) is not None or "refused_why" in g:
            note(
                Noted.REQUEST_REFUSED,
                logging.WARNING,
                site=site_name(),
                status=response.status_code,
                why=g.get("refused_why", usual),
                route=request.url_rule,
            )
        return response
