"""A site served to Chromium, and what every page of it must be when it is looked at."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page
from werkzeug.serving import make_server

from browser import axe, describe

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@contextmanager
def served(site: "WSGIApplication") -> Iterator[str]:
    """Where the site answers; only this test's browser knows."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    # Looked at often whether to stop: half a second a test adds up.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def follow(control: Locator) -> None:
    """Press what leads to another page, and wait for that page.

    A click comes back earlier: what follows would meet the old page, or none at all yet.
    """
    with control.page.expect_navigation():
        control.click()


def look(page: Page) -> None:
    """Nothing keeps anybody out of the page, in light and dark, and nothing runs off its side."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        # axe cannot judge text over a gradient; both ends of ours are solved for in theme.py.
        page.evaluate("document.body.style.backgroundImage = 'none'")
        found = axe(page)
        assert not found, f"{page.url} {scheme}\n{describe(found)}"
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} pixels wide in a window of {width}"
    assert not page.evaluate(_SMALL), f"{page.url}: too small to press: {page.evaluate(_SMALL)}"


# Controls under 44 pixels (WCAG 2.2, 2.5.5), but for links in a sentence; a label is part of its box.
_SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')]
    .filter(one => !one.matches('.skip') && !one.closest('.tasks, [aria-hidden=true]'))
    .filter(one => getComputedStyle(one).display !== 'inline')
    .map(one => [one, (one.closest('label') || one).getBoundingClientRect()])
    .filter(([_, box]) => box.width > 0 && box.height < 44)
    .map(([one, box]) => `${one.tagName} ${one.textContent.trim()} ${box.height}`)"""
