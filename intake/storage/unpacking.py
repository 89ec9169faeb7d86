"""Lines of a packed file, read so that a small file cannot unpack to one that fills the memory.

What a packed file says of its own size is only what somebody wrote there. So it is measured while it is
unpacked, line by line, and given up at the limit; nothing of it was kept by then.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

# A line is a row. The longest there can be holds content files, or a form with everything said about it.
LONGEST_LINE = 32 * 1024 * 1024
# Rows are sealed, and what is sealed hardly gets smaller: an honest file unpacks to a few times its size.
MOST_TIMES = 20
# Small files have little that is sealed in them.
ALWAYS_TAKEN = 16 * 1024 * 1024


class UnpacksToTooMuch(ValueError):
    """Unpacked, the file would be far bigger than any backup of its size."""


class PackedLines:
    """The lines of an open packed file, one after the other, up to a limit."""

    def __init__(self, packed: gzip.GzipFile, most: int) -> None:
        self._packed, self._left = packed, most

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.next, b"")

    def next(self) -> bytes:
        """The next line; empty at the end. Raises UnpacksToTooMuch."""
        line = self._packed.readline(LONGEST_LINE)
        self._left -= len(line)
        is_cut = len(line) == LONGEST_LINE and not line.endswith(b"\n")
        if is_cut or self._left < 0:
            raise UnpacksToTooMuch
        return line


@contextmanager
def packed_lines(file: BinaryIO) -> Iterator[PackedLines]:
    """The lines of a packed file from its beginning; it may unpack to MOST_TIMES its size."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    with gzip.open(file) as packed:
        yield PackedLines(packed, ALWAYS_TAKEN + MOST_TIMES * size)
