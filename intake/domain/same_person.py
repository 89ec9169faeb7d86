"""Whether one person sent two submissions: what resembles is shown, and a member of staff says.

Nothing is linked by itself. Two people can share a name and a birthday, and one person can mistype both.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import Enum
from uuid import UUID

from intake.domain.review_entries import By
from intake.domain.submissions import Submission
from intake.domain.wording import Line

# How much alike two names have to be, from 0 to 1: one letter more, less or other in six.
_ALIKE = 0.8


class Resemblance(Enum):
    """What two submissions have in common, the most first."""

    NAME_AND_BIRTH = "name_and_birth"
    LIKE_NAME_AND_BIRTH = "like_name_and_birth"
    NAME_ONLY = "name_only"
    BIRTH_AND_A_PART = "birth_and_a_part"


@dataclass(frozen=True, slots=True)
class Known:
    """What a submission is recognized by."""

    name: str
    born: date | None


@dataclass(frozen=True, slots=True)
class SaidOfTwo:
    """What a clinician says of two submissions: one person sent both, or two people did."""

    same: bool
    by: By


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One question in two submissions of one person; a side is None where it was not asked."""

    question: str
    asked: str
    earlier: Line | None
    later: Line | None

    @property
    def differs(self) -> bool:
        """Whether something else was said, asked or left open; wording does not count."""
        return _meaning(self.earlier) != _meaning(self.later)


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part of the form in two submissions."""

    title: str
    lines: tuple[ComparedLine, ...]


def resemblance(one: Known, other: Known) -> Resemblance | None:
    """What two submissions have in common that is worth a look; None when there is nothing."""
    first, second = _words(one.name), _words(other.name)
    same_birth = one.born is not None and one.born == other.born
    if first and first == second:
        if same_birth:
            return Resemblance.NAME_AND_BIRTH
        return Resemblance.NAME_ONLY
    if not same_birth:
        return None
    if _alike(" ".join(sorted(first)), " ".join(sorted(second))):
        return Resemblance.LIKE_NAME_AND_BIRTH
    # Somebody married, or gave a nickname: one part of the name is left.
    return Resemblance.BIRTH_AND_A_PART if first & second else None


def compared(earlier: Submission, later: Submission) -> tuple[ComparedPart, ...]:
    """Two submissions question by question, in the order of the later form.

    What only the earlier form asked stands at the end of its part, or in a part of its own.
    """
    before = {line.question: line for part in earlier.transcript for line in part.lines}
    asked_later = {line.question for part in later.transcript for line in part.lines}
    gone = {
        part.part: [one for one in part.lines if one.question not in asked_later]
        for part in earlier.transcript
    }
    titles = {part.part: part.title for part in earlier.transcript}
    parts = []
    for part in later.transcript:
        both = [ComparedLine(one.question, one.asked, before.get(one.question), one) for one in part.lines]
        parts.append(ComparedPart(part.title, (*both, *_only_earlier(gone.pop(part.part, [])))))
    parts += [ComparedPart(titles[part], _only_earlier(lines)) for part, lines in gone.items() if lines]
    return tuple(parts)


def pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two submissions in the order in which what is said of them is kept. Raises ValueError for one twice."""
    if one == other:
        raise ValueError("a submission cannot be compared with itself")
    first, second = sorted((one, other))
    return first, second


def linked(said: Mapping[UUID, SaidOfTwo]) -> tuple[UUID, ...]:
    """Of submissions of which something was said, those by the same person."""
    return tuple(other for other, one in said.items() if one.same)


def _only_earlier(lines: list[Line]) -> tuple[ComparedLine, ...]:
    return tuple(ComparedLine(one.question, one.asked, one, None) for one in lines)


def _meaning(line: Line | None) -> tuple[str, object] | None:
    return None if line is None else (line.given or line.said, line.state)


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return frozenset(letters.split())


def _alike(one: str, other: str) -> bool:
    return bool(one and other) and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
