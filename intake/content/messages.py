"""Every message of the program that patients read, found where it is said: in the templates and in the code.

In a template it stands in ``{% trans %}`` or ``_()``, in the code in ``say()``, ``say_many()`` or ``mark()``.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, meta
from jinja2.ext import extract_from_ast

from intake import resources

_CODE = Path(resources.__file__).parent
# Where patients' pages begin; whatever these take in is theirs, too.
_PAGES = ("patient", "errors")
_PAPERS = ("papers/copy.html", "papers/blank.html")
_SAYS = {"say": 1, "say_many": 2, "mark": 1}
_MAY_SAY = re.compile(r"\b(?:say|say_many|mark)\(")

# A message, or the two of one that depends on a number.
Said = str | tuple[str, str]


def environment() -> Environment:
    """Reads templates as the sites do, without rendering them."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.policies["ext.i18n.trimmed"] = True
    return environment


def patient_templates(root: Path = resources.TEMPLATES) -> tuple[Path, ...]:
    """The templates of patients' pages and of their copy, with every one they are put together from."""
    reading = environment()
    waiting = [path for folder in _PAGES for path in sorted((root / folder).glob("*.html"))]
    waiting += [root / name for name in _PAPERS]
    found: dict[Path, None] = {}
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        named = meta.find_referenced_templates(reading.parse(path.read_text(encoding="utf-8")))
        waiting += [root / name for name in named if name is not None]
    return tuple(found)


@cache
def interface_messages() -> tuple[Said, ...]:
    """Every message, each once, in the order found."""
    found = [said for path in patient_templates() for said in in_template(path.read_text(encoding="utf-8"))]
    for path in sorted(_CODE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if _MAY_SAY.search(source):
            found += in_code(source)
    return tuple(dict.fromkeys(found))


def in_template(source: str) -> Iterator[Said]:
    """The messages of one template."""
    for _, _, message in extract_from_ast(environment().parse(source)):
        match message:
            case str() if message:
                yield message
            case (str() as one, str() as many, *_):
                yield one, many


def in_code(source: str) -> Iterator[Said]:
    """The messages of one module."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [one.value for one in node.args[: _SAYS.get(name, 0)] if isinstance(one, ast.Constant)]
        match texts:
            case [str() as one] if _SAYS[name] == 1 and one:
                yield one
            case [str() as one, str() as many]:
                yield one, many
