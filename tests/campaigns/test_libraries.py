"""The campaign that looks how old libraries are reads the locks, and asks as it should."""

import stat
import textwrap

import pytest

from campaigns.libraries import (
    LIMITS,
    LOCKS,
    Behind,
    Frames,
    NotAnswered,
    as_of,
    behind,
    faults,
    frames,
    known_holes,
    locked_in,
)
from campaigns.reports import CHECKOUT, kept

ALLOWED = Frames(7, 30, 90)
OLD = Behind("werkzeug", "2.0.0", "3.1.9", 90)
LATE = Behind("flask", "3.1.2", "3.1.3", 7)


def nobody_asked():
    raise AssertionError("nothing was behind: nobody need be asked")


def no_answer():
    raise NotAnswered("no route")


def by_age(late=(), overdue=()):
    return {0: [*late, *overdue], 7: [*late, *overdue], 30: list(overdue), 90: list(overdue)}


def test_the_time_frames_are_those_written_down():
    assert frames(LIMITS.read_text(encoding="utf-8")) == ALLOWED
    with pytest.raises(ValueError, match="how soon"):
        frames("Libraries are brought up to date now and then.")


@pytest.mark.parametrize("name", LOCKS)
def test_every_library_of_a_lock_is_looked_at(name):
    text = (CHECKOUT / name).read_text(encoding="utf-8")

    locked = locked_in(text)

    assert len(locked) == text.count("==") - text.count(" == ") > 40
    assert locked["flask"]


def test_what_is_older_than_it_could_be_is_found_by_its_number_and_not_by_its_letters():
    locked = {"a": "1.9", "b": "2.0", "c": "1.0", "of-another-machine": "1"}

    assert behind(locked, {"a": "1.10", "b": "2.0", "c": "0.9", "new": "1"}, 30) == [
        Behind("a", "1.9", "1.10", 30)
    ]


def test_within_the_time_frames_nobody_is_asked_for_holes():
    assert faults(ALLOWED, by_age(), nobody_asked) == ()


def test_a_library_years_old_is_a_fault_with_its_name_and_age():
    assert faults(ALLOWED, by_age(overdue=[OLD]), nobody_asked) == (
        "werkzeug 2.0.0: 3.1.9 was out 90 days ago",
    )


@pytest.mark.parametrize(
    ("holes", "told"),
    [
        (lambda: {"flask"}, ["the one locked has a known hole"]),
        (lambda: {"werkzeug"}, []),
        (no_answer, ["whether it mends a hole is not known (no route)"]),
    ],
)
def test_behind_for_a_week_is_a_fault_when_it_has_a_hole_or_nobody_can_say(holes, told):
    found = faults(ALLOWED, by_age(late=[LATE]), holes)

    assert len(found) == len(told)
    assert all(words in one for words, one in zip(told, found, strict=True))


def uv(folder, body):
    """A program that answers in the place of uv."""
    program = folder / "uv"
    program.write_text("#!/bin/sh\n" + textwrap.dedent(body), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_a_library_too_new_to_be_behind_is_left_out_and_the_rest_is_asked_for_again(tmp_path):
    asked = uv(
        tmp_path,
        """
        case "$*" in
        *exclude-newer-package*) printf 'flask==3.1.3\\nnew==1.0\\n' ;;
        *) echo 'hint: `new` was filtered by `exclude-newer` to only' >&2; exit 1 ;;
        esac
        """,
    )

    assert as_of(30, (), asked) == {"flask": "3.1.3"}


def test_an_index_that_does_not_answer_is_told_without_its_address(tmp_path):
    dead = uv(tmp_path, "echo 'error: could not reach https://index.invalid/simple/' >&2; exit 2")

    with pytest.raises(NotAnswered) as failed:
        as_of(30, (), dead)
    with pytest.raises(NotAnswered):
        known_holes({"flask": "3.1.3"}, dead)
    assert str(failed.value) == "error: could not reach its address"


def test_the_libraries_with_holes_are_read_from_what_is_told(tmp_path):
    told = uv(tmp_path, "echo 'flask 2.0.0 has 2 known vulnerabilities:'; exit 1")

    assert known_holes({"flask": "2.0.0"}, told) == {"flask"}
    assert known_holes({"flask": "3.1.3"}, uv(tmp_path, "echo 'Found no known vulnerabilities'")) == set()


def test_the_newest_run_found_no_library_older_than_that():
    """What is kept of it, and it compared the libraries that are locked now."""
    one = kept()["libraries"]

    assert one.is_clean
    for name in LOCKS:
        libraries = locked_in((CHECKOUT / name).read_text(encoding="utf-8"))
        assert one.figures[f"libraries of {name}"] == len(libraries)
        assert one.figures[f"compared in {name}"] == len(libraries)
