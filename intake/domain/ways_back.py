"""A way back to a saved form: a link or a code, and four plain words, on any device.

Either of the first two finds the form, and the words open it. People write them down when they are low
and type them on a small screen, so how they are typed does not matter where it cannot be misread.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

# Nothing in it is read for something else: no 0 and O, 1 and I, 5 and S, 8 and B (as in references).
CODE_ALPHABET = "234679CDFHJKMNPQRTVWXY"
CODE_LENGTH = 12
WORDS_OF_A_PHRASE = 4
_SHORTEST_BEGINNING = 4
# Of a phrase as typed, with all that may stand between its words: longer is looked at no further.
_LONGEST_TYPED = 500
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a patient needs to come back: the secret of a link or a code, and a phrase."""

    secret: str = field(repr=False)
    code: str = field(repr=False)
    phrase: str = field(repr=False)

    @property
    def code_in_groups(self) -> str:
        """The code as it is written down: ``7K4M-92QX-TR6P``."""
        return "-".join(self.code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


@dataclass(frozen=True, slots=True)
class PhraseWords:
    """The words phrases are made of, in the order of the alphabet; none has anything but a to z."""

    words: tuple[str, ...]
    known: frozenset[str] = field(repr=False)
    longest: int

    @classmethod
    def of(cls, words: Sequence[str]) -> Self:
        """These words."""
        return cls(tuple(sorted(words)), frozenset(words), max(map(len, words)))

    def new(self, choose: Callable[[Sequence[str]], str]) -> str:
        """A phrase; ``choose`` picks one of many so that nobody can foresee it."""
        return " ".join(choose(self.words) for _ in range(WORDS_OF_A_PHRASE))

    def read(self, typed: str) -> str | None:
        """The phrase that was meant; None when it can be none, or could be two.

        Capitals, signs, digits and spaces between the words do not matter. A word nobody can mean otherwise
        is taken though a letter is wrong, missing, too many or in another's place, or its end is.

        Anybody may type here: what is too long for a phrase is refused before any word of it is looked up.
        """
        if len(typed) > _LONGEST_TYPED:
            return None
        apart = re.findall(r"[a-z]+", typed.casefold())
        if len(apart) != WORDS_OF_A_PHRASE or max(map(len, apart)) > self.longest + 1:
            return None
        words = [meant for one in apart if (meant := self._word(one)) is not None]
        return " ".join(words) if len(words) == WORDS_OF_A_PHRASE else None

    def _word(self, typed: str) -> str | None:
        if typed in self.known:
            return typed
        meant = _one_slip_away(typed) & self.known
        if len(typed) >= _SHORTEST_BEGINNING:
            meant |= {one for one in self.words if one.startswith(typed)}
        return next(iter(meant)) if len(meant) == 1 else None


def handle_in(typed: str) -> str:
    """The code, or the secret of the link, in what was typed or pasted; however an e-mail broke it."""
    code = "".join(one for one in typed.upper() if one.isalnum())
    if len(code) == CODE_LENGTH:
        return code
    return "".join(typed.split()).rpartition("#")[2]


def _one_slip_away(typed: str) -> frozenset[str]:
    parts = [(typed[:at], typed[at:]) for at in range(len(typed) + 1)]
    missing = {before + letter + after for before, after in parts for letter in _LETTERS}
    wrong = {before + letter + after[1:] for before, after in parts if after for letter in _LETTERS}
    too_many = {before + after[1:] for before, after in parts if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1}
    return frozenset(missing | wrong | too_many | swapped)
