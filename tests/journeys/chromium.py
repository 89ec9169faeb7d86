"""A browser with a screen: somebody looks at every page, presses what is on it, and types.

It visits as ``Visitor`` does, so that whoever can fill in the form without a screen can do it with
one. Every page it gets is looked at: nothing runs off its side, axe finds nothing, and nothing is
asked of any other site.
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Download, Locator, Page, Request
from playwright.sync_api import TimeoutError as NotInTime

from browser import axe, describe
from journeys.leftovers import leftovers
from journeys.readers import IN_ENGLISH, Reader, reader
from journeys.served import Control, Form, Served
from journeys.visitor import Visitor

_FURTHEST = 400  # more presses of Tab than any page has stops
_WHERE = "one => (here => [one === here, here.type, here.name])(document.activeElement)"
# The pictures of `make screenshots`: of these moments, in windows of this width.
_PICTURES = {
    390: {
        "start",
        "phq-es",
        "question",
        "phq",
        "pause",
        "returning-later",
        "check",
        "sent",
        "submission",
        "asking-reply",
    },
    1280: {
        "asking-ask",
        "asking-new-answer",
        "basis",
        "compare",
        "desk",
        "trail",
        "history",
        "staff",
        "queue",
        "submission",
        "sign-off",
        "rules",
        "propose",
        "proposal",
        "impact",
        "figures",
        "settings",
        "settings-color",
        "settings-lines",
        "settings-conflict",
        "statistics",
        "access",
        "export",
        "signal-queue",
        "start-codes",
    },
}


class Chromium(Visitor):
    """One person at one window. Without ``scripts``, axe cannot run either.

    They read the patients' pages in their ``language``; those of the clinic are English.
    """

    language = "en"

    def __init__(self, context: BrowserContext, address: str, *, scripts: bool) -> None:
        self._site = address
        self._scripts = scripts
        self.status = 0
        self.requests: list[str] = []
        self._context = context
        context.on("request", self._note)
        self.tab: Page = context.new_page()

    @property
    def reader(self) -> Reader:
        at_the_clinic = urlsplit(self.tab.url).path.startswith("/clinic")
        return IN_ENGLISH if at_the_clinic else reader(self.language)

    def open(self, address: str, *, expecting: int = 200) -> Served:
        """Type an address."""
        response = self.tab.goto(self._absolute(address))
        assert response
        return self._arrive(response.status, expecting)

    def follow(self, words: str) -> Served:
        """Press the only link with these words."""
        return self._go_by(self.tab.locator("a", has_text=_exactly(self.said(words))), 200)

    def press(self, form: Form, button: str, *, expecting: tuple[int, ...] = (200,)) -> Served:
        """Do on the page what was picked and written in its form, and press one of the buttons."""
        return self._go_by(self._filled_in(form, button), *expecting)

    def press_at(self, selector: str, *, expecting: tuple[int, ...] = (200,)) -> Served:
        """Press the only thing that a selector finds, and whatever stands in the boxes goes along."""
        return self._go_by(self.tab.locator(selector), *expecting)

    def download(self, form: Form, button: str) -> Download:
        """The same, where what comes back is a file and the page stays."""
        pressed = self._filled_in(form, button)
        with self.tab.expect_download() as arrived:
            self._activate(pressed)
        return arrived.value

    def _filled_in(self, form: Form, button: str) -> Locator:
        pressed = self.tab.locator("button", has_text=_exactly(self.said(button)))
        around = self.tab.locator("form").filter(has=pressed)
        for control, words in form.filled.items():
            if control.is_box:
                self._write(around.locator(f'[name="{control.name}"]'), words)
            else:
                self._pick(around.locator(f'[name="{control.name}"][value="{control.value}"]'), control)
        return pressed

    def unfold(self, words: str) -> None:
        """Open what is folded away under these words."""
        self.tab.locator("summary", has_text=_exactly(self.said(words))).click()

    def jump(self, words: str) -> None:
        """Press a link that leads to another place of this page."""
        self._activate(self.tab.locator("a", has_text=_exactly(self.said(words))))

    def has_focus(self, selector: str) -> bool:
        """Whether the reader was brought there; a page puts the focus somewhere a moment after it came."""
        with suppress(NotInTime):
            self.tab.locator(f"{selector}:focus").wait_for(state="attached", timeout=2_000)
        return self.tab.locator(f"{selector}:focus").count() == 1

    def another_tab(self) -> "Chromium":
        """The same browser, with nothing opened yet."""
        return type(self)(self._context, self._site, scripts=self._scripts)

    def go_back(self) -> Served:
        """The browser's own Back."""
        response = self.tab.go_back()
        return self._arrive(response.status if response else 200, 200)

    def picture(self, name: str, at: str = "") -> None:
        """Keep a picture of the window, when INTAKE_SCREENSHOTS says where; ``at`` is scrolled to first."""
        folder, width = os.environ.get("INTAKE_SCREENSHOTS"), self._width()
        name = name if self.reader is IN_ENGLISH else f"{name}-{self.language}"
        if not folder or name not in _PICTURES[width]:
            return
        if at:
            self.tab.locator(at).evaluate("one => one.scrollIntoView()")
        self.tab.screenshot(path=Path(folder) / f"{name}-{width}.png")

    @property
    def strangers(self) -> list[str]:
        """What was asked of any other site."""
        return [one for one in self.requests if urlsplit(one)[:2] != urlsplit(self._site)[:2]]

    def look(self) -> None:
        """Look at what changed on the page without a visit, such as something that was unfolded."""
        self._look()

    def _pick(self, control: Locator, _described: Control) -> None:
        control.check()

    def _write(self, box: Locator, words: str) -> None:
        box.fill(words)

    def _activate(self, link_or_button: Locator) -> None:
        link_or_button.click()

    def _go_by(self, link_or_button: Locator, *expecting: int) -> Served:
        with self.tab.expect_navigation() as arrived:
            self._activate(link_or_button)
        return self._arrive(arrived.value.status, *expecting)

    def _arrive(self, status: int, *expecting: int) -> Served:
        self.status = status
        assert status in expecting, f"{self.tab.url} answered {status}"
        # Served looks for the one h1 and the title.
        self.page = Served(self.tab.url, self.tab.content(), self.reader)
        self._look()
        return self.page

    def _look(self) -> None:
        width = self._width()
        needed = self.tab.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, f"{self.tab.url} is {needed} pixels wide in a window of {width}"
        if self._scripts:
            # axe cannot judge text over a gradient; both ends of ours are solved for in theme.py.
            self.tab.evaluate("document.body.style.backgroundImage = 'none'")
            found = axe(self.tab)
            self.tab.evaluate("document.body.style.backgroundImage = ''")
            assert not found, f"{self.tab.url}\n{describe(found)}"
        if self.language != IN_ENGLISH.code:
            self._reads_their_language()
        assert not self.strangers, f"{self.tab.url} asks other sites: {self.strangers}"

    def _reads_their_language(self) -> None:
        """What scripts put there as well; every page is looked at as it is served, too (conftest)."""
        code = self.reader.code
        assert self.tab.locator("html").get_attribute("lang") == code, f"{self.tab.url} is not in {code!r}"
        left = leftovers(self.tab.content(), code) if code != IN_ENGLISH.code else []
        assert not left, f"{self.tab.url} says in English: {left}"

    def _width(self) -> int:
        width: int = self.tab.evaluate("window.innerWidth")
        return width

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)


class Keyboard(Chromium):
    """Somebody without a mouse: Tab and Enter, Space to pick, and arrows inside a group of radios.

    Browsers stop at a group of radios once; the arrow keys choose inside it.
    """

    def unfold(self, words: str) -> None:
        self._reach(self.tab.locator("summary", has_text=_exactly(self.said(words))))
        self.tab.keyboard.press("Enter")

    def _pick(self, control: Locator, described: Control) -> None:
        self._reach(control, group=described.name)
        if not control.is_checked():
            self.tab.keyboard.press("Space")
        assert control.is_checked(), f"{self.tab.url}: the keyboard cannot pick {described.label!r}"

    def _write(self, box: Locator, words: str) -> None:
        self._reach(box)
        # A box for a day has a place for the month, the day and the year, in the order of the country.
        is_day = box.get_attribute("type") == "date"
        self.tab.keyboard.type(f"{words[5:7]}{words[8:]}{words[:4]}" if is_day else words)
        assert box.input_value() == words, f"{self.tab.url}: the keyboard wrote {box.input_value()!r}"

    def _activate(self, link_or_button: Locator) -> None:
        self._reach(link_or_button)
        self.tab.keyboard.press("Enter")

    def _reach(self, wanted: Locator, group: str = "") -> None:
        for _ in range(_FURTHEST):
            there, *here = wanted.evaluate(_WHERE)
            if there:
                return
            self.tab.keyboard.press("ArrowDown" if here == ["radio", group] else "Tab")
        raise AssertionError(f"{self.tab.url}: the keyboard does not reach {wanted}")


class InSpanish(Chromium):
    """Somebody whose browser asks for Spanish."""

    language = "es"


class KeyboardInSpanish(Keyboard):
    """Somebody without a mouse, whose browser asks for Spanish."""

    language = "es"


def _exactly(words: str) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(word) for word in words.split())
    return re.compile(rf"^\s*{spaced}\s*$")
