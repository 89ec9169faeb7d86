"""The JSON Schemas that let an editor check and complete the content files while they are written."""

import json
from collections.abc import Callable
from pathlib import Path

from intake import resources
from intake.config import Settings
from intake.content.coverage import read_topics
from intake.content.hazards import read_hazards
from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire, scales_in
from intake.content.schema_files import medicines_schema, part_schema, rules_schema
from intake.content.schema_words import Schema


class NoSuchSchema(Exception):
    """A schema was asked for by a name that none has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no schema {name!r}; write one of {', '.join(NAMES)}")


def text(settings: Settings, name: str) -> str:
    """One schema, as it is written to its file. Raises NoSuchSchema and DocumentRefused."""
    if name not in NAMES:
        raise NoSuchSchema(name)
    return json.dumps(NAMES[name](settings), indent=1, ensure_ascii=False) + "\n"


def write(settings: Settings, folder: Path = resources.SCHEMAS) -> tuple[Path, ...]:
    """Write every schema into a folder that is there. Raises DocumentRefused."""
    written = []
    for name in NAMES:
        path = folder / f"{name}.json"
        path.write_text(text(settings, name), encoding="utf-8")
        written.append(path)
    return tuple(written)


def _rules(settings: Settings) -> Schema:
    questionnaire, _ = read_questionnaire(settings.questionnaire)
    formulary, _ = read_formulary(settings.medicines)
    topics = read_topics(resources.SAFETY / "topics.yaml", questionnaire)
    hazards = read_hazards(resources.SAFETY / "hazards.yaml")
    return rules_schema(questionnaire, formulary, topics.ids, hazards.ids)


def _part(settings: Settings) -> Schema:
    questionnaire, written = read_questionnaire(settings.questionnaire)
    return part_schema(questionnaire, scales_in(written))


def _medicines(settings: Settings) -> Schema:
    formulary, _ = read_formulary(settings.medicines)
    return medicines_schema(formulary)


NAMES: dict[str, Callable[[Settings], Schema]] = {
    "screening_rules": _rules,
    "questionnaire_part": _part,
    "medicines": _medicines,
}
