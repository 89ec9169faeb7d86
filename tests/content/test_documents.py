"""Strict YAML: the traps of the format are closed, and every refusal names its line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.content.documents import MOST_BYTES, DocumentRefused, edition_of, read, read_file


def refusal(text):
    with pytest.raises(DocumentRefused) as refused:
        read(text, "file.yaml")
    return str(refused.value)


def test_yes_no_on_and_off_stay_the_words_they_are():
    assert read("{a: yes, b: no, c: on, d: off, no: e}", "f") == {
        "a": "yes",
        "b": "no",
        "c": "on",
        "d": "off",
        "no": "e",
    }


def test_only_plain_numbers_and_true_and_false_are_more_than_words():
    read_back = read("{a: 12, b: 18.5, c: true, d: 2026-11-20, e: 1e3, f: 0x1F, g: 012, h: 1_000}", "f")

    assert read_back == {
        "a": 12,
        "b": Decimal("18.5"),
        "c": True,
        "d": "2026-11-20",
        "e": "1e3",
        "f": "0x1F",
        "g": "012",
        "h": "1_000",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "file.yaml:3:1: 'a' is written twice; the first is on line 1"),
        ("a: &x 1\nb: 2", "file.yaml:1:4: anchors and aliases (& and *) are not used here; write it out"),
        ("a: !!python/none x", "the tag tag:yaml.org,2002:python/none is not used here; remove it"),
        ("a: 1\n---\nb: 2", "file.yaml:2:1: a second document starts here (`---`); keep one to a file"),
        ("a: [1, 2", ": not valid YAML"),
        ("- 1\n- 2", "file.yaml:1:1: the file should hold keys and values at its top"),
        ("", "file.yaml:1:1: the file should hold keys and values at its top"),
        ("? [a, b]\n: 1", "file.yaml:1:3: a key has to be a word"),
        ("a: \x00", "file.yaml:1:1: not valid YAML"),
        ("a: " + "[" * 30 + "]" * 30, "nested more than 20 deep; make it flatter"),
        ("a: " + "x" * MOST_BYTES, "the file is larger than 1024 KiB"),
    ],
)
def test_a_trap_of_the_format_is_refused_with_its_line(text, message):
    assert message in refusal(text)


def test_a_number_too_long_to_mean_anything_stays_words():
    assert read("a: " + "9" * 5000, "f")["a"] == "9" * 5000


def test_every_problem_is_told_at_once():
    assert refusal("a: 1\na: 2\nb: {c: 1, c: 2}").count("written twice") == 2


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(DocumentRefused, match="there is no such file"):
        read_file(tmp_path / "rules.yaml")


def test_a_file_that_is_not_text_says_so(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DocumentRefused, match="it is not UTF-8 text"):
        read_file(path)


def test_comments_and_spacing_are_no_part_of_an_edition():
    one = read("a: 1  # why\nb:\n  - x\n", "f")
    other = read("a:   1\n\n\nb: [x]", "f")

    assert edition_of(one) == edition_of(other)


def test_the_order_of_choices_is_part_of_an_edition():
    assert edition_of(read("{a: 1, b: 2}", "f")) != edition_of(read("{b: 2, a: 1}", "f"))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        read(text, "file.yaml")
    except DocumentRefused as refused:
        assert all(problem.line >= 1 and problem.text for problem in refused.problems)
