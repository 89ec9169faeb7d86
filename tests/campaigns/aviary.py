"""The canaries: words nobody would write, one for each place where somebody can, and whatever else is secret.

Where a word may stand in the open is said here, with the reason (``OPEN``); anywhere else it was let out.
"""

import re
from dataclasses import dataclass, field

_ALPHABET = "abcdefghijklmnop"


@dataclass
class Aviary:
    """Each canary under the place it was put in. ``kept`` has every way in which it could be written."""

    kept: dict[str, tuple[bytes, ...]] = field(default_factory=dict)

    def word(self, place: str) -> str:
        """The word of a place."""
        if place not in self.kept:
            # Read backwards, none is another.
            number = len(self.kept)
            word = f"zqx{''.join(_ALPHABET[number >> shift & 15] for shift in (12, 8, 4, 0))}kvj"
            self.kept[place] = (word.encode(),)
        return self.kept[place][0].decode()

    def keep(self, place: str, secret: str, *others: str) -> str:
        """A secret that is not ours to choose, and how else somebody could write it."""
        self.kept[place] = tuple(one.encode() for one in (secret, *others))
        return secret

    @property
    def needles(self) -> dict[bytes, str]:
        """The place of everything that is looked for."""
        return {one: place for place, words in self.kept.items() for one in words}


@dataclass(frozen=True, slots=True)
class Open:
    """A place whose words may stand in these sinks, and why."""

    place: str
    sinks: str
    why: str

    def holds(self, place: str, sink: str) -> bool:
        """Whether it says so of this one."""
        return bool(re.fullmatch(self.place, place)) and self.holds_in(sink)

    def holds_in(self, sink: str) -> bool:
        """Whether it says anything of a sink."""
        return bool(re.fullmatch(self.sinks, sink))
