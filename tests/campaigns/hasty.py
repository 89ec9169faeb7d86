"""The product without the pace that no person reaches, for campaigns that send as fast as they can.

The one place where it is left out: nothing of the product itself can switch it off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import mistaken
from intake.domain import rate_limits
from intake.domain.rate_limits import Pace

_AS_IT_COMES = Pace(timedelta(microseconds=1), 1_000_000)


def leave_out_the_pace() -> None:
    """Sites that are made from now on, in this process, take what is sent however fast it comes."""
    rate_limits.PERSON = _AS_IT_COMES


build_in = leave_out_the_pace


@contextmanager
def at_any_speed() -> Iterator[None]:
    """The same for sites that are made meanwhile."""
    before = rate_limits.PERSON
    leave_out_the_pace()
    try:
        yield
    finally:
        rate_limits.PERSON = before


if __name__ == "__main__":
    mistaken.serve("campaigns.hasty", leave_out_the_pace)
