"""A key file that systemd hands to one process: read in the place of the folder's own, and only if closed."""

import os
from pathlib import Path

import pytest

from intake.storage.keyring import KeyringRefused, create_keyring, read_patient_keys

NAME = "patient-keys.json"


@pytest.fixture
def handed_over(tmp_path, monkeypatch):
    """The patients' keys as LoadCredential= shows them, and an instance folder without any."""
    create_keyring(tmp_path / "keys")
    given = tmp_path / "credentials"
    given.mkdir()
    (tmp_path / "keys" / NAME).rename(given / NAME)
    # Of root, with an access list: the mask stands where the group's rights would.
    (given / NAME).chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    return given / NAME


def as_owned_by(monkeypatch, user):
    """As if the file were this user's, and we somebody who is not root."""
    real = os.fstat

    def fstat(descriptor):
        found = real(descriptor)
        return os.stat_result((*found[:4], user, *found[5:]))

    monkeypatch.setattr(os, "fstat", fstat)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_what_was_handed_over_is_read(handed_over, tmp_path, monkeypatch):
    as_owned_by(monkeypatch, 0)

    assert read_patient_keys(tmp_path / "keys").secret_key


def test_without_it_the_folder_is_asked(handed_over, tmp_path, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")

    with pytest.raises(KeyringRefused, match=r"there is no .*/keys/patient-keys.json"):
        read_patient_keys(tmp_path / "keys")


@pytest.mark.parametrize("mode", [0o444, 0o460, 0o640 | 0o004, 0o470])
def test_one_that_others_may_read_or_anybody_may_write_is_refused(handed_over, tmp_path, monkeypatch, mode):
    handed_over.chmod(mode)
    as_owned_by(monkeypatch, 0)

    with pytest.raises(KeyringRefused, match="hand it over with LoadCredential="):
        read_patient_keys(tmp_path / "keys")


def test_one_of_another_user_is_refused_there_too(handed_over, tmp_path, monkeypatch):
    handed_over.chmod(0o400)
    as_owned_by(monkeypatch, 1001)

    with pytest.raises(KeyringRefused, match="belongs to user 1001"):
        read_patient_keys(tmp_path / "keys")


@pytest.mark.parametrize(("closed", "words"), [("credentials", "where systemd hands"), ("keys", "cannot be")])
def test_a_folder_that_cannot_be_looked_into_is_told_of(handed_over, tmp_path, monkeypatch, closed, words):
    """As root, whom nothing is closed to, tests cannot close one: looking is what fails."""
    if closed == "keys":
        monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    closed_to_us(monkeypatch, tmp_path / closed)

    with pytest.raises(KeyringRefused, match=words):
        read_patient_keys(tmp_path / "keys")


def closed_to_us(monkeypatch, folder):
    """As if the folder were somebody else's alone."""
    for name in ("stat", "open"):
        monkeypatch.setattr(Path, name, _refusing(getattr(Path, name), folder))


def _refusing(real, folder):
    def refuse(path, *args, **more):
        if path.parent == folder:
            raise PermissionError(path)
        return real(path, *args, **more)

    return refuse


def test_a_file_of_the_folder_that_roots_group_could_read_is_refused_as_before(tmp_path, monkeypatch):
    create_keyring(tmp_path / "keys")
    (tmp_path / "keys" / NAME).chmod(0o440)
    as_owned_by(monkeypatch, 0)

    with pytest.raises(KeyringRefused):
        read_patient_keys(tmp_path / "keys")
