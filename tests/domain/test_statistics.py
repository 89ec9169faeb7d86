"""The statistics are right where they say something, and say nothing from which anybody can be read off."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.small_numbers import FEWEST_SHOWN, Few
from intake.domain.statistics import Counting, Form, Look, leaving, over_time
from intake.domain.tally import STATES, Tally
from storage.samples import EDITIONS

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LETTERS_OF = {Look.URGENT: "U", Look.HIGH: "h", Look.MODERATE: "M", Look.REST: "n"}
HOUR = timedelta(hours=1)


def form(look=Look.HIGH, *, raised=(), questions=(), read=1, signed=2, waits=False):
    """A form sent ten hours ago, read and signed off so many hours later; None: not yet."""
    rules = {LETTERS_OF[look]: ("any",), **({"H": tuple(raised)} if raised else {})}
    by_letter = {letter: (question,) for question, letter in questions}
    sent = NOW - 10 * HOUR
    after = [None if hours is None else sent + hours * HOUR for hours in (read, signed)]
    return Form(Tally(rules, {}, EDITIONS, by_letter), sent, waits, *after)


def counted(forms):
    counting = Counting(NOW)
    for one in forms:
        counting.add(one)
        counting.add_questions(one.tally)
        if one.waits:
            counting.add_waiting(one)
    return counting


forms = st.builds(
    form,
    st.sampled_from(Look),
    raised=st.sets(st.sampled_from(["heart", "liver"])).map(sorted),
    questions=st.tuples(st.just("smoking"), st.sampled_from([*STATES, *"SDBR"])).map(lambda one: [one]),
    read=st.none() | st.integers(0, 9),
    signed=st.none() | st.integers(0, 9),
    waits=st.booleans(),
)
# Some forms, each as often as it takes for a count to be shown or not.
many = st.lists(st.tuples(forms, st.integers(1, 9)), max_size=6).map(
    lambda some: [one for one, often in some for _ in range(often)]
)


def told(counting):
    """Every number that is shown."""
    yield from counting.waiting()
    for one in counting.times():
        yield from (one.forms, one.read.still, one.signed.still)
    yield from (one.forms for one in counting.rules())
    for one in counting.questions({"smoking"}):
        yield from (one.asked, one.open, *one.states.values(), one.undecided)


@given(many)
def test_no_number_below_five_is_shown_whatever_the_forms(sent):
    shown = [one for one in told(counted(sent)) if isinstance(one, int)]

    assert all(one >= FEWEST_SHOWN for one in shown)


@given(st.lists(forms, max_size=FEWEST_SHOWN - 1))
def test_of_four_forms_nothing_is_told_at_all(sent):
    counting = counted(sent)

    assert {one for one in told(counting) if one is not Few.HAVE} <= {None}
    assert counting.rules() == counting.questions({"smoking"}) == ()
    assert not any(one.read.told or one.signed.told for one in counting.times())


@given(many, forms)
def test_whoever_is_the_only_one_of_a_priority_is_not_seen(sent, pat):
    """With Pat and without: neither how many there are, nor a time that would be Pat's own."""
    look = next(one for one in Look if _is(one, pat))
    others = [one for one in sent if not _is(look, one)]

    for these in ([*others, pat], others):
        (row,) = (one for one in counted(these).times() if one.look is look)
        assert row.forms in (None, Few.HAVE)
        assert not row.read.told
        assert not row.signed.told


def _is(look, one):
    priority = one.tally.priority.value if one.tally.priority else ""
    return look.value == priority or (look is Look.REST and priority in ("", "info"))


@given(many)
def test_what_is_told_is_what_a_naive_count_gives(sent):
    counting = counted(sent)
    raised = Counter(
        rule
        for one in sent
        for letter, rules in one.tally.rules.items()
        for rule in rules
        if letter in "UHMI"
    )
    for one in counting.rules():
        assert one.forms in (raised[one.rule], Few.HAVE_NOT)
    no_answer = sum(letter.lower() != "a" for one in sent for letter in one.tally.questions)
    for one in counting.questions({"smoking"}):
        assert one.open in (no_answer, Few.HAVE_NOT)


def test_those_who_still_wait_are_counted_and_make_the_time_longer():
    others = [form(look) for look in Look if look is not Look.HIGH for _ in range(9)]
    read = [form(read=hours) for hours in (1, 2, 3, 4, 5, 6)]
    waiting = [form(read=None, signed=None, waits=True) for _ in range(8)]

    without, among = (
        next(one for one in counted([*others, *some]).times() if one.look is Look.HIGH)
        for some in (read, [*read, *waiting])
    )

    assert (without.forms, without.read.half, without.read.most) == (6, 3 * 60, 6 * 60)
    assert (among.forms, among.read.half, among.read.most) == (14, None, None)
    assert without.read.still is Few.HAVE


def test_a_time_that_rests_on_fewer_than_five_forms_is_held_back():
    sent = [form(read=1) for _ in range(4)] + [form(read=None, signed=None) for _ in range(30)]

    (high,) = (one for one in counted(sent).times() if one.look is Look.HIGH)

    assert not high.read.told
    assert high.read.half is None


def test_a_follow_up_asked_of_few_is_not_shown_and_one_asked_of_nearly_all_is_not_counted_out():
    few = [form(questions=[("more", "s")]) for _ in range(4)]
    others = [form(questions=[("smoking", "a")]) for _ in range(20)]

    assert counted([*few, *others]).questions({"smoking"}) == ()
    nearly_all = [form(questions=[("more", "S")]) for _ in range(8)] + [
        form(questions=[("more", "a")]) for _ in range(9)
    ]
    (more,) = counted([*nearly_all, *others[:3]]).questions({"smoking"})
    assert (more.asked, more.open, more.undecided) == (Few.HAVE_NOT, 8, 8)


def test_whoever_left_is_counted_where_they_left():
    order = ("first", "second", "to send")
    shown = {"first": 40, "second": 30, "to send": 24}
    finished = {"first": 30, "second": 24, "to send": 15}

    found = leaving(order, shown, finished, {"second": 6, "first": 2})

    assert (found.begun, found.sent) == (40, 15)
    assert found.left == (("first", 10, None), ("second", 6, 6), ("to send", 9, None))


def test_few_who_left_cannot_be_worked_out_from_those_begun_and_sent():
    order = ("first", "second", "to send")

    found = leaving(
        order, {"first": 40, "second": 30, "to send": 29}, {"first": 30, "second": 29, "to send": 29}, {}
    )

    held = [left for _, left, _ in found.left] + [found.sent]
    assert held.count(None) >= 2
    assert found.begun == 40


def test_of_two_months_neither_shows_a_small_one():
    assert over_time([3, 20, 30]) == (None, None, 30)
    assert over_time([8, 20]) == (8, 20)
