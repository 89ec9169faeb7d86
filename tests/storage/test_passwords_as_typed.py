"""A password is worked out exactly as it was typed, and only up to a length."""

import pytest

from intake.storage import passwords

TYPED = "correct horse battery staple, and so on " * 3


@pytest.mark.parametrize(
    "almost",
    [
        TYPED.strip(),
        TYPED.upper(),
        TYPED[:-2] + "N ",
        TYPED[:72],
        f" {TYPED}",
        TYPED.replace(",", ", "),
        f"{TYPED}\x00",
    ],
    ids=["trimmed", "in capitals", "its end", "cut off", "a space before", "a space more", "a zero"],
)
def test_nothing_of_a_password_is_cut_trimmed_or_changed(almost):
    kept = passwords.hashed(TYPED)

    assert passwords.prove(kept, TYPED).right
    assert not passwords.prove(kept, almost).right


def test_two_ways_to_write_one_letter_are_two_passwords():
    assert not passwords.prove(passwords.hashed("caf\u00e9 at the corner"), "cafe\u0301 at the corner").right
