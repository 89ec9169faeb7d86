"""Medicines as a solver sees them: names that every condition treats alike are one group.

Each group keeps an entry as a patient could type it, checked by reading it, so that nobody is
imagined who could not exist: "possibly a barbiturate" counts only if some misspelling is read so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from intake.domain.medicines import Formulary, Medicine, Recognition

_SHORTEST = 5  # a shorter word is never taken for a misspelling (medicine_names)


@dataclass(frozen=True, slots=True)
class Group:
    """What an entry says: the classes and the medicines asked for by name, and an entry that says it."""

    classes: frozenset[str]
    medicines: frozenset[str]
    typed: str

    def is_in(self, medicine_class: str) -> bool:
        """Whether an entry of this group is in the class."""
        return medicine_class in self.classes

    def names(self, medicine: str) -> bool:
        """Whether an entry of this group names the medicine."""
        return medicine in self.medicines


@dataclass(frozen=True, slots=True)
class Groups:
    """Every group that can be certain, and every group that can be possible only."""

    certain: tuple[Group, ...]
    possible: tuple[Group, ...]
    unread: str


@dataclass(slots=True)
class TypedNames:
    """The names of one formulary as they can be typed, rightly and nearly."""

    formulary: Formulary
    _near: dict[str, tuple[tuple[str, Recognition], ...]] = field(default_factory=dict)
    _groups: dict[tuple[frozenset[str], frozenset[str]], Groups] = field(default_factory=dict)

    def groups(self, classes: frozenset[str], medicines: frozenset[str]) -> Groups:
        """The groups there are for conditions that ask about these classes and these medicines."""
        key = classes, medicines
        if key not in self._groups:
            certain = self._grouped(self._rightly(), key)
            self._groups[key] = Groups(certain, self._possible(key), self._unread())
        return self._groups[key]

    def _grouped(
        self,
        typed: Iterable[tuple[str, Iterable[Medicine]]],
        key: tuple[frozenset[str], frozenset[str]],
    ) -> tuple[Group, ...]:
        found: dict[tuple[frozenset[str], frozenset[str]], Group] = {}
        for name, meant in typed:
            said = _said(meant, key)
            found.setdefault(said, Group(*said, name))
        return tuple(found.values())

    def _rightly(self) -> Iterator[tuple[str, Iterable[Medicine]]]:
        for name, _ in self.formulary.names():
            read = self.formulary.read(name)
            if read.is_complete:
                yield name, read.certain

    def _possible(self, key: tuple[frozenset[str], frozenset[str]]) -> tuple[Group, ...]:
        # A group is made of the first near miss found of it: looking through all of them takes long.
        found: dict[tuple[frozenset[str], frozenset[str]], Group] = {}
        unions: dict[tuple[frozenset[str], frozenset[str]], Group] = {}
        wanted = [(name, _said(meant, key)) for name, meant in self.formulary.names()]
        wanted += [
            (alone, _said(self.formulary.read(product.name).certain, key))
            for product in self.formulary.combinations
            for alone in product.only_alone
        ]
        for name, said in wanted:
            if said in found:
                continue
            for typed, read in self._nearly(name):
                meant = [medicine for near in read.possible for medicine in near.medicines]
                seen = _said(meant, key)
                (found if seen == said else unions).setdefault(seen, Group(*seen, typed))
                if seen == said:
                    break
        return tuple({**unions, **found}.values())

    def _nearly(self, name: str) -> tuple[tuple[str, Recognition], ...]:
        if name not in self._near:
            read = ((typed, self.formulary.read(typed)) for typed in (name, *_misspelled(name)))
            self._near[name] = tuple(
                (typed, one)
                for typed, one in read
                if one.possible and not one.certain and not one.unrecognised
            )
        return self._near[name]

    def _unread(self) -> str:
        for typed in ("zzqx", "qqqxzz", "xqzvwk"):
            read = self.formulary.read(typed)
            if not read.certain and not read.possible:
                return typed
        raise ValueError("no word is unknown to the medicines file")


def _said(
    meant: Iterable[Medicine], key: tuple[frozenset[str], frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    listed = tuple(meant)
    classes, medicines = key
    in_classes = frozenset(one for medicine in listed for one in medicine.classes)
    return in_classes & classes, frozenset(medicine.id for medicine in listed) & medicines


def _misspelled(name: str) -> Iterator[str]:
    if len(name) < _SHORTEST or not all(letter.isalpha() or letter == " " for letter in name):
        return
    for at in range(2, len(name) - 1):
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at] + name[at:]
    for at in range(2, len(name) - 2):
        yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]
