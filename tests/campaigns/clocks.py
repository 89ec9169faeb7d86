"""Sets the clock forward and back, by up to ten years and over the changes of summer time, while people work.

Under each jump somebody of the clinic is signed in, a patient is in the middle of a form, and a letter is
due. No page breaks, no session of staff is longer than its limit, the trail stays whole, each letter is sent
once. How many forms in the middle were erased before the clock was put right is counted, and is no fault.
The control is a session that knows no limit.
"""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import click

from campaigns.hasty import at_any_speed
from campaigns.reports import end, report
from copies import NOON, PASSWORD, Copy, make_copy, staff
from exchanging import LIBRARY
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import accounts, answering, notices, sweeping
from intake.storage import audit, outgoing, staff_sessions
from intake.storage.outgoing import Addressed
from intake.web.clinic.site import create_clinic_site
from sending import fill_in
from services.postbox import Postbox, postbox
from web.clinic.person import Person
from web.patient.visitor import Visitor

_YEAR = timedelta(days=365)
# The nights of a change, in New York: an hour that is not there, and one that is there twice.
_CHANGES = (datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC))


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    jumps: int = 0
    pages: int = 0
    letters: int = 0
    sent_forms: int = 0
    drafts_erased: int = 0
    outlived: int = 0
    faults: list[str] = field(default_factory=list)


class Campaign:
    """One clinic whose clock is not to be trusted."""

    def __init__(self, folder: Path, box: Postbox, chance: random.Random) -> None:
        copy = make_copy(folder, LIBRARY)
        settings = replace(
            copy.settings,
            mail_host="127.0.0.1",
            mail_port=box.port,
            mail_security="none",
            mail_sender="forms@clinic.example",
        )
        self.copy: Copy = replace(
            copy,
            settings=settings,
            desk=copy.desk.with_settings(settings),
            clinic=copy.clinic.with_settings(settings),
        )
        self.seen = Seen()
        self._box, self._chance = box, chance
        staff(self.copy.clinic, "alice", "Alice Archer, MD", Role.CLINICIAN)
        with at_any_speed():
            self._site = create_clinic_site(self.copy.clinic)
        self._limit = timedelta(minutes=settings.staff_idle_minutes)

    def run(self, jumps: int) -> Seen:
        """So many jumps, each of them put right afterwards."""
        for number in range(jumps):
            if number % 5 == 4:
                change = _CHANGES[number // 5 % len(_CHANGES)]
                self._jump(change - timedelta(minutes=1), timedelta(minutes=self._chance.randint(2, 70)))
            else:
                by = self._chance.choice((-1, 1)) * self._chance.choice((0.0001, 0.003, 0.1, 1, 10))
                self._jump(NOON + timedelta(days=number), by * _YEAR * self._chance.uniform(0.5, 1))
        with self.copy.clinic.database.read() as session:
            if not (trail := audit.verify(session, self.copy.clinic.keys)).ok:
                self.seen.faults.append(f"the trail is broken at line {trail.first_bad_seq}")
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()
        return self.seen

    def _jump(self, begun: datetime, by: timedelta) -> None:
        clock, self.seen.jumps = self.copy.clock, self.seen.jumps + 1
        clock.at = begun
        token, writing, ready = self._signed_in(), self._patient(), self._ready()
        self._due_letter(begun)
        clock.at = begun + by
        where = f"jump {self.seen.jumps} by {by}"
        self._look(where, writing, ready)
        self._work(where)
        self._session(where, token, by)
        # Put right again.
        clock.at = begun + timedelta(minutes=2)
        self._look(f"{where}, put right", writing, ready)
        self._work(where)

    def _signed_in(self) -> str:
        token = accounts.sign_in(self.copy.clinic, "alice", PASSWORD, "here")
        assert isinstance(token, str), "alice cannot sign in"
        return token

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
        return visitor

    def _due_letter(self, now: datetime) -> None:
        self.seen.letters += 1
        addressed = Addressed("quetzal@example.org", "s-e-c-r-e-t", NoticeKind.MESSAGE)
        with self.copy.clinic.database.write() as session:
            outgoing.add(session, self.copy.desk.keys, uuid4(), addressed, now)

    def _look(self, where: str, writing: Visitor, ready: Visitor) -> None:
        writing.answer("more", more__words="It began last winter.")
        self._page(where, writing.status)
        if answering.find(self.copy.desk, ready.token) is None:
            self.seen.drafts_erased += 1
            return
        ready.send("/sign", agree="y", typed_name="Quetzal Doewood")
        self._page(where, ready.status)
        self.seen.sent_forms += ready.status == 303 and ready.location == "/sent"
        browser = Person(self._site)
        browser.open("/sign-in")
        self._page(where, browser.status)

    def _page(self, where: str, status: int) -> None:
        self.seen.pages += 1
        if status >= 500:
            self.seen.faults.append(f"{where}: a page was answered {status}")

    def _work(self, where: str) -> None:
        notices.deliver_due(self.copy.worker)
        sweeping.sweep(self.copy.worker)
        if len(self._box.letters) > self.seen.letters:
            self.seen.faults.append(f"{where}: a letter was sent twice")

    def _session(self, where: str, token: str, by: timedelta) -> None:
        """Nobody touches it for longer than the limit, by whatever the clock says now."""
        if by <= self._limit:
            self.copy.clock.at += self._limit + timedelta(minutes=1)
        if accounts.whoever(self.copy.clinic, token) is not None:
            self.seen.outlived += 1
            self.seen.faults.append(f"{where}: a session of staff outlived its limit")


@contextmanager
def endless() -> Iterator[None]:
    """The control: no session of staff is ever over."""
    with (
        patch.object(staff_sessions, "_expired", lambda *_: False),
        patch.object(staff_sessions, "remove_expired", lambda *_: None),
    ):
        yield


def campaign(folder: Path, jumps: int, seed: int) -> Seen:
    """So many jumps; what was seen."""
    with postbox() as box:
        campaign = Campaign(folder, box, random.Random(seed))
        seen = campaign.run(jumps)
        if len(box.letters) != seen.letters:
            seen.faults.append(f"{seen.letters} letters were due, and {len(box.letters)} were sent")
    return seen


@click.command(help=__doc__)
@click.option("--jumps", default=200, show_default=True, help="How often the clock is set wrongly.")
@click.option("--seed", type=int, help="Repeat the jumps of an earlier campaign.")
def main(jumps: int, seed: int | None) -> None:
    """Exit code 1 when something was not as promised, or when the control was not found out."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-clocks-") as folder:
        seen = campaign(Path(folder), jumps, seed)
    with tempfile.TemporaryDirectory(prefix="intake-clocks-") as folder, endless():
        mistaken = campaign(Path(folder), 5, seed)
    end(
        report(
            "clocks",
            seed=seed,
            begun=begun,
            figures={
                "jumps": seen.jumps,
                "pages": seen.pages,
                "letters": seen.letters,
                "forms sent": seen.sent_forms,
                "drafts erased before the clock was put right": seen.drafts_erased,
                "sessions of staff that outlived their limit": seen.outlived,
            },
            control={"jumps": mistaken.jumps, "sessions that outlived their limit": mistaken.outlived},
            noticed=mistaken.outlived == mistaken.jumps,
            faults=tuple(seen.faults),
        )
    )


if __name__ == "__main__":
    main()
