"""Times count those who still wait: forgetting a form never makes a figure better."""

import math

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.times import Span, within

minutes = st.integers(0, 5000)
some = st.lists(st.builds(Span, minutes, st.booleans()), min_size=1, max_size=30)
HALF, MOST = 0.5, 0.9


@given(st.lists(minutes, min_size=1, max_size=40), st.sampled_from([HALF, MOST]))
def test_when_nobody_waits_it_is_the_time_of_the_form_at_that_place(took, share):
    at_that_place = sorted(took)[math.ceil(share * len(took) - 1e-9) - 1]

    assert within([Span(one, ended=True) for one in took], share) == at_that_place


def test_those_who_still_wait_count_as_taking_longer():
    read = [Span(10, ended=True)] * 4
    waiting = [Span(600, ended=False)] * 6

    assert within(read, HALF) == 10
    assert within([*read, *waiting], HALF) is None
    assert within([*read, *waiting], 0.4) == 10


@given(some, st.sampled_from([HALF, MOST]))
def test_one_more_that_waits_from_the_start_never_makes_it_shorter(spans, share):
    longest = max(span.minutes for span in spans)

    without = within(spans, share) or math.inf
    with_one_more = within([*spans, Span(longest, ended=False)], share) or math.inf

    assert with_one_more >= without or without == math.inf


@given(some, st.sampled_from([HALF, MOST]))
def test_leaving_out_those_who_wait_would_make_it_shorter_or_the_same(spans, share):
    """The negative control of the figure: what it would be if a forgotten form were left out."""
    naive = [span for span in spans if span.ended]
    found = within(spans, share)

    assert found is None or found >= (within(naive, share) or 0)


def test_of_nothing_there_is_no_time():
    assert within([], HALF) is None
