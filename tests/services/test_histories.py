"""A history tells everything that was recorded about a form, each thing in words and in its order."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import get_args
from uuid import UUID

import pytest

import sending
from copies import make_copy, staff
from intake.domain import events
from intake.domain.events import Event
from intake.domain.permissions import Role
from intake.domain.review_entries import (
    By,
    Done,
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
from intake.domain.rules import Priority
from intake.services import histories, history_words, persons, reviewing
from intake.storage import audit, reviews
from intake.storage.submissions import by_reference


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """One clinic for all: each test has a form of its own."""
    copy = make_copy(tmp_path_factory.mktemp("copy"))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)


@pytest.fixture
def submission(copy):
    return send(copy, f"{sending.PAT}, aneurysm: repaired, pregnancy: yes")


def send(copy, answers):
    receipt = sending.send_at_once(copy.desk, answers)
    with copy.clinic.database.read() as session:
        return by_reference(session, receipt.reference)


def without_words(kinds):
    """Those events about a submission that a history would call by their own names."""
    about = [kind for kind in kinds if any(field.name == "submission" for field in fields(kind))]
    return [kind.__name__ for kind in about if kind.__name__ not in history_words.BY_NAME]


def test_every_event_about_a_submission_has_words():
    assert without_words(get_args(Event)) == []
    assert len(history_words.BY_NAME) >= 25


@dataclass(frozen=True, slots=True)
class SubmissionFramed:
    """An event somebody adds and forgets here."""

    submission: UUID


def test_an_event_without_words_would_be_found():
    """The control."""
    assert without_words([*get_args(Event), SubmissionFramed]) == ["SubmissionFramed"]


def add(copy, member, submission, entry, event):
    with copy.clinic.database.write() as session:
        content = reviews.add_entry(session, copy.clinic.keys, submission, entry)
        given = {"submission": submission, "content": content, "taken_from": UUID(int=9), "revision": 2}
        asked = {field.name for field in fields(event)}
        made = event(**{name: value for name, value in given.items() if name in asked})
        audit.record(session, copy.clinic.keys, member.id, made, copy.clinic.now())


def told(copy, member, submission):
    return [(line.what, line.details) for line in histories.history(copy.clinic, member, submission)]


def test_what_was_acknowledged_taken_back_and_acknowledged_again_is_told_apart(copy, alice, submission):
    clinic = copy.clinic
    first, second = reviewing.open_review(clinic, alice, submission).flags[:2]
    by = By(alice.id, alice.printed_name, clinic.now())
    reviewing.acknowledge(clinic, alice, submission, first.key, "Read it", Done.CALLED_PATIENT)
    reviewing.acknowledge(clinic, alice, submission, second.key, "", Done.CALLED_PATIENT)
    add(copy, alice, submission, Undoing(1, first.key, by), events.AcknowledgementUndone)
    reviewing.acknowledge(clinic, alice, submission, first.key, "Read it again", Done.CALLED_PATIENT)

    lines = told(copy, alice, submission)

    assert lines[3:-1] == [
        (f"Acknowledged: {first.outcome.title}", ("“Read it”",)),
        (f"Acknowledged: {second.outcome.title}", ()),
        (f"Took back the acknowledgement of: {first.outcome.title}", ()),
        (f"Acknowledged: {first.outcome.title}", ("“Read it again”",)),
    ]


def test_every_further_fact_is_told_with_what_stands_sealed(copy, alice, submission):
    by = By(alice.id, alice.printed_name, copy.clinic.now())
    for entry, event in (
        (Question("Which year?", by, title="Aneurysm"), events.PatientAsked),
        (Question("Who told you?", by), events.PatientAsked),
        (QuestionWithdrawn(2, by), events.QuestionTakenBack),
        (Revised(2, 1, "In 2019", ("aneurysm",), by.at), events.SubmissionRevised),
        (View(ViewKind.FIRST, Priority.HIGH, "The aneurysm", by), events.ViewNoted),
        (View(ViewKind.SECOND, None, "", by), events.ViewNoted),
        (TakenOver(UUID(int=9), "B. Chen, NP", "Away", by), events.SubmissionTakenOver),
        (LookAgain(date(2026, 12, 1), "After the letter", by), events.LookAgainSet),
        (LookAgain(None, "", by), events.LookAgainSet),
        (Reopening("A letter came", by), events.ReviewTakenUpAgain),
    ):
        add(copy, alice, submission, entry, event)

    lines = told(copy, alice, submission)

    assert lines[2:-1] == [
        ("Asked the patient", ("“Which year?”", "About: Aneurysm")),
        ("Asked the patient", ("“Who told you?”",)),
        ("Took back a question to the patient", ("The question was: “Who told you?”",)),
        (
            "Taken in as revision 2",
            ("The question was: “Which year?”", "“In 2019”", f"Answered anew: {label(copy, 'aneurysm')}"),
        ),
        ("Noted a view before seeing the flags", ("First reading: High", "“The aneurysm”")),
        ("Noted a view before seeing the flags", ("Second reading: nothing stands out",)),
        ("Took it over from B. Chen, NP", ("“Away”",)),
        ("Put off until December 1, 2026", ("“After the letter”",)),
        ("Brought back from being put off", ()),
        ("Reopened by hand", ("“A letter came”",)),
    ]


def label(copy, question):
    return copy.clinic.library.questionnaire.question(question).label


def test_lines_after_a_revision_belong_to_it(copy, alice, submission):
    by = By(alice.id, alice.printed_name, copy.clinic.now())
    add(copy, alice, submission, Revised(2, None, "One more thing", (), by.at), events.SubmissionRevised)

    lines = histories.history(copy.clinic, alice, submission)

    assert [line.revision for line in lines] == [1, 1, 2, 2]
    assert lines[2].details == ("Nobody had asked for it", "“One more thing”")


def test_what_was_said_of_two_forms_stands_in_the_history_of_both(copy, alice, submission):
    clinic = copy.clinic
    other = send(copy, "first_name: Quinn, last_name: Roe, phone: 1")
    references = {
        one: reviewing.open_review(clinic, alice, one).submission.reference for one in (submission, other)
    }
    persons.say(clinic, alice, submission, other, same=True)
    persons.side_by_side(clinic, alice, submission, other)

    for here, there in ((submission, other), (other, submission)):
        lines = [what for what, _ in told(copy, alice, here)]
        assert lines.count(f"Said whether one person sent this form and {references[there]}") == 1
        assert lines.count(f"Read side by side with {references[there]}") == 1


def test_whatever_is_done_with_a_form_is_told(copy, alice, submission):
    done = {
        events.SubmissionClaimed(submission): "Took it in hand",
        events.SubmissionReleased(submission): "Gave it out of hand",
        events.SubmissionPrinted(submission, "chart"): "Made the PDF for the chart",
        events.SubmissionPrinted(submission, "copy"): "Made the patient’s copy",
        events.SubmissionExported(submission, "json"): "Exported as JSON",
        events.AccessListOpened(submission): "Made the list of who opened it",
        events.PatientLinkRenewed(submission): "Made the patient’s link to a question anew",
        events.PatientReplied(submission, "0" * 64): "The patient sent something more",
        events.EarlierLookedFor(submission, 2): "Looked for earlier forms of the same person",
        events.ReviewReopened(submission, 2): "Reopened: the screening raised something new",
    }
    for minutes, event in enumerate(done):
        with copy.clinic.database.write() as session:
            at = copy.clinic.now() + timedelta(minutes=minutes)
            audit.record(session, copy.clinic.keys, alice.id, event, at)

    assert [what for what, _ in told(copy, alice, submission)][2:-1] == list(done.values())


def test_an_event_whose_fact_is_gone_is_told_without_it(copy, alice, submission):
    with copy.clinic.database.write() as session:
        for event in (events.FlagAcknowledged, events.PatientAsked, events.LookAgainSet, events.ViewNoted):
            made = event(submission, "0" * 64)
            audit.record(session, copy.clinic.keys, alice.id, made, copy.clinic.now())

    assert told(copy, alice, submission)[2:-1] == [
        ("Acknowledged a flag", ()),
        ("Asked the patient something", ()),
        ("Put off until a day, or brought back", ()),
        ("Noted a view before seeing the flags", ()),
    ]
