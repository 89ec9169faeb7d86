"""How many wrong passwords are taken, from whom, and how nobody can use that up for somebody else.

Only failures count. A browser its owner has signed in from before has tries of its own, so that
strangers, however many, keep nobody out of their own office (security.md 4, threats.md 15).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from intake.domain.rate_limits import Pace, network_of

# Wrong in a row (NIST SP 800-63B): after so many a password is set aside where they came from, and an app
# (services/typed_codes.py) wherever.
WRONG_BEFORE_SET_ASIDE = 100


class Counted(Enum):
    """What failures are counted against."""

    # Every browser nobody knows, together.
    ACCOUNT = "account"
    NETWORK = "network"
    # One browser that somebody has signed in from before.
    BROWSER = "browser"
    # Somebody who is signed in and types their password once more.
    AGAIN = "again"
    # All of them: refuses nobody, and is what an alarm is raised by.
    EVERYWHERE = "everywhere"
    ALARM = "alarm"
    # How often the trail says of an account, or of a network, that nothing is taken.
    TOLD = "told"
    # How often a network may begin what needs no password: being asked for a passkey.
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Budget:
    """One thing failures are counted against, and which: the account, the network, the browser."""

    counted: Counted
    which: tuple[str, ...] = ()


def pace_of(counted: Counted) -> Pace:
    """How many failures at once, and how soon there may be another."""
    match counted:
        case Counted.ACCOUNT | Counted.BROWSER | Counted.AGAIN:
            return Pace(timedelta(seconds=90), 10)
        case Counted.NETWORK:
            return Pace(timedelta(seconds=30), 30)
        case Counted.EVERYWHERE:
            return Pace(timedelta(seconds=3), 100)
        case Counted.ALARM:
            return Pace(timedelta(hours=1), 1)
        case Counted.TOLD:
            return Pace(timedelta(minutes=1), 1)
        case Counted.ASKED:
            return Pace(timedelta(seconds=5), 100)


def budgets_of(username: str, address: str, known_browser: str) -> tuple[Budget, ...]:
    """What a failure counts against. ``known_browser`` is empty for one this person never came with.

    A known browser is asked for nothing else: not even the network it is in, which a stranger in the
    waiting room shares.
    """
    if known_browser:
        return (Budget(Counted.BROWSER, (username, known_browser)),)
    return (
        Budget(Counted.ACCOUNT, (username,)),
        Budget(Counted.NETWORK, (network_of(address),)),
    )


def told_of(network: str) -> Budget:
    """How often the trail says that nothing is taken from a network, whatever names are tried there."""
    return Budget(Counted.TOLD, ("from", network))


def forgotten_after_success(budgets: Iterable[Budget]) -> tuple[Budget, ...]:
    """Which of them a right password sets to nothing: never a network's, which others share."""
    return tuple(one for one in budgets if one.counted is not Counted.NETWORK)
