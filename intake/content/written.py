"""Where each thing stands in a content file, for what is found out only after it was read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intake.content.documents import DocumentRefused, Listed, Mapped, Place, Problem, read, read_file
from intake.content.folder import Gathered, gather

Step = str | int


@dataclass(frozen=True, slots=True)
class Written:
    """One content file, or a folder read as one, as its keys and values."""

    name: str
    document: Mapped
    gathered: Gathered | None = None

    def where(self, *steps: Step) -> Problem:
        """Where a value stands, as an empty problem; as near as it can be found."""
        node: object = self.document
        at: int = Place(1)
        for step in steps:
            match node:
                case Mapped() if isinstance(step, str) and step in node:
                    at, node = node.value_at(step), node[step]
                case Listed() if isinstance(step, int) and step < len(node):
                    at, node = node.lines[step], node[step]
                case _:
                    break
        column = at.column if isinstance(at, Place) else 1
        (found,) = self.located([Problem(int(at), "", column=column)])
        return found

    def located(self, problems: list[Problem]) -> tuple[Problem, ...]:
        """Problems with the name of the file each stands in."""
        refused = DocumentRefused(self.name, problems)
        if self.gathered is not None:
            return self.gathered.where_written(refused).problems
        return tuple(Problem(p.line, p.text, self.name, p.column, p.code, p.about) for p in refused.problems)

    def question_steps(self) -> Iterator[tuple[str, tuple[Step, ...]]]:
        """Each question's id with the way to it."""
        for part, pages in _entries(self.document, "parts"):
            for page, questions in _entries(pages, "pages"):
                for place, question in _entries(questions, "questions"):
                    if isinstance(question.get("id"), str):
                        steps = ("parts", part, "pages", page, "questions", place)
                        yield question["id"], steps

    def question_lines(self) -> list[tuple[int, str]]:
        """The line of each question and each derived answer in the whole document, with its id."""
        questions = [
            (question.line, str(question.get("id")))
            for _, pages in _entries(self.document, "parts")
            for _, asked in _entries(pages, "pages")
            for _, question in _entries(asked, "questions")
        ]
        return questions + [(one.line, str(one.get("id"))) for _, one in _entries(self.document, "derived")]

    def rule_lines(self) -> list[tuple[int, str]]:
        """The line of each rule, with its id."""
        return [(rule.line, str(rule.get("id") or "")) for _, rule in _entries(self.document, "rules")]

    def cited_keys(self) -> frozenset[str]:
        """The keys of the bibliography that rules cite."""
        sources = (
            source.get("key")
            for _, rule in _entries(self.document, "rules")
            for _, source in _entries(rule, "sources")
        )
        return frozenset(key for key in sources if isinstance(key, str))


def written(path: Path, crisis_lines: Path | None = None) -> Written:
    """The file or folder at ``path``. Raises DocumentRefused."""
    if not path.is_dir():
        document, _ = read_file(path)
        return Written(path.name, document)
    gathered = gather(path, crisis_lines)
    try:
        return Written(path.name, read(gathered.text, path.name), gathered)
    except DocumentRefused as refused:
        raise gathered.where_written(refused) from None


def _entries(mapping: Mapped, key: str) -> Iterator[tuple[int, Mapped]]:
    listed = mapping.get(key)
    if isinstance(listed, Listed):
        yield from ((place, entry) for place, entry in enumerate(listed) if isinstance(entry, Mapped))
