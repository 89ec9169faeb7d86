"""What a patient does, through the services: start, answer, come back, send once."""

from dataclasses import replace
from datetime import timedelta

import pytest

import sending
from copies import NOON
from intake.content.library import parse_library
from intake.domain.answers import BLANK, Chosen, ChosenMany, State, Text, answered
from intake.domain.rules import Priority
from intake.domain.submissions import Draft, Receipt
from intake.services import answering, checking, paths
from intake.services.answering import Expired, NotReadyToSend
from intake.storage import audit, reviews, submissions

YES, NO = answered(Chosen("yes")), answered(Chosen("no"))


def page(copy, page_id):
    return copy.desk.library.questionnaire.page(page_id)[1]


def stored(copy):
    with copy.clinic.database.read() as session:
        (only,) = submissions.ids(session)
        return reviews.review(session, copy.clinic.keys, only)


def test_answers_are_kept_at_each_continue_and_found_again(copy):
    token = answering.start(copy.desk)

    answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {"pregnancy": NO})

    draft = answering.find(copy.desk, token)
    assert isinstance(draft, Draft)
    assert draft.answers["pregnancy"] == NO
    assert draft.seen == {"pregnancy"}


def test_a_page_continued_from_without_an_answer_is_left_blank_and_not_unreached(copy):
    token = answering.start(copy.desk)

    saved = answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {})

    assert saved.draft.answers["pregnancy"] == BLANK
    assert "aneurysm" not in saved.draft.answers


def test_stopping_on_a_page_keeps_it_without_counting_it_as_seen(copy):
    token = answering.start(copy.desk)

    saved = answering.answer_page(
        copy.desk,
        token,
        page(copy, "anything_else"),
        {"anything_else": answered(Text("half a"))},
        finished=False,
    )

    assert saved.draft.answers["anything_else"] == answered(Text("half a"))
    assert saved.draft.seen == frozenset()


def test_a_strangers_token_opens_nothing(copy):
    answering.start(copy.desk)

    assert answering.find(copy.desk, "guessed") is None
    with pytest.raises(Expired):
        answering.answer_page(copy.desk, "guessed", page(copy, "pregnancy"), {"pregnancy": NO})


def test_a_session_left_alone_for_too_long_is_over(copy):
    token = answering.start(copy.desk)

    copy.clock.at = NOON + timedelta(days=14, minutes=1)

    assert answering.find(copy.desk, token) is None


def test_a_clinic_with_a_tablet_in_its_waiting_room_lets_no_form_wait_for_longer(copy):
    settings = replace(copy.settings, patient_unsaved_days=0)
    token = answering.start(copy.desk)

    copy.clock.at = NOON + timedelta(minutes=61)

    assert answering.find(replace(copy.desk, settings=settings), token) is None
    assert answering.find(copy.desk, token) is not None, "the control"


def test_a_safety_page_comes_once_for_an_answer_and_again_when_it_changes(copy):
    token = answering.start(copy.desk)
    mood = page(copy, "phq9")

    def answer(choice):
        return answering.answer_page(copy.desk, token, mood, {"phq9_9": answered(Chosen(choice))}).safety

    assert answer("not_at_all") is None
    assert answer("several_days").id == "support"
    assert answer("several_days") is None
    assert answer("nearly_every_day").id == "support"


def test_needed_answers_are_asked_for_before_sending(copy):
    token = sending.fill_in(copy.desk, "first_name: Pat")

    with pytest.raises(NotReadyToSend) as refusal:
        answering.send(copy.desk, token, "Pat Doe")

    assert [question.id for question in refusal.value.missing] == ["last_name", "phone"]


def test_sending_twice_gives_the_same_receipt_and_one_submission(copy):
    token = sending.fill_in(copy.desk)

    first = answering.send(copy.desk, token, "Pat Doe")
    second = answering.send(copy.desk, token, "Pat Doe")

    assert first == second
    assert isinstance(answering.find(copy.desk, token), Receipt)
    with copy.clinic.database.read() as session:
        assert len(submissions.ids(session)) == 1


def test_after_sending_the_answers_can_no_longer_be_opened_with_the_patients_token(copy):
    token = sending.fill_in(copy.desk)
    answering.send(copy.desk, token, "Pat Doe")

    with pytest.raises(answering.AlreadySent):
        answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {"pregnancy": NO})


def test_a_submission_keeps_what_was_asked_what_was_said_and_every_edition(copy):
    sending.send(copy.desk, f"{sending.PAT}, aneurysm: not_sure, avm: no")

    submission = stored(copy).submission

    said = {line.question: line for part in submission.transcript for line in part.lines}
    assert said["aneurysm"].asked == "Has a doctor ever told you that you have an aneurysm?"
    assert said["aneurysm"].said == "Not sure"
    assert said["brain_bleed"].state is State.BLANK
    assert submission.editions == copy.desk.library.editions
    assert submission.signature.typed_name == "Pat Doe"
    assert submission.signature.agreed[-1] == copy.desk.library.questionnaire.consent.agree


def test_answers_on_a_branch_no_longer_reached_stay_out_of_the_submission(copy):
    token = sending.fill_in(
        copy.desk,
        f"{sending.PAT}, heart_conditions: [valve_or_born_with], "
        "valve_congenital: yes, valve_congenital_severe: yes",
    )
    answering.answer_page(copy.desk, token, page(copy, "valve_congenital"), {"valve_congenital": NO})

    draft = answering.find(copy.desk, token)
    assert draft.answers["valve_congenital_severe"] == YES
    answering.send(copy.desk, token, "Pat Doe")
    assert "valve_congenital_severe" not in stored(copy).submission.answers


def test_sending_records_receipt_and_screening_in_the_audit_trail(copy):
    sending.send(copy.desk)

    with copy.clinic.database.read() as session:
        names = [event.event for event in audit.events(session)]
        assert audit.verify(session, copy.clinic.keys).ok
    assert names[-2:] == ["SubmissionReceived", "SubmissionScreened"]


def test_a_rule_that_crashes_costs_the_patient_nothing_and_raises_the_highest_priority(copy, monkeypatch):
    def explode(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("intake.domain.evidence.PatientEvidence._whole_years", explode)

    receipt = sending.send(copy.desk, f"{sending.PAT}, date_of_birth: 1988-03-14")

    assert receipt.reference.startswith("HL-")
    screening = stored(copy).screening
    assert screening.incomplete
    assert screening.priority is Priority.URGENT
    assert any(flag.outcome.failed for flag in screening.cannot_tell)


def test_nothing_is_kept_when_storing_stops_half_way(copy, monkeypatch):
    token = sending.fill_in(copy.desk)

    def out_of_disk(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", out_of_disk)
        with pytest.raises(OSError, match="no space left"):
            answering.send(copy.desk, token, "Pat Doe")

    with copy.clinic.database.read() as session:
        assert submissions.ids(session) == ()
    assert isinstance(answering.find(copy.desk, token), Draft)
    assert answering.send(copy.desk, token, "Pat Doe").reference


def test_the_way_through_the_form_follows_the_answers(copy):
    token = answering.start(copy.desk)
    ticked = {"heart_conditions": answered(ChosenMany(("valve_or_born_with", "lung_pressure")))}
    saved = answering.answer_page(copy.desk, token, page(copy, "heart_conditions"), ticked)
    evidence = answering.evidence_of(copy.desk, saved.draft)

    assert paths.next_page(evidence, "valve_congenital").id == "pulmonary_hypertension"

    saved = answering.answer_page(copy.desk, token, page(copy, "valve_congenital"), {"valve_congenital": YES})
    evidence = answering.evidence_of(copy.desk, saved.draft)
    assert paths.next_page(evidence, "valve_congenital").id == "valve_congenital_severe"
    assert paths.previous_page(evidence, "pulmonary_hypertension").id == "valve_congenital_severe"


def test_progress_counts_parts_by_what_was_seen(copy):
    token = answering.start(copy.desk)
    saved = answering.answer_page(
        copy.desk, token, page(copy, "filled_in_by"), {"filled_in_by": answered(Chosen("me"))}
    )

    evidence = answering.evidence_of(copy.desk, saved.draft)
    about, *rest = paths.progress(evidence, saved.draft.seen)

    assert about.progress is paths.Progress.STARTED
    assert {part.progress for part in rest} == {paths.Progress.NOT_STARTED}
    assert paths.first_unseen(evidence, saved.draft.seen).id == about.page


def test_a_draft_begun_under_another_edition_is_asked_again_what_no_longer_fits(copy):
    token = sending.fill_in(copy.desk, f"{sending.PAT}, aneurysm: repaired, avm: no")
    texts = copy.desk.library.texts
    without = texts["questionnaire"].replace("repaired: ", "mended: ", 1)
    assert without != texts["questionnaire"]
    changed = copy.with_library(parse_library(without, "rules: []", texts["medicines"]))

    draft = answering.find(changed.desk, token)

    assert "aneurysm" not in draft.answers
    assert "vessels" not in draft.seen
    assert draft.answers["avm"] == NO
    assert checking.check(changed.desk, draft)
