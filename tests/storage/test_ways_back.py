"""A way back opens one draft, with both of its halves, for as long as it is kept."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text, update

from intake.content.phrase_words import phrase_words
from intake.domain.submissions import Receipt
from intake.storage import drafts, passwords, ways_back
from intake.storage.drawn_ways import Drawn
from intake.storage.encryption import DecryptionFailed, Place, token_digest
from intake.storage.tables import DraftRow, PatientSessionRow, WayBackRow
from storage.samples import MINUTE, NOW, answers_of_pat

RECEIPT = Receipt("HL-7K4-92Q", NOW + MINUTE)
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def drawn():
    """Working one out is slow on purpose: once is enough."""
    return Drawn.new(phrase_words())


@pytest.fixture
def saved(database, patient_keys, drawn):
    """The token of a browser with a draft that has a way back."""
    with database.write() as session:
        token, draft = drafts.start(session, patient_keys, NOW, "edition")
        drafts.save(session, patient_keys, token, replace(draft, answers=answers_of_pat()))
        opened = drafts.opened(session, patient_keys, token)
        ways_back.make(session, patient_keys, opened, drawn, NOW)
    return token


def open_with(database, keys, handle, phrase, now=NOW, **more):
    with database.write() as session:
        return ways_back.open_with(session, keys, handle, phrase, now, **more)


def rows(database, table):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("by", ["secret", "code"])
def test_link_or_code_and_the_phrase_open_the_draft(database, patient_keys, drawn, saved, by):
    with database.write() as session:
        found = ways_back.open_with(session, patient_keys, getattr(drawn.way, by), drawn.phrase, NOW)
        token = drafts.open_again(session, found.draft, NOW)

    with database.read() as session:
        assert drafts.find(session, patient_keys, token, NOW).answers == answers_of_pat()
        assert drafts.find(session, patient_keys, saved, NOW) is None, "the browser before was signed out"


def test_nothing_opens_with_one_half(database, patient_keys, drawn, saved):
    other = passwords.stretched("other words", drawn.salt)
    for handle, phrase in (
        (drawn.way.secret, other),
        (drawn.way.code, other),
        ("x" * 43, drawn.phrase),
        ("7K4M92QXTR6P", drawn.phrase),
        ("", drawn.phrase),
        (drawn.way.secret, passwords.stretched(drawn.way.phrase, bytes(16))),
    ):
        assert open_with(database, patient_keys, handle, phrase) is None


def test_a_phrase_opens_nothing_where_another_link_leads(database, patient_keys, drawn, saved):
    """Somebody who can write to the database lets a link of their own lead to Pat's draft."""
    with database.write() as session:
        session.execute(update(WayBackRow).values(link_digest=token_digest("x" * 43)))

    assert open_with(database, patient_keys, "x" * 43, drawn.phrase) is None


def test_the_database_has_no_half_of_it(database, drawn, saved):
    with database.read() as session:
        row = session.execute(select(WayBackRow.__table__)).one()
    everything = b"".join(value for value in row if isinstance(value, bytes))

    for half in (drawn.way.secret, drawn.way.code, drawn.way.phrase, *drawn.way.phrase.split()):
        assert half.encode() not in everything
    assert drawn.phrase not in everything
    assert (row.for_clinic, row.with_code) == (b"", b""), "the patient did not want the clinic to"


def test_a_way_back_put_beside_another_draft_opens_nothing_of_it(database, patient_keys, drawn, saved):
    """Somebody who can write to the database points their own way back at Pat's draft."""
    mine = Drawn.new(phrase_words())
    with database.write() as session:
        token, _ = drafts.start(session, patient_keys, NOW)
        ways_back.make(session, patient_keys, drafts.opened(session, patient_keys, token), mine, NOW)
        pats = session.scalar(select(WayBackRow.draft_id).where(WayBackRow.salt == drawn.salt))
        session.execute(text("DELETE FROM ways_back WHERE salt = :salt"), {"salt": drawn.salt})
        session.execute(
            text("UPDATE ways_back SET draft_id = :pats"),
            {"pats": pats.hex if database.is_sqlite else pats},
        )

    opened = open_with(database, patient_keys, mine.way.code, mine.phrase)
    with database.write() as session, pytest.raises(DecryptionFailed):
        drafts.find(session, patient_keys, drafts.open_again(session, opened.draft, NOW), NOW)


def test_five_wrong_phrases_rest_it_for_an_hour_and_thirty_end_it(database, patient_keys, drawn, saved):
    wrong = passwords.stretched("wrong", drawn.salt)
    now = NOW
    for tries in range(1, 31):
        assert open_with(database, patient_keys, drawn.way.code, wrong, now) is None
        if tries % 5 == 0 and tries < 30:
            assert open_with(database, patient_keys, drawn.way.code, drawn.phrase, now) is None
            now += timedelta(hours=1)
            assert open_with(database, patient_keys, drawn.way.secret, drawn.phrase, now) is not None

    later = now + timedelta(hours=2)
    assert open_with(database, patient_keys, drawn.way.code, drawn.phrase, later) is None


@pytest.mark.parametrize(("days", "there"), [(30, True), (31, False)])
def test_it_works_for_thirty_days_after_the_last_visit(database, patient_keys, drawn, saved, days, there):
    with database.write() as session:
        drafts.find(session, patient_keys, saved, NOW + 50 * MINUTE)
    now = NOW + 50 * MINUTE + days * DAY

    assert (open_with(database, patient_keys, drawn.way.code, drawn.phrase, now) is not None) is there


def test_a_draft_with_a_way_back_outlives_its_browser_and_not_its_time(database, patient_keys, saved):
    for days, left in ((29, (1, 0, 1)), (31, (0, 0, 0))):
        with database.write() as session:
            drafts.remove_expired(session, NOW + days * DAY, drafts.LIMITS)
        tables = (DraftRow, PatientSessionRow, WayBackRow)
        assert tuple(rows(database, table) for table in tables) == left


def test_signing_out_keeps_the_draft_and_erasing_does_not(database, patient_keys, drawn, saved):
    with database.write() as session:
        drafts.end_session(session, saved)
    with database.write() as session:
        found = ways_back.open_with(session, patient_keys, drawn.way.code, drawn.phrase, NOW)
        token = drafts.open_again(session, found.draft, NOW)
    with database.write() as session:
        drafts.erase(session, token, NOW)

    assert [rows(database, table) for table in (DraftRow, PatientSessionRow, WayBackRow)] == [0, 0, 0]
    assert open_with(database, patient_keys, drawn.way.code, drawn.phrase) is None


def test_after_sending_it_opens_the_receipt_and_no_key_is_left(database, patient_keys, drawn, saved):
    with database.write() as session:
        drafts.close(session, saved, RECEIPT)

    found = open_with(database, patient_keys, drawn.way.secret, drawn.phrase, NOW + DAY)
    assert (found.draft, found.receipt) == (None, RECEIPT)
    with database.read() as session:
        row = session.execute(select(WayBackRow.__table__)).one()
    assert (row.draft_id, row.draft_key, row.shown, row.for_clinic, row.with_code) == (
        None, b"", b"", b"", b"",
    )  # fmt: skip


def test_the_browser_that_has_the_draft_open_shows_it_again(database, patient_keys, drawn, saved):
    with database.write() as session:
        kept = ways_back.of_draft(session, *drafts.opened(session, patient_keys, saved))

    assert (kept.way, kept.clinic_may_renew, kept.mails_left) == (drawn.way, False, ways_back.MOST_MAILS)


def test_a_new_one_ends_the_one_before(database, patient_keys, drawn, saved):
    anew = Drawn.new(phrase_words())
    with database.write() as session:
        ways_back.make(session, patient_keys, drafts.opened(session, patient_keys, saved), anew, NOW)

    assert open_with(database, patient_keys, drawn.way.secret, drawn.phrase) is None
    assert open_with(database, patient_keys, anew.way.secret, anew.phrase) is not None


def test_the_clinic_needs_its_key_and_the_patients_code(database, patient_keys, clinic_keys, drawn, saved):
    with database.write() as session:
        draft = drafts.opened(session, patient_keys, saved)
        ways_back.let_clinic(session, patient_keys, draft, drawn.code, may=True)
    with database.read() as session:
        row = ways_back.find_for_clinic(session, drawn.way.code, NOW)
        assert ways_back.draft_for_clinic(clinic_keys, row, drawn.code) == draft
        with pytest.raises(DecryptionFailed):
            guessed = passwords.stretched("7K4M92QXTR6P", row.salt)
            ways_back.draft_for_clinic(clinic_keys, row, guessed)

    with database.write() as session:
        ways_back.let_clinic(session, patient_keys, draft, drawn.code, may=False)
    with database.read() as session:
        row = ways_back.find_for_clinic(session, drawn.way.code, NOW)
        assert ways_back.draft_for_clinic(clinic_keys, row, drawn.code) is None


def test_no_copy_of_an_expired_draft_stays_in_the_file(sqlite_database, patient_keys):
    """Sealed or not: what the patient was promised to be deleted is not there any more."""
    with sqlite_database.write() as session:
        token, _ = drafts.start(session, patient_keys, NOW)
        opened = drafts.opened(session, patient_keys, token)
        ways_back.make(session, patient_keys, opened, Drawn.new(phrase_words()), NOW)
    with sqlite_database.read() as session:
        row, way = session.scalars(select(DraftRow)).one(), session.scalars(select(WayBackRow)).one()
        kept = [row.payload[-40:], way.draft_key[-40:], way.shown[-40:], way.by_code[-40:]]
    assert all(in_files(sqlite_database, piece) for piece in kept), "the control: it was there"

    with sqlite_database.write() as session:
        assert drafts.remove_expired(session, NOW + 31 * DAY, drafts.LIMITS) == 1
    sqlite_database.empty_log()

    assert not any(in_files(sqlite_database, piece) for piece in kept)


def in_files(database, piece):
    file = Path(database.url.database)
    return any(piece in path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def test_for_a_link_that_nobody_has_no_browser_is_held(database, patient_keys, saved):
    """Browsers that sent their form have no draft either: none of them waits for a stranger."""
    said = []

    def note(_connection, _cursor, statement, *_more):
        said.append(statement)

    with database.write() as session:
        drafts.close(session, saved, RECEIPT)
    event.listen(database.engine, "before_cursor_execute", note)
    with database.write() as session:
        drafts.hold_browsers(session, ways_back.draft_of(session, "x" * 43))
        unknown = list(said)
        drafts.hold_browsers(session, uuid4())
    event.remove(database.engine, "before_cursor_execute", note)

    assert [one for one in unknown if "patient_sessions" in one] == []
    assert any("patient_sessions" in one for one in said), "the control: of a draft they are looked for"


def test_coming_back_waits_for_whoever_is_at_the_draft(database, patient_keys, drawn, saved):
    """Both hold the browser first: in another order each would wait for the other, and one would fail.

    Without ``hold_browsers`` PostgreSQL broke such a circle in two runs of three.
    """
    tokens, failures = [saved], []

    def comes_back(session, now):
        drafts.hold_browsers(session, ways_back.draft_of(session, drawn.way.code))
        found = ways_back.open_with(session, patient_keys, drawn.way.code, drawn.phrase, now)
        tokens.append(drafts.open_again(session, found.draft, now))

    def goes_on(session, now):
        drafts.find(session, patient_keys, tokens[-1], now)

    def many(what):
        try:
            for minutes in range(2, 12):
                with database.write() as session:
                    what(session, NOW + minutes * MINUTE)
        except Exception as error:
            failures.append(error)

    people = [threading.Thread(target=many, args=(what,)) for what in (comes_back, goes_on, goes_on)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert failures == []


def test_what_was_changed_after_somebody_read_it_is_seen_as_it_is_now(sqlite_database, patient_keys, drawn):
    """A wrong phrase more, or an e-mail more, may have been counted in between."""
    with sqlite_database.write() as session:
        token, _ = drafts.start(session, patient_keys, NOW, "edition")
        draft = drafts.opened(session, patient_keys, token)
        ways_back.make(session, patient_keys, draft, drawn, NOW)
        read = session.scalars(select(WayBackRow)).one()
        session.execute(update(WayBackRow.__table__).values(failures=29, mailed=4))
        assert (read.failures, read.mailed) == (0, 0), "it was read before"
        assert ways_back.of_draft(session, *draft).mails_left == 1
        ways_back.note_mail(session, draft[0])
        assert ways_back.of_draft(session, *draft).mails_left == 0

        session.execute(update(WayBackRow.__table__).values(failures=30))
        assert read.failures == 29
        assert ways_back.open_with(session, patient_keys, drawn.way.code, drawn.phrase, NOW) is None


def test_ways_back_sealed_by_earlier_versions_still_open(database, patient_keys, drawn, saved):
    """Where it is sealed for may not be called otherwise."""
    with database.write() as session:
        _, key = drafts.opened(session, patient_keys, saved)
        row = session.scalars(select(WayBackRow)).one()
        assert key.open(row.shown, Place("ways_back", "shown", row.id))
