"""Kills whoever changes the clinic's keys, again and again in the middle of it: every record stays readable.

Run it with ``make rotations``. A kill is SIGKILL at a random moment of taking a key into use, sealing
everything anew and destroying the key before. After each, everything is opened with the key files as they
are then, as a site that runs and as one that starts. The control destroys the key before first: it must lose.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click

from copies import Copy, make_copy, staff
from intake.domain.permissions import Role, StaffMember
from intake.services import keys, retiring_keys
from intake.services.console import Console
from intake.services.refusals import Refusal
from intake.storage import accounts, audit, rewrapping
from intake.storage.database import Database
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.key_documents import changing
from intake.storage.key_entries import KeyPurpose, Use, entries, keep
from intake.storage.keyring import CLINIC_FILE, as_they_are_now, read_clinic_keys, read_patient_keys
from keepers import Keeper, console_of, copied, keeper
from postgres import fresh_database, started, stopped
from storage.everything import all_opened, keep_one_of_each
from storage.samples import send
from web.clinic.content import LIBRARY

_FORMS, _BATCH = 24, 3
# A kill comes after so many steps at most, and up to so many seconds later.
_STEPS, _JITTER, _LONGEST = 9, 0.03, 20.0
_CHANGED = KeyPurpose.CLINIC


Change = Callable[[Console, Callable[[int], None]], None]


@dataclass(slots=True)
class Tally:
    """What a campaign saw. ``between`` are kills that left rows under both keys."""

    kills: int = 0
    between: int = 0
    rotations: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.faults)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.between} of them with rows under both keys, {self.rotations} keys "
            f"changed from the first step to the last, {self.lost} values lost"
        )


def honest(console: Console, progress: Callable[[int], None]) -> None:
    """Change the key as the product does: take it into use, seal everything anew, destroy the one before."""
    with suppress(Refusal):  # a kill came after the last row
        keys.rotate(console, _CHANGED, progress)
    for one in keys.held(console):
        if one.purpose is _CHANGED and one.use is Use.EARLIER:
            retiring_keys.retire(console, retiring_keys.leaving(console, one.id), _bob(console), None)


def hasty(console: Console, progress: Callable[[int], None]) -> None:
    """The control: the key before is destroyed as soon as the new one is in use."""

    def gone(count: int) -> None:
        with changing(console.folder) as documents:
            kept = entries(documents[CLINIC_FILE], _CHANGED.entry)
            keep(
                documents[CLINIC_FILE],
                _CHANGED.entry,
                [one for one in kept if Use(one["use"]) is not Use.EARLIER],
            )
        progress(count)

    keys.rotate(console, _CHANGED, gone)


class Campaign:
    """One clinic whose key is changed by somebody who is killed."""

    def __init__(self, folder: Path, change: Change, chance: random.Random, database_url: str = "") -> None:
        self.tally = Tally()
        self._folder, self._change, self._chance = folder, change, chance
        self._url = database_url
        self._copies = 0

    def run(self, kills: int, killed: Callable[[], None] = lambda: None) -> Tally:
        """Kill it so many times; ``killed`` hears of each."""
        self._copy = make_copy(self._folder, LIBRARY, self._url)
        self._console = console_of(self._copy)
        self._keepers: tuple[Keeper, Keeper] = (keeper(self._folder, "kay"), keeper(self._folder, "lee"))
        staff(self._copy.clinic, "bob", "Bob", Role.ADMINISTRATOR)
        begun = read_clinic_keys(self._console.folder)
        with self._copy.clinic.database.write() as session:
            for _ in range(_FORMS):
                send(session, begun)
            keep_one_of_each(session, begun)
        with self._copy.clinic.database.read() as session:
            self._said = all_opened(session, begun)
        self._let_a_key_wait()
        with patch.object(rewrapping, "BATCH", _BATCH):
            while self.tally.kills < kills:
                was_killed = self._change_and_kill()
                self._look(begun)
                if was_killed:
                    self.tally.kills += 1
                    killed()
                if not self.tally.is_clean:
                    break
                if self._is_done():
                    self.tally.rotations += 1
                    self._let_a_key_wait()
        _dispose(self._copy)
        return self.tally

    def _let_a_key_wait(self) -> None:
        self._copies += 1
        keys.make(self._console, _CHANGED)
        copied(self._console, self._folder / f"recovery-{self._copies}.age", self._keepers)

    def _change_and_kill(self) -> bool:
        """Whether it was killed; it may have come to its end before."""
        # Connections are not shared with the process that is killed.
        self._copy.clinic.database.dispose()
        steps = RawValue("i", 0)
        process = get_context("fork").Process(target=_begun, args=(self._console, self._change, steps))
        process.start()
        wanted, end = self._chance.randint(0, _STEPS), time.monotonic() + _LONGEST
        while steps.value < wanted and process.is_alive() and time.monotonic() < end:
            time.sleep(0.0005)
        process.join(self._chance.uniform(0, _JITTER))
        if process.exitcode is not None:
            if process.exitcode:
                self.tally.faults.append(f"changing the key ended with exit code {process.exitcode}")
            return False
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        return True

    def _look(self, begun: ClinicKeys) -> None:
        folder = self._console.folder
        now = read_clinic_keys(folder)
        for held in (now, as_they_are_now(begun)):
            self._open_everything(held)
        ring = {now.clinic_key_id, *now.other_private_keys}
        if read_patient_keys(folder).clinic_key_id not in ring:
            self.tally.faults.append("the patient site seals to a key that the clinic does not have")
        with self._copy.clinic.database.read() as session:
            if not audit.verify(session, now).ok:
                self.tally.faults.append("the audit trail is broken")
            self.tally.between += len(rewrapping.named(session, _CHANGED)) > 1

    def _open_everything(self, held: ClinicKeys) -> None:
        with self._copy.clinic.database.read() as session:
            try:
                found = all_opened(session, held)
            except DecryptionFailed:
                self.tally.lost += 1
                return
        if found != self._said:
            self.tally.faults.append("what opens does not say the same as before")

    def _is_done(self) -> bool:
        return [one.use for one in keys.held(self._console) if one.purpose is _CHANGED] == [Use.ACTIVE]


def _begun(console: Console, change: Change, steps: Any) -> None:
    def progress(_count: int) -> None:
        steps.value += 1

    own = Console(console.settings, Database(console.settings.database_url), console.account)
    change(own, progress)
    own.database.dispose()


def _bob(console: Console) -> StaffMember:
    with console.database.read() as session:
        return next(
            one for one in accounts.members_who_came(session, console.keys()) if one.username == "bob"
        )


def _dispose(copy: Copy) -> None:
    for one in (copy.desk, copy.clinic):
        one.database.dispose()


@click.command(help=__doc__)
@click.option("--kills", default=30, show_default=True, help="How often it is killed, on each database.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
@click.option("--on", multiple=True, default=("sqlite", "postgresql"), show_default=True)
def main(kills: int, seed: int | None, on: tuple[str, ...]) -> None:
    """Exit code 1 when anything was lost, or when the control lost nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    clean = True
    for kind in on:
        begun = time.monotonic()
        with (
            tempfile.TemporaryDirectory(prefix="intake-rotations-") as folder,
            fresh_database(started()) if kind == "postgresql" else nullcontext("") as url,
            click.progressbar(length=kills, label=f"Killing on {kind}", file=sys.stderr) as bar,
        ):
            chance = random.Random(f"{seed}-{kind}")
            seen = Campaign(Path(folder), honest, chance, url).run(kills, lambda: bar.update(1))
        click.echo(f"{kind}: {seen} (seed {seed}, {time.monotonic() - begun:.0f} s)")
        for fault in seen.faults:
            click.echo(fault, err=True)
        clean = clean and seen.is_clean
    with tempfile.TemporaryDirectory(prefix="intake-rotations-") as folder:
        mistaken = Campaign(Path(folder), hasty, random.Random(seed)).run(10)
    click.echo(f"control, which destroys the key before too early: {mistaken.lost} lost")
    if "postgresql" in on:
        stopped()
    sys.exit(0 if clean and mistaken.lost else 1)


if __name__ == "__main__":
    main()
