"""With every change of what somebody proves who they are with, what was sealed before opens no more."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update

from intake.storage import (
    accounts,
    auth_epochs,
    authenticator_apps,
    passkeys,
    recovery_codes,
    staff_sessions,
    unfinished_sign_ins,
)
from intake.storage.encryption import DecryptionFailed
from intake.storage.row_seals import MEMBERS
from intake.storage.tables import (
    AuthenticatorAppRow,
    PasskeyRow,
    RecoveryCodeRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)
from storage.samples import NOW

EVERYTHING = (PasskeyRow, AuthenticatorAppRow, RecoveryCodeRow, StaffSessionRow, UnfinishedSignInRow)
SESSIONS = EVERYTHING[3:]
HASHES = {0: "the hash of a code", 1: "the hash of another"}


def with_everything(session, keys, name):
    """Somebody with a password, one of every factor, signed in and signing in."""
    member = accounts.add_member(session, keys, name, name.title(), [], NOW).id
    accounts.set_password(session, keys, member, "a hash")
    row = accounts.hold(session, keys, member)
    with auth_epochs.next_epoch(session, keys, row):
        passkeys.add(session, keys, row, passkeys.new(member, uuid4().bytes, b"key", 7, "Phone", (), NOW))
        authenticator_apps.put(session, keys, row, "SEED", 5, NOW)
        recovery_codes.put(session, keys, row, HASHES.values())
    authenticator_apps.count_wrong(session, keys, row)
    staff_sessions.start(session, keys, member, NOW)
    unfinished_sign_ins.begin(session, keys, row, NOW)
    return row


@pytest.fixture
def alice(session, clinic_keys):
    return with_everything(session, clinic_keys, "alice")


@pytest.fixture
def bob(session, clinic_keys):
    return with_everything(session, clinic_keys, "bob")


def left(session, member):
    return [
        session.scalar(select(func.count()).select_from(table).where(table.member_id == member))
        for table in EVERYTHING
    ]


def test_everything_somebody_has_is_sealed_for_the_next_point_in_time_and_nobody_elses_is(
    session, clinic_keys, alice, bob
):
    before = alice.auth_epoch
    of_bob = bob.auth_epoch, bob.password, left(session, bob.id)
    kept = passkeys.of(session, clinic_keys, alice)

    with auth_epochs.next_epoch(session, clinic_keys, alice):
        assert alice.auth_epoch == before + 1
        assert left(session, alice.id) == [1, 1, 2, 0, 0], "whoever was signed in is not any more"

    assert passkeys.of(session, clinic_keys, alice) == kept
    assert authenticator_apps.kept(session, clinic_keys, alice) == authenticator_apps.App("SEED", 1)
    assert dict(recovery_codes.opened(session, clinic_keys, alice)) == HASHES
    assert auth_epochs.open_password(clinic_keys, alice) == "a hash"
    assert MEMBERS.is_ours(clinic_keys, alice)
    assert (bob.auth_epoch, bob.password, left(session, bob.id)) == of_bob


def test_what_was_sealed_before_opens_no_more_and_nothing_is_begun_over_it(session, clinic_keys, alice):
    for table in (PasskeyRow, AuthenticatorAppRow, RecoveryCodeRow):
        sealed = session.scalars(select(table.sealed).where(table.member_id == alice.id)).first()
        with auth_epochs.next_epoch(session, clinic_keys, alice):
            pass
        now = session.scalars(select(table.sealed).where(table.member_id == alice.id)).first()
        session.execute(update(table).where(table.sealed == now).values(sealed=sealed))
        session.expire_all()

        epoch = alice.auth_epoch
        with pytest.raises(DecryptionFailed), auth_epochs.next_epoch(session, clinic_keys, alice):
            raise AssertionError("it is not gone on with")
        assert alice.auth_epoch == epoch
        session.execute(update(table).where(table.sealed == sealed).values(sealed=now))
        session.expire_all()


def test_starting_over_leaves_the_password_alone_and_of_nobody_else_anything_less(
    session, clinic_keys, alice, bob
):
    before = alice.auth_epoch
    of_bob = left(session, bob.id)

    auth_epochs.start_over(session, clinic_keys, alice)

    assert left(session, alice.id) == [0] * 5
    assert (alice.auth_epoch, alice.second_factor) == (before + 1, False)
    assert auth_epochs.open_password(clinic_keys, alice) == "a hash"
    assert auth_epochs.is_as_it_was_kept(session, clinic_keys, alice)
    assert MEMBERS.is_ours(clinic_keys, alice)
    assert left(session, bob.id) == of_bob == [1, 1, 2, 1, 1]


def test_a_password_that_does_not_open_is_taken_away_when_starting_over(session, clinic_keys, alice):
    alice.password = b"planted"
    assert not auth_epochs.is_as_it_was_kept(session, clinic_keys, alice)

    auth_epochs.start_over(session, clinic_keys, alice)

    assert alice.password is None
    assert auth_epochs.open_password(clinic_keys, alice) is None
    assert not auth_epochs.is_as_it_was_kept(session, clinic_keys, alice), "there is none"
    auth_epochs.start_over(session, clinic_keys, alice)
    assert alice.password is None


@pytest.mark.parametrize("kept", [PasskeyRow, AuthenticatorAppRow])
def test_factors_are_gone_when_none_is_left_of_those_there_were(session, clinic_keys, alice, bob, kept):
    """Somebody who can write to the database deletes them: the password is not enough for that."""
    assert not auth_epochs.factors_are_gone(session, alice)
    (other,) = {PasskeyRow, AuthenticatorAppRow} - {kept}
    session.execute(text(f"DELETE FROM {other.__tablename__} WHERE member_id = :id"), {"id": alice.id.hex})
    assert not auth_epochs.factors_are_gone(session, alice), "one is left"
    assert auth_epochs.is_as_it_was_kept(session, clinic_keys, alice)
    session.execute(text(f"DELETE FROM {kept.__tablename__} WHERE member_id = :id"), {"id": alice.id.hex})

    assert auth_epochs.factors_are_gone(session, alice)
    assert not auth_epochs.is_as_it_was_kept(session, clinic_keys, alice)
    alice.second_factor = False
    assert not auth_epochs.factors_are_gone(session, alice)
    assert not auth_epochs.is_as_it_was_kept(session, clinic_keys, alice), "and it opens without them no more"


def test_a_person_is_said_to_have_a_second_factor_as_long_as_there_is_one(session, clinic_keys, alice, bob):
    with auth_epochs.next_epoch(session, clinic_keys, alice):
        authenticator_apps.remove(session, alice.id)
    assert alice.second_factor
    (own,) = passkeys.of(session, clinic_keys, alice)
    with auth_epochs.next_epoch(session, clinic_keys, alice):
        passkeys.remove(session, alice, own.id)
    assert not alice.second_factor
    assert auth_epochs.open_password(clinic_keys, alice) == "a hash"
    assert bob.second_factor
