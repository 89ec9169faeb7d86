"""Which people two rules files flag differently; which lines of them changed is another matter."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path

from intake.config import Settings
from intake.content.library import read_asked
from intake.content.rules import read_rulebook
from intake.domain.evidence import PatientEvidence
from intake.domain.rules import Outcome, Priority, Rule
from intake.domain.screening import OUTCOMES
from intake.proving.differences import changed
from intake.proving.equivalence import Equivalence, Undecided
from intake.proving.people import EncodingDisagrees
from intake.proving.solving import SECONDS, SolverMissing
from intake.services.clinic import crisis_lines_of

__all__ = ["SECONDS", "Difference", "Differences", "EncodingDisagrees", "SolverMissing", "compare"]


class Fate(Enum):
    """What became of a rule between the two files."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FlaggedDifferently:
    """A person, in as few answers as it takes, and what comes of a rule for them in each file.

    An outcome is None where the rule is not there.
    """

    evidence: PatientEvidence
    old: Outcome | None
    new: Outcome | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that is not the same in both files.

    ``people`` are somebody for each way of being flagged differently; with nobody, and not
    ``undecided``, everyone is proved to be flagged alike, and only the words under ``keys`` differ.
    """

    rule: str
    fate: Fate
    old: Rule | None
    new: Rule | None
    keys: tuple[str, ...]
    people: tuple[FlaggedDifferently, ...]
    undecided: bool = False

    @property
    def title(self) -> str:
        """The rule's title, the newer one where there are two."""
        known = [one.title for one in (self.new, self.old) if one is not None]
        return known[0]

    @property
    def priorities(self) -> tuple[Priority | None, Priority | None]:
        """The priority in the old file and in the new one."""
        return (self.old.priority if self.old else None, self.new.priority if self.new else None)

    @property
    def flags_alike(self) -> bool:
        """Whether everyone is proved to be flagged alike."""
        return not self.people and not self.undecided


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that differs between two rules files, in the order of the new one.

    ``order`` says that the rules both have stand in another order, ``not_covered`` that what the
    files say they do not cover differs.
    """

    found: tuple[Difference, ...]
    same: int
    order: bool
    not_covered: bool

    @property
    def flagged(self) -> tuple[Difference, ...]:
        """The rules by which somebody is, or may be, flagged differently."""
        return tuple(one for one in self.found if not one.flags_alike)

    @property
    def only_words(self) -> tuple[Difference, ...]:
        """The rules of which only words changed."""
        return tuple(one for one in self.found if one.flags_alike)


def compare(settings: Settings, old: Path, new: Path, seconds: float = SECONDS) -> Differences:
    """Both files, read with the questionnaire and medicines of the settings.

    Raises DocumentRefused, SolverMissing when a comparison needs the solver and it is not there, and
    EncodingDisagrees when engine and solver differ, which is a fault of this program.
    """
    read = read_asked(settings.questionnaire, settings.medicines, crisis_lines_of(settings))
    asked, formulary = read.questionnaire, read.formulary
    before, _ = read_rulebook(old, asked, formulary)
    after, _ = read_rulebook(new, asked, formulary)
    equivalence = Equivalence(asked, formulary, seconds=seconds)
    rules_before = {rule.id: rule for rule in before.rules}
    rules_after = {rule.id: rule for rule in after.rules}
    ids = dict.fromkeys((*rules_after, *rules_before))
    pairs = [(rules_before.get(one), rules_after.get(one)) for one in ids]
    both = [one for one in rules_after if one in rules_before]
    return Differences(
        tuple(_difference(equivalence, *pair) for pair in pairs if pair[0] != pair[1]),
        sum(one == other for one, other in pairs),
        [one for one in rules_before if one in rules_after] != both,
        before.not_covered != after.not_covered,
    )


def _difference(equivalence: Equivalence, old: Rule | None, new: Rule | None) -> Difference:
    known = new or old
    if known is None:
        raise ValueError("a rule that is in neither file")
    fate = Fate.ADDED if old is None else Fate.REMOVED if new is None else Fate.CHANGED
    keys = () if old is None or new is None else tuple(_changed_keys(old, new))
    try:
        people = tuple(_people(equivalence, old, new))
    except Undecided:
        return Difference(known.id, fate, old, new, keys, (), undecided=True)
    return Difference(known.id, fate, old, new, keys, people)


def _people(equivalence: Equivalence, old: Rule | None, new: Rule | None) -> Iterator[FlaggedDifferently]:
    for one in changed(equivalence, old, new):
        before = None if old is None else OUTCOMES[one.old]
        after = None if new is None else OUTCOMES[one.new]
        yield FlaggedDifferently(equivalence.evidence(one.answers), before, after)


def _changed_keys(old: Rule, new: Rule) -> Iterator[str]:
    """The keys of the file that say something else, as they are named there."""
    return (one.name for one in fields(Rule) if getattr(old, one.name) != getattr(new, one.name))
