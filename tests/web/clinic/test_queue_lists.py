"""The four lists: what is overdue, what waits on whom, pages that lose nobody, and new arrivals."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from intake.domain import standing
from intake.domain.events import ViewNoted
from intake.domain.permissions import Permission
from intake.domain.review_entries import By, LookAgain, Question, Revised, View, ViewKind
from intake.domain.rules import Priority
from intake.services import claims
from intake.storage import audit, reviews
from intake.web.clinic.site import create_clinic_site
from intake.web.guard import who_may
from storage.samples import acknowledge_all, outcome, screening, send
from web.clinic.conftest import PASSWORD
from web.clinic.person import Person, words

MINUTE = timedelta(minutes=1)


@pytest.fixture
def many(clinic, clock):
    """Put so many forms into the queue, a minute apart, without filling each in."""

    def put(number, priority=Priority.HIGH):
        with clinic.database.write() as session:
            screened = screening(outcome(priority=priority))
            return [send(session, clinic.keys, screened, clock.at + n * MINUTE) for n in range(number)]

    return put


@pytest.fixture
def record(clinic, clock, staff):
    """Add a fact to a review, as whoever works with it would."""

    def add(submission, make, by="alice"):
        one = staff[by]
        with clinic.database.write() as session:
            entry = make(By(one.id, one.printed_name, clock.at))
            reviews.add_entry(session, clinic.keys, submission, entry)

    return add


@pytest.fixture
def signed(clinic, clock, staff):
    """Sign a form off as somebody."""

    def sign(submission, by="alice", *, second_read=False):
        with clinic.database.write() as session:
            acknowledge_all(session, clinic.keys, submission, staff[by])
            review = reviews.review(session, clinic.keys, submission)
            at = clinic.local(clock.at)
            mine = review.sign_off(
                staff[by], "I read it.", "", review.fingerprint(), at, second_read=second_read
            )
            reviews.add_sign_off(session, clinic.keys, submission, mine)

    return sign


def rows(person, path="/queue"):
    """What each line of a list says."""
    assert person.open(path).status_code == 200
    lists = [one for one in person.page.tree.iter("ol") if "queue" in one.get("class", "")]
    return [words(line) for one in lists for line in one.iter("li")]


def headings(person):
    return [words(one) for one in person.page.tree.iter("h2")]


def events(clinic):
    with clinic.database.read() as session:
        return [(one.event, one.detail) for one in audit.events(session)]


def test_a_form_is_overdue_in_words_after_the_promised_work_days(signed_in, sent, clock):
    sent()  # on a Friday, at noon

    clock.move(days=3, hours=23)
    (row,) = rows(signed_in("alice"))
    assert "Waiting 3 days Due today" in row  # urgent means today, whatever was promised

    clock.move(hours=3)
    alice = signed_in("alice")
    (row,) = rows(alice)
    assert "Waiting 4 days Overdue by 2 h" in row
    assert headings(alice) == ["Urgent Review today, 1 (1 overdue)"]
    assert "Promised: read within 2 work days. 1 overdue." in alice.text


def test_the_hour_of_the_promise_is_the_clinics_across_the_end_of_summer_time(signed_in, sent, clock):
    clock.at = datetime(2026, 10, 30, 16, 0, tzinfo=UTC)  # Friday noon; clocks go back on Sunday
    sent(pressure="no")
    clock.at = datetime(2026, 11, 3, 16, 59, tzinfo=UTC)
    assert "Due in 1 min" in rows(signed_in("alice"))[0]
    clock.move(minutes=2)
    assert "Overdue by 1 min" in rows(signed_in("alice"))[0]


def test_a_promise_in_hours_counts_weekends(clinic, sent, clock):
    settings = replace(clinic.settings, promised_reading=timedelta(hours=24), promised_in_work_days=False)
    sent()
    clock.move(hours=25)
    alice = Person(create_clinic_site(replace(clinic, settings=settings))).sign_in("alice", PASSWORD)
    assert "Overdue by 1 h" in rows(alice)[0]


def test_what_waits_on_the_patient_stands_apart_and_comes_back_with_the_answer(
    alice, many, record, clock, clinic, monkeypatch
):
    (submission,) = many(1)
    record(submission, lambda by: Question("Which dose?", by))
    clock.move(hours=80)
    alice.sign_in("alice", PASSWORD)

    assert rows(alice) == []
    assert "1 form is waiting on a patient’s answer." in alice.text
    (row,) = rows(alice, "/queue/waiting-on-patient")
    assert "Asked 3 days ago No answer for 3 days" in row
    # How long is long is said in one place.
    monkeypatch.setattr(standing, "LONG_WITHOUT_ANSWER", timedelta(days=4))
    (row,) = rows(alice, "/queue/waiting-on-patient")
    assert "Asked 3 days ago" in row
    assert "No answer" not in row

    record(submission, lambda by: Revised(1, 1, "10 mg", (), by.at))
    clock.move(minutes=5)
    (row,) = rows(alice)
    assert "New answer" in row
    assert "Waiting 5 min, since the patient answered Due in" in row


def test_a_question_takes_no_urgent_form_out_of_the_queue_before_somebody_acknowledged_it(
    alice, sent, record, clinic, staff
):
    submission = sent()
    record(submission, lambda by: Question("Which pharmacy do you use?", by))

    (row,) = rows(alice)
    assert "Urgent Patient was asked" in row
    assert "Due today" in row
    assert rows(alice, "/queue/waiting-on-patient") == []

    with clinic.database.write() as session:
        acknowledge_all(session, clinic.keys, submission, staff["alice"])
    assert rows(alice) == []


def test_what_nobody_answered_comes_back_when_the_link_ran_out(signed_in, many, record, clock):
    (submission,) = many(1)
    record(submission, lambda by: Question("Which dose?", by))

    clock.move(days=13)
    assert rows(signed_in("alice")) == []
    clock.move(days=1)
    (row,) = rows(signed_in("alice"))
    assert "Patient was asked" in row
    assert "since the link to the question ran out" in row


def test_what_is_put_off_comes_back_by_itself_that_morning(signed_in, sent, record, clock):
    submission = sent()
    record(submission, lambda by: LookAgain(date(2026, 11, 25), "Diary", by))

    alice = signed_in("alice")
    assert rows(alice) == []
    assert "Comes back November 25, 2026" in rows(alice, "/queue/later")[0]

    clock.at = datetime(2026, 11, 25, 4, 59, tzinfo=UTC)  # a minute to midnight at the clinic
    assert rows(signed_in("alice")) == []
    clock.move(hours=3, minutes=1)
    alice = signed_in("alice")
    (row,) = rows(alice)
    assert "Look again" in row
    assert "Waiting 3 h, since the day to look again" in row
    assert "Queue (1) Waiting on patient (0) Later (0) Done (0)" in alice.text


def test_a_second_reading_is_a_group_of_its_own_and_never_the_signers(signed_in, sent, signed, record):
    submission = sent()
    signed(submission, second_read=True)

    alice = signed_in("alice")
    assert rows(alice) == []
    assert "1 form you signed waits for a second reading by a colleague." in alice.text
    alice.open("/queue/done")
    assert "Nothing is done yet" in alice.text
    assert "Nothing is signed off" not in alice.text

    dana = signed_in("dana")
    (row,) = rows(dana)
    assert row.startswith("Second read Pat Doe, 38")
    assert "since it was signed" in row
    assert "Overdue" not in row
    assert "High blood pressure" not in row
    assert headings(dana) == ["Second reading Signed by a colleague, to be read by somebody else too, 1"]

    record(submission, lambda by: View(ViewKind.SECOND, None, "", by), by="dana")
    assert rows(dana) == []
    assert len(rows(dana, "/queue/done")) == 1


def test_a_form_to_be_read_twice_comes_back_to_its_signer_on_its_day_and_while_the_patient_is_asked(
    signed_in, sent, signed, record, clock
):
    put_off, asked = sent(), sent()
    signed(put_off, second_read=True)
    record(put_off, lambda by: LookAgain(date(2026, 11, 23), "Lithium level", by))
    record(asked, lambda by: Question("Which dose?", by))
    signed(asked, second_read=True)

    alice = signed_in("alice")
    assert rows(alice) == []
    assert "Comes back November 23, 2026" in rows(alice, "/queue/later")[0]
    assert len(rows(alice, "/queue/waiting-on-patient")) == 1
    assert len(rows(signed_in("dana"))) == 2

    clock.move(days=4)
    alice = signed_in("alice")
    (row,) = rows(alice)
    assert "Look again" in row
    assert "since the day to look again" in row
    clock.move(days=14)
    assert len(rows(signed_in("alice"))) == 2


def test_read_first_hides_what_the_rules_said_and_keeps_the_order(clinic, sent, staff, clock):
    def at_desk(username):
        settings = replace(clinic.settings, read_first=True)
        site = create_clinic_site(replace(clinic, settings=settings))
        return Person(site).sign_in(username, PASSWORD)

    sent(pressure="no", home="no")
    submission = sent()
    alice = at_desk("alice")
    shown = rows(alice)
    assert headings(alice)[0] == "Urgent Review today, 1"
    for row in shown:
        assert "Read first" in row
        assert not re.search("High blood pressure|raised|cannot tell|acknowledged", row)

    with clinic.database.write() as session:
        acknowledge_all(session, clinic.keys, submission, staff["dana"])
        audit.record(session, clinic.keys, staff["dana"].id, ViewNoted(submission, "0"), clock.at)
    assert "High blood pressure, not treated" in rows(at_desk("dana"))[0]
    assert "High blood pressure" not in rows(alice)[0]


def test_a_page_has_twenty_five_and_a_group_goes_on_over_pages(alice, many):
    many(27)
    assert len(rows(alice)) == 25
    assert "1 to 25 of 27" in alice.text
    address = alice.page.links()["Next page"]
    assert re.fullmatch(r"/clinic/queue\?after=[\w-]{60,200}", address)

    assert len(rows(alice, address)) == 2
    assert headings(alice) == ["High (continued) Next to review, 27"]
    assert "26 to 27 of 27" in alice.text
    assert len(rows(alice, alice.page.links()["Previous page"])) == 25


def test_the_next_page_is_the_same_whoever_arrives_and_leaves(alice, many, signed, clock):
    first = many(30)
    before = rows(alice)
    address = alice.page.links()["Next page"]
    clock.move(minutes=40)
    many(3, Priority.URGENT)
    signed(first[0])
    alice.sign_in("alice", PASSWORD)

    after = rows(alice, address)
    assert len(after) == 5
    assert not {row.partition(" raised")[0] for row in before} & {
        row.partition(" raised")[0] for row in after
    }


def test_a_position_is_its_owners_alone(alice, signed_in, many):
    many(27)
    alice.open("/queue")
    address = alice.page.links()["Next page"]
    assert len(rows(signed_in("dana"), address)) == 25
    for made_up in ("x", "AAAA", "é"):
        assert len(rows(alice, f"/queue?after={made_up}")) == 25


def test_done_is_paged_newest_first(alice, clinic, many, staff, clock):
    for submission in many(27):
        with clinic.database.write() as session:
            review = reviews.review(session, clinic.keys, submission)
            seen = review.acknowledge(review.flags[0].key, staff["alice"], "", clock.at)
            reviews.add_acknowledgement(session, clinic.keys, submission, seen)
            review = reviews.review(session, clinic.keys, submission)
            clock.move(minutes=1)
            mine = review.sign_off(staff["alice"], "Read.", "", review.fingerprint(), clinic.local(clock.at))
            reviews.add_sign_off(session, clinic.keys, submission, mine)
    alice.sign_in("alice", PASSWORD)

    assert len(rows(alice, "/queue/done")) == 25
    assert "Signed off November 20, 2026 at 12:27 pm EST" in rows(alice, "/queue/done")[0]
    assert "1 to 25 of 27" in alice.text
    last = rows(alice, alice.page.links()["Next page"])
    assert [row.partition(" at ")[2][:8] for row in last] == ["12:02 pm", "12:01 pm"]
    assert "26 to 27 of 27" in alice.text
    assert len(rows(alice, alice.page.links()["Previous page"])) == 25


def test_filters_show_mine_a_group_or_days_and_can_be_cleared(alice, clinic, sent, staff):
    mine = sent()
    sent(pressure="no", home="no")
    claims.claim(clinic, staff["alice"], mine)

    assert len(rows(alice, "/queue?who=mine")) == 1
    assert len(rows(alice, "/queue?group=moderate")) == 1
    assert len(rows(alice, "/queue?from=2026-11-20&to=2026-11-20")) == 2
    assert rows(alice, "/queue?who=mine&group=moderate") == []
    assert "No forms match" in alice.text
    assert alice.page.links()["Clear filters"] == "/clinic/queue"
    assert len(rows(alice, "/queue?from=yesterday")) == 2
    assert "“yesterday” is not a day like 2026-11-20" in alice.text


def test_every_list_says_who_has_a_form_since_when_and_until_when(alice, clinic, sent, staff, record, signed):
    forms = {"/queue": sent(), "/queue/waiting-on-patient": sent(), "/queue/later": sent()}
    forms["/queue/done"] = sent()
    with clinic.database.write() as session:
        acknowledge_all(session, clinic.keys, forms["/queue/waiting-on-patient"], staff["alice"])
    record(forms["/queue/waiting-on-patient"], lambda by: Question("Which dose?", by))
    record(forms["/queue/later"], lambda by: LookAgain(date(2026, 12, 1), "", by))
    signed(forms["/queue/done"])
    for form in forms.values():
        claims.claim(clinic, staff["dana"], form)

    for path in forms:
        assert "D. Both, MD has it 12:00 pm to 12:30 pm" in rows(alice, path)[0]
    alice.send("/queue/find", look_for="doe")
    assert alice.text.count("D. Both, MD has it") == 4


def arrivals(person):
    """Where the page seen last asks for new forms."""
    return person.response.text.partition('data-arrivals="')[2].partition('"')[0]


def test_new_arrivals_are_a_number_and_nothing_moves(alice, sent, record, clinic):
    sent()
    alice.open("/queue")
    address = arrivals(alice)
    before = len(events(clinic))
    assert alice.open(address).text == "0"
    assert len(events(clinic)) == before

    sent()
    sent()
    assert alice.open(address).text == "2"
    assert re.fullmatch(r"/clinic/queue/arrivals\?since=[\w-]+", address)
    assert alice.open("/queue/arrivals?since=made-up").text == "0"
    assert alice.open("/queue/arrivals").text == "0"


def test_asking_for_new_arrivals_keeps_nobody_signed_in(alice, clock):
    alice.open("/queue")
    address = arrivals(alice)
    for _ in range(3):
        clock.move(minutes=4)
        assert alice.open(address).status_code == 200
    clock.move(minutes=4)

    assert alice.open("/queue").headers["Location"] == "/clinic/sign-in"
    assert alice.open(address).headers["Location"] == "/clinic/sign-in"


def test_every_list_is_recorded_with_how_many_it_showed(alice, clinic, many):
    many(26)
    for path, shown in (("/queue", 25), ("/queue/later", 0), ("/queue/done", 0)):
        assert alice.open(path).status_code == 200
        assert events(clinic)[-1] == ("QueueOpened", {"shown": shown})


@pytest.mark.parametrize("path", ["/queue", "/queue/done", "/queue/later", "/queue/waiting-on-patient"])
def test_a_list_that_cannot_be_recorded_is_not_shown(alice, sent, monkeypatch, path):
    sent()

    def refuse(*_):
        raise OSError("no space left")

    monkeypatch.setattr(audit, "record", refuse)
    assert alice.open(path).status_code == 500
    assert "Doe" not in alice.response.text


def test_the_script_is_served_under_its_own_mark_and_small(alice):
    alice.open("/queue")
    scripts = [one.get("src") for one in alice.page.tree.iter("script")]
    (script,) = [one for one in scripts if "arrivals" in one]
    answer = alice.open(script)
    assert answer.mimetype == "text/javascript"
    assert len(answer.data) < 1024
    assert alice.open("/static/arrivals.js?mark=0").status_code == 404


def test_every_list_is_for_clinicians(site):
    marks = {endpoint: who_may(view) for endpoint, view in site.view_functions.items()}
    ours = {name for name in marks if name.startswith(("queue.", "finding.", "claims.", "junk."))} - {
        "queue.script"
    }
    assert len(ours) == 13
    assert {marks[name] for name in ours} == {Permission.REVIEW}
