"""A passkey opens for whom it was kept, as often as its device counted, and never once it was changed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from intake.storage import accounts, passkeys
from intake.storage.encryption import DecryptionFailed
from intake.storage.tables import PasskeyRow
from storage.samples import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def session(sqlite_database):
    with sqlite_database.write() as session:
        yield session


@pytest.fixture
def people(session, clinic_keys):
    made = {}
    for name in ("alice", "bob"):
        member = accounts.add_member(session, clinic_keys, name, name.title(), [], NOW)
        made[name] = accounts.hold(session, clinic_keys, member.id)
    return made


@pytest.fixture
def kept(session, clinic_keys, people):
    """Two of Alice's, the younger one first, and one of Bob's; by their names."""
    made = {}
    for owner, name, at in (("alice", "Key", LATER), ("alice", "Phone", NOW), ("bob", "Laptop", NOW)):
        row = people[owner]
        made[name] = passkeys.new(row.id, name.encode(), b"public", 7, name, ("usb",), at)
        passkeys.add(session, clinic_keys, row, made[name])
    return made


def test_it_leads_to_its_owner_with_everything_that_was_kept_of_it(session, clinic_keys, people, kept):
    owner, found = passkeys.find(session, clinic_keys, b"Phone")

    assert (owner.id, found) == (people["alice"].id, kept["Phone"])
    assert passkeys.find(session, clinic_keys, b"unknown") is None
    assert passkeys.of(session, clinic_keys, people["alice"]) == (kept["Phone"], kept["Key"]), "oldest first"
    assert [passkeys.count(session, people[name].id) for name in ("alice", "bob")] == [2, 1]


def test_what_its_device_has_counted_to_and_when_is_kept(session, clinic_keys, people, kept):
    passkeys.used(session, clinic_keys, people["alice"], kept["Phone"], 9, LATER)

    _, found = passkeys.find(session, clinic_keys, b"Phone")
    assert (found.sign_count, found.used_at) == (9, LATER)
    assert passkeys.find(session, clinic_keys, b"Key")[1] == kept["Key"], "of the other one nothing changed"


def test_the_same_passkey_is_nobodys_twice(session, clinic_keys, people, kept):
    with pytest.raises(passkeys.PasskeyTaken):
        passkeys.add(session, clinic_keys, people["bob"], passkeys.new(
            people["bob"].id, b"Phone", b"public", 0, "Mine", (), NOW
        ))  # fmt: skip


def test_one_is_renamed_and_removed_by_its_owner_alone(session, clinic_keys, people, kept):
    alice, bob, phone = people["alice"], people["bob"], kept["Phone"].id
    for wrong in (
        lambda: passkeys.rename(session, clinic_keys, bob, phone, "Bob's"),
        lambda: passkeys.remove(session, bob, phone),
        lambda: passkeys.remove(session, alice, uuid4()),
    ):
        with pytest.raises(passkeys.NoSuchPasskey):
            wrong()

    passkeys.rename(session, clinic_keys, alice, phone, "Old phone")
    assert {one.name for one in passkeys.of(session, clinic_keys, alice)} == {"Old phone", "Key"}
    passkeys.remove(session, alice, phone)
    assert [one.name for one in passkeys.of(session, clinic_keys, alice)] == ["Key"]
    assert passkeys.count(session, bob.id) == 1


def test_one_that_was_given_the_place_of_another_does_not_open(session, clinic_keys, people, kept):
    """By whoever can write to the database: with the digest of a passkey of their own."""
    digest = passkeys.digest_of(b"a stranger's")
    session.execute(
        update(PasskeyRow).where(PasskeyRow.id == kept["Phone"].id).values(credential_digest=digest)
    )

    assert passkeys.find(session, clinic_keys, b"Phone") is None
    with pytest.raises(DecryptionFailed):
        passkeys.find(session, clinic_keys, b"a stranger's")


def test_one_of_somebody_whose_account_was_changed_does_not_open(session, clinic_keys, people, kept):
    session.execute(text("UPDATE staff_members SET roles = 'administrator' WHERE username = 'alice'"))

    with pytest.raises(DecryptionFailed):
        passkeys.find(session, clinic_keys, b"Phone")
    assert passkeys.find(session, clinic_keys, b"Laptop"), "Bob's opens"


def test_it_is_seen_as_it_is_by_now_whatever_was_read_before(session, clinic_keys, people, kept):
    row = session.scalar(select(PasskeyRow).where(PasskeyRow.id == kept["Phone"].id))
    assert passkeys.find(session, clinic_keys, b"Phone")
    session.execute(text("UPDATE passkeys SET sealed = x'00' WHERE id = :id"), {"id": row.id.hex})

    with pytest.raises(DecryptionFailed):
        passkeys.find(session, clinic_keys, b"Phone")


def test_one_that_was_moved_to_somebody_else_opens_for_nobody(session, clinic_keys, people, kept):
    session.execute(
        update(PasskeyRow).where(PasskeyRow.id == kept["Phone"].id).values(member_id=people["bob"].id)
    )

    with pytest.raises(DecryptionFailed):
        passkeys.find(session, clinic_keys, b"Phone")
    with pytest.raises(DecryptionFailed):
        passkeys.of(session, clinic_keys, people["bob"])
