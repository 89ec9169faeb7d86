"""What the running sites take, as an OpenAPI description: read off their url maps and their pages' forms.

Nothing is written by hand, so a page or a field that is added is in it the next time. The description is what
the fuzzing campaign makes its strategies of (``campaigns/drawn.py``): kinds, choices, lengths, patterns,
days, and the files that a form takes.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter
from werkzeug.test import TestResponse

from intake.web.allowances import Allowance

Schema = dict[str, Any]
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_ASKED = re.compile(r'\b(?:href|src)="(/[^"#?]*\?[^"#]*)')
_METHODS = ("GET", "POST")
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def described(title: str, site: Flask, pages: Iterable[TestResponse]) -> Schema:
    """OpenAPI 3.1 of one site: every address of its url map, and the fields of every form on these pages."""
    paths: dict[str, Schema] = {}
    for rule in site.url_map.iter_rules():
        operations = paths.setdefault(template_of(rule), {"parameters": _parameters(rule)})
        for method in _METHODS:
            if method in (rule.methods or set()):
                operations[method.lower()] = _operation(rule.endpoint, method, _kinds(site, rule.endpoint))
    for page in pages:
        for form in forms_on(page):
            _add_form(site, paths, form)
        _add_queries(site, paths, page)
    return {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": paths}


def template_of(rule: Rule) -> str:
    """An address as OpenAPI writes it."""
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


def _kinds(site: Flask, endpoint: str) -> frozenset[str]:
    """The kinds of body that an address takes, as the site itself says it (``web/allowances.py``)."""
    said: dict[str, Allowance] = site.extensions.get("intake.allowances", {})
    return said[endpoint].kinds if endpoint in said else frozenset({URLENCODED})


def _operation(endpoint: str, method: str, kinds: frozenset[str]) -> Schema:
    operation: Schema = {
        "operationId": f"{endpoint}:{method}",
        "responses": {"default": {"description": "A page"}},
    }
    if method == "POST":
        # As it takes what has no form on any page: with nothing but the token of its browser.
        first = URLENCODED if URLENCODED in kinds else min(kinds)
        operation["requestBody"] = {"content": {first: {"schema": _no_fields()}}}
    return operation


def _no_fields() -> Schema:
    return {"type": "object", "properties": {}, "required": []}


@dataclass(frozen=True)
class FormOnPage:
    """One form as it stands on a page: where to and how it is sent, what each field takes, and what it holds.

    ``held`` is what a browser sends when nothing is touched; ``buttons`` are what it may be sent with.
    """

    page: str
    action: str
    method: str
    kind: str
    fields: dict[str, Schema]
    held: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]


def forms_on(page: TestResponse) -> Iterable[FormOnPage]:
    """The forms of a page."""
    if page.mimetype != "text/html":
        return
    for found in _FORM.findall(page.text):
        reader = _Fields(page.request.path)
        reader.feed(found)
        yield FormOnPage(
            page.request.path,
            reader.action.split("#")[0],
            reader.method,
            reader.kind,
            reader.fields,
            tuple(reader.held),
            tuple(reader.buttons),
        )


class _Fields(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.action, self.method, self.kind = path, "get", URLENCODED
        self.fields = dict[str, Schema]()
        self.held, self.buttons = list[tuple[str, str]](), list[tuple[str, str]]()
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        match tag:
            case "form":
                self.method = given.get("method", "get").lower()
                self.action = given.get("action") or self.action
                self.kind = given.get("enctype") or URLENCODED
            case "select" if name:
                self._select = name
                self.fields.setdefault(name, {"type": "string", "enum": []})
            case "option" if self._select:
                self._offer(self._select, given.get("value", ""))
                if "selected" in given:
                    self.held.append((self._select, given.get("value", "")))
            case "textarea" if name:
                self._area = name
                self.held.append((name, ""))
                self.fields.setdefault(name, _of_a_box(given))
            case "button" if name:
                self.buttons.append((name, given.get("value", "")))
                self._offer(name, given.get("value", ""))
            case "input" if name:
                self._take(name, given)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.held[-1] = (self._area, self.held[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def _take(self, name: str, given: dict[str, str]) -> None:
        match given.get("type", "text"):
            case "radio" | "checkbox" as kind:
                self._offer(name, given.get("value", "y"))
                self.fields[name]["x-several"] = kind == "checkbox"
                if "checked" in given:
                    self.held.append((name, given.get("value", "y")))
            case "hidden":
                self.fields.setdefault(name, {"type": "string", "x-hidden": True})
                self.held.append((name, given.get("value", "")))
            case "submit":
                self._offer(name, given.get("value", ""))
                self.buttons.append((name, given.get("value", "")))
            case "file":
                self.fields.setdefault(name, {"type": "string", "format": "binary"})
            case _:
                self.fields.setdefault(name, _of_a_box(given))
                self.held.append((name, given.get("value", "")))

    def _offer(self, name: str, value: str) -> None:
        offered = self.fields.setdefault(name, {"type": "string", "enum": []}).setdefault("enum", [])
        if value not in offered:
            offered.append(value)


_FORMATS = {"date": "date", "email": "email", "password": "password", "url": "uri"}
_LIMITS = {"maxlength": "maxLength", "minlength": "minLength", "min": "minimum", "max": "maximum"}


def _of_a_box(given: dict[str, str]) -> Schema:
    kind, schema = given.get("type", "text"), Schema(type="string")
    if kind == "number" or given.get("inputmode") == "numeric":
        schema["x-number"] = True
    if kind in _FORMATS:
        schema["format"] = _FORMATS[kind]
    if given.get("pattern"):
        schema["pattern"] = given["pattern"]
    return schema | {
        said: int(given[name]) for name, said in _LIMITS.items() if given.get(name, "").isdigit()
    }


def rule_of(site: Flask, action: str, method: str) -> Rule | None:
    """The address of a site that a form is sent to; None when it leads to the other one."""
    try:
        rule, _ = site.url_map.bind("").match(action.split("?")[0], method=method.upper(), return_rule=True)
    except HTTPException:
        return None
    return rule


def _add_form(site: Flask, paths: dict[str, Schema], form: FormOnPage) -> None:
    rule = rule_of(site, form.action, form.method)
    if rule is None:
        return
    if form.method != "post":
        parameters = paths[template_of(rule)]["parameters"]
        known = {one["name"] for one in parameters}
        parameters += [
            {"name": name, "in": "query", "schema": schema}
            for name, schema in form.fields.items()
            if name not in known
        ]
        return
    content = paths[template_of(rule)]["post"]["requestBody"]["content"]
    if not content.get(URLENCODED, {"schema": {"properties": True}})["schema"]["properties"]:
        del content[URLENCODED]
    body = content.setdefault(form.kind, {"schema": _no_fields()})["schema"]
    for name, schema in form.fields.items():
        known = body["properties"].setdefault(name, dict(schema))
        if "enum" in known and "enum" in schema:
            known["enum"] = list(dict.fromkeys([*known["enum"], *schema["enum"]]))[:50]


def _add_queries(site: Flask, paths: dict[str, Schema], page: TestResponse) -> None:
    """What stands behind the ``?`` of links, also of those that no form makes."""
    for address in _ASKED.findall(page.text) if page.mimetype == "text/html" else ():
        path, _, query = html.unescape(address).partition("?")
        rule = rule_of(site, path, "GET")
        parameters = [] if rule is None else paths[template_of(rule)]["parameters"]
        by_name = {one["name"]: one for one in parameters}
        for name, value in parse_qsl(query):
            schema: Schema = {"type": "string", "enum": [value]}
            known = by_name.setdefault(name, {"name": name, "in": "query", "schema": schema})
            if known not in parameters:
                parameters.append(known)
            elif "enum" in known["schema"]:
                known["schema"]["enum"] = list(dict.fromkeys([*known["schema"]["enum"], value]))[:50]


def filled(template: str, value_of: Callable[[str], object]) -> str:
    """A path of the description with a value for each of its parts."""
    return re.sub(r"\{(?:[^{}:]+:)?([^{}]+)\}", lambda found: str(value_of(found[1])), template)
