"""Flags that stood before the patient answered and do not stand so now: told until somebody signs.

What a flag said has to be seen to go. Nothing here says that it is good, or bad, that it went.
"""

from dataclasses import dataclass
from datetime import datetime

from intake.domain.changes import changes
from intake.domain.review import Review
from intake.domain.review_changes import ChangedAnswer, lines_of
from intake.domain.review_entries import Revised
from intake.domain.screening import Flag, Screening


@dataclass(frozen=True, slots=True)
class StoodBefore:
    """One flag as it was before an answer of the patient.

    ``now`` is the flag of the same rule that stands now; None when none does. ``at`` is when the
    patient answered, and ``number`` the place among the entries, from 1, of the question that was
    answered, or of what was added unasked. ``answers`` are those it rested on that are others now.
    """

    flag: Flag
    now: Flag | None
    at: datetime
    number: int
    answers: tuple[ChangedAnswer, ...]


def stood_before(review: Review) -> tuple[StoodBefore, ...]:
    """What the answers since the last sign-off made vanish, or come out otherwise; newest answer first."""
    signed = review.sign_offs[-1].entries if review.sign_offs else 0
    told: dict[str, StoodBefore] = {}
    for number, entry in reversed(list(enumerate(review.entries, 1))):
        if number <= signed or not isinstance(entry, Revised):
            continue
        for flag in _gone_with(entry.revision, review):
            one = StoodBefore(
                flag,
                _standing(flag, review),
                entry.at,
                entry.asked or number,
                _answers(flag, review),
            )
            told.setdefault(flag.outcome.rule, one)
    return tuple(told.values())


def _gone_with(revision: int, review: Review) -> tuple[Flag, ...]:
    before = [one for one in review.screenings if one.revision < revision]
    after = [one for one in review.screenings if one.revision >= revision]
    if not before or not after:
        return ()
    old = before[-1]
    first, now = _gone(old, after[0]), _gone(old, review.screening)
    # What came back meanwhile stands, and what only another edition of the rules took away is theirs.
    return tuple(flag for rule, flag in now.items() if rule in first)


def _gone(before: Screening, after: Screening) -> dict[str, Flag]:
    found = changes(before, after)
    # One that is folded into a graver flag of its topic came out as before, and is named there.
    same = {one.rule: one.outcome for one in after.outcomes}
    vanished = (one for one in found.vanished if same.get(one.outcome.rule) is not one.outcome.outcome)
    flags = (*vanished, *(one.before for one in found.other_outcome))
    return {flag.outcome.rule: flag for flag in flags}


def _standing(flag: Flag, review: Review) -> Flag | None:
    return next((one for one in review.flags if one.outcome.rule == flag.outcome.rule), None)


def _answers(flag: Flag, review: Review) -> tuple[ChangedAnswer, ...]:
    now = {line.question: line for line in (*lines_of(review.submission), *review.screening.worked_out)}
    changed = []
    for line in (*flag.outcome.because, *flag.outcome.missing):
        found = now.get(line.question)
        if found is None or (found.given, found.state) != (line.given, line.state):
            changed.append(ChangedAnswer(line.asked, line.said, None if found is None else found.said))
    return tuple(changed)
