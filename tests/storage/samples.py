"""Pat, a patient; Alice and Bob, who work in the clinic; and what they write."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
    answered,
)
from intake.domain.contact import Contact
from intake.domain.feedback import FeedbackKind
from intake.domain.permissions import Role, StaffMember
from intake.domain.publications import Publication, proposal
from intake.domain.review_entries import By, Done, Reopening
from intake.domain.rules import Checked, Outcome, Priority, Source, SourceKind
from intake.domain.safety_signal import Answering, Signal, SignalDeed
from intake.domain.screening import Editions, RuleOutcome, Screening
from intake.domain.submissions import Signature, Submission
from intake.domain.truth import Truth
from intake.domain.ways_back import PhraseWords
from intake.domain.wording import Line, PartLines
from intake.storage import (
    accounts,
    drafts,
    feedback,
    publications,
    reviews,
    revisions,
    submissions,
    ways_back,
)
from intake.storage.drawn_ways import Drawn
from intake.storage.encryption import ClinicKeys, PatientKeys

NOW = datetime(2026, 11, 20, 9, 30, 12, 345678, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EDITIONS = Editions(questionnaire="q" * 64, rules="r" * 64, medicines="m" * 64)
ALICE = StaffMember(UUID(int=1), "alice", "A. Lice, NP", frozenset({Role.CLINICIAN}))
BOB = StaffMember(UUID(int=2), "bob", "B. Ob, MD", frozenset({Role.CLINICIAN}))


def answers_of_pat(word: str = "migraine") -> Answers:
    """One answer of every kind; ``word`` stands wherever a patient types freely."""
    return Answers(
        {
            "first_name": answered(Text(f"Pat {word}")),
            "last_name": answered(Text("Doe")),
            "date_of_birth": answered(Day(date(1988, 7, 4))),
            "pregnant": answered(Chosen("no")),
            "heart_conditions": answered(ChosenMany(("angina", word), unsure=True)),
            "weight": answered(Number(Decimal("81.6"), ("180", word), "lb")),
            "blood_pressure": answered(Reading(128, 79)),
            "medicines": answered(MedicineList((MedicineEntry(word, word, word),))),
            "smoking": NOT_SURE,
            "alcohol": DECLINED,
            "anything_else": BLANK,
        }
    )


def line(word: str = "migraine") -> Line:
    """One line of the form."""
    return Line("anything_else", f"Anything else? {word}", "Else", word, State.ANSWERED, sensitive=True)


def outcome(
    rule: str = "high-blood-pressure",
    priority: Priority = Priority.HIGH,
    kind: Outcome = Outcome.RAISED,
    word: str = "migraine",
) -> RuleOutcome:
    """What came of one rule."""
    source = Source(SourceKind.GUIDELINE, f"Guideline {word}", Checked.READ, word, 2024, word)
    return RuleOutcome(
        rule,
        topic=f"topic-of-{rule}",
        title=f"Title of {rule} {word}",
        priority=priority,
        outcome=kind,
        why=f"Because of {word}",
        because=(line(word),),
        missing=(line(word),),
        sources=(source,),
    )


def screening(*outcomes: RuleOutcome, at: datetime = NOW) -> Screening:
    """A screening with these outcomes, or with one of each kind."""
    if not outcomes:
        outcomes = (
            outcome(),
            outcome("sleep-apnea", Priority.URGENT, Outcome.CANNOT_TELL),
            outcome("glaucoma", Priority.MODERATE, Outcome.NOT_RAISED),
        )
    return Screening(outcomes, EDITIONS, at)


def submission_of_pat(
    word: str = "migraine", submission_id: UUID | None = None, reference: str = "HL-7K4-92Q"
) -> Submission:
    """Pat's answers as sent."""
    return Submission(
        id=submission_id or uuid4(),
        reference=reference,
        answers=answers_of_pat(word),
        transcript=(PartLines("you", f"About you {word}", (line(word),)),),
        signature=Signature(f"Pat {word}", ("I agree", word), NOW),
        editions=EDITIONS,
        sent_at=NOW,
    )


def send(
    session: Session, keys: ClinicKeys, screened: Screening | None = None, sent_at: datetime = NOW
) -> UUID:
    """A submission of Pat's in the database; returns its id."""
    sent = submission_of_pat(reference=submissions.new_reference(session, "HL"))
    submissions.seal(session, keys, replace(sent, sent_at=sent_at), screened or screening())
    return sent.id


def acknowledge_all(
    session: Session, keys: ClinicKeys, submission_id: UUID, clinician: StaffMember = ALICE
) -> None:
    """The clinician acknowledges every flag nobody has acknowledged."""
    for blocker in reviews.review(session, keys, submission_id).blockers():
        review = reviews.review(session, keys, submission_id)
        seen = review.acknowledge(blocker.flag.key, clinician, "Seen.", at=NOW, done=Done.CALLED_PATIENT)
        reviews.add_acknowledgement(session, keys, submission_id, seen)


def say(
    session: Session,
    keys: ClinicKeys,
    submission_id: UUID,
    kind: FeedbackKind = FeedbackKind.WRONG,
    words: str = "He is not.",
    clinician: StaffMember = ALICE,
    flag: int = 0,
) -> int:
    """The clinician says something of a flag, or that one is missing; the number of what was said."""
    review = reviews.review(session, keys, submission_id)
    said = review.give_feedback(kind, review.flags[flag].key, words, clinician, NOW)
    assert said is not None
    feedback.add(session, keys, submission_id, said)
    return len(review.feedback) + 1


def close_entry(
    session: Session, keys: ClinicKeys, submission_id: UUID, number: int, note: str = "Rule mended."
) -> None:
    """Bob says what came of an entry of the safety log."""
    closing = feedback.entry(session, keys, submission_id, number).close(note, BOB, NOW)
    assert closing is not None
    feedback.add_closing(session, keys, submission_id, closing)


def sign_off(
    session: Session,
    keys: ClinicKeys,
    submission_id: UUID,
    clinician: StaffMember = ALICE,
    at: datetime = NOW,
) -> None:
    """The clinician acknowledges what is left and signs."""
    acknowledge_all(session, keys, submission_id, clinician)
    review = reviews.review(session, keys, submission_id)
    signed = review.sign_off(clinician, "I read this.", "Call first.", review.fingerprint(), at)
    reviews.add_sign_off(session, keys, submission_id, signed)


def take_up_again(session: Session, keys: ClinicKeys, submission_id: UUID) -> None:
    """Bob takes the form up again, once the patient added something and turned out to be known."""
    by = By(BOB.id, BOB.printed_name, NOW)
    reviews.add_entry(session, keys, submission_id, Reopening("One more thing.", by))
    key = submissions.record_key(session, keys, submission_id)
    review = reviews.review(session, keys, submission_id)
    revisions.add(session, key, replace(review.submission, revision=2))


def publish(session: Session, keys: ClinicKeys, at: datetime = NOW) -> Publication:
    """Rules that one person proposed and another countersigned, with the edition that came of them."""
    first = accounts.add_member(session, keys, "first", "F. Irst", [Role.ADMINISTRATOR], at)
    second = accounts.add_member(session, keys, "second", "S. Econd, MD", [Role.CLINICIAN], at)
    one = proposal(uuid4(), first, ("r" * 64, "o" * 64), "A new label.", at.date(), at, at.date())
    publications.add(session, one)
    publications.decide(session, one, one.countersign(second, at, at.date()))
    publications.note_edition(session, one.id, "e" * 64, at.date())
    return publications.fetch(session, one.id)


@cache
def _drawn() -> Drawn:
    # Made once: what people type is stretched, which is slow on purpose.
    return Drawn.new(PhraseWords.of(("apple", "basket", "candle", "donkey")))


def make_way_back(session: Session, keys: PatientKeys, token: str) -> None:
    """A way back to the draft that is open under a token."""
    ways_back.make(session, keys, drafts.opened(session, keys, token), _drawn(), NOW)


def signal(word="Pat Doe", draft=None):
    """A safety signal of somebody who has not sent a form."""
    contact = Contact(word, word, Truth.YES)
    return Signal(uuid4(), draft or uuid4(), NOW, NOW, contact, word)


def signal_deed(word="Called at noon"):
    """What Alice did about one."""
    return SignalDeed(Answering.CALLED, word, By(ALICE.id, ALICE.printed_name, NOW))
