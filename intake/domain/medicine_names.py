"""The names of medicines, and where one stands, or nearly stands, among the words of a patient."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Protocol

from intake.domain.medicine_words import Vocabulary, Word, forms, together

_SHORTEST_NEAR_NAME = 5
_MOST_WORDS_IN_A_NEAR_NAME = 3


@dataclass(frozen=True, slots=True)
class Medicine:
    """An ingredient: its RxNorm code where one is confirmed, and the names people write.

    Codes: RxNorm ingredient RxCUIs, matched in public mapping tables (docs/medicines.md).
    """

    id: str
    name: str
    classes: frozenset[str]
    brands: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    rxcui: str | None = None


@dataclass(frozen=True, slots=True)
class Combination:
    """A product whose one name stands for several ingredients, by their ids.

    ``only_alone`` are ways to write it that mean something else among other words: "Tylenol 3"
    may be the product with codeine, "Tylenol 3 times a day" is not.
    """

    name: str
    contains: tuple[str, ...]
    misspellings: tuple[str, ...] = ()
    only_alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A way to write something: what it stands for, and how it is properly written.

    A misspelling is properly written as the name of its medicine that it is most like.
    A name that counts ``only_alone`` is possibly meant where a part holds nothing else.
    """

    written: str
    properly: str
    medicines: tuple[Medicine, ...]
    only_alone: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether this is a misspelling."""
        return self.written != self.properly


class Resemblance(Protocol):
    """Finds the names that something written comes nearest to."""

    def nearest(self, written: str) -> Sequence[str]:
        """All names at the least distance; none when even that one is too far."""


Resembling = Callable[[Sequence[str]], Resemblance]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Every name, found by its words or by what it resembles."""

    names: tuple[Name, ...]
    vocabulary: Vocabulary
    resembling: Resembling | None = None
    _by_words: dict[tuple[str, ...], Name] = field(init=False, repr=False, compare=False)
    _alone: dict[tuple[str, ...], Name] = field(init=False, repr=False, compare=False)
    _in_one_piece: dict[str, Name] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)
    _resemblance: Resemblance | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_words = {forms(name.written): name for name in self.names if not name.only_alone}
        alone = {forms(name.written): name for name in self.names if name.only_alone}
        in_one_piece = {together(words): name for words, name in (by_words | alone).items()}
        near = [one for one, name in in_one_piece.items() if self._can_be_resembled(one, name)]
        object.__setattr__(self, "_by_words", by_words)
        object.__setattr__(self, "_alone", alone)
        object.__setattr__(self, "_in_one_piece", in_one_piece)
        object.__setattr__(self, "_longest", max((len(words) for words in by_words), default=0))
        object.__setattr__(self, "_resemblance", self.resembling(near) if self.resembling else None)

    def longest_at(self, words: Sequence[Word], at: int) -> tuple[Name | None, int]:
        """The longest name that begins at this word, and how many words it takes up."""
        for length in range(min(self._longest, len(words) - at), 0, -1):
            if name := self._by_words.get(tuple(word.form for word in words[at : at + length])):
                return name, length
        return None, 1

    def alone(self, words: Sequence[Word]) -> Name | None:
        """The name these words may be when nothing stands beside them."""
        return self._alone.get(tuple(word.form for word in words))

    def nearest_at(self, words: Sequence[Word], at: int) -> tuple[tuple[Name, ...], int]:
        """The names that one, two or three words from here on resemble, and how many words those are."""
        for length in range(min(_MOST_WORDS_IN_A_NEAR_NAME, len(words) - at), 0, -1):
            some = words[at : at + length]
            if self._may_be_misspelled(some) and (names := self.like(together([w.form for w in some]))):
                return names, length
        return (), 1

    def beginning(self, written: str) -> tuple[Name, ...]:
        """The names that begin with what was written so far, in one piece."""
        return tuple(name for one, name in self._in_one_piece.items() if one.startswith(written))

    def like(self, written: str) -> tuple[Name, ...]:
        """The names nearest to something written in one piece."""
        if self._resemblance is None or len(written) < _SHORTEST_NEAR_NAME:
            return ()
        apart = self.vocabulary.kept_from(written)
        return tuple(self._in_one_piece[n] for n in self._resemblance.nearest(written) if n not in apart)

    def _can_be_resembled(self, one: str, name: Name) -> bool:
        stands_alone = {together(forms(name.properly))} in self.vocabulary.look_alikes
        long_enough = len(one) >= _SHORTEST_NEAR_NAME and one.isalpha()
        return long_enough and not stands_alone and not name.only_alone

    def _may_be_misspelled(self, words: Sequence[Word]) -> bool:
        ends = self.vocabulary.may_begin_or_end_a_name
        return (
            all(word.is_letters for word in words)
            and ends(words[0])
            and ends(words[-1])
            and any(self.vocabulary.may_be_misspelled(word) for word in words)
        )


def names_of(medicines: Iterable[Medicine], combinations: Iterable[Combination]) -> Iterable[Name]:
    """Every name a patient may write, with the ingredients it stands for."""
    by_id = {medicine.id: medicine for medicine in medicines}
    for medicine in by_id.values():
        yield from _spellings((medicine.name, *medicine.brands), medicine.misspellings, (medicine,))
    for product in combinations:
        contained = tuple(by_id[ingredient] for ingredient in product.contains)
        yield from _spellings((product.name,), product.misspellings, contained)
        for written in product.only_alone:
            yield Name(written, product.name, contained, only_alone=True)


def _spellings(
    proper: Sequence[str], misspellings: Iterable[str], medicines: tuple[Medicine, ...]
) -> Iterable[Name]:
    for name in proper:
        yield Name(name, name, medicines)
    for wrong in misspellings:
        yield Name(wrong, max(proper, key=lambda name: _likeness(name, wrong)), medicines)


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, name.casefold(), other.casefold()).ratio()
