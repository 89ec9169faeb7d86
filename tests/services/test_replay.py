"""Stored screenings, made again with the editions of their time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete

import sending
from copies import make_copy, shipped
from intake.config import Settings
from intake.content.library import parse_library
from intake.content.overlay import lay_over
from intake.services import histories, replay, reviewing
from intake.services.replay import CannotReplay
from intake.storage import audit, editions
from intake.storage.editions import NoSuchEdition
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import RecordKeyRow
from intake.storage.verbatim import Departure

RULE = "test-aneurysm"
RULES = """
about: The rules of these tests.
owner: Tests
review_by: 2030-01-01
rules:
  - id: test-aneurysm
    topic: aneurysm
    title: An aneurysm, as these tests point it out
    priority: moderate
    when: {question: aneurysm, is: not_repaired}
    why: Because of these tests.
    sources: [{kind: inference, title: Clinical inference of the intake project, checked: not checked}]
    examples:
      - {answers: {aneurysm: not_repaired}, outcome: raised}
      - {answers: {aneurysm: no}, outcome: not_raised}
      - {answers: {aneurysm: not_sure}, outcome: cannot_tell}

  - id: test-age
    topic: age_older
    title: Age 65 or older, as these tests point it out
    priority: info
    when: {question: age, at_least: 65 years}
    why: Because of these tests.
    sources: [{kind: inference, title: Clinical inference of the intake project, checked: not checked}]
    examples:
      - {answers: {date_of_birth: "1961-11-20"}, outcome: raised}
      - {answers: {date_of_birth: "1961-11-21"}, outcome: not_raised}
      - {answers: {date_of_birth: blank}, outcome: cannot_tell}
"""


@pytest.fixture
def copy(tmp_path):
    """With two rules in force, and on SQLite: what asks the database is tested on both in tests/storage."""
    texts = shipped(Settings(instance=tmp_path)).texts
    copy = make_copy(tmp_path, parse_library(texts["questionnaire"], RULES, texts["medicines"]))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def kept(monkeypatch):
    """Changes what is kept of an edition, which the database itself would refuse."""
    fetch = editions.fetch

    def change(wanted, changed):
        def changed_or_kept(session, kind, edition):
            text = fetch(session, kind, edition)
            return changed(text) if kind == wanted else text

        monkeypatch.setattr(editions, "fetch", changed_or_kept)

    return change


def with_other_rules(copy):
    texts = copy.desk.library.texts
    other = texts["rules"].replace("\n    priority: moderate", "\n    priority: high", 1)
    return copy.with_library(parse_library(texts["questionnaire"], other, texts["medicines"]))


def send(copy, short=f"{sending.PAT}, aneurysm: not_repaired, date_of_birth: 1961-11-21"):
    sending.send_at_once(copy.desk, short)
    return reviewing.to_rescreen(copy.clinic)[-1]


def replayed(copy, submission):
    return replay.replay(copy.clinic, replay.shelf(copy.clinic), submission)


def test_every_screening_is_made_again_with_its_own_editions(copy, alice):
    submission = send(copy)
    later = with_other_rules(copy)
    reviewing.rescreen(later.clinic, submission)

    found = replayed(later, submission)

    assert [one.number for one in found.screenings] == [1, 2]
    assert len({one.editions.rules for one in found.screenings}) == 2
    assert found.same
    lines = histories.history(later.clinic, alice, submission)
    assert "Screenings made again with the editions of their time: they came out the same" in {
        line.what for line in lines
    }


def test_another_time_zone_or_a_later_day_moves_no_birthday(copy):
    copy.clock.at = copy.clock.at.replace(hour=3, minute=30) + timedelta(days=1)  # 22:30 the day before
    submission = send(copy)
    reviewing.rescreen(with_other_rules(copy).clinic, submission)
    copy.clock.at += timedelta(days=400)
    elsewhere = replace(copy, clinic=replace(copy.clinic, settings=replace(copy.settings, timezone="UTC")))
    reviewing.rescreen(elsewhere.clinic, submission)

    found = replayed(elsewhere, submission)

    assert len(found.screenings) == 3
    assert found.same


def test_what_was_changed_in_a_kept_edition_is_named_by_rule_and_field(copy, kept):
    submission = send(copy)
    kept("rules", lambda text: text.replace("title: An aneurysm,", "title: An aneurism,"))

    found = replayed(copy, submission)

    assert not found.same
    (screening,) = found.screenings
    assert screening.departures == (Departure("editions", "rules"), Departure(RULE, "title"))
    plain = replay.as_plain(replay.replay_all(copy.clinic, (submission,)))
    assert RULE in str(plain)
    assert "not_repaired" not in str(plain)


def test_what_the_clinic_had_lowered_is_made_again_too(copy, kept):
    library = copy.clinic.library
    overlay = (
        "changes:\n  - {rule: test-aneurysm, priority: info, reason: We ask on the phone, by: R. Chen, "
        "until: 2026-12-31}\n"
    )
    laid = lay_over(RULES, overlay, library.questionnaire, library.formulary, copy.clinic.today())
    texts = library.texts
    lowered = copy.with_library(parse_library(texts["questionnaire"], laid.text, texts["medicines"]))
    submission = send(lowered)
    assert replayed(lowered, submission).same

    kept("rules", lambda text: text.replace("We ask on the phone", "We ask by letter"))

    (screening,) = replayed(lowered, submission).screenings
    assert Departure(RULE, "lowered reason") in screening.departures


def test_an_edition_that_is_not_kept_says_what_to_do(copy, kept):
    submission = send(copy)

    def gone(_text):
        raise NoSuchEdition

    kept("medicines", gone)

    with pytest.raises(CannotReplay, match=r"the medicines of edition .* is not kept"):
        replayed(copy, submission)


def test_an_edition_this_version_does_not_read_is_said_with_its_line(copy, kept):
    submission = send(copy)
    kept("rules", lambda _text: "rules: 7")

    with pytest.raises(CannotReplay, match=r"(?s)does not read an edition.*screening_rules.yaml:1:"):
        replayed(copy, submission)


def test_all_are_replayed_and_one_that_cannot_be_stops_no_other(copy):
    first, second = send(copy), send(copy)
    with copy.clinic.database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == first))
    told = []

    found = replay.replay_all(
        copy.clinic, replay.every(copy.clinic), lambda done, of: told.append((done, of))
    )

    assert (found.wanted, found.same, found.screenings) == (2, 1, 1)
    assert [one for one, _ in found.refused] == [first]
    assert told == [(1, 2), (2, 2)]
    with copy.clinic.database.read() as session:
        (line,) = (one for one in audit.events(session) if one.event == "SubmissionReplayed")
    assert line.object == str(second)
    assert dict(line.detail) == {"submission": str(second), "screenings": 1, "same": True}


def test_an_interruption_ends_it_and_says_so(copy):
    send(copy)

    def interrupted(_done, _all):
        raise KeyboardInterrupt

    assert replay.replay_all(copy.clinic, replay.every(copy.clinic), interrupted).stopped


def test_a_submission_is_found_by_its_reference_or_its_id(copy, alice):
    submission = send(copy)
    reference = reviewing.open_review(copy.clinic, alice, submission).submission.reference

    assert replay.which(copy.clinic, reference.lower()) == submission
    assert replay.which(copy.clinic, str(submission)) == submission
    with pytest.raises(NoSuchSubmission, match="there is no submission HL-222-222"):
        replay.which(copy.clinic, "HL-222-222")
