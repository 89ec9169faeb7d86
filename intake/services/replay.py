"""Making stored screenings again with the editions of their time, to show that they say the same.

A screening rests on the answers, the day they were read as of, and three editions. All of them are
kept, so that anybody can ask years later whether the program would still say what it said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from intake.content.documents import DocumentRefused
from intake.content.library import Library, parse_library
from intake.domain.events import SubmissionReplayed
from intake.domain.evidence import PatientEvidence
from intake.domain.fitting import fitting
from intake.domain.screening import Editions, screen
from intake.domain.submissions import Submission
from intake.domain.wording import PartLines, transcribe
from intake.services.clinic import SYSTEM, Clinic
from intake.services.refusals import Refusal
from intake.storage import audit, editions, submissions, verbatim
from intake.storage.codec import screening_from_bytes, submission_from_bytes
from intake.storage.codec_record import UnknownRecord
from intake.storage.editions import NoSuchEdition
from intake.storage.encryption import DecryptionFailed
from intake.storage.submissions import NoSuchSubmission
from intake.storage.verbatim import Departure, Stored

_MOST_LIBRARIES = 8  # editions that follow one another; each takes half a second to read


class CannotReplay(Refusal):
    """A screening cannot be made again; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ScreeningReplayed:
    """One stored screening, and where the one made now departs from it."""

    number: int
    editions: Editions
    departures: tuple[Departure, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A submission made again: its words as asked, and each of its screenings."""

    submission: UUID
    reference: str
    transcript: tuple[Departure, ...]
    screenings: tuple[ScreeningReplayed, ...]

    @property
    def same(self) -> bool:
        """Whether everything came out byte for byte as it was stored."""
        return not self.transcript and not any(one.departures for one in self.screenings)


@dataclass(frozen=True, slots=True)
class Replays:
    """What came of several: how many came out the same, which did not, and which could not be made again.

    It was ``stopped`` when somebody interrupted it before the last of ``wanted``.
    """

    wanted: int
    same: int
    screenings: int
    otherwise: tuple[Replayed, ...]
    refused: tuple[tuple[UUID, str], ...]
    stopped: bool = False


class Shelf:
    """The libraries of the past, each read once. ``text`` finds a document by kind and edition."""

    def __init__(self, text: Callable[[str, str], str]) -> None:
        self._text = text
        self._read: dict[Editions, Library] = {}

    def library(self, wanted: Editions) -> Library:
        """The three documents that were in force. Raises CannotReplay."""
        if wanted not in self._read:
            found = self._library(wanted)
            while len(self._read) >= _MOST_LIBRARIES:
                self._read.pop(next(iter(self._read)))
            self._read[wanted] = found
        return self._read[wanted]

    def _library(self, wanted: Editions) -> Library:
        questionnaire = self._document("questionnaire", wanted.questionnaire)
        rules = self._document("rules", wanted.rules)
        medicines = self._document("medicines", wanted.medicines)
        try:
            return parse_library(questionnaire, rules, medicines)
        except DocumentRefused as refused:
            raise CannotReplay(
                f"this version of intake does not read an edition that was in force:\n{refused}\n"
                "What was stored is as it was. Replay with the version that wrote it, and report this"
            ) from None

    def _document(self, kind: str, edition: str) -> str:
        try:
            return self._text(kind, edition)
        except NoSuchEdition:
            raise CannotReplay(
                f"the {kind} of edition {edition[:12]} is not kept in this database, so the screening cannot "
                "be made again. Restore a backup that has it; or, if you have the file as it was, name it in "
                "the settings of a copy of this instance, run `intake init` there, and replay there"
            ) from None


def which(clinic: Clinic, named: str) -> UUID:
    """The submission with this reference or id. Raises NoSuchSubmission."""
    try:
        return UUID(named)
    except ValueError:
        with clinic.database.read() as session:
            return submissions.by_reference(session, named.strip().upper())


def every(clinic: Clinic) -> tuple[UUID, ...]:
    """All submissions, oldest first."""
    with clinic.database.read() as session:
        return submissions.ids(session)


def shelf(clinic: Clinic) -> Shelf:
    """Every edition this clinic keeps."""

    def text(kind: str, edition: str) -> str:
        with clinic.database.read() as session:
            return editions.fetch(session, kind, edition)

    return Shelf(text)


def replay(clinic: Clinic, past: Shelf, submission: UUID) -> Replayed:
    """Make everything of a submission again and compare. That it was done is recorded.

    Raises CannotReplay.
    """
    try:
        with clinic.database.read() as session:
            found = verbatim.stored(session, clinic.keys, submission)
        replayed = made_again(found, past)
    except (DecryptionFailed, NoSuchSubmission, UnknownRecord) as refusal:
        raise CannotReplay(f"{refusal}. Restore a backup in which it can be opened") from None
    with clinic.database.write() as session:
        event = SubmissionReplayed(submission, len(replayed.screenings), replayed.same)
        audit.record(session, clinic.keys, SYSTEM, event, clinic.now())
    return replayed


def replay_all(
    clinic: Clinic,
    wanted: tuple[UUID, ...],
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Replays:
    """Each of these, one after the other; ``told`` hears how many of how many are done. Never raises
    CannotReplay: that is one of the things that can come of it. An interruption (Ctrl-C) ends it early.
    """
    past = shelf(clinic)
    same = screenings = 0
    otherwise: list[Replayed] = []
    refused: list[tuple[UUID, str]] = []
    stopped = False
    try:
        for place, one in enumerate(wanted, 1):
            try:
                replayed = replay(clinic, past, one)
            except CannotReplay as refusal:
                refused.append((one, str(refusal)))
            else:
                screenings += len(replayed.screenings)
                same += replayed.same
                if not replayed.same:
                    otherwise.append(replayed)
            told(place, len(wanted))
    except KeyboardInterrupt:
        stopped = True
    return Replays(len(wanted), same, screenings, tuple(otherwise), tuple(refused), stopped)


def as_plain(found: Replays) -> dict[str, object]:
    """What came of it as plain data, for other programs; where it departs, and no answer."""
    return {
        "submissions": found.wanted,
        "same": found.same,
        "screenings": found.screenings,
        "stopped": found.stopped,
        "otherwise": [
            {
                "submission": str(one.submission),
                "reference": one.reference,
                "transcript": [_plain(departure) for departure in one.transcript],
                "screenings": [
                    {
                        "screening": screening.number,
                        "rules": screening.editions.rules,
                        "departures": [_plain(departure) for departure in screening.departures],
                    }
                    for screening in one.screenings
                    if screening.departures
                ],
            }
            for one in found.otherwise
        ],
        "refused": [{"submission": str(one), "reason": reason} for one, reason in found.refused],
    }


def made_again(stored: Stored, past: Shelf) -> Replayed:
    """Everything of a submission, made again from its own records. Raises CannotReplay and UnknownRecord."""
    revisions = tuple(map(submission_from_bytes, stored.revisions))
    transcript = tuple(
        departure
        for submission, content in zip(revisions, stored.revisions, strict=True)
        for departure in verbatim.from_transcript(content, _transcript(submission, past))
    )
    screenings = tuple(_screenings(revisions, stored, past))
    return Replayed(revisions[0].id, revisions[0].reference, transcript, screenings)


def _transcript(submission: Submission, past: Shelf) -> tuple[PartLines, ...]:
    library = past.library(submission.editions)
    answers, sent_on = submission.answers, submission.sent_on
    evidence = PatientEvidence(
        library.questionnaire, library.formulary, answers, sent_on, submission.unread, submission.not_on_paper
    )
    return transcribe(evidence)


def _screenings(
    revisions: tuple[Submission, ...], stored: Stored, past: Shelf
) -> Iterator[ScreeningReplayed]:
    by_revision = {one.revision: one for one in revisions}
    for number, content in enumerate(stored.screenings, 1):
        before = screening_from_bytes(content)
        submission = by_revision.get(before.revision)
        if submission is None:
            raise CannotReplay(f"screening {number} is of answers that are not stored. Restore a backup")
        library = past.library(before.editions)
        # The first screening read the answers as they were sent, every later one as they fit by then.
        fitted = fitting(library.questionnaire, submission.answers)
        answers = submission.answers if number == 1 else fitted
        # Screenings of the first versions do not say; they were as of the day it was sent.
        as_of = before.as_of or submission.sent_on
        evidence = PatientEvidence(
            library.questionnaire,
            library.formulary,
            answers,
            as_of,
            submission.unread,
            submission.not_on_paper,
        )
        made = screen(library.rulebook, evidence, library.editions, before.at)
        yield ScreeningReplayed(number, before.editions, verbatim.from_screening(content, made))


def _plain(departure: Departure) -> dict[str, str]:
    return {"where": departure.where, "field": departure.field}
