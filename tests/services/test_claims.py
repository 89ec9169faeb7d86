"""Claiming, giving back and taking over: one winner, nobody kept out, and every change in the trail."""

from datetime import timedelta

import pytest

import sending
from copies import make_copy, staff
from intake.content.library import parse_library
from intake.domain.claims import ClaimedByAnother, NobodyHasIt, ReasonNeeded
from intake.domain.permissions import Role
from intake.domain.review_entries import Done, TakenOver
from intake.domain.standing import PlaceInWork
from intake.services import claims, queue, reviewing
from intake.storage import audit, desk
from intake.storage.submissions import NoSuchSubmission


@pytest.fixture
def copy(tmp_path):
    """On SQLite: what differs between databases is tried in storage/test_claims.py."""
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def chen(copy):
    return staff(copy.clinic, "chen", "R. Chen, MD", Role.CLINICIAN)


@pytest.fixture
def form(copy):
    sending.send_at_once(copy.desk)
    (one,) = reviewing.to_rescreen(copy.clinic)
    return one


def acknowledge(copy, clinician, form, flag):
    reviewing.acknowledge(copy.clinic, clinician, form, flag.key, "seen", Done.CALLED_PATIENT)


def holder(copy, alice, form):
    held = claims.hold(copy.clinic, alice, form).claim
    return held.printed_name if held else None


def last_event(copy):
    with copy.clinic.database.read() as session:
        assert audit.verify(session, copy.clinic.keys).ok
        return audit.events(session)[-1]


def test_a_claim_says_who_has_it_and_keeps_nobody_out(copy, alice, chen, form):
    claims.claim(copy.clinic, alice, form)

    with pytest.raises(ClaimedByAnother) as refused:
        claims.claim(copy.clinic, chen, form)
    assert refused.value.claim.printed_name == "A. Rivera, MD"
    assert claims.hold(copy.clinic, alice, form).mine
    assert not claims.hold(copy.clinic, chen, form).mine
    flag = reviewing.open_review(copy.clinic, chen, form).flags[0]
    acknowledge(copy, chen, form, flag)


def test_only_whoever_has_a_form_gives_it_back(copy, alice, chen, form):
    claims.claim(copy.clinic, alice, form)
    with pytest.raises(ClaimedByAnother):
        claims.release(copy.clinic, chen, form)

    claims.release(copy.clinic, alice, form)

    assert last_event(copy).event == "SubmissionReleased"
    assert holder(copy, alice, form) is None
    with pytest.raises(NobodyHasIt):
        claims.release(copy.clinic, alice, form)


def test_taking_over_keeps_the_reason_sealed_and_names_both(copy, alice, chen, form):
    claims.claim(copy.clinic, alice, form)
    with pytest.raises(ReasonNeeded):
        claims.take_over(copy.clinic, chen, form, alice.id, "  ")

    claims.take_over(copy.clinic, chen, form, alice.id, "She went home")

    event = last_event(copy)
    assert (event.event, event.detail["taken_from"]) == ("SubmissionTakenOver", str(alice.id))
    assert "home" not in str(event)
    (entry,) = reviewing.open_review(copy.clinic, chen, form).entries
    assert isinstance(entry, TakenOver)
    assert (entry.taken_from_name, entry.reason) == ("A. Rivera, MD", "She went home")
    assert holder(copy, alice, form) == "R. Chen, MD"


def test_taking_over_from_somebody_who_has_it_no_more_is_refused_or_is_claiming(copy, alice, chen, form):
    claims.claim(copy.clinic, alice, form)
    with pytest.raises(ClaimedByAnother):
        claims.take_over(copy.clinic, chen, form, copy.clinic.keys.deployment, "They went home")
    claims.release(copy.clinic, alice, form)

    claims.take_over(copy.clinic, chen, form, alice.id, "She went home")

    assert last_event(copy).event == "SubmissionClaimed"
    assert holder(copy, alice, form) == "R. Chen, MD"


def test_a_claim_runs_out_is_lengthened_by_work_and_does_not_come_back(copy, alice, chen, form):
    claims.claim(copy.clinic, alice, form)
    copy.clock.at += timedelta(minutes=29)
    flag = reviewing.open_review(copy.clinic, alice, form).flags[0]
    acknowledge(copy, alice, form, flag)
    copy.clock.at += timedelta(minutes=29)
    assert holder(copy, chen, form) == "A. Rivera, MD"

    copy.clock.at += timedelta(minutes=2)
    assert holder(copy, chen, form) is None
    reviewing.open_review(copy.clinic, alice, form)
    assert holder(copy, chen, form) is None

    claims.claim(copy.clinic, chen, form)
    assert holder(copy, chen, form) == "R. Chen, MD"


def test_signing_off_ends_a_claim_whoever_has_it(copy, alice, chen):
    texts = copy.desk.library.texts
    copy = copy.with_library(parse_library(texts["questionnaire"], "rules: []", texts["medicines"]))
    sending.send_at_once(copy.desk)
    (form,) = reviewing.to_rescreen(copy.clinic)
    claims.claim(copy.clinic, alice, form)
    shown = reviewing.open_review(copy.clinic, chen, form).fingerprint()
    copy.clock.at += timedelta(seconds=1)
    reviewing.sign_off(copy.clinic, chen, form, "", shown)

    assert holder(copy, alice, form) is None
    claims.claim(copy.clinic, alice, form)
    (line,) = queue.open_list(copy.clinic, chen, PlaceInWork.DONE).lines
    assert line.claim
    assert line.claim.printed_name == "A. Rivera, MD"


def test_who_else_read_a_form_lately_is_told_by_name(copy, alice, chen, form):
    reviewing.open_review(copy.clinic, chen, form)
    copy.clock.at += timedelta(minutes=2)
    reviewing.open_review(copy.clinic, alice, form)

    (one,) = claims.hold(copy.clinic, alice, form).opened
    assert (one.printed_name, copy.clock.at - one.at) == ("R. Chen, MD", timedelta(minutes=2))

    copy.clock.at += timedelta(minutes=14)
    assert claims.hold(copy.clinic, alice, form).opened == ()


def test_a_form_nobody_sent_is_nobodys(copy, alice):
    for act in (claims.claim, claims.release):
        with pytest.raises(NoSuchSubmission):
            act(copy.clinic, alice, alice.id)


def test_a_claim_taken_while_the_clock_was_ahead_keeps_no_form_for_a_year(copy, alice, chen, form):
    copy.clock.at += timedelta(days=365)
    claims.claim(copy.clinic, alice, form)
    with copy.clinic.database.read() as session:
        assert desk.opened(session, [form], copy.clock()) == {form}

    copy.clock.at -= timedelta(days=365)
    assert holder(copy, chen, form) is None
    with copy.clinic.database.read() as session:
        assert desk.opened(session, [form], copy.clock()) == set()
    claims.claim(copy.clinic, chen, form)
    assert holder(copy, alice, form) == "R. Chen, MD"
