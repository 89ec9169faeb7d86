"""A recovery code works once, for the person it was made for."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from intake.storage import accounts, recovery_codes
from intake.storage.encryption import DecryptionFailed
from intake.storage.tables import RecoveryCodeRow
from storage.samples import NOW


@pytest.fixture
def session(sqlite_database):
    with sqlite_database.write() as session:
        yield session


@pytest.fixture
def people(session, clinic_keys):
    made = []
    for name in ("alice", "bob"):
        member = accounts.add_member(session, clinic_keys, name, name.title(), [], NOW)
        row = accounts.hold(session, clinic_keys, member.id)
        recovery_codes.put(session, clinic_keys, row, [f"{name} {number}" for number in range(3)])
        made.append(row)
    return made


def test_one_that_was_used_works_no_more_and_all_others_do(session, clinic_keys, people):
    alice, bob = people
    later = NOW + timedelta(hours=1)
    assert recovery_codes.burn(session, alice.id, 1, later)
    assert not recovery_codes.burn(session, alice.id, 1, later), "somebody was faster"
    assert recovery_codes.burn(session, alice.id, 0, NOW)

    kept = [recovery_codes.kept(session, clinic_keys, alice, number) for number in range(4)]

    assert kept == [None, None, "alice 2", None]
    assert recovery_codes.used(session, alice.id) == (NOW, later), "oldest first"
    assert [recovery_codes.left(session, one.id) for one in people] == [1, 3]
    assert recovery_codes.used(session, bob.id) == ()
    assert recovery_codes.kept(session, clinic_keys, bob, 1) == "bob 1"


def test_new_ones_take_the_place_of_those_before_and_of_nobody_elses(session, clinic_keys, people):
    alice, bob = people
    recovery_codes.burn(session, alice.id, 0, NOW)

    recovery_codes.put(session, clinic_keys, alice, ["new"])

    assert dict(recovery_codes.opened(session, clinic_keys, alice)) == {0: "new"}
    assert [recovery_codes.left(session, one.id) for one in people] == [1, 3]
    recovery_codes.remove(session, alice.id)
    assert [recovery_codes.left(session, one.id) for one in people] == [0, 3]
    assert set(recovery_codes.opened(session, clinic_keys, bob)) == {0, 1, 2}


def test_one_that_was_put_in_the_place_of_another_does_not_open(session, clinic_keys, people):
    alice, bob = people
    codes = session.query(RecoveryCodeRow)
    of_bob = codes.filter_by(member_id=bob.id, number=0).one().sealed
    session.execute(
        update(RecoveryCodeRow).where(RecoveryCodeRow.member_id == alice.id).values(sealed=of_bob)
    )

    with pytest.raises(DecryptionFailed):
        recovery_codes.kept(session, clinic_keys, alice, 0)
    with pytest.raises(DecryptionFailed):
        recovery_codes.opened(session, clinic_keys, alice)
