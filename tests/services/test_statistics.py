"""The statistics of a clinic: five forms at a time, those that wait and those nobody can open among them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, text

import sending
from copies import NOON, make_copy
from intake.domain.answers import Chosen, answered
from intake.domain.events import ReviewSignedOff
from intake.domain.small_numbers import Few
from intake.services import answering, reviewing, statistics
from intake.storage import audit, submissions
from intake.storage.audit import TrailBroken
from intake.storage.tables import RecordKeyRow, TallyRow
from storage import samples
from web.clinic.content import LIBRARY

PAT = "first_name: Pat, last_name: Doe, home: yes"


@pytest.fixture
def copy(request, tmp_path):
    """A small clinic with few rules, on SQLite: sending and counting are quick there."""
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def alice():
    return samples.ALICE


@pytest.fixture
def bob():
    """Counting asks for no account, and making one takes longer than counting."""
    return samples.BOB


@pytest.fixture
def sent(copy):
    """Send so many forms, a minute apart, the last a quarter of an hour ago; returns their ids."""

    def send(number, short=PAT, back=timedelta()):
        before = set(ids(copy))
        for place in range(number):
            copy.clock.at = NOON - back - timedelta(minutes=14 + number - place)
            sending.send_at_once(copy.desk, short)
        copy.clock.at = NOON
        return tuple(one for one in ids(copy) if one not in before)

    return send


def ids(copy):
    with copy.clinic.database.read() as session:
        return submissions.ids(session)


def counted(copy, bob, days=30, seconds=60.0):
    return statistics.statistics(copy.clinic, bob, days, seconds)


def raised(found, rule):
    return next((one.forms for one in found.rules if one.rule == rule), None)


def test_a_form_that_arrives_changes_nothing_until_five_are_together(copy, bob, sent):
    sent(15)
    before = counted(copy, bob)
    sent(4, "first_name: Pat, home: no")

    after = counted(copy, bob)
    assert (after.rules, after.questions, after.times) == (before.rules, before.questions, before.times)
    assert (before.reach.counted, after.reach.counted, after.reach.sent) == (15, 15, 19)

    sent(1, "first_name: Pat, home: no")
    assert counted(copy, bob).reach.counted == 20
    assert raised(counted(copy, bob), "home-not-safe") == 5
    assert raised(before, "home-not-safe") is None


def test_the_period_too_begins_between_two_batches(copy, bob, sent):
    sent(7, back=timedelta(days=60))
    sent(13)

    assert [counted(copy, bob, days).reach.counted for days in (30, 90)] == [10, 20]
    assert [counted(copy, bob, days).reach.sent for days in (30, 90)] == [13, 20]


def test_times_are_those_of_the_trail_and_count_whoever_waits(copy, bob, alice, sent):
    forms = sent(24)
    for submission in forms[5:]:
        reviewing.open_review(copy.clinic, alice, submission)

    found = counted(copy, bob)
    urgent = [one for one in found.times if one.forms is Few.MOST]

    assert len(urgent) == 1
    assert urgent[0].read.still is None  # 24 wait: how many of them is nearly all has to be held back
    assert 15 <= urgent[0].read.half <= 45
    assert urgent[0].read.most is None  # the five that have waited longest were not read
    assert not urgent[0].signed.told


def sign_off(copy, clinician, submission):
    with copy.clinic.database.write() as session:
        samples.acknowledge_all(session, copy.clinic.keys, submission, clinician)
        samples.sign_off(session, copy.clinic.keys, submission, clinician)
        event = ReviewSignedOff(submission, "0" * 64)
        audit.record(session, copy.clinic.keys, clinician.id, event, copy.clinic.now())


def test_a_signed_form_waits_no_longer(copy, bob, alice, sent):
    forms = sent(20)
    for submission in forms[9:]:
        sign_off(copy, alice, submission)

    found = counted(copy, bob)

    assert found.reach.waiting == 9
    (signed,) = (one.signed for one in found.times if one.forms is Few.MOST)
    assert (signed.told, signed.most) == (True, None)
    assert 15 <= signed.half <= 35


def test_forms_that_cannot_be_opened_are_counted_as_that(copy, bob, sent):
    forms = sent(20)
    with copy.clinic.database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id.in_(forms[3:9])))
        few = forms[10]
    found = counted(copy, bob)

    assert (found.reach.damaged, found.reach.counted, found.reach.sent) == (6, 14, 20)
    with copy.clinic.database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == few))
    assert counted(copy, bob).reach.damaged == 7


def test_of_few_damaged_forms_it_is_said_that_there_are_some(copy, bob, sent):
    forms = sent(10)
    assert counted(copy, bob).reach.damaged == 0
    with copy.clinic.database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == forms[3]))

    assert counted(copy, bob).reach.damaged is None


def test_counting_stops_in_time_and_says_how_much_is_left(copy, bob, sent):
    sent(10)

    nothing = counted(copy, bob, seconds=0)

    assert (nothing.reach.counted, nothing.reach.left, nothing.reach.sent) == (None, 10, 10)
    assert counted(copy, bob).reach.left == 0


def test_how_questions_were_left_is_told_with_whether_a_rule_could_not_tell(copy, bob, sent):
    sent(11, "first_name: Pat, pressure: not_sure, home: yes")
    sent(9, "first_name: Pat, pressure: no, home: yes")

    pressure = next(one for one in counted(copy, bob).questions if one.question == "pressure")

    assert (pressure.asked, pressure.open, pressure.undecided) == (20, 11, 11)
    assert pressure.states["s"] in (11, None, Few.MOST)


def test_forms_of_the_first_versions_are_opened_for_it_while_there_is_time(copy, bob, sent, monkeypatch):
    sent(10, "first_name: Pat, pressure: not_sure, home: yes")
    before = counted(copy, bob)
    with copy.clinic.database.write() as session:
        session.execute(text("DROP TRIGGER tallies_no_delete"))
        session.execute(delete(TallyRow))

    assert counted(copy, bob).questions == before.questions != ()
    monkeypatch.setattr(statistics._Work, "_count_questions", lambda _self, _session: None)
    hurried = counted(copy, bob)
    assert (hurried.reach.with_questions, hurried.reach.without_questions) == (None, 10)
    assert hurried.rules == before.rules


def test_months_are_counted_by_as_many_weeks_as_it_takes_to_show_them(copy, bob, sent):
    sent(9)
    assert counted(copy, bob).weeks_together == 13
    sent(11)

    found = counted(copy, bob)

    assert found.weeks_together == 4
    assert [start for start, _ in found.received] == [date(2026, 9, 28), date(2026, 10, 26)]


def test_where_people_left_is_counted_over_ninety_days_at_most(copy, bob):
    first, *_, last = [page for _, page in LIBRARY.questionnaire.pages]
    for _ in range(8):
        answering.start(copy.desk)
    for _ in range(12):
        token = answering.start(copy.desk)
        answering.answer_page(copy.desk, token, first, {"filled_in_by": answered(Chosen("me"))})

    found = counted(copy, bob, days=365)

    assert found.page_days == 90
    assert found.leaving.begun == 20
    left = {page: gone for page, gone, _ in found.leaving.left}
    assert left["name"] == 12
    # Eight: given up, so that "nobody" on each of the other pages cannot be worked out.
    assert left[first.id] is None is left[last.id]


def test_having_the_statistics_counted_is_recorded_and_tells_of_no_form(copy, bob, sent):
    sent(5)

    counted(copy, bob)

    with copy.clinic.database.read() as session:
        line = audit.events(session)[-1]
    assert (line.event, line.actor, line.object) == ("StatisticsOpened", str(bob.id), None)
    assert dict(line.detail) == {"days": 30, "submissions": 5}


def test_without_its_line_in_the_trail_nothing_is_shown(copy, bob, sent):
    sent(5)
    with copy.clinic.database.write() as session:
        session.execute(text("DELETE FROM audit_head"))

    with pytest.raises(TrailBroken):
        counted(copy, bob)
