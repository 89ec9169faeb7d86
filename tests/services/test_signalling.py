"""The clinic is told at once of an answer that opens the support page, or, while it is off, never."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import text

from copies import make_copy, staff
from intake.domain.answers import Chosen, ChosenMany, Text, answered
from intake.domain.events import SafetySignalAnswered, SafetySignalOpened, SafetySignalRaised
from intake.domain.permissions import Role
from intake.domain.safety_signal import Answering, SignalDuty
from intake.domain.standing import PlaceInWork
from intake.domain.truth import Truth
from intake.services import answering, changing_settings, queue, safety_signals, staff_notices
from intake.services.clinic_settings import with_settings_in_force
from intake.storage import audit, opened_signals, outgoing
from intake.storage.codec import draft_to_bytes
from intake.storage.database import Database

OFFICE = SignalDuty("Dr. Rivera, (555) 010-0177", 30, (0, 1, 2, 3, 4), time(9), time(17))
SEVERAL, NEARLY = answered(Chosen("several_days")), answered(Chosen("nearly_every_day"))
NAMED = {"first_name": answered(Text("Pat")), "last_name": answered(Text("Doe"))}
PHONE = {"phone": answered(Text("(555) 010-0142")), "message_ok": answered(Chosen("yes"))}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("signals"))
    dana = staff(copy.clinic, "dana", "D. Both, MD", Role.CLINICIAN, Role.ADMINISTRATOR)
    return copy, dana


@pytest.fixture
def copy(original):
    """Everything is on one database; each test begins with nothing in the tables it looks at."""
    copy, _ = original
    with copy.clinic.database.write() as session:
        for table in ("signals_told", "signal_deeds", "safety_signals"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_delete"))
            session.execute(text(f"DELETE FROM {table}"))
    return copy


@pytest.fixture
def dana(original):
    return original[1]


@pytest.fixture
def on(copy):
    """The patient's desk of a clinic that switched it on."""
    return replace(copy.desk, settings=replace(copy.desk.settings, safety_signal=OFFICE))


def page_of(desk, question):
    return next(
        page for _, page in desk.library.questionnaire.pages if any(q.id == question for q in page.questions)
    )


def give(desk, token, answers):
    """Each answer on its page; what the last page came to."""
    for question, answer in answers.items():
        saved = answering.answer_page(desk, token, page_of(desk, question), {question: answer})
    return saved


def contents(database):
    """Every row of what signals are kept in, and of what may leave the clinic."""
    with database.read() as session:
        return {
            name: session.execute(text(f"SELECT * FROM {name}")).all()
            for name in ("safety_signals", "signal_deeds", "outgoing")
        }


def events_of(clinic, *kinds):
    with clinic.database.read() as session:
        return [one for one in audit.events(session) if one.event in {kind.__name__ for kind in kinds}]


def test_off_means_no_row_and_no_byte(copy):
    """With it off nothing is kept, and the draft is what it would be without the feature."""
    token = answering.start(copy.desk)
    before = len(events_of(copy.clinic, SafetySignalRaised))

    saved = give(copy.desk, token, NAMED | PHONE | {"phq9_9": SEVERAL})

    assert saved.safety.id == "support"
    assert not any(contents(copy.desk.database).values())
    assert len(events_of(copy.clinic, SafetySignalRaised)) == before
    assert b"told" not in draft_to_bytes(saved.draft)


def test_on_means_a_signal_with_whom_to_call_and_nothing_of_the_answers(on, copy, dana):
    """The control of the test above."""
    token = answering.start(on)

    saved = give(on, token, NAMED | PHONE | {"phq9_9": SEVERAL})

    assert b"told" in draft_to_bytes(saved.draft)
    (told,) = safety_signals.open_all(copy.clinic, dana).waiting
    signal = told.signalled.newest
    assert (signal.contact.name, signal.contact.phone) == ("Pat Doe", "(555) 010-0142")
    assert signal.contact.may_leave_message is Truth.YES
    assert signal.page == "You are not alone"
    assert (signal.call_by.hour, signal.call_by.minute) == (12, 30)
    assert told.form is None
    assert "several" not in str(signal)
    assert answering.find(on, token).told.call_by == signal.call_by


def test_a_page_sent_twice_shows_its_help_lines_twice_and_tells_the_clinic_once(on):
    token, page = answering.start(on), page_of(on, "phq9_9")

    first, second = (
        answering.answer_page(on, token, page, {"phq9_9": SEVERAL}, shown={"phq9_9": ""}) for _ in range(2)
    )

    assert first.safety.id == second.safety.id == "support"
    assert len(contents(on.database)["safety_signals"]) == 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [("red_flags_today", ChosenMany(("chest_pain",))), ("phq9_9", Chosen("not_at_all"))],
)
def test_other_pages_and_other_answers_signal_nothing(on, question, answer):
    token = answering.start(on)

    give(on, token, {question: answered(answer)})

    assert not any(contents(on.database).values())


def test_it_is_signalled_once_for_an_answer_and_again_when_that_changes(on, copy, dana):
    token = answering.start(on)
    for answer in (SEVERAL, SEVERAL, NEARLY):
        give(on, token, {"phq9_9": answer})

    assert len(contents(on.database)["safety_signals"]) == 2
    (told,) = safety_signals.open_all(copy.clinic, dana).waiting
    assert len(told.signalled.raised) == 2


def test_a_worse_answer_after_the_clock_was_set_back_is_the_last_word_and_needs_somebody_again(
    on, copy, dana, monkeypatch
):
    token = answering.start(on)
    give(on, token, {"phq9_9": SEVERAL})
    (first,) = safety_signals.open_all(copy.clinic, dana).waiting
    safety_signals.answer(copy.clinic, dana, first.signalled.newest.id, Answering.CALLED, "")

    monkeypatch.setattr(copy.clock, "at", copy.clock.at - timedelta(minutes=40))
    give(on, token, {"phq9_9": NEARLY})

    (again,) = safety_signals.open_all(copy.clinic, dana).waiting
    assert again.signalled.newest.id != first.signalled.newest.id
    assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert.waiting == 1


def test_a_number_given_later_reaches_the_clinic_too(on, copy, dana):
    token = answering.start(on)
    give(on, token, {"phq9_9": SEVERAL})
    (before,) = safety_signals.open_all(copy.clinic, dana).waiting

    give(on, token, NAMED | {"phone": PHONE["phone"]})

    (after,) = safety_signals.open_all(copy.clinic, dana).waiting
    assert before.signalled.newest.contact.phone == ""
    assert after.signalled.newest.contact.phone == "(555) 010-0142"
    assert len(after.signalled.raised) == 1


def test_a_signal_that_cannot_be_kept_costs_no_answer_and_promises_nothing(on, copy, caplog):
    with copy.clinic.database.write() as session:
        refuse = "CREATE TRIGGER full BEFORE INSERT ON safety_signals BEGIN SELECT RAISE(ABORT, 'full'); END"
        session.execute(text(refuse))
    token = answering.start(on)
    try:
        saved = give(on, token, NAMED | {"phq9_9": SEVERAL})
    finally:
        with copy.clinic.database.write() as session:
            session.execute(text("DROP TRIGGER full"))

    kept = answering.find(on, token)
    assert kept.answers["phq9_9"] == SEVERAL
    assert saved.safety.id == "support"
    assert kept.told is None
    assert not any(contents(on.database).values())
    assert "signal_not_kept error=IntegrityError " in caplog.text
    assert "Pat" not in caplog.text


def test_nothing_in_the_open_says_whose_it_is(on, copy):
    token = answering.start(on)
    draft = give(on, token, NAMED | PHONE | {"phq9_9": SEVERAL}).draft

    (event,) = events_of(copy.clinic, SafetySignalRaised)[-1:]
    rows = str(contents(on.database)) + str(event)

    for word in ("Pat", "Doe", "0142", "alone", str(draft.id), draft.id.hex):
        assert word not in rows


def test_the_form_that_is_sent_later_is_the_one_the_signal_leads_to(on, copy, dana):
    token = answering.start(on)
    draft = give(on, token, NAMED | PHONE | {"phq9_9": SEVERAL}).draft
    answering.send(on, token, "Pat Doe")

    (told,) = safety_signals.open_all(copy.clinic, dana).waiting

    assert told.form == draft.id


def test_what_was_done_is_kept_and_recorded_and_ends_the_alert(on, copy, dana):
    give(on, answering.start(on), {"phq9_9": SEVERAL})
    (told,) = safety_signals.open_all(copy.clinic, dana).waiting
    signal = told.signalled.newest.id
    assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert.waiting == 1

    safety_signals.answer(copy.clinic, dana, signal, Answering.NOT_REACHED, "No voicemail")
    assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert.waiting == 1
    safety_signals.answer(copy.clinic, dana, signal, Answering.CALLED, "")

    assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert is None
    (settled,) = safety_signals.open_all(copy.clinic, dana).settled
    deeds = [(deed.what, deed.words, deed.by.printed_name) for _, deed in settled.signalled.deeds]
    assert deeds == [
        (Answering.NOT_REACHED, "No voicemail", "D. Both, MD"),
        (Answering.CALLED, "", "D. Both, MD"),
    ]
    recorded = events_of(copy.clinic, SafetySignalAnswered, SafetySignalOpened)
    assert {one.object for one in recorded[-4:]} == {str(signal)}
    assert all(one.actor == str(dana.id) for one in recorded)


@pytest.fixture
def opened_meanwhile(monkeypatch):
    """Of each signal that was opened, whether anybody who writes waited for it."""
    writing, opened = [], []
    real_write, real_key = Database.write, opened_signals.key_of

    @contextmanager
    def write(database):
        with real_write(database) as session:
            writing.append(session)
            try:
                yield session
            finally:
                writing.pop()

    monkeypatch.setattr(Database, "write", write)
    monkeypatch.setattr(
        opened_signals, "key_of", lambda *of: (opened.append(bool(writing)), real_key(*of))[1]
    )
    return opened


def test_nobody_who_saves_waits_for_signals_to_be_opened_and_each_is_opened_once(
    on, copy, dana, opened_meanwhile
):
    token = answering.start(on)
    for answer in (SEVERAL, NEARLY) * 3:
        give(on, token, {"phq9_9": answer})

    for _ in range(2):
        assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert.waiting == 1
        (told,) = safety_signals.open_all(copy.clinic, dana).waiting
        safety_signals.open_one(copy.clinic, dana, told.signalled.newest.id)

    assert opened_meanwhile == [False] * 6
    assert [(one.page, one.times) for one in told.signalled.shown] == [("You are not alone", 6)]


def test_one_raised_while_the_page_is_made_is_on_it(on, copy, dana, monkeypatch):
    token, real = answering.start(on), safety_signals.opened

    def opened(clinic):
        found = real(clinic)
        give(on, token, {"phq9_9": SEVERAL})
        return found

    monkeypatch.setattr(safety_signals, "opened", opened)

    assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert.waiting == 1


def test_one_that_cannot_be_opened_is_told_and_hides_no_other(on, copy, dana):
    give(on, answering.start(on), {"phq9_9": SEVERAL})
    with copy.clinic.database.write() as session:
        session.execute(
            text(
                "INSERT INTO safety_signals SELECT '00000000000000000000000000000009', "
                "created_at, wrapped_key, sealed FROM safety_signals"
            )
        )

    page = safety_signals.open_all(copy.clinic, dana)

    assert (len(page.waiting), page.damaged) == (1, 1)
    assert queue.open_list(copy.clinic, dana, PlaceInWork.QUEUE).alert.damaged == 1


def test_it_is_set_with_its_change_kept_and_in_force_on_the_patients_side(copy, dana):
    number = changing_settings.current(copy.clinic).number

    changing_settings.set_signal(copy.clinic, dana, number, OFFICE)
    assert with_settings_in_force(copy.desk).settings.safety_signal == OFFICE
    changing_settings.set_signal(copy.clinic, dana, number + 1, None)

    assert with_settings_in_force(copy.desk).settings.safety_signal is None


TOLD = ("on-call@clinic.example",)


@pytest.fixture
def telling(copy):
    """A clinic that tells one person by e-mail."""
    return copy.clinic.with_settings(
        replace(copy.clinic.settings, mail_host="127.0.0.1", urgent_addresses=TOLD)
    )


@pytest.fixture
def notices_of(telling):
    """Of one telling, how many notices it left anew; none it made before is left over."""

    def gathered(clinic=telling):
        with clinic.database.write() as session:
            session.execute(text("UPDATE outgoing SET settled_at = created_at WHERE for_staff"))
        before = kept_notices(clinic)
        staff_notices.gather(clinic)
        return kept_notices(clinic) - before

    return gathered


def kept_notices(clinic):
    with clinic.database.read() as session:
        return session.execute(text("SELECT count(*) FROM outgoing WHERE for_staff")).scalar_one()


def test_whoever_is_told_of_urgent_forms_is_told_once_in_the_words_of_every_notice(on, notices_of):
    assert notices_of() == 0
    give(on, answering.start(on), NAMED | PHONE | {"phq9_9": SEVERAL})

    assert notices_of() == 1
    assert notices_of() == 0


def test_a_signal_is_told_though_other_news_was_told_after_it_was_raised(on, copy, telling, notices_of):
    """Two hosts: it was raised first and could be seen last, and another notice was made in between."""
    give(on, answering.start(on), {"phq9_9": SEVERAL})
    with telling.database.write() as session:
        later = copy.clock.at + timedelta(minutes=1)
        outgoing.tell_staff(session, telling.keys, TOLD[0], later, later, wanted=True)
    copy.clock.at += timedelta(minutes=2)

    assert notices_of() == 1


def test_one_that_cannot_be_opened_is_told_once_as_well(on, notices_of):
    give(on, answering.start(on), {"phq9_9": SEVERAL})
    assert notices_of() == 1
    with on.database.write() as session:
        session.execute(
            text(
                "INSERT INTO safety_signals SELECT '00000000000000000000000000000008', "
                "created_at, wrapped_key, sealed FROM safety_signals"
            )
        )

    assert [notices_of() for _ in range(3)] == [1, 0, 0]


def test_one_of_long_ago_is_told_no_more(on, copy, notices_of):
    give(on, answering.start(on), {"phq9_9": SEVERAL})
    copy.clock.at += timedelta(days=3)

    assert notices_of() == 0


def test_where_nobody_is_told_nothing_is_marked_and_whoever_is_added_is_told(on, copy, notices_of):
    give(on, answering.start(on), {"phq9_9": SEVERAL})

    assert notices_of(copy.clinic) == 0
    assert notices_of() == 1


def test_staff_are_told_at_once_of_whoever_it_is_and_every_ten_minutes_of_more_of_the_same(
    on, copy, dana, notices_of, monkeypatch
):
    """Somebody answers back and forth for half an hour, and somebody else for the first time in between."""
    token, begun, told = answering.start(on), copy.clock.at + timedelta(hours=1), []
    for seconds in range(0, 30 * 60, 100):
        monkeypatch.setattr(copy.clock, "at", begun + timedelta(seconds=seconds))
        give(on, token, {"phq9_9": SEVERAL if seconds % 200 else NEARLY})
        if notices_of():
            told.append(seconds)
        if seconds == 800:
            give(on, answering.start(on), {"phq9_9": SEVERAL})
            assert notices_of() == 1
        if seconds == 1500:
            (one, _) = safety_signals.open_all(copy.clinic, dana).waiting
            safety_signals.answer(copy.clinic, dana, one.signalled.newest.id, Answering.CALLED, "")

    # 800 seconds: the other one. After 1500: somebody called, and then it was answered anew.
    assert told == [0, 600, 1400, 1600]


def test_what_was_put_off_is_told_in_its_time_and_each_once(on, copy, notices_of, monkeypatch):
    token, begun = answering.start(on), copy.clock.at + timedelta(hours=2)
    monkeypatch.setattr(copy.clock, "at", begun)
    give(on, token, {"phq9_9": SEVERAL})
    assert notices_of() == 1
    give(on, token, {"phq9_9": NEARLY})
    assert notices_of() == 0

    monkeypatch.setattr(copy.clock, "at", begun + staff_notices.BETWEEN)

    assert [notices_of(), notices_of()] == [1, 0]
