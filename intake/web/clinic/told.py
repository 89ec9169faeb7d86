"""What is wrong with a file, for a page: where, what, and the line itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from intake.content.documents import DocumentRefused
from intake.domain.publications import PublicationRefused

# More would be read by nobody; what is put right first often takes the others with it.
_MOST = 30
_LONGEST_LINE = 90


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to put right. ``line`` is what stands there; empty when that is not known."""

    where: str
    what: str
    line: str = ""


def told(refusal: DocumentRefused | PublicationRefused, texts: Mapping[str, str]) -> tuple[Told, ...]:
    """What a refusal says; ``texts`` are the files it may be about, by name."""
    if not isinstance(refusal, DocumentRefused):
        return tuple(Told("", words) for words in str(refusal).splitlines())
    lines = {name: text.split("\n") for name, text in texts.items()}
    found = []
    for problem in refusal.problems[:_MOST]:
        name = problem.file or refusal.name
        beside = lines.get(name, [])
        line = beside[problem.line - 1].strip() if 0 < problem.line <= len(beside) else ""
        found.append(Told(f"{name}, line {problem.line}", problem.text, _short(line)))
    if len(refusal.problems) > _MOST:
        more = len(refusal.problems) - _MOST
        found.append(Told("", f"{more} more: put these right first"))
    return tuple(found)


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + " …"
