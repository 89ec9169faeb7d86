"""Which passwords anybody would try first; and that any other long one will do, whatever its characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.password_rules import LONGEST, SHORTEST, what_is_wrong

NAMES = ("Harbor Light Clinic", "A. Rivera, NP")


def refusal(password):
    return what_is_wrong(password, "alice", NAMES)


@pytest.mark.parametrize(
    "password",
    [
        "four words nobody says",
        "ünïcödé 字字字字字字字",
        "k8F!x0q2Zp9-wLm",
        "two sheep on one old boat",
        "no capitals no digits no signs",
        "8205 1774 9036 2951",
    ],
)
def test_a_long_password_will_do_whatever_its_characters(password):
    assert refusal(password) == ""


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "15 to 128 characters"),
        ("x9!mQ2#vL5$kZ8", "15 to 128 characters"),
        ("Alice in a wonderful land", "does not contain your username"),
        ("aaaaaaaaaaaaaaaa", "not a pattern"),
        ("abcdefghijklmnopqrst", "not a pattern"),
        ("98765432109876543", "not a pattern"),
        ("qwertyuiopasdfgh", "not a pattern"),
        ("1q2w3e4r5t6y7u8i", "not a pattern"),
        ("1qaz2wsx3edc4rfv", "not a pattern"),
        ("xkqzxkqzxkqzxkqz", "not a pattern"),
        ("passwordpassword1", "not made of names"),
        ("P a s s w o r d 2 0 2 6", "not made of names"),
        ("Harbor Light Clinic 2026", "not made of names"),
        ("Rivera ketamine 1!", "not made of names"),
        ("administrator 2026", "not made of names"),
        ("correct horse battery staple", "not made of names"),
    ],
)
def test_what_anybody_would_try_first_is_refused_and_says_why(password, words):
    assert words in refusal(password)


def test_the_bounds_are_the_bounds():
    letters = "kvmtxbqzwjfhdy" * 10
    mixed = "".join(char + str(place * 7 % 10) for place, char in enumerate(letters))
    assert refusal(mixed[: SHORTEST - 1])
    assert not refusal(mixed[:SHORTEST])
    assert not refusal(mixed[:LONGEST])
    assert refusal(mixed[: LONGEST + 1])


@given(st.lists(st.sampled_from("bdhmqtvxz379!?#é字"), min_size=SHORTEST, max_size=LONGEST))
def test_no_character_is_asked_for_and_none_is_refused(chars):
    """Whatever is typed is judged by how much of it follows from the rest, and never by which it is."""
    password = "".join(chars)
    swapped = password.translate(str.maketrans("bdhmqtvxz379!?#é字", "dbmhtqxvz379!?#é字"))
    letters = [char for char in chars if char.isalnum()]
    pieces = set(zip(letters, letters[1:], letters[2:], strict=False))
    if len(pieces) >= SHORTEST - 2 and len(set(letters)) > 9:
        assert refusal(password) == refusal(swapped) == ""
