"""The ways to reach help as a clinic looks after them: each line, and the safety pages it stands on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from intake.domain.questionnaire import CrisisLine

LONGEST_SAY = 60
LONGEST_ABOUT = 200
# crisis.md: a person checks every number again each quarter.
LONGEST_CHECK = timedelta(days=92)
SOON = timedelta(days=60)
MOST_LINES = 12
_LINK = re.compile(r"(tel|sms):\+?[0-9]{3,15}")


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A way to reach help, and the ids of the safety pages that show it; none keeps it in store."""

    line: CrisisLine
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with one line, or with all of them; ``field`` is where to put it right."""

    line: str
    field: str
    words: str


def runs_out_soon(line: CrisisLine, today: date) -> bool:
    """Whether somebody has to check it within sixty days; one that ran out is no longer soon."""
    return not line.is_out_of_date(today) and line.expires - today <= SOON


def problems_of(
    lines: Sequence[ShownLine], before: Iterable[ShownLine], pages: Iterable[tuple[str, str]], today: date
) -> tuple[LineProblem, ...]:
    """What is wrong with lines somebody changed; lines they left alone are not spoken of.

    ``pages`` are the id and title of each safety page: none may be left without a way to reach help.
    """
    unchanged = set(before)
    found = [problem for shown in lines if shown not in unchanged for problem in _of_line(shown.line, today)]
    if len(lines) > MOST_LINES:
        found.append(LineProblem("", "say", f"Keep at most {MOST_LINES} lines: more are not read"))
    for page, title in pages:
        if not any(page in shown.pages for shown in lines):
            found.append(LineProblem("", page, f"“{title}” would have no line. Show at least one on it"))
    return tuple(found)


def _of_line(line: CrisisLine, today: date) -> Iterator[LineProblem]:
    def wrong(field: str, words: str) -> LineProblem:
        return LineProblem(line.id, field, words)

    yield from (wrong("say", words) for words in _words(line.say, LONGEST_SAY, "Say what to do"))
    yield from (wrong("about", words) for words in _words(line.about, LONGEST_ABOUT, "Say who answers"))
    if not _LINK.fullmatch(line.link):
        yield wrong("number", "Write the number with digits only, like 988 or +18664887386")
    if line.verified > today:
        yield wrong("verified", "Write the day of the last check: today or earlier")
    elif line.expires < line.verified:
        yield wrong("expires", "Write a day after the last check")
    elif line.expires - line.verified > LONGEST_CHECK:
        last = line.verified + LONGEST_CHECK
        yield wrong("expires", f"Write {last.isoformat()} or earlier: lines are checked every three months")
    if line.expires < today:
        yield wrong("expires", "That day is over. Check the line, then write the day of the next check")


def _words(said: str, longest: int, missing: str) -> Iterator[str]:
    if not said.strip():
        yield missing
    elif len(said) > longest:
        yield f"Keep it to {longest} characters"
    elif not said.isprintable():
        yield "Use letters, numbers and signs, all on one line"
