"""What every state of a patient's pages weighs, in every run; `make audit-pages` measures the rest."""

import os
import re

import pytest

from budgets.by_lighthouse import Scores
from budgets.pages import _below, document
from budgets.weights import MOST_FOR_A_PAGE, Weight, strangers, weights

# The states are walked to once.
pytestmark = pytest.mark.xdist_group("accessibility")

GOOD = Scores("Start", 100, 100, 900, ())
BAD = Scores("planted", 70, 60, 4000, ("html-has-lang",))


def test_every_state_is_light_and_so_is_each_file(states, fetch):
    weighed = weights([one for one in states.values() if one.of_a_patient], fetch)

    assert [one for one in weighed if not one.is_light] == []
    assert sum("/" not in one.name for one in weighed) > 30
    assert {one.name.rpartition(".")[2] for one in weighed if "/" in one.name} == {"css", "js"}


def test_nothing_is_asked_of_other_sites(states):
    assert strangers(states.values()) == []


def test_what_is_too_heavy_or_elsewhere_would_be_found(states):
    """The controls: a large script, and a picture of another site."""
    start = states["start"]
    page = type(start)(
        "planted", "/", 200, '<script src="/big.js"></script><img src="https://other.example/a">'
    )
    heavy = weights([page], lambda _: (os.urandom(MOST_FOR_A_PAGE), "text/javascript"))

    assert [one.is_light for one in heavy] == [False, False]
    assert strangers([page]) == ["planted: https://other.example/a"]


def test_marks_below_the_least_are_told_and_so_is_a_lighthouse_that_finds_nothing():
    assert _below([GOOD], BAD) == []
    assert [one.partition(":")[0] for one in _below([GOOD, BAD], BAD)] == ["Lighthouse, planted"]
    assert "looks at nothing" in _below([GOOD], GOOD)[0]


def test_the_document_says_what_was_measured():
    heavy, style = Weight("start", 6_000, 14_336), Weight("/static/style-.css", 3_300, 6_144)
    text = document([heavy, style], [GOOD], (43, 860), ["too faint"])

    assert "| start | 5.9 KB | 14 KB |" in text
    assert "| Start | 100 | 100 | 0.9 s |" in text
    assert "1 things to put right" in text
    assert not re.search(r"[{}]", text)
