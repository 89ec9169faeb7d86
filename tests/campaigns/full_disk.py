"""Fills the product's disk to the last byte, and lets it turn read-only, while people work.

Then it is given back. The disk is one of its own (``campaigns/small_disk.py``): SQLite's log finds no room,
for real, in the middle of a form, and a disk that breaks down keeps only what was synced. Patients save and
send meanwhile, and a clinician signs. Whoever is thanked is there afterwards, once; whoever is not gets a
page that says so, with what they typed; and when there is room again, or the disk was checked and put back,
the same presses go through. It counts as not run where nothing can be mounted. The controls are a product
that thanks whatever became of it, and one that does not wait for the disk.
"""

import http.client
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from campaigns.disk_errors import CARELESS, HASTY, SWALLOWING, dishonest
from campaigns.forked import Stem
from campaigns.inspection import Inspector
from campaigns.reports import end, report
from campaigns.small_disk import NotHere, SmallDisk
from campaigns.under_fault import Deed, SavesAPage, Sends, SignsOff
from intake.log import Noted
from serving import Answered, Product

FULL, READ_ONLY = "full", "read only"
# Less than a form takes, so that many of them fail in their middle; none at all in every third round.
_LEAST_ROOM, _MOST_ROOM = 4_096, 500_000
_SENDERS, _PRESSES = 3, 12
_LONG_LOG = 1_100


@dataclass(slots=True)
class Seen:
    """What a campaign saw; the counters count by condition."""

    rounds: Counter[str] = field(default_factory=Counter)
    thanked: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    thanked_just_before: int = 0
    lost: int = 0
    told_and_there: int = 0
    faults: list[str] = field(default_factory=list)


class Campaign:
    """One product on one disk."""

    def __init__(self, product: Product, disk: SmallDisk, chance: random.Random) -> None:
        self.seen = Seen()
        self._product, self._disk, self._chance = product, disk, chance
        self._inspector = Inspector(product.settings)
        self._before = Sends(product, self._inspector)
        senders = [Sends(product, self._inspector) for _ in range(_SENDERS)]
        self._deeds: list[Deed] = [
            SavesAPage(product, self._inspector),
            *senders,
            SignsOff(product, self._inspector),
        ]

    def full(self) -> None:
        """A round in which there is no room, or some, and then enough again."""
        number = self.seen.rounds[FULL]
        # A log that was emptied by the last one to close it takes room anew.
        self._product.stop()
        self._product.start()
        self._prepare()
        if number % 2:
            self._inspector.lengthen_the_log(_LONG_LOG)
        self._disk.fill(self._chance.randint(_LEAST_ROOM, _MOST_ROOM) if number % 3 else 0)
        thanked = self._press_all(FULL)
        if self._disk.free > _MOST_ROOM:
            self.seen.faults.append(f"{FULL}: it was not, with {self._disk.free} bytes free")
        if number % 2:
            self._product.kill()
        self._disk.make_room()
        if number % 2:
            self._product.start()
        self._look_after(FULL, thanked)

    def read_only(self) -> None:
        """A round in which the disk breaks down right after a form was thanked for, and is put back."""
        self._prepare()
        is_thanked = self._is_done(self._before, self._press(self._before))
        self.seen.thanked_just_before += is_thanked
        self._disk.break_down()
        thanked = self._press_all(READ_ONLY)
        if not self._product.answers("/"):
            self.seen.faults.append(f"{READ_ONLY}: the first page is not there")
        self._product.kill()
        self._disk.mend()
        complained = len(self._product.complained)
        try:
            self._product.start()
        except AssertionError:
            # Whoever was thanked waits for somebody who reads a database that nobody can read.
            self.seen.lost += is_thanked + sum(thanked)
            self.seen.faults.append(f"{READ_ONLY}: it does not start any more")
            return
        if not is_thanked:
            self.seen.faults.append(f"{READ_ONLY}: not even before was a form thanked for")
        elif not self._before.held().times:
            self.seen.lost += 1
            self.seen.faults.append(f"{READ_ONLY}: what was thanked for just before is gone")
        self._look_after(READ_ONLY, thanked)
        if Noted.KNOCKS_NOT_COUNTED.value in self._product.complained[complained:]:
            self.seen.faults.append(f"{READ_ONLY}: afterwards nobody's knocks are counted any more")

    def _prepare(self) -> None:
        for deed in (self._before, *self._deeds):
            deed.prepare()

    def _press_all(self, name: str) -> list[bool]:
        self.seen.rounds[name] += 1
        return [self._pressed(name, deed) for deed in self._deeds]

    def _pressed(self, name: str, deed: Deed) -> bool:
        """Whether whoever does it was told that it was kept. A page is saved again until it is not."""
        for _ in range(_PRESSES):
            answered = self._press(deed)
            is_done = self._is_done(deed, answered)
            self.seen.thanked[name] += is_done
            if not (is_done and isinstance(deed, SavesAPage)):
                break
        if is_done:
            return True
        self.seen.told[name] += answered is not None
        why = "no page at all" if answered is None else dishonest(answered, deed.typed, deed.process)
        self.seen.faults += [f"{name}: {deed.name}: {why}"] if why else []
        # What was saved once, with these very words, stays saved.
        return isinstance(deed, SavesAPage) and self._was_saved(deed)

    def _was_saved(self, deed: Deed) -> bool:
        with suppress(Exception):
            return bool(deed.held().times)
        return False

    def _look_after(self, name: str, thanked: list[bool]) -> None:
        """Everything promised is there, and the same presses go through now."""
        self.seen.faults += [f"{name}: {one}" for one in self._inspector.faults()]
        for deed, is_thanked in zip(self._deeds, thanked, strict=True):
            held = deed.held()
            if is_thanked and not held.times:
                self.seen.lost += 1
                self.seen.faults.append(f"{name}: {deed.name}: thanked for, and gone")
            self.seen.told_and_there += not is_thanked and bool(held.times)
            again = self._press(deed)
            if again is None or not deed.is_done_before(again):
                told = "nothing" if again is None else again.status
                self.seen.faults.append(f"{name}: {deed.name}: afterwards it was answered {told}")
            held = deed.held()
            if held.fault or held.times != 1:
                self.seen.faults.append(f"{name}: {deed.name}: there {held.times} times {held.fault}".strip())
        self.seen.faults += [f"{name}, in the end: {one}" for one in self._inspector.faults()]

    def _press(self, deed: Deed) -> Answered | None:
        with suppress(OSError, http.client.HTTPException):
            return deed.press()
        return None

    def _is_done(self, deed: Deed, answered: Answered | None) -> bool:
        return answered is not None and deed.is_done(answered)


def campaign(
    folder: Path,
    rounds: int,
    seed: int,
    mistake: str = HASTY,
    played: Callable[[Campaign], None] | None = None,
) -> Seen:
    """So many rounds of each kind on one product, or those that are played. Raises NotHere."""
    place = folder / "product" / "instance"
    with (
        Stem(folder / "stem", mistake) as stem,
        SmallDisk(folder / "disk", place) as disk,
        stem.product(place.parent) as product,
    ):
        one = Campaign(product, disk, random.Random(seed))
        if played is not None:
            played(one)
        else:
            for _ in range(rounds):
                one.full()
                one.read_only()
    return one.seen


@click.command(help=__doc__)
@click.option("--rounds", default=25, show_default=True, help="Rounds of each kind.")
@click.option("--seed", type=int, help="Repeat the room that was left in an earlier campaign.")
def main(rounds: int, seed: int | None) -> None:
    """Exit code 1 when somebody was told what is not so, or when a control was not found out."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    try:
        with tempfile.TemporaryDirectory(prefix="intake-full-disk-") as name:
            folder = Path(name)
            seen = campaign(folder / "seen", rounds, seed)
            swallowing = campaign(folder / "swallowing", 1, seed, SWALLOWING, Campaign.full)
            careless = campaign(folder / "careless", 1, seed, CARELESS, Campaign.read_only)
    except NotHere as why:
        raise click.ClickException(f"not run: this campaign has to mount a disk of its own. {why}") from None
    figures: dict[str, int | float | str] = {}
    for condition in (FULL, READ_ONLY):
        figures |= {
            f"rounds, {condition}": seen.rounds[condition],
            f"thanked, {condition}": seen.thanked[condition],
            f"told that it was not kept, {condition}": seen.told[condition],
        }
    end(
        report(
            "full_disk",
            seed=seed,
            begun=begun,
            figures={
                **figures,
                "thanked just before the disk broke down": seen.thanked_just_before,
                "told so, and there afterwards": seen.told_and_there,
                "lost": seen.lost,
            },
            control={
                "thanks whatever became of it: lost": swallowing.lost,
                "does not wait for the disk: lost": careless.lost,
            },
            noticed=swallowing.lost > 0 and careless.lost > 0,
            faults=tuple(seen.faults),
        )
    )


if __name__ == "__main__":
    main()
