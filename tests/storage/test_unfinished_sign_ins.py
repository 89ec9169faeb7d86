"""Whoever is still to show a second factor is known by a token of their own, until anything changes."""

import pytest
from sqlalchemy import select, update

from intake.storage import accounts, unfinished_sign_ins
from intake.storage.encryption import token_digest
from intake.storage.tables import StaffMemberRow, UnfinishedSignInRow
from storage.samples import NOW


def test_each_token_leads_to_its_person_and_ends_alone(session, clinic_keys, people):
    tokens = [unfinished_sign_ins.begin(session, clinic_keys, one, NOW) for one in people]
    assert [len(one) for one in tokens] == [43] * 2, "of 32 random bytes"
    assert set(session.scalars(select(UnfinishedSignInRow.token_digest))) == set(map(token_digest, tokens))

    def found():
        return [unfinished_sign_ins.find(session, clinic_keys, one, NOW) for one in (*tokens, "another")]

    assert found() == [people[0].id, people[1].id, None]
    unfinished_sign_ins.end(session, tokens[0])
    assert found() == [None, people[1].id, None]


@pytest.mark.parametrize("table", [UnfinishedSignInRow, StaffMemberRow])
@pytest.mark.parametrize("seal", [b"planted", None])
def test_nobody_goes_on_from_what_was_planted(session, clinic_keys, people, table, seal):
    token = unfinished_sign_ins.begin(session, clinic_keys, people[0], NOW)
    session.execute(update(table).values(seal=seal))
    session.expire_all()
    assert unfinished_sign_ins.find(session, clinic_keys, token, NOW) is None


def test_it_leads_to_nobody_it_was_not_begun_by_and_nowhere_after_a_change(session, clinic_keys, people):
    alice, bob = people
    token = unfinished_sign_ins.begin(session, clinic_keys, alice, NOW)
    session.execute(update(UnfinishedSignInRow).values(member_id=bob.id))
    session.expire_all()
    assert unfinished_sign_ins.find(session, clinic_keys, token, NOW) is None

    token = unfinished_sign_ins.begin(session, clinic_keys, alice, NOW)
    accounts.set_password(session, clinic_keys, alice.id, "a hash")
    assert unfinished_sign_ins.find(session, clinic_keys, token, NOW) is None
