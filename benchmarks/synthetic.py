"""Invented submissions by the thousand: the demo people, with some answers drawn anew for each.

The answers are varied and mean nothing; nobody is behind them. Each submission is sealed with a key
of its own, as a patient's would be.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from intake.content.library import Library
from intake.demo.people import people
from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    Text,
    Value,
    answered,
)
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.questionnaire import Kind, Question
from intake.domain.review_records import SignOff
from intake.domain.submissions import Signature, Submission
from intake.domain.truth import Truth
from intake.domain.wording import PartLines, transcribe
from intake.storage import reviews, submissions
from intake.storage.codec import submission_to_bytes
from intake.storage.codec_reviews import sign_off_to_bytes
from intake.storage.database import Database
from intake.storage.encryption import ClinicKeys, new_record_key, seal_for_clinic
from intake.storage.tables import RecordKeyRow, SignOffRow, SubmissionRow

DRAWN_ANEW = 0.15  # the share of answers that are not the demo person's
SIGNED = 0.3
POOL = 400  # different sets of answers; each is sent many times, under other names and on other days
_BATCH = 500
_FIRST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_MEDICINES = (
    "Ativan 1 mg",
    "sertraline",
    "oxycotin",
    "Nardil",
    "aspirin",
    "Xanax",
    "vitamin D",
    "lisinopril",
)
_CLINICIAN = UUID(int=1)


@dataclass(frozen=True, slots=True)
class Form:
    """One set of answers with the words they were asked in."""

    answers: Answers
    transcript: tuple[PartLines, ...]


def fill(database: Database, keys: ClinicKeys, library: Library, number: int, seed: int) -> Iterator[int]:
    """Store so many submissions; tells how many are stored after each batch."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret is drawn
    pool = forms(library, rng, min(POOL, number))
    for start in range(0, number, _BATCH):
        rows: list[object] = []
        for place in range(start, min(start + _BATCH, number)):
            rows += _rows(keys, library, rng, pool[place % len(pool)], place)
        with database.write() as session:
            # Submissions first: everything else refers to them.
            session.add_all(row for row in rows if isinstance(row, SubmissionRow))
            session.flush()
            session.add_all(row for row in rows if not isinstance(row, SubmissionRow))
        yield min(start + _BATCH, number)


def forms(library: Library, rng: random.Random, number: int) -> list[Form]:
    """So many different sets of answers."""
    return [_form(library, rng, one.answers) for one in _in_turn(people(), number)]


def _in_turn(some: Sequence, number: int) -> Iterator:
    return (some[place % len(some)] for place in range(number))


def _form(library: Library, rng: random.Random, given: Answers) -> Form:
    """The person's answers, some drawn anew, and whatever these lead to answered as well."""
    day = _FIRST.date()
    answers = Answers({})
    for question in library.questionnaire.questions:
        evidence = PatientEvidence(library.questionnaire, library.formulary, answers, day)
        if evidence.asked(question.id).truth is not Truth.YES:
            continue
        as_given = given.get(question.id)
        if as_given is None or rng.random() < DRAWN_ANEW:
            as_given = _answer(question, rng)
        answers = answers.with_({question.id: as_given})
    evidence = PatientEvidence(library.questionnaire, library.formulary, answers, day)
    kept = replace(evidence, answers=relevant(evidence))
    return Form(kept.answers, transcribe(kept))


def _answer(question: Question, rng: random.Random) -> Answer:
    open_ways = [BLANK, *([NOT_SURE] if question.offers_not_sure else [])]
    open_ways += [DECLINED] if question.offers_declined else []
    return rng.choice(open_ways) if rng.random() < 0.2 else answered(_value(question, rng))


def _value(question: Question, rng: random.Random) -> Value:
    match question.kind:
        case Kind.YES_NO | Kind.CHOOSE_ONE | Kind.SCALE:
            return Chosen(rng.choice(question.choices).id)
        case Kind.CHOOSE_ANY:
            alone = [choice.id for choice in question.choices if choice.exclusive]
            several = [choice.id for choice in question.choices if not choice.exclusive]
            if alone and rng.random() < 0.5:
                return ChosenMany((rng.choice(alone),))
            chosen = set(rng.sample(several, rng.randint(1, min(3, len(several)))))
            return ChosenMany(tuple(one for one in several if one in chosen))
        case Kind.NUMBER:
            bounds = (question.plausible or question.limits)[0]
            amount = rng.randint(int(bounds.low), int(bounds.high))
            return Number(Decimal(amount), (str(amount),), question.units[-1])
        case Kind.READING:
            return Reading(rng.randint(95, 190), rng.randint(50, 94))
        case Kind.DATE:
            return Day(date(2026, 1, 1) - timedelta(days=rng.randint(1, 25_000)))
        case Kind.TEXT:
            return Text("A few invented words")
        case Kind.MEDICINES:
            names = rng.sample(_MEDICINES, rng.randint(1, 4))
            return MedicineList(tuple(MedicineEntry(name) for name in names))


def _rows(
    keys: ClinicKeys, library: Library, rng: random.Random, form: Form, place: int
) -> Iterator[SubmissionRow | RecordKeyRow | SignOffRow]:
    sent_at = _FIRST + timedelta(minutes=3 * place)
    named = form.answers.with_({"last_name": answered(Text(f"Invented {place}"))})
    sent = Submission(
        id=UUID(int=rng.getrandbits(128), version=4),
        reference=f"BM-{place:06}",
        answers=named,
        transcript=form.transcript,
        signature=Signature(f"Invented {place}", library.questionnaire.consent.points, sent_at),
        editions=library.editions,
        sent_at=sent_at,
    )
    key = new_record_key(keys)
    place_of_answers = submissions.answers_place(sent.id, sent.revision)
    signed = rng.random() < SIGNED
    yield SubmissionRow(
        id=sent.id,
        reference=sent.reference,
        created_at=submissions.to_the_minute(sent_at),
        revision=sent.revision,
        answers=key.seal(submission_to_bytes(sent), place_of_answers),
        state=submissions.SIGNED if signed else submissions.OPEN,
    )
    sealed = seal_for_clinic(keys, key, submissions.key_place(sent.id))
    yield RecordKeyRow(submission_id=sent.id, sealed=sealed)
    if signed:
        sign_off = SignOff(_CLINICIAN, "Invented, MD", "I read this.", "", sent_at, "0" * 64, ())
        content = key.seal(sign_off_to_bytes(sign_off), reviews.sign_off_place(sent.id, 1))
        yield SignOffRow(
            submission_id=sent.id, number=1, created_at=submissions.to_the_minute(sent_at), sealed=content
        )
