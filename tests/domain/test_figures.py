"""Figures count rules: each submission once, by its newest screening, whoever said how much about it."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.answers import State
from intake.domain.feedback import FeedbackKind, on_flag, on_submission
from intake.domain.figures import Counted, Counting, RuleFigures, feedback_by_rule
from intake.domain.rules import Outcome, Priority
from intake.domain.screening import Screening
from intake.domain.tally import LETTERS, STATES, Mark, Tally, flag_mark
from intake.domain.wording import Line, PartLines
from storage.samples import ALICE, BOB, EDITIONS, NOW, outcome, screening

NOT_USEFUL, WRONG, MISSING = FeedbackKind.NOT_USEFUL, FeedbackKind.WRONG, FeedbackKind.MISSING
RULES = ("sleep", "heart", "liver")

outcomes = st.tuples(
    *(
        st.builds(
            lambda priority, kind, word, rule=rule: outcome(rule, priority, kind, word),
            st.sampled_from(Priority),
            st.sampled_from(Outcome),
            st.sampled_from(["one", "two"]),
        )
        for rule in RULES
    )
)
screenings = st.builds(lambda found: Screening(found, EDITIONS, NOW), outcomes)


def counted(screened, acknowledged=(), feedback=()):
    return Counted(Tally.of(screened), frozenset(flag_mark(key) for key in acknowledged), tuple(feedback))


def figures(*submissions):
    counting = Counting()
    for one in submissions:
        counting.add(one)
    return counting.figures()


def one_rule(kind=Outcome.RAISED, priority=Priority.HIGH, rule="sleep"):
    return screening(outcome(rule, priority, kind))


def on(screened, kind, who=ALICE):
    return on_flag(screened.outcomes[0], kind, "words", who, NOW)


@given(screenings)
def test_a_tally_holds_every_outcome_and_every_flag(screened):
    tally = Tally.of(screened)

    found = {rule: LETTERS[letter] for letter, rules in tally.rules.items() for rule in rules}
    for one in screened.outcomes:
        settled = one.outcome is Outcome.NOT_RAISED
        assert found[one.rule] == Mark(one.outcome, None if settled else one.priority)
    assert tally.flags == {flag.outcome.rule: flag.key[:12] for flag in screened.flags}
    assert tally.is_urgent == (screened.priority is Priority.URGENT)


def test_every_outcome_and_priority_has_one_letter():
    every = {Mark(kind, one) for kind in (Outcome.RAISED, Outcome.CANNOT_TELL) for one in Priority}
    assert set(LETTERS.values()) == every | {Mark(Outcome.NOT_RAISED)}
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_a_rule_that_stopped_with_an_error_counts_as_urgent_and_undecided():
    stopped = replace(outcome(), outcome=Outcome.CANNOT_TELL, priority=Priority.URGENT, failed=True)

    found = figures(counted(screening(stopped)))

    assert (found.urgent, found.rules["high-blood-pressure"].cannot_tell) == (1, 1)


def test_a_rule_folded_into_a_stronger_flag_is_counted_and_is_no_flag_of_its_own():
    strong = replace(outcome("strong", kind=Outcome.CANNOT_TELL), topic="same", because=())
    weak = replace(outcome("weak", Priority.INFO, Outcome.CANNOT_TELL), topic="same", because=())

    found = figures(counted(screening(strong, weak)))

    assert (found.rules["weak"].cannot_tell, found.rules["weak"].flags) == (1, 0)
    assert (found.rules["strong"].cannot_tell, found.rules["strong"].flags) == (1, 1)


@given(st.lists(st.tuples(screenings, st.sets(st.sampled_from(RULES))), max_size=8))
def test_the_figures_are_those_of_counting_one_by_one(sent):
    """The naive count, straight from the screenings."""
    submissions = []
    expected = {rule: Counter() for rule in RULES}
    for screened, seen in sent:
        keys = [flag.key for flag in screened.flags if flag.outcome.rule in seen]
        submissions.append(counted(screened, keys))
        for one in screened.outcomes:
            expected[one.rule][one.outcome] += 1
            if one.priority is Priority.URGENT and one.outcome is not Outcome.NOT_RAISED:
                expected[one.rule]["urgent"] += 1
        for flag in screened.flags:
            expected[flag.outcome.rule]["flags"] += 1
            expected[flag.outcome.rule]["acknowledged"] += flag.key in keys

    found = figures(*submissions)

    assert found.submissions == len(sent)
    assert found.urgent == sum(screened.priority is Priority.URGENT for screened, _ in sent)
    for rule, one in found.rules.items():
        told = (one.raised, one.cannot_tell, one.not_raised, one.urgent, one.flags, one.acknowledged)
        kinds = (Outcome.RAISED, Outcome.CANNOT_TELL, Outcome.NOT_RAISED, "urgent", "flags", "acknowledged")
        assert told == tuple(expected[rule][kind] for kind in kinds)
        assert one.screened == len(sent)


def test_a_flag_counts_once_however_many_clinicians_speak_of_it():
    screened = one_rule()

    found = figures(counted(screened, feedback=(on(screened, NOT_USEFUL), on(screened, NOT_USEFUL, BOB))))

    one = found.rules["sleep"]
    assert (one.not_useful, one.wrong, one.with_feedback) == (1, 0, 1)


def test_two_clinicians_may_say_different_things_of_one_flag():
    screened = one_rule()

    one = figures(counted(screened, feedback=(on(screened, NOT_USEFUL), on(screened, WRONG, BOB)))).rules[
        "sleep"
    ]

    assert (one.not_useful, one.wrong, one.with_feedback) == (1, 1, 1)


def test_only_what_stands_is_counted():
    screened = one_rule()

    one = figures(counted(screened, feedback=(on(screened, NOT_USEFUL), on(screened, WRONG)))).rules["sleep"]

    assert (one.not_useful, one.wrong) == (0, 1)


def test_feedback_on_a_flag_that_no_longer_stands_is_told_apart():
    before, now = one_rule(), one_rule(priority=Priority.INFO)

    found = figures(counted(now, feedback=(on(before, WRONG),)))

    assert (found.rules["sleep"].wrong, found.elsewhere) == (0, 1)


def test_a_missing_flag_is_counted_beside_no_rule():
    found = figures(counted(one_rule(), feedback=(on_submission("tremor", ALICE, NOW),)))

    assert (found.missing, found.elsewhere) == (1, 0)
    assert found.rules["sleep"].with_feedback == 0


def several(urgent, others):
    return figures(*[counted(one_rule(priority=Priority.URGENT))] * urgent, *[counted(one_rule())] * others)


@pytest.mark.parametrize(
    ("urgent", "others", "too_many"),
    [(0, 0, False), (4, 16, False), (5, 15, True), (20, 80, False), (21, 79, True), (0, 30, False)],
)
def test_more_than_one_in_five_is_too_many(urgent, others, too_many):
    assert several(urgent, others).too_many_urgent is too_many


@pytest.mark.parametrize(("submissions", "few"), [(0, True), (19, True), (20, False)])
def test_below_twenty_figures_mean_little(submissions, few):
    assert several(0, submissions).mean_little is few


def test_the_rules_that_are_urgent_most_come_first():
    often, seldom = one_rule(priority=Priority.URGENT), one_rule(priority=Priority.URGENT, rule="heart")
    undecided = one_rule(Outcome.CANNOT_TELL, Priority.URGENT)

    found = figures(counted(seldom), counted(often), counted(undecided), counted(one_rule(rule="liver")))

    assert [(one.rule, one.urgent) for one in found.most_urgent] == [("sleep", 2), ("heart", 1)]


@pytest.mark.parametrize(
    ("not_useful", "with_feedback", "comes_up"),
    [(4, 4, False), (5, 5, True), (5, 9, True), (5, 10, False), (6, 11, True), (0, 0, False)],
)
def test_a_rule_comes_up_when_often_and_more_often_than_not_found_not_useful(
    not_useful, with_feedback, comes_up
):
    one = RuleFigures("sleep", not_useful=not_useful, with_feedback=with_feedback)

    assert one.comes_up_for_review is comes_up


def test_a_rule_never_run_has_no_share():
    assert RuleFigures("sleep").share is None
    assert RuleFigures("sleep", raised=1, not_raised=3).share == 0.25


def test_all_feedback_is_counted_by_rule_whatever_screening_it_was_on():
    before, now = one_rule(), one_rule(priority=Priority.INFO)
    said = (on(before, WRONG), on(now, NOT_USEFUL, BOB), on_submission("tremor", ALICE, NOW))

    (one,) = feedback_by_rule(said)

    assert (one.rule, one.not_useful, one.wrong) == ("sleep", 1, 1)


def test_a_tally_holds_how_each_question_was_left_and_whether_a_rule_could_not_tell_because_of_it():
    states = (State.ANSWERED, State.NOT_SURE, State.DECLINED, State.BLANK, None)
    lines = tuple(
        Line(f"{state}-{undecided}", "", "", "", state) for state in states for undecided in (True, False)
    )
    waits = replace(outcome(kind=Outcome.CANNOT_TELL), missing=tuple(line for line in lines[::2]))
    raised = replace(outcome("other"), missing=(lines[1],))

    tally = Tally.of(screening(waits, raised), (PartLines("part", "", lines),))

    found = {
        question: (STATES[letter.lower()], letter.isupper())
        for letter, questions in tally.questions.items()
        for question in questions
    }
    assert found == {f"{s}-{undecided}": (s, undecided) for s in states for undecided in (True, False)}


def test_the_priority_of_a_tally_is_that_of_its_screening():
    every = [None, *Priority]
    for one in every:
        outcomes = (
            [outcome(kind=Outcome.NOT_RAISED)]
            if one is None
            else [outcome("a", one), outcome("b", Priority.INFO)]
        )
        assert Tally.of(screening(*outcomes)).priority is one
