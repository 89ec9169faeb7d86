"""Safety signals come back as they were kept, each of its patient, and nobody's stand in for another's."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from intake.domain.contact import Contact
from intake.domain.safety_signal import Answering, Signal, SignalDeed
from intake.domain.truth import Truth
from intake.storage import codec_safety_signals as codec
from intake.storage import safety_signals
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
