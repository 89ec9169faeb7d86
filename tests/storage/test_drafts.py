"""A draft is readable by the browser it is given in, for as long as its session lasts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from intake.content.phrase_words import phrase_words
from intake.domain.answers import Answers
from intake.domain.submissions import Receipt
from intake.storage import drafts, ways_back
from intake.storage.drawn_ways import Drawn
from intake.storage.encryption import DecryptionFailed, token_digest
from intake.storage.tables import DraftRow, PatientSessionRow
from storage.samples import MINUTE, NOW, answers_of_pat

RECEIPT = Receipt("HL-7K4-92Q", NOW)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# An hour and no longer, with words or without.
AN_HOUR = drafts.Limits(HOUR, timedelta(0))


@pytest.fixture
def started(database, patient_keys):
    with database.write() as session:
        return drafts.start(session, patient_keys, NOW, "edition")


def found(database, keys, token, now=NOW, limits=drafts.LIMITS):
    with database.write() as session:
        return drafts.find(session, keys, token, now, limits)


def rows(database, table):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_draft_begins_empty(database, patient_keys, started):
    token, draft = started
    assert draft.answers == Answers()
    assert (draft.questionnaire, draft.revision) == ("edition", 0)
    assert found(database, patient_keys, token) == draft


def test_what_was_saved_is_found_under_a_new_revision(database, patient_keys, started):
    token, draft = started
    changed = replace(draft, answers=answers_of_pat(), seen=frozenset({"you"}))
    for revision in (1, 2):
        with database.write() as session:
            saved = drafts.save(session, patient_keys, token, changed)
        assert saved == replace(changed, revision=revision)
        assert found(database, patient_keys, token) == saved


def test_looking_needs_no_write(database, patient_keys, started):
    token, draft = started
    with database.read() as session:
        assert drafts.find(session, patient_keys, token, NOW) == draft


def test_an_unknown_token_finds_nothing(database, patient_keys, started):
    assert found(database, patient_keys, "somebody else's") is None


def test_a_browser_that_opens_a_draft_again_has_a_token_nobody_can_foresee(database, patient_keys):
    with database.write() as session:
        token, draft = drafts.start(session, patient_keys, NOW)
        again = drafts.open_again(session, drafts.opened(session, patient_keys, token), NOW)

    assert len({token, again}) == 2
    assert str(draft.id) not in token + again


def test_two_patients_have_two_tokens(database, patient_keys, started):
    with database.write() as session:
        token, draft = drafts.start(session, patient_keys, NOW)
    assert token != started[0]
    assert found(database, patient_keys, token) == draft
    assert found(database, patient_keys, started[0]) == started[1]


def test_the_database_has_neither_the_token_nor_a_key_that_opens_without_it(database, patient_keys, started):
    token, _ = started
    with database.read() as session:
        row = session.scalars(select(PatientSessionRow)).one()
        assert row.token_digest == token_digest(token)
        assert len(row.wrapped_key) == 6 + 40
        assert token.encode() not in row.token_digest + row.wrapped_key


def test_a_wrapped_key_put_under_another_session_opens_nothing(database, patient_keys, started):
    """Somebody who can write to the database points their own session at Pat's draft."""
    with database.write() as session:
        mine, _ = drafts.start(session, patient_keys, NOW)
    with database.write() as session:
        session.execute(
            text("UPDATE patient_sessions SET draft_id = :pats WHERE token_digest = :mine"),
            {
                "pats": started[1].id.hex if database.is_sqlite else started[1].id,
                "mine": token_digest(mine),
            },
        )
    with pytest.raises(DecryptionFailed):
        found(database, patient_keys, mine)


@pytest.fixture(scope="session")
def words():
    """Working one out is slow on purpose: once is enough."""
    return Drawn.new(phrase_words())


def give_words(database, keys, token, words):
    with database.write() as session:
        ways_back.make(session, keys, drafts.opened(session, keys, token), words, NOW)


@pytest.mark.parametrize("has_words", [False, True])
def test_without_words_a_form_waits_for_fourteen_days_and_with_them_for_an_hour(
    database, patient_keys, started, words, has_words
):
    """Making words later is what switches: the one with words was without them at first."""
    if has_words:
        give_words(database, patient_keys, started[0], words)
    longest = HOUR if has_words else 14 * DAY
    for after, there in ((longest, True), (longest + MINUTE, False)):
        with database.read() as session:  # looking is no use of it
            draft = drafts.find(session, patient_keys, started[0], NOW + after)
        assert (draft is not None) is there


def test_a_receipt_is_shown_for_an_hour(database, patient_keys, started):
    with database.write() as session:
        drafts.close(session, started[0], RECEIPT)
    with database.read() as session:
        assert drafts.find(session, patient_keys, started[0], NOW + HOUR) == RECEIPT
        assert drafts.find(session, patient_keys, started[0], NOW + HOUR + MINUTE) is None


def test_a_clinic_may_choose_other_times(database, patient_keys, started):
    five, seven, no_longer = 5 * MINUTE, 7 * MINUTE, timedelta(0)
    for limits, there in (
        (drafts.Limits(five, no_longer), False),
        (drafts.Limits(seven, no_longer), True),
        (drafts.Limits(five, seven), True),
        (drafts.Limits(seven, five), True),
    ):
        with database.read() as session:
            draft = drafts.find(session, patient_keys, started[0], NOW + 6 * MINUTE, limits)
        assert (draft is not None) is there, limits


def test_what_is_removed_is_what_is_not_found_any_more(sqlite_database, patient_keys, words):
    """To the second, with words, without them, and after sending."""
    database = sqlite_database
    with database.write() as session:
        tokens = [drafts.start(session, patient_keys, NOW)[0] for _ in range(3)]
        drafts.close(session, tokens[2], RECEIPT)
    give_words(database, patient_keys, tokens[1], words)
    second = timedelta(seconds=1)
    edges = [edge + step * second for edge in (HOUR, 14 * DAY) for step in (-1, 0, 1)]
    for after in [-DAY, *edges]:
        with database.write() as session:
            drafts.remove_expired(session, NOW + after, drafts.LIMITS)
            there = [bool(session.get(PatientSessionRow, token_digest(one))) for one in tokens]
            found = [drafts.find(session, patient_keys, one, NOW + after, attended=False) for one in tokens]
        assert there == [one is not None for one in found], after
        assert there == [after <= 14 * DAY, after <= HOUR, after <= HOUR], after


def test_using_a_session_keeps_it(database, patient_keys, started):
    for minutes in range(0, 200, 50):
        assert found(database, patient_keys, started[0], NOW + minutes * MINUTE, AN_HOUR) is not None


def test_a_session_is_touched_at_most_once_a_minute(database, patient_keys, started):
    def last_seen():
        with database.read() as session:
            return session.scalars(select(PatientSessionRow.last_seen)).one()

    found(database, patient_keys, started[0], NOW + timedelta(seconds=59))
    assert last_seen() == NOW
    found(database, patient_keys, started[0], NOW + MINUTE)
    assert last_seen() == NOW + MINUTE


def test_a_clock_set_back_neither_ends_nor_lengthens_a_session(database, patient_keys, started):
    found(database, patient_keys, started[0], NOW + 30 * MINUTE)
    assert found(database, patient_keys, started[0], NOW - DAY, AN_HOUR) is not None
    assert found(database, patient_keys, started[0], NOW + 91 * MINUTE, AN_HOUR) is None


@pytest.mark.parametrize(("days", "there"), [(29, True), (31, False)])
def test_no_draft_lives_longer_than_thirty_days(database, patient_keys, started, days, there):
    always = drafts.Limits(365 * DAY, 365 * DAY)
    draft = found(database, patient_keys, started[0], NOW + days * DAY, always)
    assert (draft is not None) is there


def test_closing_leaves_the_receipt_and_nothing_else(database, patient_keys, started):
    with database.write() as session:
        drafts.close(session, started[0], RECEIPT)
    assert found(database, patient_keys, started[0]) == RECEIPT
    assert rows(database, DraftRow) == 0
    with database.read() as session:
        row = session.scalars(select(PatientSessionRow)).one()
        assert (row.draft_id, row.wrapped_key) == (None, None)


def test_what_was_sent_can_be_neither_saved_nor_closed_again(database, patient_keys, started):
    token, draft = started
    with database.write() as session:
        drafts.close(session, token, RECEIPT)
    with pytest.raises(drafts.NoSuchDraft), database.write() as session:
        drafts.save(session, patient_keys, token, draft)
    with pytest.raises(drafts.NoSuchDraft), database.write() as session:
        drafts.close(session, token, RECEIPT)


def test_nobody_saves_under_somebody_elses_session(database, patient_keys, started):
    with database.write() as session:
        token, _ = drafts.start(session, patient_keys, NOW)
    with pytest.raises(drafts.NoSuchDraft), database.write() as session:
        drafts.save(session, patient_keys, token, started[1])


def test_leaving_ends_the_session_and_removes_the_draft(database, patient_keys, started):
    with database.write() as session:
        other, draft = drafts.start(session, patient_keys, NOW)
        drafts.end_session(session, started[0])
        drafts.end_session(session, "unknown")
    assert found(database, patient_keys, started[0]) is None
    assert found(database, patient_keys, other) == draft
    assert rows(database, DraftRow) == 1


def test_what_expired_is_removed_and_the_rest_stays(database, patient_keys, started):
    with database.write() as session:
        fresh, _ = drafts.start(session, patient_keys, NOW + 50 * MINUTE)
    with database.write() as session:
        assert drafts.remove_expired(session, NOW + 61 * MINUTE, AN_HOUR) == 1
    assert found(database, patient_keys, fresh, NOW + 61 * MINUTE) is not None
    assert (rows(database, DraftRow), rows(database, PatientSessionRow)) == (1, 1)


def test_a_draft_of_thirty_days_is_removed_however_busy_its_session(database, patient_keys, started):
    always = drafts.Limits(365 * DAY, 365 * DAY)
    with database.write() as session:
        assert drafts.remove_expired(session, NOW + 31 * DAY, always) == 1
    assert (rows(database, DraftRow), rows(database, PatientSessionRow)) == (0, 0)
