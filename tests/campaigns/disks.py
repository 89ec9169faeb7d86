"""Takes the disk away while people work: full, without room for the log, not to be written to, locked.

Under each condition patients go on filling in and sending forms. Whoever asks gets a page that says what
happened, with what they typed; whoever was thanked is there; and when the disk is given back, the same press
goes through. SQLite is full for real (``max_page_count``), locked for real by another connection, and its log
cannot grow for real (the system refuses to write beyond so many bytes, in the middle of a form); that it may
not be written to is told by the driver. A disk that is full, and one that breaks down, has
``campaigns/full_disk.py``. The control thanks whatever became of it.
"""

import html
import logging
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from campaigns.reports import end, report
from copies import Copy, make_copy
from exchanging import LIBRARY
from intake.domain.submissions import Receipt
from intake.services import answering
from intake.storage import audit, submissions
from intake.storage.database import sqlite_module
from sending import fill_in
from web.patient.visitor import Visitor

_HONEST = frozenset({500, 503})
_WAIT = 100  # milliseconds that a locked database is waited for here
_LONGEST_LOG = 90_000  # bytes: more than a page takes, and less than a few forms
_WRITES = ("INSERT", "UPDATE", "DELETE")
_WORDS = "It began last winter and went on until the summer. " * 20


@dataclass(slots=True)
class Seen:
    """What a campaign saw, under every condition together."""

    forms: int = 0
    thanked: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    went_through: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@contextmanager
def full(copy: Copy) -> Iterator[None]:
    """No page more than there are."""
    with copy.clinic.database.read() as session:
        pages = int(session.scalar(text("PRAGMA page_count")) or 0)
    with _each_connection(copy, f"PRAGMA max_page_count = {pages}"):
        yield


@contextmanager
def no_room_for_the_log(copy: Copy) -> Iterator[None]:
    """The system writes no file any longer than this. SQLite begins a new log, and comes as far as that."""
    engines = [one.database.engine for one in (copy.desk, copy.clinic)]
    for engine in engines:
        engine.dispose()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LONGEST_LOG, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        for engine in engines:
            engine.dispose()


@contextmanager
def locked(copy: Copy) -> Iterator[None]:
    """Another program writes, and does not end."""
    path = str(copy.clinic.database.url.database)
    # The same library: two in one process would not see each other's locks.
    with closing(sqlite_module().connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with _each_connection(copy, f"PRAGMA busy_timeout = {_WAIT}"):
            yield
        other.execute("ROLLBACK")


@contextmanager
def read_only(copy: Copy) -> Iterator[None]:
    """The driver says so of each statement that writes."""

    def executing(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith(_WRITES):
            raise OperationalError("a statement", {}, Exception("attempt to write a readonly database"))

    event.listen(Engine, "before_cursor_execute", executing)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", executing)


CONDITIONS: dict[str, Callable[[Copy], Any]] = {
    "full": full,
    "no room for the log": no_room_for_the_log,
    "locked": locked,
    "read only": read_only,
}


@contextmanager
def _each_connection(copy: Copy, pragma: str) -> Iterator[None]:
    """Every new connection begins with this."""

    def connected(connection: Any, _record: object) -> None:
        connection.execute(pragma)

    engines = [one.database.engine for one in (copy.desk, copy.clinic)]
    for engine in engines:
        engine.dispose()
        event.listen(engine, "connect", connected)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "connect", connected)
            engine.dispose()


class Campaign:
    """One clinic, and patients who send forms whatever the disk does."""

    def __init__(self, folder: Path) -> None:
        self.copy = make_copy(folder, LIBRARY)
        self.seen = Seen()
        self._references: list[str] = []

    def run(self, forms: int) -> Seen:
        """Under each condition, until it has refused so many presses."""
        for name, condition in CONDITIONS.items():
            self._under(name, condition, forms)
        self._look_for_everybody()
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()
        return self.seen

    def _under(self, name: str, condition: Callable[[Copy], Any], forms: int) -> None:
        writing, ready = self._patient(), [self._ready() for _ in range(forms)]
        with condition(self.copy):
            tried = 0
            while self.seen.refused[name] < 3 and tried < 60:
                tried += 1
                self._page(name, writing, f"{tried} {_WORDS}")
            for one in ready:
                self._sign(name, one)
        # The disk is there again: the same presses go through.
        self._page(name, writing, "again", goes_through=True)
        for one in ready:
            if not self._thanked(one):
                self._sign(name, one, goes_through=True)

    def _patient(self) -> Visitor:
        visitor = Visitor(self.copy.desk)
        visitor.open("/")
        visitor.send("/start")
        return visitor

    def _ready(self) -> Visitor:
        visitor = Visitor(self.copy.desk)
        visitor.open("/")
        visitor.client.set_cookie("intake_patient", fill_in(self.copy.desk), domain="127.0.0.1")
        visitor.open("/check")
        self.seen.forms += 1
        return visitor

    def _page(self, name: str, visitor: Visitor, words: str, *, goes_through: bool = False) -> None:
        visitor.answer("more", more__words=words)
        self._looked_at(name, visitor, words[:40], goes_through=goes_through)

    def _sign(self, name: str, visitor: Visitor, *, goes_through: bool = False) -> None:
        visitor.send("/sign", agree="y", typed_name="Quetzal Doewood")
        self._looked_at(name, visitor, "Quetzal Doewood", goes_through=goes_through)
        if visitor.status == 303 and visitor.location == "/sent":
            self.seen.thanked += 1
            receipt = answering.find(self.copy.desk, visitor.token) if goes_through else None
            self._references += [receipt.reference] if isinstance(receipt, Receipt) else []

    def _thanked(self, visitor: Visitor) -> bool:
        return isinstance(answering.find(self.copy.desk, visitor.token), Receipt)

    def _looked_at(self, name: str, visitor: Visitor, typed: str, *, goes_through: bool) -> None:
        where = f"{name}: {visitor.response.request.path}"
        if visitor.status == 303:
            self.seen.went_through[name] += 1
            return
        if goes_through:
            self.seen.faults.append(f"{where}: {visitor.status} when the disk was there again")
            return
        self.seen.refused[name] += 1
        if visitor.status not in _HONEST:
            self.seen.faults.append(f"{where}: {visitor.status} instead of an honest page")
        elif typed not in html.unescape(visitor.html) or "988" not in visitor.html:
            self.seen.faults.append(f"{where}: what was typed, or where help is, is not on the page")

    def _look_for_everybody(self) -> None:
        with self.copy.clinic.database.read() as session:
            sent = submissions.ids(session)
            trail = audit.verify(session, self.copy.clinic.keys)
            missing = [one for one in self._references if not _is_there(session, one)]
        if len(sent) != self.seen.thanked or missing:
            self.seen.faults.append(f"{self.seen.thanked} were thanked, and {len(sent)} forms are there")
        if not trail.ok:
            self.seen.faults.append(f"the trail is broken at line {trail.first_bad_seq}")


def _is_there(session: Any, reference: str) -> bool:
    try:
        submissions.by_reference(session, reference)
    except submissions.NoSuchSubmission:
        return False
    return True


@contextmanager
def thankful() -> Iterator[None]:
    """The control: a form that cannot be stored is thanked for."""
    send = answering.send

    def sent(*arguments: Any, **options: Any) -> object:
        try:
            return send(*arguments, **options)
        except OperationalError:
            return Receipt("HL-222-222", datetime.now(UTC))

    with patch.object(answering, "send", sent):
        yield


def campaign(folder: Path, forms: int) -> Seen:
    """So many forms under each condition; what was seen."""
    logging.disable(logging.CRITICAL)
    try:
        return Campaign(folder).run(forms)
    finally:
        logging.disable(logging.NOTSET)


@click.command(help=__doc__)
@click.option("--forms", default=40, show_default=True, help="Forms sent under each condition.")
def main(forms: int) -> None:
    """Exit code 1 when somebody was told what is not so, or when the control looked clean."""
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-disks-") as folder:
        seen = campaign(Path(folder), forms)
    with tempfile.TemporaryDirectory(prefix="intake-disks-") as folder, thankful():
        mistaken = campaign(Path(folder), 3)
    figures: dict[str, int | float | str] = {"forms": seen.forms, "thanked": seen.thanked}
    for name in CONDITIONS:
        figures |= {f"refused, {name}": seen.refused[name], f"went through, {name}": seen.went_through[name]}
    end(
        report(
            "disks",
            seed=None,
            begun=begun,
            figures=figures,
            control={"thanked": mistaken.thanked, "faults_found": len(mistaken.faults)},
            noticed=any("were thanked" in one for one in mistaken.faults),
            faults=tuple(seen.faults),
        )
    )


if __name__ == "__main__":
    main()
