"""Reading the keys of one entry: each is asked for by name, and what is left over is an error."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from intake.content.documents import Listed, Mapped, Problem, Problems, did_you_mean

E = TypeVar("E", bound=Enum)


class Fields:
    """One entry of a document, read key by key.

    A missing or wrong value is noted as a problem and something harmless is returned,
    so that reading goes on and every problem of a file is told at once.
    """

    def __init__(self, entry: object, line: int, what: str, problems: Problems) -> None:
        self.what = what
        self.problems = problems
        self._asked: dict[str, None] = {}
        self._missing: dict[str, Problem] = {}
        self._is_read = isinstance(entry, Mapped)
        self._entry = entry if isinstance(entry, Mapped) else Mapped(line)
        self.line = self._entry.line
        if not self._is_read:
            problems.add(line, f"{what}: expected keys and values here; write them like `key: words`")

    def problem(
        self, key: str, text: str, code: str = "does-not-load", about: str = "", entry: int | None = None
    ) -> None:
        """Note a problem where the value of ``key`` stands, or one entry of it when it is a list.

        Of an entry that is no mapping it was said already that nothing in it can be read.
        """
        if self._is_read:
            value = self._entry.get(key)
            at = self._entry.value_at(key)
            if isinstance(value, Listed) and entry is not None:
                at = value.lines[entry]
            self.problems.add(at, f"{self.what}: {text}", code, about)

    def line_of(self, key: str) -> int:
        """Where a key stands, or the entry itself."""
        return self._entry.lines.get(key, self.line)

    def value_at(self, key: str) -> int:
        """Where the value of a key stands; the key, or the entry, when there is none."""
        return self._entry.value_at(key)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self._entry

    def raw(self, key: str) -> Any:  # noqa: ANN401 - whatever was written
        """The value as it was built, None when there is none."""
        self._asked[key] = None
        return self._entry.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Words; without a default they are required."""
        value = self.raw(key)
        if value is None and default is not None and not self._entry.get(key):
            return default
        if isinstance(value, str) and value:
            return value
        self._wrong(key, value, "words")
        return default or ""

    def flag(self, key: str) -> bool:
        """true or false; false when it is not written."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._wrong(key, value, "true or false")
        return False

    def number(self, key: str) -> Decimal | None:
        """A number, or None when it is not written."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        self._wrong(key, value, "a number")
        return None

    def day(self, key: str) -> date:
        """A date written 2026-11-20."""
        value = self.raw(key)
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self._wrong(key, value, "a date like 2026-11-20")
            return date.min

    def one_of(self, key: str, kinds: type[E], default: E) -> E:
        """One of a fixed list of words."""
        value = self.raw(key)
        words = [str(kind.value) for kind in kinds]
        if value in words:
            return kinds(value)
        hint = did_you_mean(str(value), words)
        self._wrong(key, value, f"one of {', '.join(words)}{hint}")
        return default

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of words."""
        entries = self.entries(key, required=required)
        for entry, line in entries:
            if not isinstance(entry, str) or not entry:
                text = f"{self.what}: '{key}' should be a list of words{_in_quotes(entry)}"
                self.problems.add(line, text, "wrong-value")
        return tuple(str(entry) for entry, _ in entries)

    def entries(self, key: str, *, required: bool = False) -> list[tuple[Any, int]]:
        """The entries of a list, each with its line."""
        value = self.raw(key)
        if value is None and not required:
            return []
        if isinstance(value, Listed) and (value or not required):
            return list(zip(value, value.lines, strict=True))
        like = f", like [{value}]" if isinstance(value, str) else ""
        like = like or ("; begin each entry with a dash" if isinstance(value, Mapped) else "")
        self._wrong(key, value, f"a list{' with at least one entry' if required else ''}{like}")
        return []

    def mapping(self, key: str, *, required: bool = False) -> list[tuple[str, Any, int]]:
        """The keys and values of a mapping, each with its line."""
        value = self.raw(key)
        if value is None and not required:
            return []
        if isinstance(value, Mapped) and (value or not required):
            return [(name, value[name], value.lines[name]) for name in value]
        self._wrong(key, value, f"keys and values{_as_keys(value)}")
        return []

    def fields(self, key: str, what: str) -> "Fields":
        """The entry under a key, to be read in turn."""
        return Fields(self.raw(key), self.line_of(key), what, self.problems)

    def finish(self, also: Iterable[str] = ()) -> None:
        """Refuse keys nobody asked for: a misspelt key must not pass unnoticed."""
        known = [*self._asked, *also]
        unread = [key for key in self._entry if key not in known]
        for key in unread:
            hint = did_you_mean(key, [one for one in known if one not in self._entry])
            for meant, problem in self._missing.items():
                if f'"{meant}"' in hint:
                    self.problems.take_back(problem)
            keys = "" if hint else f"; the keys here are {', '.join(dict.fromkeys(known))}"
            text = f"{self.what}: '{key}' is not a key used here{hint}{keys}"
            self.problems.add(self.line_of(key), text, "unknown-key")

    def _wrong(self, key: str, value: object, expected: str) -> None:
        if value is not None:
            in_quotes = _in_quotes(value) if expected == "words" else ""
            self.problem(key, f"'{key}' should be {expected}{in_quotes}", "wrong-value")
        elif self._is_read:
            text = f"{self.what}: '{key}' is missing; it should be {expected}"
            self._missing[key] = self.problems.add(self.line_of(key), text, "missing-key")


def _in_quotes(value: object) -> str:
    return "; put quotation marks around it" if isinstance(value, int | Decimal) else ""


def _as_keys(value: object) -> str:
    match value:
        case Listed() if value and all(isinstance(entry, str) for entry in value):
            return f", like {{{value[0].lower()}: {value[0]}}}"
        case _:
            return ", one to a line"


def unique(ids: Iterable[tuple[str, int]], what: str, problems: Problems) -> None:
    """Note every id that is used a second time."""
    first: dict[str, int] = {}
    for one, line in ids:
        if one in first:
            text = f'{what} "{one}" is used twice; the first is on line {first[one]}'
            problems.add(line, text, "used-twice")
        first.setdefault(one, line)
