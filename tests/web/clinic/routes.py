"""Every address of a site, taken from its own list: a new page is asked for without being named anywhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from uuid import UUID

from flask import Flask
from werkzeug.routing import IntegerConverter, UUIDConverter

NOBODY = UUID(int=7)
# What stands for each part of an address that changes, by its name. A part with another name is
# a number, or a second submission beside the first; one in words needs a value here.
VALUES: dict[str, Sequence[object]] = {
    "somebody": (NOBODY,),
    "publication": (NOBODY,),
    "which": ("rules",),
    "mark": ("no-such-mark",),
    "code": ("en", "xx"),
    "transcription": (NOBODY,),
}
# Files, and what a browser reports by itself (tests/web/test_policy_reports.py).
_FLASKS_OWN = frozenset({"static", "policy_report"})
# These end the visit.
LAST = ("accounts.change_password", "accounts.sign_out")


class UnknownPart(Exception):
    """An address has a part nobody has given a value."""


@dataclass(frozen=True)
class Address:
    """One page and one way to ask for it. ``about`` is the submission it names, if any."""

    endpoint: str
    path: str
    method: str
    about: str = ""


def every_address(site: Flask, values: Mapping[str, Sequence[object]]) -> list[Address]:
    """Each address there is, by GET and by POST; what ends the visit comes last."""
    values = VALUES | dict(values)
    found = [
        Address(rule.endpoint, path, method, about)
        for rule in site.url_map.iter_rules()
        if rule.endpoint not in _FLASKS_OWN
        for path, about in _paths(site, rule, values)
        for method in sorted({"GET", "POST"} & (rule.methods or set()))
    ]
    return sorted(
        found,
        key=lambda one: (LAST.index(one.endpoint) + 1 if one.endpoint in LAST else 0, one.method == "POST"),
    )


def _paths(site: Flask, rule, values) -> Iterator[tuple[str, str]]:
    adapter = site.url_map.bind("")
    for one in values["submission"] if "submission" in rule.arguments else (NOBODY,):
        open_parts = rule.arguments - set(rule.defaults or ())
        filled = {part: _value(rule, part, one, values) for part in open_parts}
        about = str(filled["submission"]) if "submission" in filled else ""
        yield adapter.build(rule.endpoint, filled), about


def _value(rule, part: str, submission: UUID, values) -> object:
    if part == "submission":
        return submission
    if part in values:
        return values[part][0]
    converter = rule._converters[part]
    if isinstance(converter, UUIDConverter):
        return next((one for one in values["submission"] if one != submission), NOBODY)
    if isinstance(converter, IntegerConverter):
        return 1
    raise UnknownPart(
        f"{rule.rule} ({rule.endpoint}) has the part <{part}>: give it a value in VALUES of "
        "tests/web/clinic/routes.py, so that this page is asked for like every other"
    )


@dataclass
class FoundForm:
    """A form on a page, filled in with whatever it takes."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def forms_in(html: str, path: str, password: str) -> Iterator[FoundForm]:
    """Every form of a page that is sent by POST, filled in, its first button pressed."""
    for found in _FORM.findall(html):
        reader = _Reader(path, password)
        reader.feed(found)
        if reader.posts:
            yield reader.form


class _Reader(HTMLParser):
    def __init__(self, path: str, password: str) -> None:
        super().__init__()
        self.form, self.posts = FoundForm(path), False
        self._password = password

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name")
        if tag == "form":
            self.posts = (given.get("method") or "").lower() == "post"
            self.form.action = given.get("action") or self.form.action
        elif name and tag in ("input", "textarea", "select", "button"):
            self._fill(tag, name, given)
        elif tag == "option" and given.get("value") and self._select:
            self.form.fields.setdefault(self._select, given["value"])

    _select = ""

    def _fill(self, tag, name, given):
        self._select = name if tag == "select" else ""
        kind = given.get("type") or "text"
        match tag, kind:
            case "select", _:
                pass
            case "textarea", _:
                self.form.fields[name] = "Words of a test"
            case "button", _:
                self.form.fields.setdefault(name, given.get("value") or "")
            case _, "hidden":
                self.form.fields[name] = given.get("value") or ""
            case _, "password":
                self.form.fields[name] = self._password
            case _, "radio" | "checkbox":
                self.form.fields.setdefault(name, given.get("value") or "y")
            case _, "date":
                self.form.fields[name] = "2026-11-20"
            case _, "file" | "submit":
                pass
            case _:
                self.form.fields[name] = given.get("value") or "Words of a test"
