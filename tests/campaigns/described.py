"""What the running sites take, as an OpenAPI description: read off their url maps and their pages' forms.

Nothing is written by hand, so a page or a field that is added is in it the next time. The description is what
the fuzzing campaign draws its nearly right requests from.
"""

import html
import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter
from werkzeug.test import TestResponse

Schema = dict[str, Any]
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_METHODS = ("GET", "POST")


def described(title: str, site: Flask, pages: Iterable[TestResponse]) -> Schema:
    """OpenAPI 3.1 of one site: every address of its url map, and the fields of every form on these pages."""
    paths: dict[str, Schema] = {}
    for rule in site.url_map.iter_rules():
        operations = paths.setdefault(_template(rule), {"parameters": _parameters(rule)})
        for method in _METHODS:
            if method in (rule.methods or set()):
                operations[method.lower()] = _operation(rule.endpoint, method)
    for page in pages:
        for form in forms_on(page):
            _add_form(site, paths, form)
    return {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": paths}


def _template(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _parameters(rule: Rule) -> list[Schema]:
    kinds: list[tuple[type, Schema]] = [
        (UUIDConverter, {"type": "string", "format": "uuid"}),
        (IntegerConverter, {"type": "integer", "minimum": 0}),
    ]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": next((said for kind, said in kinds if isinstance(converter, kind)), {"type": "string"}),
        }
        for name, converter in rule._converters.items()
    ]


def _operation(endpoint: str, method: str) -> Schema:
    operation: Schema = {
        "operationId": f"{endpoint}:{method}",
        "responses": {"default": {"description": "A page"}},
    }
    if method == "POST":
        schema = {"type": "object", "properties": {}}
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return operation


class FormOnPage:
    """One form that is sent by POST: where to, and what each of its fields takes."""

    def __init__(self, action: str, fields: dict[str, Schema]) -> None:
        self.action, self.fields = action, fields


def forms_on(page: TestResponse) -> Iterable[FormOnPage]:
    """The forms of a page that are sent by POST."""
    if page.mimetype != "text/html":
        return
    for found in _FORM.findall(page.text):
        reader = _Fields(page.request.path)
        reader.feed(found)
        if reader.posts:
            yield FormOnPage(reader.action, reader.fields)


class _Fields(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.action, self.posts, self.fields = path, False, dict[str, Schema]()
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        match tag:
            case "form":
                self.posts = (given.get("method") or "").lower() == "post"
                self.action = html.unescape(given.get("action") or self.action)
            case "select" if name:
                self._select = name
                self.fields.setdefault(name, {"type": "string", "enum": []})
            case "option" if self._select:
                self._offer(self._select, given.get("value") or "")
            case "input" | "textarea" | "button" if name:
                self._take(name, given)

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select

    def _take(self, name: str, given: dict[str, str | None]) -> None:
        match given.get("type") or "text":
            case "radio" | "checkbox" | "hidden" | "submit":
                self._offer(name, given.get("value") or "y")
            case "date":
                self.fields.setdefault(name, {"type": "string", "format": "date"})
            case _:
                longest = given.get("maxlength")
                self.fields.setdefault(
                    name, {"type": "string"} | ({"maxLength": int(longest)} if longest else {})
                )

    def _offer(self, name: str, value: str) -> None:
        offered = self.fields.setdefault(name, {"type": "string", "enum": []}).setdefault("enum", [])
        if value not in offered:
            offered.append(value)


def _add_form(site: Flask, paths: dict[str, Schema], form: FormOnPage) -> None:
    adapter = site.url_map.bind("")
    try:
        rule, _ = adapter.match(form.action.split("?")[0].split("#")[0], method="POST", return_rule=True)
    except HTTPException:
        return  # it leads to the other site
    body = paths[_template(rule)]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    for name, schema in form.fields.items():
        known = body["schema"]["properties"].setdefault(name, dict(schema))
        if "enum" in known and "enum" in schema:
            known["enum"] = list(dict.fromkeys([*known["enum"], *schema["enum"]]))[:50]


def filled(template: str, value_of: Callable[[str], object]) -> str:
    """A path of the description with a value for each of its parts."""
    return re.sub(r"\{(?:[^{}:]+:)?([^{}]+)\}", lambda found: str(value_of(found[1])), template)
