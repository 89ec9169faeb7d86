"""Feedback through the services, and the figures made of it: recorded once, counted once, named nowhere."""

import json
from collections import Counter
from dataclasses import asdict, replace

import pytest
from sqlalchemy import text

import sending
from intake.content.library import parse_library
from intake.domain.answers import State
from intake.domain.feedback import FeedbackKind, WordsNeeded
from intake.domain.review_entries import Done
from intake.domain.rules import Outcome
from intake.domain.safety_log import AlreadyClosed
from intake.domain.tally import Tally
from intake.domain.wording import Line, PartLines
from intake.services import feedback, figures, histories, reviewing
from intake.storage import audit
from intake.storage.codec_reviews import tally_to_bytes

NOT_USEFUL, WRONG, MISSING = FeedbackKind.NOT_USEFUL, FeedbackKind.WRONG, FeedbackKind.MISSING
ANEURYSM = f"{sending.PAT}, aneurysm: not_repaired"
RULE = "aneurysm-or-aortic-tear"
# What the database has no part in is tried on one of them; tests/storage tries both.
on_sqlite = pytest.mark.parametrize("copy", ["sqlite"], indirect=True)


@pytest.fixture
def sent(copy):
    sending.send(copy.desk, ANEURYSM)
    (one,) = reviewing.to_rescreen(copy.clinic)
    return one


def flag_of(copy, alice, submission, rule=RULE):
    review = reviewing.open_review(copy.clinic, alice, submission)
    return next(flag.key for flag in review.flags if flag.outcome.rule == rule)


def say(copy, who, submission, kind=NOT_USEFUL, words="", flag=None):
    key = "" if kind is MISSING else flag or flag_of(copy, who, submission)
    feedback.give_feedback(copy.clinic, who, submission, kind, key, words)


def events(copy):
    with copy.clinic.database.read() as session:
        assert audit.verify(session, copy.clinic.keys).ok
        return [event.event for event in audit.events(session)]


def counted(copy, days=90, **options):
    return figures.figures(copy.clinic, None, days, **options)


def without_tallies(copy):
    with copy.clinic.database.write() as session:
        if copy.clinic.database.is_sqlite:
            session.execute(text("DROP TRIGGER tallies_no_delete"))
        else:
            session.execute(text("ALTER TABLE tallies DISABLE TRIGGER USER"))
        session.execute(text("DELETE FROM tallies"))


@on_sqlite
def test_feedback_leaves_one_line_in_the_trail_that_tells_nothing_of_it(copy, alice, sent):
    flag = flag_of(copy, alice, sent)
    before = events(copy)

    say(copy, alice, sent, WRONG, "repaired last year", flag)
    say(copy, alice, sent, WRONG, " repaired last year ", flag)

    assert events(copy) == [*before, "FeedbackGiven"]
    with copy.clinic.database.read() as session:
        line = audit.events(session)[-1]
    assert set(line.detail) == {"submission", "content"}
    assert RULE not in json.dumps(dict(line.detail))


@on_sqlite
def test_feedback_that_needs_words_and_has_none_records_nothing(copy, alice, sent):
    flag = flag_of(copy, alice, sent)
    before = events(copy)

    with pytest.raises(WordsNeeded):
        say(copy, alice, sent, WRONG, " ", flag)
    with pytest.raises(WordsNeeded):
        say(copy, alice, sent, MISSING)

    assert events(copy) == before


@on_sqlite
def test_the_history_tells_what_was_said_in_order(copy, alice, sent):
    say(copy, alice, sent, WRONG, "repaired")
    say(copy, alice, sent, MISSING, "tremor")
    feedback.close_entry(copy.clinic, alice, sent, 2, "Rule written")

    lines = [line.what for line in histories.history(copy.clinic, alice, sent)]

    told = [line for line in lines if "eedback" in line or "safety" in line]
    assert told[0].startswith("Feedback on the flags: wrong: ")
    assert told[1:] == ["Feedback on the flags: a flag is missing", "Closed an entry of the safety log"]


@on_sqlite
def test_reading_the_log_is_recorded_with_how_much_it_showed(copy, alice, sent):
    say(copy, alice, sent, MISSING, "tremor")
    say(copy, alice, sent, WRONG, "repaired")

    log = feedback.safety_log(copy.clinic, alice)

    assert [entry.feedback.words for entry in log.waiting] == ["tremor", "repaired"]
    with copy.clinic.database.read() as session:
        line = audit.events(session)[-1]
    assert (line.event, line.detail["shown"]) == ("SafetyLogOpened", 2)


@on_sqlite
def test_the_log_is_not_shown_when_the_reading_cannot_be_recorded(copy, alice, sent, monkeypatch):
    say(copy, alice, sent, MISSING, "tremor")

    def refuse(*_):
        raise OSError("no space left")

    monkeypatch.setattr(audit, "record", refuse)

    with pytest.raises(OSError, match="no space left"):
        feedback.safety_log(copy.clinic, alice)


def test_closing_an_entry_moves_it_and_pressing_twice_records_it_once(copy, alice, sent):
    say(copy, alice, sent, MISSING, "tremor")

    feedback.close_entry(copy.clinic, alice, sent, 1, "Rule written")
    feedback.close_entry(copy.clinic, alice, sent, 1, "Rule written")
    with pytest.raises(AlreadyClosed):
        feedback.close_entry(copy.clinic, alice, sent, 1, "Something else")

    log = feedback.safety_log(copy.clinic, alice)
    assert (log.waiting, [entry.closing.note for entry in log.closed]) == ((), ["Rule written"])
    assert events(copy).count("SafetyEntryClosed") == 1


@on_sqlite
def test_the_counts_hold_no_word_and_no_name(copy, alice, sent):
    say(copy, alice, sent, WRONG, "repaired last year")
    say(copy, alice, sent, MISSING, "tremor")

    counts = feedback.counts(copy.clinic)

    assert [asdict(one) for one in counts.rules] == [{"rule": RULE, "not_useful": 0, "wrong": 1}]
    assert (counts.missing, counts.open, counts.closed, counts.damaged) == (1, 2, 0, 0)
    told = json.dumps(asdict(counts))
    for secret in ("repaired", "tremor", "Rivera", "Pat", "HL-", str(sent)):
        assert secret not in told
    assert events(copy)[-1] == "FeedbackCounted"


def test_the_figures_are_those_of_the_newest_screening_of_each_form(copy, alice, sent):
    sending.send(copy.desk, f"{sending.PAT}, aneurysm: no")
    sending.send(copy.desk, f"{sending.PAT}, aneurysm: not_sure")
    reviewing.rescreen(copy.clinic, sent)  # counted twice never
    flag = flag_of(copy, alice, sent)
    reviewing.acknowledge(copy.clinic, alice, sent, flag, "", Done.CALLED_PATIENT)
    say(copy, alice, sent, NOT_USEFUL, flag=flag)

    count = counted(copy)

    one = count.figures.rules[RULE]
    assert (one.raised, one.cannot_tell, one.not_raised, one.screened) == (1, 1, 1, 3)
    assert (one.acknowledged, one.not_useful, one.with_feedback) == (1, 1, 1)
    assert (count.sent, count.figures.submissions, count.left, count.damaged) == (3, 3, 0, 0)


@on_sqlite
def test_the_figures_are_those_of_the_screenings_themselves(copy, alice, sent):
    """Against the full screenings, rule by rule."""
    sending.send(copy.desk, f"{sending.PAT}, home_safe: no")
    expected = Counter()
    for submission in reviewing.to_rescreen(copy.clinic):
        for one in reviewing.open_review(copy.clinic, alice, submission).screening.outcomes:
            expected[one.rule, one.outcome] += 1

    found = counted(copy).figures.rules

    assert set(found) == {rule for rule, _ in expected} == {r.id for r in copy.clinic.library.rulebook.rules}
    for rule, one in found.items():
        told = dict(zip(Outcome, (one.raised, one.cannot_tell, one.not_raised), strict=True))
        assert told == {kind: expected[rule, kind] for kind in Outcome}


def test_forms_from_before_there_were_tallies_are_counted_and_quicker_the_next_time(copy, sent):
    before = counted(copy)
    without_tallies(copy)

    first, second = counted(copy), counted(copy)

    assert first.figures == second.figures == before.figures
    assert (first.tallied, second.tallied) == (1, 0)


@on_sqlite
def test_a_tally_has_one_length_whether_a_form_is_blank_or_raises_everything(copy, alice):
    """With the shipped rules: a blank form has most flags of all, of those a person can send."""
    sending.send(copy.desk)
    (blank,) = reviewing.to_rescreen(copy.clinic)
    screening = reviewing.open_review(copy.clinic, alice, blank).screening
    assert len(screening.flags) > 100

    every_question = tuple(
        Line(question.id, "", "", "", State.NOT_SURE)
        for question in copy.desk.library.questionnaire.questions
    )
    all_asked = (PartLines("every", "", every_question),)

    def length(outcome, asked=()):
        every = tuple(replace(one, outcome=outcome) for one in screening.outcomes)
        return len(tally_to_bytes(Tally.of(replace(screening, outcomes=every), asked)))

    lengths = {length(outcome, asked) for outcome in Outcome for asked in ((), all_asked)}
    assert len(lengths | {len(tally_to_bytes(Tally.of(screening)))}) == 1


@on_sqlite
def test_counting_stops_in_time_and_says_how_far_it_came(copy, sent):
    for _ in range(2):
        sending.send(copy.desk)
    copy.clock.at = copy.clock.at.replace(hour=20)

    count = counted(copy, seconds=0)

    assert (count.sent, count.figures.submissions, count.left) == (3, 1, 2)
    assert counted(copy, seconds=600).left == 0


@on_sqlite
def test_only_the_forms_of_the_period_are_counted(copy, sent):
    copy.clock.at = copy.clock.at.replace(month=12, day=25)
    sending.send(copy.desk)

    assert [counted(copy, days=days).sent for days in (30, 90)] == [1, 2]


@on_sqlite
def test_having_figures_counted_is_recorded_and_tells_of_no_form(copy, bob, sent):
    figures.figures(copy.clinic, bob, 30)

    with copy.clinic.database.read() as session:
        line = audit.events(session)[-1]
    assert (line.event, line.actor, line.object) == ("RuleFiguresOpened", str(bob.id), None)
    assert dict(line.detail) == {"days": 30, "submissions": 1, "tallied": 0}


@on_sqlite
def test_a_rule_that_left_the_rules_file_is_counted_last(copy, sent):
    texts = copy.clinic.library.texts
    changed = copy.with_library(parse_library(texts["questionnaire"], "rules: []", texts["medicines"]))

    count = counted(changed)

    assert RULE in [one.rule for one in figures.in_order(count.figures, ())]
    order = [one.rule for one in figures.in_order(count.figures, (RULE,))]
    assert order[0] == RULE
    assert len(order) == len(set(order)) == len(count.figures.rules)
