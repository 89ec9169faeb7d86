"""The ways to reach help in a questionnaire's text: read for a clinic to change, and written back.

They are part of the questionnaire's edition (decision 0016): other lines are another edition, with a
text of its own, and everything else in that text stays as it is written.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from intake.content.documents import DocumentRefused, Listed, Mapped, Problem, Problems, read
from intake.content.fields import Fields
from intake.content.questionnaire import parse_questionnaire
from intake.content.safety_pages import read_crisis_lines
from intake.domain.crisis_lines import ShownLine
from intake.domain.questionnaire import Questionnaire

_NAME = "questionnaire"


def lines_in(text: str) -> tuple[ShownLine, ...]:
    """Every line of a questionnaire that loads, with the pages that show it, in the order written."""
    document = read(text, _NAME)
    problems = Problems(_NAME)
    lines = read_crisis_lines(Fields(document, 1, _NAME, problems), problems)
    problems.refuse_if_any()
    shown_on = {page: tuple(entry["lines"]) for page, entry in _pages(document).items()}
    return tuple(
        ShownLine(line, tuple(page for page, shown in shown_on.items() if line.id in shown))
        for line in lines.values()
    )


def with_lines(text: str, lines: Sequence[ShownLine]) -> tuple[Questionnaire, str]:
    """A questionnaire that loads with other lines, and its text. Raises DocumentRefused.

    A page keeps its lines in the order it had them, new ones last. A page that none of the lines
    names is one that was written later: it keeps what is written there.
    """
    document = read(text, _NAME)
    before = parse_questionnaire(text)
    known = {shown.line.id: _written(shown) for shown in lines}
    pages = {page: _with_page(page, entry, lines) for page, entry in _pages(document).items()}
    still_shown = [line for entry in pages.values() for line in entry["lines"]]
    theirs = _plain(document.get("crisis_lines") or Mapped(1))
    kept = known | {line: theirs[line] for line in still_shown if line not in known and line in theirs}
    written = _replaced(text, document, {"crisis_lines": kept, "safety_pages": pages})
    after = parse_questionnaire(written)
    if replace(after, safety_pages=before.safety_pages, edition=before.edition) != before:
        # A layout nobody here thought of: better the lines as they were than another form.
        raise DocumentRefused(
            _NAME, [Problem(1, "the lines cannot be changed in this layout; change the file")]
        )
    return after, written


def _pages(document: Mapped) -> Mapped:
    pages = document.get("safety_pages")
    return pages if isinstance(pages, Mapped) else Mapped(1)


def _with_page(page: str, entry: Mapped, lines: Sequence[ShownLine]) -> dict[str, Any]:
    had = [str(line) for line in entry["lines"]]
    names = [shown.line.id for shown in lines if page in shown.pages]
    if not names:
        return {**_plain(entry), "lines": had}
    in_order = [line for line in had if line in names]
    return {**_plain(entry), "lines": [*in_order, *(line for line in names if line not in in_order)]}


def _written(shown: ShownLine) -> dict[str, str]:
    line = shown.line
    written = {"say": line.say, "link": line.link, "about": line.about, "verified": line.verified.isoformat()}
    return written if line.expires == date.max else {**written, "expires": line.expires.isoformat()}


def _replaced(text: str, document: Mapped, blocks: dict[str, dict[str, Any]]) -> str:
    """The text with these parts of it written anew; one that was not there comes last."""
    lines = text.splitlines()
    starts = sorted(int(line) for line in document.lines.values())
    missing = [name for name in blocks if name not in document]
    for name in sorted((one for one in blocks if one in document), key=lambda one: -document.lines[one]):
        start = int(document.lines[name])
        end = next((other for other in starts if other > start), len(lines) + 1)
        lines[start - 1 : end - 1] = _block(name, blocks[name])
    return "".join(
        f"{line}\n" for line in [*lines, *(one for name in missing for one in _block(name, blocks[name]))]
    )


def _block(name: str, entries: dict[str, Any]) -> list[str]:
    # JSON in a mapping of lines: every YAML reader reads it as the words it holds.
    return [f"{name}:", *(f"  {_json(key)}: {_json(entry)}" for key, entry in entries.items()), ""]


def _json(thing: object) -> str:
    return json.dumps(thing, ensure_ascii=False)


def _plain(thing: object) -> Any:  # noqa: ANN401 - whatever was written
    match thing:
        case Mapped():
            return {key: _plain(value) for key, value in thing.items()}
        case Listed():
            return [_plain(entry) for entry in thing]
        case _:
            return thing
