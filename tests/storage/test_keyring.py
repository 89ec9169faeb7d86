"""The key files belong to the running user alone, are never written over, and say what is wrong."""

import json
import os
import stat
from dataclasses import replace

import pytest

from intake.storage import keyring
from intake.storage.encryption import (
    Place,
    new_record_key,
    open_for_clinic,
    open_from_outbox,
    seal_for_clinic,
    seal_for_outbox,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.key_files import KeyringRefused
from intake.storage.keyring import (
    CLINIC_FILE,
    PATIENT_FILE,
    WORKER_FILE,
    complete_keyring,
    create_keyring,
    read_clinic_keys,
    read_outbox_keys,
    read_patient_keys,
)
from storage.several_keys import with_new_key

EVERY = [(CLINIC_FILE, read_clinic_keys), (PATIENT_FILE, read_patient_keys), (WORKER_FILE, read_outbox_keys)]


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
    assert mode(tmp_path / "keys" / WORKER_FILE) == 0o600
    assert len(list((tmp_path / "keys").iterdir())) == 3


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


def test_the_workers_file_opens_letters_and_nothing_else(folder):
    clinic = json.loads((folder / CLINIC_FILE).read_text())
    worker = json.loads((folder / WORKER_FILE).read_text())
    assert set(worker) == {"format", "deployment", "outbox_key"}
    assert worker["outbox_key"] == clinic["outbox_key"] != clinic["clinic_key"]
    assert clinic["outbox_key"]["private"] not in (folder / PATIENT_FILE).read_text()


def as_before_the_worker(folder):
    """Key files as an earlier version left them."""
    for name in (CLINIC_FILE, PATIENT_FILE):
        document = json.loads((folder / name).read_text())
        del document["outbox_key"]
        (folder / name).write_text(json.dumps(document))
    (folder / WORKER_FILE).unlink()


def test_keys_of_an_earlier_version_are_given_an_outbox_and_keep_all_they_had(folder):
    as_before_the_worker(folder)
    before = [json.loads((folder / name).read_text()) for name in (CLINIC_FILE, PATIENT_FILE)]

    assert complete_keyring(folder)
    assert not complete_keyring(folder)

    after = [json.loads((folder / name).read_text()) for name in (CLINIC_FILE, PATIENT_FILE)]
    assert [old | {"outbox_key": new["outbox_key"]} for old, new in zip(before, after, strict=True)] == after
    clinic, patient, worker = (read(folder) for _, read in EVERY)
    assert clinic.outbox_keys.private_key.private_bytes_raw() == worker.private_key.private_bytes_raw()
    assert patient.outbox.public_key.public_bytes_raw() == worker.private_key.public_key().public_bytes_raw()
    assert {mode(folder / name) for name, _ in EVERY} == {0o600}


@pytest.mark.parametrize("last", [CLINIC_FILE, PATIENT_FILE])
def test_whoever_is_killed_while_keys_are_completed_goes_on_with_the_same_pair(folder, last, monkeypatch):
    as_before_the_worker(folder)
    monkeypatch.setattr(keyring, "write_document", dies_after(last, keyring.write_document))
    with pytest.raises(KeyboardInterrupt):
        complete_keyring(folder)
    monkeypatch.undo()
    made = json.loads((folder / CLINIC_FILE).read_text())["outbox_key"]

    assert complete_keyring(folder)

    assert json.loads((folder / WORKER_FILE).read_text())["outbox_key"] == made
    assert read_patient_keys(folder).outbox.id == read_outbox_keys(folder).id


@pytest.mark.parametrize("lacks", [CLINIC_FILE, PATIENT_FILE, WORKER_FILE])
def test_one_file_that_lacks_what_the_others_have_is_completed(folder, lacks):
    """As when a file was put back from an old copy, or was not brought to its machine."""
    if lacks == WORKER_FILE:
        (folder / lacks).unlink()
    else:
        document = json.loads((folder / lacks).read_text())
        del document["outbox_key"]
        (folder / lacks).write_text(json.dumps(document))

    assert complete_keyring(folder)
    assert {"outbox_key" in json.loads((folder / name).read_text()) for name, _ in EVERY} == {True}
    clinic, worker = read_clinic_keys(folder), read_outbox_keys(folder)
    assert clinic.outbox_keys.private_key.private_bytes_raw() == worker.private_key.private_bytes_raw()
    assert not complete_keyring(folder)


@pytest.mark.parametrize("damage", [{"id": "x"}, {"private": "x"}, {"private": None}, 5])
def test_keys_that_are_damaged_are_not_completed(folder, damage):
    (folder / WORKER_FILE).unlink()
    document = json.loads((folder / CLINIC_FILE).read_text())
    document["outbox_key"] = damage
    (folder / CLINIC_FILE).write_text(json.dumps(document))
    patients = json.loads((folder / PATIENT_FILE).read_text())
    del patients["outbox_key"]
    (folder / PATIENT_FILE).write_text(json.dumps(patients))

    with pytest.raises(KeyringRefused, match=f"{CLINIC_FILE} is not a key file, or is damaged"):
        complete_keyring(folder)
    assert not (folder / WORKER_FILE).exists()


def test_of_new_keys_every_account_has_a_seal(folder):
    """Otherwise a new clinic would take an account without one for an old one, and seal what was planted."""
    assert json.loads((folder / CLINIC_FILE).read_text())[keyring.ACCOUNTS_SEALED] is True
    assert keyring.ACCOUNTS_SEALED == "accounts_sealed", "it stands in the files"
    assert keyring.ACCOUNTS_SEALED not in json.loads((folder / PATIENT_FILE).read_text())


def test_what_a_new_file_holds(folder):
    clinic, patient = (json.loads((folder / name).read_text()) for name in (CLINIC_FILE, PATIENT_FILE))
    shared = {"format", "deployment", "audit_key", "clinic_key", "secret_key", "outbox_key"}
    assert set(clinic) == {*shared, "staff_key", "accounts_sealed"}
    assert set(patient) == shared
    assert {clinic["format"], patient["format"]} == {1}
    assert set(clinic["clinic_key"]) == {"id", "private"}
    assert set(patient["clinic_key"]) == {"id", "public"}
    secrets = [clinic[name]["secret"] for name in ("audit_key", "staff_key", "secret_key")]
    assert len({*secrets, patient["secret_key"]["secret"]}) == 4
    assert len({clinic[name]["id"] for name in ("clinic_key", "audit_key", "staff_key", "secret_key")}) == 4


@pytest.mark.parametrize("purpose", [KeyPurpose.CLINIC, KeyPurpose.STAFF, KeyPurpose.OUTBOX])
def test_what_was_sealed_with_the_key_before_opens_with_the_keys_of_now(folder, purpose):
    before, place = read_clinic_keys(folder), Place("a_table", "a_column", "a record")
    record, secret = new_record_key(before), b"some words"
    now = with_new_key(folder, purpose)

    assert open_for_clinic(now, seal_for_clinic(before, record, place), place) == record
    assert now.staff_key.open(before.staff_key.seal(secret, place), place) == secret
    assert open_from_outbox(now.outbox_keys, seal_for_outbox(before, record, place), place) == record
    assert {
        KeyPurpose.CLINIC: now.clinic_key_id != before.clinic_key_id,
        KeyPurpose.STAFF: now.staff_key.id != before.staff_key.id,
        KeyPurpose.OUTBOX: now.outbox_keys.id != before.outbox_keys.id,
    }[purpose], "another one is in use"


def test_a_file_that_was_read_is_looked_at_again_when_it_changed_in_any_way(folder):
    keys = read_clinic_keys(folder)
    path = folder / CLINIC_FILE
    found = path.stat()
    assert keyring.are_those_of_the_file(keys)

    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    assert not keyring.are_those_of_the_file(keys), "at another time"

    content = path.read_text()
    path.write_text(content + "\n")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert not keyring.are_those_of_the_file(keys), "of another size"

    other = path.with_name("other")
    other.write_text(content)
    other.chmod(0o600)
    other.rename(path)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert not keyring.are_those_of_the_file(keys), "another file"

    path.unlink()
    assert not keyring.are_those_of_the_file(keys), "none"


def test_keys_of_no_file_are_the_newest_there_are(folder):
    keys = replace(read_clinic_keys(folder), read_from=None)
    (folder / CLINIC_FILE).unlink()

    assert keyring.are_those_of_the_file(keys)
    assert keyring.as_they_are_now(keys) is keys


def test_of_newer_keys_the_secret_key_stays_the_one_this_process_began_with(folder):
    clinic, worker = read_clinic_keys(folder), read_outbox_keys(folder)
    assert keyring.as_they_are_now(clinic) is clinic
    newest = with_new_key(folder, KeyPurpose.SECRET)
    assert newest.secret_key != clinic.secret_key

    assert keyring.as_they_are_now(clinic).secret_key == clinic.secret_key
    assert not keyring.are_those_of_the_file(clinic)
    assert keyring.as_they_are_now(worker).id == worker.id


def test_the_keys_of_another_installation_change_nothing_for_a_process_that_runs(folder, tmp_path):
    keys = read_clinic_keys(folder)
    create_keyring(tmp_path / "others")
    (tmp_path / "others" / CLINIC_FILE).rename(folder / CLINIC_FILE)

    assert keyring.as_they_are_now(keys) is keys
    assert not keyring.are_those_of_the_file(keys)


def test_what_was_noticed_last_is_gone_on_with_when_the_file_cannot_be_read_any_more(folder):
    begun = read_clinic_keys(folder)
    newest = with_new_key(folder, KeyPurpose.STAFF)
    assert keyring.as_they_are_now(begun).staff_key.id == newest.staff_key.id
    latest = with_new_key(folder, KeyPurpose.STAFF)
    (folder / CLINIC_FILE).write_text("{")

    assert keyring.as_they_are_now(begun).staff_key.id == newest.staff_key.id
    assert keyring.as_they_are_now(latest) is latest, "what was read later is not gone back from"


def dies_after(last, write):
    def written(path, document):
        write(path, document)
        if path.name == last:
            raise KeyboardInterrupt

    return written


def test_two_clinics_share_no_key(tmp_path):
    create_keyring(tmp_path / "one")
    create_keyring(tmp_path / "two")
    one, two = read_clinic_keys(tmp_path / "one"), read_clinic_keys(tmp_path / "two")
    assert one.deployment != two.deployment
    assert one.audit_key != two.audit_key
    assert one.staff_key.secret != two.staff_key.secret
    assert new_record_key(one).secret != new_record_key(one).secret


@pytest.mark.parametrize("kept", [CLINIC_FILE, PATIENT_FILE, WORKER_FILE])
def test_keys_that_exist_are_never_written_over(folder, kept):
    left = (folder / kept).read_bytes()
    for other in {CLINIC_FILE, PATIENT_FILE, WORKER_FILE} - {kept}:
        (folder / other).unlink()
    with pytest.raises(KeyringRefused, match="Nothing was written"):
        create_keyring(folder)
    assert [path.name for path in folder.iterdir()] == [kept]
    assert (folder / kept).read_bytes() == left


def test_a_folder_for_keys_may_be_there_or_lie_in_one_that_is_not(tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(0o700)
    for folder in (there, tmp_path / "not" / "yet" / "there"):
        create_keyring(folder)
        assert mode(folder) == 0o700
        assert read_clinic_keys(folder).deployment == read_patient_keys(folder).deployment


def test_keys_are_not_made_in_a_folder_others_can_open(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask says
    with pytest.raises(KeyringRefused, match="chmod 700"):
        create_keyring(folder)


@pytest.mark.parametrize(("name", "read"), EVERY)
@pytest.mark.parametrize("open_to_others", [0o640, 0o604, 0o620, 0o601])
def test_a_file_open_to_others_is_refused_with_the_remedy(folder, name, read, open_to_others):
    (folder / name).chmod(open_to_others)
    with pytest.raises(KeyringRefused, match=f"chmod 600 .*{name}"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), EVERY)
def test_a_read_only_file_is_welcome(folder, name, read):
    (folder / name).chmod(0o400)
    assert read(folder).deployment


@pytest.mark.parametrize(("name", "read"), EVERY)
def test_a_file_of_somebody_else_is_refused(folder, name, read, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: (folder / name).stat().st_uid + 1)
    with pytest.raises(KeyringRefused, match="belongs to user"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), EVERY)
def test_a_missing_file_is_named(folder, name, read):
    (folder / name).unlink()
    with pytest.raises(KeyringRefused, match=f"there is no .*{name}"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), EVERY)
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "\N{GREEK SMALL LETTER ALPHA}", '{"format": 2}', '{"format": 1}',
     '{"format": 1, "deployment": 5, "clinic_key": []}'],
)  # fmt: skip
def test_a_damaged_file_is_refused(folder, name, read, content):
    (folder / name).write_text(content)
    with pytest.raises(KeyringRefused, match="not a key file, or is damaged"):
        read(folder)


@pytest.mark.parametrize(("name", "read"), EVERY)
def test_a_key_cut_short_is_refused_without_showing_it(folder, name, read):
    document = json.loads((folder / name).read_text())
    key, half = ("outbox_key", "private") if name == WORKER_FILE else ("audit_key", "secret")
    document[key][half] = document[key][half][:-8]
    (folder / name).write_text(json.dumps(document))
    with pytest.raises(KeyringRefused) as refused:
        read(folder)
    assert document[key][half] not in str(refused.value)
