"""Key files hold several keys for a purpose: one seals, all of them open, and a running site notices."""

import json
import os
from dataclasses import replace

import pytest

from intake.storage.encryption import (
    DecryptionFailed,
    Place,
    key_id_of,
    names_a_key,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
    wrap_for_token,
)
from intake.storage.key_documents import changing, write_documents
from intake.storage.key_entries import KeyPurpose, Use
from intake.storage.key_files import KeyringRefused
from intake.storage.keyring import (
    CLINIC_FILE,
    PATIENT_FILE,
    are_those_of_the_file,
    as_they_are_now,
    create_keyring,
    read_clinic_keys,
    read_outbox_keys,
    read_patient_keys,
)
from storage.several_keys import with_new_key, without

PLACE = Place("record_keys", "sealed", "one")
PURPOSES = [KeyPurpose.CLINIC, KeyPurpose.STAFF]


@pytest.fixture
def folder(tmp_path):
    create_keyring(tmp_path / "keys")
    return tmp_path / "keys"


def sealed_with(keys, purpose):
    if purpose is KeyPurpose.STAFF:
        return keys.staff_key.seal(b"content", PLACE)
    return seal_for_clinic(keys, new_record_key(keys), PLACE)


def opened_with(keys, purpose, sealed):
    return (
        keys.staff_key.open(sealed, PLACE)
        if purpose is KeyPurpose.STAFF
        else open_for_clinic(keys, sealed, PLACE)
    )


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_new_key_seals_and_both_open(folder, purpose):
    before = read_clinic_keys(folder)
    old = sealed_with(before, purpose)
    now = with_new_key(folder, purpose)
    new = sealed_with(now, purpose)

    assert key_id_of(old) != key_id_of(new)
    assert opened_with(now, purpose, old) == opened_with(before, purpose, old)
    opened_with(now, purpose, new)
    with pytest.raises(DecryptionFailed):
        opened_with(before, purpose, new)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_that_waits_opens_and_seals_nothing(folder, purpose):
    old = sealed_with(read_clinic_keys(folder), purpose)
    waiting = with_new_key(folder, purpose, Use.WAITING)

    assert key_id_of(sealed_with(waiting, purpose)) == key_id_of(old)
    new = sealed_with(with_new_key(folder, purpose), purpose)
    opened_with(read_clinic_keys(folder), purpose, new)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_without_the_key_before_what_it_sealed_does_not_open(folder, purpose):
    """The control."""
    old = sealed_with(read_clinic_keys(folder), purpose)
    with_new_key(folder, purpose)

    with pytest.raises(DecryptionFailed):
        opened_with(without(folder, key_id_of(old), purpose), purpose, old)


def test_a_key_id_that_was_changed_opens_with_neither_key(folder):
    old = sealed_with(read_clinic_keys(folder), KeyPurpose.STAFF)
    now = with_new_key(folder, KeyPurpose.STAFF)

    swapped = old[:2] + now.staff_key.id + old[6:]
    with pytest.raises(DecryptionFailed):
        now.staff_key.open(swapped, PLACE)


def test_the_patient_site_seals_to_the_new_key_and_holds_no_private_one(folder):
    now = with_new_key(folder)
    patient = read_patient_keys(folder)

    sealed = seal_for_clinic(patient, new_record_key(patient), PLACE)

    open_for_clinic(now, sealed, PLACE)
    assert patient.clinic_key_id == now.clinic_key_id
    document = (folder / CLINIC_FILE).read_text()
    kept = [one["private"] for one in json.loads(document)["clinic_keys"]]
    assert len(kept) == 2
    assert not any(one in (folder / PATIENT_FILE).read_text() for one in kept)


def test_only_what_is_sealed_to_a_key_file_names_a_key(folder):
    keys = read_clinic_keys(folder)
    own = new_record_key(keys)

    assert names_a_key(sealed_with(keys, KeyPurpose.CLINIC))
    assert names_a_key(sealed_with(keys, KeyPurpose.STAFF))
    assert not names_a_key(own.seal(b"content", PLACE))
    assert not names_a_key(wrap_for_token(own, "token", PLACE))
    assert not names_a_key(b"")


@pytest.mark.parametrize("read", [read_clinic_keys, read_patient_keys])
def test_a_running_site_takes_a_new_key_into_use_and_keeps_the_one_it_signs_pages_with(folder, read):
    begun = read(folder)
    assert as_they_are_now(begun) is begun
    now = with_new_key(folder)

    noticed = as_they_are_now(begun)

    assert noticed.clinic_key_id == now.clinic_key_id != begun.clinic_key_id
    assert type(noticed) is type(begun)
    assert noticed.secret_key == begun.secret_key
    assert as_they_are_now(noticed).clinic_key_id == now.clinic_key_id


def test_a_running_site_outlives_a_key_file_that_cannot_be_read(folder):
    begun = read_clinic_keys(folder)
    (folder / CLINIC_FILE).write_text("{")
    assert as_they_are_now(begun) is begun
    (folder / CLINIC_FILE).unlink()
    assert as_they_are_now(begun) is begun


@pytest.mark.parametrize("lost", ["gone", "half written"])
def test_a_running_site_goes_on_with_the_keys_it_read_last(folder, lost):
    """And not with those it began with: what was sealed since opens with these alone."""
    begun, path = read_clinic_keys(folder), folder / CLINIC_FILE
    newest = with_new_key(folder, KeyPurpose.STAFF)
    noticed = as_they_are_now(begun)
    whole = path.read_bytes()
    path.unlink() if lost == "gone" else path.write_bytes(whole[:200])

    for held in (begun, noticed, newest):
        assert as_they_are_now(held).staff_key == newest.staff_key
        assert not are_those_of_the_file(as_they_are_now(held))
    assert as_they_are_now(begun).secret_key == begun.secret_key

    path.touch(0o600)
    path.write_bytes(whole)
    even_newer = with_new_key(folder, KeyPurpose.STAFF)
    path.unlink()
    assert as_they_are_now(even_newer) is even_newer, "read since by itself, and never noticed"


def test_a_site_sees_whether_its_keys_are_those_of_the_file(folder):
    begun = read_clinic_keys(folder)
    assert are_those_of_the_file(begun)
    assert are_those_of_the_file(replace(begun, read_from=None)), "there is nothing newer"
    with_new_key(folder)
    assert not are_those_of_the_file(begun)
    assert are_those_of_the_file(as_they_are_now(begun))


@pytest.mark.parametrize(
    "uses", [["earlier"], ["active", "active"], [], ["gone"], ["active", "waiting", "active"]]
)
def test_a_file_without_exactly_one_key_in_use_is_damaged(folder, uses):
    with_new_key(folder)
    path = folder / CLINIC_FILE
    document = json.loads(path.read_text())
    one = document["clinic_keys"][0]
    document["clinic_keys"] = [{**one, "use": use} for use in uses]
    path.write_text(json.dumps(document))

    with pytest.raises(KeyringRefused, match="damaged"):
        read_clinic_keys(folder)


def test_what_fails_in_the_middle_changes_no_key_file(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(RuntimeError), changing(folder) as documents:
        documents[CLINIC_FILE]["clinic_key"] = "gone"
        raise RuntimeError

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_changed_files_stay_the_owners_alone(folder):
    with_new_key(folder)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_key_files_are_put_in_place_all_or_none(tmp_path, monkeypatch):
    documents = {CLINIC_FILE: {"format": 1}, PATIENT_FILE: {"format": 1}}
    renamed = os.rename

    def refuse_folder(*arguments):
        raise OSError("the folder cannot be named")

    monkeypatch.setattr(
        "pathlib.Path.rename", lambda path, to: renamed(path, to) if path.is_file() else refuse_folder()
    )
    with pytest.raises(OSError, match="cannot be named"):
        write_documents(tmp_path / "keys", documents)
    assert not (tmp_path / "keys").exists()
    monkeypatch.undo()

    write_documents(tmp_path / "keys", documents)
    assert {path.name for path in tmp_path.iterdir()} == {"keys"}
    assert {path.name for path in (tmp_path / "keys").iterdir()} == set(documents)
    with pytest.raises(KeyringRefused, match="not empty"):
        write_documents(tmp_path / "keys", documents)


@pytest.mark.parametrize("read", [read_clinic_keys, read_patient_keys, read_outbox_keys])
def test_nobody_who_runs_takes_the_keys_of_another_installation_into_use(folder, tmp_path, read):
    begun = read(folder)
    create_keyring(tmp_path / "another")
    kept = {one.name: one.read_bytes() for one in folder.iterdir()}
    for one in (tmp_path / "another").iterdir():
        (folder / one.name).write_bytes(one.read_bytes())

    assert as_they_are_now(begun) is begun

    for name, content in kept.items():
        (folder / name).write_bytes(content)
    assert as_they_are_now(begun).deployment == begun.deployment
