"""Claims on each database: one row for each form, and one winner."""

from datetime import timedelta
from uuid import uuid4

import pytest

from intake.domain.claims import ClaimedByAnother
from intake.domain.events import SubmissionOpened
from intake.domain.permissions import Role
from intake.storage import accounts, audit, claims
from intake.storage.submissions import NoSuchSubmission
from storage.samples import MINUTE, NOW, send
from storage.side_by_side import at_once

LASTS = timedelta(minutes=30)


@pytest.fixture
def people(database, clinic_keys):
    with database.write() as session:
        return [
            accounts.add_member(session, clinic_keys, f"nurse{n}", f"Nurse {n}", [Role.CLINICIAN], NOW)
            for n in range(4)
        ]


@pytest.fixture
def sent(database, clinic_keys):
    with database.write() as session:
        return send(session, clinic_keys)


def held(database, sent, at=NOW):
    with database.read() as session:
        claim = claims.of(session, [sent], at, LASTS).get(sent)
        assert claims.of_unfinished(session, at, LASTS) == ({} if claim is None else {sent: claim})
    return claim


def take(sent, person):
    def deed(session):
        claims.hold(session, sent)
        if taken := claims.of(session, [sent], NOW, LASTS).get(sent):
            raise ClaimedByAnother(taken)
        claims.put(session, sent, person, NOW, LASTS)
        return person.id

    return deed


def test_of_several_who_take_a_form_at_once_one_has_it(database, people, sent):
    outcomes = at_once(database, [take(sent, person) for person in people])

    (winner,) = (one for one in outcomes if not isinstance(one, ClaimedByAnother))
    claim = held(database, sent)
    assert claim.member == winner
    assert {one.claim.member for one in outcomes if one != winner} == {winner}


def test_a_claim_that_ran_out_is_none_and_can_be_taken_anew(database, people, sent):
    at_once(database, [take(sent, people[0])])
    assert held(database, sent, NOW + 31 * MINUTE) is None
    with database.write() as session:
        claims.put(session, sent, people[1], NOW + 31 * MINUTE, LASTS)
    assert held(database, sent, NOW + 32 * MINUTE).printed_name == "Nurse 1"


def test_the_trail_lengthens_a_claim_by_what_its_holder_does(database, clinic_keys, people, sent):
    at_once(database, [take(sent, people[0])])
    with database.write() as session:
        for person, minutes in ((people[0], 20), (people[1], 25), (people[0], 45)):
            event = SubmissionOpened(sent, 1)
            audit.record(session, clinic_keys, person.id, event, NOW + minutes * MINUTE)
    claim = held(database, sent, NOW + 60 * MINUTE)
    assert (claim.since, claim.until) == (NOW, NOW + 75 * MINUTE)
    assert held(database, sent, NOW + 75 * MINUTE) is None
    with database.read() as session:
        read = claims.opened(session, sent, NOW + 21 * MINUTE, but=people[1].id)
        assert [(one.printed_name, one.at) for one in read] == [("Nurse 0", NOW + 45 * MINUTE)]


def test_a_form_nobody_sent_cannot_be_held(database, clinic_keys):
    with database.write() as session, pytest.raises(NoSuchSubmission):
        claims.hold(session, uuid4())
