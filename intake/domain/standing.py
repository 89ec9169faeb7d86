"""Where a review stands: in the queue, with the patient, put off until a day, or done; worked out.

The queue has to know it of every form without opening the form, so it is kept sealed beside the
form's title; ``Standing.of`` makes it anew each time something is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from uuid import UUID

from intake.domain.review_entries import (
    Entry,
    JunkMark,
    JunkUndone,
    LookAgain,
    Question,
    QuestionWithdrawn,
    Reopening,
    Revised,
    Undoing,
    View,
    ViewKind,
)

# After this long without an answer, staff are told gently; the patient is not pressed (ux_spec 12.3).
LONG_WITHOUT_ANSWER = timedelta(days=3)
# So long the link to a question works; after it nothing comes from the patient by itself.
LINK_LIVES = timedelta(days=14)
# So far apart are the dates of two places at one moment.
_ELSEWHERE = timedelta(days=1)


class PlaceInWork(Enum):
    """Under which heading of the clinic's work a form stands on a day."""

    QUEUE = "queue"
    WAITING_ON_PATIENT = "waiting_on_patient"
    LATER = "later"
    DONE = "done"
    JUNK = "junk"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a sign-off says of the entries: how many there were, the day at the clinic, whether
    somebody else is to read the form too, and who signed.
    """

    entries: int
    on: date
    second_read: bool
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides where a review stands; only the day is missing.

    ``asked_at`` is when the oldest question was asked that the patient has not answered; None while
    anything came from the patient after the newest of them that nobody has signed for yet.
    ``asked_last_at`` is when the newest of them was, and ``needs_clinic`` whether the form must not wait
    for an answer: an urgent flag nobody acknowledged, a flag or an act that came after the question.
    ``new_answer`` says whether something came from the patient since the last sign-off,
    ``second_read`` that somebody other than ``signed_by`` is to read it. ``junk_since`` is when somebody
    said that no patient meant the form; None unless that still holds.
    """

    signed: bool = False
    look_again_on: date | None = None
    asked_at: datetime | None = None
    new_answer: bool = False
    second_read: bool = False
    signed_by: UUID | None = None
    asked_last_at: datetime | None = None
    needs_clinic: bool = False
    junk_since: datetime | None = None

    @classmethod
    def of(
        cls,
        entries: Sequence[Entry],
        sign_offs: Sequence[Signed],
        *,
        covers_all_flags: bool,
        flags: frozenset[str] = frozenset(),
        urgent: bool = False,
    ) -> "Standing":
        """Where a review stands after these entries; ``covers_all_flags`` is said of the last sign-off,
        ``flags`` are the keys of those that stand, ``urgent`` whether one of them is urgent and nobody
        has acknowledged it.
        """
        since = entries[sign_offs[-1].entries :] if sign_offs else tuple(entries)
        # An acknowledgement taken back after a signature leaves a flag that nobody stands for.
        taken_up_again = any(isinstance(one, Reopening | Revised | Undoing) for one in since)
        signed = bool(sign_offs) and covers_all_flags and not taken_up_again
        asked = _asked(entries, sign_offs[-1].entries if sign_offs else 0)
        return cls(
            signed=signed,
            look_again_on=_look_again_on(entries, sign_offs, flags),
            asked_at=min((one.by.at for _, one in asked), default=None),
            new_answer=any(isinstance(one, Revised) for one in since),
            second_read=signed and sign_offs[-1].second_read and not _read_twice(since, sign_offs[-1].by),
            signed_by=sign_offs[-1].by if signed else None,
            asked_last_at=asked[-1][1].by.at if asked else None,
            needs_clinic=bool(asked)
            and not signed
            and (urgent or _came_after(asked[-1], entries, sign_offs, flags)),
            junk_since=_junk_since(entries, sign_offs, flags),
        )

    @property
    def is_finished(self) -> bool:
        """Whether nothing brings it back by itself: the queue need not look at it again."""
        return self.signed and self.look_again_on is None and self.asked_at is None and not self.second_read

    def waits_long(self, now: datetime) -> bool:
        """Whether the patient has not answered for so long that somebody may want to call."""
        return self.asked_at is not None and now - self.asked_at >= LONG_WITHOUT_ANSWER

    def unanswered_on(self) -> date | None:
        """The day on whose morning the form comes back because the link to the newest question ran out."""
        return None if self.asked_last_at is None else (self.asked_last_at + LINK_LIVES).date()

    def is_unanswered(self, today: date) -> bool:
        """Whether the form waited for an answer, and the day has come on which none can come any more."""
        on = self.unanswered_on()
        return on is not None and (on <= today or self._asked_after(today)) and not self.needs_clinic

    def _asked_after(self, today: date) -> bool:
        # The clock was ahead, and nobody knows for how long it waits: somebody looks.
        return self.asked_last_at is not None and self.asked_last_at.date() > today + _ELSEWHERE

    def comes_back(self, today: date) -> bool:
        """Whether the day has come on which somebody wanted to look again."""
        return self.look_again_on is not None and self.look_again_on <= today

    def place(self, today: date) -> PlaceInWork:
        """Under which heading it stands today."""
        if self.junk_since is not None:
            return PlaceInWork.JUNK
        if self.second_read:
            # Somebody else's reading waits for no day and no answer.
            return PlaceInWork.QUEUE
        if self.look_again_on is not None:
            return PlaceInWork.QUEUE if self.comes_back(today) else PlaceInWork.LATER
        if self.asked_at is not None:
            # A question hides nothing from whoever is to look.
            waits = not self.needs_clinic and not self.is_unanswered(today)
            return PlaceInWork.WAITING_ON_PATIENT if waits else PlaceInWork.QUEUE
        if not self.signed:
            return PlaceInWork.QUEUE
        return PlaceInWork.DONE


# Of a form that was just sent.
NEW = Standing()


def open_questions(entries: Sequence[Entry]) -> tuple[tuple[int, Question], ...]:
    """The questions the patient has not answered and nobody took back, each with its place, from 1."""
    settled = {one.asked for one in entries if isinstance(one, QuestionWithdrawn | Revised)}
    return tuple(
        (place, one)
        for place, one in enumerate(entries, 1)
        if isinstance(one, Question) and place not in settled
    )


def _asked(entries: Sequence[Entry], read_until: int) -> tuple[tuple[int, Question], ...]:
    """The open questions; none while something came after the newest that nobody has signed for yet."""
    still_open = open_questions(entries)
    if still_open:
        newest, _ = still_open[-1]
        if any(isinstance(one, Revised) for one in entries[max(newest, read_until) :]):
            return ()
    return still_open


def _came_after(
    newest: tuple[int, Question],
    entries: Sequence[Entry],
    sign_offs: Sequence[Signed],
    flags: frozenset[str],
) -> bool:
    """Whether, in a form that is not signed, something calls for a clinician that came after the question."""
    place, question = newest
    # Signed after the question and not signed now: whatever undid the signature came later still.
    if sign_offs and sign_offs[-1].entries >= place:
        return True
    if any(isinstance(one, Reopening | Undoing) for one in entries[place:]):
        return True
    return question.flags is not None and not flags <= set(question.flags)


def _look_again_on(
    entries: Sequence[Entry], sign_offs: Sequence[Signed], flags: frozenset[str]
) -> date | None:
    put_off = [(place, one) for place, one in enumerate(entries) if isinstance(one, LookAgain)]
    if not put_off:
        return None
    place, last = put_off[-1]
    if last.on is None:
        return None
    # Nobody put off what came in or was raised since: that is looked at as if there were no day.
    if any(isinstance(one, Revised | Reopening | Undoing) for one in entries[place + 1 :]):
        return None
    if last.flags is not None and not flags <= set(last.flags):
        return None
    # Looked at again: signed after it was put off, on the day or later.
    looked = any(one.entries > place and one.on >= last.on for one in sign_offs)
    return None if looked else last.on


def _junk_since(
    entries: Sequence[Entry], sign_offs: Sequence[Signed], flags: frozenset[str]
) -> datetime | None:
    marks = [(place, one) for place, one in enumerate(entries) if isinstance(one, JunkMark)]
    if not marks:
        return None
    place, last = marks[-1]
    # Whoever signed it since took it for a patient's; what came in or was raised since, nobody marked.
    if any(isinstance(one, JunkUndone | Revised) for one in entries[place + 1 :]):
        return None
    if any(one.entries > place for one in sign_offs) or not flags <= set(last.flags):
        return None
    return last.by.at


def _read_twice(since: Sequence[Entry], signer: UUID | None) -> bool:
    return any(
        isinstance(one, View)
        and one.kind is ViewKind.SECOND
        and not one.skipped
        and one.by.clinician != signer
        for one in since
    )
