"""Pages are counted beside what a patient saves, and never at its price."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

import sending
from copies import NOON
from intake.domain.answers import Chosen, answered
from intake.domain.stretches import DAYS_KEPT, SENDING, Came, stretches
from intake.services import answering, page_counting, sweeping
from intake.storage import page_counts
from intake.storage.out_of_reach import is_out_of_reach
from intake.storage.tables import PageCountRow
from storage.side_by_side import at_once

NO = answered(Chosen("no"))
SHOWN, FINISHED, STOPPED = Came


def page(copy, page_id):
    return copy.desk.library.questionnaire.page(page_id)[1]


def counts(copy):
    with copy.clinic.database.read() as session:
        return dict(page_counts.since(session, date.min))


def test_a_form_sent_is_counted_once_on_every_page_everybody_is_asked(copy):
    answering.send(copy.desk, sending.walk(copy.desk), "Pat Doe")

    every = [one.id for one in stretches(copy.desk.library.questionnaire)]
    assert counts(copy) == {(one, came): 1 for one in every for came in (SHOWN, FINISHED)}


def test_stopping_is_counted_and_going_on_later_is_not_counted_twice(copy):
    token = answering.start(copy.desk)
    first = copy.desk.library.questionnaire.pages[0][1]

    answering.answer_page(copy.desk, token, first, {}, finished=False, stopped=True)
    for _ in range(2):
        answering.answer_page(copy.desk, token, first, {})

    found = counts(copy)
    assert (found[first.id, SHOWN], found[first.id, STOPPED], found[first.id, FINISHED]) == (1, 1, 1)


def test_saving_a_list_of_medicines_half_way_is_no_stopping(copy):
    token = answering.start(copy.desk)

    answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {}, finished=False)

    assert not [came for _, came in counts(copy) if came is STOPPED]


@pytest.fixture
def without_counts(copy):
    """As it is when counting cannot work: the table is gone, for as long as the test lasts."""
    _rename(copy, "page_counts", "elsewhere")
    yield
    _rename(copy, "elsewhere", "page_counts")


def _rename(copy, table, name):
    with copy.clinic.database.write() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def test_when_counting_fails_everything_is_saved_and_sent_all_the_same(copy, caplog, without_counts):
    token = answering.start(copy.desk)
    answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {"pregnancy": NO})
    saved = answering.find(copy.desk, token)
    receipt = sending.send_at_once(copy.desk)

    assert saved.answers["pregnancy"] == NO
    assert receipt.reference
    assert "page_not_counted" in caplog.text
    assert "pregnancy" not in caplog.text


def test_counting_carelessly_would_have_cost_the_answer(copy, monkeypatch, request):
    """The fault above is a real one: without its own place in the transaction, the save fails."""
    token = answering.start(copy.desk)
    request.getfixturevalue("without_counts")
    monkeypatch.setattr(page_counting, "_or_else_nothing", lambda _session, deed: deed())

    with pytest.raises(Exception, match="page_counts"):
        answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {"pregnancy": NO})

    assert "pregnancy" not in answering.find(copy.desk, token).answers


def test_nothing_is_lost_when_many_are_counted_at_the_same_moment(copy):
    came = [("first", SHOWN), ("second", SHOWN), ("first", FINISHED)]
    orders = [came, came[::-1]] * 6

    outcomes = at_once(
        copy.desk.database,
        [lambda session, order=order: page_counts.add(session, NOON.date(), order) for order in orders],
    )

    assert outcomes == [None] * len(orders)
    assert counts(copy) == dict.fromkeys(came, len(orders))


def test_a_count_that_somebody_holds_keeps_no_patient_waiting(copy):
    """On PostgreSQL. On SQLite whoever writes has the whole database, and there is nothing to wait for."""
    if copy.desk.database.is_sqlite:
        return
    token = answering.start(copy.desk)
    held, done = threading.Event(), threading.Event()

    def hold():
        with copy.clinic.database.write() as session:
            session.execute(select(PageCountRow).with_for_update())
            session.execute(text("LOCK TABLE page_counts IN EXCLUSIVE MODE"))
            held.set()
            done.wait(timeout=20)

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(timeout=10)
        saved = answering.answer_page(copy.desk, token, page(copy, "pregnancy"), {"pregnancy": NO})
    finally:
        done.set()
        other.join()

    assert saved.draft.answers["pregnancy"] == NO
    assert Counter(came for _, came in counts(copy)) == {SHOWN: 1}


def test_a_server_that_is_gone_is_no_count_that_failed(copy):
    """On PostgreSQL: whoever saves has to be told that it cannot be had, and not that we were wrong."""
    if copy.desk.database.is_sqlite:
        return
    with pytest.raises(DBAPIError) as gone, copy.desk.database.write() as session:
        ours = session.scalar(text("SELECT pg_backend_pid()"))
        with copy.clinic.database.read() as other:
            other.execute(text("SELECT pg_terminate_backend(:ours)"), {"ours": ours})
        page_counting.sent(copy.desk, session)

    assert is_out_of_reach(gone.value)


def test_counts_are_forgotten_after_ninety_days(copy):
    answering.start(copy.desk)
    copy.clock.at = NOON + timedelta(days=DAYS_KEPT)
    answering.start(copy.desk)
    assert sum(counts(copy).values()) == 2

    copy.clock.at += timedelta(days=1)
    answering.start(copy.desk)
    sweeping.sweep(copy.worker)

    assert sum(counts(copy).values()) == 2


def test_a_count_says_a_page_and_a_day_and_nothing_else(copy):
    sending.send_at_once(copy.desk)

    columns = {column["name"] for column in inspect(copy.clinic.database.engine).get_columns("page_counts")}
    assert columns == {"day", "page", "event", "count"}
    assert SENDING in {page for page, _ in counts(copy)}
