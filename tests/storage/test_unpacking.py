"""A small file that unpacks to one as big as a disk is given up long before (ASVS 5.2.3)."""

import gzip
import json
import tracemalloc
from io import BytesIO

import pytest

from intake.storage import unpacking
from intake.storage.backup_files import BackupRefused, read
from intake.storage.unpacking import UnpacksToTooMuch, packed_lines
from intake.web.allowances import LARGEST_UPLOAD

MEGABYTE = 1024 * 1024


def packed(pieces):
    file = BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packing:
        for piece in pieces:
            packing.write(piece)
    return file


def test_lines_come_back_as_they_were():
    lines = [b"one\n", b"two\n", b"three without an end"]

    with packed_lines(packed(lines)) as found:
        assert list(found) == lines


def test_a_line_that_never_ends_is_given_up_and_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(unpacking, "LONGEST_LINE", MEGABYTE)
    bomb = packed([b"0" * MEGABYTE] * 15)

    tracemalloc.start()
    try:
        with packed_lines(bomb) as lines, pytest.raises(UnpacksToTooMuch):
            lines.next()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6 * MEGABYTE


def test_very_many_short_lines_are_given_up_at_so_many_times_the_size_of_the_file(monkeypatch):
    monkeypatch.setattr(unpacking, "ALWAYS_TAKEN", MEGABYTE)
    bomb = packed([b"0" * 1023 + b"\n"] * 8 * 1024)
    size = len(bomb.getvalue())
    read_before = 0

    with packed_lines(bomb) as lines, pytest.raises(UnpacksToTooMuch):
        for line in lines:
            read_before += len(line)
    assert read_before <= MEGABYTE + unpacking.MOST_TIMES * size < 8 * MEGABYTE


def test_a_bomb_in_the_place_of_a_backup_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(unpacking, "LONGEST_LINE", MEGABYTE)

    with pytest.raises(BackupRefused, match="far bigger than any backup of its size"):
        read(packed([b"0" * MEGABYTE] * 3))


def test_without_the_limit_it_would_be_taken_for_a_backup_that_is_damaged(monkeypatch):
    """The control: what refuses the bomb is the limit."""
    monkeypatch.setattr(unpacking, "LONGEST_LINE", 64 * MEGABYTE)
    with pytest.raises(BackupRefused, match="no backup of intake"):
        read(packed([b"0" * MEGABYTE] * 3))


def test_the_limits_leave_room_for_the_longest_row_there_can_be():
    # Three content files in one row, as hexadecimal digits of what is sealed.
    assert 2 * len(json.dumps("0" * LARGEST_UPLOAD)) < unpacking.LONGEST_LINE
