"""Everything sealed to a key can be sealed anew, and nothing can be sealed to one that was destroyed."""

import pytest
from sqlalchemy import LargeBinary, select, text
from sqlalchemy.exc import DBAPIError

from intake.storage import retired_keys, rewrapping, submissions
from intake.storage.encryption import Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.keyring import create_keyring, read_clinic_keys
from intake.storage.tables import Base
from storage.everything import all_opened, keep_one_of_each
from storage.samples import NOW
from storage.several_keys import with_new_key

# Every other column of bytes: digests, and what opens with a record's own key or with what a patient has.
NOT_SEALED_TO_A_KEY_FILE = {
    "known_browsers.digest",
    "passkey_challenges.challenge",
    "passkey_challenges.token_digest",
    "passkeys.credential_digest",
    "provider_identities.subject_digest",
    "provider_sign_ins.browser_digest",
    "provider_sign_ins.sealed",
    "provider_sign_ins.state_digest",
    "staff_sessions.network",
    "unfinished_sign_ins.token_digest",
    "acknowledgements.flag_tag",
    "acknowledgements.sealed",
    "audit_events.mac",
    "audit_events.prev_mac",
    "audit_head.mac",
    "clinic_settings.logo",
    "drafts.payload",
    "feedback.sealed",
    "held_pages.sealed",
    "held_pages.secret_digest",
    "held_pages.wrapped_key",
    "lockouts.who",
    "one_time_links.token_digest",
    "outgoing.sealed",
    "own_copies.sealed",
    "own_copies.token_digest",
    "own_copies.wrapped_key",
    "patient_questions.sealed",
    "patient_questions.token_digest",
    "patient_questions.wrapped_key",
    "patient_request_steps.sealed",
    "patient_requests.sealed",
    "patient_sessions.token_digest",
    "patient_sessions.wrapped_key",
    "rate_limits.key",
    "replies.sealed",
    "reply_sessions.sealed",
    "reply_sessions.token_digest",
    "reply_sessions.wrapped_key",
    "retired_keys.key_id",
    "review_entries.sealed",
    "revisions.answers",
    "safety_closings.sealed",
    "safety_signals.sealed",
    "same_person.sealed",
    "screenings.sealed",
    "sign_offs.sealed",
    "signal_deeds.sealed",
    "staff_sessions.token_digest",
    "start_codes.digest",
    "submissions.answers",
    "summaries.sealed",
    "tallies.sealed",
    "transcriptions.sealed",
    "ways_back.by_code",
    "ways_back.by_link",
    "ways_back.code_digest",
    "ways_back.draft_key",
    "ways_back.link_digest",
    "ways_back.salt",
    "ways_back.shown",
    "ways_back.with_code",
}
REGISTERED = {str(one) for one in rewrapping.SEALED_COLUMNS}


@pytest.fixture
def folder(tmp_path):
    create_keyring(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def full(database, folder):
    with database.write() as session:
        for _ in range(3):
            keep_one_of_each(session, read_clinic_keys(folder))
    return database


STORED = [KeyPurpose.CLINIC, KeyPurpose.STAFF, KeyPurpose.OUTBOX]


def key_in_use(keys, purpose):
    return {
        KeyPurpose.CLINIC: keys.clinic_key_id,
        KeyPurpose.STAFF: keys.staff_key.id,
        KeyPurpose.OUTBOX: keys.outbox_keys.id,
    }[purpose]


def rewrap_everything(database, keys, purpose):
    done = rewrapping.Rewrapped()
    for column in rewrapping.columns_of(purpose):
        with database.write() as session:
            waiting = rewrapping.under_another_key(session, column, key_in_use(keys, purpose))
            for batch in rewrapping.in_batches(waiting):
                done += rewrapping.rewrap(session, keys, column, batch)
    return done


def test_every_column_of_bytes_is_sealed_anew_or_is_said_to_need_it_not():
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }

    assert set() == REGISTERED & NOT_SEALED_TO_A_KEY_FILE
    assert columns == REGISTERED | NOT_SEALED_TO_A_KEY_FILE


def test_something_is_in_every_registered_column(full, folder):
    """What makes the tests below mean something."""
    with full.read() as session:
        opened = all_opened(session, read_clinic_keys(folder))
        ids = [key_in_use(read_clinic_keys(folder), purpose) for purpose in STORED]
        named = {column for key_id in ids for column in rewrapping.naming(session, key_id)}
    assert {column for column, _ in opened} == REGISTERED
    assert named == REGISTERED


@pytest.mark.parametrize("purpose", STORED)
def test_everything_is_sealed_anew_and_says_the_same(full, folder, purpose):
    before = read_clinic_keys(folder)
    with full.read() as session:
        said = all_opened(session, before)
    now = with_new_key(folder, purpose)
    old_id = key_in_use(before, purpose)

    done = rewrap_everything(full, now, purpose)

    with full.read() as session:
        assert all_opened(session, now) == said
        assert rewrapping.naming(session, old_id) == {}
    assert done.sealed_anew == sum(
        column in {str(one) for one in rewrapping.columns_of(purpose)} for column, _ in said
    )
    assert done.unreadable == ()
    assert rewrap_everything(full, now, purpose) == rewrapping.Rewrapped()


def test_in_the_middle_of_it_everything_opens(full, folder):
    before = read_clinic_keys(folder)
    with full.read() as session:
        said = all_opened(session, before)
    now = with_new_key(folder)
    column = submissions.SEALED_FOR_CLINIC
    with full.write() as session:
        waiting = rewrapping.under_another_key(session, column, now.clinic_key_id)
        rewrapping.rewrap(session, now, column, waiting[:1])

    with full.read() as session:
        assert all_opened(session, now) == said
        assert rewrapping.named(session, KeyPurpose.CLINIC) == {
            before.clinic_key_id.hex(),
            now.clinic_key_id.hex(),
        }


def test_what_was_moved_is_left_and_named_and_what_was_erased_is_left_out(full, folder):
    now = with_new_key(folder)
    column = submissions.SEALED_FOR_CLINIC
    with full.write() as session:
        (one,), (other,), (third,) = rewrapping.under_another_key(session, column, now.clinic_key_id)
        rows = {row.submission_id: row for row in session.scalars(select(column.row))}
        rows[one].sealed = rows[other].sealed
        rows[third].sealed = b""
    with full.write() as session:
        done = rewrapping.rewrap(session, now, column, [(one,), (other,), (third,)])

    assert done.sealed_anew == 1
    assert done.unreadable == (f"record_keys.sealed of {one}",)


def test_a_column_nobody_registered_keeps_a_key_from_being_destroyed(full, folder):
    """What is asked before a key is destroyed is the whole database and not the registry."""
    keys = read_clinic_keys(folder)
    with full.write() as session:
        session.execute(
            text("UPDATE drafts SET payload = :sealed"),
            {"sealed": keys.staff_key.seal(b"x", Place("drafts", "payload", "nobody"))},
        )
        assert rewrapping.naming(session, keys.staff_key.id)["drafts.payload"] == 3


def test_nothing_can_be_sealed_to_a_key_that_was_destroyed(full, folder):
    keys = read_clinic_keys(folder)
    with full.write() as session:
        for purpose in STORED:
            retired_keys.retire(session, purpose, key_in_use(keys, purpose), NOW)

    for column in rewrapping.SEALED_COLUMNS:
        table = column.row.__tablename__
        names = ", ".join(one.name for one in column.row.__table__.columns)
        with pytest.raises(DBAPIError, match="retired"), full.write() as session:
            session.execute(text(f"UPDATE {table} SET {column.column} = {column.column}"))
        with pytest.raises(DBAPIError, match="retired"), full.write() as session:
            session.execute(text(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table}"))


def test_what_is_sealed_to_another_key_can_be_kept(full, folder):
    """The control."""
    now = with_new_key(folder)
    with full.write() as session:
        retired_keys.retire(session, KeyPurpose.CLINIC, b"gone", NOW)
        keep_one_of_each(session, now)
    with full.read() as session:
        assert retired_keys.retired(session) == {b"gone".hex()}
