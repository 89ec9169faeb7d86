"""Today's code makes every screening of the archives again: the same flags and words, byte for byte."""

import tarfile
from functools import cache
from pathlib import Path

import pytest

from intake.services.replay import CannotReplay, Shelf, made_again
from intake.storage.codec import screening_from_bytes, submission_from_bytes
from intake.storage.editions import NoSuchEdition
from intake.storage.verbatim import Departure, Stored

VERSIONS = sorted(folder.parent for folder in Path(__file__).parent.glob("*/records.tar.xz"))
PEOPLE = 21


@cache
def contents(version):
    with tarfile.open(version / "records.tar.xz") as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}


@cache
def untouched(version):
    """The editions as they are, each read once for all tests."""
    return shelf(version)


def first_screening(version):
    """The first submission, with the first of its screenings alone."""
    first = stored(version)[0]
    return Stored(first.submission, first.screenings[:1])


def stored(version):
    """Every submission of an archive, with its screenings in order."""
    found = contents(version)
    places = sorted({name.split("/")[1] for name in found if name.startswith("submissions/")})
    return [
        Stored(
            found[f"submissions/{place}/submission.json"],
            tuple(
                found[name] for name in sorted(found) if name.startswith(f"submissions/{place}/screening-")
            ),
        )
        for place in places
    ]


def shelf(version, change=lambda _kind, text: text):
    """The editions of an archive, some of them changed."""

    def text(kind, edition):
        try:
            return change(kind, contents(version)[f"editions/{kind}-{edition}.yaml"].decode())
        except KeyError:
            raise NoSuchEdition(edition) from None

    return Shelf(text)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda folder: folder.name)
def test_every_screening_comes_out_as_it_was_stored(version):
    replayed = [made_again(one, untouched(version)) for one in stored(version)]

    assert len(replayed) == PEOPLE
    assert {len(one.screenings) for one in replayed} == {2}
    assert [one for one in replayed if not one.same] == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda folder: folder.name)
def test_the_archives_hold_flags_of_every_outcome_under_two_editions(version):
    """An archive in which nothing was raised would prove nothing."""
    screenings = [screening_from_bytes(content) for one in stored(version) for content in one.screenings]

    assert len({screening.editions.rules for screening in screenings}) == 2
    assert all(screening.not_raised for screening in screenings)
    assert sum(bool(screening.raised) for screening in screenings) > PEOPLE
    assert sum(bool(screening.cannot_tell) for screening in screenings) > 5
    assert {submission_from_bytes(one.submission).name for one in stored(version)} >= {"Pat Doe"}


def test_one_word_changed_in_a_kept_edition_is_noticed():
    """The negative control: the rule and the field are named, and no answer."""
    version = VERSIONS[0]

    def reworded(kind, text):
        assert kind != "rules" or "is not labeled for pediatric patients" in text
        return text.replace("is not labeled for pediatric patients", "is not labelled for pediatric patients")

    replayed = made_again(first_screening(version), shelf(version, reworded))

    assert replayed.transcript == ()
    (screening,) = replayed.screenings
    assert screening.departures == (Departure("editions", "rules"), Departure("age-under-18", "why"))


def test_one_word_changed_in_a_question_is_noticed_in_the_transcript():
    version = VERSIONS[0]

    def reworded(_kind, text):
        return text.replace("First name", "Given name")

    replayed = made_again(first_screening(version), shelf(version, reworded))

    assert {one.where for one in replayed.transcript} == {"first_name"}


def test_a_form_sent_a_day_later_would_have_been_screened_otherwise():
    """Pat turned 65 by UTC while it was still the evening before at the clinic: the day counts."""
    (pat,) = (one for one in stored(VERSIONS[0]) if submission_from_bytes(one.submission).name == "Pat Doe")
    moved = pat.submission.replace(b"2026-11-20T22:30", b"2026-11-21T22:30")
    assert moved != pat.submission

    later = made_again(Stored(moved, pat.screenings[:1]), untouched(VERSIONS[0]))

    assert "age-65-or-older" in {one.where for one in later.screenings[0].departures}


def test_an_edition_that_is_not_kept_is_said_with_what_to_do():
    def nothing(_kind, edition):
        raise NoSuchEdition(edition)

    with pytest.raises(CannotReplay, match=r"is not kept in this database.*Restore a backup"):
        made_again(stored(VERSIONS[0])[0], Shelf(nothing))
