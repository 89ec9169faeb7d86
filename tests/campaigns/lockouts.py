"""Ten thousand wrong passwords for one account, each from a network of its own, while its owner works.

A stranger guesses every few seconds, day and night. Every hundred guesses the owner comes in with the right
password from a browser they have signed in from before, in a network the stranger guessed from. Passwords are
really worked out (argon2id). The control counts what a known browser does together with strangers, as
programs do that count by account: then the owner has to be kept out.
"""

import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import click

from campaigns.reports import end, report
from copies import PASSWORD, Copy, make_copy, staff
from intake.domain.permissions import Role
from intake.domain.sign_in_limits import budgets_of
from intake.services import accounts, coming_in
from intake.services.accounts import LockedOut

_BETWEEN = timedelta(seconds=7)
_OWNER_EVERY = 100


@dataclass(slots=True)
class Seen:
    """What came of the guesses, and of the owner's sign-ins."""

    guesses: int = 0
    taken: int = 0
    owner_came: int = 0
    owner_kept_out: int = 0
    stranger_in_with_the_right_one: bool = False


def campaign(folder: Path, guesses: int, *, alike: bool = False) -> Seen:
    """So many guesses; ``alike`` counts known browsers with strangers, which is the control."""
    copy = make_copy(folder)
    staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    known_as = _known(copy)
    seen = Seen()
    counted = patch.object(
        accounts, "budgets_of", lambda name, address, _known: budgets_of(name, address, "")
    )
    with counted if alike else nullcontext():
        for number in range(guesses):
            copy.clock.at += _BETWEEN
            seen.guesses += 1
            seen.taken += _try(copy, f"guess number {number}", network(number)) is None
            if number % _OWNER_EVERY == _OWNER_EVERY - 1:
                came = _try(copy, PASSWORD, network(number), known_as)
                seen.owner_came += isinstance(came, str)
                seen.owner_kept_out += not isinstance(came, str)
        # Set aside after a hundred in a row: to a stranger, the right one is like any other.
        seen.stranger_in_with_the_right_one = isinstance(_try(copy, PASSWORD, "203.0.113.1"), str)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    return seen


def network(number: int) -> str:
    """An address in a network nobody else has."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def faults(seen: Seen) -> tuple[str, ...]:
    """What is wrong with what was seen, in words."""
    told = []
    if seen.owner_kept_out:
        told.append(f"the owner was kept out {seen.owner_kept_out} times")
    if seen.taken > seen.guesses // 2 and seen.guesses > 1000:
        told.append(f"{seen.taken} of {seen.guesses} guesses were taken: nothing holds them back")
    if seen.stranger_in_with_the_right_one and seen.guesses > 1000:
        told.append(
            "a stranger came in with the right password after more than a hundred wrong ones in a row"
        )
    return tuple(told)


def _known(copy: Copy) -> str:
    token = accounts.sign_in(copy.clinic, "alice", PASSWORD, "192.0.2.1")
    return coming_in.recognize(copy.clinic, str(token), "", "Firefox on Windows", "192.0.2.1")


def _try(copy: Copy, password: str, address: str, known_as: str = "") -> object:
    """A session's token, None where it was wrong, False where it was not even looked at."""
    try:
        return accounts.sign_in(copy.clinic, "alice", password, address, known_as)
    except LockedOut:
        return False


@click.command(help=__doc__)
@click.option("--guesses", default=10_000, show_default=True, help="Wrong passwords, each from elsewhere.")
def main(guesses: int) -> None:
    """Exit code 1 when the owner was kept out, or when the control kept nobody out."""
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        seen = campaign(Path(folder), guesses)
    with tempfile.TemporaryDirectory() as folder:
        control = campaign(Path(folder), min(guesses, 300), alike=True)
    end(
        report(
            "lockouts",
            seed=None,
            begun=begun,
            figures={
                "guesses": seen.guesses,
                "guesses_looked_at": seen.taken,
                "sign_ins_of_the_owner": seen.owner_came,
                "owner_kept_out": seen.owner_kept_out,
            },
            control={"sign_ins_of_the_owner": control.owner_came, "owner_kept_out": control.owner_kept_out},
            noticed=control.owner_kept_out > 0,
            faults=faults(seen),
        )
    )


if __name__ == "__main__":
    main()
