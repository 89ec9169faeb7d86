"""Which passwords anybody would try first, and so will not do: short, patterned, or made of what is known.

There is no rule about which characters (NIST SP 800-63B): any long password will do that is not one of
those. What leaked elsewhere, and what else is soon guessed, ``services/new_passwords`` looks up.
"""

import re
from collections.abc import Iterable

SHORTEST = 15
LONGEST = 128
# A hundred times what zxcvbn calls very hard to guess: sayings and names with figures stay below, and four
# words that nobody says in a row do not.
FEWEST_GUESSES = 10**12
# How many characters have to be left that do not follow from the others.
_UNFORESEEN = 8
# Shorter pieces of names stand in many words.
_SHORTEST_NAME = 4
WELL_KNOWN = (
    "password",
    "passphrase",
    "passwort",
    "letmein",
    "welcome",
    "qwerty",
    "admin",
    "administrator",
    "clinician",
    "clinic",
    "auditor",
    "transcriber",
    "frontdesk",
    "doctor",
    "nurse",
    "patient",
    "ketamine",
    "esketamine",
    "intake",
    "changeme",
    "secret",
    "login",
    "correcthorsebatterystaple",
)
_KEYBOARD = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_WORD = re.compile(r"\w+")


def what_is_wrong(password: str, username: str, names: Iterable[str]) -> str:
    """Why a password will not do, and what to do about it; empty when it will.

    ``names`` are those of the clinic and of the person: whoever guesses knows them.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return (
            f"Choose a password of {SHORTEST} to {LONGEST} characters. "
            "Four or five words you can remember work well"
        )
    plain = password.casefold()
    name = username.strip().casefold()
    if len(name) >= _SHORTEST_NAME and name in plain:
        return "Choose a password that does not contain your username"
    known = (*WELL_KNOWN, *(word for one in names for word in words_of(one)))
    left = _without(plain, (word for word in known if len(word) >= _SHORTEST_NAME))
    if _unforeseen(plain) < _UNFORESEEN:
        return "Choose a password that is not a pattern, like rows of keys or the same again and again"
    if _unforeseen(left) < _UNFORESEEN:
        return "Choose a password that is not made of names or words people would try first"
    return ""


def words_of(name: str) -> list[str]:
    """The words of a name, as somebody who guesses tries them."""
    return _WORD.findall(name.casefold())


def _without(plain: str, words: Iterable[str]) -> str:
    letters = "".join(char for char in plain if char.isalnum())
    # The longest first: "administrator" before "admin".
    for word in sorted(words, key=len, reverse=True):
        letters = letters.replace(word, "")
    return letters


def _unforeseen(plain: str) -> int:
    """How many characters do not follow from those before them."""
    return sum(not _follows(plain, place) for place in range(len(plain)))


def _follows(plain: str, place: int) -> bool:
    if place == 0:
        return False
    before, char = plain[place - 1], plain[place]
    if char.isalnum() and before.isalnum() and abs(ord(char) - ord(before)) <= 1:
        return True  # the same again, or the next one: aaaa, abcd, 4321
    if any(before + char in row or char + before in row for row in _KEYBOARD):
        return True
    # Three characters that stood there before, in this order: the same piece again.
    return place >= 2 and plain[place - 2 : place + 1] in plain[:place]
