"""Where people leave the form: counted by pages that everybody is asked, and by nobody in particular.

A page that is asked only after certain answers has no count of its own: that anybody came to it says
what they answered. It belongs to the next page that everybody is asked, and whoever leaves on either
is counted alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from intake.domain.questionnaire import Page, Part, Questionnaire

# How long counts are kept (ux_spec.md 16).
DAYS_KEPT = 90
# Checking and signing, after the last page. No page can be called this: ids have no spaces.
SENDING = "to send"


class Came(Enum):
    """What is counted of a stretch; each at most once for a form, but for stopping."""

    SHOWN = "shown"
    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page everybody is asked and the follow-up pages before it; no ``page`` at the end, to send."""

    id: str
    part: Part | None
    page: Page | None
    follow_ups: tuple[Page, ...]


def stretches(questionnaire: Questionnaire) -> tuple[Stretch, ...]:
    """Every stretch, in the order of the form; the last is checking, signing and sending."""
    found: list[Stretch] = []
    follow_ups: list[Page] = []
    for part, page in questionnaire.pages:
        if _is_asked_of_everybody(page):
            found.append(Stretch(page.id, part, page, tuple(follow_ups)))
            follow_ups = []
        else:
            follow_ups.append(page)
    return (*found, Stretch(SENDING, None, None, tuple(follow_ups)))


def at_the_start(questionnaire: Questionnaire) -> Iterator[tuple[str, Came]]:
    """What is counted when a form is begun."""
    return _shown(questionnaire, frozenset(), ())


def at_a_save(
    questionnaire: Questionnaire, page: str, before: frozenset[str], after: frozenset[str], *, stopped: bool
) -> Iterator[tuple[str, Came]]:
    """What is counted when a page was saved; ``before`` and ``after`` are the pages continued from.

    It depends on the pages that everybody is asked and on nothing else: which follow-ups there were,
    and on which of the pages of a stretch somebody stopped, makes no difference.
    """
    here = next(
        one.id
        for one in stretches(questionnaire)
        if page == one.id or any(page == other.id for other in one.follow_ups)
    )
    if stopped:
        yield here, Came.STOPPED
    if here == page and page not in before and page in after:
        yield here, Came.FINISHED
    yield from _shown(questionnaire, after, _come_to(questionnaire, before))


def at_sending() -> Iterator[tuple[str, Came]]:
    """What is counted when a form is sent."""
    yield SENDING, Came.FINISHED


def _shown(
    questionnaire: Questionnaire, seen: frozenset[str], before: tuple[str, ...]
) -> Iterator[tuple[str, Came]]:
    return ((one, Came.SHOWN) for one in _come_to(questionnaire, seen) if one not in before)


def _come_to(questionnaire: Questionnaire, seen: frozenset[str]) -> tuple[str, ...]:
    """The stretches somebody has come to: the first, and each they finished with the one after it."""
    ids = tuple(one.id for one in stretches(questionnaire))
    finished = [place for place, one in enumerate(ids) if one in seen]
    reached = {0, *finished, *(place + 1 for place in finished)}
    return tuple(one for place, one in enumerate(ids) if place in reached)


def _is_asked_of_everybody(page: Page) -> bool:
    return any(question.only_if is None for question in page.questions)
