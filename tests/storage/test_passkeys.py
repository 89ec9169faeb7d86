"""A passkey is one person's at one point in time, and what its device counted to is kept."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from intake.storage import passkeys
from intake.storage.encryption import DecryptionFailed, Place, digest_of
from intake.storage.passkeys import NoSuchPasskey, PasskeyTaken
from intake.storage.tables import PasskeyRow, StaffMemberRow
from storage.samples import MINUTE, NOW


@pytest.fixture
def alice(people):
    return people[0]


@pytest.fixture
def bob(people):
    return people[1]


def added(session, keys, row, credential=b"phone", now=NOW):
    made = passkeys.new(row.id, credential, b"key of it", 7, "Phone", ("usb", "nfc"), now)
    passkeys.add(session, keys, row, made)
    return made


def row_of(session, passkey):
    return session.scalars(select(PasskeyRow).where(PasskeyRow.id == passkey.id)).one()


def test_it_is_found_as_it_was_added_with_whose_it_is(session, clinic_keys, alice, bob):
    hers, his = added(session, clinic_keys, alice), added(session, clinic_keys, bob, b"key")

    assert (hers.member, hers.credential, hers.public_key) == (alice.id, b"phone", b"key of it")
    assert (hers.sign_count, hers.name, hers.transports) == (7, "Phone", ("usb", "nfc"))
    assert (hers.created_at, hers.used_at) == (NOW, None)
    assert passkeys.find(session, clinic_keys, b"phone") == (alice, hers)
    assert passkeys.find(session, clinic_keys, b"key") == (bob, his)
    assert passkeys.find(session, clinic_keys, b"another") is None
    assert passkeys.of(session, clinic_keys, alice) == (hers,)
    kept = row_of(session, hers)
    assert (kept.member_id, kept.created_at) == (alice.id, NOW)
    assert kept.credential_digest == digest_of(b"phone")


def test_everything_somebody_has_is_named_oldest_first(session, clinic_keys, alice, bob):
    new, old, between = (
        added(session, clinic_keys, alice, bytes([day]), NOW + timedelta(days=day)) for day in (3, 1, 2)
    )
    added(session, clinic_keys, bob)
    assert passkeys.of(session, clinic_keys, alice) == (old, between, new)
    assert (passkeys.count(session, alice.id), passkeys.count(session, bob.id)) == (3, 1)


def test_one_that_is_known_already_is_nobody_elses(session, clinic_keys, alice, bob):
    added(session, clinic_keys, alice)
    for row in (alice, bob):
        with pytest.raises(PasskeyTaken):
            added(session, clinic_keys, row)
    assert passkeys.count(session, bob.id) == 0


def test_what_the_device_counted_to_and_when_it_was_used_is_kept(session, clinic_keys, alice):
    made, other = added(session, clinic_keys, alice), added(session, clinic_keys, alice, b"key")

    passkeys.used(session, clinic_keys, alice, made, 12, NOW + MINUTE)

    _, found = passkeys.find(session, clinic_keys, b"phone")
    assert (found.sign_count, found.used_at) == (12, NOW + MINUTE)
    assert (found.credential, found.public_key, found.name) == (b"phone", b"key of it", "Phone")
    assert (found.transports, found.created_at) == (("usb", "nfc"), NOW)
    assert passkeys.find(session, clinic_keys, b"key") == (alice, other)


def test_only_ones_own_is_called_something_else_or_removed(session, clinic_keys, alice, bob):
    hers, his = added(session, clinic_keys, alice), added(session, clinic_keys, bob, b"key")
    with pytest.raises(NoSuchPasskey):
        passkeys.rename(session, clinic_keys, alice, his.id, "Mine")
    with pytest.raises(NoSuchPasskey):
        passkeys.remove(session, alice, his.id)
    assert passkeys.of(session, clinic_keys, bob) == (his,)

    passkeys.rename(session, clinic_keys, alice, hers.id, "Blue key")
    assert [one.name for one in passkeys.of(session, clinic_keys, alice)] == ["Blue key"]
    other = added(session, clinic_keys, alice, b"tablet")
    passkeys.remove(session, alice, hers.id)
    assert passkeys.of(session, clinic_keys, alice) == (other,)
    assert passkeys.of(session, clinic_keys, bob) == (his,)
    with pytest.raises(NoSuchPasskey):
        passkeys.remove(session, alice, hers.id)


def test_a_person_planted_in_the_database_comes_in_with_no_passkey(session, clinic_keys, alice):
    made = added(session, clinic_keys, alice)
    alice.seal = b"planted"
    session.flush()
    with pytest.raises(DecryptionFailed, match=str(made.id)):
        passkeys.find(session, clinic_keys, b"phone")


def test_a_passkey_put_under_the_digest_of_another_is_taken_for_neither(session, clinic_keys, alice):
    """Whoever can write to the database makes their own device's digest lead to somebody's row."""
    made = added(session, clinic_keys, alice)
    row_of(session, made).credential_digest = digest_of(b"of a stranger")
    session.flush()
    with pytest.raises(DecryptionFailed, match=str(made.id)):
        passkeys.find(session, clinic_keys, b"of a stranger")
    assert passkeys.find(session, clinic_keys, b"phone") is None


def test_one_put_beside_somebody_else_or_of_another_point_in_time_does_not_open(
    session, clinic_keys, alice, bob
):
    hers, other = added(session, clinic_keys, alice), added(session, clinic_keys, alice, b"key")
    kept, sealed = row_of(session, hers), row_of(session, hers).sealed
    kept.sealed = row_of(session, other).sealed
    session.flush()
    with pytest.raises(DecryptionFailed):
        passkeys.of(session, clinic_keys, alice)

    kept.sealed, kept.member_id = sealed, bob.id
    session.flush()
    for look in (
        lambda: passkeys.of(session, clinic_keys, bob),
        lambda: passkeys.find(session, clinic_keys, b"phone"),
    ):
        with pytest.raises(DecryptionFailed):
            look()

    kept.member_id = alice.id
    alice.auth_epoch += 1
    session.flush()
    with pytest.raises(DecryptionFailed):
        passkeys.of(session, clinic_keys, alice)


@pytest.mark.parametrize(("table", "column"), [(PasskeyRow, "sealed"), (StaffMemberRow, "seal")])
def test_what_was_changed_after_somebody_read_it_is_seen_as_it_is_now(
    session, clinic_keys, alice, table, column
):
    made = added(session, clinic_keys, alice)
    read = row_of(session, made)
    session.execute(text(f"UPDATE {table.__tablename__} SET {column} = x'00'"))
    assert read.sealed != b"\0", "it was read before"
    with pytest.raises(DecryptionFailed):
        passkeys.find(session, clinic_keys, b"phone")


def test_passkeys_sealed_by_earlier_versions_still_open(session, clinic_keys, alice):
    """Where it is sealed for, and what stands in it, may not be called otherwise."""
    made = added(session, clinic_keys, alice)
    passkeys.used(session, clinic_keys, alice, made, 8, NOW + MINUTE)
    place = Place("passkeys", "sealed", f"{alice.id} {made.id}", alice.auth_epoch)

    document = json.loads(clinic_keys.staff_key.open(row_of(session, made).sealed, place))

    assert {
        "credential": "cGhvbmU=",
        "public_key": "a2V5IG9mIGl0",
        "sign_count": 8,
        "name": "Phone",
        "transports": ["usb", "nfc"],
        "created_at": NOW.isoformat(),
        "used_at": (NOW + MINUTE).isoformat(),
    }.items() <= document.items()
