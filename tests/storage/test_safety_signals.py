"""Safety signals come back as they were kept, each of its patient, and nobody's stand in for another's."""

import shutil
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from intake.domain.contact import Contact
from intake.domain.events import SafetySignalAnswered, SafetySignalRaised
from intake.domain.safety_signal import Answering, Signal, SignalDeed
from intake.domain.truth import Truth
from intake.storage import audit, erasing, opened_signals, safety_signals
from intake.storage import codec_safety_signals as codec
from intake.storage.encryption import DecryptionFailed, Place
from intake.storage.erasing import Erasure, Why
from storage import strategies
from storage.samples import NOW, signal, signal_deed

MOMENTS = strategies.moments
CONTACTS = st.builds(Contact, strategies.any_words, strategies.any_words, st.sampled_from(Truth))


@given(st.builds(Signal, st.uuids(), st.uuids(), MOMENTS, MOMENTS, CONTACTS, strategies.any_words))
def test_a_signal_comes_back(one):
    assert codec.signal_from_bytes(codec.signal_to_bytes(one)) == one


@given(st.builds(SignalDeed, st.sampled_from(Answering), strategies.any_words, strategies.by))
def test_a_deed_comes_back(one):
    assert codec.signal_deed_from_bytes(codec.signal_deed_to_bytes(one)) == one


def test_those_of_one_patient_stand_together_with_what_was_done(database, clinic_keys):
    patient = uuid4()
    first, second, other = signal(draft=patient), signal(draft=patient), signal()
    with database.write() as session:
        for one in (first, second, other):
            safety_signals.add(session, clinic_keys, one)
        safety_signals.add_deed(session, clinic_keys, second.id, signal_deed())

    with database.read() as session:
        found = safety_signals.of_late(session, clinic_keys, NOW)

    by_patient = {one.newest.draft: one for one in found.patients}
    assert len(by_patient[patient].signals) == 2
    assert len(by_patient[patient].deeds) == 1
    assert by_patient[other.draft].is_open
    assert found.damaged == 0


def test_what_nobody_answered_stays_for_good_and_what_is_settled_for_a_month(database, clinic_keys):
    settled, waiting = signal(), signal()
    with database.write() as session:
        for one in (settled, waiting):
            safety_signals.add(session, clinic_keys, one)
        safety_signals.add_deed(session, clinic_keys, settled.id, signal_deed())

    with database.read() as session:
        (left,) = safety_signals.of_late(session, clinic_keys, NOW + timedelta(days=31)).patients
    assert left.newest == waiting


@pytest.mark.parametrize("what", [Answering.SEEN, Answering.NOT_REACHED])
def test_whoever_was_only_tried_stays_for_good(database, clinic_keys, what):
    one = signal()
    with database.write() as session:
        safety_signals.add(session, clinic_keys, one)
        safety_signals.add_deed(session, clinic_keys, one.id, replace(signal_deed(), what=what))

    with database.read() as session:
        (left,) = safety_signals.of_late(session, clinic_keys, NOW + timedelta(days=400)).patients
    assert left.newest == one
    assert [deed.what for _, deed in left.deeds] == [what]


def test_each_is_taken_to_be_told_once(database, clinic_keys):
    with database.write() as session:
        safety_signals.add(session, clinic_keys, signal())
        assert not safety_signals.is_untold(session, NOW + timedelta(days=1))
        assert not safety_signals.take_untold(session, NOW + timedelta(days=1))
        assert safety_signals.is_untold(session, NOW)
        assert safety_signals.take_untold(session, NOW)
        assert not safety_signals.is_untold(session, NOW)
        assert not safety_signals.take_untold(session, NOW)
        safety_signals.add(session, clinic_keys, signal())
        assert safety_signals.take_untold(session, NOW)


def test_one_moved_to_the_place_of_another_does_not_open(database, clinic_keys):
    with database.write() as session:
        safety_signals.add(session, clinic_keys, signal())
        if not database.is_sqlite:
            session.execute(text("ALTER TABLE safety_signals DISABLE TRIGGER USER"))
        copied = "SELECT {new}, created_at, wrapped_key, sealed FROM safety_signals"
        new = f"'{uuid4().hex if database.is_sqlite else uuid4()}'"
        session.execute(text(f"INSERT INTO safety_signals {copied.format(new=new)}"))

    with database.read() as session:
        found = safety_signals.of_late(session, clinic_keys, NOW)
    assert (len(found.patients), found.damaged) == (1, 1)


def test_of_one_there_is_not_nothing_is_recorded(database, clinic_keys):
    with pytest.raises(safety_signals.NoSuchSignal), database.write() as session:
        safety_signals.add_deed(session, clinic_keys, uuid4(), signal_deed())


def raised(session, keys, one):
    """A signal and its line of the trail, as they are kept."""
    content = safety_signals.add(session, keys, one)
    audit.record(session, keys, "patient", SafetySignalRaised(one.id, content), NOW)
    return one


def did(session, keys, one, what=Answering.CALLED):
    """Something done about a signal, and its line."""
    content = safety_signals.add_deed(session, keys, one.id, replace(signal_deed(), what=what))
    audit.record(session, keys, "alice", SafetySignalAnswered(one.id, content), NOW)


@pytest.fixture
def opened_keys(monkeypatch):
    """The signals whose keys were opened, in order."""
    calls, real = [], opened_signals.key_of
    monkeypatch.setattr(
        opened_signals, "key_of", lambda keys, one, wrapped: [calls.append(one), real(keys, one, wrapped)][1]
    )
    return calls


@pytest.fixture
def statements(sqlite_database):
    """What the database was asked."""
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    event.listen(sqlite_database.engine, "before_cursor_execute", note)
    return asked


def test_a_thousand_of_one_form_are_opened_once_and_cost_the_next_page_nothing(
    sqlite_database, clinic_keys, opened_keys, statements
):
    patient, count, lines = uuid4(), 1000, []
    with sqlite_database.write() as session:
        for _ in range(count):
            one = signal(draft=patient)
            lines.append(SafetySignalRaised(one.id, safety_signals.add(session, clinic_keys, one)))
        audit.record_all(session, clinic_keys, "patient", lines, NOW)
        did(session, clinic_keys, one, Answering.NOT_REACHED)

    costs = []
    for _ in range(2):
        opened_keys.clear()
        statements.clear()
        before = opened_signals.look(sqlite_database, clinic_keys)
        looked = len(opened_keys), len(statements)
        with sqlite_database.write() as session:
            (found,) = safety_signals.of_late(session, clinic_keys, NOW, before).patients
        assert len(found.signals) == count
        costs.append((*looked, len(opened_keys) - looked[0], len(statements) - looked[1]))

    (opened, asked, late, shown), (again, asked_again, late_again, shown_again) = costs
    # The key of the one about which something was done is opened for that as well.
    assert (opened, again, late, late_again) == (count + 1, 0, 0, 0)
    assert asked <= 15
    assert max(asked_again, shown, shown_again) <= 7


def test_what_comes_and_goes_after_a_look_is_not_missed(database, clinic_keys, opened_keys):
    with database.write() as session:
        first = raised(session, clinic_keys, signal())
    before = opened_signals.look(database, clinic_keys)
    opened_keys.clear()
    with database.write() as session:
        second = raised(session, clinic_keys, signal(draft=first.draft))
        did(session, clinic_keys, first)
        (found,) = safety_signals.of_late(session, clinic_keys, NOW, before).patients
    assert found.newest == second
    assert found.is_open
    assert len(found.deeds) == 1
    # The new one, and the one something was done about; what was opened is not opened again.
    assert sorted(opened_keys) == sorted((first.id, second.id))

    before = opened_signals.look(database, clinic_keys)
    with database.write() as session:
        erased = [Erasure(one.id, NOW, Why.TIME_OVER) for one in (first, second)]
        erasing.erase_signals(session, erased)
        assert safety_signals.of_late(session, clinic_keys, NOW, before).patients == ()
    assert opened_signals.look(database, clinic_keys).signals == {}
    assert opened_signals.kept(database).signals == {}


def test_what_a_backup_brought_back_is_shown_as_it_is_there(sqlite_database, clinic_keys, tmp_path):
    """Another deed under the number of one that is gone, in a trail that went another way."""
    with sqlite_database.write() as session:
        one = raised(session, clinic_keys, signal())
    sqlite_database.empty_log()
    path = sqlite_database.url.database
    older = shutil.copy(path, tmp_path / "older.db")
    with sqlite_database.write() as session:
        did(session, clinic_keys, one)
    before = opened_signals.look(sqlite_database, clinic_keys)
    assert not before.patients[0].is_open
    sqlite_database.empty_log()
    sqlite_database.dispose()
    shutil.copy(older, path)

    with sqlite_database.write() as session:
        did(session, clinic_keys, one, Answering.NOT_REACHED)

    (found,) = opened_signals.look(sqlite_database, clinic_keys).patients
    assert [deed.what for _, deed in found.deeds] == [Answering.NOT_REACHED]
    assert found.is_open


def test_of_more_than_are_kept_every_one_is_shown_all_the_same(database, clinic_keys, monkeypatch):
    monkeypatch.setattr(opened_signals, "MOST_KEPT", 2)
    with database.write() as session:
        those = {raised(session, clinic_keys, signal()).draft for _ in range(5)}

    for _ in range(2):
        found = opened_signals.look(database, clinic_keys)
        assert {one.newest.draft for one in found.patients} == those
        assert len(opened_signals.kept(database).signals) == 2


def test_one_that_could_not_be_opened_is_tried_at_each_look(database, clinic_keys, monkeypatch):
    def fails(*_):
        raise DecryptionFailed(Place("safety_signals", "wrapped_key", "one"))

    with database.write() as session:
        one = raised(session, clinic_keys, signal())
    with monkeypatch.context() as patched:
        patched.setattr(opened_signals, "key_of", fails)
        assert opened_signals.look(database, clinic_keys).damaged == {one.id}

    found = opened_signals.look(database, clinic_keys)
    assert (found.damaged, found.patients[0].newest) == (frozenset(), one)


STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["answer", "contact", *Answering])), min_size=1, max_size=8
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_answer_is_swallowed_however_often_somebody_changes_it(sqlite_database, clinic_keys, steps):
    """Each step is seen at once: as by somebody who opens everything, and as by the plain rule."""
    drafts, last, needs = (uuid4(), uuid4()), {}, set()
    for who, step in steps:
        draft = drafts[who]
        with sqlite_database.write() as session:
            if step in ("answer", "contact"):
                one = signal(draft=draft)
                last[draft] = raised(session, clinic_keys, one if step == "answer" else replace(one, page=""))
                if step == "answer":
                    needs.add(draft)
            elif draft in last:
                did(session, clinic_keys, last[draft], step)
                if step.settles:
                    needs.discard(draft)

        before = opened_signals.look(sqlite_database, clinic_keys)
        with sqlite_database.read() as session:
            found = safety_signals.of_late(session, clinic_keys, NOW, before)
            assert found == safety_signals.of_late(session, clinic_keys, NOW)
        ours = {one.newest.draft: one for one in found.patients if one.newest.draft in drafts}
        assert {draft: one.newest for draft, one in ours.items()} == last
        assert needs <= {draft for draft, one in ours.items() if one.is_open}


def test_staff_know_of_more_of_the_same_form_until_it_is_settled(database, clinic_keys):
    patient = uuid4()

    def is_news():
        with database.read() as session:
            return safety_signals.is_news(session, clinic_keys, NOW)

    def raise_one(draft):
        with database.write() as session:
            return raised(session, clinic_keys, signal(draft=draft))

    def tell():
        with database.write() as session:
            assert safety_signals.take_untold(session, NOW)

    assert not is_news()
    raise_one(patient)
    assert is_news()
    tell()
    newest = raise_one(patient)
    assert not is_news()
    raise_one(uuid4())
    assert is_news()
    tell()
    with database.write() as session:
        did(session, clinic_keys, newest, Answering.NOT_REACHED)
    newest = raise_one(patient)
    assert not is_news(), "nobody was reached, and everybody knows"
    tell()
    with database.write() as session:
        did(session, clinic_keys, newest)
    raise_one(patient)
    assert is_news(), "somebody called, and then it was answered anew"
