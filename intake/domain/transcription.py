"""A form filled in on paper while staff type it in: twice, by two people, until both say the same.

Whoever types second does not see what the first one typed. What cannot be read is said to be so, and is
not known to any rule. Nothing here is a submission: that it becomes when everything agrees.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from intake.domain.answers import Answer, Answers, MedicineEntry, MedicineList, Number, Text, Value
from intake.domain.evidence import PatientEvidence
from intake.domain.from_paper import Kept
from intake.domain.truth import Truth

# As long as a patient's own draft lives.
LIVES = timedelta(days=30)


class Pass(Enum):
    """Which of the two typings."""

    FIRST = 1
    SECOND = 2


class Stage(Enum):
    """How far a transcription is; worked out, never set."""

    FIRST_TYPING = "first typing"
    WAITS_FOR_SECOND = "waits for the second typing"
    SECOND_TYPING = "second typing"
    TO_COMPARE = "to compare and sign in"


class Discarding(Enum):
    """Why a transcription is thrown away; no words of anybody's, so that it may stand in the trail."""

    SENT_ONLINE = "the patient sent the form on a screen"
    TYPED_TWICE = "the same paper was begun twice"
    WRONG_PAPER = "the paper is not a form of this clinic"
    NOT_WANTED = "the patient does not want it sent"
    NOT_SIGNED = "the patient did not sign"
    TIME_OVER = "its time was over"


class NotYours(Exception):
    """Somebody else types this one; a typing is seen by whoever types it, until both are done."""


class SamePerson(Exception):
    """Whoever typed first may not type second as well."""


class TakenAlready(Exception):
    """Somebody else began the second typing."""


class NotThere(Exception):
    """The transcription is not as far as that, or further: both are typed, or not yet."""


class NotTypedYet(Exception):
    """Pages of the form were not typed yet; ``parts`` are the numbers of their parts."""

    def __init__(self, parts: tuple[int, ...]) -> None:
        super().__init__(f"{len(parts)} parts are not typed yet")
        self.parts = parts


class Changed(Exception):
    """What was to be settled is not as the page showed it: settled by somebody else, or typed anew."""


@dataclass(frozen=True, slots=True)
class Typing:
    """What one person typed. ``unread`` are questions whose answer cannot be read, ``seen`` pages typed."""

    by: UUID
    printed_name: str
    answers: Answers = field(default_factory=Answers)
    unread: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    remarks: str = ""
    finished_at: datetime | None = None

    def entry(self, question: str) -> "Entry":
        """What was typed for a question; None when nothing was, because it was not asked."""
        return Kept.UNREAD if question in self.unread else self.answers.get(question)


# An answer, that it cannot be read, or nothing at all.
Entry = Answer | Kept | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the paper says where both differ. ``answer`` is None for what cannot be read."""

    question: str
    kept: Kept
    answer: Answer | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Transcription:
    """A paper being typed in. ``paper_edition`` is the questionnaire printed on it, ``language`` the one it
    is in; empty for English.

    ``id`` and ``reference`` become the submission's; the reference is written on the paper.
    """

    id: UUID
    reference: str
    paper_edition: str
    begun_at: datetime
    first: Typing
    second: Typing | None = None
    settlements: tuple[Settlement, ...] = ()
    revision: int = 0
    language: str = ""

    @property
    def stage(self) -> Stage:
        """How far it is."""
        second = self.second
        return stage_of(
            first_done=self.first.finished_at is not None,
            second_begun=second is not None,
            second_done=second is not None and second.finished_at is not None,
        )

    def typing(self, which: Pass) -> Typing:
        """One of the typings. Raises NotThere for a second that nobody began."""
        if which is Pass.FIRST:
            return self.first
        if self.second is None:
            raise NotThere
        return self.second

    def pass_of(self, member: UUID) -> Pass:
        """Which typing is open to somebody now. Raises NotYours and NotThere.

        Until both are done it is their own, and nobody reads another's.
        """
        match self.stage:
            case Stage.FIRST_TYPING if self.first.by == member:
                return Pass.FIRST
            case Stage.SECOND_TYPING if self.second is not None and self.second.by == member:
                return Pass.SECOND
            case Stage.FIRST_TYPING | Stage.SECOND_TYPING:
                raise NotYours
            case _:
                raise NotThere

    def with_second(self, member: UUID, printed_name: str, *, alone: bool) -> "Transcription":
        """Begun a second time. Raises SamePerson, TakenAlready and NotThere."""
        if self.second is not None:
            raise TakenAlready
        if self.stage is not Stage.WAITS_FOR_SECOND:
            raise NotThere
        if member == self.first.by and not alone:
            raise SamePerson
        return replace(self, second=Typing(member, printed_name))

    def typed(self, which: Pass, typing: Typing) -> "Transcription":
        """With one of the typings as it is now."""
        return replace(self, first=typing) if which is Pass.FIRST else replace(self, second=typing)


def stage_of(*, first_done: bool, second_begun: bool, second_done: bool) -> Stage:
    """How far a transcription is, from what is known without opening it."""
    if not first_done:
        return Stage.FIRST_TYPING
    if not second_begun:
        return Stage.WAITS_FOR_SECOND
    return Stage.TO_COMPARE if second_done else Stage.SECOND_TYPING


def typed(
    typing: Typing, shown: Iterable[str], answers: Mapping[str, Answer], unread: frozenset[str]
) -> Typing:
    """A typing after some questions were typed, instead of whatever stood there for those ``shown``."""
    shown = frozenset(shown)
    kept = {name: answer for name, answer in typing.answers.items() if name not in shown}
    given = {name: answer for name, answer in answers.items() if name not in unread}
    return replace(typing, answers=Answers({**kept, **given}), unread=(typing.unread - shown) | unread)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A question that was typed differently, both as typed."""

    question: str
    first: Entry
    second: Entry


@dataclass(frozen=True, slots=True)
class Compared:
    """Two typings in one: what both say or was settled, and where they still differ."""

    answers: Answers
    unread: frozenset[str]
    discrepancies: tuple[Discrepancy, ...]


def compare(
    transcription: Transcription,
    reading: Callable[[Answers], PatientEvidence],
    not_asked: frozenset[str],
) -> Compared:
    """Both typings beside each other. ``reading`` reads answers; ``not_asked`` does not stand on the paper.

    A follow-up is compared once it is known that it applies: of two that differ, the question it goes by
    is settled first.
    """
    first, second = transcription.first, transcription.typing(Pass.SECOND)
    settled = {one.question: one for one in transcription.settlements}
    answers: dict[str, Answer] = {}
    unread: set[str] = set()
    found: dict[str, Discrepancy] = {}
    looked_at: set[str] = set(not_asked)
    while True:
        evidence = reading(Answers(answers))
        applies = [
            one.id
            for one in evidence.questionnaire.questions
            if one.id not in looked_at and evidence.asked(one.id).truth is Truth.YES
        ]
        if not applies:
            order = {one.id: place for place, one in enumerate(evidence.questionnaire.questions)}
            discrepancies = sorted(found.values(), key=lambda one: order[one.question])
            return Compared(Answers(answers), frozenset(unread), tuple(discrepancies))
        for question in applies:
            looked_at.add(question)
            entries = first.entry(question), second.entry(question)
            entry = _settled(settled[question]) if question in settled else _agreed(*entries)
            match entry:
                case Answer():
                    answers[question] = entry
                case Kept.UNREAD:
                    unread.add(question)
                case _:
                    found[question] = Discrepancy(question, *entries)


def _settled(settlement: Settlement) -> Entry:
    return Kept.UNREAD if settlement.kept is Kept.UNREAD else settlement.answer


def _agreed(first: Entry, second: Entry) -> Entry:
    """What both typed; None where they differ, or where one of them typed nothing."""
    match first, second:
        case Answer(), Answer():
            return first if first.state is second.state and _same(first.value, second.value) else None
        case Kept.UNREAD, Kept.UNREAD:
            return first
    return None


def _same(first: Value | None, second: Value | None) -> bool:
    match first, second:
        case Text(one), Text(other):
            return _plain(one) == _plain(other)
        case Number(amount, _, unit), Number(other_amount, _, other_unit):
            return (amount, unit) == (other_amount, other_unit)
        case MedicineList(entries), MedicineList(others):
            return [_medicine(one) for one in entries] == [_medicine(one) for one in others]
    return first == second


def _medicine(entry: MedicineEntry) -> tuple[str, bool]:
    return _plain("\n".join((entry.name, entry.amount, entry.how_often, entry.last_taken))), entry.named


def _plain(words: str) -> str:
    """Spaces and capitals are nobody's handwriting: everything else has to agree."""
    return "\n".join(" ".join(line.split()) for line in words.splitlines()).casefold()


def settle_again(transcription: Transcription, question: str) -> Transcription:
    """Without what was settled at one place, which is then open again. Raises Changed when it is open."""
    others = tuple(one for one in transcription.settlements if one.question != question)
    if len(others) == len(transcription.settlements):
        raise Changed
    return replace(transcription, settlements=others)


def settle(
    transcription: Transcription,
    discrepancy: Discrepancy,
    kept: Kept,
    anew: Answer | None,
    by: str,
    at: datetime,
) -> Transcription:
    """With what the paper says at one place. ``anew`` is the answer when neither typed it.

    Raises Changed where there is nothing to keep: neither of them typed an answer under this name.
    """
    match kept:
        case Kept.FIRST | Kept.SECOND:
            entry = discrepancy.first if kept is Kept.FIRST else discrepancy.second
        case Kept.ANEW:
            entry = anew
        case Kept.UNREAD:
            entry = Kept.UNREAD
    if entry is None:
        raise Changed
    answer = entry if isinstance(entry, Answer) else None
    settlement = Settlement(discrepancy.question, kept if answer is not None else Kept.UNREAD, answer, by, at)
    others = tuple(one for one in transcription.settlements if one.question != discrepancy.question)
    return replace(transcription, settlements=(*others, settlement))
