"""The content files as they are written, for an interpreter that shares nothing with the product.

Every scalar stays the word it is in the file: ``yes`` is "yes" and ``0`` is "0". Nothing is checked here;
the product refuses a file that cannot be used before anybody asks this.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Plain = dict[str, Any]  # a mapping as YAML holds it


@dataclass(frozen=True)
class Files:
    """Questions by id in the order asked, what is worked out, the rules in order, the scales."""

    questions: dict[str, Plain]
    worked_out: dict[str, Plain]
    rules: list[Plain]
    scales: dict[str, dict[str, int]]


def raw(text: str) -> Any:
    """What a YAML text says, every scalar as the word it is."""
    return yaml.load(text, Loader=yaml.CBaseLoader)


def files(questionnaire: Path, rules: Path) -> Files:
    """The questionnaire, a folder or one file, and the rules."""
    if questionnaire.is_dir():
        form = raw((questionnaire / "form.yaml").read_text(encoding="utf-8"))
        parts = [
            part
            for name in form["parts"]
            for part in raw((questionnaire / f"{name}.yaml").read_text(encoding="utf-8"))
        ]
    else:
        form = raw(questionnaire.read_text(encoding="utf-8"))
        parts = form["parts"]
    return sorted_out(form, parts, raw(rules.read_text(encoding="utf-8")))


def sorted_out(form: Plain, parts: list[Plain], rules: Plain) -> Files:
    """Everything an interpreter needs of a form, its parts and a rules file, each already read."""
    questions = {
        question["id"]: question for part in parts for page in part["pages"] for question in page["questions"]
    }
    worked_out = {one["id"]: one for one in form.get("derived", [])}
    scales = {name: _points(answers) for name, answers in form.get("scales", {}).items()}
    return Files(questions, worked_out, rules["rules"], scales)


def _points(answers: Plain) -> dict[str, int]:
    # From 0 up in the order written, unless an answer says its points.
    return {
        choice: int(said["points"]) if isinstance(said, dict) else place
        for place, (choice, said) in enumerate(answers.items())
    }


def choices_of(question: Plain, files: Files) -> list[str]:
    """The ids of the choices a question offers, "none of these" last."""
    match question["kind"]:
        case "yes_no":
            return ["yes", "no"]
        case "scale":
            return list(files.scales[question["scale"]])
    return [*question.get("choices", {}), *question.get("none", {})]


def typed(medicine: Plain) -> str:
    """What stands on the line of a medicine."""
    return ", ".join(medicine[key] for key in ("name", "amount", "often") if medicine.get(key))
