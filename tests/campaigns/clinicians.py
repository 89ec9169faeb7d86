"""Clinicians who all work on the same form at the same moment, and what each of them was answered."""

import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape

from copies import PASSWORD
from serving import Answered, Product

_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
_HIDDEN = re.compile(r'<input[^>]*name="(shown|seen)"[^>]*value="([^"]*)"')


class Clinician:
    """One clinician's browser, signed in."""

    def __init__(self, product: Product, username: str) -> None:
        self.username = username
        self._product = product
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self.open("/clinic/sign-in")
        entered = self.send("/clinic/sign-in", username=username, password=PASSWORD)
        assert entered.status == 303, f"{username} cannot sign in: {entered.status}"
        self.open("/clinic/password")

    def open(self, path: str) -> Answered:
        """Open a page."""
        return self._took(self._product.ask(path, cookies=self._cookies, seconds=120))

    def send(self, path: str, **fields: str) -> Answered:
        """Send a form."""
        pairs = [*fields.items(), ("csrf_token", self._csrf)]
        return self._took(self._product.ask(path, pairs, cookies=self._cookies, seconds=120))

    def _took(self, answered: Answered) -> Answered:
        self._cookies.update(answered.cookies)
        if token := _TOKEN.search(answered.text):
            self._csrf = token[1]
        return answered


@dataclass(frozen=True, slots=True)
class Deed:
    """What one clinician sends. ``what`` is what it tries to be the first at; ``typed`` must not be lost."""

    who: Clinician
    what: str
    path: str
    fields: Mapping[str, str]
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deed."""

    deed: Deed
    status: int
    kept: bool

    @property
    def won(self) -> bool:
        """Whether it was recorded."""
        return self.status == 303


def at_once(deeds: Sequence[Deed]) -> list[Outcome]:
    """Send all of them together; what came of each."""
    ready = threading.Barrier(len(deeds))

    def do(deed: Deed) -> Outcome:
        ready.wait(timeout=60)
        answered = deed.who.send(deed.path, **deed.fields)
        return Outcome(deed, answered.status, deed.typed in unescape(answered.text))

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def carried(page: Answered) -> dict[str, str]:
    """What a sign-off page carries for the signature."""
    return dict(_HIDDEN.findall(page.text))
