"""Typing in a form from paper: once, and a second time by somebody who does not see the first.

Whatever is shown of a typing, and whatever is typed, leaves its event in the same transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from intake.domain.answers import BLANK, Answer, Answers
from intake.domain.events import (
    TranscriptionBegun,
    TranscriptionDiscarded,
    TranscriptionOpened,
    TranscriptionTyped,
)
from intake.domain.evidence import PatientEvidence
from intake.domain.fitting import fitting
from intake.domain.paper_edition import PaperEdition
from intake.domain.permissions import StaffMember
from intake.domain.questionnaire import Page
from intake.domain.transcription import (
    Discarding,
    NotTypedYet,
    Pass,
    Transcription,
    Typing,
    typed,
)
from intake.domain.truth import Truth
from intake.services import paper_editions, paths
from intake.services.clinic import Clinic
from intake.services.languages import spoken_now
from intake.storage import accounts, audit, submissions, transcriptions
from intake.storage.transcriptions import Waiting


@dataclass(frozen=True, slots=True)
class Opened:
    """A typing as whoever types it sees it: nothing of the other one is in it."""

    id: UUID
    reference: str
    which: Pass
    typing: Typing
    evidence: PatientEvidence
    edition: PaperEdition
    language: str = ""

    def pages_of(self, part: int) -> tuple[Page, ...]:
        """The pages of a part, from 1, that apply after what was typed so far and stand on the paper."""
        found = self.evidence.questionnaire.parts[part - 1]
        printed = (self._as_printed(page) for page in paths.pages_asked(self.evidence, found))
        return tuple(page for page in printed if paths.asked_on(self.evidence, page))

    def unseen(self, part: int) -> tuple[Page, ...]:
        """The pages of a part on which something was not typed yet."""
        return tuple(page for page in self.pages_of(part) if self._is_unseen(page))

    @property
    def parts_left(self) -> tuple[int, ...]:
        """The parts, by number, of which something is still to be typed."""
        parts = range(1, len(self.evidence.questionnaire.parts) + 1)
        return tuple(part for part in parts if self.unseen(part))

    def _as_printed(self, page: Page) -> Page:
        on_paper = tuple(one for one in page.questions if one.id not in self.edition.not_asked)
        return page if len(on_paper) == len(page.questions) else replace(page, questions=on_paper)

    def _is_unseen(self, page: Page) -> bool:
        # A question may apply only since another part was typed.
        return page.id not in self.typing.seen or any(
            self.typing.entry(one.id) is None and self.evidence.asked(one.id).truth is Truth.YES
            for one in page.questions
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One paper in the list, with the names of those who type it; empty for a second nobody began."""

    paper: Waiting
    first: str
    second: str


def waiting(clinic: Clinic) -> tuple[Listed, ...]:
    """Every paper that is being typed in, the oldest first, but for those whose time is over.

    Those are thrown away beside the pages (``papers_left``).
    """
    with clinic.database.read() as session:
        now = clinic.now()
        every = [one for one in transcriptions.every(session) if not one.is_over(now)]
        names = {one.id: one.printed_name for one in accounts.everybody(session, clinic.keys)}
    return tuple(
        Listed(one, names[one.first_by], names[one.second_by] if one.second_by else "") for one in every
    )


def waiting_one(clinic: Clinic, transcription: UUID) -> Waiting:
    """One paper of the list. Raises NoSuchTranscription."""
    found = (one.paper for one in waiting(clinic) if one.paper.id == transcription)
    if (paper := next(found, None)) is None:
        raise transcriptions.NoSuchTranscription(f"no paper {transcription} is being typed in")
    return paper


def begin(clinic: Clinic, member: StaffMember, edition: PaperEdition, code: str = "") -> UUID:
    """Begin to type in a paper of this edition, printed in the language of this code; English without one."""
    with clinic.database.write() as session:
        now = clinic.now()
        begun = Transcription(
            uuid4(),
            submissions.new_reference(session, clinic.settings.reference_prefix),
            edition.edition,
            now,
            Typing(member.id, member.printed_name),
            language=spoken_now(clinic.settings, code),
        )
        transcriptions.add(session, clinic.keys, begun)
        audit.record(session, clinic.keys, member.id, TranscriptionBegun(begun.id, Pass.FIRST.value), now)
    return begun.id


def begin_second(clinic: Clinic, member: StaffMember, transcription: UUID) -> None:
    """Begin to type the same paper again.

    Raises SamePerson, TakenAlready, NotThere and NoSuchTranscription.
    """
    with clinic.database.write() as session:
        now = clinic.now()
        found = transcriptions.fetch(session, clinic.keys, transcription, now)
        alone = clinic.settings.transcribe_alone
        transcriptions.save(
            session, clinic.keys, found.with_second(member.id, member.printed_name, alone=alone)
        )
        event = TranscriptionBegun(transcription, Pass.SECOND.value)
        audit.record(session, clinic.keys, member.id, event, now)


def open_typing(clinic: Clinic, member: StaffMember, transcription: UUID) -> Opened:
    """Somebody's own typing, recorded as read. Raises NotYours, NotThere and NoSuchTranscription."""
    with clinic.database.write() as session:
        found = transcriptions.fetch(session, clinic.keys, transcription, clinic.now())
        opened = _opened(clinic, found, found.pass_of(member.id))
        event = TranscriptionOpened(transcription, opened.which.value)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return opened


def type_pages(
    clinic: Clinic,
    member: StaffMember,
    transcription: UUID,
    pages: tuple[Page, ...],
    answers: Mapping[str, Answer],
    unread: frozenset[str],
    remarks: str,
    *,
    finished: bool = True,
) -> Opened:
    """Keep what was typed on some pages. What stands there with nothing beside it was left blank.

    Not ``finished``, the pages count as not typed yet. Raises as ``open_typing``.
    """

    def with_pages(found: Transcription, which: Pass) -> Transcription:
        before = found.typing(which)
        shown = {one.id for page in pages for one in page.questions}
        after = typed(before, shown, answers, unread)
        evidence = read(clinic, after.answers)
        asked = {one for one in shown if evidence.asked(one).truth is Truth.YES}
        left = dict.fromkeys(asked - set(after.answers) - after.unread, BLANK) if finished else {}
        seen = before.seen | {page.id for page in pages} if finished else before.seen
        after = replace(after, answers=after.answers.with_(left), seen=seen, remarks=remarks)
        return found.typed(which, after)

    return _change(clinic, member, transcription, with_pages)


def finish(clinic: Clinic, member: StaffMember, transcription: UUID) -> None:
    """Say that all of the paper is typed. Raises NotTypedYet, and as ``open_typing``."""

    def finished(found: Transcription, which: Pass) -> Transcription:
        if left := _opened(clinic, found, which).parts_left:
            raise NotTypedYet(left)
        return found.typed(which, replace(found.typing(which), finished_at=clinic.local(clinic.now())))

    _change(clinic, member, transcription, finished)


def discard(clinic: Clinic, member: StaffMember, transcription: UUID, why: Discarding) -> None:
    """Throw a transcription away; the paper stays in the chart. Raises NoSuchTranscription."""
    with clinic.database.write() as session:
        # Also one that cannot be opened: that is a reason to throw it away.
        if transcription not in {one.id for one in transcriptions.every(session)}:
            raise transcriptions.NoSuchTranscription(f"no paper {transcription} is being typed in")
        transcriptions.remove(session, transcription)
        event = TranscriptionDiscarded(transcription, why.value)
        audit.record(session, clinic.keys, member.id, event, clinic.now())


def read(clinic: Clinic, answers: Answers) -> PatientEvidence:
    """Answers read with the questionnaire in force, as of today."""
    library = clinic.library
    return PatientEvidence(library.questionnaire, library.formulary, answers, clinic.today())


def fitted(clinic: Clinic, typing: Typing) -> Typing:
    """A typing under the edition in force: what no longer fits is typed again, as in a patient's draft."""
    questionnaire = clinic.library.questionnaire
    answers = fitting(questionnaire, typing.answers)
    gone = set(typing.answers) - set(answers)
    seen = {
        page.id
        for _, page in questionnaire.pages
        if page.id in typing.seen and not gone & {one.id for one in page.questions}
    }
    unread = frozenset(one for one in typing.unread if questionnaire.has(one))
    return replace(typing, answers=answers, unread=unread, seen=frozenset(seen))


def _change(
    clinic: Clinic,
    member: StaffMember,
    transcription: UUID,
    change: Callable[[Transcription, Pass], Transcription],
) -> Opened:
    with clinic.database.write() as session:
        now = clinic.now()
        found = transcriptions.fetch(session, clinic.keys, transcription, now)
        which = found.pass_of(member.id)
        changed = change(_with_fitted(clinic, found, which), which)
        content = transcriptions.save(session, clinic.keys, changed)
        event = TranscriptionTyped(transcription, which.value, content)
        audit.record(session, clinic.keys, member.id, event, now)
    return _opened(clinic, changed, which)


def _with_fitted(clinic: Clinic, found: Transcription, which: Pass) -> Transcription:
    return found.typed(which, fitted(clinic, found.typing(which)))


def _opened(clinic: Clinic, found: Transcription, which: Pass) -> Opened:
    typing = fitted(clinic, found.typing(which))
    edition = paper_editions.edition(clinic, found.paper_edition)
    evidence = read(clinic, typing.answers)
    return Opened(found.id, found.reference, which, typing, evidence, edition, found.language)
