"""How often one network may knock at a door of the patient site: a steady pace, and some at once.

Only at doors. Whoever has a form open saves and sends it, however much comes from where they are: into one
form, or by one session of staff, only no faster than a person could.
"""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

_IPV6_NETWORK = 64


@dataclass(frozen=True, slots=True)
class Pace:
    """One every so often and, after a quiet while, so many at once (GCRA)."""

    every: timedelta
    at_once: int

    @property
    def burst(self) -> timedelta:
        """How far ahead of the clock somebody may be."""
        return self.every * self.at_once


# What one session of staff sends, and what is sent into one form or reply (docs/decisions/0064). At once as
# much as the shipped form has pages (90) and a third again: it can be sent at any speed from end to end. Then
# a page every two seconds, for as long as it goes on: nobody opens, reads and presses thirty times a minute
# for minutes. A program meets it within the first second or two.
PERSON = Pace(timedelta(seconds=2), 120)


class Door(Enum):
    """Where a patient's browser comes in without anything that shows who it is."""

    START = "start"
    REPLY = "reply"
    RETURN = "return"


def pace_of(door: Door, starts_per_hour: int) -> Pace:
    """The pace of a door; how many forms may be begun is the clinic's to say.

    Twenty tries an hour at a link are those of somebody who copies it by hand, several times over
    (security.md 3). Behind them, each link has limits of its own.
    """
    match door:
        case Door.START:
            return Pace(timedelta(hours=1) / starts_per_hour, starts_per_hour)
        case Door.REPLY | Door.RETURN:
            return Pace(timedelta(minutes=3), 20)


def network_of(address: str) -> str:
    """What counts as one source: an IPv4 address, or the 64 bits a household has of IPv6.

    An address that is none (a socket of this machine) is a source of its own.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address or "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
    return str(found)
