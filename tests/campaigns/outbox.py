"""Kills whoever sends notices, again and again in the middle of it: none is lost, and none tells anything.

Run it with ``make outbox``. A kill is SIGKILL at a random moment after a sender began to talk to the mail
server. Each notice must arrive at least once, under one Message-ID however often it comes, and nothing that
a server was sent may be about a patient. The control settles a notice before it is sent: it must lose some.
"""

import email
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import click
from sqlalchemy import select, update

from campaigns.reports import end, report
from copies import Copy
from exchanging import FORM, Exchange, begun
from intake.domain.notice_kinds import NoticeKind
from intake.services import notices, staff_notices
from intake.services.clinic import Clinic
from intake.services.worker import Worker
from intake.storage import news, outgoing
from intake.storage.database import Database
from intake.storage.outgoing import Addressed, Outcome
from intake.storage.tables import OutgoingRow
from sending import send
from services.mail_servers import MailServer, told_of_the_patient
from services.mail_servers import mail_server as a_mail_server

_ADDRESS = "quetzal@example.org"
_STAFF = ("desk@clinic.example", "on-call@clinic.example")
# How many notices are made for each kill, which comes after so many letters at most and up to so many
# seconds later; how slow the server is.
_NOTICES, _LETTERS, _JITTER, _SLOW = 3, 8, 0.03, 0.002
_LONGEST, _IDLE, _LEISURE = 20.0, 0.5, 0.2


@dataclass(slots=True)
class Tally:
    """What a campaign saw."""

    kills: int = 0
    notices: int = 0
    letters: int = 0
    before_the_end: int = 0
    lost: int = 0
    came_again: int = 0
    cut_off: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.faults)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.cut_off} of them in the middle of a letter, {self.notices} notices, "
            f"{self.letters} letters ({self.before_the_end} of them by senders that were killed), "
            f"{self.lost} lost, {self.came_again} came more than once"
        )


def honest(clinic: Clinic) -> None:
    """Send as the product does, until killed."""
    notices.keep_sending(clinic, Event(), every=0.01)


def hasty(clinic: Clinic) -> None:
    """The control: notices are settled before they are handed over, and then at leisure."""
    worker = Worker(clinic.settings, clinic.database, clinic.keys.outbox_keys, clinic.now)
    while True:
        taken = []
        with clinic.database.write() as session:
            for one in outgoing.due(session, clinic.now()):
                addressed = outgoing.claim(session, clinic.keys.outbox_keys, one, clinic.now())
                outgoing.settle(session, one.id, Outcome.SENT, clinic.now())
                taken += [] if addressed is None else [(one, addressed)]
        for one, addressed in taken:
            time.sleep(_LEISURE)
            notices._delivered(worker, one, addressed)  # as the product hands one over
        time.sleep(0.01)


class Campaign:
    """One clinic whose sender is killed and started again."""

    def __init__(self, folder: Path, sender: Callable[[Clinic], None], chance: random.Random) -> None:
        self.tally = Tally()
        self._folder, self._sender, self._chance = folder, sender, chance
        self._made: set[UUID] = set()
        self._references: list[str] = []

    def run(self, kills: int, killed: Callable[[], None] = lambda: None) -> Tally:
        """Kill it so many times; ``killed`` hears of each."""
        with a_mail_server() as server, patch.object(staff_notices, "BETWEEN", timedelta()):
            server.pause = _SLOW
            exchange = begun(self._folder)
            self._copy = _with_mail(exchange.copy, server.port)
            for _ in range(kills):
                self._keep_some(exchange)
                self._send_and_kill(server)
                killed()
            server.pause, self.tally.before_the_end = 0, len(server.taken)
            self._send_the_rest(server)
            self._look_through(server)
            for one in (exchange.copy.desk, exchange.copy.clinic):
                one.database.dispose()
        return self.tally

    def _keep_some(self, exchange: Exchange) -> None:
        """A patient's form, which staff are told of, and notices to patients of each kind."""
        if not self.tally.kills % 4:
            self._references.append(send(self._copy.desk, FORM).reference)
        kinds = [kind for kind in NoticeKind if not kind.is_for_staff]
        with self._copy.clinic.database.write() as session:
            for _ in range(_NOTICES):
                addressed = Addressed(_ADDRESS, "s-e-c-r-e-t", self._chance.choice(kinds))
                notice = uuid4()
                outgoing.add(session, exchange.copy.clinic.keys, notice, addressed, _now())
                self._made.add(notice)

    def _send_and_kill(self, server: MailServer) -> None:
        seen, enough = server.talks, server.talks + self._chance.randint(1, _LETTERS)
        senders = [self._begin() for _ in range(self._chance.choice((1, 1, 2)))]
        # Until so many letters were begun, or nobody begins another.
        end = time.monotonic() + _LONGEST
        while seen < enough and time.monotonic() < end:
            time.sleep(0.001)
            if server.talks > seen:
                seen, end = server.talks, time.monotonic() + _IDLE
        time.sleep(self._chance.uniform(0, _JITTER))
        self.tally.cut_off += server.talking > 0
        for sender in senders:
            os.kill(sender.pid, signal.SIGKILL)
            sender.join()
        self.tally.kills += 1
        self._now_is_the_time()

    def _begin(self) -> Any:
        process = get_context("fork").Process(target=_begun, args=(self._copy.clinic, self._sender))
        process.start()
        return process

    def _now_is_the_time(self) -> None:
        """Whatever waits is due: nobody waits for hours here."""
        with self._copy.clinic.database.write() as session:
            session.execute(
                update(OutgoingRow).where(OutgoingRow.next_try_at.is_not(None)).values(next_try_at=_now())
            )

    def _send_the_rest(self, server: MailServer) -> None:
        for _ in range(3):
            self._now_is_the_time()
            notices.send_due(self._copy.clinic)
        with self._copy.clinic.database.read() as session:
            every = list(session.scalars(select(OutgoingRow)))
            session.expunge_all()
            waits = news.there_is(session)
        self._made |= {row.id for row in every if row.for_staff}
        self.tally.faults += [f"notice {row.id} waits still" for row in every if row.settled_at is None]
        self.tally.faults += ["there is news that nobody was told of"] if waits else []

    def _look_through(self, server: MailServer) -> None:
        letters = [email.message_from_string(one) for one in server.taken]
        arrived = Counter(letter["Message-ID"] for letter in letters)
        identities = {f"<{notice}@clinic.example>" for notice in self._made}
        self.tally.notices, self.tally.letters = len(identities), arrived.total()
        self.tally.lost = len(identities - set(arrived))
        self.tally.came_again = sum(times > 1 for times in arrived.values())
        # A notice to staff may have gone out and been replaced by the next one all the same.
        to_patients = {letter["Message-ID"] for letter in letters if letter["To"] == _ADDRESS}
        if strangers := to_patients - identities:
            self.tally.faults.append(f"{len(strangers)} letters came that nobody had made")
        if missing := set(_STAFF) - {letter["To"] for letter in letters}:
            self.tally.faults.append(f"nobody told {', '.join(sorted(missing))}")
        received = bytes(server.received)
        told = {word for one in self._references for word in told_of_the_patient(received, one, _ADDRESS)}
        self.tally.faults += [f"a server was told {word!r}" for word in sorted(told)]


def _begun(clinic: Clinic, sender: Callable[[Clinic], None]) -> None:
    # Connections must not be shared by processes.
    sender(replace(clinic, database=Database(clinic.settings.database_url)))


def _with_mail(copy: Copy, port: int) -> Copy:
    settings = replace(
        copy.settings,
        mail_host="127.0.0.1",
        mail_port=port,
        mail_security="none",
        mail_sender="forms@clinic.example",
        staff_addresses=_STAFF,
    )
    desk = replace(copy.desk.with_settings(settings), now=_now)
    return replace(
        copy, settings=settings, desk=desk, clinic=replace(copy.clinic.with_settings(settings), now=_now)
    )


def _now() -> datetime:
    return datetime.now(UTC)


def campaign(
    folder: Path,
    kills: int,
    seed: int,
    sender: Callable[[Clinic], None] = honest,
    killed: Callable[[], None] = lambda: None,
) -> Tally:
    """Kill a sender so many times; what was seen."""
    return Campaign(folder, sender, random.Random(seed)).run(kills, killed)


@click.command(help=__doc__)
@click.option("--kills", default=200, show_default=True, help="How often the sender is killed.")
@click.option("--control", default=12, show_default=True, help="Kills of a sender with a mistake.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
def main(kills: int, control: int, seed: int | None) -> None:
    """Exit code 1 when a notice was lost or told anything, or when the control lost nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun_at = datetime.now(UTC)
    real = _watched("Killing the sender", kills, seed, honest)
    mistaken = _watched("Killing the control", control, seed, hasty)
    click.echo(f"{real} (seed {seed})")
    click.echo(f"control, which settles before it sends: {mistaken.notices} notices, {mistaken.lost} lost")
    figures = {one.name: getattr(real, one.name) for one in fields(real) if one.name != "faults"}
    wrong = () if real.is_clean else (f"{real.lost} lost", *real.faults)
    control_seen = {"notices": mistaken.notices, "lost": mistaken.lost}
    noticed = mistaken.lost > 0
    end(
        report(
            "outbox",
            seed=seed,
            begun=begun_at,
            figures=figures,
            control=control_seen,
            noticed=noticed,
            faults=wrong,
        )
    )


def _watched(label: str, kills: int, seed: int, sender: Callable[[Clinic], None]) -> Tally:
    with (
        tempfile.TemporaryDirectory(prefix="intake-outbox-") as folder,
        click.progressbar(length=kills, label=label, file=sys.stderr) as bar,
    ):
        return campaign(Path(folder), kills, seed, sender, lambda: bar.update(1))


if __name__ == "__main__":
    main()
