"""An app's seed opens for its person as they are now, a code counts once, and wrong ones are counted."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql

from intake.storage import accounts, auth_epochs, authenticator_apps
from intake.storage.authenticator_apps import App
from intake.storage.encryption import DecryptionFailed, Place
from intake.storage.tables import AuthenticatorAppRow
from storage.samples import NOW

DAY = 2880


def with_app(session, keys, name):
    row = accounts.hold(session, keys, accounts.add_member(session, keys, name, name.title(), [], NOW).id)
    with auth_epochs.next_epoch(session, keys, row):
        authenticator_apps.put(session, keys, row, f"SEED-OF-{name}", 10, NOW)
    return row


@pytest.fixture
def alice(session, clinic_keys):
    return with_app(session, clinic_keys, "alice")


@pytest.fixture
def bob(session, clinic_keys):
    return with_app(session, clinic_keys, "bob")


def test_wrong_codes_are_counted_for_one_person_until_they_are_forgotten(session, clinic_keys, alice, bob):
    for wrong in (1, 2, 3):
        authenticator_apps.count_wrong(session, clinic_keys, alice)
        assert authenticator_apps.kept(session, clinic_keys, alice) == App("SEED-OF-alice", wrong)
    authenticator_apps.count_wrong(session, clinic_keys, bob)

    authenticator_apps.forget_wrong(session, clinic_keys, alice)

    assert authenticator_apps.kept(session, clinic_keys, alice) == App("SEED-OF-alice", 0)
    assert authenticator_apps.kept(session, clinic_keys, bob) == App("SEED-OF-bob", 1)


@pytest.mark.parametrize("change", [authenticator_apps.count_wrong, authenticator_apps.forget_wrong])
def test_the_row_is_held_before_it_is_read(session, clinic_keys, alice, change):
    """A new key that takes over at the same time would be undone: each seals the row as it found it."""
    asked = []

    def note(state):
        asked.append(str(state.statement.compile(dialect=postgresql.dialect())))

    event.listen(session, "do_orm_execute", note)
    change(session, clinic_keys, alice)

    assert asked[0].endswith("FOR UPDATE")
    assert "authenticator_apps.member_id = " in asked[0]


def test_without_an_app_there_is_nothing_to_count(session, clinic_keys, alice, bob):
    authenticator_apps.remove(session, alice.id)
    for change in (authenticator_apps.count_wrong, authenticator_apps.forget_wrong):
        change(session, clinic_keys, alice)
        assert authenticator_apps.kept(session, clinic_keys, alice) is None
    assert authenticator_apps.since(session, alice.id) is None
    assert not authenticator_apps.take_step(session, alice.id, 11)
    assert authenticator_apps.since(session, bob.id) == NOW
    assert authenticator_apps.kept(session, clinic_keys, bob) == App("SEED-OF-bob")


def test_what_is_sealed_of_an_app_is_written_as_ever(session, clinic_keys, alice):
    place = Place("authenticator_apps", "sealed", alice.id, alice.auth_epoch)

    def written():
        return clinic_keys.staff_key.open(session.scalar(select(AuthenticatorAppRow.sealed)), place)

    assert written() == b"SEED-OF-alice"
    authenticator_apps.count_wrong(session, clinic_keys, alice)
    assert written() == b"SEED-OF-alice 1"


def test_a_new_app_takes_the_place_of_the_one_before_and_of_nobody_elses(session, clinic_keys, alice, bob):
    later = NOW + timedelta(days=1)
    authenticator_apps.put(session, clinic_keys, alice, "ANOTHER", 20, later)

    assert authenticator_apps.kept(session, clinic_keys, alice) == App("ANOTHER")
    assert authenticator_apps.since(session, alice.id) == later
    assert not authenticator_apps.take_step(session, alice.id, 20), "that code set it up"
    assert authenticator_apps.take_step(session, bob.id, 20)
    assert authenticator_apps.since(session, bob.id) == NOW


def test_a_step_counts_once_and_takes_those_before_it_with_it(session, alice, bob):
    def take(*steps):
        return [authenticator_apps.take_step(session, alice.id, step) for step in steps]

    assert take(9, 10, 11, 11, 10, 13, 12) == [False, False, True, False, False, True, False]
    assert authenticator_apps.take_step(session, bob.id, 11), "of the other nothing was used"


def test_after_a_clock_that_was_more_than_a_day_ahead_steps_are_taken_again(session, alice):
    ahead = 10 + 10 * DAY
    assert authenticator_apps.take_step(session, alice.id, ahead)
    assert not authenticator_apps.take_step(session, alice.id, ahead - DAY)
    assert authenticator_apps.take_step(session, alice.id, ahead - DAY - 1)
    assert not authenticator_apps.take_step(session, alice.id, ahead - DAY - 1)


def test_a_seed_that_is_offered_is_one_persons_at_one_point_in_time_and_no_kept_one(
    session, clinic_keys, alice, bob
):
    carried = authenticator_apps.offer(clinic_keys, alice, "OFFERED")
    assert authenticator_apps.offered(clinic_keys, alice, carried) == "OFFERED"
    place = Place("authenticator_apps", "offered", alice.id, alice.auth_epoch)
    assert clinic_keys.staff_key.open(carried, place) == b"OFFERED"

    kept = session.scalar(select(AuthenticatorAppRow.sealed).where(AuthenticatorAppRow.member_id == alice.id))
    with pytest.raises(DecryptionFailed):
        authenticator_apps.offered(clinic_keys, alice, kept)
    with pytest.raises(DecryptionFailed):
        authenticator_apps.offered(clinic_keys, bob, carried)
    with auth_epochs.next_epoch(session, clinic_keys, alice):
        pass
    with pytest.raises(DecryptionFailed):
        authenticator_apps.offered(clinic_keys, alice, carried)
