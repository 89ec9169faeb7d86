"""The key files belong to the running user alone, are never written over, and say what is wrong."""

import json
import os
import stat

import pytest

from intake.storage.encryption import new_record_key
from intake.storage.keyring import (
    CLINIC_FILE,
    PATIENT_FILE,
    KeyringRefused,
    create_keyring,
    read_clinic_keys,
    read_patient_keys,
)

BOTH = [(CLINIC_FILE, read_clinic_keys), (PATIENT_FILE, read_patient_keys)]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "keys"
    create_keyring(folder)
    return folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_files_are_the_owners_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        create_keyring(tmp_path / "keys")
    finally:
        os.umask(before)
    assert mode(tmp_path / "keys") == 0o700
    assert mode(tmp_path / "keys" / CLINIC_FILE) == 0o600
    assert mode(tmp_path / "keys" / PATIENT_FILE) == 0o600
    assert len(list((tmp_path / "keys").iterdir())) == 2


def test_both_halves_belong_together(folder):
    clinic, patient = read_clinic_keys(folder), read_patient_keys(folder)
    assert patient.clinic_public_key.public_bytes_raw() == clinic.clinic_public_key.public_bytes_raw()
    assert patient.deployment == clinic.deployment
    assert patient.clinic_key_id == clinic.clinic_key_id
    assert patient.audit_key == clinic.audit_key


def test_what_one_site_signs_the_other_does_not_take_for_its_own(folder):
    assert read_patient_keys(folder).secret_key != read_clinic_keys(folder).secret_key


def test_the_patients_file_holds_no_private_key(folder):
    clinic = json.loads((folder / CLINIC_FILE).read_text())
    patient = (folder / PATIENT_FILE).read_text()
    assert clinic["clinic_key"]["private"] not in patient
    assert clinic["staff_key"]["secret"] not in patient


def test_two_clinics_share_no_key(tmp_path):
    create_keyring(tmp_path / "one")
    create_keyring(tmp_path / "two")
    one, two = read_clinic_keys(tmp_path / "one"), read_clinic_keys(tmp_path / "two")
    assert one.deployment != two.deployment
    assert one.audit_key != two.audit_key
    assert one.staff_key.secret != two.staff_key.secret
    assert new_record_key(one).secret != new_record_key(one).secret


@pytest.mark.parametrize("kept", [CLINIC_FILE, PATIENT_FILE])
def test_keys_that_exist_are_never_written_over(folder, kept):
    left = (folder / kept).read_bytes()
    for other in {CLINIC_FILE, PATIENT_FILE} - {kept}:
        (folder / other).unlink()
    with pytest.raises(KeyringRefused, match="Nothing was written"):
        create_keyring(folder)
    assert [path.name for path in folder.iterdir()] == [kept]
    assert (folder / kept).read_bytes() == left


def test_keys_are_not_made_in_a_folder_others_can_open(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    with pytest.raises(KeyringRefused, match="chmod 700"):
        create_keyring(folder)


@pytest.mark.parametrize(("name", "read"), BOTH)
@pytest.mark.parametrize("open_to_others", [0o640, 0o604, 0o620, 0o601])
def test_a_file_open_to_others_is_refused_with_the_remedy(folder, name, read, open_to_others):
    (folder / name).chmod(open_to_others)
    with pytest.raises(KeyringRefused, match=f"chmod 600 .*{name}"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), BOTH)
def test_a_read_only_file_is_welcome(folder, name, read):
    (folder / name).chmod(0o400)
    assert read(folder).deployment


@pytest.mark.parametrize(("name", "read"), BOTH)
def test_a_file_of_somebody_else_is_refused(folder, name, read, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: (folder / name).stat().st_uid + 1)
    with pytest.raises(KeyringRefused, match="belongs to user"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), BOTH)
def test_a_missing_file_is_named(folder, name, read):
    (folder / name).unlink()
    with pytest.raises(KeyringRefused, match=f"there is no .*{name}"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), BOTH)
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "\N{GREEK SMALL LETTER ALPHA}", '{"format": 2}', '{"format": 1}',
     '{"format": 1, "deployment": 5, "clinic_key": []}'],
)  # fmt: skip
def test_a_damaged_file_is_refused(folder, name, read, content):
    (folder / name).write_text(content)
    with pytest.raises(KeyringRefused, match="not a key file, or is damaged"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), BOTH)
def test_a_key_cut_short_is_refused_without_showing_it(folder, name, read):
    document = json.loads((folder / name).read_text())
    document["audit_key"]["secret"] = document["audit_key"]["secret"][:-8]
    (folder / name).write_text(json.dumps(document))
    with pytest.raises(KeyringRefused) as refused:
        read(folder)
    assert document["audit_key"]["secret"] not in str(refused.value)
