"""Where people leave is counted by pages everybody is asked: the counts depend on no answer."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.conditions import Compare, Operator
from intake.domain.questionnaire import Consent, Kind, Page, Part, Question, Questionnaire
from intake.domain.stretches import SENDING, Came, at_a_save, at_sending, at_the_start, stretches


def page(name, *, follow_up=False):
    only_if = Compare("first", Operator.IS, "yes") if follow_up else None
    return Page(name, (Question(name, Kind.YES_NO, "?", name, only_if=only_if),))


HEART = Part("heart", "Heart", (page("first"), page("only_some", follow_up=True), page("second")))
MOOD = Part("mood", "Mood", (page("mood"), page("mood_more", follow_up=True)))
FORM = Questionnaire("A form", (HEART, MOOD), (), (), Consent("", (), ""))
EVERYBODY = ("first", "second", "mood")


def walk(*deeds, to_the_end=False):
    """All that is counted of one form: pages continued from, or (page, "stops")."""
    counted, seen = Counter(at_the_start(FORM)), frozenset()
    for deed in deeds:
        name, stopped = (deed[0], True) if isinstance(deed, tuple) else (deed, False)
        after = seen if stopped else seen | {name}
        counted.update(at_a_save(FORM, name, seen, after, stopped=stopped))
        seen = after
    counted.update(at_sending() if to_the_end else ())
    return counted


def test_a_follow_up_page_belongs_to_the_next_page_that_everybody_is_asked():
    assert [(one.id, [other.id for other in one.follow_ups]) for one in stretches(FORM)] == [
        ("first", []),
        ("second", ["only_some"]),
        ("mood", []),
        (SENDING, ["mood_more"]),
    ]


def test_each_is_counted_once_on_the_way_to_the_end():
    counted = walk("first", "only_some", "second", "mood", "mood_more", to_the_end=True)

    assert counted == {
        (one, came): 1 for one in (*EVERYBODY, SENDING) for came in (Came.SHOWN, Came.FINISHED)
    }


def without_follow_ups(deeds):
    """The same way through the form of somebody who is asked no follow-up."""
    return [one for one in deeds if one not in ("only_some", "mood_more")]


@given(st.permutations(["first", "only_some", "second", "mood", "mood_more"]), st.integers(0, 5))
def test_nobody_can_tell_who_was_asked_a_follow_up(order, so_many):
    asked = order[:so_many]

    assert walk(*asked) == walk(*without_follow_ups(asked))


def counting_every_page(deeds):
    """A careless count: each page under its own name."""
    return Counter((one, Came.FINISHED) for one in deeds)


def test_counting_every_page_under_its_own_name_would_tell():
    deeds = ["first", "only_some"]
    assert counting_every_page(deeds) != counting_every_page(without_follow_ups(deeds))


@pytest.mark.parametrize(("stops_on", "same_as"), [("only_some", "second"), ("mood_more", None)])
def test_stopping_on_a_follow_up_is_stopping_in_its_stretch(stops_on, same_as):
    way = {"only_some": ["first"], "mood_more": ["first", "second", "mood"]}[stops_on]

    stopped = walk(*way, (stops_on, "stops")) - walk(*way)

    assert stopped == {(same_as or SENDING, Came.STOPPED): 1}


@given(st.lists(st.sampled_from(["first", "only_some", "second", "mood", "mood_more"]), max_size=12))
def test_however_often_and_in_whatever_order_pages_are_continued_from_each_counts_once(way):
    counted = walk(*way)

    assert set(counted.values()) <= {1}
    assert all((one, Came.SHOWN) in counted for one, came in counted if came is Came.FINISHED)
