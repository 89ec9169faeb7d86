"""What a clinician does, through the services: queue, read, acknowledge, sign, and screening again."""

from dataclasses import replace

import pytest

import sending
from intake.content.library import parse_library
from intake.domain.review import Status
from intake.domain.review_entries import Done
from intake.domain.review_refusals import AlreadyAcknowledged, Changed, NotReady
from intake.domain.rules import Priority
from intake.domain.standing import PlaceInWork
from intake.services import histories, queue, reviewing
from intake.storage import audit
from intake.storage.submissions import NoSuchSubmission


def only_submission(copy):
    (one,) = reviewing.to_rescreen(copy.clinic)
    return one


def acknowledge_everything(copy, alice, submission):
    for flag in reviewing.open_review(copy.clinic, alice, submission).flags:
        reviewing.acknowledge(copy.clinic, alice, submission, flag.key, "seen", Done.CALLED_PATIENT)


def sign(copy, alice, submission):
    shown = reviewing.open_review(copy.clinic, alice, submission).fingerprint()
    reviewing.sign_off(copy.clinic, alice, submission, "", shown)


def events(copy):
    with copy.clinic.database.read() as session:
        assert audit.verify(session, copy.clinic.keys).ok
        return [event.event for event in audit.events(session)]


def with_rules(copy, text):
    texts = copy.desk.library.texts
    return copy.with_library(parse_library(texts["questionnaire"], text, texts["medicines"]))


def without_rules(copy):
    return with_rules(copy, "rules: []")


def test_the_queue_is_ordered_by_priority_and_then_by_age(copy, alice):
    quiet = without_rules(copy)
    sending.send(quiet.desk, "first_name: Quinn, last_name: Quiet, phone: 555-0101")
    sending.send(copy.desk, f"{sending.PAT}, home_safe: no")

    groups = queue.open_list(copy.clinic, alice, PlaceInWork.QUEUE).groups

    assert [group.rank for group in groups] == [Priority.URGENT.rank, len(Priority)]
    assert [line.entry.name for line in groups[1].lines] == ["Quinn Quiet"]


def test_opening_a_submission_is_recorded_before_it_is_shown(copy, alice):
    sending.send(copy.desk)

    review = reviewing.open_review(copy.clinic, alice, only_submission(copy))

    assert review.submission.name == "Pat Doe"
    assert events(copy)[-1] == "SubmissionOpened"


def test_a_submission_cannot_be_read_when_the_reading_cannot_be_recorded(copy, alice, monkeypatch):
    sending.send(copy.desk)
    submission = only_submission(copy)

    def refuse(*_):
        raise OSError("no space left")

    monkeypatch.setattr(audit, "record", refuse)

    with pytest.raises(OSError, match="no space left"):
        reviewing.open_review(copy.clinic, alice, submission)


def test_a_submission_is_signed_off_when_every_flag_is_acknowledged(copy, alice):
    sending.send_healthy(copy.desk, "aneurysm: not_repaired")
    submission = only_submission(copy)

    with pytest.raises(NotReady):
        sign(copy, alice, submission)
    acknowledge_everything(copy, alice, submission)
    sign(copy, alice, submission)

    review = reviewing.open_review(copy.clinic, alice, submission)
    assert review.status is Status.SIGNED_OFF
    assert review.sign_offs[0].printed_name == "A. Rivera, MD"
    assert not queue.open_list(copy.clinic, alice, PlaceInWork.QUEUE).lines
    (done,) = queue.open_list(copy.clinic, alice, PlaceInWork.DONE).lines
    assert done.entry.name == "Pat Doe"


def test_a_flag_is_acknowledged_once(copy, alice):
    sending.send(copy.desk)
    submission = only_submission(copy)
    flag = reviewing.open_review(copy.clinic, alice, submission).flags[0]

    reviewing.acknowledge(copy.clinic, alice, submission, flag.key, "first", Done.CALLED_PATIENT)

    with pytest.raises(AlreadyAcknowledged):
        reviewing.acknowledge(copy.clinic, alice, submission, flag.key, "second", Done.CALLED_PATIENT)


def test_what_changed_meanwhile_is_not_signed_for(copy, alice):
    sending.send_healthy(copy.desk, "aneurysm: not_repaired")
    submission = only_submission(copy)
    shown = reviewing.open_review(copy.clinic, alice, submission).fingerprint()
    acknowledge_everything(copy, alice, submission)

    with pytest.raises(Changed):
        reviewing.sign_off(copy.clinic, alice, submission, "", shown)


def test_an_unknown_submission_says_so(copy, alice):
    with pytest.raises(NoSuchSubmission):
        reviewing.open_review(copy.clinic, alice, alice.id)


def test_screening_again_reopens_only_what_something_new_was_raised_in(copy, alice):
    quiet = without_rules(copy)
    sending.send(quiet.desk, f"{sending.PAT}, aneurysm: not_repaired")
    submission = only_submission(copy)
    sign(quiet, alice, submission)

    assert not reviewing.rescreen(quiet.clinic, submission, force=True).reopened
    assert reviewing.rescreen(copy.clinic, submission).reopened

    review = reviewing.open_review(copy.clinic, alice, submission)
    assert review.was_reopened
    assert len(review.screenings) == 3
    assert "ReviewReopened" in events(copy)
    (line,) = queue.open_list(copy.clinic, alice, PlaceInWork.QUEUE).lines
    assert line.entry.reopened


def test_screening_again_with_the_same_rules_changes_nothing_a_clinician_did(copy, alice):
    sending.send_healthy(copy.desk, "aneurysm: not_repaired")
    submission = only_submission(copy)
    acknowledge_everything(copy, alice, submission)
    sign(copy, alice, submission)

    assert not reviewing.rescreen(copy.clinic, submission, force=True).reopened

    assert reviewing.open_review(copy.clinic, alice, submission).status is Status.SIGNED_OFF


def test_a_patient_does_not_grow_older_by_being_screened_again(copy, alice):
    sending.send(copy.desk, f"{sending.PAT}, date_of_birth: 1961-11-21")
    submission = only_submission(copy)

    copy.clock.at = copy.clock.at.replace(year=2030)
    reviewing.rescreen(copy.clinic, submission)

    review = reviewing.open_review(copy.clinic, alice, submission)
    assert "age-65-or-older" not in {flag.outcome.rule for flag in review.flags}
    later = replace(review.submission, sent_at=copy.clinic.local(copy.clock.at))
    assert later.age == 68


def test_an_old_submission_is_shown_as_it_was_asked_after_the_questionnaire_changed(copy, alice):
    sending.send(copy.desk, f"{sending.PAT}, aneurysm: not_repaired")
    submission = only_submission(copy)
    before = reviewing.open_review(copy.clinic, alice, submission)
    texts = copy.desk.library.texts
    reworded = texts["questionnaire"].replace(
        "Has a doctor ever told you that you have an aneurysm?", "Do you have an aneurysm?"
    )
    assert reworded != texts["questionnaire"]
    changed = copy.with_library(parse_library(reworded, "rules: []", texts["medicines"]))

    after = reviewing.open_review(changed.clinic, alice, submission)

    assert after.submission == before.submission
    assert after.screenings == before.screenings


def test_the_history_tells_everything_in_order(copy, alice):
    sending.send_healthy(copy.desk, "aneurysm: not_repaired")
    submission = only_submission(copy)
    acknowledge_everything(copy, alice, submission)
    sign(copy, alice, submission)

    lines = histories.history(copy.clinic, alice, submission)

    assert [lines[0].who, lines[0].what] == ["Patient", "Sent by the patient"]
    assert lines[1].what.startswith("Screening 1, rules edition")
    acknowledged = [line for line in lines if line.what.startswith("Acknowledged: ")]
    assert {line.who for line in acknowledged} == {"A. Rivera, MD"}
    titles = [flag.outcome.title for flag in reviewing.open_review(copy.clinic, alice, submission).flags]
    assert [line.what.removeprefix("Acknowledged: ") for line in acknowledged] == titles
    assert [line.what for line in lines][-2:] == ["Signed off", "Opened and read"]


def test_rewording_the_questionnaire_reopens_no_review(copy, alice):
    sending.send_healthy(copy.desk, "aneurysm: not_repaired")
    submission = only_submission(copy)
    acknowledge_everything(copy, alice, submission)
    sign(copy, alice, submission)
    texts = copy.desk.library.texts
    reworded = texts["questionnaire"].replace("not_repaired: ", "not_repaired: Oh ")
    assert reworded != texts["questionnaire"]
    changed = copy.with_library(parse_library(reworded, texts["rules"], texts["medicines"]))

    assert not reviewing.rescreen(changed.clinic, submission).reopened


def test_a_choice_that_was_taken_away_cannot_be_told_and_breaks_nothing(copy, alice):
    sending.send(copy.desk, f"{sending.PAT}, aneurysm: repaired")
    submission = only_submission(copy)
    texts = copy.desk.library.texts
    without = texts["questionnaire"].replace("repaired: ", "mended: ", 1)
    changed = copy.with_library(parse_library(without, "rules: []", texts["medicines"]))

    reviewing.rescreen(changed.clinic, submission)

    review = reviewing.open_review(changed.clinic, alice, submission)
    assert not review.screening.incomplete
