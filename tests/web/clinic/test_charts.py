"""A chart shows what its table says: every bar and every step is as long or as high as its number."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.web.clinic import charts
from intake.web.clinic.charts import HELD_BACK, LONGEST, RISE, Number, Row

values = (
    st.none() | st.integers(0, 5000) | st.floats(0, 1, allow_subnormal=False).map(lambda one: round(one, 4))
)
numbers = values.map(lambda value: Number(value, "held back" if value is None else str(value)))
rows = st.lists(st.builds(Row, st.text(max_size=80), st.tuples(numbers, numbers)), min_size=1, max_size=12)


def wrong_bars(picture, drawn_from):
    """The places of the bars that are not as long as their number says."""
    told = [number for row in drawn_from for number in row.numbers]
    assert len(picture.bars) == len(told)
    most = max((one.value for one in told if one.value is not None), default=0) or 1
    return [
        place
        for place, (bar, number) in enumerate(zip(picture.bars, told, strict=True))
        if bar.width != pytest.approx(HELD_BACK if number.value is None else LONGEST * number.value / most)
        or (bar.kind == 0) != (number.value is None)
    ]


@given(rows)
def test_every_bar_is_as_long_as_its_number(drawn_from):
    picture = charts.bars(drawn_from)

    assert wrong_bars(picture, drawn_from) == []


def test_a_bar_that_is_too_long_is_noticed():
    drawn_from = [Row("Urgent", (Number(10, "10"),)), Row("High", (Number(20, "20"),))]
    picture = charts.bars(drawn_from)
    first, second = picture.bars

    assert wrong_bars(replace(picture, bars=(replace(first, width=40.0), second)), drawn_from) == [0]


@given(rows)
def test_bars_and_words_stand_below_each_other_inside_the_picture(drawn_from):
    picture = charts.bars(drawn_from)

    assert all(above.y + above.height <= below.y for above, below in pairwise(picture.bars))
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in picture.bars)
    assert all(0 <= word.x <= 100 and 0 < word.y <= picture.height for word in picture.words)
    assert picture.bars[-1].y + picture.bars[-1].height <= picture.height


@given(rows)
def test_every_number_is_written_at_the_end_of_its_bar(drawn_from):
    picture = charts.bars(drawn_from)

    said = [number.said for row in drawn_from for number in row.numbers]
    beside = [word.words for word in picture.words if word.x > 0]
    assert beside == said
    ends = [bar.width for bar in picture.bars]
    assert [word.x for word in picture.words if word.x > 0] == [pytest.approx(one + 1.5) for one in ends]


@given(st.lists(values, min_size=1, max_size=4))
def test_what_is_held_back_looks_the_same_whatever_it_is(shown):
    held = charts.bars(
        [Row("a", (Number(None, "held back"),)), *(Row("b", (Number(one, ""),)) for one in shown)]
    )

    assert (held.bars[0].width, held.bars[0].kind) == (HELD_BACK, 0)


def wrong_steps(picture, of):
    """The places of the steps that are not as high as their number says."""
    most = max((one.value for one in of if one.value is not None), default=0) or 1
    floor = next(line.y for line in picture.lines if line.kind == "axis")
    wide = 100 / len(of)
    level = {
        round(line.x / wide): line for line in picture.lines if line.kind == "step" and line.y == line.to_y
    }
    wrong = [place for place, one in enumerate(of) if (place in level) != (one.value is not None)]
    for place, line in level.items():
        rise = floor - line.y
        if rise != pytest.approx(RISE * of[place].value / most) or line.to_x - line.x != pytest.approx(wide):
            wrong.append(place)
    return wrong


@given(st.lists(numbers, min_size=1, max_size=53))
def test_every_step_is_as_high_as_its_number(of):
    assert wrong_steps(charts.steps(of, "Aug 3", "until today"), of) == []


def test_a_step_that_is_too_high_is_noticed():
    of = [Number(10, "10"), Number(20, "20")]
    picture = charts.steps(of, "from", "to")
    lines = tuple(
        replace(one, y=3.0, to_y=3.0) if one.x == 0 and one.kind == "step" else one for one in picture.lines
    )

    assert wrong_steps(replace(picture, lines=lines), of) == [0]


@given(st.lists(numbers, min_size=2, max_size=20))
def test_steps_join_where_both_numbers_are_known_and_gape_where_one_is_held_back(of):
    picture = charts.steps(of, "from", "to")

    joined = {
        round(line.x * len(of) / 100) for line in picture.lines if line.kind == "step" and line.x == line.to_x
    }
    for place, (one, then) in enumerate(pairwise(of), start=1):
        known = one.value is not None and then.value is not None
        assert (place in joined) == (known and one.value != then.value)
    assert [round(bar.x * len(of) / 100) for bar in picture.bars] == [
        place for place, one in enumerate(of) if one.value is None
    ]
