"""Staff are told that there is something to read: nothing of what, and fifty forms are one e-mail."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import inspect, select

from copies import NOON
from exchanging import FORM, begun, sent_to, signs
from intake.config import Settings
from intake.domain.answers import Chosen, answered
from intake.domain.notice_kinds import NoticeKind
from intake.services import notice_words, notices, replying, staff_notices, sweeping
from intake.services.notice_words import Letterhead, Notice, letter, link_of
from intake.storage import news
from intake.storage.tables import NewsRow, OutgoingRow, RecordKeyRow, SubmissionRow
from sending import send
from services.mail_servers import mail_server, told_of_the_patient

QUIET = FORM.replace("treated: not_sure", "treated: yes")
URGENT = FORM.replace("treated: not_sure", "treated: no")
YEAR = timedelta(days=365)
DESK, ON_CALL, BOTH = "desk@clinic.example", "on-call@clinic.example", "both@clinic.example"


@pytest.fixture(scope="module")
def begun_today(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"), QUIET)
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture
def box():
    with mail_server() as box:
        yield box


@pytest.fixture
def clinic(begun_today, box):
    """A clinic that tells its own people; nothing is left over from another test."""
    copy = begun_today.copy
    settings = replace(
        copy.settings,
        mail_host="127.0.0.1",
        mail_port=box.port,
        mail_security="none",
        mail_sender="forms@clinic.example",
        staff_addresses=(DESK, BOTH),
        urgent_addresses=(ON_CALL, BOTH),
    )
    copy.clock.at += timedelta(days=30)
    with copy.clinic.database.write() as session:
        for table in (NewsRow, OutgoingRow):
            for row in session.scalars(select(table)):
                session.delete(row)
    return replace(
        copy,
        settings=settings,
        desk=copy.desk.with_settings(settings),
        clinic=copy.clinic.with_settings(settings),
    )


def told(box):
    """Who was told, by now."""
    parsed = [email.message_from_string(letter, policy=email.policy.default) for letter in box.taken]
    return sorted(letter["To"] for letter in parsed)


def outgoing_rows(clinic):
    with clinic.clinic.database.read() as session:
        rows = list(session.scalars(select(OutgoingRow).order_by(OutgoingRow.created_at)))
        session.expunge_all()
        return rows


def test_staff_are_told_that_there_is_something_to_read_and_nothing_else(clinic, box):
    reference = send(clinic.desk, QUIET).reference

    notices.send_due(clinic.clinic)

    assert told(box) == [BOTH, DESK]
    letter = email.message_from_string(box.taken[0], policy=email.policy.default)
    assert letter["Subject"] == "There is something to read"
    assert letter["From"] == "forms@clinic.example"
    assert told_of_the_patient(bytes(box.received), reference) == []


def test_of_an_urgent_form_the_others_are_told_too_in_the_same_words(clinic, box):
    send(clinic.desk, URGENT)
    notices.send_due(clinic.clinic)

    assert told(box) == [BOTH, DESK, ON_CALL]
    parsed = [email.message_from_string(letter, policy=email.policy.default) for letter in box.taken]
    assert len({(letter["Subject"], letter.get_content()) for letter in parsed}) == 1


def in_the_open(clinic):
    """All that lies in the open of what waits, but for ids; of what is sealed, its length."""
    with clinic.clinic.database.read() as session:
        return [
            {
                column.key: len(value) if isinstance(value := getattr(row, column.key), bytes) else value
                for column in inspect(table).columns
                if column.key not in ("id", "submission_id")
            }
            for table in (NewsRow, OutgoingRow)
            for row in session.scalars(select(table).order_by(table.created_at))
        ]


def test_what_lies_in_the_open_is_the_same_whether_or_not_a_form_is_urgent(clinic, box):
    seen = {}
    for form in (QUIET, URGENT):
        send(clinic.desk, form)
        news = in_the_open(clinic)
        staff_notices.gather(clinic.clinic)
        waiting = sorted(in_the_open(clinic), key=str)
        notices.send_due(clinic.clinic)
        seen[form] = (news, waiting, sorted(in_the_open(clinic), key=str))
        with clinic.clinic.database.write() as session:
            for row in session.scalars(select(OutgoingRow)):
                session.delete(row)

    assert seen[QUIET] == seen[URGENT]
    assert [len(part) for part in seen[URGENT]] == [1, 3, 3]


def test_fifty_forms_in_a_minute_are_one_e_mail_and_one_ten_minutes_later(clinic, box):
    for _ in range(5):
        with clinic.desk.database.write() as session:
            for submission in [session.scalar(select(SubmissionRow.id).limit(1))] * 10:
                staff_notices.keep_news(session, clinic.desk, submission)
        notices.send_due(clinic.clinic)
        clinic.clock.at += timedelta(seconds=10)
    assert told(box).count(DESK) == 1

    clinic.clock.at += staff_notices.BETWEEN
    notices.send_due(clinic.clinic)
    notices.send_due(clinic.clinic)

    assert told(box).count(DESK) == 2


def test_while_a_server_is_down_one_notice_waits_for_each_address(clinic, box):
    box.behaves("mail 451")
    for form in (QUIET, URGENT, QUIET):
        send(clinic.desk, form)
        notices.send_due(clinic.clinic)
        clinic.clock.at += staff_notices.BETWEEN
    waiting = [row for row in outgoing_rows(clinic) if row.settled_at is None]
    assert len(waiting) == 3
    first = min(row.tried_since for row in waiting)
    assert first == clinic.clock.at - 3 * staff_notices.BETWEEN, "it is given up in time all the same"

    box.behaves("")
    clinic.clock.at += notices.WAITS[-1]
    notices.send_due(clinic.clinic)

    assert told(box) == [BOTH, DESK, ON_CALL], "the urgent form in the middle is not forgotten"


def test_an_answer_that_makes_a_form_urgent_is_told_as_such(clinic, box, begun_today):
    exchange = sent_to(clinic, begun_today.alice, QUIET)
    notices.send_due(clinic.clinic)
    sent = exchange.asks(again="treated")
    before = len(box.taken)
    token = replying.open_question(clinic.desk, sent.link, exchange.reference)
    replying.save(clinic.desk, token, "", {"treated": answered(Chosen("no"))})
    signs(clinic.desk, token, "Quetzal Doe")
    clinic.clock.at += staff_notices.BETWEEN

    notices.send_due(clinic.clinic)

    assert told_since(box, before) == [BOTH, DESK, ON_CALL]


def told_since(box, before):
    return sorted(email.message_from_string(letter)["To"] for letter in box.taken[before:])


def test_a_form_that_cannot_be_opened_is_told_as_urgent(clinic, box):
    send(clinic.desk, QUIET)
    with clinic.clinic.database.write() as session:
        submission = session.scalar(select(NewsRow.submission_id))
        session.get_one(RecordKeyRow, submission).sealed = b"damaged"

    notices.send_due(clinic.clinic)

    assert told(box) == [BOTH, DESK, ON_CALL]


def test_news_is_kept_with_the_form_or_not_at_all(clinic, monkeypatch):
    def breaks(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("intake.storage.audit.record", breaks)
    with pytest.raises(OSError, match="full"):
        send(clinic.desk, QUIET)

    with clinic.clinic.database.read() as session:
        assert not news.there_is(session)


def test_nobody_is_told_until_the_clinic_says_whom_and_has_a_server(clinic):
    for settings in (
        replace(clinic.settings, staff_addresses=(), urgent_addresses=()),
        replace(clinic.settings, mail_host=""),
    ):
        send(clinic.desk.with_settings(settings), QUIET)

    with clinic.clinic.database.read() as session:
        assert not news.there_is(session)


def test_whoever_is_on_no_list_any_more_is_told_nothing_more(clinic, box):
    box.behaves("mail 451")
    send(clinic.desk, QUIET)
    notices.send_due(clinic.clinic)
    box.behaves("")
    settings = replace(clinic.settings, staff_addresses=(DESK,), urgent_addresses=())
    clinic.clock.at += staff_notices.BETWEEN
    send(clinic.desk, QUIET)

    notices.send_due(clinic.clinic.with_settings(settings))

    assert told(box) == [DESK]


def test_what_was_told_while_the_clock_was_ahead_keeps_nobody_from_being_told(clinic, box):
    clinic.clock.at += YEAR
    send(clinic.desk, QUIET)
    notices.send_due(clinic.clinic)
    assert told(box) == [BOTH, DESK]
    clinic.clock.at -= YEAR

    send(clinic.desk, URGENT)
    clinic.clock.at += staff_notices.BETWEEN
    notices.send_due(clinic.clinic)
    assert told(box).count(ON_CALL) == 1

    # From then on as ever: what comes within ten minutes is told once they are over.
    send(clinic.desk, URGENT)
    notices.send_due(clinic.clinic)
    assert told(box).count(ON_CALL) == 1
    clinic.clock.at += staff_notices.BETWEEN
    notices.send_due(clinic.clinic)
    assert told(box).count(ON_CALL) == 2


def test_nor_does_a_notice_that_still_waits_from_then(clinic, box):
    clinic.clock.at += YEAR
    send(clinic.desk, QUIET)
    staff_notices.gather(clinic.clinic)
    clinic.clock.at -= YEAR

    notices.send_due(clinic.clinic)

    assert told(box) == [BOTH, DESK]


def test_a_notice_kept_while_the_clock_was_ahead_goes_with_the_next_sweep(clinic, box):
    clinic.clock.at += YEAR
    send(clinic.desk, QUIET)
    notices.send_due(clinic.clinic)
    clinic.clock.at -= YEAR

    sweeping.sweep(clinic.worker)

    assert outgoing_rows(clinic) == []


def test_a_notice_to_staff_is_forgotten_after_a_month(clinic, box):
    send(clinic.desk, QUIET)
    notices.send_due(clinic.clinic)
    clinic.clock.at += timedelta(days=31)

    sweeping.sweep(clinic.worker)

    assert outgoing_rows(clinic) == []


@pytest.mark.parametrize("kind", NoticeKind)
def test_sender_subject_body_and_link_of_every_kind_say_nothing_of_a_patient(kind):
    settings = Settings(Path("nowhere"), mail_sender="forms@clinic.example", clinic_name="North Clinic")
    head = Letterhead.of(settings)
    notice = Notice(kind, link_of(settings, kind, "" if kind.is_for_staff else "s-e-c-r-e-t"))
    written = letter(notice, head, "somebody@example.org", UUID(int=1), NOON).as_bytes()

    assert told_of_the_patient(written, "HL-7K4-92Q", "somebody@example.org") == []
    assert not HEALTH & set(re.findall(r"[a-z]+", written.decode().casefold()))
    assert (settings.clinic_name in written.decode()) is kind.names_the_clinic
    assert notice.link in letter(notice, head, "a@b.example", UUID(int=1), NOON).get_content()


def test_a_kind_that_told_anything_would_be_noticed(monkeypatch):
    """The control: a subject with a word about health in it."""
    monkeypatch.setitem(notice_words._SUBJECTS, NoticeKind.TO_READ, "An urgent form to read")

    with pytest.raises(AssertionError):
        test_sender_subject_body_and_link_of_every_kind_say_nothing_of_a_patient(NoticeKind.TO_READ)


# Words that would say what somebody is treated for, or how soon it should be looked at.
HEALTH = set(
    re.findall(
        r"[a-z]+",
        """urgent high moderate flag flags screening ketamine treatment therapy depression health medical
    patient diagnosis medicine medicines symptom symptoms answers risk safety mental""",
    )
)
