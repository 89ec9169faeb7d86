"""What every response carries and every request must show, on both sites (docs/security.md)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect

from intake.config import Settings

_View = TypeVar("_View", bound=Callable[..., object])

LARGEST_PAGE = 64 * 1024
# Two content files, each as large as one may be, sent as files and once more as text.
LARGEST_UPLOAD = 4 * 1024 * 1024 + LARGEST_PAGE
# As long as a draft may live: a page left open must still be accepted (ux_spec 9).
_CSRF_LIFETIME = timedelta(days=31)
# Names of one place, which people type as they please when they try the product.
_THIS_MACHINE = ("127.0.0.1", "localhost")
_READING = frozenset({"GET", "HEAD"})
_LARGER = "takes_a_larger_page"
_ALSO_SENT_TO = "also_sent_to"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex",
}
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


class _CsrfCookie(SecureCookieSessionInterface):
    """Flask's session, which here holds the CSRF value and nothing else."""

    # Flask hands it both, and neither matters here.
    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        return datetime.now(UTC) + _CSRF_LIFETIME


def secure(app: Flask, settings: Settings, secret_key: bytes, site: str) -> None:
    """Protect an application. ``site`` names its cookies, so that two sites never share one."""
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME=cookie_name(settings, f"{site}_page"),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=_CSRF_LIFETIME,
        WTF_CSRF_TIME_LIMIT=None,
        # _refuse_other_sites looks at where a post comes from, also without a Referer, which
        # some patients' browsers never send.
        WTF_CSRF_SSL_STRICT=False,
        TRUSTED_HOSTS=[*settings.trusted_hosts, *(() if settings.secure_cookies else _THIS_MACHINE)],
        MAX_CONTENT_LENGTH=LARGEST_PAGE,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    app.session_interface = _CsrfCookie()
    app.before_request(_refuse_other_sites)
    # Before the CSRF protection, which reads the form.
    app.before_request(_allow_uploads)
    CSRFProtect(app)
    headers = _HEADERS | (_HTTPS_ONLY if settings.secure_cookies else {})

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(headers)
        if place := g.get(_ALSO_SENT_TO, ""):
            policy = headers["Content-Security-Policy"]
            wider = policy.replace("form-action 'self'", f"form-action 'self' {place}")
            response.headers["Content-Security-Policy"] = wider
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def also_sent_to(origin: str) -> None:
    """Let the forms of the page that is answered now lead to this place as well: signing in at a provider."""
    setattr(g, _ALSO_SENT_TO, origin)


def larger_page(view: _View) -> _View:
    """A view that is sent files: it may be sent more than any other."""
    setattr(view, _LARGER, True)
    return view


def cookie_name(settings: Settings, name: str) -> str:
    """A cookie's name: over HTTPS one that no other host and no other path can set."""
    return f"__Host-intake_{name}" if settings.secure_cookies else f"intake_{name}"


def _allow_uploads() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, _LARGER, False):
        request.max_content_length = request.max_form_memory_size = LARGEST_UPLOAD


def _refuse_other_sites() -> None:
    if request.method in _READING:
        return
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from is None:
        # Older browsers, and plain HTTP: they name the page's own address instead.
        origin = request.headers.get("Origin")
        came_from = (
            "same-origin" if origin is None or urlsplit(origin).netloc == request.host else "cross-site"
        )
    if came_from not in ("same-origin", "none"):
        abort(400)
