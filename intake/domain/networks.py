"""The networks people of the clinic may come from: a list they write, and what it says of an address."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_Network = IPv4Network | IPv6Network
_EXAMPLES = "192.0.2.0/24 or 2001:db8::/48"


class NotNetworks(Exception):
    """Something in a list is no network; ``problems`` say which, and what to write instead."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class Work(Enum):
    """What a list of networks is about."""

    # Any page of the clinic's side.
    CLINIC = "clinic"
    # What only administrators may do.
    ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks somebody wrote down. None at all means everywhere."""

    listed: tuple[_Network, ...] = ()

    def hold(self, address: str) -> bool:
        """Whether an address lies in them; what is no address lies in none of them."""
        return not self.listed or _lies_in(address, self.listed)

    def meet(self, others: "Networks") -> bool:
        """Whether there is an address that lies in both."""
        if not (self.listed and others.listed):
            return True
        return any(
            one.version == other.version and one.overlaps(other)
            for one in self.listed
            for other in others.listed
        )

    @property
    def are_everywhere(self) -> bool:
        """Whether a list was written that keeps nobody out."""
        return any(one.prefixlen == 0 for one in self.listed)


@dataclass(frozen=True, slots=True)
class StaffNetworks:
    """Where people of the clinic may come from, and where an administrator's work may be done from."""

    clinic: Networks = Networks()
    administration: Networks = Networks()

    def of(self, work: Work) -> Networks:
        """The list that is about some work."""
        match work:
            case Work.CLINIC:
                return self.clinic
            case Work.ADMINISTRATION:
                return self.administration


@lru_cache(maxsize=16)
def networks_in(written: str) -> Networks:
    """The networks of a list with commas or spaces between them. Raises NotNetworks."""
    networks: list[_Network] = []
    problems = []
    for entry in written.replace(",", " ").split():
        try:
            networks.append(ip_network(entry))
        except ValueError:
            problems.append(_what_to_write(entry))
    if problems:
        raise NotNetworks(problems)
    return Networks(tuple(networks))


def _what_to_write(entry: str) -> str:
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        return f"“{entry}” is no network; write each like {_EXAMPLES}, with commas between them"
    one = entry.partition("/")[0]
    whole = network.max_prefixlen
    return (
        f"“{entry}” names one machine and a whole network; write {network} for the network, "
        f"or {one}/{whole} for that machine alone"
    )


def _lies_in(address: str, networks: Iterable[_Network]) -> bool:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
