"""Sends both sites what nobody should send, some hundred thousand times: never a crash, never a hang.

Four kinds of requests, by everybody there is (a stranger, patients at every stage of a form or a reply, staff
of each role): forms as they stand on a page with one or two fields changed; requests made by hypothesis from
a description of the sites that is read off their own pages (OpenAPI); wrong ones to addresses that exist; and
wholly made-up ones. A fifth of them goes to a clinic with the questionnaire and rules as they are shipped.
Whatever is sent, the answer is one of ours: no 5xx, no hang, nothing that was sent comes back as markup or as
a header, and nobody is shown what another patient wrote. A page whose own code was never reached is a fault
of the campaign. The controls are a page that breaks on one odd value, one that hangs on another, and one
that tells a patient what another one wrote.
"""

import logging
import multiprocessing
import os
import random
import re
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import CookieError
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlsplit

import click
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from werkzeug.test import TestResponse

import as_shipped
from campaigns.described import rule_of, template_of
from campaigns.drawn import Drawn, Strategies
from campaigns.fuzz_stage import Stage
from campaigns.hangs import Hung, watched
from campaigns.payloads import MARK
from campaigns.peopled import Somebody, nothing_is_slow, shipped_clinic, small_clinic
from campaigns.planted_views import PLANTED, plant
from campaigns.reports import end, report
from copies import NOON

_LONGEST = 2.0  # seconds of the processor
_HANGS = 10.0  # seconds by the clock, on a machine that has nothing else to do
_BATCH = 100  # after so many requests records are as they were, and everybody is where they began
_SHIPPED_EVERY = 5  # one batch of so many goes to the clinic with the shipped content
_MOST_ENDED = 20  # processes that died of a hang
_ENOUGH = 100_000  # requests after which every page has to have been reached
_SPOILED = re.compile(rf"<script>{MARK}|<img src={MARK}|<svg/onload={MARK}|49{MARK}|<class '")
_TAKEN = (200, 302, 303, 422)
_TOLD = "it holds what another patient wrote"
_SEEDS_OF_A_CONTROL = 6


@dataclass(slots=True)
class Seen:
    """What a campaign saw. ``asked`` and ``reached`` are counted by site, method and address.

    ``guessed`` are pages with a patient's words, for whoever had signed in as somebody who reads them.
    """

    requests: int = 0
    shipped: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    dearest: float = 0.0
    guessed: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Seen") -> None:
        """What another part of the campaign saw, too."""
        self.requests += other.requests
        self.shipped += other.shipped
        self.guessed += other.guessed
        self.dearest = max(self.dearest, other.dearest)
        for name in ("statuses", "kinds", "asked", "reached", "faults"):
            getattr(self, name).update(getattr(other, name))

    @property
    def taken(self) -> int:
        """How many answers were a page, a redirect, or a page that says what is wrong."""
        return sum(self.statuses[one] for one in _TAKEN)


class Fuzzer:
    """Sends what is drawn to one stage, and looks at each answer."""

    def __init__(self, stage: Stage, *, hangs: float = _HANGS, stacks: Path | None = None) -> None:
        self.stage, self._hangs, self._stacks = stage, hangs, stacks
        self._every = st.one_of([Strategies(one).requests() for one in stage.scenes.values()])

    def batch(self, requests: int, seed: int) -> Seen:
        """About so many requests, the same ones for the same seed; what was seen."""
        seen = Seen()
        self.stage.begin_afresh()

        @seeded(seed)
        @settings(
            max_examples=requests,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(self._every)
        def send(drawn: Drawn) -> None:
            self._sent(drawn, seen)

        send()
        return seen

    def _sent(self, drawn: Drawn, seen: Seen) -> None:
        where = f"{drawn.who}: {drawn.method[:12]}"
        try:
            with watched(self._hangs, self._stacks) as took:
                one, how = self.stage.made(drawn)
                where = f"{drawn.who}: {drawn.method[:12]} {how['path'][:80]!r}"
                self.stage.reached.lately.clear()
                self.stage.broken = None
                response = one.client.open(**how)
        except Hung as hung:
            seen.requests += 1
            seen.faults[f"{where}: hung, and was stopped here:\n{hung}"] += 1
            return
        except (UnicodeError, CookieError, ValueError) as error:
            # A browser's own side could not make it: it never reached the site, unless the traceback
            # leads there.
            if _in_the_product(error):
                seen.faults[f"{where}: {type(error).__name__} got out"] += 1
            return
        seen.requests += 1
        seen.kinds[drawn.kind] += 1
        seen.statuses[response.status_code] += 1
        seen.dearest = max(seen.dearest, took.processor)
        self._count(one, how["path"], drawn.method, response, seen)
        for fault in wrong_with(one, response, took.processor):
            if fault.startswith(_TOLD) and self.stage.reads_forms(one):
                seen.guessed += 1  # they signed in as somebody who does
                continue
            seen.faults[f"{where}: {fault}{self._why(response)}"] += 1
        response.close()

    def _why(self, response: TestResponse) -> str:
        """What broke a page, and where; nothing of what it was sent."""
        error = self.stage.broken
        if response.status_code < 500 or error is None:
            return ""
        frames = [one for one in traceback.extract_tb(error.__traceback__) if "/intake/" in one.filename]
        at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return f" ({type(error).__name__}{at})"

    def _count(self, one: Somebody, path: str, method: str, response: TestResponse, seen: Seen) -> None:
        site = self.stage.sites[one.site]
        if (rule := rule_of(site, path, method)) is not None:
            seen.asked[f"{one.site} {method.upper()} {template_of(rule)}"] += 1
        if response.status_code not in (403, 404):
            for endpoint, asked_by in self.stage.reached.lately:
                seen.reached[f"{one.site} {asked_by} {endpoint}"] += 1


def wrong_with(one: Somebody, response: TestResponse, processor: float) -> Iterator[str]:
    """What an answer has that no answer may have."""
    if response.status_code >= 500:
        yield f"{response.status_code}"
    if processor > _LONGEST:
        yield f"{processor:.1f} seconds of the processor"
    headers = str(response.headers)
    if response.status_code == 308:
        # The router leads to the address as it is written here, with the query it was asked with.
        headers = headers.replace(urlsplit(response.location or "").query or "\n", "")
    if MARK in headers:
        yield "what was sent is in a header"
    page = response.text if response.mimetype == "text/html" and response.status_code != 304 else ""
    if _SPOILED.search(page) or "Traceback" in page:
        yield "what was sent came back as more than words"
    for mark in one.may_not_see:
        if mark in page or mark in headers:
            yield f"{_TOLD} ({mark})"


def _in_the_product(error: BaseException) -> bool:
    return any("/intake/" in one.filename for one in traceback.extract_tb(error.__traceback__))


def pages_of(stage: Stage) -> frozenset[str]:
    """Every page of both sites, with each method it has."""
    return frozenset(
        f"{name} {method} {rule.endpoint}"
        for name, site in stage.sites.items()
        for rule in site.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
    )


class Clinics:
    """The two clinics of one process: a small one, and one with the content as it is shipped."""

    def __init__(self, folder: Path, seed: int, stacks: Path | None = None) -> None:
        self._seed = seed
        for name in ("small", "shipped"):
            (folder / name).mkdir(parents=True)
        self.small = Stage(small_clinic(folder / "small"))
        self._fuzzers = (
            Fuzzer(self.small, stacks=stacks),
            Fuzzer(Stage(shipped_clinic(folder / "shipped")), stacks=stacks),
        )

    def batch(self, number: int) -> Seen:
        """One batch of the campaign, by its number."""
        shipped = number % _SHIPPED_EVERY == 0
        seen = self._fuzzers[shipped].batch(_BATCH, self._seed * 1_000_003 + number)
        seen.shipped = seen.requests if shipped else 0
        return seen


def _worker(folder: Path, seed: int, numbers: range, tell: Connection) -> None:
    """Batches of these numbers, each told of; begins with the pages there are."""
    with quiet(), nothing_is_slow(lambda: NOON), suppress(BrokenPipeError):
        clinics = Clinics(folder, seed, folder / "stacks")
        tell.send(pages_of(clinics.small))
        for number in numbers:
            tell.send((number, clinics.batch(number)))


class Workers:
    """Processes that send batches beside each other, each made anew where one died of a hang."""

    def __init__(self, folder: Path, seed: int, processes: int) -> None:
        self.seen, self.pages = Seen(), frozenset[str]()
        self._folder, self._seed, self._step = folder, seed, processes
        self._fork = multiprocessing.get_context("fork")
        self._made = 0
        self._running: dict[Connection, tuple[BaseProcess, Path, int]] = {}
        for first in range(processes):
            self._begin(first)

    def _begin(self, first: int) -> None:
        self._made += 1
        folder = self._folder / str(self._made)
        folder.mkdir()
        hear, tell = self._fork.Pipe(duplex=False)
        numbers = range(first, sys.maxsize, self._step)
        process = self._fork.Process(target=_worker, args=(folder, self._seed, numbers, tell), daemon=True)
        process.start()
        tell.close()
        self._running[hear] = process, folder, first

    def until(self, requests: int, told: Callable[[int], None] = lambda _: None) -> None:
        """Wait for so many requests; whoever still works then is stopped."""
        while self.seen.requests < requests:
            for hear in wait(list(self._running)):
                assert isinstance(hear, Connection)
                before = self.seen.requests
                self._hear(hear)
                told(self.seen.requests - before)
        for process, _, _ in self._running.values():
            process.terminate()
            process.join()

    def _hear(self, hear: Connection) -> None:
        process, folder, number = self._running[hear]
        try:
            match hear.recv():
                case (int() as done, Seen() as seen):
                    self._running[hear] = process, folder, done + self._step
                    self.seen.add(seen)
                case pages:
                    self.pages = pages
        except EOFError:
            process.join()
            del self._running[hear]
            stack = (folder / "stacks").read_text("utf-8") if (folder / "stacks").exists() else ""
            self.seen.faults[f"batch {number}: the process ended ({process.exitcode})\n{stack}"] += 1
            if self._made > _MOST_ENDED:
                raise RuntimeError("\n".join(self.seen.faults)) from None
            self._begin(number + self._step)


def control(folder: Path, requests: int, seed: int, hangs: float = 1.0) -> Seen:
    """The same kinds of requests to pages with a mistake each; what was seen."""
    folder.mkdir()
    with nothing_is_slow(lambda: NOON):
        stage = Stage(small_clinic(folder), walk=False)
        plant(stage)
        seen, fuzzer = Seen(), Fuzzer(stage, hangs=hangs)
        # Which odd values hypothesis likes differs from seed to seed.
        for other in range(_SEEDS_OF_A_CONTROL):
            seen.add(fuzzer.batch(requests, seed + other))
            if all(found_out(seen).values()):
                break
        stage.close()
    return seen


def found_out(seen: Seen) -> dict[str, int]:
    """How often each planted mistake was noticed, and as what it is."""
    return {
        what: sum(times for fault, times in seen.faults.items() if path in fault and sign in fault)
        for what, (path, sign) in PLANTED.items()
    }


@contextmanager
def quiet() -> Iterator[None]:
    """Without a line of the log for each refusal."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@click.command(help=__doc__)
@click.option("--requests", default=300_000, show_default=True, help="How many requests are made.")
@click.option("--control", "wrong", default=1_500, show_default=True, help="Requests to pages with mistakes.")
@click.option("--processes", default=os.cpu_count() or 1, show_default=True, help="Side by side.")
@click.option("--seed", type=int, help="Repeat the requests of an earlier campaign.")
def main(requests: int, wrong: int, processes: int, seed: int | None) -> None:
    """Exit code 1 when an answer was not one of ours, or when a control looked clean."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    as_shipped.library()  # read once for every process
    with quiet(), tempfile.TemporaryDirectory(prefix="intake-fuzzing-") as folder:
        with click.progressbar(length=requests, label="Fuzzing") as bar:
            workers = Workers(Path(folder), seed, processes)
            workers.until(requests, bar.update)
        planted = control(Path(folder) / "control", wrong, seed)
    seen, missed = workers.seen, sorted(workers.pages - set(workers.seen.reached))
    noticed = found_out(planted)
    statuses = {f"status {status}": times for status, times in sorted(seen.statuses.items())}
    kinds = dict(sorted(seen.kinds.items()))
    times = sorted(seen.reached[one] for one in workers.pages)
    faults = [f"{fault} ({times} times)" for fault, times in seen.faults.items()]
    if seen.requests >= _ENOUGH:
        faults += [f"never reached beyond its door: {one}" for one in missed]
    end(
        report(
            "fuzzing",
            seed=seed,
            begun=begun,
            figures={
                "requests": seen.requests,
                "to the shipped questionnaire": seen.shipped,
                "forms read after a right guess at a password": seen.guessed,
                "answered 200, 302, 303 or 422": seen.taken,
                "percent answered so": round(100 * seen.taken / seen.requests, 1),
                "pages and methods": len(workers.pages),
                "reached beyond their door": len(workers.pages) - len(missed),
                "the least reached of them": times[0],
                "the middle one": times[len(times) // 2],
                "dearest in seconds of the processor": round(seen.dearest, 2),
                **kinds,
                **statuses,
            },
            control={"requests": planted.requests, **{f"noticed: {k}": v for k, v in noticed.items()}},
            noticed=all(noticed.values()),
            faults=tuple(faults)[:100],
            details={
                "reached": {one: seen.reached[one] for one in sorted(workers.pages)},
                "asked": dict(sorted(seen.asked.items())),
            },
        )
    )


if __name__ == "__main__":
    main()
