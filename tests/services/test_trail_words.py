"""Every event of the trail has words, and so has each of its fields."""

from dataclasses import fields
from typing import get_args
from uuid import UUID

import pytest

from intake.domain.events import Event
from intake.services import trail_words
from intake.services.trail_words import Known, NoWords

KINDS = get_args(Event)
KNOWN = Known({str(UUID(int=1)): "A. Rivera, NP"}, {str(UUID(int=2)): "HL-7K4-92Q"})


def as_kept(kind):
    """The detail of an event as the trail keeps it, with something in each field."""
    return {field.name: 2 if field.type is int else "2026-11-20" for field in fields(kind)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_has_words_and_every_field_too(kind):
    said = trail_words.details(as_kept(kind), KNOWN, about=None)

    assert trail_words.title(kind.__name__) != kind.__name__
    assert len(said) == len(fields(kind))


def test_no_two_events_are_called_the_same():
    assert len(set(trail_words.TITLES.values())) == len(KINDS) == len(trail_words.TITLES)


def test_a_field_without_words_is_named():
    """The control: an event somebody adds with a new field is noticed."""
    with pytest.raises(NoWords, match="'mood'"):
        trail_words.details({"mood": "blue"}, KNOWN, about=None)


def test_an_event_of_another_version_is_called_by_its_own_name():
    assert trail_words.title("SubmissionForgotten") == "SubmissionForgotten"


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ("patient", "A patient"),
        ("system", "The program, by itself"),
        ("unknown", "Somebody who is not known here"),
        (str(UUID(int=1)), "A. Rivera, NP"),
        (str(UUID(int=9)), "Somebody without an account by now"),
    ],
)
def test_whoever_did_it_is_named(actor, name):
    assert KNOWN.who(actor) == name


def test_what_a_line_is_about_is_said_once():
    submission = str(UUID(int=2))

    assert KNOWN.about(submission) == "HL-7K4-92Q"
    assert trail_words.details({"submission": submission, "revision": 3}, KNOWN, about=submission) == (
        "revision 3",
    )
    assert trail_words.details({"shown": 4}, KNOWN, about=None) == ("4 shown",)
