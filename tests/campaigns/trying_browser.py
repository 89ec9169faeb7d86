"""A browser whose every request is tried before it is made, and what a second time may be like."""

import re
from collections.abc import Mapping, Set
from copy import deepcopy
from typing import Any

from werkzeug.test import Client, TestResponse

from campaigns.deeds import TRAIL, Deed, Outcome
from campaigns.trying import Trying


class TryingBrowser:
    """A browser whose every request is tried so before it is made."""

    def __init__(self, client: Client, trying: Trying) -> None:
        self._client, self._trying = client, trying

    def get_cookie(self, *arguments: Any, **options: Any) -> object:
        """As the browser has it."""
        return self._client.get_cookie(*arguments, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask for a page."""
        return self._tried("GET", path, options)

    def post(self, path: str, **options: Any) -> TestResponse:
        """Send a form."""
        # As every browser says it of a page of this site.
        headers = {"Sec-Fetch-Site": "same-origin", **(options.pop("headers", None) or {})}
        return self._tried("POST", path, {**options, "headers": headers})

    def _tried(self, method: str, path: str, options: dict[str, Any]) -> TestResponse:
        if self._trying.fits(f"{method} {path}"):
            cookies = deepcopy(self._client._cookies)

            def back() -> None:
                self._client._cookies = deepcopy(cookies)

            deed = Deed(
                f"{method} {path}",
                lambda: _outcome(self._client.open(path, method=method, **options)),
                options.get("data") or {},
                _once_more(method, path),
                without=_MAY_LACK if path.startswith("/f/") else frozenset(),
                # What was typed is kept first, and only then the way back to it made.
                in_steps=method == "GET"
                or "go-later" in (options.get("data") or ())
                or _IN_STEPS.search(path) is not None,
                claims=method != "GET",
            )
            self._trying.tried(deed, back)
        # The journey goes on from where the request leads that nothing happened to.
        return self._client.open(path, method=method, **options)


def _once_more(method: str, path: str) -> Set[str]:
    return next((but for fits, but in _ONCE_MORE.items() if re.search(fits, path)), frozenset())


# Where a second press does by its nature more than the first alone: tables, or columns, that tell of it.
_ONCE_MORE: Mapping[str, Set[str]] = {
    # So of a paper: the list shows both, and one of them is thrown away.
    "/paper-forms$": frozenset({"transcriptions", "line:TranscriptionBegun"}),
    # Of a form that was begun and of which nobody heard, nothing comes.
    "^/start$": frozenset({"drafts"}),
    # A page that was saved and is sent again is saved again. Where a signal was kept and nobody heard of it,
    # the clinic is told twice rather than never: the line of the trail must be there once at least.
    "^/f/": frozenset({"drafts.revision", "safety_signals", "line:SafetySignalRaised"}),
    r"/paper-forms/[0-9a-f-]+/\d+$": frozenset({"transcriptions.revision", "line:TranscriptionTyped"}),
    # The link that was never shown is lost. Another takes its place, so that there is one as before, and the
    # trail has both.
    r"/staff/[0-9a-f-]+/reset$": frozenset({"line:ResetLinkMade"}),
    # The browser never got the cookie it is known by: it begins another sign-in, and the one it cannot go on
    # with runs out; or it comes in as a browser nobody has seen.
    "/sign-in$": frozenset({"unfinished_sign_ins", "known_browsers", "line:NewBrowserUsed"}),
}
# A signal that cannot be kept costs a patient no answer: it is saved, nobody is promised a call, and whoever
# sends the page again has it kept (services/signalling.py).
_MAY_LACK = frozenset({"safety_signals", TRAIL, "audit_head"})
# What is done in more than one transaction, each a whole thing of its own: somebody has come in, and their
# browser is known from now on; rules are countersigned, and what is in force by now is kept; somebody has an
# app, and codes in case they lose it. So of a page that is read: what came meanwhile is taken in first.
_IN_STEPS = re.compile(r"/sign-in$|/sign-in/second$|/sign-in/provider/back|/countersign$|sign-in/app$")


def _outcome(response: TestResponse) -> Outcome:
    text = response.text if response.mimetype == "text/html" else ""
    return Outcome(response.status_code, response.headers.get("Location") or "", text)
