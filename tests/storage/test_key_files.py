"""A key file is whole or not there: what it holds is on the disk before it has its name."""

import json
import os
import stat
from pathlib import Path

import pytest

from intake.storage import key_files

DOCUMENT = {"format": 1, "clinic": "Übersee"}


def test_a_key_file_is_on_the_disk_before_it_takes_the_place_of_the_one_before(tmp_path, monkeypatch):
    path, happened = tmp_path / "keys.json", []
    rename, sync = Path.rename, os.fsync

    def noting(descriptor):
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        size = os.fstat(descriptor).st_size if kind == "file" else 0
        happened.append((f"{kind} on the disk", size))
        sync(descriptor)

    def renaming(self, target):
        happened.append(("named", self.stat().st_size))
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noting)
    monkeypatch.setattr(Path, "rename", renaming)

    key_files.write_document(path, DOCUMENT)

    size = path.stat().st_size
    assert happened == [("file on the disk", size), ("named", size), ("folder on the disk", 0)]
    assert json.loads(path.read_text("utf-8")) == DOCUMENT
    assert path.read_bytes().isascii()
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_half_written_is_in_nobodys_way(tmp_path):
    path = tmp_path / "keys.json"
    path.with_suffix(".unfinished").write_text("half of")

    key_files.write_document(path, DOCUMENT)

    assert sorted(one.name for one in tmp_path.iterdir()) == ["keys.json"]


def test_a_disk_that_is_full_leaves_the_file_before_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "keys.json"
    key_files.write_document(path, DOCUMENT)
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        key_files.write_document(path, {"format": 2})
    assert path.read_bytes() == before
