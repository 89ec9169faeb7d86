"""A file of passwords known from breaches, as Have I Been Pwned's downloader writes it: nobody is asked.

A line for each: the SHA-1 of a password in hexadecimal, a colon, and how often it was met; sorted. The whole
list has tens of gigabytes and is never read at once: a password is looked up by bisection.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

_LINE = re.compile(rb"[0-9A-Fa-f]{40}:\d{1,12}")
_LONGEST_LINE = 64
# As many places are looked at to tell whether a list is one: a moment, however long it is.
_PLACES = 1000


class BreachedListRefused(Exception):
    """The file cannot be used: says where, and what to do."""


def holds(path: Path, password: str) -> bool:
    """Whether a password is on the list. Raises BreachedListRefused."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with path.open("rb") as file:
            low, high = 0, os.fstat(file.fileno()).st_size
            # The first place from which on no line comes before the one that is looked for.
            while low < high:
                middle = (low + high) // 2
                found = _from(file, middle)
                if found is None or _digest(found, path) >= wanted:
                    high = middle
                else:
                    low = middle + 1
            found = _from(file, low)
            return found is not None and _digest(found, path) == wanted
    except OSError as error:
        raise _unread(path, error) from None


def look_over(path: Path) -> None:
    """See that a file is such a list, as far as a moment shows. Raises BreachedListRefused."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            before = b""
            for place in sorted({size * one // _PLACES for one in range(_PLACES)}):
                if (found := _from(file, place)) is None:
                    break  # only the last line begins before this place
                digest = _digest(found, path)
                if digest < before:
                    raise BreachedListRefused(
                        f"{path} is not sorted near byte {place}, so that nothing would be found in it; "
                        "sort it: LC_ALL=C sort -o FILE FILE"
                    )
                before = digest
    except OSError as error:
        raise _unread(path, error) from None
    if not before:
        raise BreachedListRefused(f"{path} is empty; download the list again")


def _from(file: BinaryIO, place: int) -> bytes | None:
    """The first line that begins at a place or after it; None when none does."""
    if place == 0:
        file.seek(0)
    else:
        file.seek(place - 1)
        # To the end of the line in which the place lies, unless the place is where one begins.
        if not file.readline(_LONGEST_LINE).endswith(b"\n"):
            return None
    return file.readline(_LONGEST_LINE).rstrip(b"\r\n") or None


def _digest(line: bytes, path: Path) -> bytes:
    if not _LINE.fullmatch(line):
        raise BreachedListRefused(
            f"{path} has a line that is not 40 hexadecimal digits, a colon and a number; "
            "download the list of SHA-1 hashes into one file"
        )
    return line[:40].upper()


def _unread(path: Path, error: OSError) -> BreachedListRefused:
    return BreachedListRefused(
        f"{path} cannot be read ({error.strerror}); let the user that runs the clinic's side read it, "
        "or download the list again"
    )
