"""The acceptance vignettes: facts about twenty people, and what a clinician must be shown of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake.demo.people import people
from intake.domain.rules import Priority

PUBLIC = Path(__file__).parents[1] / "vignettes" / "public.yaml"
# Two pairs of topics share a row of the dossier: either satisfies the other.
_SAME = ({"depression_hx", "antidepressant_trials"}, {"ddi_cannabis", "cannabis"})
# The ways of leaving a question that some rows of the dossier give a priority of their own.
_LEFT_ON_PURPOSE = {"Not sure", "Chose not to say"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One flag as a clinician sees it: raised, or undecided with how each missing answer was left."""

    topic: str
    priority: Priority
    raised: bool
    missing: tuple[str, ...] = ()

    def is_raised_at(self, priority: Priority) -> bool:
        """Whether this satisfies an expectation that the topic is raised."""
        on_purpose = bool(self.missing) and set(self.missing) <= _LEFT_ON_PURPOSE
        return (self.raised or on_purpose) and self.priority.rank <= priority.rank


@dataclass(frozen=True, slots=True)
class Vignette:
    """One person: the facts as they are told, and what is expected of each topic."""

    id: str
    title: str
    facts: dict[str, Any]
    raised: tuple[tuple[str, Priority], ...]
    cannot_tell: tuple[str, ...]
    not_raised: tuple[str, ...]

    @property
    def number(self) -> str:
        """The short name: p01."""
        return self.id.partition("_")[0]

    @property
    def topics(self) -> frozenset[str]:
        """Every topic this vignette says something about."""
        return frozenset((*(topic for topic, _ in self.raised), *self.cannot_tell, *self.not_raised))

    def unmet(self, flags: tuple[Shown, ...]) -> list[str]:
        """Each expectation that does not hold, in words."""
        return [f"{topic}: {words}" for topic, words in self._unmet(flags)]

    def holds(self, topic: str, flags: tuple[Shown, ...]) -> bool:
        """Whether what is expected of one topic holds."""
        return all(unmet != topic for unmet, _ in self._unmet(flags))

    def _unmet(self, flags: tuple[Shown, ...]) -> Iterator[tuple[str, str]]:
        for topic, priority in self.raised:
            if not any(flag.is_raised_at(priority) for flag in _about(topic, flags)):
                yield topic, f"not raised at {priority.value} or above; shown: {_about(topic, flags)}"
        for topic in self.cannot_tell:
            if not any(not flag.raised and flag.missing for flag in _about(topic, flags)):
                yield topic, f"not shown as undecided; shown: {_about(topic, flags)}"
        for topic in self.not_raised:
            if found := _about(topic, flags):
                yield topic, f"a false alarm: {found}"


def same_row(topic: str) -> frozenset[str]:
    """The topic, and the one that stands for the same row of the dossier."""
    return frozenset({topic}.union(*(pair for pair in _SAME if topic in pair)))


def _about(topic: str, flags: tuple[Shown, ...]) -> list[Shown]:
    return [flag for flag in flags if flag.topic in same_row(topic)]


def _vignette(entry: dict[str, Any]) -> Vignette:
    expected = entry["expect"]
    raised = tuple((line["topic"], Priority(line["at_least"])) for line in expected["raised"])
    lists = (tuple(expected["cannot_tell"]), tuple(expected["not_raised"]))
    return Vignette(entry["id"], entry["title"], entry["facts"], raised, *lists)


VIGNETTES = tuple(_vignette(entry) for entry in yaml.safe_load(PUBLIC.read_text("utf-8")))
PEOPLE = {person.id: person for person in people()}
BY_ID = {vignette.id: vignette for vignette in VIGNETTES}
