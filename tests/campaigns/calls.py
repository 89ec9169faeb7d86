"""Lets every single database call of each journey fail, one at a time.

Each journey is made on a fresh copy of the product. Before each request (and each command, and each round
of the worker) everything in the database is kept; then it is done again and again from there, and each time
another of its calls fails: a statement, a commit that does not happen, a commit of which nobody hears that
it happened. Whatever failed, the page that comes back is honest and keeps what was typed; every row of every
table is as before, or as when nothing fails, and never in between; done once more it is done once, and the
audit trail verifies and has the lines of one deed. The controls write the trail in a transaction of its own,
keep nothing of what was typed, and do again what is pressed again.
"""

import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from campaigns import calls_clinicians, calls_patients, calls_people, calls_running
from campaigns.calls_scene import Scene, scene
from campaigns.deeds import EVERY, Seen, Tries
from campaigns.reports import end, report
from intake.domain import safety_signal
from intake.services import renewing, returning
from intake.storage import audit, drawn_ways, passwords
from intake.web import refusals, typed
from postgres import stopped
from roles import fresh_database_url

JOURNEYS: Mapping[str, Callable[[Scene], None]] = {
    "a form sent": calls_patients.sends,
    "a form come back to": calls_patients.comes_back,
    "a question replied to": calls_patients.replies,
    "a form signed off": calls_clinicians.signs_off,
    "a safety signal settled": calls_clinicians.calls_at_once,
    "a form opened in an emergency": calls_clinicians.opens_in_an_emergency,
    "a paper typed in": calls_clinicians.types_a_paper,
    "rules published": calls_running.publishes_rules,
    "settings changed": calls_running.sets,
    "forms erased": calls_running.erases,
    "letters and sweep": calls_running.works,
    "an account made and taken away": calls_people.comes_and_goes,
    "a second factor set up": calls_people.sets_up_more_than_a_password,
    "a sign-in at a provider": calls_people.signs_in_at_a_provider,
}
# Made on PostgreSQL as well.
ON_POSTGRESQL = ("a form sent", "a form signed off", "an account made and taken away")


def campaign(
    folder: Path,
    tries: Tries = EVERY,
    journeys: Sequence[str] = tuple(JOURNEYS),
    database_url: Callable[[], str] = lambda: "",
) -> dict[str, Seen]:
    """Each of these journeys on a fresh copy; what was seen in each."""
    every = {}
    with quick_hashes():
        for number, name in enumerate(journeys):
            seen = every[name] = Seen()
            with scene(folder / str(number), seen, tries, database_url()) as one:
                JOURNEYS[name](one)
    return every


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Passwords and phrases are hashed some thousand times; how dear that is is looked at elsewhere."""
    with ExitStack() as stack:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        stack.enter_context(patch.object(passwords, "_HASHER", cheap))
        stack.enter_context(patch.object(passwords, "_NOBODY", cheap.hash("nobody has this password")))
        for module in (returning, renewing, drawn_ways):
            stack.enter_context(patch.object(module, "stretched", _stretched))
        yield


def _stretched(words: str, salt: bytes) -> bytes:
    return hashlib.sha256(salt + words.encode()).digest()


@contextmanager
def torn() -> Iterator[None]:
    """The control: what is done is stored, and its line of the trail in a transaction of its own."""
    record_all = audit.record_all

    def recorded_apart(session: Session, *arguments: Any) -> None:
        cursor = session.connection().connection.cursor()
        session.flush()
        cursor.execute("COMMIT")
        cursor.execute("BEGIN" if session.get_bind().dialect.name != "sqlite" else "BEGIN IMMEDIATE")
        record_all(session, *arguments)

    with patch.object(audit, "record_all", recorded_apart):
        yield


@contextmanager
def forgetful() -> Iterator[None]:
    """The control: a page that could not be taken has nothing on it of what was typed."""
    with patch.object(typed, "to_try_again", list), patch.object(refusals, "send_again", list):
        yield


@contextmanager
def hasty_twice() -> Iterator[None]:
    """The control: a press that is made again is another deed."""
    with patch.object(safety_signal, "was_recorded", lambda *_: False):
        yield


# Each mistake, a journey it is made in, and how the fault it leads to begins.
CONTROLS = {
    "the trail apart": (torn, "settings changed", "the records are neither"),
    "nothing kept of what was typed": (forgetful, "settings changed", "what was typed into"),
    "pressed again, done again": (hasty_twice, "a safety signal settled", "tried again (303"),
}


def found_out(folder: Path, name: str, tries: Tries = EVERY) -> int:
    """In how many failures a mistake made on purpose was found."""
    mistaken, journey, fault = CONTROLS[name]
    with mistaken():
        return sum(f": {fault}" in one for one in faults_in(campaign(folder, tries, [journey])))


def faults_in(every: Mapping[str, Seen]) -> tuple[str, ...]:
    """Everything that was wrong, each with the journey it was seen in."""
    return tuple(f"{name}: {fault}" for name, seen in every.items() for fault in seen.faults)


@click.command(help=__doc__)
@click.option("--journey", "journeys", multiple=True, type=click.Choice(list(JOURNEYS)), help="Only these.")
@click.option("--on", type=click.Choice(["sqlite", "postgresql"]), help="Only there.")
@click.option("--drawn", type=int, help="So many calls of each kind of a request, and not all.")
@click.option("--look", is_flag=True, help="Keep no report: say what was seen.")
def main(journeys: tuple[str, ...], on: str | None, drawn: int | None, *, look: bool) -> None:
    """Exit code 1 when a failure led to anything but an honest page, or when the control looked clean."""
    begun = datetime.now(UTC)
    logging.disable(logging.CRITICAL)  # a line for each of some thousand failures tells nobody anything
    tries, names = Tries(drawn), journeys or tuple(JOURNEYS)
    with tempfile.TemporaryDirectory(prefix="intake-calls-") as folder, _server_stopped():
        every = _on_both(Path(folder), tries, names, on)
        found = {name: found_out(Path(folder) / name, name, tries) for name in CONTROLS}
    faults = faults_in(every)
    if look:
        for name, seen in every.items():
            click.echo(f"{name}: {seen.requests} requests, {dict(seen.failures)}, {dict(seen.told)}")
        click.echo("\n".join(faults))
        click.echo(f"the controls: {found}")
        return
    end(
        report(
            "calls",
            seed=tries.seed,
            begun=begun,
            figures=_figures(every),
            control={f"found: {name}": number for name, number in found.items()},
            noticed=all(found.values()),
            faults=faults,
        )
    )


def _on_both(folder: Path, tries: Tries, names: Sequence[str], on: str | None) -> dict[str, Seen]:
    every = {} if on == "postgresql" else campaign(folder / "sqlite", tries, names)
    if on != "sqlite":
        there = [name for name in names if name in ON_POSTGRESQL]
        on_postgresql = campaign(folder / "postgresql", tries, there, fresh_database_url)
        every |= {f"{name}, on PostgreSQL": seen for name, seen in on_postgresql.items()}
    return every


@contextmanager
def _server_stopped() -> Iterator[None]:
    try:
        yield
    finally:
        stopped()


def _figures(every: Mapping[str, Seen]) -> dict[str, int | float | str]:
    failures: Counter[str] = sum((seen.failures for seen in every.values()), Counter())
    told: Counter[str] = sum((seen.told for seen in every.values()), Counter())
    return {
        "journeys": len(every),
        "requests": sum(seen.requests for seen in every.values()),
        "failures": failures.total(),
        **{f"failures: {kind}": number for kind, number in failures.items()},
        **{f"failures in: {name}": seen.failures.total() for name, seen in every.items()},
        "answers": ", ".join(f"{number} with {what}" for what, number in told.most_common()),
    }


if __name__ == "__main__":
    main()
