"""Who may change which field of the clinic's site, read off its code: the tables of docs/fields.md.

`python -m house.fields_told` writes them anew.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FunctionType

from flask import Flask
from wtforms import Form

from copies import make_copy
from intake.domain.permissions import Permission
from intake.web.clinic.site import create_clinic_site
from intake.web.guard import is_sensitive, who_may

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"
_MARKS = ("<!-- changed: written by house.fields_told -->", "<!-- end -->")
_NOT_FIELDS = frozenset({"csrf_token"})
# These show a page; the forms on it are sent elsewhere.
_SHOWS = ("_page", "page", "_back", "_show", "handed_link_page")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that is sent: which fields may be in it, and who may send it."""

    address: str
    may: tuple[str, ...]
    asks_again: bool
    fields: tuple[str, ...]
    what: str


def deeds(site: Flask) -> list[Deed]:
    """Everything that can be sent to the clinic's site."""
    found = [
        _deed(site, rule.rule, rule.endpoint)
        for rule in site.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and rule.endpoint != "policy_report"
    ]
    return sorted(found, key=lambda one: (one.may, one.address))


def _deed(site: Flask, address: str, endpoint: str) -> Deed:
    view = site.view_functions[endpoint]
    mark = who_may(view)
    permissions = mark if isinstance(mark, tuple) else (mark,)
    may = tuple(one.name if isinstance(one, Permission) else "everybody" for one in permissions if one)
    first = (inspect.getdoc(view) or "").split("\n")[0].rstrip(".")
    return Deed(address, may, is_sensitive(view), tuple(sorted(set(_fields(view)) - _NOT_FIELDS)), first)


def _fields(view: object) -> Iterator[str]:
    """The fields of the form that a view reads; of one it has another function read, that function's."""
    function = inspect.unwrap(view)  # type: ignore[arg-type]
    read, others = _read_in(function)
    for other in () if read else others:
        deeper, _ = _read_in(other)
        read |= deeper
    return iter(sorted(read))


def _read_in(function: FunctionType) -> tuple[set[str], list[FunctionType]]:
    """The fields a function reads, and the functions of the site that it has do something."""
    module = sys.modules[function.__module__]
    read: set[str] = set()
    others: list[FunctionType] = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Name) and node.id == "_BOXES":
            read |= set(getattr(module, node.id))
        if not isinstance(node, ast.Call):
            continue
        if _reads_a_form(node) and node.args:
            read |= {ast.literal_eval(node.args[0])} if isinstance(node.args[0], ast.Constant) else set()
        elif isinstance(node.func, ast.Name) and not any(one.arg == "formdata" for one in node.keywords):
            called = getattr(module, node.func.id, None)
            if isinstance(called, type) and issubclass(called, Form):
                read |= set(_of_form(called))
            elif isinstance(called, FunctionType) and not called.__name__.startswith(_SHOWS):
                others.append(called)
    return read, [one for one in others if one.__module__.startswith("intake.web.clinic")]


def _reads_a_form(node: ast.Call) -> bool:
    return ast.unparse(node.func) in ("request.form.get", "request.form.getlist", "request.files.get")


def _of_form(form: type[Form]) -> Iterator[str]:
    for name in dir(form):
        if not name.startswith("_") and hasattr(getattr(form, name), "field_class"):
            yield name


def tables(found: list[Deed]) -> str:
    """A table for each kind of person who may."""
    lines: list[str] = []
    for may in sorted({one.may for one in found}):
        words = [f"*{Permission[one].value}*" if one in Permission.__members__ else "anybody" for one in may]
        lines += (
            ["", f"### Whoever may {' and '.join(words)}", ""]
            if "everybody" not in may
            else ["", "### Anybody", ""]
        )
        lines += ["| Sent to | Fields | Asks again who is there | What comes of it |", "|---|---|---|---|"]
        lines += [
            f"| `{one.address}` | {', '.join(f'`{name}`' for name in one.fields) or 'none'} | "
            f"{'yes' if one.asks_again else 'no'} | {one.what} |"
            for one in found
            if one.may == may
        ]
    return "\n".join(lines).strip()


def page(found: list[Deed]) -> str:
    """docs/fields.md with its tables anew; what stands around them stays."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(_MARKS[0])
    return f"{head}{_MARKS[0]}\n\n{tables(found)}\n\n{_MARKS[1]}{rest.split(_MARKS[1])[1]}"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        PAGE.write_text(page(deeds(create_clinic_site(make_copy(Path(folder)).clinic))), encoding="utf-8")
