"""Earlier forms of the same person: looked for, confirmed by a person, and read side by side."""

from dataclasses import replace
from uuid import uuid4

import pytest

from intake.domain.answers import DECLINED, Text, answered
from intake.services import persons
from intake.storage import audit, revisions, same_person, submissions


@pytest.fixture
def earlier(sent):
    return sent(treated="yes")


@pytest.fixture
def later(sent, earlier, clock):
    clock.move(minutes=5)
    return sent(first_name=answered(Text("pat")))


def events(clinic, submission):
    with clinic.database.read() as session:
        return [one.event for one in audit.events(session, submission)]


def test_a_form_of_the_same_name_and_birthday_is_found_and_not_linked(alice, clinic, earlier, later):
    alice.open(f"/submissions/{later}/earlier")

    assert "Same name and date of birth" in alice.text
    assert f"/submissions/{later}/beside/{earlier}" in str(alice.response.get_data(as_text=True))
    assert "EarlierLookedFor" in events(clinic, later)
    alice.open(f"/submissions/{later}")
    assert "as somebody here confirmed" not in alice.text


def test_a_form_of_somebody_else_is_not_found(alice, sent, later):
    sent(first_name=answered(Text("Robin")), last_name=answered(Text("Livingstone")))

    alice.open(f"/submissions/{later}/earlier")

    assert "Livingstone" not in alice.text


def test_once_confirmed_each_form_leads_to_the_other(alice, clinic, earlier, later):
    alice.send(f"/submissions/{later}/beside/{earlier}", says="same")
    alice.follow()

    assert "A. Rivera, NP said on" in alice.text
    assert "the same person" in alice.text
    for one, other in ((later, earlier), (earlier, later)):
        alice.open(f"/submissions/{one}")
        assert f"/submissions/{one}/beside/{other}" in alice.response.get_data(as_text=True)
    assert events(clinic, later).count("SamePersonSaid") == 1


def test_saying_it_twice_is_recorded_once_and_the_last_word_stands(alice, clinic, earlier, later):
    for says in ("same", "same", "other"):
        alice.send(f"/submissions/{later}/beside/{earlier}", says=says)

    assert events(clinic, later).count("SamePersonSaid") == 2
    with clinic.database.read() as session:
        assert same_person.linked_to(session, clinic.keys, later) == {}
    alice.open(f"/submissions/{later}/earlier")
    assert "somebody else" in alice.text


def test_side_by_side_shows_what_differs_and_records_both(alice, clinic, earlier, later):
    alice.open(f"/submissions/{later}/beside/{earlier}")

    table = alice.text
    assert "Yes No" in table
    assert "Only what differs is shown" in table
    assert "SubmissionsCompared" in events(clinic, earlier)
    assert "SubmissionsCompared" in events(clinic, later)
    alice.open(f"/submissions/{later}/beside/{earlier}?all=1")
    assert len(alice.text) > len(table)


def test_no_button_pressed_says_so(alice, earlier, later):
    alice.send(f"/submissions/{later}/beside/{earlier}", says="")

    assert alice.status == 422
    assert "Press one of the two buttons" in alice.text


def test_nobody_is_compared_with_themselves_or_with_nothing(alice, later):
    for other in (later, uuid4()):
        alice.open(f"/submissions/{later}/beside/{other}")
        assert alice.status == 404
        alice.send(f"/submissions/{later}/beside/{other}", says="same")
        assert alice.status == 404
    alice.open(f"/submissions/{uuid4()}/earlier")
    assert alice.status == 404


def test_a_look_that_takes_too_long_says_how_far_it_came(clinic, staff, sent, later):
    sent()

    found = persons.look_for(clinic, staff["alice"], later, seconds=0)

    assert (found.looked_at, found.all) == (1, 2)


def test_a_form_answered_anew_is_known_by_what_was_sent_last(clinic, staff, sent, later):
    """Its line in the queue says no birthday, so the answers themselves are looked at: the newest."""
    other = sent(first_name=answered(Text("Robin")), date_of_birth=DECLINED)
    with clinic.database.write() as session:
        key = submissions.record_key(session, clinic.keys, other)
        before = revisions.newest(session, clinic.keys, other)
        assert same_names(session, clinic, other) == ["Robin Doe"]
        anew = before.answers.with_({"first_name": answered(Text("Pat"))})
        revisions.add(session, key, replace(before, answers=anew, revision=2))

    with clinic.database.read() as session:
        assert same_names(session, clinic, other) == ["Pat Doe"]


def same_names(session, clinic, submission):
    return [known.name for _, known in same_person.known(session, clinic.keys, [submission])]


def test_what_is_found_is_read_again_with_the_event_that_says_so(clinic, staff, later, earlier, monkeypatch):
    """Nothing that was only looked through is shown."""
    looked = persons._look

    def meanwhile_renamed(*given):
        found = looked(*given)
        monkeypatch.setattr(same_person, "known", lambda *_: [(earlier, None)])
        return found

    monkeypatch.setattr(persons, "_look", meanwhile_renamed)

    assert persons.look_for(clinic, staff["alice"], later).lookalikes == ()
