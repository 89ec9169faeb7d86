"""Chromium, driven by Playwright, and axe-core, which finds what keeps people out of a page.

The browser is the system's own; nothing is downloaded. A machine without one is told what to
install, and the test fails: a page nobody looked at is not a page that works.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox",  # the tests may run as root, and visit nothing but our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_AXE_RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Every rule runs; only of what is wrong are the details worked out, which takes a third of the time.
_RUN = """rules => axe
    .run({runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})
    .then(result => result.violations)"""


# A page as axe sees it: elements, attributes, whether there are words and whether what refers to
# something finds it, but no word itself; what repeats counts as repeated. Two lists of five and of six
# lines are one page to axe, which judges it once.
_SHAPE = """() => {
    const named = new Set(['id', 'for', 'name', 'href', 'action', 'value', 'src', 'aria-labelledby',
        'aria-describedby', 'aria-controls', 'headers', 'alt', 'title', 'aria-label', 'datetime'])
    const said = ({name: key, value}) => !named.has(key) ? `${key}=${value}`
        : `${key}=${value.trim() ? '*' : ''}`
    const points = one => ['for', 'aria-labelledby', 'aria-describedby'].every(key => !one.hasAttribute(key)
        || one.getAttribute(key).split(' ').every(id => document.getElementById(id)))
    const ids = [...document.querySelectorAll('[id]')].map(one => one.id)
    const shape = one => {
        const words = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        const own = [...one.attributes].map(said).sort().join(' ')
        const parts = []
        for (const part of [...one.children].map(shape)) {
            const last = parts[parts.length - 1]
            if (last && last[0] === part) last[1] = 2
            else parts.push([part, 1])
        }
        return `<${one.tagName} ${own} ${words} ${points(one)}>` + parts.map(([part, n]) => part + n).join('')
    }
    return shape(document.documentElement) + (new Set(ids).size === ids.length) + innerWidth
        + matchMedia('(prefers-color-scheme: dark)').matches
}"""
_judged: set[int] = set()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.fail(
            "the browser tests need Chromium, and none of "
            f"{', '.join(_NAMES)} is on the PATH: install it (Debian, Ubuntu: sudo apt-get install chromium)",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=_FLAGS, env=_environment())
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that remembers nothing of other tests."""
    fresh = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    fresh.set_default_timeout(10_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def axe(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page, under every WCAG 2.2 level and best practice.

    Nothing, without asking it again, for a page of the same shape as one that it found nothing in.
    """
    shape = hash(page.evaluate(_SHAPE))
    if shape in _judged:
        return []
    # Evaluated by the debugger, which the Content-Security-Policy of the page does not govern.
    page.evaluate(_AXE)
    violations: list[dict[str, Any]] = page.evaluate(_RUN, _AXE_RULES)
    if not violations:
        _judged.add(shape)
    return violations


def describe(violations: list[dict[str, Any]]) -> str:
    """The violations as a person reads them: rule, what is wrong, and the markup it is about."""
    lines = []
    for violation in violations:
        lines.append(f"{violation['id']} ({violation['impact']}): {violation['help']}")
        lines.extend(f"    {node['html']}" for node in violation["nodes"])
    return "\n".join(lines)


def _environment() -> dict[str, str | float | bool]:
    # A proxy of the machine must not stand between the browser and the pages under test.
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
