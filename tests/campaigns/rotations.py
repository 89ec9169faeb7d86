"""Kills whoever changes the clinic's keys, again and again in the middle of it: every record stays readable.

Run it with ``make rotations``. Keys of each purpose are changed, on SQLite and on PostgreSQL: a key is made,
copied, taken into use, everything is sealed anew, the key before is destroyed. A kill is SIGKILL at a random
moment of that. After each, everything is opened with the key files as they are then, as processes that run
and as ones that start; and the patient site seals a form and a letter, which have to open as well. The audit
key is never changed, so nobody is killed while it is; the trail is verified after each kill. The controls
are mistakes that lose something when they are killed.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import click

from campaigns.reports import end, report
from campaigns.rotating import Change, Changer, Step, hasty, honest, not_begun, one_secret, others_first
from copies import make_copy, staff
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services.console import Console
from intake.storage import accounts, audit, outgoing, rewrapping
from intake.storage.database import Database
from intake.storage.encryption import (
    ClinicKeys,
    DecryptionFailed,
    PatientKeys,
    Place,
    new_record_key,
    open_for_clinic,
    open_from_outbox,
    seal_for_clinic,
    seal_for_outbox,
)
from intake.storage.key_documents import documents_in
from intake.storage.key_entries import KeyPurpose, entries, has, id_bytes, the_active
from intake.storage.keyring import (
    CLINIC_FILE,
    as_they_are_now,
    read_clinic_keys,
    read_outbox_keys,
    read_patient_keys,
)
from intake.storage.outbox_keys import OutboxKeys
from keepers import closed, console_of, keeper
from postgres import fresh_database, started, stopped
from storage.everything import all_opened, keep_one_of_each
from storage.samples import NOW, send
from web.clinic.content import LIBRARY

_FORMS, _LETTERS, _OF_EACH, _BATCH = 24, 24, 3, 3
# Seconds: at most so long after a step was begun, how long a change takes, and how long nobody is waited for.
_JITTER, _TAKES, _LONGEST = 0.02, 0.5, 60.0
_MANY = 200
_LOST, _SAME = "values lost", "what one site signs, the other takes for its own"
# Mistakes, the purpose whose keys are changed that way, and as what each has to be found.
MISTAKES: Mapping[str, tuple[Changer, KeyPurpose, str]] = {
    "the clinic's key before destroyed too early": (hasty, KeyPurpose.CLINIC, _LOST),
    "the staff key before destroyed too early": (hasty, KeyPurpose.STAFF, _LOST),
    "the outbox key before destroyed too early": (hasty, KeyPurpose.OUTBOX, _LOST),
    "the file of whoever seals written first": (others_first, KeyPurpose.CLINIC, _LOST),
    "one secret for both sites": (one_secret, KeyPurpose.SECRET, _SAME),
}
_TRIES = 40


@dataclass(slots=True)
class Tally:
    """What a campaign saw.

    ``between`` are kills that left rows under two keys, ``apart`` those that left files with two keys in use.
    """

    kills: Counter[KeyPurpose] = field(default_factory=Counter)
    at: Counter[Step] = field(default_factory=Counter)
    between: int = 0
    apart: int = 0
    rotations: Counter[KeyPurpose] = field(default_factory=Counter)
    opened: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.faults)

    def figures(self, kind: str) -> dict[str, int | float | str]:
        """The same for a report, on one kind of database."""
        seen = {"kills": self.kills.total()}
        seen |= {f"kills, {one.value} key": self.kills[one] for one in KeyPurpose}
        seen |= {f"kills while {_SAID[one]}": self.at[one] for one in Step}
        seen |= {
            "kills that left rows under two keys": self.between,
            "kills that left two files with two keys in use": self.apart,
            "keys changed from the first step to the last": self.rotations.total(),
            "values opened": self.opened,
            "values lost": self.lost,
        }
        return {f"{what}, {kind}": figure for what, figure in seen.items()}


_SAID = {
    Step.MAKING: "a key was made",
    Step.COPYING: "it was copied",
    Step.TAKING_INTO_USE: "it was taken into use",
    Step.SEALING_ANEW: "all was sealed anew",
    Step.DESTROYING: "the key before was destroyed",
}


@dataclass(frozen=True)
class Running:
    """The keys of processes that run: they look into their files again, as they do for each request."""

    clinic: ClinicKeys
    patient: PatientKeys
    worker: OutboxKeys

    @classmethod
    def started(cls, folder: Path) -> "Running":
        """Those of processes that start now."""
        return cls(read_clinic_keys(folder), read_patient_keys(folder), read_outbox_keys(folder))

    def now(self) -> "Running":
        """As they go on."""
        return Running(
            as_they_are_now(self.clinic), as_they_are_now(self.patient), as_they_are_now(self.worker)
        )


class Campaign:
    """One clinic whose keys are changed by somebody who is killed."""

    def __init__(
        self,
        folder: Path,
        change: Changer,
        chance: random.Random,
        database_url: str = "",
        purposes: Sequence[KeyPurpose] = tuple(KeyPurpose),
    ) -> None:
        self.tally = Tally()
        self._folder, self._change, self._chance = folder, change, chance
        self._url, self._purposes = database_url, purposes
        self._takes: dict[KeyPurpose, float] = {}
        # The keys that are to go.
        self._before: dict[KeyPurpose, str] = {}

    def run(self, kills: int, killed: Callable[[], None] = lambda: None, tries: int = sys.maxsize) -> Tally:
        """Kill it so many times, or try so many times to; ``killed`` hears of each.

        What was begun is brought to its end, when nothing was lost until then.
        """
        with self._clinic() as begun:
            while self.tally.kills.total() < kills and tries and self.tally.is_clean:
                tries -= 1
                # Keys of several purposes are on their way at once.
                purpose = min(self._purposes, key=lambda one: self.tally.kills[one])
                self.tally.kills[purpose] += (was_killed := self._change_and_kill(purpose))
                self._look(purpose, begun)
                if was_killed:
                    killed()
            for purpose in self._purposes if self.tally.is_clean else ():
                self._go_on(purpose, begun)
        return self.tally

    @contextmanager
    def _clinic(self) -> Iterator[Running]:
        """One with something under every key."""
        copy = make_copy(self._folder, LIBRARY, self._url)
        self._console, self._database = console_of(copy), copy.clinic.database
        self._keepers = (keeper(self._folder, "kay"), keeper(self._folder, "lee"))
        staff(copy.clinic, "bob", "Bob", Role.ADMINISTRATOR)
        begun = Running.started(self._console.folder)
        with self._database.write() as session:
            for _ in range(_FORMS):
                send(session, begun.clinic)
            for _ in range(_OF_EACH):
                keep_one_of_each(session, begun.clinic)
            for _ in range(_LETTERS):
                letter = outgoing.Addressed("pat@example.org", "secret", NoticeKind.MESSAGE)
                outgoing.add(session, begun.clinic, uuid4(), letter, NOW)
        with self._database.read() as session:
            self._said = all_opened(session, begun.clinic)
            self._people = accounts.members_who_came(session, begun.clinic)
        with patch.object(rewrapping, "BATCH", _BATCH):
            yield begun
        closed(copy)

    def _change_and_kill(self, purpose: KeyPurpose) -> bool:
        """Whether it was killed; it may have come to its end before."""
        reached, begun = not_begun(), time.monotonic()
        process = self._begin(purpose, reached)
        self._wait(process, purpose, reached)
        if process.exitcode is None:
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
        if process.exitcode == -signal.SIGKILL:
            self.tally.at.update([Step(reached.value)] if reached.value else [])
            return True
        self._takes.setdefault(purpose, time.monotonic() - begun)
        self._ended(process, purpose)
        return False

    def _go_on(self, purpose: KeyPurpose, begun: Running) -> None:
        """Bring to its end what was begun, and kill nobody."""
        process = self._begin(purpose, not_begun())
        process.join()
        self._ended(process, purpose)
        self._look(purpose, begun)

    def _begin(self, purpose: KeyPurpose, reached: Any) -> BaseProcess:
        # Connections are not shared with the process that is killed.
        self._database.dispose()
        before = self._before.setdefault(purpose, self._in_use(purpose)[CLINIC_FILE])
        change = Change(self._console, purpose, before, self._keepers, self._folder, reached)
        process = get_context("fork").Process(target=_begun, args=(change, self._change))
        process.start()
        return process

    def _ended(self, process: BaseProcess, purpose: KeyPurpose) -> None:
        if process.exitcode:
            fault = f"changing the {purpose.value} key ended with exit code {process.exitcode}"
        elif not self._is_done(purpose, self._before.pop(purpose)):
            fault = f"the {purpose.value} key before was to be gone, and is there"
        else:
            self.tally.rotations[purpose] += 1
            return
        self.tally.faults.append(fault)

    def _wait(self, process: BaseProcess, purpose: KeyPurpose, reached: Any) -> None:
        """Until a random moment: half of them at any time, the others soon after a step was begun."""
        if self._chance.random() < 0.5:
            # How long one takes is seen when the first comes to its end.
            process.join(self._chance.uniform(0, self._takes.get(purpose, _TAKES)))
            return
        wanted, latest = self._chance.choice(tuple(Step)), time.monotonic() + _LONGEST
        while reached.value < wanted and process.is_alive() and time.monotonic() < latest:
            time.sleep(0.0005)
        process.join(self._chance.uniform(0, _JITTER))

    def _look(self, purpose: KeyPurpose, begun: Running) -> None:
        """At everything, as processes that run see it and as ones that start now."""
        started_now, running = Running.started(self._console.folder), begun.now()
        with self._database.write() as session:
            # Pat sends a form while nobody knows yet that somebody was killed.
            send(session, _sealing_as(running.patient, running.clinic))
        for one in (started_now, running):
            self._open_everything(one)
            self._seal_and_open(one)
        if started_now.patient.secret_key == started_now.clinic.secret_key:
            self.tally.faults.append(_SAME)
        with self._database.read() as session:
            if not audit.verify(session, started_now.clinic).ok:
                self.tally.faults.append("the audit trail is broken")
            self.tally.between += len(rewrapping.named(session, purpose)) > 1
        # The secrets that a clinic begins with have an id of their own in each file.
        if purpose is not KeyPurpose.SECRET or self.tally.rotations[purpose]:
            self.tally.apart += len(set(self._in_use(purpose).values())) > 1

    def _open_everything(self, held: Running) -> None:
        with self._database.read() as session:
            try:
                found = all_opened(session, replace(held.clinic, outbox_keys=held.worker))
                found |= all_opened(session, held.clinic)
            except DecryptionFailed:
                self.tally.lost += 1
                return
            people = accounts.members_who_came(session, held.clinic)
        self.tally.opened += len(found)
        if self._said.items() - found.items() or people != self._people:
            self.tally.faults.append("what opens does not say the same as before")
        self._said = found

    def _seal_and_open(self, held: Running) -> None:
        """What the patient site would send now."""
        place, key = Place("submissions", "answers", uuid4()), new_record_key(held.patient)
        form, letter = seal_for_clinic(held.patient, key, place), seal_for_outbox(held.patient, key, place)
        try:
            opened = (
                open_for_clinic(held.clinic, form, place),
                open_from_outbox(held.worker, letter, place),
                open_from_outbox(held.clinic.outbox_keys, letter, place),
            )
        except DecryptionFailed:
            self.tally.lost += 1
            return
        if any(one.secret != key.secret for one in opened):
            self.tally.faults.append("what was sealed now says something else")

    def _in_use(self, purpose: KeyPurpose) -> dict[str, str]:
        """The id of the key in use, by the file in which it is."""
        documents = documents_in(self._console.folder).items()
        return {
            name: the_active(one, purpose.entry)["id"] for name, one in documents if has(one, purpose.entry)
        }

    def _is_done(self, purpose: KeyPurpose, before: str) -> bool:
        """Another key is in use in each file, it is the only one, and nothing names the one before."""
        files = [one for one in documents_in(self._console.folder).values() if has(one, purpose.entry)]
        held = {key["id"] for one in files for key in entries(one, purpose.entry)}
        with self._database.read() as session:
            named = rewrapping.naming(session, id_bytes(before))
        return len(held) == 1 and before not in held and not named


def _sealing_as(patient: PatientKeys, clinic: ClinicKeys) -> ClinicKeys:
    """The clinic's keys, but that they seal as the patient site's do."""
    return replace(
        clinic,
        clinic_key_id=patient.clinic_key_id,
        clinic_public_key=patient.clinic_public_key,
        outbox=patient.outbox,
    )


def _begun(change: Change, how: Changer) -> None:
    console = change.console
    # A kill takes nothing from the disk: nobody waits for it.
    own = Console(console.settings, Database(console.settings.database_url, durable=False), console.account)
    how(replace(change, console=own))
    own.database.dispose()


def tried(name: str, folder: Path, seed: int) -> tuple[Tally, bool]:
    """What was seen of a mistake, and whether it was found as what it is."""
    mistake, purpose, wanted = MISTAKES[name]
    campaign = Campaign(folder, mistake, random.Random(f"{seed}-{name}"), "", [purpose])
    seen = campaign.run(_TRIES, tries=_TRIES)
    return seen, bool(seen.lost) if wanted is _LOST else wanted in seen.faults


@click.command(help=__doc__)
@click.option("--kills", default=_MANY, show_default=True, help="How often it is killed, on each database.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
@click.option(
    "--on",
    multiple=True,
    type=click.Choice(["sqlite", "postgresql"]),
    default=("sqlite", "postgresql"),
    show_default=True,
)
def main(kills: int, seed: int | None, on: tuple[str, ...]) -> None:
    """Exit code 1 when anything was lost, or when a control lost nothing."""
    begun_at = datetime.now(UTC)
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    figures: dict[str, int | float | str] = {}
    faults: list[str] = []
    for kind in on:
        with (
            tempfile.TemporaryDirectory(prefix="intake-rotations-") as folder,
            fresh_database(started()) if kind == "postgresql" else nullcontext("") as url,
            click.progressbar(length=kills, label=f"Killing on {kind}", file=sys.stderr) as bar,
        ):
            chance = random.Random(f"{seed}-{kind}")
            seen = Campaign(Path(folder), honest, chance, url).run(kills, lambda: bar.update(1))
        figures |= seen.figures(kind)
        faults += [f"{kind}: {one}" for one in seen.faults]
        faults += [f"{kind}: something does not open any more"] if seen.lost else []
    if "postgresql" in on:
        stopped()
    control: dict[str, str] = {}
    for name in MISTAKES:
        with tempfile.TemporaryDirectory(prefix="intake-rotations-") as folder:
            mistaken, is_found = tried(name, Path(folder), seed)
        control[name] = f"{'found' if is_found else 'OVERLOOKED'} after {mistaken.kills.total()} kills"
    end(
        report(
            "rotations",
            seed=seed,
            begun=begun_at,
            figures=figures,
            control=control,
            noticed=all(said.startswith("found") for said in control.values()),
            faults=tuple(faults),
        )
    )


if __name__ == "__main__":
    main()
