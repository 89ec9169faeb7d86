"""Whether a process works: 200 or 503, and not a word more to whoever asks.

It stands before the site: it is there for whatever watches the machine, whichever name that asks for, and
leaves no trace. However often it is asked, the database is asked once in two seconds at most.
"""

import time
from threading import Lock
from typing import TYPE_CHECKING

from intake.services.health import works
from intake.storage.database import Database
from intake.web.headers import protection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH_PATH = "/health"
_ASKED_AGAIN_AFTER = 2.0  # seconds
# Whatever watches the machine asks from within, where there is no HTTPS.
_HEADERS = [("Content-Length", "0"), ("Cache-Control", "no-store"), *protection(https=False).items()]


def with_health(site: "WSGIApplication", database: Database) -> "WSGIApplication":
    """The site, and beside it an address that says whether it can reach its database."""
    asked = _Remembered(lambda: works(database))

    def either(environment: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        if environment.get("PATH_INFO") != HEALTH_PATH:
            return site(environment, start)
        return answered(environment, start, asked)

    return either


def only_health(is_well: "Callable[[], bool]") -> "WSGIApplication":
    """That address and nothing else, for a process that has no pages."""
    asked = _Remembered(is_well)

    def alone(environment: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        if environment.get("PATH_INFO") != HEALTH_PATH:
            start("404 Not Found", _HEADERS)
            return []
        return answered(environment, start, asked)

    return alone


def answered(
    environment: "WSGIEnvironment", start: "StartResponse", is_well: "Callable[[], bool]"
) -> "Iterable[bytes]":
    """The answer, which has no body."""
    if environment["REQUEST_METHOD"] not in ("GET", "HEAD"):
        start("405 Method Not Allowed", [*_HEADERS, ("Allow", "GET, HEAD")])
    else:
        start("200 OK" if is_well() else "503 Service Unavailable", _HEADERS)
    return []


class _Remembered:
    """An answer that is good for a moment, so that nobody makes the database work by asking."""

    def __init__(self, ask: "Callable[[], bool]") -> None:
        self._ask, self._asking = ask, Lock()
        self._until, self._was = 0.0, False

    def __call__(self) -> bool:
        with self._asking:
            if time.monotonic() >= self._until:
                self._was, self._until = self._ask(), time.monotonic() + _ASKED_AGAIN_AFTER
            return self._was
