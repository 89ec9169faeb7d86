"""Recognising the medicines a patient wrote, and the classes they belong to.

Only whole words count, the longest name wins, and nothing is corrected: what was typed
is kept, what only resembles a name is possibly that medicine, and what is not recognised
is shown to a clinician to read by hand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from intake.domain.answers import MedicineEntry, MedicineList
from intake.domain.medicine_names import Combination, KnownNames, Medicine, Name, Resembling, names_of
from intake.domain.medicine_words import Vocabulary, Word, forms, names_in, quoted, segments, together
from intake.domain.truth import Truth

T = TypeVar("T")

_FEWEST_LETTERS_TO_SUGGEST = 2

__all__ = ["Combination", "Formulary", "Medicine", "Possible", "Reading", "Recognition"]


@dataclass(frozen=True, slots=True)
class Possible:
    """A word that is no name but resembles one, and the medicines that name stands for."""

    word: str
    medicines: tuple[Medicine, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was made of one entry; the parts nothing was made of are to be read by hand."""

    certain: tuple[Medicine, ...] = ()
    possible: tuple[Possible, ...] = ()
    unrecognised: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every part was recognised, and none only perhaps."""
        return bool(self.certain) and not self.possible and not self.unrecognised


@dataclass(frozen=True, slots=True)
class Formulary:
    """Every medicine name known, in one edition."""

    classes: Mapping[str, str]
    medicines: tuple[Medicine, ...]
    combinations: tuple[Combination, ...] = ()
    edition: str = ""
    vocabulary: Vocabulary = field(default_factory=Vocabulary, repr=False)
    resembling: Resembling | None = field(default=None, repr=False, compare=False)
    _known: KnownNames = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = tuple(names_of(self.medicines, self.combinations))
        object.__setattr__(self, "_known", KnownNames(names, self.vocabulary, self.resembling))

    def names(self) -> Iterable[tuple[str, tuple[Medicine, ...]]]:
        """Every name a patient may write, with the ingredients it stands for."""
        return ((name.written, name.medicines) for name in self._known.names if not name.only_alone)

    def read(self, typed: str) -> Recognition:
        """What was typed for one medicine, as far as it is understood."""
        parts = [part for segment in segments(typed) for part in self._parts(segment)]
        certain = _once(medicine for part in parts for medicine in part.medicines)
        near = [self._near(part) for part in parts]
        possible = _once(
            Possible(quoted(typed, words), name.medicines, name.properly)
            for found in near
            for words, name in found
            if not set(name.medicines) <= set(certain)
        )
        unread = [part for part, found in zip(parts, near, strict=True) if self._is_unread(part, found)]
        unrecognised = tuple(quoted(typed, part.words) for part in unread)
        if not (certain or possible or unrecognised) and typed.strip():
            unrecognised = (typed.strip(),)
        return Recognition(certain, possible, unrecognised)

    def recognise(self, typed: str) -> tuple[Medicine, ...]:
        """The medicines named in what was typed, each once, in the order written."""
        return self.read(typed).certain

    def suggestions(self, typed: str, most: int = 8) -> tuple[str, ...]:
        """Names to choose from for what was typed so far: those that begin so, then those like it."""
        written = together(forms(typed))
        if len(written) < _FEWEST_LETTERS_TO_SUGGEST:
            return ()
        begun = sorted(self._known.beginning(written), key=lambda n: (n.is_wrong, n.properly.casefold()))
        words = [word for segment in segments(typed) for word in segment]
        like = self._known.like(together([w.form for w in words if self.vocabulary.may_be_misspelled(w)]))
        return _once(name.properly for name in (*begun, *like))[:most]

    def reading(self) -> "Reading":
        """A reader that reads each entry once; for one form, and gone with it."""
        return Reading(self)

    def in_class(self, listed: MedicineList, medicine_class: str) -> Truth:
        """YES when any entry is in the class; not known when one may be, or has no name."""
        return self.reading().in_class(listed, medicine_class)

    def lists(self, listed: MedicineList, medicine_id: str) -> Truth:
        """YES when any entry names the medicine; not known when one may, or has no name."""
        return self.reading().lists(listed, medicine_id)

    def not_recognised(self, listed: MedicineList) -> tuple[MedicineEntry, ...]:
        """The entries to read by hand: without a name, or not wholly and certainly known here."""
        return self.reading().not_recognised(listed)

    def _parts(self, segment: Sequence[Word]) -> Iterator["_Part"]:
        part = _Part()
        at = 0
        while at < len(segment):
            name, length = self._known.longest_at(segment, at)
            if name is None and segment[at].joins:
                is_of_it = part.goes_on and segment[at].form in self.vocabulary.product_words
                yield part.with_word(segment[at]) if is_of_it else part
                part = _Part()
            elif name is None or self._is_salt(part, segment[at : at + length]):
                part = part.with_word(segment[at])
            else:
                part = part.with_name(name, segment[at : at + length])
                if self._goes_on(segment, at + length):
                    part = replace(part, goes_on=True)
            at += length
        yield part

    def _goes_on(self, segment: Sequence[Word], at: int) -> bool:
        # "Tylenol cold" is another product than Tylenol, but "Ativan plus Nardil" is two medicines.
        if not self.vocabulary.names_another_product(segment, at):
            return False
        rest = segment[at + 1 :]
        named = any(self._known.longest_at(rest, later)[0] for later in range(len(rest)))
        return not (segment[at].joins and (named or names_in(rest, self.vocabulary)))

    def _is_salt(self, part: "_Part", words: Sequence[Word]) -> bool:
        # The potassium of "losartan potassium" is no medicine of its own.
        follows_a_name = bool(part.medicines) and not part.runs[-1]
        return follows_a_name and len(words) == 1 and words[0].form in self.vocabulary.fillers

    def _near(self, part: "_Part") -> list[tuple[tuple[Word, ...], Name]]:
        alone = self._known.alone(part.words)
        found = [] if alone is None else [(part.words, alone)]
        for run in part.runs:
            at = 0
            while at < len(run):
                names, length = self._known.nearest_at(run, at)
                found += [(run[at : at + length], name) for name in names]
                at += length
        return found

    def _is_unread(self, part: "_Part", near: list[tuple[tuple[Word, ...], Name]]) -> bool:
        if part.medicines:
            return part.goes_on
        read = {word for words, _ in near for word in words}
        return not read.issuperset(names_in(part.words, self.vocabulary))


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the medicine lists of one form, each entry once however many rules ask.

    What patients typed is remembered here and nowhere else, so that it goes when the form does.
    """

    formulary: Formulary
    _read: dict[str, Recognition] = field(default_factory=dict, init=False, repr=False, compare=False)
    # By the identity of the list, which is kept beside it so that no other list takes its place.
    _listed: dict[int, tuple[MedicineList, "_Listed"]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, entry: MedicineEntry) -> Recognition:
        """What was made of one entry."""
        typed = entry.as_typed()
        if typed not in self._read:
            self._read[typed] = self.formulary.read(typed)
        return self._read[typed]

    def in_class(self, medicines: MedicineList, medicine_class: str) -> Truth:
        """YES when any entry is in the class; not known when one may be, or has no name."""
        listed = self._all_of(medicines)
        return listed.find(medicine_class, listed.classes, listed.possible_classes)

    def lists(self, medicines: MedicineList, medicine: str) -> Truth:
        """YES when any entry names the medicine; not known when one may, or has no name."""
        listed = self._all_of(medicines)
        return listed.find(medicine, listed.ids, listed.possible_ids)

    def not_recognised(self, listed: MedicineList) -> tuple[MedicineEntry, ...]:
        """The entries to read by hand: without a name, or not wholly and certainly known here."""
        return tuple(e for e in listed.entries if not e.named or not self.of(e).is_complete)

    def _all_of(self, medicines: MedicineList) -> "_Listed":
        if (kept := self._listed.get(id(medicines))) is None:
            read = [self.of(entry) for entry in medicines.entries]
            unnamed = any(not entry.named for entry in medicines.entries)
            kept = self._listed[id(medicines)] = (medicines, _Listed.of(read, unnamed=unnamed))
        return kept[1]


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a whole list names, for certain and possibly, so that each rule only has to look it up."""

    ids: frozenset[str]
    classes: frozenset[str]
    possible_ids: frozenset[str]
    possible_classes: frozenset[str]
    unnamed: bool

    @classmethod
    def of(cls, read: Sequence[Recognition], *, unnamed: bool) -> "_Listed":
        """What was made of every entry, together."""
        certain = {medicine for one in read for medicine in one.certain}
        possible = {m for one in read for near in one.possible for m in near.medicines}
        return cls(
            frozenset(medicine.id for medicine in certain),
            frozenset(one for medicine in certain for one in medicine.classes),
            frozenset(medicine.id for medicine in possible),
            frozenset(one for medicine in possible for one in medicine.classes),
            unnamed,
        )

    def find(self, one: str, certain: frozenset[str], possible: frozenset[str]) -> Truth:
        """YES when it is named; not known when it may be: "I take something" could be anything."""
        if one in certain:
            return Truth.YES
        return Truth.NOT_KNOWN if self.unnamed or one in possible else Truth.NO


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch that can hold a medicine: its words, the names among them, the runs of words between.

    It ``goes_on`` when a name in it is only the beginning of the name of a product not known here.
    """

    words: tuple[Word, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    runs: tuple[tuple[Word, ...], ...] = ((),)
    goes_on: bool = False

    def with_word(self, word: Word) -> "_Part":
        """And a word that is no name."""
        runs = (*self.runs[:-1], (*self.runs[-1], word))
        return replace(self, words=(*self.words, word), runs=runs)

    def with_name(self, name: Name, words: Sequence[Word]) -> "_Part":
        """And a name, which parts what stands before it from what follows."""
        medicines = (*self.medicines, *name.medicines)
        return replace(self, words=(*self.words, *words), medicines=medicines, runs=(*self.runs, ()))


def _once(some: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(some))
