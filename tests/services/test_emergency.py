"""Emergency access: one form, one person, one hour, a reason, and everybody who should know is told."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

import sending
from copies import make_copy, staff
from intake.domain.events import EmergencyAccessTaken, SubmissionOpened
from intake.domain.permissions import Role
from intake.services import emergency, histories, own_account, reviewing
from intake.services.emergency import NotOpenedBefore, ReasonTooShort
from intake.storage import audit, outgoing
from intake.storage.submissions import NoSuchSubmission

WHY = "The night nurse called: nobody of the clinicians answers"


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def bob(copy):
    return staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)


@pytest.fixture
def form(copy):
    return sending.send_at_once(copy.desk).reference


def lines(copy, *kinds):
    named = [kind.__name__ for kind in kinds]
    with copy.clinic.database.read() as session:
        return [one for one in audit.events(session) if one.event in named]


def test_it_lasts_an_hour_and_for_one_form_and_one_person(copy, bob, form):
    carol = staff(copy.clinic, "carol", "C. Diaz", Role.ADMINISTRATOR)
    other = sending.send_at_once(copy.desk).reference
    submission = emergency.take(copy.clinic, bob, form.lower(), WHY)

    review, until = emergency.read(copy.clinic, bob, submission)
    assert review.submission.reference == form
    assert until == copy.clock.at + timedelta(hours=1)
    assert len(lines(copy, SubmissionOpened)) == 1

    with pytest.raises(NotOpenedBefore):
        emergency.read(copy.clinic, carol, submission)
    with pytest.raises(NotOpenedBefore):
        emergency.read(copy.clinic, bob, id_of(copy, other))
    copy.clock.at += timedelta(minutes=59)
    emergency.read(copy.clinic, bob, submission)
    copy.clock.at += timedelta(minutes=1)
    with pytest.raises(NotOpenedBefore):
        emergency.read(copy.clinic, bob, submission)
    copy.clock.at -= timedelta(days=3)
    with pytest.raises(NotOpenedBefore):
        emergency.read(copy.clinic, bob, submission)


def id_of(copy, reference):
    found = {}
    for one in reviewing.to_rescreen(copy.clinic):
        with copy.clinic.database.read() as session:
            found[emergency.trail.references(session, [str(one)])[str(one)]] = one
    return found[reference]


@pytest.mark.parametrize("reason", ["", "urgent", " " * 40 + "x", "x" * 501])
def test_without_a_reason_nothing_opens_and_nothing_is_recorded(copy, bob, form, reason):
    with pytest.raises(ReasonTooShort):
        emergency.take(copy.clinic, bob, form, reason)
    assert lines(copy, EmergencyAccessTaken) == []


@pytest.mark.parametrize(("letters", "taken"), [(19, False), (20, True), (500, True), (501, False)], ids=str)
def test_a_reason_has_from_twenty_letters_to_five_hundred_however_it_is_spaced(
    copy, bob, form, letters, taken
):
    # A line break between two words counts as one letter.
    typed = f"  y {chr(10)}  {'x' * (letters - 2)}  "
    if taken:
        emergency.take(copy.clinic, bob, f"  {form}  ", typed)
    else:
        with pytest.raises(ReasonTooShort):
            emergency.take(copy.clinic, bob, form, typed)

    assert [one.detail["reason"] for one in lines(copy, EmergencyAccessTaken)] == [
        f"y {'x' * (letters - 2)}"
    ] * taken


def test_whoever_has_no_access_has_nothing_done_to_the_form_either(copy, bob, form, monkeypatch):
    """Replies are taken in before it is read, which screens it anew."""
    taken_in = []
    monkeypatch.setattr(emergency.replies, "take_in", lambda _clinic, submission: taken_in.append(submission))
    carol = staff(copy.clinic, "carol", "C. Diaz", Role.ADMINISTRATOR)
    submission = emergency.take(copy.clinic, bob, form, WHY)

    with pytest.raises(NotOpenedBefore):
        emergency.read(copy.clinic, carol, submission)
    assert (taken_in, lines(copy, SubmissionOpened)) == ([], [])
    emergency.read(copy.clinic, bob, submission)
    assert taken_in == [submission]


def test_it_holds_beside_nineteen_others_who_took_it_since(copy, bob, form):
    """After so many in one hour somebody says once more why: how far is looked back has an end."""
    submission = emergency.take(copy.clinic, bob, form, WHY)

    def others(times):
        with copy.clinic.database.write() as session:
            taken = [EmergencyAccessTaken(submission, WHY)] * times
            audit.record_all(session, copy.clinic.keys, uuid4(), taken, copy.clinic.now())

    others(19)
    emergency.read(copy.clinic, bob, submission)
    others(1)
    with pytest.raises(NotOpenedBefore):
        emergency.read(copy.clinic, bob, submission)


def test_the_access_that_counts_is_the_newest_one(copy, bob, form):
    submission = emergency.take(copy.clinic, bob, form, WHY)
    copy.clock.at += timedelta(minutes=50)
    emergency.take(copy.clinic, bob, form, WHY)
    copy.clock.at += timedelta(minutes=20)

    _, until = emergency.read(copy.clinic, bob, submission)
    assert until == copy.clock.at + timedelta(minutes=40)


def test_what_is_told_is_told_the_newest_first_for_thirty_days_also_of_what_is_gone(
    copy, bob, form, monkeypatch
):
    emergency.take(copy.clinic, bob, form, WHY)
    copy.clock.at += timedelta(hours=1)
    emergency.take(copy.clinic, bob, form, f"{WHY} again")
    copy.clock.at += timedelta(days=30) - timedelta(hours=1)

    assert [one.reason for one in emergency.lately(copy.clinic)] == [f"{WHY} again", WHY]
    copy.clock.at += timedelta(seconds=1)
    (left,) = emergency.lately(copy.clinic)
    assert (left.who, left.reference) == ("B. Stone", form)
    monkeypatch.setattr(emergency.accounts, "everybody", lambda *_how: ())
    monkeypatch.setattr(emergency.trail, "references", lambda *_how: {})
    assert emergency.lately(copy.clinic) == (replace(left, who="Somebody", reference="a form that is gone"),)


def test_a_reference_nobody_has_opens_nothing(copy, bob, form):
    with pytest.raises(NoSuchSubmission):
        emergency.take(copy.clinic, bob, "HL-000-000", WHY)
    assert lines(copy, EmergencyAccessTaken) == []


def test_it_is_told_for_a_month_and_stands_in_the_history_for_good(copy, bob, form):
    alice = staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    submission = emergency.take(copy.clinic, bob, form, WHY)

    (taken,) = emergency.lately(copy.clinic)
    assert (taken.who, taken.reference, taken.reason) == ("B. Stone", form, WHY)
    told = [(one.what, one.details) for one in histories.history(copy.clinic, alice, submission)]
    assert ("Took emergency access to the answers, for an hour", (f"“{WHY}”",)) in told

    copy.clock.at += timedelta(days=31)
    assert emergency.lately(copy.clinic) == ()


def test_administrators_and_auditors_are_told_by_e_mail_and_of_nothing_else(copy, bob, form):
    clinic = copy.clinic.with_settings(with_mail(copy.settings))
    audrey = staff(copy.clinic, "audrey", "A. Ledger", Role.AUDITOR)
    alice = staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    for one in (bob, audrey, alice):
        own_account.tell_at(copy.clinic, one, f"{one.username}@example.com")

    emergency.take(clinic, bob, form, WHY)

    with clinic.database.write() as session:
        waiting = outgoing.due(session, clinic.now())
        found = [outgoing.claim(session, clinic.keys.outbox_keys, one, clinic.now()) for one in waiting]
    assert sorted(one.recipient for one in found) == ["audrey@example.com", "bob@example.com"]
    assert {(one.kind.value, one.secret) for one in found} == {("account", "")}


def with_mail(settings):
    return replace(settings, mail_host="127.0.0.1", mail_sender="forms@clinic.example")
