"""E-mail addresses as a clinic writes them down for itself."""

import re

MOST_ADDRESSES = 10
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
# What is printed, without a space, < or > or another @.
_ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")


def is_address(words: str) -> bool:
    """Whether this has the form of an address; whether anybody has it, only a mail server knows."""
    return len(words) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(words) is not None
