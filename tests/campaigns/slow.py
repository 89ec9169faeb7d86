"""Phones that stop in the middle of sending, hundreds at once, and everybody else, who must not notice.

Run it with ``make slow``: through waitress alone, and through nginx and Caddy where they are there. The
control is a server with as few places as waitress has by itself: there the honest ones have to wait.
"""

import random
import socket
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from math import isfinite
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import click

from campaigns.reports import end, report
from serving import Answered, Product

SENDERS, HONEST, AIM_SECONDS = 500, 500, 1.0
# How few senders the control listens to at a time, and how long an honest request waits there.
_FEW, _PATIENCE = 20, 4.0
_AT_ONCE = 4
_FEWER = ("-m", "campaigns.few_places")


@dataclass(slots=True)
class Took:
    """How long honest requests took, in seconds, and how many got no page."""

    seconds: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def p50(self) -> float:
        """Half of them took no longer."""
        return statistics.median(self.seconds) if self.seconds else float("inf")

    @property
    def p99(self) -> float:
        """All but one of a hundred took no longer; one that got no page took forever."""
        every = sorted([*self.seconds, *([float("inf")] * self.lost)])
        return every[max(0, -(-len(every) * 99 // 100) - 1)] if every else float("inf")

    def __str__(self) -> str:
        return f"{len(self.seconds)} pages, p50 {self.p50:.3f} s, p99 {self.p99:.3f} s, {self.lost} lost"


def slow_senders(connect: Callable[[], socket.socket], host: str, many: int, stack: ExitStack) -> None:
    """Open so many connections that begin a request and never end it; one of them says a byte now and then.

    Whoever is hung up on comes again: the others are to have as many of them all the time.
    """
    stop, chance = Event(), random.Random(20261120)
    opened = [_half_sent(connect, host, chance) for _ in range(many)]

    def go_on() -> None:
        while not stop.wait(0.01):
            at = chance.randrange(len(opened))
            try:
                one = opened[at]
                if one is None:
                    raise OSError
                one.sendall(b"x")
            except OSError:
                if (one := opened[at]) is not None:
                    one.close()
                opened[at] = _half_sent(connect, host, chance)

    talker = Thread(target=go_on, daemon=True)
    talker.start()

    def end() -> None:
        stop.set()
        talker.join(10)
        for one in opened:
            if one is not None:
                one.close()

    stack.callback(end)


def _half_sent(
    connect: Callable[[], socket.socket], host: str, chance: random.Random
) -> socket.socket | None:
    form = f"Host: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    begun = chance.choice(
        (
            f"GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: ",
            f"POST /start HTTP/1.1\r\n{form}Content-Length: 60000\r\n\r\n",
            f"POST /start HTTP/1.1\r\n{form}Content-Length: 60000\r\n\r\nhalf=",
            f"POST /start HTTP/1.1\r\n{form}Transfer-Encoding: chunked\r\n\r\nff\r\nhalf=",
            "GET / HT",
        )
    )
    try:
        connection = connect()
    except OSError:
        return None
    try:
        connection.sendall(begun.encode())
    except OSError:
        connection.close()
        return None
    return connection


def honest(ask: Callable[[], Answered], many: int) -> Took:
    """So many requests of people who wait for their page, four at a time."""
    took = Took()
    each = -(-many // _AT_ONCE)

    def go() -> None:
        for _ in range(each):
            begun = monotonic()
            try:
                fine = ask().status == 200
            except OSError:
                fine = False
            if fine:
                took.seconds.append(monotonic() - begun)
            else:
                took.lost += 1
            # People read; a machine that is asked without a pause measures only itself.
            sleep(0.02)

    people = [Thread(target=go) for _ in range(_AT_ONCE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return took


class FewPlaces(Product):
    """The patients' site alone, with few places for senders."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _FEWER)

    def _answers(self) -> bool:
        try:
            return self.ask("/", seconds=5).status == 200
        except (OSError, HTTPException):
            return False


def while_held_on_to(product: Product, senders: int, requests: int, seconds: float = 30) -> Took:
    """Ask the product itself while so many senders hold on to it."""
    address = ("127.0.0.1", product.port)
    with ExitStack() as stack:
        slow_senders(lambda: socket.create_connection(address, timeout=10), address[0], senders, stack)
        return honest(lambda: product.ask("/", seconds=seconds), requests)


def control(folder: Path, senders: int = 3 * _FEW, requests: int = 8) -> Took:
    """The same, where senders are listened to a few at a time: the honest ones have to be kept waiting."""
    with FewPlaces(folder) as product:
        return while_held_on_to(product, senders, requests, _PATIENCE)


@click.command(help=__doc__)
@click.option("--senders", default=SENDERS, show_default=True)
@click.option("--requests", default=HONEST, show_default=True)
def main(senders: int, requests: int) -> None:
    """Exit code 1 when the honest had to wait, or did not have to in the control."""
    from campaigns.fronts import FORMS, FRONTS, Behind

    begun = datetime.now(UTC)
    slow = []
    with tempfile.TemporaryDirectory(prefix="intake-slow-") as name:
        folder = Path(name)
        with Product(folder / "waitress") as alone:
            found = {"waitress": while_held_on_to(alone, senders, requests)}
        click.echo(f"waitress, {senders} slow senders: {found['waitress']}")
        for kind in FRONTS:
            (folder / kind.name / "front").mkdir(parents=True)
            product = Behind(folder / kind.name / "product")
            # All of them come from one address here, of which nginx listens to a hundred.
            changes = lambda text: text.replace("limit_conn intake_visitors 100;", "")  # noqa: E731
            with product, kind(folder / kind.name / "front", product, changes) as front, ExitStack() as stack:
                slow_senders(lambda: front.connect(seconds=20), FORMS, senders, stack)
                found[kind.name] = honest(lambda: front.ask("/"), requests)
            click.echo(f"{kind.name}, {senders} slow senders: {found[kind.name]}")
        kept_waiting = control(folder / "control")
        click.echo(f"control, a server with {_FEW} places: {kept_waiting}")
    slow = [one for one, took in found.items() if took.p99 >= AIM_SECONDS or took.lost]
    figures: dict[str, int | float | str] = {"slow senders": senders, "honest requests": requests}
    for one, took in found.items():
        longest = round(took.p99, 3) if isfinite(took.p99) else "for ever"
        figures |= {f"seconds until a page, 99 of 100, {one}": longest, f"lost, {one}": took.lost}
    end(
        report(
            "slow",
            seed=None,
            begun=begun,
            figures=figures,
            control={"pages": len(kept_waiting.seconds), "lost": kept_waiting.lost},
            noticed=kept_waiting.lost > 0,
            faults=(f"The honest had to wait: {', '.join(slow)}",) if slow else (),
        )
    )


if __name__ == "__main__":
    main()
