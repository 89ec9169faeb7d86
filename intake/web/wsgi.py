"""How a site hangs at the path of its address, and hears from the proxies before it."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from intake.config import Settings
from intake.web.security import REFUSED_BY_SERVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def path_of(address: str) -> str:
    """The path at which a site hangs; empty at the top of its host."""
    return urlsplit(address).path.rstrip("/")


def mounted(site: "WSGIApplication", address: str) -> "WSGIApplication":
    """The site at the path of its address; above it there is nothing."""
    path = path_of(address)
    return DispatcherMiddleware(_nothing_there(site, path), {path: site}) if path else site


def _nothing_there(site: "WSGIApplication", path: str) -> "WSGIApplication":
    """What stands above a site: its own page that says so."""

    def refused(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        # What the server in front of it refuses is refused with its own status, wherever it was sent.
        status = environ.get(REFUSED_BY_SERVER, 404)
        there = {"SCRIPT_NAME": path, "PATH_INFO": "/", "REQUEST_METHOD": "GET", REFUSED_BY_SERVER: status}
        return site(environ | there, start_response)

    return refused


def behind_proxies(site: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """The same, told by the proxies before it whom each request comes from; by nobody when there are none.

    Where from, and nothing else: names and scheme are those of the settings, whatever is said.
    """
    if not settings.trusted_proxies:
        return site
    return ProxyFix(site, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
