"""The invented patients and what was done with some of their forms."""

from collections import Counter

import pytest

from copies import make_copy
from intake.domain.review_entries import Question
from intake.domain.standing import PlaceInWork
from intake.services import accounts, demonstration, queue, reviewing
from intake.storage import audit, submissions


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The clinic, and the receipts of the patients on whose forms Alice began to work."""
    copy = make_copy(tmp_path_factory.mktemp("demonstration"))
    people = demonstration.people(copy.desk)
    sent = {
        one.id: demonstration.send(copy.desk, one)
        for one in people
        if one.id[:3] in {"p01", "p02", "p03", "p12"}
    }
    demonstration.add_accounts(copy.clinic)
    demonstration.begin_work(copy.clinic, sent)
    yield copy.clinic, sent
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_one_form_stands_in_each_state_there_is(shown):
    clinic, sent = shown
    alice = next(one for one in accounts.staff(clinic) if one.username == "alice")
    with clinic.database.read() as session:
        forms = {one[:3]: submissions.by_reference(session, made.reference) for one, made in sent.items()}
    lines = {
        line.entry.submission: (place, line)
        for place in PlaceInWork
        for line in queue.open_list(clinic, alice, place).lines
    }

    assert {one: lines[form][0] for one, form in forms.items()} == {
        "p01": PlaceInWork.DONE,
        "p02": PlaceInWork.WAITING_ON_PATIENT,
        "p03": PlaceInWork.QUEUE,
        "p12": PlaceInWork.LATER,
    }
    assert lines[forms["p03"]][1].claim.member == alice.id
    (signed,) = reviewing.open_review(clinic, alice, forms["p01"]).sign_offs
    assert signed.next_step
    assert isinstance(reviewing.open_review(clinic, alice, forms["p02"]).entries[0], Question)


def test_it_was_all_done_by_somebody_who_may_and_stands_in_the_trail(shown):
    clinic, sent = shown
    with clinic.database.read() as session:
        every = [
            audit.events(session, submissions.by_reference(session, one.reference)) for one in sent.values()
        ]
    counts = Counter(line.event for lines in every for line in lines)

    assert {
        counts[one] for one in ("ReviewSignedOff", "PatientAsked", "SubmissionClaimed", "LookAgainSet")
    } == {1}


def test_whoever_looks_again_is_told_that_they_are_here_already(shown):
    clinic, _ = shown

    assert demonstration.is_loaded(clinic)
    assert len(accounts.staff(clinic)) == 4
