"""Lets the disk fail at the n-th call of a page saved, a form sent and a form signed off: every n there is.

The product runs as a clinic runs it, and strace has the operating system refuse one call (EIO): a read, a
write, a sync, a change of length, a file that cannot be opened; once, or from there on. Each time whoever
pressed is thanked, and what they sent is there, whole and once; or gets a page that says that it was not
kept, with what they typed. The process answers afterwards, the database is sound, and the same press goes
through, every second time after everything was killed and started again. The controls are a product that
thanks whatever became of it, and one that does not wait for the disk.
"""

import html
import http.client
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from campaigns.forked import Stem
from campaigns.fsync import ask_for_strace
from campaigns.injected import EVERYTHING, OF_FILES, OF_NAMED_FILES, Fault, refused, which_failed
from campaigns.inspection import Inspector
from campaigns.reports import end, report
from campaigns.traces import calls, thanks
from campaigns.under_fault import Deed, SavesAPage, Sends, SendsWithAFullLog, SignsOff
from intake.domain.processes import Process
from serving import Answered, NotThere, Product

HASTY, SWALLOWING, CARELESS = "campaigns.hasty", "campaigns.swallowing", "campaigns.careless_disk"
DEEDS: tuple[type[Deed], ...] = (SavesAPage, Sends, SendsWithAFullLog, SignsOff)
_LOG = "intake.db-wal"
_FILES = ("intake.db", "intake.db-wal", "intake.db-shm", "intake.db-line")
_LIMITS = tuple(f"intake-limits{one.removeprefix('intake')}" for one in _FILES)
_PAGES = {Process.PATIENT: "/", Process.CLINIC: "/clinic/sign-in"}
_HONEST = frozenset({500, 503})
_SAYS_SO = re.compile("Something went wrong on our side|We cannot answer just now")
_SECONDS_TO_BE_BACK = 60


@dataclass(slots=True)
class Seen:
    """What a campaign saw. ``failed`` counts by deed and by call."""

    failed: Counter[str] = field(default_factory=Counter)
    on: Counter[str] = field(default_factory=Counter)
    thanked: int = 0
    told: int = 0
    told_and_there: int = 0
    ended: int = 0
    restarts: int = 0
    lost: int = 0
    duplicates: int = 0
    faults: list[str] = field(default_factory=list)


def dishonest(answered: Answered, typed: str, process: Process) -> str:
    """What is wrong with the answer to somebody whose words may not have been kept."""
    if answered.status not in _HONEST:
        return f"answered {answered.status} {answered.location}".strip()
    shown = html.unescape(answered.text)
    missing = [] if _SAYS_SO.search(shown) else ["saying so"]
    missing += [
        one for one in (typed, "988") if one not in shown and (one, process) != ("988", Process.CLINIC)
    ]
    return f"answered {answered.status} without {' and '.join(missing)}" if missing else ""


class Campaign:
    """One product, one deed, and every call it makes."""

    def __init__(self, product: Product, deed: type[Deed], seen: Seen) -> None:
        self._product, self._seen = product, seen
        self._inspector = Inspector(product.settings)
        self._deed = deed(product, self._inspector)
        names = [product.instance / one for one in (*_FILES, *_LIMITS)]
        self._files = [*names, product.instance, product.folder / "stderr"]

    def run(self, faults: Callable[[], Iterator[Iterator[Fault]]]) -> None:
        """Each kind of fault until there is no such call."""
        for one_kind in faults():
            for fault in one_kind:
                if not self._fails(fault):
                    break
        self._start_again()
        self._look_at_everything("in the end")

    def _fails(self, fault: Fault) -> bool:
        """One fault, and the same press again; whether there was such a call to fail."""
        where = f"{self._deed.name}, {fault}"
        if fault.call == "openat":
            # A process that goes on has opened nearly all of its files before.
            self._start_again()
        self._deed.prepare()
        trace = self._product.folder / "trace"
        its = self._product.its(self._deed.process)
        with refused(its, fault, self._files, trace):
            answered = self._press()
        failed = which_failed(trace.read_text("utf-8", errors="replace"))
        if failed:
            self._seen.failed[f"{self._deed.name}: {fault.call.replace(EVERYTHING, 'every call')}"] += 1
            self._seen.on.update(failed[:1])
        is_thanked = answered is not None and self._deed.is_done(answered)
        if is_thanked:
            self._seen.thanked += bool(failed)
            self._look_at_thanks(where, fault, trace)
        else:
            self._look_at_refusal(where, answered)
        self._is_back(where)
        there = [self._is_there(where)]
        if self._seen.failed.total() % 2:
            self._start_again()
            there.append(self._is_there(f"{where}, started again"))
        self._seen.lost += is_thanked and not all(there)
        self._seen.told_and_there += not is_thanked and any(there)
        self._press_again(where)
        return bool(failed)

    def _press(self) -> Answered | None:
        with suppress(OSError, http.client.HTTPException):
            return self._deed.press()
        return None

    def _look_at_thanks(self, where: str, fault: Fault, trace: Path) -> None:
        if fault.is_of_named_files:
            return  # what comes and goes on the network was not written down
        with trace.open(encoding="utf-8", errors="replace") as lines:
            found = thanks(calls(lines), _LOG, self._deed.asked)
        if not found or not found[-1].is_safe:
            self._seen.faults.append(f"{where}: thanked for before the disk had it")

    def _look_at_refusal(self, where: str, answered: Answered | None) -> None:
        self._seen.told += answered is not None
        if answered is None:
            self._seen.faults += [] if self._has_ended() else [f"{where}: no page at all"]
        elif why := dishonest(answered, self._deed.typed, self._deed.process):
            self._seen.faults.append(f"{where}: {why}")

    def _has_ended(self) -> bool:
        with suppress(NotThere):
            self._product.its(self._deed.process)
            return False
        self._seen.ended += 1
        return True

    def _is_back(self, where: str) -> None:
        limit = time.monotonic() + _SECONDS_TO_BE_BACK
        while not self._product.answers(_PAGES[self._deed.process]):
            if time.monotonic() > limit:
                self._seen.faults.append(f"{where}: it does not answer any more")
                self._start_again()
                return
            time.sleep(0.05)

    def _start_again(self) -> None:
        self._product.kill()
        self._product.start()
        self._seen.restarts += 1

    def _is_there(self, where: str) -> bool:
        self._look_at_everything(where)
        held = self._deed.held()
        self._seen.faults += [f"{where}: {held.fault}"] if held.fault else []
        self._seen.duplicates += held.times > 1
        return held.times > 0

    def _press_again(self, where: str) -> None:
        again = self._press()
        if again is None or not self._deed.is_done_before(again):
            told = "nothing" if again is None else f"{again.status} {again.location}".strip()
            self._seen.faults.append(f"{where}: sent again, it was answered {told}")
        held = self._deed.held()
        if held.fault or held.times != 1:
            self._seen.faults.append(
                f"{where}: sent again, it is there {held.times} times {held.fault}".strip()
            )

    def _look_at_everything(self, where: str) -> None:
        self._seen.faults += [f"{where}: {one}" for one in self._inspector.faults()]


def every_fault(stride: int) -> Iterator[Iterator[Fault]]:
    """Each kind of call, once and from there on, every ``stride``-th; and everything from the first."""
    for call in (*OF_FILES, *OF_NAMED_FILES):
        for lasting in (False, True):
            yield (Fault(call, number, lasting) for number in range(1, 100_000, stride))
    yield iter([Fault(EVERYTHING, 1, lasting=True)])


def a_few(faults: Sequence[Fault]) -> Callable[[], Iterator[Iterator[Fault]]]:
    """These and no others."""
    return lambda: (iter([one]) for one in faults)


def campaign(
    folder: Path,
    faults: Callable[[], Iterator[Iterator[Fault]]],
    deeds: Sequence[type[Deed]] = DEEDS,
    mistake: str = HASTY,
) -> Seen:
    """Each deed on a product of its own; what was seen."""
    seen = Seen()
    folder.mkdir(parents=True, exist_ok=True)
    with Stem(folder / "stem", mistake) as stem:
        for number, deed in enumerate(deeds):
            with stem.product(folder / str(number)) as product:
                Campaign(product, deed, seen).run(faults)
    seen.faults += [f"{seen.lost} lost"] if seen.lost else []
    seen.faults += [f"{seen.duplicates} twice"] if seen.duplicates else []
    return seen


_IN_THE_MIDDLE = (Fault("pwrite64", 40), Fault("fsync", 1), Fault("pwrite64", 1, lasting=True))


@click.command(help=__doc__)
@click.option("--stride", default=1, show_default=True, help="Every so many-th call fails.")
@click.option("--only", default="", help="Only what is called so: page, sent, log, signed.")
def main(stride: int, only: str) -> None:
    """Exit code 1 when somebody was told what is not so, or when a control was not found out."""
    ask_for_strace()
    begun = datetime.now(UTC)
    deeds = [one for one in DEEDS if only in one.name]
    with tempfile.TemporaryDirectory(prefix="intake-disk-errors-") as name:
        folder = Path(name)
        seen = campaign(folder / "seen", lambda: every_fault(stride), deeds)
        swallowing = campaign(folder / "swallowing", a_few(_IN_THE_MIDDLE), [Sends], SWALLOWING)
        careless = campaign(folder / "careless", a_few([Fault("fsync", 1)]), [Sends], CARELESS)
    end(
        report(
            "disk_errors",
            seed=None,
            begun=begun,
            figures={
                "calls that failed": seen.failed.total(),
                **{f"failed, {what}": number for what, number in sorted(seen.failed.items())},
                **{f"failed first on {what}": number for what, number in sorted(seen.on.items())},
                "thanked all the same, and kept": seen.thanked - seen.lost,
                "told that it was not kept": seen.told,
                "told so, and there afterwards": seen.told_and_there,
                "processes that ended": seen.ended,
                "killed and started again": seen.restarts,
                "lost": seen.lost,
                "duplicates": seen.duplicates,
            },
            control={
                "thanked whatever became of it: calls that failed": swallowing.failed.total(),
                "thanked whatever became of it: lost": swallowing.lost,
                "does not wait for the disk: faults": len(careless.faults),
            },
            noticed=swallowing.lost > 0 and any("before the disk had it" in one for one in careless.faults),
            faults=tuple(seen.faults),
        )
    )


if __name__ == "__main__":
    main()
