"""Erasing a form because its patient asked, and making an administrator: two people where there are two."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from agreeing import REASON, agree_to_erase, asked_to_erase
from copies import PASSWORD, make_copy, staff
from intake.domain.patient_requests import RequestOutcome, Way
from intake.domain.permissions import Role
from intake.domain.two_people import LASTS, AskedAlready, NoReason, NothingProposed, OnePersonTwice, Stage
from intake.services import accounts, administrators, erasing, patient_requests, people
from intake.storage import audit, submissions
from intake.storage.tables import AuditEventRow
from sending import send_at_once


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def ben(copy, alice):
    """Another who reads forms."""
    return staff(copy.clinic, "ben", "B. Ortiz, MD", Role.CLINICIAN)


@pytest.fixture
def carol(copy, bob):
    """Another administrator."""
    return staff(copy.clinic, "carol", "C. Diaz", Role.ADMINISTRATOR)


def lines(copy, *names):
    with copy.clinic.database.read() as session:
        assert audit.verify(session, copy.clinic.keys).ok
        return [one for one in audit.events(session) if one.event in names]


def is_here(copy, reference):
    with copy.clinic.database.read() as session:
        return submissions.by_reference(session, reference) in submissions.ids(session)


def stage_of(copy, alice):
    (listed,) = patient_requests.every_request(copy.clinic, alice).waiting
    return listed.stage


# Erasing.


def test_a_form_is_erased_once_a_second_person_confirmed_it_and_not_before(copy, alice, ben):
    reference = send_at_once(copy.desk).reference
    submission, number = asked_to_erase(copy.clinic, alice, reference)
    for refused in range(2):
        with pytest.raises(erasing.NotAgreed, match="another confirms it"):
            erasing.erase(copy.clinic, reference, unread=True)
        assert erasing.erase_agreed(copy.clinic).forms == 0
        if not refused:
            patient_requests.propose_erasing(copy.clinic, alice, submission, number, REASON, 0)
    with pytest.raises(OnePersonTwice):
        patient_requests.confirm_erasing(copy.clinic, alice, submission, number, 1)
    assert is_here(copy, reference)

    patient_requests.confirm_erasing(copy.clinic, ben, submission, number, 1)
    assert is_here(copy, reference), "erasing it is the console's"
    assert erasing.erase_agreed(copy.clinic).forms == 1

    with copy.clinic.database.read() as session:
        assert submissions.ids(session) == ()
    (proposed,) = lines(copy, "ErasureProposed")
    (confirmed,) = lines(copy, "ErasureConfirmed")
    (erased,) = lines(copy, "SubmissionErased")
    assert (proposed.actor, proposed.detail["alone"]) == (str(alice.id), False)
    assert (confirmed.actor, confirmed.detail["proposed_by"]) == (str(ben.id), str(alice.id))
    said = (erased.detail["proposed_by"], erased.detail["confirmed_by"], erased.object)
    assert said == (str(alice.id), str(ben.id), str(submission))
    assert REASON not in str([one.detail for one in (proposed, confirmed, erased)])


def test_in_a_clinic_of_one_it_is_one_persons_act_and_recorded_as_that(copy, alice, bob):
    reference = send_at_once(copy.desk).reference
    agree_to_erase(copy.clinic, reference, alice)

    assert erasing.erase(copy.clinic, reference, unread=True).forms == 1

    (proposed,) = lines(copy, "ErasureProposed")
    (erased,) = lines(copy, "SubmissionErased")
    assert proposed.detail["alone"] is True
    assert (erased.detail["proposed_by"], erased.detail["confirmed_by"]) == (str(alice.id), None)


def test_what_nobody_confirms_is_overdue_and_stays_in_the_list_until_somebody_does(copy, alice, ben):
    reference = send_at_once(copy.desk).reference
    submission, number = asked_to_erase(copy.clinic, alice, reference)
    patient_requests.propose_erasing(copy.clinic, alice, submission, number, REASON, 0)
    assert stage_of(copy, ben) is Stage.WAITS

    copy.clock.at += LASTS

    assert stage_of(copy, ben) is Stage.OVERDUE
    with pytest.raises(NothingProposed):
        patient_requests.confirm_erasing(copy.clinic, ben, submission, number, 1)
    assert erasing.erase_agreed(copy.clinic).forms == 0
    patient_requests.propose_erasing(copy.clinic, ben, submission, number, REASON, 1)
    patient_requests.confirm_erasing(copy.clinic, alice, submission, number, 2)
    outcome = RequestOutcome.DONE
    patient_requests.handle(copy.clinic, alice, submission, number, outcome, "It goes tonight", 3)
    patient_requests.tell(copy.clinic, alice, submission, number, Way.PHONE, 4)
    assert stage_of(copy, ben) is Stage.AGREED, "told or not, it stays a task until it is done"
    assert erasing.erase_agreed(copy.clinic).forms == 1


def test_what_was_refused_or_taken_back_is_not_erased(copy, alice, ben):
    reference = send_at_once(copy.desk).reference
    agree_to_erase(copy.clinic, reference, alice, ben)
    with copy.clinic.database.read() as session:
        submission = submissions.by_reference(session, reference)

    patient_requests.refuse_erasing(copy.clinic, ben, submission, 1, "The law keeps it", 2)

    with pytest.raises(erasing.NotAgreed):
        erasing.erase(copy.clinic, reference, unread=True)
    assert erasing.erase_agreed(copy.clinic).forms == 0
    assert len(lines(copy, "ErasureRefused")) == 1


def test_nobody_proposes_to_erase_what_its_patient_did_not_ask_to_have_erased(copy, alice):
    reference = send_at_once(copy.desk).reference
    submission, number = asked_to_erase(copy.clinic, alice, reference)
    with pytest.raises(patient_requests.NoSuchRequest):
        patient_requests.propose_erasing(copy.clinic, alice, submission, number + 1, REASON, 0)


# Administrators.


def test_an_administrator_is_made_by_two(copy, alice, bob, carol):
    session = accounts.sign_in(copy.clinic, "alice", PASSWORD, "192.0.2.1")
    both = [Role.CLINICIAN, Role.ADMINISTRATOR]

    assert not people.set_roles(copy.clinic, bob, alice.id, both, REASON)

    assert people.somebody(copy.clinic, alice.id).member.roles == {Role.CLINICIAN}
    assert accounts.whoever(copy.clinic, session) == alice, "nothing changed yet"
    (waiting,) = administrators.waiting(copy.clinic)
    assert (waiting.member, waiting.said.words, waiting.stage) == (alice, REASON, Stage.WAITS)
    with pytest.raises(AskedAlready):
        people.set_roles(copy.clinic, carol, alice.id, both, REASON)
    with pytest.raises(OnePersonTwice):
        administrators.confirm(copy.clinic, bob, alice.id)

    administrators.confirm(copy.clinic, carol, alice.id)

    assert people.somebody(copy.clinic, alice.id).member.roles == set(both)
    assert accounts.whoever(copy.clinic, session) is None
    assert administrators.waiting(copy.clinic) == ()
    last = lines(copy, "AdministratorConfirmed", "RolesChanged")[-2:]
    assert [(one.event, one.actor) for one in last] == [
        ("AdministratorConfirmed", str(carol.id)),
        ("RolesChanged", str(carol.id)),
    ]
    assert last[0].detail["proposed_by"] == str(bob.id)
    with pytest.raises(NothingProposed):
        administrators.confirm(copy.clinic, carol, alice.id)


def test_the_only_administrator_makes_another_alone_and_says_why(copy, alice, bob):
    with pytest.raises(NoReason):
        people.set_roles(copy.clinic, bob, alice.id, [Role.ADMINISTRATOR])

    assert people.set_roles(copy.clinic, bob, alice.id, [Role.ADMINISTRATOR], REASON)

    assert people.somebody(copy.clinic, alice.id).member.roles == {Role.ADMINISTRATOR}
    (proposed,) = lines(copy, "AdministratorProposed")
    assert (proposed.detail["alone"], proposed.detail["reason"]) == (True, REASON)


def test_somebody_new_is_no_administrator_before_a_second_one_confirmed_it(copy, bob, carol):
    both = [Role.FRONT_DESK, Role.ADMINISTRATOR]
    token = accounts.add_staff(copy.clinic, bob, "dana", "D. Ash", both, REASON)
    assert not accounts.add_staff(copy.clinic, bob, "erin", "E. Fox", [Role.ADMINISTRATOR], REASON)
    dana = accounts.accept_invitation(copy.clinic, token, PASSWORD)
    erin = next(one for one in accounts.staff(copy.clinic) if one.username == "erin")

    assert dana.roles == {Role.FRONT_DESK}
    with pytest.raises(accounts.NothingToDoYet):
        accounts.invite_again(copy.clinic, bob, erin.id)
    for one in (dana, erin):
        administrators.confirm(copy.clinic, carol, one.id)

    assert people.somebody(copy.clinic, dana.id).member.roles == set(both)
    assert accounts.invite_again(copy.clinic, bob, erin.id)


def test_a_proposal_ends_with_a_week_a_refusal_or_other_work(copy, alice, bob, carol):
    wanted = [Role.ADMINISTRATOR]
    people.set_roles(copy.clinic, bob, alice.id, wanted, REASON)
    administrators.refuse(copy.clinic, carol, alice.id, "Not yet")
    with pytest.raises(NothingProposed):
        administrators.confirm(copy.clinic, carol, alice.id)

    people.set_roles(copy.clinic, bob, alice.id, wanted, REASON)
    people.set_roles(copy.clinic, bob, alice.id, [Role.FRONT_DESK])
    with pytest.raises(NothingProposed):
        administrators.confirm(copy.clinic, carol, alice.id)

    people.set_roles(copy.clinic, bob, alice.id, wanted, REASON)
    copy.clock.at += LASTS
    assert [one.stage for one in administrators.waiting(copy.clinic)] == [Stage.OVERDUE]
    with pytest.raises(NothingProposed):
        administrators.confirm(copy.clinic, carol, alice.id)
    copy.clock.at += timedelta(minutes=1)
    people.set_roles(copy.clinic, carol, alice.id, wanted, REASON)
    administrators.confirm(copy.clinic, bob, alice.id)


def test_nobody_confirms_for_an_administrator_who_is_none_any_more(copy, alice, bob, carol):
    dana = staff(copy.clinic, "dana", "D. Ash", Role.ADMINISTRATOR)
    people.set_roles(copy.clinic, bob, alice.id, [Role.ADMINISTRATOR], REASON)
    people.set_roles(copy.clinic, carol, bob.id, [Role.FRONT_DESK])

    assert administrators.waiting(copy.clinic) == ()
    with pytest.raises(NothingProposed):
        administrators.confirm(copy.clinic, dana, alice.id)


def test_a_line_that_something_else_wrote_into_the_trail_proposes_nothing(copy, alice, bob, carol):
    """As whoever can write to the database, and has no key, would do it."""
    people.set_roles(copy.clinic, carol, bob.id, [Role.ADMINISTRATOR, Role.CLINICIAN], REASON)
    people.set_roles(copy.clinic, bob, alice.id, [Role.ADMINISTRATOR], REASON)
    administrators.refuse(copy.clinic, bob, alice.id, "No")
    with copy.clinic.database.write() as session:
        last = audit.newest(session)
        proposed = next(one for one in audit.chained(session) if one.event == "AdministratorProposed")
        line = {name: getattr(proposed, name) for name in proposed.__slots__}
        line |= {"seq": last + 1, "actor": str(bob.id), "prev_mac": b"p" * 32, "mac": b"m" * 32}
        session.execute(insert(AuditEventRow), [line])

    assert administrators.waiting(copy.clinic) == ()
    with pytest.raises(NothingProposed):
        administrators.confirm(copy.clinic, carol, alice.id)
