"""Kills the worker, again and again in the middle of its work: no notice is lost, and none tells anything.

Run it with ``make outbox``. The worker is the product's own, ``intake work``: forked from a process that has
read the program (``campaigns/forked.py``), some started by hand. Its instance folder holds one key file,
that of the outbox. A kill is SIGKILL at a random moment after a worker began to talk to the mail server;
sometimes two are at work. Each notice must arrive at least once, under one Message-ID however often it comes,
and nothing that a server was sent may be about a patient. What is over is deleted in the end, and nothing
else. The clinic site's part, to keep notices to staff, is done here. The control settles a notice before it
is sent: it must lose some.
"""

import email
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import click
from sqlalchemy import func, select, update

from campaigns.forked import WORKER, Stem
from campaigns.reports import end, report
from copies import Copy
from exchanging import FORM, Exchange, begun
from intake.domain.notice_kinds import NoticeKind
from intake.log import Noted
from intake.services import answering, in_force, returning, staff_notices
from intake.services.clinic_settings import with_settings_in_force
from intake.storage import drafts, news, outgoing
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from intake.storage.outgoing import Addressed
from intake.storage.tables import DraftRow, OutgoingRow
from sending import send
from services.mail_servers import MailServer, told_of_the_patient
from services.mail_servers import mail_server as a_mail_server

SETTLED_FIRST = "campaigns.settled_first"
BY_HAND = "of them of workers started by hand"
_ADDRESS = "quetzal@example.org"
_STAFF = ("desk@clinic.example", "on-call@clinic.example")
# How many notices are made for each kill, which comes after one of the letters that wait was begun, and up
# to so many seconds later; how slow the server is.
_NOTICES, _JITTER, _SLOW = 3, 0.03, 0.002
_LONGEST, _IDLE = 30.0, 0.5
_LONG, _LATELY = timedelta(days=40), timedelta(days=2)
_PROGRAM = (sys.executable, "-m", "intake", "work")


@dataclass(slots=True)
class Tally:
    """What a campaign saw."""

    kills: int = 0
    workers: int = 0
    notices: int = 0
    letters: int = 0
    before_the_end: int = 0
    lost: int = 0
    came_again: int = 0
    cut_off: int = 0
    drafts_over: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.faults)

    def add(self, other: "Tally") -> None:
        """Count what another campaign saw, too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.cut_off} of them in the middle of a letter, {self.notices} notices, "
            f"{self.letters} letters ({self.before_the_end} of them by workers that were killed), "
            f"{self.lost} lost, {self.came_again} came more than once"
        )


class Campaign:
    """One clinic whose worker is killed and started again, forked from a stem or, without one, by hand."""

    def __init__(self, folder: Path, stem: Stem | None, chance: random.Random) -> None:
        self.tally = Tally()
        self._folder, self._stem, self._chance = folder, stem, chance
        self._made: set[UUID] = set()
        self._references: list[str] = []
        self._over: set[UUID] = set()

    def run(self, kills: int, killed: Callable[[], None] = lambda: None) -> Tally:
        """Kill it so many times; ``killed`` hears of each."""
        with a_mail_server() as server, patch.object(staff_notices, "BETWEEN", timedelta()):
            server.pause = _SLOW
            exchange = begun(self._folder / "clinic")
            self._copy = _with_mail(exchange.copy, server.port)
            self._begin_a_place()
            self._living = self._some_are_there()
            for _ in range(kills):
                self._keep_some(exchange)
                self._send_and_kill(server)
                killed()
            server.pause, self.tally.before_the_end = 0, len(server.taken)
            self._keep_some(exchange)
            self._send_the_rest()
            self._look_through(server)
            for one in (exchange.copy.desk, exchange.copy.clinic):
                one.database.dispose()
        return self.tally

    def _begin_a_place(self) -> None:
        """The worker's own folder, with its own key file and no other, and with the clinic's database."""
        self._place = self._folder / "worker"
        keys = self._place / "instance" / "keys"
        keys.mkdir(parents=True, mode=0o700)
        shutil.copyfile(self._copy.settings.instance / "keys" / WORKER_FILE, keys / WORKER_FILE)
        (keys / WORKER_FILE).chmod(0o600)
        assert not any((keys / other).exists() for other in (CLINIC_FILE, PATIENT_FILE))

    def _environment(self) -> Mapping[str, str]:
        settings = self._copy.settings
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
        return inherited | {
            "INTAKE_INSTANCE": str(self._place / "instance"),
            "INTAKE_DATABASE_URL": settings.database_url,
            "INTAKE_MAIL_HOST": settings.mail_host,
            "INTAKE_MAIL_PORT": str(settings.mail_port),
            "INTAKE_MAIL_SECURITY": settings.mail_security,
            "INTAKE_MAIL_SENDER": settings.mail_sender,
        }

    def _keep_some(self, exchange: Exchange) -> None:
        """A form, which staff are told of; notices to patients of each kind; a draft that was left lying."""
        if not self.tally.kills % 4:
            self._references.append(send(self._copy.desk, FORM).reference)
        self._tell_staff()
        kinds = [kind for kind in NoticeKind if not kind.is_for_staff]
        with self._copy.clinic.database.write() as session:
            for _ in range(_NOTICES):
                addressed = Addressed(_ADDRESS, "s-e-c-r-e-t", self._chance.choice(kinds))
                notice = uuid4()
                outgoing.add(session, exchange.copy.clinic.keys, notice, addressed, _now())
                self._made.add(notice)
            _, draft = drafts.start(session, self._copy.desk.keys, _now() - _LONG)
            self._over.add(draft.id)
            self.tally.drafts_over += 1

    def _tell_staff(self) -> None:
        """As the clinic site does it beside its pages."""
        staff_notices.gather(with_settings_in_force(in_force.at_work(self._copy.clinic)))

    def _send_and_kill(self, server: MailServer) -> None:
        seen, enough = server.talks, server.talks + self._chance.randint(1, self._unsettled())
        workers = [self._begin() for _ in range(self._chance.choice((1, 1, 2)))]
        # Until so many letters were begun, or nobody begins another.
        end = time.monotonic() + _LONGEST
        while seen < enough and time.monotonic() < end:
            time.sleep(0.001)
            if server.talks > seen:
                seen, end = server.talks, time.monotonic() + _IDLE
        time.sleep(self._chance.uniform(0, _JITTER))
        self.tally.cut_off += server.talking > 0
        for worker in workers:
            if (ended := worker.poll()) is not None:
                self.tally.faults.append(f"a worker ended by itself with exit code {ended}")
            worker.kill()
            worker.wait(timeout=20)
        self.tally.kills += 1
        self._now_is_the_time()

    def _begin(self) -> Any:
        self.tally.workers += 1
        if self._stem is not None:
            return self._stem.work(self._place, self._environment())
        with (self._place / "stdout").open("ab") as out, (self._place / "stderr").open("ab") as err:
            return subprocess.Popen(
                _PROGRAM, cwd=self._place, env=dict(self._environment()), stdout=out, stderr=err
            )

    def _now_is_the_time(self) -> None:
        """Whatever waits is due: nobody waits for hours here."""
        with self._copy.clinic.database.write() as session:
            session.execute(
                update(OutgoingRow).where(OutgoingRow.next_try_at.is_not(None)).values(next_try_at=_now())
            )

    def _send_the_rest(self) -> None:
        """A last worker, which nobody kills, has all the time it needs, and ends when it is told to."""
        worker, until = self._begin(), time.monotonic() + _LONGEST
        while self._waiting() and time.monotonic() < until:
            time.sleep(0.02)
        worker.send_signal(signal.SIGTERM)
        if (ended := worker.wait(timeout=20)) != 0:
            self.tally.faults.append(f"a worker that was told to stop ended with exit code {ended}")
        self.tally.faults += self._waiting()
        if deleted := self._living - self._drafts():
            self.tally.faults.append(f"{len(deleted)} drafts were deleted that somebody can come back to")
        with self._copy.clinic.database.read() as session:
            every = list(session.scalars(select(OutgoingRow)))
            session.expunge_all()
        self._made |= {row.id for row in every if row.for_staff}
        with (self._place / "stderr").open(encoding="utf-8") as log:
            failed = [line for line in log if f'"{Noted.NOTICES_FAILED.value}"' in line]
        self.tally.faults += [f"a worker wrote: {line}" for line in failed[:3]]

    def _unsettled(self) -> int:
        with self._copy.clinic.database.read() as session:
            waits = select(func.count()).select_from(OutgoingRow).where(OutgoingRow.settled_at.is_(None))
            return session.scalar(waits) or 0

    def _waiting(self) -> list[str]:
        """What is left to do."""
        with self._copy.clinic.database.read() as session:
            unsettled = list(session.scalars(select(OutgoingRow.id).where(OutgoingRow.settled_at.is_(None))))
            waits = news.there_is(session)
        found = [f"notice {one} waits still" for one in unsettled]
        found += [f"draft {one} is over and still there" for one in self._over & self._drafts()]
        return found + (["there is news that nobody was told of"] if waits else [])

    def _drafts(self) -> set[UUID]:
        with self._copy.clinic.database.read() as session:
            return set(session.scalars(select(DraftRow.id)))

    def _some_are_there(self) -> set[UUID]:
        """Drafts of now, and of some days ago: after a week without a trace the clock is not believed."""
        now, earlier = self._copy.desk, replace(self._copy.desk, now=lambda: _now() - _LATELY)
        answering.start(now)
        returning.keep_open(earlier, answering.start(earlier))
        return self._drafts()

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
    folder: Path, kills: int, seed: int, stem: Stem | None = None, killed: Callable[[], None] = lambda: None
) -> Tally:
    """Kill the worker so many times, forked from a stem or started by hand; what was seen."""
    return Campaign(folder, stem, random.Random(seed)).run(kills, killed)


@click.command(help=__doc__)
@click.option("--kills", default=500, show_default=True, help="How often the worker is killed.")
@click.option("--by-hand", default=10, show_default=True, help="So many of them of workers started by hand.")
@click.option("--control", default=12, show_default=True, help="Kills of a worker with a mistake.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
def main(kills: int, by_hand: int, control: int, seed: int | None) -> None:
    """Exit code 1 when a notice was lost or told anything, or when the control lost nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun_at = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-outbox-") as kept:
        folder = Path(kept)
        with (
            Stem(folder / "stem", only=WORKER) as stem,
            _watched("Killing the worker", kills - by_hand) as killed,
        ):
            real = campaign(folder / "forked", kills - by_hand, seed, stem, killed)
        with _watched("Killing the worker, started by hand", by_hand) as killed:
            real.add(campaign(folder / "by-hand", by_hand, seed, killed=killed))
        with (
            Stem(folder / "early", SETTLED_FIRST, WORKER) as stem,
            _watched("Killing the control", control) as killed,
        ):
            mistaken = campaign(folder / "control", control, seed, stem, killed)
    click.echo(f"{real} (seed {seed})")
    click.echo(f"control, which settles before it sends: {mistaken.notices} notices, {mistaken.lost} lost")
    figures = {one.name: getattr(real, one.name) for one in fields(real) if one.name != "faults"}
    end(
        report(
            "outbox",
            seed=seed,
            begun=begun_at,
            figures={**figures, BY_HAND: by_hand},
            control={"kills": mistaken.kills, "notices": mistaken.notices, "lost": mistaken.lost},
            noticed=mistaken.lost > 0,
            faults=() if real.is_clean else (f"{real.lost} lost", *real.faults),
        )
    )


@contextmanager
def _watched(label: str, kills: int) -> Iterator[Callable[[], None]]:
    with click.progressbar(length=kills, label=label, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


if __name__ == "__main__":
    main()
