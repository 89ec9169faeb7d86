"""What a process that is started by itself has at hand: what is its own, and nothing it cannot see."""

import os
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from intake.domain.processes import Process
from intake.services.doctor import examine
from intake.services.doctor_at_start import Unsafe, refuse_unsafe
from intake.services.doctor_facts import at_hand
from services.test_doctor import GOOD, SOUND, file, with_file

USER = 1000
ON_A_SERVER = "postgresql:///intake?user=intake_patient"
each = pytest.mark.parametrize("process", Process, ids=lambda one: one.value)


@pytest.fixture
def folder(tmp_path):
    """/var/lib/intake-... as docs/running.md has it made: the user's own, and settings in it."""
    there = tmp_path / "intake"
    there.mkdir(mode=0o700)
    (there / "settings.ini").write_text("[intake]\n", "utf-8")
    (there / "settings.ini").chmod(0o600)
    return there


def settings_in(folder, process, **more):
    """What deploy's units name: no key file, the process's own role, and a proxy in front."""
    none = {f"{one.value}_database_url": "" for one in Process}
    own = {f"{process.value}_database_url": ON_A_SERVER}
    sqlite = f"sqlite:///{folder / 'intake.db'}"
    return replace(GOOD, instance=folder, **(none | {"database_url": sqlite} | own | more))


def as_of(monkeypatch, owners):
    """As if these files were of these users, and we somebody who is not root."""
    real = Path.stat

    def stat(path, **more):
        found = real(path, **more)
        return os.stat_result((*found[:4], owners.get(path, USER), *found[5:]))

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(os, "geteuid", lambda: USER)


@each
def test_each_starts_in_a_folder_as_it_is_described(folder, process, monkeypatch):
    as_of(monkeypatch, {})

    refuse_unsafe(settings_in(folder, process), process, {})


@each
@pytest.mark.parametrize("owner", [0, 1001])
def test_a_folder_of_roots_is_nobody_elses_and_one_of_another_user_is(folder, process, owner, monkeypatch):
    as_of(monkeypatch, {folder: owner})
    folder.chmod(0o755)  # else whoever the folder does not belong to could not look into it

    if owner:
        with pytest.raises(Unsafe, match="the instance folder belongs to somebody else"):
            refuse_unsafe(settings_in(folder, process), process, {})
    else:
        refuse_unsafe(settings_in(folder, process), process, {})


def test_of_a_folder_of_roots_the_doctor_says_no_more_than_that_others_look_into_it():
    found = examine(with_file("instance", file("", 0o755, owner=0)))

    assert [one.id for one in found] == ["instance-read-by-others"]
    assert SOUND.user != 0


@pytest.mark.parametrize(
    ("mode", "where", "owner", "starts"),
    [
        (0o440, "credentials", 0, True),  # an access list's mask stands where the group's rights would
        (0o400, "credentials", 0, True),
        (0o444, "credentials", 0, False),
        (0o440, "credentials", 1001, False),
        (0o440, "elsewhere", 0, False),
        (0o600, "elsewhere", USER, True),
        (0o640, "elsewhere", USER, False),
    ],
)
def test_what_systemd_hands_over_is_closed(folder, tmp_path, monkeypatch, mode, where, owner, starts):
    password = tmp_path / where / "mail-password"
    password.parent.mkdir()
    password.write_text("not one", "utf-8")
    password.chmod(mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    as_of(monkeypatch, {password: owner})
    settings = settings_in(folder, Process.WORKER, mail_password_file=password)

    if starts:
        refuse_unsafe(settings, Process.WORKER, {})
    else:
        with pytest.raises(Unsafe, match="mail-password"):
            refuse_unsafe(settings, Process.WORKER, {})


@each
def test_what_a_process_cannot_read_is_not_its_to_refuse(folder, process, monkeypatch):
    """The clinic's settings may name the worker's password. Its owner and mode can be seen all the same."""
    (folder / "password").write_text("not one", "utf-8")
    as_of(monkeypatch, {folder / "password": 1001})
    (folder / "password").chmod(0o600)
    both = {"mail_password_file": folder / "password", "provider_secret_file": folder / "password"}
    monkeypatch.setattr(os, "access", lambda path, _how: path != folder / "password")

    refuse_unsafe(settings_in(folder, process, **both), process, {})
    monkeypatch.setattr(os, "access", lambda _path, _how: True)
    if process is not Process.PATIENT:
        with pytest.raises(Unsafe, match="it belongs to somebody else"):
            refuse_unsafe(settings_in(folder, process, **both), process, {})


@each
def test_a_full_disk_is_for_whoever_keeps_something_on_it(folder, process, monkeypatch):
    full = namedtuple("Usage", "total used free")(10**12, 10**12, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    as_of(monkeypatch, {})

    refuse_unsafe(settings_in(folder, process), process, {})
    on_sqlite = settings_in(folder, process, **{f"{process.value}_database_url": ""})
    with pytest.raises(Unsafe, match="there is almost no room left"):
        refuse_unsafe(on_sqlite, process, {})
    with pytest.raises(Unsafe, match="there is almost no room left"):
        refuse_unsafe(settings_in(folder, process), None, {})


@each
def test_no_process_reads_a_key_to_look_around(folder, process, monkeypatch):
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    for name in ("clinic", "patient", "worker"):
        (keys / f"{name}-keys.json").write_text("not one", "utf-8")
        (keys / f"{name}-keys.json").chmod(0o600)
    as_of(monkeypatch, {})

    facts = at_hand(settings_in(folder, process), {}, process)

    assert {name for name in facts.files if name.endswith("_keys")} == {f"{process.value}_keys"}
    assert facts.keys_refused == ""
    assert at_hand(settings_in(folder, process), {}).keys_refused
