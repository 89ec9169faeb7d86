"""What every answer of both sites carries: pages, files, redirects and refusals alike (decision 0057)."""

from flask import Flask, Response, g, request

from intake.config import Settings

POLICY_REPORTS = "/policy-reports"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": some browsers then send a form without saying where it comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex",
}
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
# What browsers are told when nothing else was said: a page holds what somebody answered.
_NOT_KEPT = "no-store"
_TO_US = "form-action 'self'"
_ALSO_SENT_TO = "also_sent_to"


def protection(mounted_at: str = "", *, https: bool) -> dict[str, str]:
    """The headers, by name, of a site whose addresses begin with ``mounted_at``."""
    reports = f"{mounted_at}{POLICY_REPORTS}"
    policy = f"{_POLICY}; report-uri {reports}"
    if not https:
        return {"Content-Security-Policy": policy} | _ALWAYS
    named = {
        "Content-Security-Policy": f"{policy}; report-to policy",
        "Reporting-Endpoints": f'policy="{reports}"',
    }
    return named | _ALWAYS | _HTTPS_ONLY


def protect(app: Flask, settings: Settings) -> None:
    """Put them on every answer of a site."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        named = protection(request.script_root, https=settings.secure_cookies)
        if place := g.get(_ALSO_SENT_TO, ""):
            policy = named["Content-Security-Policy"]
            named["Content-Security-Policy"] = policy.replace(_TO_US, f"{_TO_US} {place}")
        response.headers.update(named)
        response.headers.setdefault("Cache-Control", _NOT_KEPT)
        return response


def also_sent_to(origin: str) -> None:
    """Let the forms of the page that is answered now lead to this place as well: signing in at a provider."""
    setattr(g, _ALSO_SENT_TO, origin)


def last_resort_headers(settings: Settings, mounted_at: str) -> list[tuple[str, str]]:
    """The same for an answer that no site made."""
    kind = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": _NOT_KEPT}
    return list((protection(mounted_at, https=settings.secure_cookies) | kind).items())
