"""What is wrong with a file, told so that the person who wrote it can put it right.

A problem says where (file, line and column), what, and what to do. The last part stands
behind a semicolon or in "(did you mean …?)", so that it can be told apart from the rest.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_WHAT_TO_DO = re.compile(
    r"\(did you mean (?P<meant>\"[^\"]+\")\?\)|; (?P<after>.+)$|(?P<should>(?:should|expected) .+)$"
)


class Place(int):
    """A line, counted from 1, that also knows the column at which something stands on it.

    It is the line wherever a number will do: a message says "the first is on line 12".
    """

    column: int

    def __new__(cls, line: int, column: int = 1) -> "Place":
        place = super().__new__(cls, line)
        place.column = column
        return place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    ``file`` names the file of a folder; a document that is one file leaves it empty.
    ``code`` is the permanent name of the kind of problem, ``about`` the id of the question or
    medicine class that could not be used, where it is about one.
    """

    line: int
    text: str
    file: str = ""
    column: int = 1
    code: str = "does-not-load"
    about: str = ""

    @property
    def suggestion(self) -> str:
        """What to do, taken from the text."""
        found = _WHAT_TO_DO.search(self.text)
        if found is None:
            return ""
        if meant := found["meant"]:
            return f"did you mean {meant}?"
        return str(found["after"] or found["should"])


class DocumentRefused(Exception):
    """A file that cannot be used, with every problem found in it."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda one: (one.file, one.line, one.column)))
        told = (f"{p.file or name}:{p.line}:{p.column}: {p.text}" for p in self.problems)
        super().__init__("\n".join(told))


@dataclass(slots=True)
class Problems:
    """Everything wrong with one file, gathered so that it can all be told at once."""

    name: str
    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, text: str, code: str = "does-not-load", about: str = "") -> Problem:
        """Note a problem and read on. A plain number is a line of which no column is known."""
        column = line.column if isinstance(line, Place) else 1
        problem = Problem(int(line), text, column=column, code=code, about=about)
        self.found.append(problem)
        return problem

    def take_back(self, problem: Problem) -> None:
        """Forget a problem that another one explains better."""
        self.found = [one for one in self.found if one is not problem]

    def refuse_if_any(self) -> None:
        """Raise :class:`DocumentRefused` when anything was noted."""
        if self.found:
            raise DocumentRefused(self.name, self.found)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "…"?)`` when something known is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
