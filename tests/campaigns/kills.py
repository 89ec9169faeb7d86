"""Kills the product again and again while patients send their forms: nothing they were thanked for is lost.

Run it with ``make kills``. A kill is SIGKILL at a random moment of a burst of sends, of everything at once
or of one process: the supervisor, the patient site, the clinic site, the worker. Then everything runs again,
and every form is looked for. Of a clinic site or a worker that dies no patient may notice anything. Most
products are started in a moment (``campaigns/forked.py`` says what is different), some by hand. Kills say
nothing about a power cut: for that, see security.md 8 of the design, the settings in
intake/storage/database.py, and ``campaigns/fsync.py``.
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

import click

from campaigns.forked import Stem
from campaigns.inspection import Inspector, Stored
from campaigns.readers import Reader
from campaigns.reports import end, report
from campaigns.senders import Burst, Form, NotTaken, Senders
from campaigns.victims import Killed, Victim, kill
from intake.log import Noted
from serving import Product

EARLY = "campaigns.early"
BY_HAND = "kills of products started by hand"
_BROWSERS = 6
_FORMS = 12
# A kill comes after so many thanks at most, and up to so many seconds later.
_THANKS, _JITTER = 6, 0.08
# Whatever is looked for after each kill grows with what is there already.
_KILLS_OF_ONE = 50
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
    victims: Counter[Victim] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.duplicates or self.faults)

    def add(self, other: "Tally") -> None:
        """Count another campaign in."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def counts(self) -> dict[str, int]:
        """Every figure but the faults, under a short name."""
        names = (one.name for one in fields(self) if one.name not in ("victims", "faults"))
        whom = {f"kills of {victim.value}": self.victims[victim] for victim in Victim}
        return {name: getattr(self, name) for name in names} | whom

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.sends} sends, {self.acknowledged} acknowledged, "
            f"{self.lost} lost, {self.duplicates} duplicates, "
            f"{self.unknown} outcomes unknown, of which {self.unknown_committed} had been stored"
        )


class Campaign:
    """One product that is killed and started again."""

    def __init__(self, product: Product, chance: random.Random, victims: Sequence[Victim]) -> None:
        self.tally = Tally()
        self._product = product
        self._chance = chance
        self._victims = victims
        self._forms: dict[UUID, Form] = {}
        self._thanked: dict[UUID, str] = {}
        self._waiting: list[Form] = []

    def run(self, kills: int, killed: Callable[[], None]) -> Tally:
        """Kill it so many times; ``killed`` hears of each."""
        with self._product as product:
            self._inspector = Inspector(product.settings)
            self._waiting = self._inspector.prepare(_FORMS)
            self._senders = Senders(product, self._waiting[0])
            self._reader = Reader(product, self._inspector.clinician())
            for number in range(kills):
                burst, victim = self._send_and_kill(self._victims[number % len(self._victims)])
                self.tally.faults += victim.come_back()
                self._look_for(burst)
                killed()
            if code := product.stop():
                self.tally.faults.append(f"told to stop, the product ended with exit code {code}")
            self._look_for_everything()
            self.tally.faults += [one for one in product.complaints if not _is_expected(one)]
        return self.tally

    def _send_and_kill(self, victim: Victim) -> tuple[Burst, Killed]:
        self._waiting += self._inspector.prepare(_FORMS - len(self._waiting))
        self._forms |= {form.id: form for form in self._waiting}
        reading = self._reader.begin()
        sending = self._senders.burst(self._waiting, _BROWSERS)
        thanks, end = self._chance.randint(0, _THANKS), time.monotonic() + _LONGEST_BURST
        while len(sending.burst.acknowledged) < thanks and not sending.is_over and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(self._chance.uniform(0, _JITTER))
        killed = kill(self._product, victim)
        burst = sending.ended()
        self.tally.faults += reading.ended()
        self._waiting = burst.untouched
        if not victim.is_noticed_by_patients and (burst.unknown or burst.untouched):
            self.tally.faults.append(f"patients heard nothing when {victim.value} died")
        self.tally.victims[victim] += 1
        self.tally.kills += 1
        self.tally.sends += len(burst.acknowledged) + len(burst.unknown)
        self.tally.acknowledged += len(burst.acknowledged)
        self.tally.unknown += len(burst.unknown)
        self.tally.faults += burst.surprises
        return burst, killed

    def _look_for(self, burst: Burst) -> None:
        self.tally.faults += self._inspector.faults()
        stored = self._inspector.stored([*(self._forms[id_] for id_ in burst.acknowledged), *burst.unknown])
        for id_, reference in burst.acknowledged.items():
            found = stored.get(id_)
            if found is None or found.fault or (reference and found.reference != reference):
                self.tally.lost += 1
                continue
            self._thanked[id_] = found.reference
        for form in burst.unknown:
            self._settle(form, stored.get(form.id))

    def _settle(self, form: Form, before: Stored | None) -> None:
        """A form whose sender heard nothing: stored whole or still a draft, and sent again stored once."""
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
            reference = self._senders.send(form)
        except NotTaken as refused:
            self.tally.faults.append(str(refused))
            return
        self.tally.sends += 1
        self.tally.acknowledged += 1
        self.tally.duplicates += before is not None and before.reference != reference
        self._thanked[form.id] = reference

    def _look_for_everything(self) -> None:
        """Nothing stored early was lost by a later kill, and nothing is there twice."""
        stored = self._inspector.stored(self._forms.values())
        for id_, reference in self._thanked.items():
            found = stored.get(id_)
            if found is None or found.fault or found.reference != reference:
                self.tally.lost += 1
        self.tally.duplicates += self._inspector.count() - len(stored)
        self.tally.faults += self._inspector.faults()


def _is_expected(line: str) -> bool:
    """Whether a line tells of a kill: of a process that ended, or of requests that were dropped."""
    killed = (f'"line": "{Noted.PROCESS_ENDED.value}"', '"exit_code": -9')
    # A site whose supervisor is gone ends, and answers no more whoever still stood in its line.
    dropped = (f'"line": "{Noted.LIBRARY.value}"', '"from": "waitress"', '"level": "warning"')
    return any(all(word in line for word in words) for words in (killed, dropped))


def campaign(
    folder: Path,
    kills: int,
    seed: int,
    *,
    make: Callable[[Path], Product] = Product,
    lanes: int = 1,
    killed: Callable[[], None] = lambda: None,
    victims: Sequence[Victim] | None = None,
) -> Tally:
    """Kill products, as many side by side as there are lanes; what was seen.

    ``victims`` are killed one after the other, again and again; each as often as any other, in an order
    of chance, unless told. After every fifty kills a new product takes the place of the one before.
    """
    shares = [
        (f"{seed}-{begin}", min(_KILLS_OF_ONE, kills - begin)) for begin in range(0, kills, _KILLS_OF_ONE)
    ]
    total = Tally()

    def one(share: tuple[str, int]) -> Tally:
        name, wanted = share
        chance = random.Random(name)
        order = [one for _ in range(_KILLS_OF_ONE) for one in chance.sample(list(Victim), len(Victim))]
        place = folder / name
        tally = Campaign(make(place), chance, victims or order).run(wanted, killed)
        shutil.rmtree(place)
        return tally

    with ThreadPoolExecutor(lanes) as pool:
        for tally in pool.map(one, shares):
            total.add(tally)
    return total


@click.command(help=__doc__)
@click.option("--kills", default=200, show_default=True, help="How often the product is killed.")
@click.option("--by-hand", default=10, show_default=True, help="So many of them of products started by hand.")
@click.option("--control", default=6, show_default=True, help="Kills of a product with a mistake.")
@click.option("--seed", type=int, help="Repeat the random moments of an earlier campaign.")
@click.option("--lanes", default=2, show_default=True, help="Products killed side by side.")
def main(kills: int, by_hand: int, control: int, seed: int | None, lanes: int) -> None:
    """Exit code 1 when anything acknowledged was lost, or when the control lost nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-kills-") as kept:
        folder = Path(kept)
        with Stem(folder / "stem") as stem, _watched("Killing intake", kills - by_hand) as killed:
            real = campaign(folder, kills - by_hand, seed, make=stem.product, lanes=lanes, killed=killed)
        with _watched("Killing intake, started by hand", by_hand) as killed:
            real.add(campaign(folder / "by-hand", by_hand, seed, lanes=lanes, killed=killed))
        with Stem(folder / "early", EARLY) as stem, _watched("Killing the control", control) as killed:
            mistaken = campaign(
                folder / "control",
                control,
                seed,
                make=stem.product,
                killed=killed,
                victims=[Victim.EVERYTHING],
            )
    click.echo(f"{real} (seed {seed})")
    click.echo(
        f"control, which thanks before it stores: {mistaken.acknowledged} acknowledged, {mistaken.lost} lost"
    )
    whole = report(
        "kills",
        seed=seed,
        begun=begun,
        figures={**real.counts, BY_HAND: by_hand},
        control={"kills": mistaken.kills, "acknowledged": mistaken.acknowledged, "lost": mistaken.lost},
        noticed=mistaken.lost > 0,
        faults=() if real.is_clean else (f"{real.lost} lost, {real.duplicates} twice", *real.faults),
    )
    end(whole)


@contextmanager
def _watched(label: str, kills: int) -> Iterator[Callable[[], None]]:
    one_at_a_time = Lock()
    with click.progressbar(length=kills, label=label, file=sys.stderr) as bar:

        def killed() -> None:
            with one_at_a_time:
                bar.update(1)

        yield killed


if __name__ == "__main__":
    main()
