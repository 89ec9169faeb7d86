"""No word a patient or a clinician wrote can be found in the database, its journals or temp files."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from intake.domain.feedback import FeedbackKind
from intake.domain.review_entries import Done
from intake.domain.submissions import Receipt
from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.storage import (
    accounts,
    drafts,
    held_pages,
    passwords,
    queue,
    reviews,
    safety_signals,
    signing_in,
    submissions,
)
from intake.storage.encryption import SealingKey
from storage.samples import (
    ALICE,
    NOW,
    answers_of_pat,
    close_entry,
    make_way_back,
    outcome,
    say,
    screening,
    signal,
    signal_deed,
    submission_of_pat,
)

CANARY = "xanthocanary"


@pytest.fixture
def temp_files(tmp_path, monkeypatch):
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder))
    return folder


def write_everything(database, keys):
    """The canary wherever anybody types freely, in a draft, a submission and its review."""
    with database.write() as session:
        kept, draft = drafts.start(session, keys, NOW)
        typed = UnfinishedPage(((CANARY, CANARY),), {"avm": CANARY})
        drafts.save(
            session,
            keys,
            kept,
            replace(draft, answers=answers_of_pat(CANARY), unfinished={CANARY: typed}),
        )
        make_way_back(session, keys, kept)
        assert held_pages.hold(session, keys, CANARY, ShownPage(draft.id, CANARY, {}), typed, NOW)
        token, draft = drafts.start(session, keys, NOW)
        drafts.save(session, keys, token, replace(draft, answers=answers_of_pat(CANARY)))
    with database.write() as session:
        sent = submission_of_pat(CANARY, draft.id)
        submissions.seal(session, keys, sent, screening(outcome(word=CANARY)))
        drafts.close(session, token, Receipt(sent.reference, NOW))
    with database.write() as session:
        review = reviews.review(session, keys, sent.id)
        seen = review.acknowledge(review.flags[0].key, ALICE, CANARY, NOW, done=Done.CALLED_PATIENT)
        reviews.add_acknowledgement(session, keys, sent.id, seen)
        review = reviews.review(session, keys, sent.id)
        signed = review.sign_off(ALICE, CANARY, CANARY, review.fingerprint(), NOW)
        reviews.add_sign_off(session, keys, sent.id, signed)
        reviews.add_screening(session, keys, sent.id, screening(outcome(CANARY, word=CANARY)))
        say(session, keys, sent.id, FeedbackKind.WRONG, CANARY)
        close_entry(session, keys, sent.id, say(session, keys, sent.id, FeedbackKind.MISSING, CANARY), CANARY)
    with database.write() as session:
        alice = accounts.add_member(session, keys, "alice", "A. Lice, NP", [], NOW)
        accounts.set_password(session, keys, alice.id, passwords.hashed(CANARY))
        claim = signing_in.claim(session, keys, CANARY, CANARY, NOW)
        signing_in.settle(session, keys, claim, passwords.Proof(right=False))
    with database.write() as session:
        one = signal(CANARY)
        safety_signals.add(session, keys, one)
        safety_signals.add_deed(session, keys, one.id, signal_deed(CANARY))
        assert safety_signals.take_untold(session, NOW)
    with database.read() as session:
        queue.unfinished(session, keys)
    return sent


def found_in_files(database, *folders):
    """The files that hold the canary, while the database is open and its WAL not yet emptied."""
    beside = Path(database.url.database).parent.glob("intake.db*")
    files = [*beside, *(path for folder in folders for path in folder.iterdir())]
    assert any(path.name.endswith("-wal") and path.stat().st_size > 0 for path in files)
    return {path.name for path in files if CANARY.encode() in path.read_bytes()}


def found_in_rows(database):
    """The columns that hold the canary, whatever the database."""
    found = set()
    with database.read() as session:
        metadata = MetaData()
        metadata.reflect(session.connection())
        for table in metadata.sorted_tables:
            for row in session.execute(table.select()).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if _holds(value)}
    return found


def _holds(value):
    content = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
    return CANARY.encode() in content


@pytest.fixture
def unsealed(monkeypatch):
    monkeypatch.setattr(SealingKey, "seal", lambda key, content, place: content)
    monkeypatch.setattr(SealingKey, "open", lambda key, blob, place: blob)


def test_no_word_is_readable_in_any_file(sqlite_database, clinic_keys, temp_files):
    write_everything(sqlite_database, clinic_keys)
    assert found_in_files(sqlite_database, temp_files) == set()
    sqlite_database.dispose()
    assert CANARY.encode() not in Path(sqlite_database.url.database).read_bytes()


def test_without_sealing_every_word_would_be_readable(sqlite_database, clinic_keys, temp_files, unsealed):
    """The control: the search above finds what is there to be found."""
    write_everything(sqlite_database, clinic_keys)
    assert "intake.db-wal" in found_in_files(sqlite_database, temp_files)
    sqlite_database.dispose()
    assert CANARY.encode() in Path(sqlite_database.url.database).read_bytes()


def test_no_word_is_readable_in_any_column(database, clinic_keys):
    write_everything(database, clinic_keys)
    assert found_in_rows(database) == set()


def test_without_sealing_these_columns_would_be_readable(database, clinic_keys, unsealed):
    write_everything(database, clinic_keys)
    assert found_in_rows(database) == {
        "drafts.payload",
        "held_pages.sealed",
        "submissions.answers",
        "summaries.sealed",
        "screenings.sealed",
        "acknowledgements.sealed",
        "sign_offs.sealed",
        "tallies.sealed",
        "feedback.sealed",
        "safety_closings.sealed",
        "safety_signals.sealed",
        "signal_deeds.sealed",
    }


def test_the_clinic_still_reads_every_word(database, clinic_keys):
    sent = write_everything(database, clinic_keys)
    with database.read() as session:
        review = reviews.review(session, clinic_keys, sent.id)
    assert review.submission == sent
    assert review.acknowledgements[0].note == CANARY
    assert review.sign_offs[0].note == CANARY
    assert [one.words for one in review.feedback] == [CANARY, CANARY]
