"""docs/accessibility.md: every row is there, with a test and a test of the test that exist."""

import re

import pytest

from intake.resources import ROOT

DOCUMENT = ROOT / "docs" / "accessibility.md"
BY_HAND = {11, 25}
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows(text):
    """What stands in the table, by the number of the row."""
    cells = [line.strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| \d", line)]
    return {int(row): (looked, tried) for row, _, looked, tried in cells}


def untrue(text):
    """Rows without a test, and tests that are nowhere."""
    wrong = []
    for row, cells in rows(text).items():
        for cell in cells if row not in BY_HAND else ():
            tests = _TEST.findall(cell)
            wrong += [] if tests else [f"{row}: no test"]
            wrong += [f"{row}: {file}::{test}" for file, test in tests if not _is_there(file, test)]
    return wrong


def _is_there(file, test):
    path = ROOT / file
    return path.is_file() and (not test or f"def {test}(" in path.read_text("utf-8"))


def test_every_row_has_a_test_and_a_test_of_the_test():
    text = DOCUMENT.read_text("utf-8")

    assert list(rows(text)) == list(range(1, 26))
    assert untrue(text) == []


@pytest.mark.parametrize("old", ["::test_texts_can_be_read", "test_contrast.py::"])
def test_a_test_that_is_nowhere_would_be_found(old):
    text = DOCUMENT.read_text("utf-8").replace(old, f"{old}_not_there" if "::test" in old else "gone.py::")

    assert any(one.startswith("6: ") for one in untrue(text))
