"""Where a request comes from: this site's own pages, somebody's own hand, or another site."""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from intake.web.why import Why, refuse

READING = frozenset({"GET", "HEAD"})
_OURS = frozenset({"same-origin", "none"})
# What would show a page of ours inside a page of somebody else's.
_EMBEDDING = frozenset({"iframe", "frame", "fencedframe", "embed", "object", "portal"})
_SCHEME = "intake.scheme"


def refuse_other_sites(app: Flask, *, https: bool) -> None:
    """Refuse what another site sends, and what it would show within itself."""
    app.extensions[_SCHEME] = "https" if https else "http"
    app.before_request(_look)


def is_surely_ours() -> bool:
    """Whether the browser itself says that a page of this site sent this: silence is no yes."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or (
        "Sec-Fetch-Site" not in request.headers and request.headers.get("Origin") == _own_origin()
    )


def _look() -> None:
    if request.method in READING:
        if request.headers.get("Sec-Fetch-Dest") in _EMBEDDING or _is_fetched_by_another_site():
            refuse(403, Why.EMBEDDED)
    elif not _may_send():
        refuse(403, Why.OTHER_SITE)


def _is_fetched_by_another_site() -> bool:
    """Another site may lead somebody here by a link; it may not load a page or a file into itself."""
    if request.headers.get("Sec-Fetch-Site", "none") in _OURS:
        return False
    return request.headers.get("Sec-Fetch-Mode") != "navigate"


def _may_send() -> bool:
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from is not None:
        return came_from in _OURS
    # Older browsers, and plain HTTP: they name the page's own address instead. One that says
    # neither is known by its form's token, which every page needs besides.
    origin = request.headers.get("Origin")
    return origin is None or origin == _own_origin()


def _own_origin() -> str:
    try:
        host = request.host
    except HTTPException:
        # The request is for a name that is not ours, and is refused for that.
        return ""
    return f"{current_app.extensions[_SCHEME]}://{urlsplit(f'//{host}').netloc}"
