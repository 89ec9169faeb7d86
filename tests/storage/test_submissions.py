"""A submission is kept once, sealed, under a reference that says nothing."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import func, select

from intake.storage import reviews, submissions
from intake.storage.encryption import DecryptionFailed, content_digest
from intake.storage.submissions import AlreadySent, NoSuchSubmission
from intake.storage.tables import ScreeningRow, SubmissionRow
from storage.samples import NOW, screening, send, submission_of_pat
from storage.side_by_side import at_once


def test_what_was_sent_is_what_the_clinic_reads(database, patient_keys, clinic_keys):
    sent = submission_of_pat()
    with database.write() as session:
        submissions.seal(session, patient_keys, sent, screening())
    with database.read() as session:
        assert submissions.fetch(session, clinic_keys, sent.id) == sent
        assert reviews.review(session, clinic_keys, sent.id).screenings == (screening(),)


def test_the_digests_are_those_of_what_is_stored(database, patient_keys):
    with database.write() as session:
        digests = submissions.seal(session, patient_keys, submission_of_pat(), screening())
    with database.read() as session:
        answers = session.scalars(select(SubmissionRow.answers)).one()
        screened = session.scalars(select(ScreeningRow.sealed)).one()
    assert digests == (content_digest(answers), content_digest(screened))


def test_nothing_in_the_open_is_exact(database, patient_keys):
    with database.write() as session:
        submissions.seal(session, patient_keys, submission_of_pat(), screening())
    with database.read() as session:
        row = session.scalars(select(SubmissionRow)).one()
        assert row.created_at == NOW.replace(second=0, microsecond=0)
        assert (row.revision, row.state) == (1, "open")


def test_an_unknown_submission_is_said_to_be_unknown(database, clinic_keys):
    unknown = uuid4()
    with database.read() as session, pytest.raises(NoSuchSubmission, match=str(unknown)):
        submissions.fetch(session, clinic_keys, unknown)


def test_submissions_are_listed_oldest_first(database, clinic_keys):
    with database.write() as session:
        newer = send(session, clinic_keys, sent_at=NOW + timedelta(hours=1))
        older = send(session, clinic_keys, sent_at=NOW)
    with database.read() as session:
        assert submissions.ids(session) == (older, newer)


def test_sending_twice_makes_one_submission(database, patient_keys, clinic_keys):
    sent = submission_of_pat()
    with database.write() as session:
        submissions.seal(session, patient_keys, sent, screening())
    with pytest.raises(AlreadySent), database.write() as session:
        again = submission_of_pat(submission_id=sent.id, reference="HL-222-222")
        submissions.seal(session, patient_keys, again, screening())
    with database.read() as session:
        assert submissions.fetch(session, clinic_keys, sent.id) == sent
        assert submissions.ids(session) == (sent.id,)


def test_the_transaction_goes_on_after_a_second_sending(database, patient_keys):
    sent = submission_of_pat()
    with database.write() as session:
        submissions.seal(session, patient_keys, sent, screening())
        with pytest.raises(AlreadySent):
            submissions.seal(session, patient_keys, sent, screening())
        assert session.scalar(select(func.count()).select_from(ScreeningRow)) == 1


def test_two_sendings_at_once_make_one_submission(database, patient_keys):
    shared = uuid4()
    outcomes = at_once(
        database,
        [
            lambda session, reference=reference: submissions.seal(
                session,
                patient_keys,
                submission_of_pat(submission_id=shared, reference=reference),
                screening(),
            )
            for reference in ("HL-222-222", "HL-333-333")
        ],
    )
    assert Counter(type(outcome) for outcome in outcomes) == {tuple: 1, AlreadySent: 1}
    with database.read() as session:
        assert submissions.ids(session) == (shared,)


def test_the_patient_site_cannot_open_what_it_sealed(database, patient_keys, clinic_keys):
    """Neither as it is, nor with any key it has in place of the clinic's."""
    with database.write() as session:
        sent = send(session, patient_keys)
    with database.read() as session:
        with pytest.raises(AttributeError):
            submissions.fetch(session, patient_keys, sent)
        for mine in (patient_keys.audit_key, patient_keys.secret_key):
            guess = X25519PrivateKey.from_private_bytes(mine)
            with pytest.raises(DecryptionFailed):
                submissions.fetch(session, replace(clinic_keys, clinic_private_key=guess), sent)
        assert submissions.fetch(session, clinic_keys, sent).id == sent


def test_a_reference_can_be_read_aloud(database):
    with database.read() as session:
        references = {submissions.new_reference(session, "HL") for _ in range(300)}
    assert len(references) == 300
    for reference in references:
        assert re.fullmatch(r"HL-[2-9A-Z]{3}-[2-9A-Z]{3}", reference)
        assert not set(reference[3:]) & set("01OILUAES5Z8BG")


def test_a_reference_that_is_taken_is_not_given_again(database, clinic_keys, monkeypatch):
    letters = iter("222222" + "222222" + "333333")
    monkeypatch.setattr(submissions.secrets, "choice", lambda alphabet: next(letters))
    with database.write() as session:
        first = submissions.new_reference(session, "HL")
        submissions.seal(session, clinic_keys, submission_of_pat(reference=first), screening())
        assert (first, submissions.new_reference(session, "HL")) == ("HL-222-222", "HL-333-333")
