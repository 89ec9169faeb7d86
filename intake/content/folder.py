"""A questionnaire written as a folder: one file a part, read as the one document it is.

``form.yaml`` holds everything but the parts and names them in order (``parts: [heart, ...]``);
``heart.yaml`` is a list with one entry, the part; ``crisis_lines.yaml`` holds the ways to reach
help, so that they can be checked and changed apart from everything else. The text that is kept
with a submission is the whole document, in one piece.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from intake.content.documents import DocumentRefused, Listed, Problem, read, read_text

FORM = "form.yaml"
CRISIS_LINES = "crisis_lines.yaml"
_PARTS = re.compile(r"^parts:\s*\[.*\]\s*$")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of a folder in one text; ``origins`` says of each line where it was written."""

    text: str
    origins: tuple[tuple[str, int], ...]

    def where_written(self, refused: DocumentRefused) -> DocumentRefused:
        """The same problems, on the lines of the files they were written in."""
        found = []
        for problem in refused.problems:
            file, line = self.origins[min(problem.line, len(self.origins)) - 1]
            found.append(replace(problem, line=line, file=file))
        return DocumentRefused(refused.name, found)


def gather(folder: Path, crisis_lines: Path | None = None) -> Gathered:
    """The document in ``folder``, with other crisis lines if they are named. Raises DocumentRefused."""
    form = read_text(folder / FORM)
    lines: list[tuple[str, str, int]] = []
    for number, text in enumerate(form.splitlines(), 1):
        if not _PARTS.match(text):
            lines.append((text, f"{folder.name}/{FORM}", number))
    lines += _lines_of(crisis_lines or folder / CRISIS_LINES, folder)
    lines.append(("parts:", f"{folder.name}/{FORM}", 1))
    for part in _parts(form, folder):
        lines += _lines_of(folder / f"{part}.yaml", folder)
    text = "".join(f"{line}\n" for line, _, _ in lines)
    return Gathered(text, tuple((file, number) for _, file, number in lines))


def files_in(folder: Path) -> tuple[Path, ...]:
    """Every file a folder is made of."""
    return tuple(sorted(folder.glob("*.yaml")))


def _parts(form: str, folder: Path) -> tuple[str, ...]:
    name = f"{folder.name}/{FORM}"
    named = read(form, name).get("parts")
    if not isinstance(named, Listed) or not all(isinstance(part, str) for part in named):
        problem = Problem(1, "'parts' should list the parts' files in order, on one line: [about_you, heart]")
        raise DocumentRefused(name, [problem])
    # A part's file lies in this folder and nowhere else.
    return tuple(Path(part).name for part in named)


def _lines_of(path: Path, folder: Path) -> list[tuple[str, str, int]]:
    name = f"{folder.name}/{path.name}" if path.parent == folder else path.name
    if not path.exists():
        missing = f"there is no such file; write it, or take it out of {FORM}"
        raise DocumentRefused(name, [Problem(1, missing)])
    return [(text, name, number) for number, text in enumerate(read_text(path).splitlines(), 1)]
