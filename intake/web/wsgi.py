"""How a site hangs at the path of its address, and hears from the proxies before it."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from intake.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def path_of(address: str) -> str:
    """The path at which a site hangs; empty at the top of its host."""
    return urlsplit(address).path.rstrip("/")


def mounted(site: "WSGIApplication", address: str) -> "WSGIApplication":
    """The site at the path of its address; above it there is nothing."""
    path = path_of(address)
    return DispatcherMiddleware(Response(status=404), {path: site}) if path else site


def behind_proxies(site: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """The same, told by the proxies before it whom each request comes from; by nobody when there are none.

    Where from, and nothing else: names and scheme are those of the settings, whatever is said.
    """
    if not settings.trusted_proxies:
        return site
    return ProxyFix(site, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
