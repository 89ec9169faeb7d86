"""What every request must show and every response carries, on both sites (decision 0057)."""

from datetime import timedelta

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature

from intake.config import Settings
from intake.domain.processes import Process
from intake.web import allowances, origins
from intake.web.headers import protect
from intake.web.policy_reports import take_policy_reports
from intake.web.why import SITE, Why, note_refusals, refuse

# What the server in front of a site sets when it could not read a request: the site says so in its words.
REFUSED_BY_SERVER = "intake.refused"
# As long as a draft may live: a page left open must still be accepted (ux_spec 9).
_CSRF_LIFETIME = timedelta(days=31)
# Names of one place, which people type as they please when they try the product.
_THIS_MACHINE = ("127.0.0.1", "localhost")


class _CsrfCookie(SecureCookieSessionInterface):
    """Flask's session, which here holds the CSRF value and nothing else, and asks nothing of the clock.

    Flask's own refuses a value that is signed in the future, and with it every page that was open when the
    clock was set back. The value is a random one of this browser's: its age says nothing of who sends it.
    """

    # Flask hands its application to both, in the form of its own class.
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        signer, carried = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signer is None:
            return None
        try:
            return self.session_class(signer.loads(carried) if carried else None)
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed:
            response.vary.add("Cookie")
        signer = self.get_signing_serializer(app)
        if signer is None or not session or not self.should_set_cookie(app, session):
            return
        response.set_cookie(
            self.get_cookie_name(app),
            signer.dumps(dict(session)),
            # Reckoned by the browser from when it comes. A day to end on would be reckoned by our clock.
            max_age=_CSRF_LIFETIME,
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            httponly=self.get_cookie_httponly(app),
            samesite=self.get_cookie_samesite(app),
        )
        response.vary.add("Cookie")


def secure(app: Flask, settings: Settings, secret_key: bytes, site: Process) -> None:
    """Protect an application. ``site`` names its cookies, so that two sites never share one."""
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME=cookie_name(settings, f"{site.value}_page"),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        # intake.web.origins looks at where a post comes from, also without a Referer, which
        # some patients' browsers never send.
        WTF_CSRF_SSL_STRICT=False,
        TRUSTED_HOSTS=[
            *settings.hosts_of(site),
            *(() if settings.secure_cookies else _THIS_MACHINE),
        ],
        # For an address that says nothing of its own, and before one is found.
        MAX_CONTENT_LENGTH=allowances.LARGEST_PAGE,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    app.extensions[SITE] = site
    app.session_interface = _CsrfCookie()
    # After all others, which are run in turn from the last to the first: whatever they change, these stay.
    protect(app, settings)
    note_refusals(app)
    app.before_request(_refused_by_server)
    # Before the CSRF protection, which reads the form.
    allowances.keep_allowances(app)
    origins.refuse_other_sites(app, https=settings.secure_cookies)
    take_policy_reports(app, CSRFProtect(app))


def cookie_name(settings: Settings, name: str) -> str:
    """A cookie's name: over HTTPS one that no other host and no other path can set."""
    return f"__Host-intake_{name}" if settings.secure_cookies else f"intake_{name}"


def _refused_by_server() -> None:
    status = request.environ.get(REFUSED_BY_SERVER)
    if isinstance(status, int):
        refuse(status, Why.BY_THE_SERVER)
