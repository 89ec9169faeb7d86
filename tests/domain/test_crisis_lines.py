"""The ways to reach help: what somebody changes about them is looked at before patients see it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intake.domain.crisis_lines import ShownLine, problems_of, runs_out_soon
from intake.domain.questionnaire import CrisisLine

TODAY = date(2026, 11, 27)
CALL = CrisisLine("call", "Call 988", "tel:988", "Free", date(2026, 11, 20), date(2027, 2, 20))
LINES = (ShownLine(CALL, ("support",)), ShownLine(replace(CALL, id="text", link="sms:988"), ()))
PAGES = (("support", "You are not alone"),)


def words_about(changed, before=LINES):
    return [(one.line, one.field, one.words) for one in problems_of(changed, before, PAGES, TODAY)]


def with_first(**changes):
    return (replace(LINES[0], line=replace(CALL, **changes)), LINES[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"say": "Call the night nurse"},
        {"link": "tel:+18664887386"},
        {"verified": TODAY, "expires": TODAY + timedelta(days=92)},
        {"verified": date(2026, 9, 1), "expires": TODAY},
    ],
)
def test_a_line_that_was_checked_may_be_shown(changes):
    assert words_about(with_first(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"say": " "}, "say", "Say what to do"),
        ({"say": "x" * 61}, "say", "60 characters"),
        ({"about": ""}, "about", "Say who answers"),
        ({"about": "a\nb"}, "about", "all on one line"),
        ({"link": "https://x.example"}, "number", "digits only"),
        ({"link": "tel:nine"}, "number", "digits only"),
        ({"link": "javascript:alert(988)"}, "number", "digits only"),
        ({"link": "tel:98"}, "number", "digits only"),
        ({"verified": date(2026, 11, 28)}, "verified", "today or earlier"),
        ({"expires": date(2026, 11, 19)}, "expires", "a day after the last check"),
        ({"expires": date(2026, 11, 26)}, "expires", "That day is over"),
        ({"expires": date(2027, 2, 21)}, "expires", "2027-02-20 or earlier"),
        ({"expires": date.max}, "expires", "2027-02-20 or earlier"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_where_it_is(changes, field, words):
    found = words_about(with_first(**changes))

    assert ("call", field) == found[0][:2]
    assert words in found[0][2]


def test_a_page_without_any_line_is_never_shown():
    nowhere = tuple(replace(one, pages=()) for one in LINES)

    assert words_about(nowhere) == [
        ("", "support", "“You are not alone” would have no line. Show at least one on it")
    ]
    assert words_about(()) == words_about(nowhere)


def test_more_lines_than_anybody_reads_are_too_many():
    many = tuple(ShownLine(replace(CALL, id=f"line_{n}"), ("support",)) for n in range(13))

    assert words_about(many, many) == [("", "say", "Keep at most 12 lines: more are not read")]


def test_a_line_nobody_touched_is_not_spoken_of_even_when_it_ran_out():
    before = (*with_first(expires=date(2026, 11, 20))[:1], LINES[1])
    after = (before[0], replace(LINES[1], pages=("support",)))

    assert words_about(after, before) == []


@pytest.mark.parametrize(("days", "soon"), [(-1, False), (0, True), (60, True), (61, False)])
def test_a_line_runs_out_soon_within_sixty_days(days, soon):
    assert runs_out_soon(replace(CALL, expires=TODAY + timedelta(days=days)), TODAY) is soon
