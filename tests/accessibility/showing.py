"""Chromium shows a state as it was served: page, stylesheet, icon, scripts, and nothing of any other site."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Route

from accessibility.states import State

SITE = "http://pages.test"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 844}
# 1280 pixels at 400 % (WCAG 2.2, 1.4.10).
ZOOMED = {"width": 320, "height": 256}

# Rules of style put on a page from outside, as a reader's own stylesheet would be.
_ADD_STYLE = """css => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    document.adoptedStyleSheets = [sheet]
}"""


class Shown:
    """One window. ``fetch`` gives what stands at an address of the sites."""

    def __init__(self, page: Page, fetch: Callable[[str], tuple[bytes, str]]) -> None:
        self.page, self._fetch = page, fetch
        self._html = ""
        self.strangers: list[str] = []
        page.route("**/*", self._answer)

    def show(self, html: str) -> Page:
        """Show a page; its links and pictures are those of the sites."""
        self._html = html
        self.page.goto(f"{SITE}/shown")
        return self.page

    def styled(self, css: str) -> None:
        """Lay rules of style over the page; none for an empty text."""
        self.page.evaluate(_ADD_STYLE, css)

    def _answer(self, route: Route) -> None:
        address = route.request.url
        if not address.startswith(f"{SITE}/"):
            self.strangers.append(address)
            route.abort()
        elif address == f"{SITE}/shown":
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        else:
            content, media_type = self._fetch(address.removeprefix(SITE))
            route.fulfill(body=content, content_type=media_type)


@contextmanager
def window(browser: Browser, fetch: Callable[[str], tuple[bytes, str]], **how: Any) -> Iterator[Shown]:
    """A window that nothing moves in, the size of a phone unless told otherwise."""
    context = browser.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **how})
    context.set_default_timeout(10_000)
    try:
        yield Shown(context.new_page(), fetch)
    finally:
        context.close()


def each(shown: Shown, states: Iterable[State]) -> Iterator[tuple[State, Page]]:
    """One state after another."""
    for state in states:
        yield state, shown.show(state.html)
