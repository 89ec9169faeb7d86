"""The acceptance vignettes: facts about twenty people, and what their screening has to say of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake.domain.rules import Priority

PUBLIC = Path(__file__).parents[1] / "vignettes" / "public.yaml"


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
    def topics(self) -> frozenset[str]:
        """Every topic this vignette says something about."""
        return frozenset((*(topic for topic, _ in self.raised), *self.cannot_tell, *self.not_raised))


def _vignette(entry: dict[str, Any]) -> Vignette:
    expected = entry["expect"]
    raised = tuple((line["topic"], Priority(line["at_least"])) for line in expected["raised"])
    lists = (tuple(expected["cannot_tell"]), tuple(expected["not_raised"]))
    return Vignette(entry["id"], entry["title"], entry["facts"], raised, *lists)


VIGNETTES = tuple(_vignette(entry) for entry in yaml.safe_load(PUBLIC.read_text("utf-8")))
BY_ID = {vignette.id: vignette for vignette in VIGNETTES}
