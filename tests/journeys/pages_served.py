"""Every page that patients are served, kept as it went out, so that none is missed however it was reached."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from journeys.leftovers import leftovers
from journeys.served import parsed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PAGE = "text/html; charset=utf-8"


class PagesServed:
    """A site with somebody at its door who keeps every page of the patients'; the clinic's are English."""

    def __init__(self, site: "WSGIApplication") -> None:
        self._site = site
        self.pages: list[tuple[str, str]] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # Read now: a site within a site is told another one.
        path, pages = environ["PATH_INFO"], list[str]()

        def start(status, headers, *error):
            # Nobody sees the few words of a redirect.
            if not status.startswith("3"):
                pages.extend(value for name, value in headers if name.lower() == "content-type")
            return start_response(status, headers, *error)

        answered = self._site(environ, start)
        body = b"".join(answered)
        if hasattr(answered, "close"):
            answered.close()
        if pages[-1:] == [_PAGE] and body and not path.startswith("/clinic"):
            self.pages.append((f"{environ['REQUEST_METHOD']} {path}", body.decode()))
        return [body]

    def not_in(self, code: str) -> dict[str, list[str]]:
        """What is not in this language, by the page it stands on."""
        found: dict[str, list[str]] = {}
        for address, html in dict.fromkeys(self.pages):
            tree, _ = parsed(html)
            if tree.get("lang") != code:
                found[address] = [f"the page says it is in {tree.get('lang')!r}"]
            elif left := leftovers(html, code):
                found[address] = left
        return found
