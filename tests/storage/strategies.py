"""Any answers, screenings and reviews a patient and a clinic could possibly make."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

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
    Text,
    answered,
)
from intake.domain.coming_back import CameBack, Since
from intake.domain.factors import Proven
from intake.domain.feedback import Feedback, FeedbackKind
from intake.domain.from_paper import FromPaper, Kept, Remark, Settled
from intake.domain.patient_requests import Asks, Handled, PatientRequest, RequestOutcome, Told, Way
from intake.domain.queue_entry import QueueEntry
from intake.domain.review_entries import (
    By,
    Done,
    JunkMark,
    JunkUndone,
    LookAgain,
    Question,
    QuestionWithdrawn,
    Reopening,
    Revised,
    TakenOver,
    Undoing,
    View,
    ViewKind,
)
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.rules import Lowered, MovedUp, Priority
from intake.domain.safety_log import Closing
from intake.domain.safety_signal import ToldClinic
from intake.domain.same_person import SaidOfTwo
from intake.domain.screening import Editions, RuleOutcome, Screening
from intake.domain.staff_signatures import PasskeySignature, SignedWith
from intake.domain.standing import Standing
from intake.domain.submissions import Draft, Signature, Submission
from intake.domain.tally import LETTERS, STATES, Tally
from intake.domain.transcription import Settlement, Transcription, Typing
from intake.domain.unfinished import UnfinishedPage
from intake.domain.wording import Line, PartLines

words = st.text(max_size=20)
# Lone surrogates too: a browser can send them, and they must not cost anybody their answers.
any_words = st.text(st.characters(), max_size=20) | st.just("\ud800 half a character")
ids = st.text("abcdefghij_", min_size=1, max_size=12)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))])
moments = st.datetimes(timezones=zones)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal(-10), places=3)


def tuples_of(one):
    return st.lists(one, max_size=2).map(tuple)


values = {
    Chosen: st.builds(Chosen, ids),
    ChosenMany: st.builds(ChosenMany, tuples_of(ids), st.booleans()),
    Number: st.builds(Number, decimals, tuples_of(words), words),
    Reading: st.builds(Reading, st.integers(0, 400), st.integers(0, 400)),
    Day: st.builds(Day, st.dates()),
    Text: st.builds(Text, any_words),
    MedicineList: st.builds(
        MedicineList,
        tuples_of(st.builds(MedicineEntry, any_words, words, words, st.booleans(), words, any_words)),
    ),
}
an_answer = st.one_of(*values.values()).map(answered) | st.sampled_from([NOT_SURE, DECLINED, BLANK])
answers = st.dictionaries(ids, an_answer, max_size=6).map(Answers)

editions = st.builds(Editions, words, words, words)
signatures = st.builds(Signature, any_words, tuples_of(any_words), moments, words)
from_paper = st.builds(
    FromPaper,
    words,
    st.none() | st.dates(),
    tuples_of(words),
    words,
    tuples_of(ids),
    tuples_of(ids),
    tuples_of(st.builds(Remark, words, any_words)),
    tuples_of(st.builds(Settled, ids, any_words, any_words, st.sampled_from(Kept), words, moments)),
)
parts = tuples_of(st.from_type(PartLines))
outcomes = tuples_of(st.from_type(RuleOutcome))

_marks = st.dictionaries(words, words, max_size=2)
unfinished_pages = st.builds(
    UnfinishedPage,
    boxes=st.lists(st.tuples(words, words), max_size=2).map(tuple),
    marks=st.none() | _marks,
    checked=st.booleans(),
)
drafts = st.builds(
    Draft,
    st.uuids(),
    answers,
    words,
    st.integers(0, 99),
    st.frozensets(ids),
    st.frozensets(ids),
    unfinished=st.dictionaries(words, unfinished_pages, max_size=2),
    checks=st.dictionaries(words, _marks, max_size=2),
    told=st.none() | st.builds(ToldClinic, moments, moments),
    language=st.sampled_from(["", "es"]),
)
submissions = st.builds(
    Submission,
    st.uuids(),
    words,
    answers,
    parts,
    signatures,
    editions,
    moments,
    st.integers(1, 9),
    st.none() | from_paper,
    language=st.sampled_from(["", "es"]),
    as_read=parts,
)
typings = st.builds(
    Typing,
    st.uuids(),
    words,
    answers,
    st.frozensets(ids),
    st.frozensets(ids),
    any_words,
    st.none() | moments,
)
settlements = st.builds(Settlement, ids, st.sampled_from(Kept), st.none() | an_answer, words, moments)
transcriptions = st.builds(
    Transcription,
    st.uuids(),
    words,
    words,
    moments,
    typings,
    st.none() | typings,
    tuples_of(settlements),
    st.integers(0, 99),
    st.sampled_from(["", "es"]),
)
lowered = tuples_of(st.from_type(Lowered))
moved_up = tuples_of(st.from_type(MovedUp))
screenings = st.builds(
    Screening,
    outcomes,
    editions,
    moments,
    tuples_of(st.from_type(Line)),
    lowered,
    moved_up,
    as_of=st.none() | st.dates(),
    revision=st.integers(1, 9),
)
acknowledgements = st.builds(
    Acknowledgement,
    words,
    st.uuids(),
    words,
    any_words,
    moments,
    st.none() | st.sampled_from(Done),
)
blobs = st.binary(max_size=20)
passkey_signatures = st.builds(
    PasskeySignature, blobs, words, blobs, blobs, blobs, blobs, blobs, words, words
)
signed_with = st.builds(SignedWith, st.sampled_from(Proven), st.none() | passkey_signatures)
sign_offs = st.builds(
    SignOff,
    st.uuids(),
    words,
    words,
    any_words,
    moments,
    words,
    tuples_of(words),
    st.integers(0, 99),
    any_words,
    st.booleans(),
    st.none() | signed_with,
)
by = st.builds(By, st.uuids(), words, moments)
entries = st.one_of(
    st.builds(Undoing, st.integers(1, 99), words, by),
    st.builds(Reopening, any_words, by),
    st.builds(LookAgain, st.none() | st.dates(), any_words, by, st.none() | tuples_of(ids)),
    st.builds(Question, any_words, by, words, ids, any_words, any_words, st.none() | tuples_of(ids)),
    st.builds(QuestionWithdrawn, st.integers(1, 99), by),
    st.builds(
        Revised, st.integers(2, 99), st.none() | st.integers(1, 99), any_words, tuples_of(ids), moments
    ),
    st.builds(
        View,
        st.sampled_from(ViewKind),
        st.none() | st.sampled_from(Priority),
        any_words,
        by,
        st.integers(0, 9),
        st.booleans(),
    ),
    st.builds(TakenOver, st.uuids(), words, any_words, by),
    st.builds(JunkMark, any_words, by, tuples_of(ids)),
    st.builds(JunkUndone, by),
)
said_of_two = st.builds(SaidOfTwo, st.booleans(), by)
asked = st.none() | st.tuples(moments, moments)  # the oldest open question and the newest
standings = st.builds(
    lambda one, asked: replace(one, asked_at=asked and asked[0], asked_last_at=asked and asked[1]),
    st.builds(
        Standing,
        signed=st.booleans(),
        look_again_on=st.none() | st.dates(),
        new_answer=st.booleans(),
        second_read=st.booleans(),
        signed_by=st.none() | st.uuids(),
        needs_clinic=st.booleans(),
        junk_since=st.none() | moments,
    ),
    asked,
)
feedback = st.builds(
    Feedback, st.sampled_from(FeedbackKind), words, ids, words, any_words, st.uuids(), words, moments
)
closings = st.builds(Closing, st.integers(1, 99), any_words, st.uuids(), words, moments)
patient_requests = st.builds(
    PatientRequest,
    st.uuids(),
    st.integers(1, 99),
    st.sampled_from(Asks),
    any_words,
    moments,
    st.sampled_from(Way),
    any_words,
)
request_steps = st.builds(
    Handled, st.sampled_from(RequestOutcome), any_words, st.uuids(), words, moments
) | st.builds(Told, st.sampled_from(Way), st.uuids(), words, moments)
tallies = st.builds(
    Tally,
    st.dictionaries(st.sampled_from(sorted(LETTERS)), tuples_of(ids)),
    st.dictionaries(ids, words, max_size=3),
    editions,
    st.dictionaries(st.sampled_from(sorted({*STATES, *map(str.upper, STATES)})), tuples_of(ids)),
)
summaries = st.builds(
    QueueEntry,
    st.uuids(),
    words,
    any_words,
    st.none() | st.integers(0, 120),
    st.none() | st.sampled_from(Priority),
    tuples_of(words),
    st.integers(0, 200),
    st.integers(0, 200),
    st.booleans(),
    moments,
    born=st.none() | st.dates(),
    acknowledged=st.integers(0, 200),
    standing=standings,
    came_back=st.none() | st.builds(CameBack, st.sampled_from(Since), moments),
    interpreter=any_words,
)
