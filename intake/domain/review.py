"""A clinician's work on a submission: what was acknowledged, what still stands in the way of a sign-off.

Facts are inserted, statuses are computed: nothing here is ever changed in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property

from intake.domain.coming_back import CameBack, SignedAt, came_back
from intake.domain.feedback import Feedback, FeedbackKind, on_flag, on_submission, standing
from intake.domain.fingerprint import fingerprint
from intake.domain.patient_requests import PatientRequest
from intake.domain.permissions import StaffMember
from intake.domain.queue_entry import QueueEntry
from intake.domain.review_entries import Done, Entry, Undoing, meaning
from intake.domain.review_records import Acknowledgement, Blocker, SeenBefore, SignOff
from intake.domain.review_refusals import (
    AlreadyAcknowledged,
    AlreadySignedOff,
    Changed,
    DoneInWords,
    DoneNeeded,
    NotReady,
    UnknownFlag,
)
from intake.domain.rules import Priority
from intake.domain.screening import Flag, RuleOutcome, Screening
from intake.domain.standing import Signed, Standing
from intake.domain.submissions import Submission


class Status(Enum):
    """Where a review stands; computed, never stored."""

    NEEDS_REVIEW = "needs review"
    SIGNED_OFF = "signed off"


# Without slots: a page asks many times where a review stands, and a review never changes.
@dataclass(frozen=True)
class Review:
    """A submission, its screenings in order, and what clinicians have recorded about it."""

    submission: Submission
    screenings: tuple[Screening, ...]
    acknowledgements: tuple[Acknowledgement, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    # Said of the rules and not of the patient: no status and no fingerprint looks at it.
    feedback: tuple[Feedback, ...] = ()
    entries: tuple[Entry, ...] = ()
    # What was sent before, oldest first; empty while the patient added nothing.
    earlier: tuple[Submission, ...] = ()
    # A task of its own, told on every page of the form: no status and no fingerprint looks at it.
    requests: tuple[PatientRequest, ...] = ()

    @property
    def screening(self) -> Screening:
        """The newest screening: the one that counts."""
        return self.screenings[-1]

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The flags that stand now."""
        return self.screening.flags

    @property
    def priority(self) -> Priority | None:
        """The highest priority among the flags that stand."""
        return self.screening.priority

    @property
    def revisions(self) -> tuple[Submission, ...]:
        """The submission as it was after each time the patient sent something, oldest first."""
        return (*self.earlier, self.submission)

    @cached_property
    def standing(self) -> Standing:
        """Everything that decides where it stands; see ``Standing.place``."""
        flags = frozenset(flag.key for flag in self.flags)
        covered = bool(self.sign_offs) and flags <= set(self.sign_offs[-1].flags)
        signed = tuple(
            Signed(one.entries, one.at.date(), one.second_read, one.clinician) for one in self.sign_offs
        )
        urgent = any(blocker.flag.outcome.priority is Priority.URGENT for blocker in self.blockers())
        return Standing.of(self.entries, signed, covers_all_flags=covered, flags=flags, urgent=urgent)

    @property
    def status(self) -> Status:
        """Signed off while a sign-off covers every flag that stands, and nobody took it up again."""
        return Status.SIGNED_OFF if self.standing.signed else Status.NEEDS_REVIEW

    @property
    def queue_entry(self) -> QueueEntry:
        """Its line in the queue."""
        acknowledged = sum(self.acknowledgement(flag.key) is not None for flag in self.flags)
        entry = QueueEntry.of(self.submission, self.screening, self.standing, acknowledged)
        return replace(entry, came_back=self.came_back)

    @property
    def came_back(self) -> CameBack | None:
        """When it last came back into the clinic's hands; None when it waits since it was sent."""
        return came_back(
            self.entries,
            [SignedAt(one.entries, one.at) for one in self.sign_offs],
            raised_at=self._raised_at,
            second_read=self.standing.second_read,
        )

    @property
    def _raised_at(self) -> datetime | None:
        if not self.sign_offs:
            return None
        last = self.sign_offs[-1]
        later = (one for one in self.screenings if one.at > last.at)
        return next((one.at for one in later if not {f.key for f in one.flags} <= set(last.flags)), None)

    @property
    def was_reopened(self) -> bool:
        """Whether something new was raised after a sign-off."""
        return bool(self.sign_offs) and self.status is Status.NEEDS_REVIEW

    def acknowledgement(self, flag: str) -> Acknowledgement | None:
        """Who acknowledged the flag, if anyone has and did not take it back."""
        number = self.acknowledgement_number(flag)
        return self.acknowledgements[number - 1] if number else None

    def acknowledgement_number(self, flag: str) -> int:
        """The place, from 1, of the acknowledgement that stands of a flag; 0 when none does."""
        return self._standing_acknowledgements.get(flag, 0)

    @cached_property
    def _standing_acknowledgements(self) -> Mapping[str, int]:
        undone = self._undone
        standing: dict[str, int] = {}
        for place, ack in enumerate(self.acknowledgements, 1):
            if place not in undone:
                standing.setdefault(ack.flag, place)
        return standing

    def acknowledged_before(self, flag: Flag) -> SeenBefore | None:
        """The newest acknowledgement of the same rule's flag as it was before it changed.

        None when it has not changed, or nobody had acknowledged it.
        """
        before = {
            one.key: one
            for screening in self.screenings
            for one in screening.flags
            if one.outcome.rule == flag.outcome.rule and one.key != flag.key
        }
        undone = self._undone
        seen = (
            SeenBefore(ack, before[ack.flag])
            for place, ack in enumerate(self.acknowledgements, 1)
            if ack.flag in before and place not in undone
        )
        return max(seen, key=lambda one: one.acknowledgement.at, default=None)

    @cached_property
    def _undone(self) -> frozenset[int]:
        return frozenset(one.acknowledgement for one in self.entries if isinstance(one, Undoing))

    def blockers(self) -> tuple[Blocker, ...]:
        """The flags nobody has acknowledged."""
        return tuple(Blocker(f) for f in self.flags if self.acknowledgement(f.key) is None)

    def fingerprint(self) -> str:
        """Changes when anything a clinician would be signing changes."""
        content: dict[str, object] = {
            "submission": self.submission.id,
            "revision": self.submission.revision,
            "answers": [
                [line.question, line.asked, line.said]
                for part in self.submission.transcript
                for line in part.lines
            ],
            "editions": [
                self.screening.editions.questionnaire,
                self.screening.editions.rules,
                self.screening.editions.medicines,
            ],
            "flags": [flag.key for flag in self.flags],
            "worked out": [[line.question, line.said] for line in self.screening.worked_out],
            "acknowledgements": [
                [ack.flag, ack.clinician, ack.note, ack.at] for ack in self.acknowledgements
            ],
            "sign-offs": len(self.sign_offs),
        }
        # Left out while there are none, so that what was signed before there were any stays as it was.
        if self.entries:
            content["entries"] = [meaning(one) for one in self.entries]
        if done := [[ack.flag, ack.done.value] for ack in self.acknowledgements if ack.done is not None]:
            content["done"] = done
        return fingerprint(content)

    def acknowledge(
        self, flag: str, clinician: StaffMember, note: str, at: datetime, done: Done | None = None
    ) -> Acknowledgement:
        """Record that the clinician has seen a flag and, of an urgent one, what they did about it.

        Refuses twice, and flags that are gone: AlreadyAcknowledged, UnknownFlag. Raises DoneNeeded
        and DoneInWords.
        """
        standing = next((one for one in self.flags if one.key == flag), None)
        if standing is None:
            raise UnknownFlag(flag)
        if self.acknowledgement(flag) is not None:
            raise AlreadyAcknowledged(flag)
        if standing.outcome.priority is not Priority.URGENT:
            done = None
        elif done is None:
            raise DoneNeeded(flag)
        elif done is not Done.CALLED_PATIENT and not note.strip():
            raise DoneInWords(flag)
        return Acknowledgement(flag, clinician.id, clinician.printed_name, note.strip(), at, done)

    def give_feedback(
        self, kind: FeedbackKind, flag: str, words: str, clinician: StaffMember, at: datetime
    ) -> Feedback | None:
        """What the clinician says of a flag or, with no flag, of one that is missing.

        Of any flag that was ever shown: what a screening said since does not unsay it. None
        when it is what the clinician said last, as when a button is pressed twice. Raises
        UnknownFlag and WordsNeeded.
        """
        if kind is FeedbackKind.MISSING:
            said = on_submission(words, clinician, at)
        else:
            said = on_flag(self._ever_shown(flag), kind, words, clinician, at)
        given_before = any(said.repeats(one) for one in standing(self.feedback))
        return None if given_before else said

    def _ever_shown(self, key: str) -> RuleOutcome:
        for screening in reversed(self.screenings):
            for flag in screening.flags:
                if flag.key == key:
                    return flag.outcome
        raise UnknownFlag(key)

    def sign_off(
        self,
        clinician: StaffMember,
        statement: str,
        note: str,
        shown: str,
        at: datetime,
        next_step: str = "",
        *,
        second_read: bool = False,
    ) -> SignOff:
        """Sign for exactly what was shown; ``shown`` is the fingerprint the page carried.

        ``at`` is by the clock of the clinic: its day says what is looked at again. Raises
        AlreadySignedOff, Changed, NotReady.
        """
        if self.status is Status.SIGNED_OFF:
            raise AlreadySignedOff
        if shown != self.fingerprint():
            raise Changed
        if blockers := self.blockers():
            raise NotReady(blockers)
        return SignOff(
            clinician.id,
            clinician.printed_name,
            statement,
            note.strip(),
            at,
            shown,
            tuple(flag.key for flag in self.flags),
            len(self.entries),
            next_step.strip(),
            second_read,
        )
