"""Every check of the checklist on every state there is: light and dark, on a phone and at a desk."""

from collections.abc import Callable, Iterable

from playwright.sync_api import Browser

from accessibility.checks import LOOKS, complaints
from accessibility.keyboard import tabbed
from accessibility.showing import DESK, PHONE, window
from accessibility.states import State
from accessibility.trees import tree, unnamed
from browser import axe, describe

Fetch = Callable[[str], tuple[bytes, str]]


def swept(browser: Browser, fetch: Fetch, states: Iterable[State]) -> tuple[int, list[str]]:
    """How many looks were taken, and what was found."""
    looks, found = 0, []
    with window(browser, fetch) as shown:
        for state in states:
            for size, width in ((PHONE, "390"), (DESK, "1280")):
                for scheme in ("light", "dark"):
                    page = shown.show(state.html)
                    page.set_viewport_size({"width": size["width"], "height": size["height"]})
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    # axe cannot judge text over a gradient; both ends of ours are solved for in theme.py.
                    page.evaluate("document.body.style.backgroundImage = 'none'")
                    where = f"{state.name} {width} {scheme}"
                    found += [f"{where}\n{describe(wrong)}" for wrong in [axe(page)] if wrong]
                    found += [f"{where}, keyboard: {one}" for one in tabbed(page)]
                    looks += 2
            page.emulate_media(color_scheme="light")
            for check in LOOKS:
                found += [f"{state.name}, {check}: {one}" for one in complaints(shown, check)]
            found += [f"{state.name}, names: {one}" for one in unnamed(tree(page))]
            looks += len(LOOKS) + 1
        found += [f"asked of another site: {one}" for one in shown.strangers]
    return looks, found
