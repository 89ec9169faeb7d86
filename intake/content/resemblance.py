"""Which known names something written comes nearest to, by the letters a person would get wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Letters left out, added, exchanged, or swapped with their neighbour. Figures: docs/medicines.md.
_LONG = 8
_OF_SHORT_WORDS = 1
_OF_LONG_WORDS = 2


@dataclass(frozen=True, slots=True)
class NearNames:
    """Finds names by the number of letters that differ; nothing looked for is remembered."""

    names: Sequence[str]
    of_short_words: int = _OF_SHORT_WORDS
    of_long_words: int = _OF_LONG_WORDS

    def nearest(self, written: str) -> tuple[str, ...]:
        """All names at the least distance; none when even that one is too far."""
        reach = self.of_long_words if len(written) >= _LONG else self.of_short_words
        found = process.extract(written, self.names, scorer=OSA.distance, score_cutoff=reach, limit=None)
        return tuple(name for name, distance, _ in found if distance == found[0][1])
