"""Kills the product again and again while patients send their forms: nothing they were thanked for is lost.

Run it with ``make kills``. A kill is SIGKILL at a random moment of a burst of sends; then the product
is started again, and every form is looked for. Kills say nothing about a power cut: for that, see
security.md 8 of the design, and the settings in intake/storage/database.py.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

import click

from campaigns.inspection import Inspector
from campaigns.reports import end, report
from campaigns.senders import Burst, Form, NotTaken, Senders
from serving import SERVE, Product

EARLY = ("-m", "campaigns.early", "serve")
_BROWSERS = 6
_FORMS = 24
# A kill comes after so many thanks at most, and up to so many seconds later.
_THANKS, _JITTER = 12, 0.08
_LONGEST_BURST = 20


@dataclass(slots=True)
class Tally:
    """What a campaign saw."""

    kills: int = 0
    sends: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicates: int = 0
    unknown: int = 0
    unknown_committed: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.duplicates or self.faults)

    def add(self, other: "Tally") -> None:
        """Count another campaign in."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.sends} sends, {self.acknowledged} acknowledged, "
            f"{self.lost} lost, {self.duplicates} duplicates, "
            f"{self.unknown} outcomes unknown, of which {self.unknown_committed} had been stored"
        )


class Campaign:
    """One product that is killed and started again."""

    def __init__(self, folder: Path, program: Sequence[str], chance: random.Random) -> None:
        self.tally = Tally()
        self._product = Product(folder, program)
        self._chance = chance
        self._forms: dict[UUID, Form] = {}
        self._thanked: dict[UUID, str] = {}
        self._waiting: list[Form] = []

    def run(self, kills: int, killed: Callable[[], None]) -> Tally:
        """Kill it so many times; ``killed`` hears of each."""
        with self._product as product:
            self._inspector = Inspector(product.settings)
            self._waiting = self._inspector.prepare(_FORMS)
            self._senders = Senders(product, self._waiting[0])
            for _ in range(kills):
                burst = self._send_and_kill()
                product.start()
                self._look_for(burst)
                killed()
            if code := product.stop():
                self.tally.faults.append(f"told to stop, the product ended with exit code {code}")
            self._look_for_everything()
            self.tally.faults += product.complained.splitlines()
        return self.tally

    def _send_and_kill(self) -> Burst:
        self._waiting += self._inspector.prepare(_FORMS - len(self._waiting))
        self._forms |= {form.id: form for form in self._waiting}
        sending = self._senders.burst(self._waiting, _BROWSERS)
        thanks, end = self._chance.randint(0, _THANKS), time.monotonic() + _LONGEST_BURST
        while len(sending.burst.acknowledged) < thanks and not sending.is_over and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(self._chance.uniform(0, _JITTER))
        self._product.kill()
        burst = sending.ended()
        self._waiting = burst.untouched
        self.tally.kills += 1
        self.tally.sends += len(burst.acknowledged) + len(burst.unknown)
        self.tally.acknowledged += len(burst.acknowledged)
        self.tally.unknown += len(burst.unknown)
        self.tally.faults += burst.surprises
        return burst

    def _look_for(self, burst: Burst) -> None:
        self.tally.faults += self._inspector.faults()
        self._look_for_acknowledged(burst.acknowledged)
        for form in burst.unknown:
            self._settle(form)

    def _look_for_acknowledged(self, acknowledged: dict[UUID, str]) -> None:
        stored = self._inspector.stored(self._forms[id_] for id_ in acknowledged)
        for id_, reference in acknowledged.items():
            found = stored.get(id_)
            if found is None or found.fault or (reference and found.reference != reference):
                self.tally.lost += 1
                continue
            self._thanked[id_] = found.reference

    def _settle(self, form: Form) -> None:
        """A form whose sender heard nothing: stored whole or still a draft, and sent again stored once."""
        before = self._inspector.stored([form]).get(form.id)
        if before is not None:
            self.tally.unknown_committed += 1
            if before.fault or self._inspector.receipt(form) != before.reference:
                self.tally.faults.append(
                    before.fault or f"form {form.id}: stored, and the patient has no receipt"
                )
        elif not self._inspector.is_still_a_draft(form):
            self.tally.faults.append(f"form {form.id}: neither stored nor a draft with every answer")
            return
        try:
            references = {self._senders.send(form), self._senders.send(form)}
        except NotTaken as refused:
            self.tally.faults.append(str(refused))
            return
        self.tally.sends += 2
        self.tally.acknowledged += 1
        references |= {before.reference} if before is not None else set()
        self.tally.duplicates += len(references) - 1
        self._thanked[form.id] = references.pop()

    def _look_for_everything(self) -> None:
        """Nothing stored early was lost by a later kill, and nothing is there twice."""
        stored = self._inspector.stored(self._forms[id_] for id_ in self._thanked)
        for id_, reference in self._thanked.items():
            found = stored.get(id_)
            if found is None or found.fault or found.reference != reference:
                self.tally.lost += 1
        known = set(self._inspector.stored(self._forms.values()))
        self.tally.duplicates += self._inspector.count() - len(known)
        self.tally.faults += self._inspector.faults()


def campaign(
    folder: Path,
    kills: int,
    seed: int,
    program: Sequence[str] = SERVE,
    lanes: int = 1,
    killed: Callable[[], None] = lambda: None,
) -> Tally:
    """Kill products, as many side by side as there are lanes; what was seen."""
    shares = [len(range(lane, kills, lanes)) for lane in range(lanes)]
    total = Tally()
    with ThreadPoolExecutor(lanes) as pool:
        for tally in pool.map(
            lambda lane: Campaign(folder / f"lane-{lane}", program, random.Random(f"{seed}-{lane}")).run(
                shares[lane], killed
            ),
            range(lanes),
        ):
            total.add(tally)
    return total


@click.command(help=__doc__)
@click.option("--kills", default=200, show_default=True, help="How often the product is killed.")
@click.option("--control", default=6, show_default=True, help="Kills of a product with a mistake.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
@click.option("--lanes", default=2, show_default=True, help="Products killed side by side.")
def main(kills: int, control: int, seed: int | None, lanes: int) -> None:
    """Exit code 1 when anything acknowledged was lost, or when the control lost nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    real = _watched("Killing intake", SERVE, kills, seed, lanes)
    mistaken = _watched("Killing the control", EARLY, control, seed, 1)
    click.echo(f"{real} (seed {seed})")
    click.echo(
        f"control, which thanks before it stores: {mistaken.acknowledged} acknowledged, {mistaken.lost} lost"
    )
    figures = {one.name: getattr(real, one.name) for one in fields(real) if one.name != "faults"}
    whole = report(
        "kills",
        seed=seed,
        begun=begun,
        figures=figures,
        control={"kills": mistaken.kills, "acknowledged": mistaken.acknowledged, "lost": mistaken.lost},
        noticed=mistaken.lost > 0,
        faults=() if real.is_clean else (f"{real.lost} lost, {real.duplicates} twice", *real.faults),
    )
    end(whole)


def _watched(label: str, program: Sequence[str], kills: int, seed: int, lanes: int) -> Tally:
    one_at_a_time = Lock()
    with (
        tempfile.TemporaryDirectory(prefix="intake-kills-") as folder,
        click.progressbar(length=kills, label=label, file=sys.stderr) as bar,
    ):

        def killed() -> None:
            with one_at_a_time:
                bar.update(1)

        return campaign(Path(folder), kills, seed, program, lanes, killed)


if __name__ == "__main__":
    main()
