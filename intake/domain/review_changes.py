"""What happened to a review between two moments: for a page that was open meanwhile.

Facts are only ever added, in order. So how many there were of each kind when a page was shown is
enough to tell what came since, and a page can carry that without a word about anybody's health.
"""

from dataclasses import dataclass, replace

from intake.domain.answers import State
from intake.domain.changes import Changes, changes
from intake.domain.review import Review
from intake.domain.review_entries import Entry, Undoing
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.submissions import Submission
from intake.domain.wording import Line

_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of a review a page showed: opaque counts, as the page carries them."""

    revision: int
    screenings: int
    acknowledgements: int
    sign_offs: int
    entries: int

    @classmethod
    def of(cls, review: Review) -> "Shown":
        """What a page of this review shows."""
        return cls(
            len(review.revisions),
            len(review.screenings),
            len(review.acknowledgements),
            len(review.sign_offs),
            len(review.entries),
        )

    @classmethod
    def read(cls, carried: str) -> "Shown | None":
        """The counts a page sent back; None when it sent anything else."""
        counts = carried.split("-")
        if len(counts) != 5 or not all(one.isdecimal() and len(one) <= _LONGEST for one in counts):
            return None
        return cls(*(int(one) for one in counts))

    def __str__(self) -> str:
        counts = (self.revision, self.screenings, self.acknowledgements, self.sign_offs, self.entries)
        return "-".join(str(one) for one in counts)


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One question that is answered otherwise: what was said before, and now; None where not asked."""

    asked: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An acknowledgement of the flag with this title was taken back."""

    title: str
    undoing: Undoing


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The flag with this title was acknowledged."""

    title: str
    acknowledgement: Acknowledgement


@dataclass(frozen=True, slots=True)
class ReviewChanges:
    """Everything that came to a review since a page of it was shown, in the order of its kinds."""

    flags: Changes
    answers: tuple[ChangedAnswer, ...]
    acknowledged: tuple[Acknowledged, ...]
    taken_back: tuple[TakenBack, ...]
    entries: tuple[Entry, ...]
    signed: tuple[SignOff, ...]
    screened_again: bool

    @property
    def nothing(self) -> bool:
        """Whether the two reviews are one and the same."""
        found = (self.answers, self.acknowledged, self.taken_back, self.entries, self.signed)
        return not (any(found) or self.flags.any_flag or self.screened_again)


def as_shown(review: Review, shown: Shown) -> Review:
    """The review as it was when a page showed so much of it; never less than a submission and a screening."""
    revisions = review.revisions[: max(1, shown.revision)]
    return replace(
        review,
        submission=revisions[-1],
        earlier=revisions[:-1],
        screenings=review.screenings[: max(1, shown.screenings)],
        acknowledgements=review.acknowledgements[: shown.acknowledgements],
        sign_offs=review.sign_offs[: shown.sign_offs],
        entries=review.entries[: shown.entries],
    )


def review_changes(before: Review, after: Review) -> ReviewChanges:
    """What is new in ``after``, which began as ``before``."""
    entries = after.entries[len(before.entries) :]
    titles = {flag.key: flag.title for screening in after.screenings for flag in screening.flags}
    seen = after.acknowledgements[len(before.acknowledgements) :]
    return ReviewChanges(
        flags=changes(before.screening, after.screening),
        answers=changed_answers(lines_of(before.submission), lines_of(after.submission)),
        acknowledged=tuple(Acknowledged(titles.get(one.flag, _GONE), one) for one in seen),
        taken_back=tuple(
            TakenBack(titles.get(one.flag, _GONE), one) for one in entries if isinstance(one, Undoing)
        ),
        entries=tuple(one for one in entries if not isinstance(one, Undoing)),
        signed=after.sign_offs[len(before.sign_offs) :],
        screened_again=len(after.screenings) > len(before.screenings),
    )


def changed_answers(before: tuple[Line, ...], after: tuple[Line, ...]) -> tuple[ChangedAnswer, ...]:
    """The questions that are answered otherwise, in the order they are asked; those no longer asked last."""
    old, new = ({line.question: line for line in lines} for lines in (before, after))
    every = dict.fromkeys((*new, *old))
    return tuple(
        ChangedAnswer((new.get(one) or old[one]).asked, _said(old.get(one)), _said(new.get(one)))
        for one in every
        if one not in old or one not in new or _given(old[one]) != _given(new[one])
    )


def lines_of(submission: Submission) -> tuple[Line, ...]:
    """Every line of a submission, in the order of the form."""
    return tuple(line for part in submission.transcript for line in part.lines)


def _given(line: Line) -> tuple[str, State | None]:
    # As given and not as worded: a reworded questionnaire changes no answer.
    return line.given, line.state


def _said(line: Line | None) -> str | None:
    return None if line is None else line.said


_GONE = "A flag of an earlier screening"
