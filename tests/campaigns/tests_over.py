"""Which tests pass over a line, and how long each takes; and which of them a mistake there is tried with."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Few:
    """At most so many tests, and so many seconds of them.

    After ``limit`` seconds of the processor, or ``clock`` by the clock, they hang. What tests of a file share
    is made anew, and is not among the seconds each takes.
    """

    most: int
    seconds: float
    limit: int
    clock: int


FEW, MANY = Few(25, 20.0, 120, 600), Few(200, 40.0, 600, 2400)


@dataclass(slots=True)
class Learned:
    """What one run of every test showed.

    ``seconds`` of the processor that each test that passed took, by its id; ``over`` the ids of the tests
    over each line of a file; ``read`` the lines that are passed over when a module is read.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    over: dict[str, dict[int, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    read: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def take(self, other: "Learned") -> None:
        """Add what another process learned."""
        self.seconds |= other.seconds
        for file, lines in other.over.items():
            for line, ids in lines.items():
                self.over[file][line] |= ids
        for file, read in other.read.items():
            self.read[file] |= read

    def keep(self, path: Path) -> None:
        """Write it down."""
        over = {
            file: {str(line): sorted(ids) for line, ids in lines.items()} for file, lines in self.over.items()
        }
        read = {file: sorted(lines) for file, lines in self.read.items()}
        path.write_text(json.dumps({"seconds": self.seconds, "over": over, "read": read}), "utf-8")

    @classmethod
    def kept(cls, path: Path) -> "Learned":
        """What was written down."""
        said = json.loads(path.read_text("utf-8"))
        learned = cls(said["seconds"])
        for file, lines in said["over"].items():
            for line, ids in lines.items():
                learned.over[file][int(line)] = set(ids)
        for file, read in said["read"].items():
            learned.read[file] = set(read)
        return learned


def tried_with(
    mistake: Mistake,
    learned: Learned,
    sources: Mapping[str, str],
    of_all: Sequence[str] = (),
    few: Few = FEW,
) -> list[str]:
    """Some tests that could fail of a mistake: those named for the module first, quick ones, of many kinds.

    Tests of one file stand together, which share what is made for them.

    What is done when the module is read, no test passes over: there it is the tests over lines, of any
    of the modules, that name what is made there, and those of the file that is named for the module, after
    those in the files that look at all modules. So it is of what a function does that is called only then.
    """
    ids = _over(learned, mistake.file, mistake.lines)
    at_reading = is_at_reading(mistake, learned)
    if not ids:
        names = _made_by(mistake, sources[mistake.file])
        for file, source in sources.items():
            ids |= _over(learned, file, _naming(names, source)) if names else set()
    if not ids and at_reading:
        ids = _over(learned, mistake.file, learned.over[mistake.file])
    named = set(_in([f"test_{Path(mistake.file).name}"], learned.seconds))
    if at_reading:
        ids |= named
    first = _in(of_all, learned.seconds) if at_reading else ()
    return [*first, *_some((ids & learned.seconds.keys()) - set(first), named, learned.seconds, few)]


def is_at_reading(mistake: Mistake, learned: Learned) -> bool:
    """Whether it lies where nothing passes but whoever reads the module."""
    lines = learned.read[mistake.file] & set(mistake.lines)
    return not mistake.in_function or bool(lines and not _over(learned, mistake.file, mistake.lines))


def _in(files: Sequence[str], ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if _file(one).endswith(tuple(files)))


def _over(learned: Learned, file: str, lines: Iterable[int]) -> set[str]:
    return {one for line in lines for one in learned.over[file].get(line, ())}


def _made_by(mistake: Mistake, source: str) -> set[str]:
    """What is named where a module, a class or a decorator says something."""
    if mistake.in_function:
        return set()
    head = "\n".join(source.splitlines()[min(mistake.lines) - 1 : max(mistake.lines)])
    return set(re.findall(r"^\s*(?:class |def )?(\w+)(?:\s*[:=(]|\[)", head, re.MULTILINE))


def _naming(names: set[str], source: str) -> list[int]:
    named = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    return [number for number, line in enumerate(source.splitlines(), 1) if named.search(line)]


def _some(ids: set[str], named: set[str], seconds: Mapping[str, float], few: Few) -> list[str]:
    """One of each test function before a second of any, quick ones first."""
    nth: dict[str, int] = defaultdict(int)
    ranked = []
    for one in sorted(ids, key=lambda one: (seconds[one], one)):
        function = one.partition("[")[0]
        ranked.append((nth[function], one not in named, seconds[one], one))
        nth[function] += 1
    some: list[str] = []
    left = few.seconds
    for *_, lasts, one in sorted(ranked)[: few.most]:
        left -= lasts
        if some and left < 0:
            break
        some.append(one)
    files = list(dict.fromkeys(_file(one) for one in some))
    return sorted(some, key=lambda one: files.index(_file(one)))


def _file(test: str) -> str:
    return test.partition("::")[0]
