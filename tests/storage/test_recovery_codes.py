"""A recovery code is one person's, works once, and is counted and dated."""

import pytest
from sqlalchemy import select, update

from intake.storage import recovery_codes
from intake.storage.encryption import DecryptionFailed, Place
from intake.storage.tables import RecoveryCodeRow
from storage.samples import MINUTE, NOW


@pytest.fixture
def people(session, clinic_keys, people):
    """Alice and Bob, with three codes each."""
    for row in people:
        recovery_codes.put(session, clinic_keys, row, hashes(row))
    return people


def hashes(row):
    return [f"{row.username}'s {number}" for number in range(3)]


def test_a_code_works_once_and_for_its_owner_alone(session, clinic_keys, people):
    alice, bob = people
    assert recovery_codes.kept(session, clinic_keys, alice, 1) == "alice's 1"
    assert recovery_codes.kept(session, clinic_keys, alice, 3) is None
    assert not recovery_codes.burn(session, alice.id, 3, NOW)

    assert recovery_codes.burn(session, alice.id, 1, NOW)

    assert not recovery_codes.burn(session, alice.id, 1, NOW + MINUTE)
    assert recovery_codes.used(session, alice.id) == (NOW,), "the first time it was used stays"
    assert recovery_codes.kept(session, clinic_keys, alice, 1) is None
    assert recovery_codes.kept(session, clinic_keys, alice, 0) == "alice's 0"
    assert recovery_codes.kept(session, clinic_keys, bob, 1) == "bob's 1"
    assert (recovery_codes.left(session, alice.id), recovery_codes.left(session, bob.id)) == (2, 3)
    assert recovery_codes.used(session, bob.id) == ()
    assert recovery_codes.burn(session, bob.id, 1, NOW)


def test_when_codes_were_used_is_told_oldest_first(session, people):
    alice, bob = people
    for row, number, minutes in ((alice, 0, 3), (alice, 1, 1), (alice, 2, 2), (bob, 0, 0)):
        assert recovery_codes.burn(session, row.id, number, NOW + minutes * MINUTE)
    assert recovery_codes.used(session, alice.id) == tuple(NOW + one * MINUTE for one in (1, 2, 3))
    assert recovery_codes.left(session, alice.id) == 0


def test_new_codes_take_the_place_of_ones_own_and_of_nobody_elses(session, clinic_keys, people):
    alice, bob = people
    recovery_codes.burn(session, alice.id, 0, NOW)

    recovery_codes.put(session, clinic_keys, alice, ["a", "b"])

    assert recovery_codes.opened(session, clinic_keys, alice) == {0: "a", 1: "b"}
    assert (recovery_codes.left(session, alice.id), recovery_codes.used(session, alice.id)) == (2, ())
    assert recovery_codes.opened(session, clinic_keys, bob) == dict(enumerate(hashes(bob)))
    recovery_codes.remove(session, alice.id)
    assert recovery_codes.opened(session, clinic_keys, alice) == {}
    assert recovery_codes.left(session, bob.id) == 3


def test_sealed_again_each_keeps_its_number_and_that_it_was_used(session, clinic_keys, people):
    alice, bob = people
    recovery_codes.burn(session, alice.id, 2, NOW)
    before = recovery_codes.opened(session, clinic_keys, alice)
    alice.auth_epoch += 1
    with pytest.raises(DecryptionFailed):
        recovery_codes.opened(session, clinic_keys, alice)

    recovery_codes.seal_again(session, clinic_keys, alice, before)

    assert recovery_codes.opened(session, clinic_keys, alice) == before == dict(enumerate(hashes(alice)))
    assert recovery_codes.used(session, alice.id) == (NOW,)
    assert recovery_codes.opened(session, clinic_keys, bob) == dict(enumerate(hashes(bob)))


@pytest.mark.parametrize(
    "another", [("alice", 0), ("bob", 1)], ids=["of another number", "of another person"]
)
def test_a_code_put_in_the_place_of_another_does_not_open(session, clinic_keys, people, another):
    alice, _ = people
    of = {row.username: row.id for row in people}
    query = select(RecoveryCodeRow.sealed).where(
        RecoveryCodeRow.member_id == of[another[0]], RecoveryCodeRow.number == another[1]
    )
    session.execute(
        update(RecoveryCodeRow)
        .where(RecoveryCodeRow.member_id == alice.id, RecoveryCodeRow.number == 1)
        .values(sealed=session.scalar(query))
    )
    with pytest.raises(DecryptionFailed):
        recovery_codes.kept(session, clinic_keys, alice, 1)
    with pytest.raises(DecryptionFailed):
        recovery_codes.opened(session, clinic_keys, alice)


def test_codes_sealed_by_earlier_versions_still_open(session, clinic_keys, people):
    """Where it is sealed for may not be called otherwise."""
    for row in people:
        query = select(RecoveryCodeRow).where(RecoveryCodeRow.member_id == row.id)
        for one in session.scalars(query):
            place = Place("recovery_codes", "sealed", f"{row.id} {one.number}", row.auth_epoch)
            assert clinic_keys.staff_key.open(one.sealed, place).decode() == hashes(row)[one.number]
