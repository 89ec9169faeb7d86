"""Erasing a form leaves nothing of it: not in a table, not in the file, not in its log, no key."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, delete, func, select, text
from sqlalchemy.exc import DBAPIError

from agreeing import agree_to_erase
from copies import make_copy, staff
from exchanging import FORM, begun, sent_to
from intake.cli import main
from intake.content.phrase_words import phrase_words
from intake.domain.notice_kinds import NoticeKind
from intake.domain.patient_requests import Asks, RequestOutcome, Way
from intake.domain.permissions import Role
from intake.domain.review_entries import Done
from intake.domain.standing import PlaceInWork
from intake.domain.submissions import Receipt
from intake.services import answering, erasing, patient_requests, queue, returning, reviewing
from intake.storage import audit, drafts, outgoing, submissions, ways_back
from intake.storage.drawn_ways import Drawn
from intake.storage.erasing import Why, tables_of_a_form
from intake.storage.outgoing import Addressed, Outcome
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import OutgoingRow, WayBackRow
from sending import fill_in, send_at_once

NAME = "Quetzalcoatlus"
SAVED = (NoticeKind.SAVED_FORM, NoticeKind.UNNAMED_SAVED_FORM)
# Behind what every sealed value begins with, as far as it lies in one piece.
_HEADER, _LOOKED_FOR = 6, 60


def rows_of(database):
    """How many rows each table has."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    counted = {one.name: select(func.count()).select_from(one) for one in metadata.sorted_tables}
    with database.read() as session:
        return {name: session.scalar(query) for name, query in counted.items()}


def signed(copy, alice, submission):
    """All of it acknowledged and signed off."""
    review = reviewing.open_review(copy.clinic, alice, submission)
    for flag in review.flags:
        reviewing.acknowledge(copy.clinic, alice, submission, flag.key, NAME, Done.CALLED_PATIENT)
    shown = reviewing.open_review(copy.clinic, alice, submission).fingerprint()
    reviewing.sign_off(copy.clinic, alice, submission, NAME, shown)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def exchange(request, tmp_path):
    """A form with everything a form can have: flags, an acknowledgement, a question, a reply."""
    url = request.getfixturevalue("fresh_postgres_database") if request.param == "postgresql" else ""
    exchange = begun(tmp_path, database_url=url)
    exchange.asks()
    yield exchange
    for one in (exchange.copy.desk, exchange.copy.clinic):
        one.database.dispose()


def test_no_row_of_an_erased_form_is_left_and_every_other_form_is_whole(exchange):
    clinic = exchange.copy.clinic
    agree_to_erase(clinic, exchange.reference, exchange.alice)
    before = rows_of(clinic.database)
    other = send_at_once(exchange.desk).reference
    with_other = rows_of(clinic.database)

    gone = erasing.erase(clinic, exchange.reference, unread=True)

    after = rows_of(clinic.database)
    assert gone.rows >= 6
    of_other = {table: with_other[table] - before[table] for table in before}
    for table in tables_of_a_form():
        assert after[table] == of_other[table], table
    assert after["erasures"] == 1
    with clinic.database.read() as session:
        assert submissions.by_reference(session, other)
        with pytest.raises(NoSuchSubmission):
            submissions.by_reference(session, exchange.reference)
        assert audit.verify(session, clinic.keys).ok
        assert audit.events(session)[-1].event == "SubmissionErased"


def test_nothing_of_a_form_can_be_deleted_before_it_is_erased(exchange):
    for table in ("submissions", "screenings", "review_entries"):
        with pytest.raises(DBAPIError, match="append-only"), exchange.copy.clinic.database.write() as session:
            session.execute(text(f"DELETE FROM {table}"))


def test_what_was_erased_stays_on_the_list(exchange):
    agree_to_erase(exchange.copy.clinic, exchange.reference, exchange.alice)
    erasing.erase(exchange.copy.clinic, exchange.reference, unread=True)

    (erasure,) = erasing.erased(exchange.copy.clinic)
    assert (erasure.erased_id, erasure.why) == (exchange.submission, Why.REQUESTED)
    for change in ("DELETE FROM erasures", "UPDATE erasures SET why = 'time_over'"):
        with pytest.raises(DBAPIError, match="append-only"), exchange.copy.clinic.database.write() as session:
            session.execute(text(change))


@pytest.fixture
def copy(tmp_path):
    made = make_copy(tmp_path)
    yield made
    for one in (made.desk, made.clinic):
        one.database.dispose()


def test_neither_the_file_nor_its_log_nor_its_free_pages_hold_what_was_sealed(copy):
    """As bytes: every sealed value and key of the form, looked for in whatever lies on the disk."""
    reference = send_at_once(copy.desk).reference
    sealed = _sealed(copy)
    assert len(sealed) >= 4
    assert all(one in _on_disk(copy) for one in sealed)

    erasing.erase(copy.clinic, reference, unread=True)

    left = _on_disk(copy)
    assert not [one for one in sealed if one in left]


def test_a_deletion_that_overwrites_nothing_would_be_found(copy):
    """The control: the same rows deleted as SQLite does by itself, and its log left as it is."""
    send_at_once(copy.desk)
    sealed = _sealed(copy)
    with closing(sqlite3.connect(copy.settings.instance / "intake.db")) as plain:
        plain.execute("PRAGMA secure_delete = OFF")
        for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            plain.execute(f"DROP TRIGGER {name}")
        for table in tables_of_a_form():
            plain.execute(f"DELETE FROM {table}")
        plain.commit()

    assert any(one in _on_disk(copy) for one in sealed)


def _sealed(copy):
    columns = ("submissions.answers", "record_keys.sealed", "screenings.sealed", "summaries.sealed")
    with copy.clinic.database.read() as session:
        # The beginning of each: what is longer than a page of the file is spread over several.
        return [
            bytes(value)[_HEADER:_LOOKED_FOR]
            for table, column in (one.split(".") for one in columns)
            for value in session.scalars(text(f"SELECT {column} FROM {table}"))
        ]


def _on_disk(copy):
    return b"".join(one.read_bytes() for one in sorted(copy.settings.instance.glob("intake.db*")))


def test_a_form_nobody_signed_off_is_erased_only_when_that_is_said(copy):
    reference = send_at_once(copy.desk).reference

    with pytest.raises(erasing.NotReadYet, match="--unread"):
        erasing.erase(copy.clinic, reference)

    with copy.clinic.database.read() as session:
        assert submissions.by_reference(session, reference)


def kept_for(copy, days):
    return replace(copy.clinic, settings=replace(copy.settings, keep_forms_days=days))


def test_what_is_kept_no_longer_is_what_was_signed_off_so_long_ago(tmp_path):
    exchange = begun(tmp_path)
    copy, clock = exchange.copy, exchange.copy.clock
    signed(copy, exchange.alice, exchange.submission)
    unread = send_at_once(copy.desk).reference
    clock.at += timedelta(days=100)

    assert erasing.due(kept_for(copy, 0)) == ()
    assert erasing.due(kept_for(copy, 101)) == ()
    assert erasing.due(kept_for(copy, 99)) == (exchange.submission,)
    gone = erasing.erase_due(kept_for(copy, 99), clock_is_right=True)

    assert gone.forms == 1
    with copy.clinic.database.read() as session:
        assert [one.why for one in erasing.erased(copy.clinic)] == [Why.TIME_OVER]
        assert submissions.ids(session) == (submissions.by_reference(session, unread),)
    for one in (copy.desk, copy.clinic):
        one.database.dispose()


def test_a_form_whose_patient_waits_for_an_answer_is_kept_however_old_it_is(tmp_path):
    exchange = begun(tmp_path)
    copy, alice = exchange.copy, exchange.alice
    signed(copy, alice, exchange.submission)
    patient_requests.write_down(
        copy.clinic, alice, uuid4(), exchange.reference, Asks.BOTH, Way.PHONE, "A copy, please"
    )
    copy.clock.at += timedelta(days=100)

    assert erasing.due(kept_for(copy, 99)) == ()
    outcome = RequestOutcome.NOT_POSSIBLE
    patient_requests.handle(copy.clinic, alice, exchange.submission, 1, outcome, "We called", 0)
    assert erasing.due(kept_for(copy, 99)) == (), "the patient does not know it yet"
    patient_requests.tell(copy.clinic, alice, exchange.submission, 1, Way.PHONE, 1)
    assert erasing.due(kept_for(copy, 99)) == (exchange.submission,)
    for one in (copy.desk, copy.clinic):
        one.database.dispose()


def test_the_way_back_to_a_receipt_goes_with_its_form(exchange):
    desk, clinic = exchange.desk, exchange.copy.clinic
    with desk.database.write() as session:
        token, _ = drafts.start(session, desk.keys, desk.now())
        opened = drafts.opened(session, desk.keys, token)
        ways_back.make(session, desk.keys, opened, Drawn.new(phrase_words()), desk.now())
        drafts.close(session, token, Receipt(exchange.reference, desk.now()))
    assert rows_of(clinic.database)["ways_back"] == 1
    agree_to_erase(clinic, exchange.reference, exchange.alice)

    erasing.erase(clinic, exchange.reference, unread=True)

    left = rows_of(clinic.database)
    assert (left["ways_back"], left["patient_sessions"]) == (0, 0)


def ways_back_letter(desk, reference):
    """A saved form that was sent, whose way back is still to be mailed."""
    drawn = Drawn.new(phrase_words())
    addressed = Addressed("quetzal@example.org", drawn.way.secret, NoticeKind.SAVED_FORM)
    with desk.database.write() as session:
        token, _ = drafts.start(session, desk.keys, desk.now())
        ways_back.make(session, desk.keys, drafts.opened(session, desk.keys, token), drawn, desk.now())
        drafts.close(session, token, Receipt(reference, desk.now()))
        outgoing.add(session, desk.keys, outgoing.new_id(), addressed, desk.now())


def with_mail(exchange):
    """The same form in a clinic that sends e-mail."""
    settings = replace(exchange.copy.settings, mail_host="mail.example", mail_sender="forms@clinic.example")
    return replace(exchange, copy=replace(exchange.copy, clinic=exchange.copy.clinic.with_settings(settings)))


def test_no_letter_about_an_erased_form_is_left_or_sent(exchange):
    copy = with_mail(exchange).copy
    asked, other = (sent_to(copy, exchange.alice, FORM) for _ in range(2))
    for one in (asked, other):
        one.asks()
        ways_back_letter(copy.desk, one.reference)
        agree_to_erase(copy.clinic, one.reference, exchange.alice)
    assert rows_of(copy.clinic.database)["outgoing"] == 4
    with copy.clinic.database.write() as session:
        # One is waiting, one could not be sent: of either there is the address.
        first, *_ = outgoing.due(session, copy.clock())
        outgoing.settle(session, first.id, Outcome.REFUSED, copy.clock())

    erasing.erase(copy.clinic, asked.reference, unread=True)

    assert rows_of(copy.clinic.database)["outgoing"] == 2
    erasing.erase(copy.clinic, other.reference, unread=True)
    assert rows_of(copy.clinic.database)["outgoing"] == 0


def test_no_letter_with_a_way_back_that_is_gone_is_left_either(tmp_path):
    """Made anew, or over since: no row leads from the form to the link in the letter any more."""
    exchange = begun(tmp_path)
    desk, clinic = exchange.desk.with_settings(with_mail(exchange).copy.clinic.settings), exchange.copy.clinic
    erased, kept = (saved_and_mailed_twice(desk, name) for name in ("quetzal", "xochitl"))
    with desk.database.write() as session:
        session.execute(delete(WayBackRow))
    assert addresses(clinic) == ["quetzal@example.org"] * 2 + ["xochitl@example.org"] * 2

    for one in (erased, kept):
        agree_to_erase(clinic, one, exchange.alice)

    erasing.erase(clinic, erased, unread=True)

    assert addresses(clinic) == ["xochitl@example.org"] * 2, "and nobody else's is"
    erasing.erase(clinic, kept, unread=True)
    assert addresses(clinic) == []
    for one in (desk, clinic):
        one.database.dispose()


def saved_and_mailed_twice(desk, name):
    """A form whose link was mailed, and mailed again after it was made anew, before it was sent."""
    token = fill_in(desk, FORM)
    for _ in range(2):
        returning.make_anew(desk, token)
        returning.mail_link(desk, token, f"{name}@example.org")
    return answering.send(desk, token, "Quetzal Doe").reference


def addresses(clinic):
    """To whom letters about saved forms are kept in the outbox, by the rows themselves."""
    with clinic.database.read() as session:
        rows = session.scalars(select(OutgoingRow).where(OutgoingRow.wrapped_key != b""))
        letters = [outgoing.opened(clinic.keys.outbox_keys, row) for row in rows]
    return sorted(one.recipient for one in letters if one.kind in SAVED)


def test_after_an_older_backup_the_list_erases_once_more(copy):
    reference = send_at_once(copy.desk).reference
    database = copy.settings.instance / "intake.db"
    copy.clinic.database.empty_log()
    backup = database.read_bytes()
    erasing.erase(copy.clinic, reference, unread=True)
    lines = [erasing.line(one) for one in erasing.erased(copy.clinic)]
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
    database.write_bytes(backup)

    gone = erasing.erase_again(copy.clinic, map(erasing.written, lines))

    assert gone.forms == 1
    with copy.clinic.database.read() as session:
        assert submissions.ids(session) == ()
    assert erasing.erase_again(copy.clinic, map(erasing.written, lines)).forms == 0


def test_an_erased_form_is_in_no_list(copy):
    alice = staff(copy.clinic, "alice", "Alice", Role.CLINICIAN)
    reference, other = (send_at_once(copy.desk).reference for _ in range(2))
    agree_to_erase(copy.clinic, reference, alice)
    erasing.erase(copy.clinic, reference, unread=True)

    shown = str(queue.open_list(copy.clinic, alice, PlaceInWork.QUEUE))

    assert reference not in shown
    assert other in shown


def test_the_commands_ask_first_and_refuse_what_is_no_list(copy, monkeypatch, tmp_path):
    reference = send_at_once(copy.desk).reference
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
    monkeypatch.setenv("INTAKE_INSTANCE", str(copy.settings.instance))
    no_list = tmp_path / "list"
    no_list.write_text("what is this\n", encoding="utf-8")

    asked = CliRunner().invoke(main, ["erase", "form", reference, "--unread"], input="n\n")
    refused = CliRunner().invoke(main, ["erase", "again", str(no_list)])
    done = CliRunner().invoke(main, ["erase", "form", reference, "--unread", "--yes"])
    listed = CliRunner().invoke(main, ["erase", "list"])

    assert asked.exit_code == 1
    assert "a line is not one" in refused.output
    assert "1 erased" in done.output, done.output
    assert listed.output.endswith("requested\n")


def test_a_command_whose_database_fails_says_so_in_words_and_is_given_again(tmp_path, monkeypatch):
    copy = make_copy(tmp_path, under_roles=False)
    reference = send_at_once(copy.desk).reference
    monkeypatch.setenv("INTAKE_INSTANCE", str(copy.settings.instance))
    stop = "BEFORE INSERT ON erasures BEGIN SELECT RAISE(ABORT, 'Quetzal'); END"
    with copy.clinic.database.write() as session:
        session.execute(text(f"CREATE TRIGGER full {stop}"))

    failed = CliRunner().invoke(main, ["erase", "form", reference, "--unread", "--yes"])
    with copy.clinic.database.write() as session:
        session.execute(text("DROP TRIGGER full"))
    done = CliRunner().invoke(main, ["erase", "form", reference, "--unread", "--yes"])

    assert failed.exit_code == 2
    assert "Something went wrong with the database (IntegrityError)" in failed.output
    assert "Quetzal" not in failed.output
    assert done.output.startswith("1 erased")
