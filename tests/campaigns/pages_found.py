"""Every page that somebody can open, and every form on it, found by following links."""

import html
import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.watched import Browser, boxes_on

_LINK = re.compile(r'<a\b[^>]*href="(/[^"#]*)')
_FILES = re.compile(r"\.(pdf|yaml|css|js|json|svg)$|/static/|/sign-out")
_OF_A_KIND = 3


@dataclass(frozen=True, slots=True)
class Form:
    """One form as it stands: where it goes, and what each field holds."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def shape(self) -> tuple[str, ...]:
        """What it is, whichever record it is about."""
        return (self.method, _kind(self.action), *sorted({name for name, _ in self.fields}))


def pages_and_forms(
    browser: Browser, begins: Sequence[str], base: str
) -> tuple[tuple[str, ...], tuple[Form, ...]]:
    """Of pages of one kind some, of forms of one shape one; every box has a word in it."""
    waiting, seen, kinds = deque(begins), set(begins), Counter[str]()
    pages, forms = [], dict[tuple[str, ...], Form]()
    while waiting:
        path = waiting.popleft()
        browser.open(path)
        if browser.status != 200:
            continue
        pages.append(path)
        for box in boxes_on(browser.text, browser.path, every=True):
            fields = dict(box.fields) | box.ticks
            fields |= {name: fields.get(name) or "word" for name in box.kinds}
            action = html.unescape(box.action).partition("?")[0]
            pressed = [box.button] if box.button else []
            form = Form(box.method, action, (*fields.items(), *pressed))
            forms.setdefault(form.shape, form)
        for link in _LINK.findall(browser.text):
            link = html.unescape(link)
            if link in seen or not link.startswith(base) or _FILES.search(link.partition("?")[0]):
                continue
            if base == "/" and link.startswith("/clinic"):
                continue
            kinds[_kind(link)] += 1
            if kinds[_kind(link)] <= _OF_A_KIND or link.startswith("/f/"):
                seen.add(link)
                waiting.append(link)
    return tuple(pages), tuple(forms.values())


def _kind(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "…", path.partition("?")[0])
