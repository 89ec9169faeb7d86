"""Lets every single database call of a patient's and a clinician's journey fail, one at a time.

A form is filled in, sent, read, acknowledged and signed off. Before each request the database is copied; then
the request is made again and again, and each time another of its calls fails: a statement, a commit that does
not happen, a commit of which nobody hears that it happened. Whatever failed, the page that comes back is
honest and keeps what was typed, the records are as before the request or as after it and never in between,
and trying again leads to where the request would have led. The control writes the trail in a
transaction of its own.
"""

import html
import logging
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree.ElementTree import Element

import click
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from campaigns.hasty import at_any_speed
from campaigns.reports import end, report
from copies import PASSWORD, Copy, make_copy, staff
from exchanging import LIBRARY
from intake.domain.permissions import Role
from intake.storage import audit, submissions
from intake.storage.database import Database
from intake.web.clinic.site import create_clinic_site
from web.clinic.person import Person, words
from web.clinic.test_submission import acknowledge
from web.patient.visitor import Visitor

# What is written beside the work itself, in transactions of its own, and may be so or otherwise.
_BESIDE = frozenset({"patient_sessions", "staff_sessions", "page_counts", "lockouts", "reply_sessions"})
_HONEST = frozenset({500, 503})
_WORDS = re.compile(r"[A-Za-z]{4,}")


class Kind(Enum):
    """Which call fails, and whether it happened all the same."""

    STATEMENT = "statement"
    COMMIT = "commit"
    UNHEARD = "commit nobody hears of"


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Failing:
    """Counts database calls, and lets the n-th of one kind fail."""

    def __init__(self) -> None:
        self._kind: Kind | None = None
        self._left = 0
        self.failed = False

    def arm(self, kind: Kind, number: int) -> None:
        """The call of this kind and number is to fail."""
        self._kind, self._left, self.failed = kind, number, False

    def disarm(self) -> bool:
        """Nothing fails from now on; whether something did."""
        self._kind = None
        return self.failed

    def is_due(self, kind: Kind) -> bool:
        """Whether this very call is to fail."""
        if kind is not self._kind or self.failed:
            return False
        self._left -= 1
        self.failed = self._left == 0
        return self.failed

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While every database call of this process is counted."""
        do_commit = DefaultDialect.do_commit

        def executing(*_: object) -> None:
            if self.is_due(Kind.STATEMENT):
                raise _broken()

        def committing(dialect: DefaultDialect, connection: Any) -> None:
            if self.is_due(Kind.COMMIT):
                raise _broken()
            do_commit(dialect, connection)
            if self.is_due(Kind.UNHEARD):
                raise _broken()

        event.listen(Engine, "before_cursor_execute", executing)
        try:
            with patch.object(DefaultDialect, "do_commit", committing):
                yield
        finally:
            event.remove(Engine, "before_cursor_execute", executing)


# What a page that is no answer says: one of these.
_SAY_SO = ("went wrong", "Try again", "cannot answer just now")


def _broken() -> OperationalError:
    return OperationalError("a statement", {}, Exception("disk I/O error"))


@dataclass(frozen=True, slots=True)
class Tries:
    """How much is tried: every third call with ``stride`` 3, on requests whose path fits ``only``."""

    stride: int = 1
    only: str = ""


class Trying:
    """A browser whose every request is made once for each call that can fail, and then once more."""

    def __init__(self, client: Client, copy: Copy, failing: Failing, seen: Seen, tries: Tries) -> None:
        self._client, self._copy, self._failing, self._seen = client, copy, failing, seen
        self._tries = tries
        self._path = Path(str(copy.desk.database.url.database))

    def get_cookie(self, *arguments: Any, **options: Any) -> object:
        """As the browser has it."""
        return self._client.get_cookie(*arguments, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask for a page."""
        return self._tried("GET", path, options)

    def post(self, path: str, **options: Any) -> TestResponse:
        """Send a form."""
        return self._tried("POST", path, options)

    def _tried(self, method: str, path: str, options: dict[str, Any]) -> TestResponse:
        if not re.search(self._tries.only, path):
            return self._client.open(path, method=method, **options)
        before, cookies = self._kept(), deepcopy(self._client._cookies)
        rows_before = self._rows()
        good = self._client.open(path, method=method, **options)
        rows_after = self._rows()
        self._seen.requests += 1
        for kind in Kind:
            number = 1
            start, rows = (before, cookies), (rows_before, rows_after)
            while self._fails(kind, number, method, path, options, start, rows, good):
                number += self._tries.stride
        # The journey goes on from where the request led that nothing happened to.
        self._restored(before)
        self._client._cookies = deepcopy(cookies)
        return self._client.open(path, method=method, **options)

    def _fails(
        self,
        kind: Kind,
        number: int,
        method: str,
        path: str,
        options: dict[str, Any],
        start: tuple[Path, object],
        rows: tuple[dict[str, int], dict[str, int]],
        good: TestResponse,
    ) -> bool:
        """One failure, and trying again; False when the request has no such call."""
        before, cookies = start
        self._restored(before)
        self._client._cookies = deepcopy(cookies)  # type: ignore[assignment]  # as it was kept
        self._failing.arm(kind, number)
        response = self._client.open(path, method=method, **options)
        if not self._failing.disarm():
            return False
        self._seen.failures[kind.value] += 1
        where = f"{method} {_route(path)}, {kind.value} {number}"
        state = self._rows()
        self._look_at(where, response, good, options)
        if state not in rows:
            self._seen.faults.append(
                f"{where}: the records are neither as before nor as after: {_between(state, rows)}"
            )
        if _same(response, good) and state != rows[1]:
            self._seen.faults.append(f"{where}: it says that it was done, and it was not")
        again = self._client.open(path, method=method, **options)
        if again.status_code >= 500:
            self._seen.faults.append(f"{where}: tried again, {again.status_code}")
        state = self._rows()
        # A page that was saved and is sent again is saved again; of a start nobody heard of, nothing comes.
        again_so = {"drafts", "revisions of drafts"}
        # Whoever reads once more, or signs in once more, is one more line of the trail.
        again_so |= {"audit_events"} if method == "GET" or path.endswith("/sign-in") else set()
        kept = all(state[name] == rows[1][name] for name in state if name not in again_so)
        if not _beside_the_point(again, good) and not kept:
            self._seen.faults.append(f"{where}: tried again, the records differ: {_between(state, rows)}")
        return True

    def _look_at(
        self, where: str, response: TestResponse, good: TestResponse, options: dict[str, Any]
    ) -> None:
        if _same(response, good):
            return  # what failed did not matter to whoever asked
        if response.status_code not in _HONEST:
            if not _beside_the_point(response, good):
                self._seen.faults.append(f"{where}: {response.status_code} instead of an honest page")
            return
        shown = html.unescape(response.text)
        if not any(words in shown for words in _SAY_SO):
            self._seen.faults.append(f"{where}: the page does not say what happened")
        for name, value in _typed(options.get("data")):
            if name.endswith(("words", "note", "name")) and value not in shown:
                self._seen.faults.append(f"{where}: what was typed into {name} is not on the page")

    def _kept(self) -> Path:
        kept = self._path.with_suffix(f".{self._seen.requests}")
        self._copy.desk.database.empty_log()
        for one in (self._copy.desk, self._copy.clinic):
            one.database.dispose()
        shutil.copyfile(self._path, kept)
        return kept

    def _restored(self, kept: Path) -> None:
        for one in (self._copy.desk, self._copy.clinic):
            one.database.dispose()
        for beside in ("-wal", "-shm"):
            self._path.with_name(f"{self._path.name}{beside}").unlink(missing_ok=True)
        shutil.copyfile(kept, self._path)

    def _rows(self) -> dict[str, int]:
        """How many rows each table has; the drafts' revisions, which count how often one was saved."""
        database: Database = self._copy.clinic.database
        with database.read() as session:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
            counted = {
                name: int(session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)
                for name in names
                if name not in _BESIDE
            }
            revisions = session.scalar(text("SELECT coalesce(sum(revision), 0) FROM drafts"))
        return {**counted, "revisions of drafts": int(revisions or 0)}


def _typed(data: Any) -> Iterator[tuple[str, str]]:
    for name, value in (data or {}).items():
        if (
            isinstance(value, str)
            and _WORDS.search(value)
            and name not in ("csrf_token", "password", "username")
        ):
            yield name, value


def _same(response: TestResponse, good: TestResponse) -> bool:
    location = response.headers.get("Location")
    return response.status_code == good.status_code and location == good.headers.get("Location")


def _beside_the_point(response: TestResponse, good: TestResponse) -> bool:
    """A start again, or a conflict that keeps what was typed: honest, and to be looked at by a person."""
    return not _same(response, good) and response.status_code in (303, 403, 404, 409, 410)


def _route(path: str) -> str:
    return re.sub(r"[0-9a-f-]{32,}", "...", path)


def _between(state: dict[str, int], rows: tuple[dict[str, int], dict[str, int]]) -> str:
    before, after = rows
    odd = [name for name in state if state[name] not in (before.get(name), after.get(name))]
    mixed = [name for name in state if before.get(name) != after.get(name)]
    return ", ".join(
        f"{name} {before.get(name)} -> {state[name]} -> {after.get(name)}" for name in odd or mixed
    )


def campaign(folder: Path, tries: Tries = Tries()) -> Seen:
    """The whole journey on a fresh copy; what was seen."""
    seen, failing = Seen(), Failing()
    copy = make_copy(folder, LIBRARY)
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    with failing.listening():
        _patient(copy, failing, seen, tries)
        _clinician(copy, failing, seen, tries)
    _look_at_the_end(copy, seen)
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
    return seen


def _patient(copy: Copy, failing: Failing, seen: Seen, tries: Tries) -> None:
    pat = Visitor(copy.desk)
    pat.client = Trying(pat.client, copy, failing, seen, tries)
    pat.open("/")
    pat.send("/start")
    pat.answer("filled_in_by", filled_in_by="me")
    pat.answer("first_name", first_name__words="Quetzal", last_name__words="Doewood")
    pat.answer("phone", phone__words="555-010-0142", message_ok="yes")
    pat.answer("pressure", pressure="yes")
    pat.answer("treated", treated="no")
    pat.answer("more", more__words="It began last winter")
    pat.skip_everything()
    pat.open("/check")
    pat.send("/sign", agree="y", typed_name="Quetzal Doewood")
    assert pat.status == 303, f"the form was not sent: {pat.status}"
    pat.follow()


def _clinician(copy: Copy, failing: Failing, seen: Seen, tries: Tries) -> None:
    with at_any_speed():
        alice = Person(create_clinic_site(copy.clinic))
    alice.client = Trying(alice.client, copy, failing, seen, tries)
    alice.sign_in("alice", PASSWORD)
    with copy.clinic.database.read() as session:
        (submission,) = submissions.ids(session)
    page = f"/submissions/{submission}"
    alice.open("/")
    alice.open(page)
    titles = [words(card.find("header")) for card in alice.page.tree.iter("article") if _has_flag(card)]
    for title in titles:
        alice.open(page)
        acknowledge(alice, submission, title, note="Looked at this")
        assert alice.status == 303, alice.text
    alice.open(f"{page}/sign-off")
    kept = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', alice.response.text)[1]  # type: ignore[index]
        for name in ("shown", "seen")
    }
    alice.send(f"{page}/sign-off", password=PASSWORD, note="Spoke with the patient", **kept)
    assert alice.status == 303, alice.text


def _has_flag(card: Element) -> bool:
    return any(one.get("name") == "flag" for one in card.iter("input"))


def _look_at_the_end(copy: Copy, seen: Seen) -> None:
    with copy.clinic.database.read() as session:
        trail = audit.verify(session, copy.clinic.keys)
        sent = submissions.ids(session)
    if not trail.ok:
        seen.faults.append(f"the trail is broken at line {trail.first_bad_seq}: {trail.reason}")
    if len(sent) != 1:
        seen.faults.append(f"{len(sent)} forms stand where one was sent")


@contextmanager
def torn() -> Iterator[None]:
    """The control: what is done is stored, and its line of the trail in a transaction of its own."""
    record_all = audit.record_all

    def recorded_apart(session: Session, *arguments: Any) -> None:
        cursor = session.connection().connection.cursor()
        session.flush()
        cursor.execute("COMMIT")
        cursor.execute("BEGIN IMMEDIATE")
        record_all(session, *arguments)

    with patch.object(audit, "record_all", recorded_apart):
        yield


@click.command(help=__doc__)
def main() -> None:
    """Exit code 1 when a failure led to anything but an honest page, or when the control looked clean."""
    begun = datetime.now(UTC)
    logging.disable(logging.CRITICAL)  # a line for each of a thousand failures tells nobody anything
    with tempfile.TemporaryDirectory(prefix="intake-calls-") as folder:
        seen = campaign(Path(folder))
    with tempfile.TemporaryDirectory(prefix="intake-calls-") as folder, torn():
        mistaken = campaign(Path(folder))
    end(
        report(
            "calls",
            seed=None,
            begun=begun,
            figures={
                "requests": seen.requests,
                "failures": seen.failures.total(),
                **{f"failures: {kind}": number for kind, number in seen.failures.items()},
            },
            control={"failures": mistaken.failures.total(), "faults_found": len(mistaken.faults)},
            noticed=bool(mistaken.faults),
            faults=tuple(seen.faults),
        )
    )


if __name__ == "__main__":
    main()
