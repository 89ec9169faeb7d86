"""Whatever is done is done once for each of its database calls that can fail, and then once more."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from campaigns.deeds import (
    TRAIL,
    Deed,
    Good,
    Outcome,
    Seen,
    Tries,
    event_of,
    is_more_than_read,
    is_whole_without,
    route,
)
from campaigns.failing import Failing, Kind
from campaigns.whole_tables import Change, Rows, Tables, change, drawn_by_chance
from copies import Copy
from intake.storage import audit
from intake.web.typed import AGAIN, SECRETS

_HONEST = frozenset({500, 503})
# What a page that is no answer says: one of these.
_SAY_SO = ("went wrong", "Try again", "cannot answer just now")
# Never written into a page that could not be taken (intake/web/typed.py), and asked for again.
_SECRETS = frozenset({"csrf_token"}).union(*SECRETS.values())


class Trying:
    """Tries deeds on one copy of the product."""

    def __init__(self, copy: Copy, tables: Tables, failing: Failing, seen: Seen, tries: Tries) -> None:
        self.copy, self.seen, self.tries = copy, seen, tries
        self._tables, self._failing = tables, failing
        self.is_resting = False
        # What is neither in the database nor in a browser, to be put back as well.
        self.elsewhere: list[Callable[[], None]] = []

    def fits(self, where: str) -> bool:
        """Whether this is to be tried."""
        return not self.is_resting and re.search(self.tries.only, where) is not None

    def tried(self, deed: Deed, again_from: Callable[[], None] = lambda: None) -> None:
        """Every failure of it. Ends where it began: ``again_from`` puts back what is not in the database."""
        at = self.copy.clock.at

        def back() -> None:
            self._tables.put_back(kept)
            self.copy.clock.at = at
            for one in (*self.elsewhere, again_from):
                one()

        if not self.fits(deed.where):
            return
        kept = self._tables.keep()
        before = self._tables.rows()
        good, calls = self._learned(deed, before, back)
        self.seen.requests += 1
        for kind in Kind:
            number_of = calls[Kind.COMMIT if kind is Kind.UNHEARD else kind]
            for number in self.tries.of(route(deed.where), kind, number_of):
                back()
                self._failed(deed, good, kind, number)
        back()

    def _learned(self, deed: Deed, before: Rows, back: Callable[[], None]) -> tuple[Good, Counter[Kind]]:
        back()
        outcome = deed.do()
        once = change(before, self._tables.rows())
        back()
        steps: list[Change] = []
        look = (lambda: steps.append(change(before, self._tables.rows()))) if deed.in_steps else lambda: None
        with self._failing.counting(look) as counted:
            deed.do()
        calls = Counter(counted)
        twice = change(before, self._tables.rows())
        drawn = drawn_by_chance(once, twice)
        if once.without(drawn) != twice.without(drawn):
            self.seen.faults.append(f"{route(deed.where)}: done twice it is not the same: {once}; {twice}")
        return Good(outcome, before, (*steps, twice), drawn), calls

    def _failed(self, deed: Deed, good: Good, kind: Kind, number: int) -> None:
        where = f"{route(deed.where)}, {kind.value} {number}"
        self._failing.arm(kind, number)
        try:
            outcome = deed.do()
        finally:
            failed = self._failing.disarm()
        if not failed:
            return
        self.seen.failures[kind.value] += 1
        rows = self._tables.rows()
        self._look_at(deed, where, outcome, good.outcome)
        without = is_whole_without(deed.without, good, rows)
        if not without and not good.is_nothing_half(rows):
            self._fault(where, "the records are neither as before nor as after", good, rows)
        if deed.claims and not without and _same(outcome, good.outcome) and not good.is_whole(rows):
            self._fault(where, "it says that it was done, and it was not", good, rows)
        self._once_more(deed, where, good, rows)

    def _once_more(self, deed: Deed, where: str, good: Good, failed: Rows) -> None:
        deed.then()
        outcome = deed.do()
        rows = self._tables.rows()
        if outcome.status >= 500:
            self.seen.faults.append(f"{where}: tried again, {outcome.status}")
        done = good.is_whole_and_read(rows, deed.once_more)
        refused = _is_beside_the_point(outcome, good.outcome) and not is_more_than_read(failed, rows)
        if not done and not refused:
            self._fault(
                where,
                f"tried again ({outcome.status} {route(outcome.location)}), it is not done once",
                good,
                rows,
            )
        if not done:
            self.seen.told["a start again after a failure"] += 1
        with self.copy.clinic.database.read() as session:
            trail = audit.verify(session, self.copy.clinic.keys)
        if not trail.ok:
            self.seen.faults.append(f"{where}: the trail is broken at {trail.first_bad_seq}: {trail.reason}")

    def _look_at(self, deed: Deed, where: str, outcome: Outcome, good: Outcome) -> None:
        if _same(outcome, good):
            self.seen.told["nothing: it did not matter"] += 1
            return
        self.seen.told[str(outcome.status)] += 1
        if outcome.status not in _HONEST:
            if not _is_beside_the_point(outcome, good):
                self.seen.faults.append(f"{where}: {outcome.status} instead of an honest page")
            return
        shown = html.unescape(outcome.text)
        if deed.says_so and not any(words in shown for words in _SAY_SO):
            self.seen.faults.append(f"{where}: it does not say what happened")
        lost = [name for name, value in _typed(deed.typed) if value not in shown]
        if deed.where.endswith("/sign-in"):
            lost = [name for name in lost if name != "username"]  # typed at the door, by hand or by a browser
        if lost:
            self.seen.faults.append(f"{where}: what was typed into {', '.join(lost)} is not on the page")

    def _fault(self, where: str, what: str, good: Good, rows: Rows) -> None:
        done = change(good.before, rows).without(good.drawn)
        whole = good.whole.without(good.drawn)
        lines = (
            Counter(map(event_of, done.came.get(TRAIL, ()))),
            Counter(map(event_of, whole.came.get(TRAIL, ()))),
        )
        odd = sorted(
            name
            for name in {*done.came, *done.went, *whole.came, *whole.went}
            if (done.came.get(name), done.went.get(name)) != (whole.came.get(name), whole.went.get(name))
        )
        self.seen.faults.append(
            f"{where}: {what}: {done}; whole: {whole}; not the same: {', '.join(odd)}; "
            f"in the trail: {dict(lines[0])}; whole: {dict(lines[1])}"
        )


def _typed(data: Any) -> Iterator[tuple[str, str]]:
    for name, values in data.items() if hasattr(data, "items") else ():
        if name in _SECRETS or name.startswith(AGAIN):
            continue
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str) and value.strip():
                yield name, value


def _same(outcome: Outcome, good: Outcome) -> bool:
    return (outcome.status, route(outcome.location)) == (good.status, route(good.location))


def _is_beside_the_point(outcome: Outcome, good: Outcome) -> bool:
    """A start again, or a conflict that keeps what was typed: honest, and to be looked at by a person."""
    return not _same(outcome, good) and outcome.status in (303, 403, 404, 409, 410, 422)


@contextmanager
def trying(copy: Copy, tables: Tables, seen: Seen, tries: Tries) -> Iterator[Trying]:
    """While every database call of this process is counted."""
    failing = Failing()
    with failing.listening():
        yield Trying(copy, tables, failing, seen, tries)
