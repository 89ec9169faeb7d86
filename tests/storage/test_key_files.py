"""A key file is whole or not there: what it holds is on the disk before it has its name."""

import json
import os
import stat
from pathlib import Path

import pytest

from intake.storage import key_files

DOCUMENT = {"format": 1, "clinic": "Übersee"}


def descriptors():
    """How many files and folders this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


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


def test_no_file_stays_open_and_no_folder(tmp_path):
    """Whoever changes keys for years would be at the end of what the system lets open."""
    open_before = descriptors()
    for _ in range(3):
        key_files.write_document(tmp_path / "keys.json", DOCUMENT)
        key_files.read_document(tmp_path / "keys.json")
    with pytest.raises(key_files.KeyringRefused):
        key_files.read_document(tmp_path / "none.json")
    assert descriptors() == open_before


def test_a_folder_that_cannot_be_synced_is_closed_as_well(tmp_path, monkeypatch):
    open_before = descriptors()

    def broken(_descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        key_files.keep_name(tmp_path)
    assert descriptors() == open_before


@pytest.mark.parametrize("bit", [0o001, 0o002, 0o004, 0o010, 0o020, 0o040])
def test_every_right_of_anybody_else_is_one_too_many(tmp_path, bit):
    path = tmp_path / "keys.json"
    key_files.write_document(path, DOCUMENT)
    path.chmod(0o600 | bit)
    with pytest.raises(key_files.KeyringRefused, match="chmod 600"):
        key_files.read_document(path)

    path.chmod(0o700)
    assert key_files.read_document(path) == DOCUMENT


@pytest.mark.parametrize("bit", [0o001, 0o002, 0o004, 0o010, 0o020, 0o040])
def test_keys_are_made_in_no_folder_in_which_others_have_any_right(tmp_path, bit):
    tmp_path.chmod(0o700)
    key_files.refuse_shared_folder(tmp_path)

    tmp_path.chmod(0o700 | bit)
    with pytest.raises(key_files.KeyringRefused, match="chmod 700"):
        key_files.refuse_shared_folder(tmp_path)


def test_keys_are_made_in_no_folder_of_somebody_else(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(key_files.KeyringRefused, match="chmod 700"):
        key_files.refuse_shared_folder(tmp_path)


@pytest.mark.parametrize("document", [{"format": 0}, {"format": 3}, {}, {"format": "1"}, [1], None])
def test_only_the_two_formats_there_are_are_read(tmp_path, document):
    path = tmp_path / "keys.json"
    for known in (1, 2):
        key_files.write_document(path, {"format": known})
        assert key_files.read_document(path) == {"format": known}

    path.write_text(json.dumps(document))
    with pytest.raises(key_files.KeyringRefused, match="is not a key file"):
        key_files.read_document(path)


@pytest.mark.parametrize(
    ("mode", "user", "handed"),
    [
        *((mode, 0, True) for mode in (0o400, 0o440, 0o600, 0o640)),
        *((0o400 | bit, 0, False) for bit in (0o001, 0o002, 0o004, 0o010, 0o020)),
        (0o440, 1001, False),
    ],
)
def test_what_systemd_handed_over_is_roots_and_closed_to_others(tmp_path, monkeypatch, mode, user, handed):
    def found(path):
        path.touch()
        return os.stat_result((stat.S_IFREG | mode, 1, 1, 1, user, 0, 0, 0, 0, 0))

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    (tmp_path / "given").mkdir()
    for folder, lies_there in ((tmp_path / "given", True), (tmp_path, False)):
        path = folder / "keys.json"
        assert key_files.is_handed_over(path, found(path)) is (handed and lies_there)


def test_without_systemd_the_folder_the_process_runs_in_hands_nothing_over(tmp_path, monkeypatch):
    """The name of no folder is that of the one the process runs in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys.json").write_text("{}")
    for given in ("", None):
        if given is None:
            monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
        else:
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", given)
        here, there = Path("keys.json"), tmp_path / "elsewhere" / "keys.json"
        assert key_files.as_found(there) == there
        roots = os.stat_result((stat.S_IFREG | 0o400, 1, 1, 1, 0, 0, 0, 0, 0, 0))
        assert not key_files.is_handed_over(here, roots)


def test_a_file_systemd_did_not_hand_over_is_looked_for_where_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    (tmp_path / "given").mkdir()
    named = tmp_path / "keys.json"
    assert key_files.as_found(named) == named

    (tmp_path / "given" / "keys.json").touch()
    assert key_files.as_found(named) == tmp_path / "given" / "keys.json"
