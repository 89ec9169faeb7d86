"""Finding a form: what is typed is looked for over what is sealed, and stands nowhere afterwards."""

import json
import logging
from datetime import date

import pytest

from intake.domain.answers import Day, Text, answered
from intake.domain.finding import sought
from intake.services import searching
from intake.storage import audit, submissions
from intake.storage.tables import SummaryRow
from web.clinic.person import words


def found(person, typed, **fields):
    person.open("/queue")
    person.send("/queue/find", look_for=typed, **fields)
    return [words(a) for one in person.page.tree.iter("ol") for a in one.iter("a")]


@pytest.fixture
def people(sent, clock):
    jose = {"first_name": answered(Text("José")), "last_name": answered(Text("Ortega-Ruiz"))}
    pat = sent()
    clock.move(minutes=1)
    return pat, sent(**jose, date_of_birth=answered(Day(date(1970, 2, 28))))


@pytest.mark.parametrize(
    "typed", ["ortega", "Ruiz José", "ortgea", "2/28/1970", "Feb 28, 1970", "1970-02-28"]
)
def test_a_form_is_found_by_name_and_by_date_of_birth(alice, people, typed):
    assert found(alice, typed) == ["José Ortega-Ruiz, 56"]
    assert "1 form found" in alice.text


def test_a_form_is_found_by_its_reference_however_it_is_written(alice, people, clinic):
    with clinic.database.read() as session:
        reference = submissions.fetch(session, clinic.keys, people[1]).reference
    for typed in (reference, reference.lower().replace("-", ""), reference[3:]):
        assert found(alice, typed) == ["José Ortega-Ruiz, 56"]


def test_nobody_is_found_in_words_that_help(alice, people):
    assert found(alice, "Nightingale") == []
    assert "No form found Check the spelling" in alice.text
    assert found(alice, "  ") == []
    assert alice.status == 422


def test_a_form_from_before_summaries_held_dates_is_found_by_its_answers(alice, people, clinic):
    with clinic.database.write() as session:
        key = submissions.record_key(session, clinic.keys, people[1])
        place = submissions.summary_place(people[1], 1)
        row = session.get(SummaryRow, (people[1], 1))
        old = json.loads(key.open(row.sealed, place))
        del old["born"], old["standing"], old["came_back"], old["acknowledged"]
        newest = submissions.summary_place(people[1], 2)
        sealed = key.seal(json.dumps(old).encode(), newest)
        session.add(SummaryRow(submission_id=people[1], number=2, sealed=sealed))
    assert found(alice, "2/28/1970") == ["José Ortega-Ruiz, 56"]


def test_a_search_is_recorded_by_its_number_and_nothing_that_was_typed(alice, people, clinic, caplog):
    caplog.set_level(logging.DEBUG)
    found(alice, "Ortega")
    with clinic.database.read() as session:
        last = audit.events(session)[-1]
        everything = str(audit.events(session))
    assert (last.event, last.detail) == ("QueueSearched", {"found": 1})
    assert "rtega" not in everything + caplog.text
    assert "rtega" not in alice.response.request.url
    assert alice.open("/queue/find?look_for=Ortega").text.count("Ortega") == 0


def test_a_search_that_cannot_be_recorded_shows_nothing(alice, people, monkeypatch):
    alice.open("/queue")

    def refuse(*_):
        raise OSError("no space left")

    monkeypatch.setattr(audit, "record", refuse)
    assert alice.send("/queue/find", look_for="Ortega").status_code == 500
    assert "Ortega" not in alice.response.text


def test_when_the_time_is_up_it_says_how_far_it_looked_and_goes_on_from_there(
    alice, people, clinic, staff, monkeypatch
):
    monkeypatch.setattr(searching, "_AT_ONCE", 1)
    wanted, me = sought("doe", None), staff["alice"]

    first = searching.search(clinic, me, wanted, seconds=0)
    assert (first.lines, first.looked_through, first.total) == ((), 1, 2)
    second = searching.search(clinic, me, wanted, first.further, seconds=0)
    assert [line.entry.name for line in second.lines] == ["Pat Doe"]
    assert second.looked_through == 2

    monkeypatch.setattr(searching, "SHOWN", 1)
    assert found(alice, "o") == ["José Ortega-Ruiz, 56"]
    assert "Looked through 1 of 2 forms, the newest first." in alice.text
    (further,) = [one.get("value") for one in alice.page.tree.iter("input") if one.get("name") == "further"]
    assert found(alice, "d", further=further) == ["Pat Doe, 38"]


def test_a_form_that_cannot_be_opened_is_counted_and_not_taken_for_a_name(alice, people, clinic):
    with clinic.database.write() as session:
        session.add(SummaryRow(submission_id=people[1], number=2, sealed=b"x"))
    assert found(alice, "opened") == []
    assert "1 form cannot be opened" in alice.text
