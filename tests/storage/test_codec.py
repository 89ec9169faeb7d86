"""Whatever a patient and a clinic write comes back as it was, and unknown records are refused."""

import json
from dataclasses import fields, replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.answers import Answer, Answers, Value, answered
from intake.domain.replies import ReplyDraft
from intake.domain.rules import Lowered, MovedUp, Priority
from intake.domain.submissions import Draft
from intake.storage import codec, codec_patient_requests, codec_reviews, codec_transcriptions
from intake.storage.codec_answers import answers_from_json, answers_to_json
from intake.storage.codec_exchanges import reply_draft_from_bytes, reply_draft_to_bytes
from intake.storage.codec_record import UnknownRecord
from storage import strategies
from storage.samples import answers_of_pat, screening, submission_of_pat

RECORDS = {
    "draft": (codec.draft_to_bytes, codec.draft_from_bytes, strategies.drafts),
    "submission": (codec.submission_to_bytes, codec.submission_from_bytes, strategies.submissions),
    "screening": (codec.screening_to_bytes, codec.screening_from_bytes, strategies.screenings),
    "acknowledgement": (
        codec_reviews.acknowledgement_to_bytes,
        codec_reviews.acknowledgement_from_bytes,
        strategies.acknowledgements,
    ),
    "sign_off": (codec_reviews.sign_off_to_bytes, codec_reviews.sign_off_from_bytes, strategies.sign_offs),
    "feedback": (codec_reviews.feedback_to_bytes, codec_reviews.feedback_from_bytes, strategies.feedback),
    "closing": (codec_reviews.closing_to_bytes, codec_reviews.closing_from_bytes, strategies.closings),
    "tally": (codec_reviews.tally_to_bytes, codec_reviews.tally_from_bytes, strategies.tallies),
    "summary": (codec_reviews.summary_to_bytes, codec_reviews.summary_from_bytes, strategies.summaries),
    "transcription": (
        codec_transcriptions.transcription_to_bytes,
        codec_transcriptions.transcription_from_bytes,
        strategies.transcriptions,
    ),
}


@given(strategies.drafts)
def test_a_draft_comes_back(draft):
    assert codec.draft_from_bytes(codec.draft_to_bytes(draft)) == draft


@given(strategies.submissions)
def test_a_submission_comes_back(submission):
    assert codec.submission_from_bytes(codec.submission_to_bytes(submission)) == submission


@given(strategies.screenings)
def test_a_screening_comes_back_with_every_key(screened):
    again = codec.screening_from_bytes(codec.screening_to_bytes(screened))
    assert again == screened
    assert [one.key for one in again.outcomes] == [one.key for one in screened.outcomes]


@given(strategies.acknowledgements)
def test_an_acknowledgement_comes_back(acknowledgement):
    content = codec_reviews.acknowledgement_to_bytes(acknowledgement)
    assert codec_reviews.acknowledgement_from_bytes(content) == acknowledgement


@given(strategies.sign_offs)
def test_a_sign_off_comes_back(sign_off):
    assert codec_reviews.sign_off_from_bytes(codec_reviews.sign_off_to_bytes(sign_off)) == sign_off


@given(strategies.feedback)
def test_feedback_comes_back(feedback):
    assert codec_reviews.feedback_from_bytes(codec_reviews.feedback_to_bytes(feedback)) == feedback


@given(strategies.closings)
def test_what_came_of_an_entry_comes_back(closing):
    assert codec_reviews.closing_from_bytes(codec_reviews.closing_to_bytes(closing)) == closing


@given(strategies.patient_requests)
def test_what_a_patient_asks_for_comes_back(request_):
    content = codec_patient_requests.request_to_bytes(request_)
    again = codec_patient_requests.request_from_bytes(content, request_.submission, request_.number)
    assert again == request_


@given(strategies.request_steps)
def test_what_came_of_a_request_comes_back(step):
    assert codec_patient_requests.step_from_bytes(codec_patient_requests.step_to_bytes(step)) == step


@given(strategies.tallies)
def test_a_tally_comes_back(tally):
    assert codec_reviews.tally_from_bytes(codec_reviews.tally_to_bytes(tally)) == tally


@given(strategies.transcriptions)
def test_a_paper_that_is_being_typed_in_comes_back(transcription):
    content = codec_transcriptions.transcription_to_bytes(transcription)
    assert codec_transcriptions.transcription_from_bytes(content) == transcription


@given(strategies.summaries)
def test_a_line_of_the_queue_comes_back(entry):
    assert codec_reviews.summary_from_bytes(codec_reviews.summary_to_bytes(entry)) == entry


@given(strategies.entries)
def test_a_further_fact_comes_back(entry):
    assert codec_reviews.entry_from_bytes(codec_reviews.entry_to_bytes(entry)) == entry


@given(strategies.said_of_two)
def test_what_is_said_of_two_submissions_comes_back(said):
    assert codec_reviews.said_of_two_from_bytes(codec_reviews.said_of_two_to_bytes(said)) == said


def test_a_fact_of_a_kind_nobody_knows_is_refused():
    content = json.dumps({"v": 1, "kind": "entry", "entry": "teleported"}).encode()
    with pytest.raises(UnknownRecord, match="teleported"):
        codec_reviews.entry_from_bytes(content)


@pytest.mark.parametrize("kind", strategies.values, ids=lambda kind: kind.__name__)
def test_every_kind_of_value_comes_back(kind):
    @given(strategies.values[kind])
    def comes_back(value):
        answers = Answers({"question": answered(value)})
        assert answers_from_json(json.loads(json.dumps(answers_to_json(answers)))) == answers

    comes_back()


def test_no_kind_of_value_was_forgotten():
    assert set(strategies.values) == set(Value.__args__)


def test_a_number_comes_back_to_the_last_digit():
    again = codec.submission_from_bytes(codec.submission_to_bytes(submission_of_pat()))
    assert str(again.answers.value("weight").amount) == "81.6"


def test_answers_keep_their_order():
    answers = answers_of_pat()
    assert list(answers_from_json(answers_to_json(answers))) == list(answers)


@pytest.mark.parametrize("kind", RECORDS)
def test_no_field_is_left_behind(kind):
    """A field added to the domain must be added here too, or it would be lost on sealing."""
    write, _, records = RECORDS[kind]
    computed = {"reopened", "signed"}
    left_out_when_empty = {"asked_again", "as_of", "lowered", "moved_up", "questions"}
    left_out_when_empty |= {"done", "entries", "next_step", "second_read", "unfinished", "checks", "told"}
    left_out_when_empty |= {"from_paper", "interpreter", "language", "as_read", "signed_with"}

    @settings(max_examples=10)
    @given(records)
    def carries_every_field(record):
        written = set(json.loads(write(record))) - {"v", "kind"}
        empty = {name for name in left_out_when_empty if not getattr(record, name, True)}
        if kind == "screening" and record.revision == 1:
            empty.add("revision")
        assert written == {field.name for field in fields(record)} - computed - empty

    carries_every_field()


def test_no_field_of_an_outcome_or_an_answer_is_left_behind():
    outcome = screening().outcomes[0]
    written = json.loads(codec.screening_to_bytes(screening()))["outcomes"][0]
    assert set(written) == {field.name for field in fields(outcome)}
    assert set(written["because"][0]) == {field.name for field in fields(outcome.because[0])}
    assert set(written["sources"][0]) == {field.name for field in fields(outcome.sources[0])}
    for question, answer in answers_to_json(answers_of_pat()).items():
        assert set(answer) == {field.name for field in fields(Answer)}
        if answer["value"] is not None:
            value = answers_of_pat().value(question)
            assert set(answer["value"]) - {"kind"} == {field.name for field in fields(value)}


LOWERED = Lowered("tobacco", "Smokes", Priority.INFO, None, "Asked twice", "R. Chen, MD", date(2027, 3, 1))
MOVED_UP = MovedUp("asthma", "Asthma", Priority.MODERATE, Priority.HIGH)


def test_no_field_of_what_the_clinic_changed_is_left_behind():
    changed = replace(screening(), lowered=(LOWERED,), moved_up=(MOVED_UP,))
    written = json.loads(codec.screening_to_bytes(changed))

    assert set(written["lowered"][0]) == {field.name for field in fields(Lowered)}
    assert set(written["moved_up"][0]) == {field.name for field in fields(MovedUp)}
    assert codec.screening_from_bytes(codec.screening_to_bytes(changed)) == changed


def test_a_screening_without_an_overlay_is_written_as_it_always_was():
    """Records written before there were overlays are read, and an old screening made anew is the same."""
    before = json.loads(codec.screening_to_bytes(screening()))

    assert set(before) == {"v", "kind", "outcomes", "editions", "at", "worked_out"}
    again = codec.screening_from_bytes(codec.screening_to_bytes(screening()))
    assert (again.lowered, again.moved_up) == ((), ())


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("changed", [{"v": 2}, {"kind": "something else"}])
def test_a_record_of_another_version_or_kind_is_refused(kind, changed):
    _, read, _ = RECORDS[kind]
    with pytest.raises(UnknownRecord, match=f"expected a {kind} in form 1"):
        read(json.dumps({"v": 1, "kind": kind, **changed}).encode())


def test_the_length_tells_little():
    """A word more or less does not show in the length of what is sealed."""
    for word in ("no", "migraine", "migraine with aura"):
        assert len(codec.draft_to_bytes(draft_of_pat(word))) % 256 == 0
    assert len({len(codec.draft_to_bytes(draft_of_pat(word))) for word in ("migraine", "migraines")}) == 1


def draft_of_pat(word):
    return Draft(UUID(int=7), answers_of_pat(word), "edition")


def test_a_reply_begun_before_its_pages_were_kept_is_written_as_it_was():
    """What is stored of a reply without an unfinished page is byte for byte what it was."""
    before = b'{"asked":null,"changes":{},"kind":"reply_draft","v":1,"words":"Since May."}'
    draft = ReplyDraft(words="Since May.")

    assert json.loads(reply_draft_to_bytes(draft)) == json.loads(before)
    assert reply_draft_from_bytes(before) == draft


@given(pages=st.dictionaries(st.sampled_from(["question", "more"]), strategies.unfinished_pages, max_size=2))
def test_the_unfinished_pages_of_a_reply_are_kept_as_they_are(pages):
    draft = ReplyDraft(words="Since May.", unfinished=pages)

    assert reply_draft_from_bytes(reply_draft_to_bytes(draft)) == draft
