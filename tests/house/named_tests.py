"""Whether a test that a document names is there and runs: `tests/house/test_somewhere.py::test_it`."""

import ast
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
NOT_RUN = {"skip", "skipif", "xfail", "importorskip"}
# What leaves a test to `make journeys`, under a name of our own (tests/journeys/modes.py).
LEFT_OUT = {"in_make_journeys", "seen_in_chromium"}


def what_is_wrong(test, checkout=CHECKOUT):
    """Why a named test proves nothing; empty when it is there and runs."""
    file, _, name = test.partition("::")
    path = checkout / file
    if not path.is_file() or not path.name.startswith("test_"):
        return "there is no such file of tests"
    module = ast.parse(path.read_text(encoding="utf-8"))
    function = next(
        (one for one in module.body if isinstance(one, ast.FunctionDef) and one.name == name), None
    )
    if function is None:
        return "there is no such test in the file"
    own = _own_marks(module)
    marks = [
        one for one in module.body if one not in own and not isinstance(one, ast.FunctionDef | ast.ClassDef)
    ]
    decorators = {one.id for one in function.decorator_list if isinstance(one, ast.Name)}
    left_out = LEFT_OUT | {one.targets[0].id for one in own}
    if decorators & left_out or any(_names(one) & NOT_RUN for one in (function, *marks)):
        return "it is skipped or expected to fail"
    return ""


def _own_marks(module):
    """Marks with names of their own, of those tests alone that carry them: `late = pytest.mark.skip(...)`."""
    return [
        one
        for one in module.body
        if isinstance(one, ast.Assign)
        and isinstance(one.targets[0], ast.Name)
        and one.targets[0].id != "pytestmark"
        and _names(one) & NOT_RUN
    ]


def _names(node):
    """Every attribute of pytest that is named in it: `pytest.mark.skip`, `pytest.skip()`."""
    return {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute) and _is_pytests(one)}


def _is_pytests(attribute):
    inner = attribute.value
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(inner, ast.Name) and inner.id in ("pytest", "mark")
