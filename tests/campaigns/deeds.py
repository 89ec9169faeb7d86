"""What is done to a copy of the product, what came of it, and what of it was done."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from campaigns.failing import Kind
from campaigns.whole_tables import Change, Drawn, Row, Rows, change
from intake.storage.tables import Base

TRAIL = "audit_events"
_EVENT = tuple(Base.metadata.tables[TRAIL].columns.keys()).index("event")
# Where in the trail a line stands, which is another place when somebody read before.
_OF_THE_CHAIN = frozenset({"audit_head", *(f"{TRAIL}.{one}" for one in ("seq", "mac", "prev_mac"))})
# Lines of the trail that say that somebody read, or stood at the door and was let in or not: each time anew.
READ = frozenset(
    {
        "EmergencyAccessTaken",
        "FactorsReviewed",
        "PatientRequestsOpened",
        "QueueOpened",
        "RuleFiguresOpened",
        "SafetySignalOpened",
        "SignInRefused",
        "SignedIn",
        "SubmissionOpened",
        "TranscriptionOpened",
    }
)


def event_of(line: Row) -> str:
    """What a line of the trail says that happened."""
    return str(line[_EVENT])


@dataclass(frozen=True, slots=True)
class Tries:
    """How much is tried: all, or so many calls of each kind, ``drawn`` by the seed, where the path fits."""

    drawn: int | None = None
    only: str = ""
    seed: int = 20261128

    def of(self, where: str, kind: Kind, calls: int) -> Iterable[int]:
        """Which of so many calls fail, counted from 1."""
        every = range(1, calls + 1)
        if self.drawn is None or calls <= self.drawn:
            return every
        chance = random.Random(f"{self.seed} {where} {kind.value}")  # no secret
        return sorted(chance.sample(every, self.drawn))


EVERY = Tries()


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Status and place of a page; of what is no page, 200 where it went well."""

    status: int
    location: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do, and what may be otherwise when it is done after a failure.

    ``once_more`` are tables and columns in which it can be seen that it was done twice, and lines of the
    trail (``line:TranscriptionTyped``). ``without`` are tables of what may be left out when something fails,
    and is made up for the second time. Where ``in_steps``, each commit on the way is whole by itself.
    """

    where: str
    do: Callable[[], Outcome]
    typed: Mapping[str, Any] = field(default_factory=dict)
    once_more: Set[str] = frozenset()
    without: Set[str] = frozenset()
    in_steps: bool = False
    claims: bool = True  # that it was done; a page that is read shows what there is by then
    says_so: bool = True
    then: Callable[[], None] = lambda: None  # between the failure and the second time


@dataclass(frozen=True, slots=True)
class Good:
    """What it comes to when nothing fails."""

    outcome: Outcome
    before: Rows
    steps: tuple[Change, ...]  # the last is the whole deed
    drawn: Drawn

    @property
    def whole(self) -> Change:
        return self.steps[-1]

    def is_nothing_half(self, rows: Rows) -> bool:
        """As before, or as after a step (the last is the whole); somebody may have read."""
        nothing = Change({}, {})
        return any(self._is(step, rows, frozenset()) for step in (nothing, *self.steps))

    def is_whole(self, rows: Rows) -> bool:
        return change(self.before, rows).without(self.drawn) == self.whole.without(self.drawn)

    def is_whole_and_read(self, rows: Rows, but: Set[str]) -> bool:
        """The whole deed, once, and somebody may have read once more: that is one more line of the trail."""
        return self._is(self.whole, rows, but)

    def _is(self, wanted: Change, rows: Rows, but: Set[str]) -> bool:
        but = but | _OF_THE_CHAIN
        done = change(self.before, rows).without(self.drawn, but)
        wanted = wanted.without(self.drawn, but)
        had, should = (one.came.get(TRAIL, Counter()) for one in (done, wanted))
        may = READ | {name.partition(":")[2] for name in but if name.startswith("line:")}
        only_read = {event_of(line) for line in had - should} <= may and not should - had
        return only_read and done.without(frozenset(), {TRAIL}) == wanted.without(frozenset(), {TRAIL})


def is_whole_without(tables: Set[str], good: Good, rows: Rows) -> bool:
    """Whether all was done but what may be left out."""
    if not tables:
        return False
    done = change(good.before, rows).without(good.drawn, tables)
    return done == good.whole.without(good.drawn, tables) and good.whole != done


def is_more_than_read(failed: Rows, rows: Rows) -> bool:
    """Whether anything was done but reading."""
    done = change(failed, rows)
    read = {event_of(line) for line in done.came.get(TRAIL, ())} <= READ
    return not read or bool({*done.came, *done.went} - {TRAIL, "audit_head"})


def route(path: str) -> str:
    """An address without what is another one each time."""
    return re.sub(r"[0-9a-f-]{32,}", "...", path.partition("?")[0])
