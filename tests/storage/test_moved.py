"""Whoever can write to the database still cannot move what is sealed to where it does not belong.

The triggers would refuse it; here they are taken away first, as such a person could do.
"""

import pytest
from sqlalchemy import inspect, text

from intake.domain.rules import Priority
from intake.storage import accounts, feedback, passwords, queue, reviews, signing_in, submissions, tallies
from intake.storage.encryption import DecryptionFailed
from storage.samples import NOW, close_entry, outcome, say, screening, send, sign_off


@pytest.fixture
def two(database, clinic_keys):
    """Two submissions with two screenings each, and nothing in the way of changing them."""
    with database.write() as session:
        both = [send(session, clinic_keys) for _ in range(2)]
        for sent in both:
            reviews.add_screening(session, clinic_keys, sent, screening(outcome(), outcome("new")))
            sign_off(session, clinic_keys, sent)
            for words in ("one", "two"):
                close_entry(session, clinic_keys, sent, say(session, clinic_keys, sent, words=words))
    with database.write() as session:
        _drop_triggers(session, database)
    return both


def test_nothing_was_moved(database, clinic_keys, two):
    """The control: all of it opens as it stands."""
    with database.read() as session:
        for sent in two:
            reviews.review(session, clinic_keys, sent)
        assert len(queue.done(session, clinic_keys, 25)) == 2
        assert None not in tuple(feedback.everything(session, clinic_keys))
        assert all(one.counted for one in tallies.opened(session, clinic_keys, two))


@pytest.mark.parametrize(
    ("table", "column", "key"),
    [
        ("submissions", "answers", "id"),
        ("record_keys", "sealed", "submission_id"),
        ("screenings", "sealed", "submission_id"),
        ("acknowledgements", "sealed", "submission_id"),
        ("sign_offs", "sealed", "submission_id"),
        ("feedback", "sealed", "submission_id"),
    ],
)
def test_nothing_moves_from_one_patient_to_another(database, clinic_keys, two, table, column, key):
    with database.write() as session:
        _copy(session, table, column, f"{key} = :from_id", f"{key} = :to_id", _ids(database, two))
    with database.read() as session, pytest.raises(DecryptionFailed):
        reviews.review(session, clinic_keys, two[1])


def test_a_summary_moved_to_another_patient_is_shown_as_damaged(database, clinic_keys, two):
    with database.write() as session:
        _copy(
            session, "summaries", "sealed", "submission_id = :from_id", "submission_id = :to_id",
            _ids(database, two),
        )  # fmt: skip
    with database.read() as session:
        names = {e.submission: e.name for e, _ in queue.done(session, clinic_keys, 25)}
    assert names == {two[0]: "Pat migraine Doe", two[1]: "Cannot be opened"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE submissions SET state = 'signed'",
        "DELETE FROM record_keys",
        "DELETE FROM summaries",
        "UPDATE summaries SET sealed = '{}'",
        "UPDATE record_keys SET sealed = '{}'",
    ],
)
def test_no_submission_can_be_made_to_disappear_from_the_queue(database, clinic_keys, two, damage):
    """Nor does a damaged one keep the others from being shown."""
    with database.write() as session:
        waiting = send(session, clinic_keys)
        other = send(session, clinic_keys)
        where = f" WHERE {'id' if 'submissions' in damage else 'submission_id'} = :damaged"
        session.execute(text(damage + where), {"damaged": _ids(database, (waiting, other))["from_id"]})
    with database.read() as session:
        found = queue.unfinished(session, clinic_keys).entries
    first, second = sorted(found, key=lambda entry: entry.name != queue.CANNOT_BE_OPENED)
    assert {first.submission, second.submission} == {waiting, other}
    assert second.name == "Pat migraine Doe"
    if "state" not in damage:
        assert (first.submission, first.name) == (waiting, "Cannot be opened")
        assert (first.priority, first.incomplete) == (Priority.URGENT, True)


@pytest.mark.parametrize("table", ["screenings", "acknowledgements", "feedback"])
def test_nothing_moves_between_rows_of_one_patient(database, clinic_keys, two, table):
    same = "submission_id = :from_id AND number ="
    with database.write() as session:
        _copy(session, table, "sealed", f"{same} 2", f"{same} 1", _ids(database, two))
    with database.read() as session, pytest.raises(DecryptionFailed):
        reviews.review(session, clinic_keys, two[0])


def test_what_came_of_an_entry_moves_to_no_other(database, clinic_keys, two):
    same = "submission_id = :from_id AND number ="
    with database.write() as session:
        _copy(session, "safety_closings", "sealed", f"{same} 2", f"{same} 1", _ids(database, two))
    with database.read() as session:
        damaged, whole = feedback.everything(session, clinic_keys)
    if whole is None:  # which of the two comes first is left to their ids
        damaged, whole = whole, damaged
    assert damaged is None
    assert len(whole.closings) == 2


@pytest.mark.parametrize("target", ["submission_id = :to_id", "submission_id = :from_id AND number = 2"])
def test_a_moved_tally_is_in_no_figure(database, clinic_keys, two, target):
    with database.write() as session:
        source = "submission_id = :from_id AND number = 1"
        _copy(session, "tallies", "sealed", source, target, _ids(database, two))
    with database.read() as session:
        found = [one.counted for one in tallies.opened(session, clinic_keys, two)]
    assert (found.count(None), len(found)) == (1, 2)


def test_nothing_moves_between_columns(database, clinic_keys, two):
    with database.write() as session:
        session.execute(
            text(
                "UPDATE submissions SET answers = (SELECT sealed FROM screenings "
                "WHERE submission_id = :from_id AND number = 1) WHERE id = :from_id"
            ),
            _ids(database, two),
        )
    with database.read() as session, pytest.raises(DecryptionFailed):
        submissions.fetch(session, clinic_keys, two[0])


def test_no_earlier_revision_passes_for_this_one(database, clinic_keys, two):
    with database.write() as session:
        session.execute(text("UPDATE submissions SET revision = 2"))
    with database.read() as session, pytest.raises(DecryptionFailed):
        submissions.fetch(session, clinic_keys, two[0])


@pytest.fixture
def staff(database, clinic_keys):
    with database.write() as session:
        for name, password in (("alice", "alice's password"), ("mallory", "mallory's password")):
            member = accounts.add_member(session, clinic_keys, name, name.title(), [], NOW)
            accounts.set_password(session, clinic_keys, member.id, passwords.hashed(password))


def test_no_password_moves_from_one_person_to_another(database, clinic_keys, staff):
    with database.write() as session:
        _copy(session, "staff_members", "password", "username = 'mallory'", "username = 'alice'", {})
    with database.read() as session:
        claimed = signing_in.claim(session, clinic_keys, "alice", "here", NOW)
    assert (claimed.damaged, claimed.kept) == (True, None)


def test_no_earlier_password_comes_back(database, clinic_keys, staff):
    old = text("SELECT password FROM staff_members WHERE username = 'alice'")
    with database.write() as session:
        before = session.scalar(old)
        alice = next(one for one in accounts.members(session, clinic_keys) if one.username == "alice")
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed("a newer one"))
    with database.write() as session:
        session.execute(
            text("UPDATE staff_members SET password = :old WHERE username = 'alice'"), {"old": before}
        )
    with database.read() as session:
        claimed = signing_in.claim(session, clinic_keys, "alice", "here", NOW)
    assert (claimed.damaged, claimed.kept) == (True, None)


def _copy(session, table, column, source, target, values):
    changed = session.execute(
        text(
            f"UPDATE {table} SET {column} = "
            f"(SELECT {column} FROM {table} WHERE {source} ORDER BY 1 LIMIT 1) WHERE {target}"
        ),
        values,
    )
    assert changed.rowcount > 0


def _ids(database, two):
    first, second = ((one.hex if database.is_sqlite else one) for one in two)
    return {"from_id": first, "to_id": second}


def _drop_triggers(session, database):
    if database.is_sqlite:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in names:
            session.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in inspect(session.connection()).get_table_names():
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
