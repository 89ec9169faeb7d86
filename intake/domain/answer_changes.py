"""What a patient said at one time and at another, side by side, without a word about it.

Only answers that were sent are known: what somebody changes while they fill in a draft is theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from intake.domain.submissions import Submission
from intake.domain.wording import Line

NOT_ASKED = "Not asked"  # the question did not apply, or was not in the questionnaire yet


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer that is not what it was. ``asked`` is the newer wording of the question."""

    question: str
    asked: str
    label: str
    before: str
    before_sent: datetime
    now: str
    now_sent: datetime


def answer_changes(before: Submission, after: Submission) -> tuple[AnswerChange, ...]:
    """What differs between two revisions of a submission, in the order in which it was asked.

    Two answers differ when what was given does; a question that was only reworded, or a choice
    that is only called something else by now, changes no answer.
    """
    old, new = _lines(before), _lines(after)
    changed = []
    for question in dict.fromkeys((*new, *old)):
        was, now = old.get(question), new.get(question)
        line = now or was
        asked_both = was is not None and now is not None
        if line is None or (asked_both and before.answers.get(question) == after.answers.get(question)):
            continue
        changed.append(
            AnswerChange(
                question,
                line.asked,
                line.label,
                NOT_ASKED if was is None else was.said,
                before.sent_at,
                NOT_ASKED if now is None else now.said,
                after.sent_at,
            )
        )
    return tuple(changed)


def changes_over_time(revisions: Sequence[Submission]) -> tuple[AnswerChange, ...]:
    """Every change between each revision and the next, oldest first."""
    return tuple(change for before, after in pairwise(revisions) for change in answer_changes(before, after))


def given_at(revisions: Sequence[Submission]) -> dict[str, datetime]:
    """When each answer that stands now was sent: by the first revision since which it is the same."""
    found: dict[str, datetime] = {}
    for place, revision in enumerate(revisions):
        for question, answer in revision.answers.items():
            earlier = revisions[place - 1].answers.get(question) if place else None
            if earlier != answer:
                found[question] = revision.sent_at
    return found


def _lines(submission: Submission) -> dict[str, Line]:
    return {line.question: line for part in submission.transcript for line in part.lines}
