"""What the pages of patients weigh on their way to a phone, in bytes as they travel (Brotli)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import brotli

from accessibility.states import State

MOST_FOR_A_PAGE, MOST_FOR_THE_STYLE, MOST_FOR_A_SCRIPT = 14 * 1024, 6 * 1024, 1024
_NEEDED = re.compile(r"<(link|img|script)\b[^>]*?\b(?:href|src)=\"(/[^\"#]*)\"")
_ELSEWHERE = re.compile(
    r"<(?:link|img|script|iframe|source|video|audio|form)\b[^>]*?=\"((?:https?:)?//[^\"]*)\""
)


@dataclass(frozen=True, slots=True)
class Weight:
    """One thing and how heavy it may be."""

    name: str
    bytes: int
    most: int

    @property
    def is_light(self) -> bool:
        """Whether it may be so."""
        return self.bytes <= self.most


def packed(content: bytes) -> int:
    """How many bytes travel."""
    return len(brotli.compress(content, quality=11))


def weights(states: Iterable[State], fetch: Callable[[str], tuple[bytes, str]]) -> list[Weight]:
    """Each page with everything a browser fetches to show it, then each stylesheet and script by itself."""
    pages: list[Weight] = []
    files: dict[str, tuple[bytes, str]] = {}
    for state in states:
        needed = {address for _, address in _NEEDED.findall(state.html)}
        for address in needed:
            files[address] = fetch(address)
        whole = packed(state.html.encode()) + sum(packed(files[one][0]) for one in needed)
        pages.append(Weight(state.name, whole, MOST_FOR_A_PAGE))
    kinds = {"text/css": MOST_FOR_THE_STYLE, "text/javascript": MOST_FOR_A_SCRIPT}
    return pages + [
        Weight(re.sub(r"-[0-9a-f]{12}|[0-9a-f]{12}", "", address), packed(content), most)
        for address, (content, media_type) in sorted(files.items())
        if (most := kinds.get(media_type.partition(";")[0]))
    ]


def strangers(states: Iterable[State]) -> list[str]:
    """What pages would ask of other sites."""
    return [f"{state.name}: {one}" for state in states for one in _ELSEWHERE.findall(state.html)]
