"""How much each address may be sent: one that does not say keeps its site from starting.

Werkzeug limits the parts of a form that brings files, and not the fields of any other form: half a
million of them cost most of a second to read (security.md 6). So they are counted before they are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from intake.web.why import Why, because, refuse

METHODS = ("GET", "HEAD", "POST")
LARGEST_PAGE = 64 * 1024
# Two content files, each as large as one may be, sent as files and once more as text.
LARGEST_UPLOAD = 4 * 1024 * 1024 + LARGEST_PAGE
# What is read of a page that is too large, so that its words can be shown and copied.
_LARGEST_SHOWN = 4 * LARGEST_PAGE
_LONGEST_ADDRESS, _LONGEST_QUERY, _MOST_HEADERS = 1024, 2048, 60
_FORM = "application/x-www-form-urlencoded"
_FILES = "multipart/form-data"
_ALLOWANCES = "intake.allowances"
_LONGER = "intake.longer_queries"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an address takes: bytes, fields of a form, and the kinds a body may be of."""

    size: int
    fields: int
    kinds: frozenset[str] = frozenset({_FORM})


NOTHING = Allowance(0, 0, frozenset())
# A press of a button, with what stands hidden beside it.
BUTTON = Allowance(8 * 1024, 40)
# Whatever a person types.
PAGE = Allowance(LARGEST_PAGE, 1000)
# The clinic's settings, with a logo; one a little too large is refused by the page itself, in better words.
LOGO = Allowance(1024 * 1024, 200, frozenset({_FORM, _FILES}))
# Content files, as files or as text.
CONTENT = Allowance(LARGEST_UPLOAD, 60, frozenset({_FORM, _FILES}))
# What a browser says of a page that broke the content policy.
REPORT = Allowance(16 * 1024, 0, frozenset({"application/csp-report", "application/reports+json"}))


class Unlimited(Exception):
    """A site has addresses that do not say how much they take, or says it of addresses there are not."""


class CountedForm(FormDataParser):
    """Reads a form only once its fields were counted. Raises RequestEntityTooLarge."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """The form, the files, and what is left of the stream."""
        if mimetype == _FORM and self.max_form_parts is not None:
            body = stream.read()
            if body.count(b"&") >= self.max_form_parts:
                because(Why.TOO_MANY_FIELDS)
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class LimitedRequest(Request):
    """A request whose form is counted before it is read."""

    form_data_parser_class = CountedForm


def allow(app: Flask, allowances: Mapping[str, Allowance]) -> None:
    """Say what these addresses, named by their endpoints, take."""
    app.extensions.setdefault(_ALLOWANCES, {}).update(allowances)


def allow_longer_query(app: Flask, endpoint: str, characters: int) -> None:
    """Let this one address be asked with more behind its ``?`` than any other."""
    app.extensions.setdefault(_LONGER, {})[endpoint] = characters


def keep_allowances(app: Flask) -> None:
    """Refuse whatever is more than its address takes, before any of it is read."""
    app.request_class = LimitedRequest
    app.before_request(_measure)


def refuse_unlimited(app: Flask) -> None:
    """Stop a site from starting while any address that is sent something does not say how much it takes."""
    said = app.extensions.get(_ALLOWANCES, {})
    sent = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    if missing := sorted(sent - set(said)):
        raise Unlimited(
            f"no one says how much may be sent to {', '.join(missing)}; add each to allowances.py of its site"
        )
    if gone := sorted(set(said) - sent):
        raise Unlimited(f"there is no such address any more: {', '.join(gone)}; take it out of allowances.py")


def read_for_its_words() -> None:
    """Let a form that is too large be read after all, up to a point, to give its words back.

    Raises RequestEntityTooLarge when there is more of it still.
    """
    request.max_content_length = request.max_form_memory_size = _LARGEST_SHOWN
    request.max_form_parts = PAGE.fields


def _measure() -> None:
    if request.method not in METHODS:
        raise _other_method()
    if len(request.path) > _LONGEST_ADDRESS or len(request.query_string) > _longest_query():
        refuse(414, Why.LONG_ADDRESS)
    if sum(name.startswith("HTTP_") for name in request.environ) > _MOST_HEADERS:
        refuse(431, Why.MANY_HEADERS)
    taken = _taken()
    request.max_content_length = request.max_form_memory_size = taken.size
    request.max_form_parts = taken.fields
    length = request.content_length
    if length is not None and length > taken.size:
        refuse(413, Why.TOO_LARGE)
    if length and request.mimetype not in taken.kinds:
        refuse(415, Why.KIND)


def _other_method() -> HTTPException:
    # The router's own refusal says which methods the address has.
    found = request.routing_exception
    return found if isinstance(found, MethodNotAllowed) else MethodNotAllowed(METHODS)


def _longest_query() -> int:
    longest: int = current_app.extensions.get(_LONGER, {}).get(request.endpoint, _LONGEST_QUERY)
    return longest


def _taken() -> Allowance:
    if request.method != "POST":
        return NOTHING
    allowance: Allowance = current_app.extensions.get(_ALLOWANCES, {}).get(request.endpoint, PAGE)
    return allowance
