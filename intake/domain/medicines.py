"""Recognising the medicines a patient wrote, and the classes they belong to.

Only whole words count, the longest name wins, and nothing is corrected: what was typed
is kept, and what is not recognised is shown to a clinician to read by hand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from intake.domain.answers import MedicineEntry, MedicineList
from intake.domain.truth import Truth, any_of

_WORD = re.compile(r"[\w#]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`")


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
    """A product whose one name stands for several ingredients, by their ids."""

    name: str
    contains: tuple[str, ...]
    misspellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formulary:
    """Every medicine name known, in one edition."""

    classes: Mapping[str, str]
    medicines: tuple[Medicine, ...]
    combinations: tuple[Combination, ...] = ()
    edition: str = ""
    _by_words: dict[tuple[str, ...], tuple[Medicine, ...]] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_words = {_words(name): found for name, found in self.names()}
        object.__setattr__(self, "_by_words", by_words)
        object.__setattr__(self, "_longest", max((len(words) for words in by_words), default=0))

    def names(self) -> Iterable[tuple[str, tuple[Medicine, ...]]]:
        """Every name a patient may write, with the ingredients it stands for."""
        by_id = {medicine.id: medicine for medicine in self.medicines}
        for medicine in self.medicines:
            for name in (medicine.name, *medicine.brands, *medicine.misspellings):
                yield name, (medicine,)
        for product in self.combinations:
            contained = tuple(by_id[ingredient] for ingredient in product.contains)
            for name in (product.name, *product.misspellings):
                yield name, contained

    def recognise(self, typed: str) -> tuple[Medicine, ...]:
        """The medicines named in what was typed, each once, in the order written."""
        words = _words(typed)
        found: dict[str, Medicine] = {}
        at = 0
        while at < len(words):
            medicines, length = self._longest_name(words, at)
            found.update((medicine.id, medicine) for medicine in medicines)
            at += length
        return tuple(found.values())

    def in_class(self, listed: MedicineList, medicine_class: str) -> Truth:
        """YES when any entry is in the class; not known when an entry has no name."""
        return any_of(
            self._entry(entry, lambda medicine: medicine_class in medicine.classes)
            for entry in listed.entries
        )

    def lists(self, listed: MedicineList, medicine_id: str) -> Truth:
        """YES when any entry names the medicine; not known when an entry has no name."""
        return any_of(
            self._entry(entry, lambda medicine: medicine.id == medicine_id) for entry in listed.entries
        )

    def not_recognised(self, listed: MedicineList) -> tuple[MedicineEntry, ...]:
        """The entries to read by hand: no name, or a name that is not known here."""
        return tuple(e for e in listed.entries if not e.named or not self.recognise(e.as_typed()))

    def _longest_name(self, words: tuple[str, ...], at: int) -> tuple[tuple[Medicine, ...], int]:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            if medicines := self._by_words.get(words[at : at + length]):
                return medicines, length
        return (), 1

    def _entry(self, entry: MedicineEntry, is_meant: Callable[[Medicine], bool]) -> Truth:
        if any(is_meant(medicine) for medicine in self.recognise(entry.as_typed())):
            return Truth.YES
        # "I take something, I don't know its name" could be anything.
        return Truth.NO if entry.named else Truth.NOT_KNOWN


def _words(text: str) -> tuple[str, ...]:
    # Hyphens and points part words, apostrophes do not: "Adipex-P", "adipex p" and
    # "St. John's wort", "st johns wort" are the same names.
    return tuple(_WORD.findall(text.casefold().translate(_APOSTROPHES)))
