"""hypothesis strategies for requests, made from the OpenAPI description of a site and the forms on its pages.

What is drawn rests on nothing but the description, the forms as they were found and the seed: what a page
holds just now (its token, its revision) is put in when the request is made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from campaigns.described import MULTIPART, URLENCODED, FormOnPage, Schema
from campaigns.files import File, files
from campaigns.payloads import (
    BODIES,
    DATES,
    HEADERS,
    MARK,
    METHODS,
    NUMBERS,
    PARTS,
    PATHS,
    QUERIES,
    REPORTS,
    TEXTS,
)

_LONGEST_DRAWN = 40


class Held(Enum):
    """What is only known when a request is made."""

    ON_THE_PAGE = "what the page holds"
    FITTING = "what belongs into a box of this name"


Value = str | File | Held
Fields = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Found:
    """A form somebody found on a page, of this address and method of the site."""

    who: str
    template: str
    form: FormOnPage


@dataclass(frozen=True)
class Scene:
    """What there is to draw from on one site: who is there, what is described, which forms were found.

    ``parts`` are the values that the parts of addresses had in links, by their names.
    """

    people: tuple[str, ...]
    description: Schema
    forms: tuple[Found, ...]
    parts: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Drawn:
    """One request as it was drawn. ``found`` is the form it is made of; ``anew`` asks for its page first."""

    kind: str
    who: str
    method: str = "GET"
    path: str = "/"
    fields: Fields = ()
    found: Found | None = None
    anew: bool = False
    multipart: bool = False
    token: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    body: bytes | None = None


_TEXT = st.text(st.characters(codec="utf-8"), max_size=_LONGEST_DRAWN)
_ODD = st.sampled_from((*TEXTS, *NUMBERS, *DATES)) | _TEXT
_PLAIN = st.text(st.sampled_from("abcdefghij 0123456789.-@"), max_size=12)


def right(name: str, schema: Schema) -> SearchStrategy[tuple[Value, ...]]:
    """What a field takes by its description: one value, or as many as may be ticked."""
    if schema.get("enum"):
        choices = st.sampled_from(schema["enum"])
        if schema.get("x-several"):
            return st.lists(choices, max_size=3, unique=True).map(tuple)
        return choices.map(lambda one: (one,))
    return _one_right(name, schema).map(lambda one: (one,))


def _one_right(name: str, schema: Schema) -> SearchStrategy[Value]:
    held = st.sampled_from((Held.FITTING, Held.FITTING, Held.ON_THE_PAGE))
    match schema:
        case {"x-hidden": True}:
            return st.just(Held.ON_THE_PAGE)
        case {"format": "binary"}:
            return files(name)
        case {"format": "password"}:
            return st.just(Held.FITTING)
        case {"format": "date"}:
            return held | st.dates().map(lambda one: one.isoformat())
        case {"format": "uuid"}:
            return st.uuids().map(str)
        case {"type": "integer", **rest}:
            return st.integers(rest.get("minimum", 0), rest.get("maximum", 9)).map(str)
        case {"x-number": True, **rest}:
            return held | st.integers(rest.get("minimum", 0), rest.get("maximum", 300)).map(str)
        case {"pattern": pattern}:
            return held | st.from_regex(re.compile(pattern), fullmatch=True)
        case {"maxLength": longest}:
            return (
                held
                | st.text(st.characters(codec="utf-8"), max_size=min(longest, 40))
                | st.just("a" * longest)
            )
    return held | _PLAIN


def wrong(schema: Schema) -> SearchStrategy[Value]:
    """What a field does not take by its description, and what broke some program once."""
    match schema:
        case {"maxLength": longest}:
            return _ODD | st.just("a" * (longest + 1))
        case {"minimum": least}:
            return _ODD | st.just(str(least - 1))
        case {"format": "binary"}:
            return _ODD | files("")
    return _ODD


@st.composite
def _little_changed(
    draw: DrawFn, found: Found, filled: SearchStrategy[dict[str, tuple[Value, ...]]]
) -> Drawn:
    form = found.form
    values = draw(filled)
    names = tuple(form.fields)
    for _ in range(draw(st.sampled_from((0, 1, 1, 2))) if names else 0):
        name = draw(st.sampled_from(names))
        match draw(st.sampled_from(("wrong", "wrong", "wrong", "none", "twice", "another's"))):
            case "wrong":
                values[name] = (draw(wrong(form.fields[name])),)
            case "none":
                values[name] = ()
            case "twice":
                values[name] = (*values[name], *values[name], draw(_ODD))
            case _:
                values[name] = values[draw(st.sampled_from(names))]
    fields: Fields = tuple((name, one) for name, several in values.items() for one in several)
    if form.buttons:
        fields += (draw(st.sampled_from(form.buttons)),)
    return Drawn(
        "a form with little changed",
        found.who,
        form.method.upper(),
        fields=fields,
        found=found,
        anew=draw(st.integers(0, 9)) == 0,
        multipart=form.kind == MULTIPART,
        token=draw(st.integers(0, 39)) > 0,
    )


def _filled(form: FormOnPage) -> SearchStrategy[dict[str, tuple[Value, ...]]]:
    pressed = {name for name, _ in form.buttons}
    return st.fixed_dictionaries(
        {name: right(name, schema) for name, schema in form.fields.items() if name not in pressed}
        | {name: st.just(()) for name in pressed}
    )


class Strategies:
    """The strategies of one scene, made once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._forms = tuple(_little_changed(one, _filled(one.form)) for one in scene.forms)
        self._operations = tuple(
            self._described(template, method, operation)
            for template, operations in scene.description["paths"].items()
            for method, operation in operations.items()
            if method in ("get", "post")
        )

    def requests(self) -> SearchStrategy[Drawn]:
        """Any request: most are nearly right."""
        forms = st.one_of(self._forms) if self._forms else self._operation()
        wanted = (forms,) * 11 + (self._operation(),) * 5 + (self._wrong(),) * 3 + (self._made_up(),) * 1
        return st.sampled_from(wanted).flatmap(lambda one: one)

    def _operation(self) -> SearchStrategy[Drawn]:
        return st.one_of(self._operations)

    def _described(self, template: str, method: str, operation: Schema) -> SearchStrategy[Drawn]:
        of_path = self._scene.description["paths"][template]["parameters"]
        parts = {one["name"]: self._part(one) for one in of_path if one["in"] == "path"}
        query = {one["name"]: one["schema"] for one in of_path if one["in"] == "query"}
        content = operation.get("requestBody", {}).get("content", {})
        kind, said = next(iter(content.items()), ("", {"schema": {"properties": {}}}))
        fields = {
            name: st.one_of(right(name, schema), wrong(schema).map(lambda one: (one,)), st.just(()))
            for name, schema in (said["schema"]["properties"] or query).items()
        }
        people = self._scene.people
        # As often as all others together: whoever is refused least.
        anyone = st.sampled_from((*people, *[one for one in people if one == "every role"] * len(people)))
        if kind and kind not in (URLENCODED, MULTIPART):
            body = st.sampled_from((*REPORTS, *BODIES))
            headers = (("Content-Type", kind),)
            return st.builds(
                lambda who, body: Drawn(
                    "from the description", who, method.upper(), template, headers=headers, body=body
                ),
                anyone,
                body,
            )

        def made(drawn: tuple[str, dict[str, str], dict[str, tuple[Value, ...]]]) -> Drawn:
            who, filled, values = drawn
            path = re.sub(r"\{([^{}]+)\}", lambda found: filled[found[1]], template)
            several = tuple((name, one) for name, many in values.items() for one in many)
            return Drawn(
                "from the description", who, method.upper(), path, several, multipart=kind == MULTIPART
            )

        return st.tuples(anyone, st.fixed_dictionaries(parts), st.fixed_dictionaries(fields)).map(made)

    def _part(self, parameter: Schema) -> SearchStrategy[str]:
        known = self._scene.parts.get(parameter["name"], ())
        schema = parameter["schema"]
        by_description = _one_right("", schema).map(lambda one: one if isinstance(one, str) and one else "1")
        if not known:
            return by_description
        rightly = st.sampled_from(tuple(known))
        return st.sampled_from((rightly,) * 9 + (by_description, st.sampled_from(PATHS))).flatmap(
            lambda it: it
        )

    def _wrong(self) -> SearchStrategy[Drawn]:
        headers = st.lists(st.sampled_from(HEADERS), max_size=4).map(tuple)

        def spoiled(drawn: tuple[Drawn, tuple[tuple[str, str], ...], str, bytes | None, str]) -> Drawn:
            one, headers, method, body, query = drawn
            return Drawn(
                "wrong", one.who, method or one.method, one.path, one.fields, one.found, False,
                one.multipart, one.token, headers, query, body,
            )  # fmt: skip

        nearly = st.one_of(self._operation(), *self._forms[:1])
        method = st.sampled_from(("", "", "", *METHODS))
        body = st.sampled_from((None, None, *BODIES, *PARTS))
        query = st.sampled_from(("", "", *QUERIES)) | _TEXT
        return st.tuples(nearly, headers, method, body, query).map(spoiled)

    def _made_up(self) -> SearchStrategy[Drawn]:
        piece = st.sampled_from((*PATHS, "form", "f", "1", "submissions", "..", "", MARK))
        path = st.lists(piece, min_size=1, max_size=3).map("/".join)
        under = st.sampled_from(("", *(one.form.page for one in self._scene.forms)))
        return st.builds(
            lambda who, under, path, method, headers, body: Drawn(
                "made up", who, method, f"{under}/{path}", headers=headers, body=body
            ),
            st.sampled_from(self._scene.people),
            under,
            path,
            st.sampled_from(METHODS),
            st.lists(st.sampled_from(HEADERS), max_size=3).map(tuple),
            st.sampled_from(BODIES),
        )
