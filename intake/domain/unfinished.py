"""Pages a patient filled in and has not continued from, and what happens when two people answer one page.

An unfinished page is no answer: no rule reads it, nobody is sent it, and it goes with the draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

# The page that is signed has no id in a questionnaire; no page of one can have this one.
SIGNING = "/sign"
# A mark is short and says whether two answers are the same one. This is that of no answer.
NOTHING_SAID = ""

Marks = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownPage:
    """What a page showed when it was made: whose draft, which page, and a mark of each answer."""

    draft: UUID
    page: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class UnfinishedPage:
    """What stands in the boxes of a page, as the browser sent it.

    ``marks`` are those of the answers the page showed; None when that is not known. ``checked`` says
    that the patient pressed Continue, so that what is to be put right is shown with it.
    """

    boxes: tuple[tuple[str, str], ...] = field(repr=False)
    marks: Marks | None = None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """Answers of a page that meet answers saved elsewhere since it was shown.

    Of those in ``ask`` both are shown, and the patient says which one is right. Those in ``stay`` were
    left blank on this page all along: what was saved elsewhere stays.
    """

    ask: frozenset[str]
    stay: frozenset[str]


def meet(shown: Marks, saved: Marks, given: Marks) -> Meeting:
    """What becomes of each question of a page, by the marks of its three answers."""
    changed = {
        name for name, mark in given.items() if _was_changed(name, shown, saved) and mark != saved[name]
    }
    stay = {name for name in changed if given[name] == shown.get(name, NOTHING_SAID) == NOTHING_SAID}
    return Meeting(frozenset(changed - stay), frozenset(stay))


def shown_after(meeting: Meeting, shown: Marks, saved: Marks) -> Marks:
    """The marks of a page that shows both answers of what is asked, and the rest as it stood before."""
    return {**shown, **{name: saved[name] for name in meeting.ask}}


def _was_changed(name: str, shown: Marks, saved: Marks) -> bool:
    return saved[name] != shown.get(name, NOTHING_SAID)
