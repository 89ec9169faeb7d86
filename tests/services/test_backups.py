"""A backup holds everything of one moment and no key, and comes back whole or not at all."""

import gzip
import json
import resource
import shutil
import signal
import threading
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

import exchanging
from agreeing import agree_to_erase
from copies import PASSWORD, make_copy, staff
from intake.domain.notice_failures import NoticeFailure
from intake.domain.permissions import Permission, Role
from intake.services import accounts, answering, backups, erasing, keys, restoring, retiring_keys
from intake.services.clinic import Clinic
from intake.services.instance import prepare
from intake.services.refusals import Refusal
from intake.storage import (
    age_files,
    audit,
    backup_files,
    dead_letters,
    outgoing,
    rewrapping,
    row_seals,
    submissions,
)
from intake.storage.age_files import RecipientsRefused
from intake.storage.backup_files import BackupRefused
from intake.storage.database import (
    Database,
    is_current,
    is_empty,
    migrate,
    newest_revision,
    revision_of,
    undo_migration,
    upgrade_within,
)
from intake.storage.key_documents import changing, documents_in
from intake.storage.key_entries import KeyPurpose, entries, has, the_active
from intake.storage.key_files import KeyringRefused
from intake.storage.keyring import (
    ACCOUNTS_SEALED,
    CLINIC_FILE,
    read_clinic_keys,
    read_outbox_keys,
    read_patient_keys,
)
from intake.storage.table_shapes import LEFT_OUT, shapes
from intake.storage.tables import Base, StaffMemberRow
from intake.storage.whole_files import FileNotWritten
from keepers import closed, console_of, copied, keeper, rotated, same_clinic
from sending import fill_in, send_at_once
from storage.everything import all_opened
from web.clinic.content import LIBRARY

FORM = "first_name: Quetzal, last_name: Doe"
_LEAF = 0x0D  # how a page with rows begins, in SQLite
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module")
def keepers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keepers")
    return keeper(folder, "kay"), keeper(folder, "lee")


@pytest.fixture(scope="module")
def kept(tmp_path_factory, keepers):
    """A clinic with three forms, a recovery copy of its keys and a backup: made once, and never changed."""
    folder = tmp_path_factory.mktemp("kept")
    copy = make_copy(folder, LIBRARY)
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    for _ in range(3):
        send_at_once(copy.desk, FORM)
    console = console_for(copy, keepers)
    copied(console, folder / "recovery.age", keepers)
    backups.make(console, folder / "backup.age")
    yield copy
    closed(copy)


@pytest.fixture
def backed_up(kept):
    """All it takes to restore it: the backup and the recovery copy."""
    folder = kept.settings.instance.parent
    return folder / "backup.age", folder / "recovery.age"


@pytest.fixture
def copy(kept, tmp_path):
    """The same clinic, to be changed."""
    copy = same_clinic(kept, tmp_path)
    yield copy
    closed(copy)


@pytest.fixture
def console(copy, keepers):
    return console_for(copy, keepers)


def console_for(copy, keepers):
    return console_of(copy, backup_recipients=", ".join(one.recipient for one in keepers))


def elsewhere(settings, folder, database_url=""):
    """The settings of another machine, on which there is nothing yet."""
    instance = folder / "restored" / "instance"
    url = database_url or f"sqlite:///{instance / 'intake.db'}"
    return replace(settings, instance=instance, database_url=url)


def clinic_of(settings, copy):
    """The clinic on a machine that was restored."""
    return Clinic(
        settings,
        Database(settings.database_url),
        copy.clinic.library,
        read_clinic_keys(settings.instance / "keys"),
        copy.clock,
    )


def everything(database):
    """Every row of every table that a backup holds, as it is written there."""
    with database.read() as session:
        return {
            shape.name: list(backup_files.lines_of(session, shape))
            for shape in shapes()
            if shape.name not in ("audit_events", "audit_head")
        }


def nothing_is_left(settings):
    instance = settings.instance
    return not instance.exists() or list(instance.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_destroyed_comes_back_from_a_backup_and_a_recovery_copy_alone(
    kind, request, tmp_path, keepers
):
    """The drill: two people, a backup, a recovery copy, and a machine on which there is nothing."""
    url = request.getfixturevalue("fresh_postgres_database") if kind == "postgresql" else ""
    copy = make_copy(tmp_path, LIBRARY, url)
    console = console_of(copy, backup_recipients=", ".join(one.recipient for one in keepers))
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    token = fill_in(copy.desk, FORM)
    for _ in range(3):
        send_at_once(copy.desk, FORM)
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.CLINIC)
    made = backups.make(console, tmp_path / "backup.age")
    before = everything(copy.clinic.database)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    shutil.rmtree(copy.settings.instance)
    settings = elsewhere(copy.settings, tmp_path, url)
    if url:
        _empty(url)

    done = restoring.restore(settings, made.file, keepers[1].identity, tmp_path / "recovery.age")

    assert (done.opened, done.tried, done.trail.ok) == (3, 3, True)
    clinic = clinic_of(settings, copy)
    assert everything(clinic.database) == before
    with clinic.database.read() as session:
        assert audit.verify(session, clinic.keys).ok
        assert audit.events(session)[-1].event == "BackupRestored"
        for one in submissions.ids(session):
            assert submissions.fetch(session, clinic.keys, one).answers["first_name"].value.words == "Quetzal"
    assert accounts.sign_in(clinic, "alice", PASSWORD, "here") is not None
    desk = replace(copy.desk, database=clinic.database, settings=settings)
    assert answering.send(desk, token, "Quetzal Doe").reference  # a draft goes on, too
    clinic.database.dispose()


def _empty(url):
    database = Database(url)
    with database.write() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    database.dispose()


@pytest.mark.postgres
def test_a_backup_of_one_database_can_be_restored_into_the_other(kept, backed_up, keepers, tmp_path, request):
    url = request.getfixturevalue("fresh_postgres_database")
    settings = elsewhere(kept.settings, tmp_path, url)

    restoring.restore(settings, backed_up[0], keepers[0].identity, backed_up[1])

    clinic = clinic_of(settings, kept)
    assert everything(clinic.database) == everything(kept.clinic.database)
    clinic.database.dispose()


def test_a_backup_of_a_version_that_sealed_no_accounts_comes_back_whole(
    copy, console, keepers, tmp_path, monkeypatch
):
    """With the recovery copy of that day. What is put beside the accounts meanwhile is nobody's."""
    with changing(console.folder) as documents:
        del documents[CLINIC_FILE][ACCOUNTS_SEALED]
    recovery = copied(console, tmp_path / "recovery.age", keepers)
    with monkeypatch.context() as patch:
        backup = backup_of_before(patch, copy, console, tmp_path / "of-before.age")
    settings = elsewhere(copy.settings, tmp_path)

    done = restoring.restore(settings, backup, keepers[0].identity, recovery)

    assert (done.opened, done.tried, done.trail.ok, done.manifest.migration) == (3, 3, True, "0019")
    clinic = clinic_of(settings, copy)
    with clinic.database.write() as session:
        assert revision_of(session) == newest_revision()
        assert audit.verify(session, clinic.keys).ok
        assert all_opened(session, clinic.keys)
        alice = session.scalars(select(StaffMemberRow)).one()
        planted = {one.key: getattr(alice, one.key) for one in StaffMemberRow.__table__.columns}
        planted |= {"id": uuid4(), "username": "mallory", "seal": None}
        session.execute(insert(StaffMemberRow).values(planted))
    prepare(settings)
    assert [one.username for one in accounts.staff(clinic)] == ["alice"]
    assert accounts.sign_in(clinic, "alice", PASSWORD, "here") is not None
    clinic.database.dispose()


def backup_of_before(patch, copy, console, to):
    """A backup as it was written before migration 0020: without the seals."""
    undo_migration(copy.clinic.database, "0019")
    before = [one for one in rewrapping.SEALED_COLUMNS if one not in row_seals.SEALED_FOR_STAFF]
    patch.setattr(rewrapping, "SEALED_COLUMNS", tuple(before))
    unsealed = [
        replace(one, columns=tuple(column for column in one.columns if column[0] != "seal"))
        for one in shapes()
    ]
    patch.setattr(backup_files, "shapes", lambda: tuple(unsealed))
    return backups.make(console, to).file


def test_a_backup_with_tables_that_were_never_released_is_refused_in_words(
    copy, console, keepers, backed_up, tmp_path, monkeypatch
):
    """Numbers of migrations were given anew while they were being made: one says 0016 and means others."""
    monkeypatch.setattr(backups, "revision_of", lambda _session: "0016")
    backup = backups.make(console, tmp_path / "being-made.age").file
    settings = elsewhere(copy.settings, tmp_path)

    with pytest.raises(Refusal, match=r"retired_keys.* are not: it was written by intake .* being made"):
        restoring.restore(settings, backup, keepers[0].identity, backed_up[1])

    assert nothing_is_left(settings)


def test_no_key_is_in_a_backup(kept, backed_up, keepers):
    packed = keepers[0].opened(backed_up[0])
    plain = gzip.decompress(packed)

    for secret in every_secret(kept):
        for written in (secret, b64encode(secret), urlsafe_b64encode(secret), secret.hex().encode()):
            assert written.rstrip(b"=") not in plain


def test_a_key_in_a_backup_would_be_found(copy, backed_up, keepers, console, tmp_path):
    """The control: a secret is looked for as it would be kept, in a column."""
    secret = copy.clinic.keys.staff_key.secret
    with copy.clinic.database.write() as session:
        session.execute(text("UPDATE drafts SET payload = :secret"), {"secret": secret})
        assert session.execute(
            text("UPDATE staff_members SET password = :secret"), {"secret": secret}
        ).rowcount
    plain = gzip.decompress(keepers[0].opened(backups.make(console, tmp_path / "another.age").file))

    assert b64encode(secret).rstrip(b"=") in plain


def every_secret(copy):
    def found(thing):
        if isinstance(thing, dict):
            for name, value in thing.items():
                yield from [value] if name in ("private", "secret") else found(value)
        elif isinstance(thing, list):
            for one in thing:
                yield from found(one)

    for path in (copy.settings.instance / "keys").glob("*.json"):
        yield from map(urlsafe_b64decode, found(json.loads(path.read_text())))


def test_every_table_is_in_a_backup_or_is_left_out_for_a_reason():
    tables = set(Base.metadata.tables)

    assert {shape.name for shape in shapes()} | LEFT_OUT == tables
    assert tables >= LEFT_OUT


def test_what_was_erased_since_the_backup_stays_erased(copy, backed_up, keepers, tmp_path):
    with copy.clinic.database.read() as session:
        reference, *_ = session.scalars(text("SELECT reference FROM submissions"))
    reads = next(one for one in accounts.staff(copy.clinic) if one.may(Permission.REVIEW))
    agree_to_erase(copy.clinic, reference, reads)
    erasing.erase(copy.clinic, reference, unread=True)
    kept_apart = [erasing.line(one) for one in erasing.erased(copy.clinic)]
    settings = elsewhere(copy.settings, tmp_path)

    done = restoring.restore(
        settings, backed_up[0], keepers[0].identity, backed_up[1], erasing.written_in(kept_apart)
    )

    clinic = clinic_of(settings, copy)
    with clinic.database.read() as session:
        assert reference not in set(session.scalars(text("SELECT reference FROM submissions")))
        assert len(submissions.ids(session)) == 2
        assert [line.event for line in audit.events(session)][-2:] == ["BackupRestored", "SubmissionErased"]
        assert audit.verify(session, clinic.keys).ok
    assert done.erased == 1
    clinic.database.dispose()


def test_no_letter_that_waited_is_sent_by_itself_after_a_restore(keepers, tmp_path):
    """It may be sent since; of an erased form, there is none. What staff are told is told once more."""
    exchange = exchanging.begun(tmp_path)
    copy = exchange.copy
    console = console_for(copy, keepers)
    recovery = copied(console, tmp_path / "recovery.age", keepers)
    settings = replace(copy.settings, mail_host="mail.example", mail_sender="forms@clinic.example")
    asking = replace(copy, clinic=copy.clinic.with_settings(settings))
    kept_form, erased_form = (exchanging.sent_to(asking, exchange.alice) for _ in range(2))
    for one in (kept_form, erased_form):
        one.asks()
    with copy.clinic.database.write() as session:
        now = copy.clock()
        outgoing.tell_staff(session, copy.clinic.keys, "desk@example.org", now, now, wanted=True)
        waiting = {one.id for one in outgoing.due(session, now)}
    assert len(waiting) == 3
    backup = backups.make(console, tmp_path / "with-letters.age").file
    agree_to_erase(copy.clinic, erased_form.reference, exchange.alice)
    erasing.erase(copy.clinic, erased_form.reference, unread=True)
    there = elsewhere(copy.settings, tmp_path)

    done = restoring.restore(there, backup, keepers[0].identity, recovery, tuple(erasing.erased(copy.clinic)))

    clinic = clinic_of(there, copy)
    with clinic.database.write() as session:
        outbox = clinic.keys.outbox_keys
        far = copy.clock() + timedelta(days=3)
        sent = [outgoing.claim(session, outbox, one, far) for one in outgoing.due(session, far)]
        (held,) = dead_letters.every(session, outbox, copy.clock())
    assert [one.recipient for one in sent] == ["desk@example.org"]
    assert (held.addressed.recipient, held.failure) == ("quetzal@example.org", NoticeFailure.RESTORED)
    assert (done.erased, done.held_back) == (1, 1)
    clinic.database.dispose()
    closed(copy)


def test_nobody_is_signed_in_and_no_used_link_works_after_a_restore(copy, console, keepers, tmp_path):
    session_token = accounts.sign_in(copy.clinic, "alice", PASSWORD, "here")
    invitation = accounts.add_staff(copy.clinic, None, "carol", "C. Diaz", [Role.CLINICIAN])
    recovery = copied(console, tmp_path / "recovery.age", keepers)
    made = backups.make(console, tmp_path / "backup.age")
    settings = elsewhere(copy.settings, tmp_path)

    restoring.restore(settings, made.file, keepers[0].identity, recovery)

    clinic = clinic_of(settings, copy)
    assert accounts.whoever(copy.clinic, session_token) is not None
    assert accounts.whoever(clinic, session_token) is None
    assert accounts.link_purpose(clinic, invitation) is None
    clinic.database.dispose()


def test_a_file_with_one_byte_changed_anywhere_is_refused_and_leaves_nothing(
    kept, backed_up, keepers, tmp_path
):
    whole = bytearray(backed_up[0].read_bytes())
    settings = elsewhere(kept.settings, tmp_path)
    damaged = tmp_path / "damaged.age"
    for at in (0, 30, 80, 250, len(whole) // 2, len(whole) - 1):
        whole[at] ^= 1
        damaged.write_bytes(whole)
        whole[at] ^= 1
        with pytest.raises(Refusal, match=r"cannot be opened|nothing that intake sealed"):
            restoring.restore(settings, damaged, keepers[0].identity, backed_up[1])
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:size])
        with pytest.raises(Refusal, match=r"cannot be opened|nothing that intake sealed"):
            restoring.restore(settings, damaged, keepers[0].identity, backed_up[1])

    assert nothing_is_left(settings)


def changed(plain, what):
    """An opened backup in which something was changed, and its digests made good as far as anybody could."""
    lines = gzip.decompress(plain).splitlines(keepends=True)
    return gzip.compress(b"".join(what(lines)))


NOT_AS_WRITTEN = [
    (lambda lines: lines[:-1], "not as it was written"),
    (lambda lines: lines[:-2] + lines[-1:], "not as it was written"),
    (lambda lines: [line.replace(b"A. Rivera", b"M. Allory") for line in lines], "not as it was written"),
    (lambda lines: [*lines, b"more\n"], "not as it was written"),
    (lambda lines: [b"{}\n", *lines[1:]], "not as it was written"),
    (lambda lines: [], "not as it was written"),
    (lambda lines: [lines[0].replace(b'": true', b'": false'), *lines[1:]], "not written by the copy"),
    (lambda lines: [lines[0].replace(b'tion": "0', b'tion": "9'), *lines[1:]], "does not know"),
]


def test_an_opened_file_that_is_not_as_it_was_written_is_refused(kept, backed_up, keepers, tmp_path):
    settings, opened = elsewhere(kept.settings, tmp_path), tmp_path / "backup"
    plain = keepers[0].opened(backed_up[0])
    for what, why in NOT_AS_WRITTEN:
        opened.write_bytes(changed(plain, what))

        with pytest.raises((BackupRefused, Refusal), match=why):
            restoring.restore(settings, opened, keepers[0].identity, backed_up[1])

        assert nothing_is_left(settings)


def test_what_was_opened_elsewhere_is_restored_without_an_identity(kept, backed_up, keepers, tmp_path):
    """No identity need ever come near the machine; it is also the control of the test before."""
    settings = elsewhere(kept.settings, tmp_path)
    for path, name in zip(backed_up, ("backup", "recovery"), strict=True):
        (tmp_path / name).write_bytes(keepers[1].opened(path))

    done = restoring.restore(settings, tmp_path / "backup", None, tmp_path / "recovery")

    assert (done.opened, done.tried) == (3, 3)


def test_other_keys_and_other_identities_are_refused_in_words(kept, backed_up, keepers, tmp_path):
    backup, recovery = backed_up
    settings = elsewhere(kept.settings, tmp_path)
    stranger = keeper(tmp_path, "mo")
    (tmp_path / "other").mkdir()
    other = make_copy(tmp_path / "other", LIBRARY)
    others = copied(console_of(other), tmp_path / "others.age", keepers)
    keys_folder = settings.instance / "keys"

    def refused(why, *arguments):
        with pytest.raises((Refusal, KeyringRefused, BackupRefused), match=why):
            restoring.restore(settings, *arguments)
        assert nothing_is_left(settings)

    refused("sealed for other recipients", backup, stranger.identity, recovery)
    refused("the file of an identity that opens it", backup, None, recovery)
    refused("a backup holds no keys", backup, keepers[0].identity, None)
    refused("the keys of another copy of intake", backup, keepers[0].identity, others)
    refused("is no recovery copy", backup, keepers[0].identity, backup)
    refused("cannot be read", tmp_path / "nowhere.age", keepers[0].identity, recovery)
    refused("no backup of intake", recovery, keepers[0].identity, recovery)
    shutil.copytree(other.settings.instance / "keys", keys_folder)
    with pytest.raises(Refusal, match="has other keys already"):
        restoring.restore(settings, backup, keepers[0].identity, recovery)
    with pytest.raises(Refusal, match="another copy of intake"):
        restoring.restore(settings, backup, keepers[0].identity, None)
    for one in (other.desk, other.clinic):
        one.database.dispose()


def test_a_recovery_copy_from_before_a_key_was_changed_is_refused_by_the_keys_id(
    copy, console, backed_up, keepers, tmp_path
):
    new = rotated(console, tmp_path / "newer.age", keepers, KeyPurpose.CLINIC).id
    backup = backups.make(console, tmp_path / "newer-backup.age").file

    with pytest.raises(Refusal, match=f"the keys {new} are missing"):
        restoring.restore(elsewhere(copy.settings, tmp_path), backup, keepers[0].identity, backed_up[1])
    # The other way round nothing is missing: the newer copy has the key before as well.
    done = restoring.restore(
        elsewhere(copy.settings, tmp_path), backed_up[0], keepers[0].identity, tmp_path / "newer.age"
    )
    assert done.opened == 3


@pytest.fixture
def changed_and_copied_before(copy, console, keepers, tmp_path):
    """Every key was changed and the one before destroyed; the recovery copy is the one made for it."""
    bob, mia = (staff(copy.clinic, name, name.title(), Role.ADMINISTRATOR) for name in ("bob", "mia"))
    old = [one.id for one in keys.held(console) if one.purpose is not KeyPurpose.SECRET]
    for purpose in KeyPurpose:
        keys.make(console, purpose)
    recovery = copied(console, tmp_path / "before.age", keepers)
    for purpose in KeyPurpose:
        keys.rotate(console, purpose)
    for one in old:
        retiring_keys.retire(console, retiring_keys.leaving(console, one), bob, mia)
    return backups.make(console, tmp_path / "after.age").file, keepers[0].identity, recovery


def in_use(settings):
    """The ids of the keys in use, by file and purpose."""
    return {
        (name, purpose): the_active(document, purpose.entry)["id"]
        for name, document in documents_in(settings.instance / "keys").items()
        for purpose in KeyPurpose
        if has(document, purpose.entry)
    }


def test_after_rotate_and_retire_a_restore_from_the_escrowed_copy_takes_a_form_and_a_new_password(
    copy, changed_and_copied_before, tmp_path
):
    settings = elsewhere(copy.settings, tmp_path)

    restoring.restore(settings, *changed_and_copied_before)

    clinic, folder = clinic_of(settings, copy), settings.instance / "keys"
    desk = replace(copy.desk, settings=settings, database=clinic.database, keys=read_patient_keys(folder))
    send_at_once(desk, FORM)
    staff(clinic, "carol", "C. Diaz", Role.CLINICIAN)
    with desk.database.write() as session:
        outgoing.tell_staff(session, desk.keys, "desk@example.org", desk.now(), desk.now(), wanted=True)
        waiting = outgoing.due(session, desk.now())
        told = [outgoing.claim(session, read_outbox_keys(folder), one, desk.now()) for one in waiting]
    assert [one.recipient for one in told] == ["desk@example.org"]
    assert in_use(settings) == in_use(copy.settings)
    left = {one.id for one in keys.held(console_of(replace(copy, settings=settings, clinic=clinic)))}
    assert left == {one.id for one in keys.held(console_of(copy))}
    with clinic.database.read() as session:
        assert [submissions.fetch(session, clinic.keys, one).id for one in submissions.ids(session)]
    clinic.database.dispose()


def test_without_retire_a_restore_takes_the_new_key_as_well(copy, console, keepers, tmp_path):
    """Of these no row names one yet: the trail knows it alone."""
    for purpose in (KeyPurpose.OUTBOX, KeyPurpose.SECRET):
        rotated(console, tmp_path / f"{purpose.value}.age", keepers, purpose)
        settings = elsewhere(copy.settings, tmp_path / purpose.value)
        backup = backups.make(console, tmp_path / f"{purpose.value}-backup.age").file

        restoring.restore(settings, backup, keepers[0].identity, tmp_path / f"{purpose.value}.age")

        assert in_use(settings) == in_use(copy.settings)


def test_a_key_destroyed_since_the_recovery_copy_is_in_no_file_after_a_restore(
    copy, console, keepers, tmp_path
):
    """Its secret lies in two of them: the clinic's, and that of whoever uses it."""
    bob, mia = (staff(copy.clinic, name, name.title(), Role.ADMINISTRATOR) for name in ("bob", "mia"))
    (old,) = (one.id for one in keys.held(console) if one.purpose is KeyPurpose.OUTBOX)
    rotated(console, tmp_path / "to-rotate.age", keepers, KeyPurpose.OUTBOX)
    recovery = copied(console, tmp_path / "with-both.age", keepers)
    retiring_keys.retire(console, retiring_keys.leaving(console, old), bob, mia)
    backup = backups.make(console, tmp_path / "backup.age").file
    settings = elsewhere(copy.settings, tmp_path)

    restoring.restore(settings, backup, keepers[0].identity, recovery)

    name = KeyPurpose.OUTBOX.entry
    every = [one for one in documents_in(settings.instance / "keys").values() if has(one, name)]
    assert [len(entries(one, name)) for one in every] == [1] * len(every)
    assert len(every) >= 2


def test_a_key_taken_into_use_after_the_backup_stays_in_use(copy, backed_up, console, keepers, tmp_path):
    rotated(console, tmp_path / "between.age", keepers, KeyPurpose.CLINIC)
    recovery = copied(console, tmp_path / "newest.age", keepers)
    keys.make(console, KeyPurpose.STAFF)  # and waits
    settings = elsewhere(copy.settings, tmp_path)

    restoring.restore(settings, backed_up[0], keepers[0].identity, recovery)

    assert in_use(settings) == in_use(copy.settings)


def test_a_restore_that_was_killed_with_its_keys_brought_forward_goes_on(
    copy, changed_and_copied_before, tmp_path
):
    settings = elsewhere(copy.settings, tmp_path)
    restoring.restore(settings, *changed_and_copied_before)
    for one in settings.instance.glob("intake.db*"):
        one.unlink()

    assert restoring.restore(settings, *changed_and_copied_before).opened == 3


def test_a_recovery_copy_of_which_every_key_was_destroyed_is_refused(
    kept, changed_and_copied_before, copy, keepers, tmp_path
):
    """Where no row is left that would name the key that is missing: nobody ever was told anything."""
    backup, identity, recovery = changed_and_copied_before
    plain = json.loads(keepers[0].opened(recovery))
    for document in plain["files"].values():
        if "outbox_keys" in document:
            document["outbox_keys"] = document["outbox_keys"][:1]
    (tmp_path / "older").write_text(json.dumps(plain))
    settings = elsewhere(copy.settings, tmp_path)

    with pytest.raises(Refusal, match="every outbox key of this recovery copy was destroyed"):
        restoring.restore(settings, backup, identity, tmp_path / "older")
    assert nothing_is_left(settings)


def test_a_recovery_copy_that_leads_out_of_its_folder_is_refused(kept, backed_up, keepers, tmp_path):
    plain = json.loads(keepers[0].opened(backed_up[1]))
    plain["files"]["../evil-keys.json"] = {"format": 1}
    (tmp_path / "recovery").write_text(json.dumps(plain))
    settings = elsewhere(kept.settings, tmp_path)

    with pytest.raises(Refusal, match="is no recovery copy"):
        restoring.restore(settings, backed_up[0], keepers[0].identity, tmp_path / "recovery")
    assert nothing_is_left(settings)


def test_nothing_is_restored_over_what_is_there(copy, backed_up, keepers):
    before = everything(copy.clinic.database)

    with pytest.raises(Refusal, match="the database is not empty"):
        restoring.restore(copy.settings, backed_up[0], keepers[0].identity, None)

    assert everything(copy.clinic.database) == before
    assert read_clinic_keys(copy.settings.instance / "keys").deployment


def test_a_restore_that_is_cut_off_leaves_an_empty_instance(kept, backed_up, keepers, tmp_path, monkeypatch):
    settings, loaded = elsewhere(kept.settings, tmp_path), backup_files.load

    def cut_off(*arguments):
        loaded(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(backup_files, "load", cut_off)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(settings, backed_up[0], keepers[0].identity, backed_up[1])

    assert nothing_is_left(settings)


def test_two_who_restore_at_once_do_not_take_it_from_each_other(kept, backed_up, keepers, tmp_path):
    """One restores, the other is told so; what the first put there is there afterwards, and opens."""
    settings, told = elsewhere(kept.settings, tmp_path), get_context("fork").SimpleQueue()
    asked = (settings, backed_up[0], keepers[0].identity, backed_up[1])

    def restore():
        try:
            told.put(restoring.restore(*asked).opened)
        except Exception as error:
            told.put(str(error))

    both = [get_context("fork").Process(target=restore) for _ in range(2)]
    for one in both:
        one.start()
    outcomes = [told.get() for _ in both]
    for one in both:
        one.join()

    assert 3 in outcomes
    (refused,) = [one for one in outcomes if one != 3]
    assert "is under way" in refused or "is not empty" in refused
    clinic = clinic_of(settings, kept)
    with clinic.database.read() as session:
        every = [submissions.fetch(session, clinic.keys, one).id for one in submissions.ids(session)]
    assert len(every) == 3
    clinic.database.dispose()


@pytest.mark.postgres
def test_a_restore_waits_for_whoever_makes_tables_and_is_refused_then(
    kept, backed_up, keepers, tmp_path, request
):
    """As two machines that restore into one database, each with a folder of its own."""
    url = request.getfixturevalue("fresh_postgres_database")
    settings, database, refused = elsewhere(kept.settings, tmp_path, url), Database(url), []

    def restore():
        try:
            restoring.restore(settings, backed_up[0], keepers[0].identity, backed_up[1])
        except Refusal as error:
            refused.append(str(error))

    waits = threading.Thread(target=restore)
    with database.write() as session:
        upgrade_within(database, session, "0001")
        waits.start()
        waits.join(0.3)
        assert waits.is_alive()
    waits.join()

    assert "the database is not empty" in "".join(refused)
    assert nothing_is_left(settings)
    with database.read() as session:
        assert revision_of(session) == "0001"
    database.dispose()


def test_tables_that_came_in_before_a_restores_turn_to_write_stay(
    kept, backed_up, keepers, tmp_path, monkeypatch
):
    settings = elsewhere(kept.settings, tmp_path)
    write = Database.write

    def overtaken(database):
        monkeypatch.setattr(Database, "write", write)
        other = Database(settings.database_url)
        migrate(other)
        other.dispose()
        return write(database)

    monkeypatch.setattr(Database, "write", overtaken)
    with pytest.raises(Refusal, match="the database is not empty"):
        restoring.restore(settings, backed_up[0], keepers[0].identity, backed_up[1])

    there = Database(settings.database_url)
    assert is_current(there)
    there.dispose()


def test_nobody_goes_on_with_what_a_restore_takes_away_again(kept, backed_up, keepers, tmp_path, monkeypatch):
    """Cut off while a second was asked for, and a site starts: neither is left with a file that is gone."""
    settings = elsewhere(kept.settings, tmp_path)
    asked = (settings, backed_up[0], keepers[0].identity, backed_up[1])
    starting = threading.Thread(target=prepare, args=(settings,))

    def cut_off(*_arguments):
        with pytest.raises(Refusal, match="is under way"):
            restoring.restore(*asked)
        starting.start()
        starting.join(0.2)
        assert starting.is_alive()
        raise KeyboardInterrupt

    monkeypatch.setattr(backup_files, "load", cut_off)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(*asked)
    starting.join()

    clinic = clinic_of(settings, kept)
    assert is_current(clinic.database)
    with clinic.database.read() as session:
        assert submissions.ids(session) == ()
    assert clinic.keys.deployment != kept.clinic.keys.deployment
    clinic.database.dispose()


def test_a_restore_that_was_killed_goes_on_when_it_is_asked_again(kept, backed_up, keepers, tmp_path):
    settings = elsewhere(kept.settings, tmp_path)
    asked = (settings, backed_up[0], keepers[0].identity, backed_up[1])

    def wait_before_the_end(reached):
        loaded = backup_files.load

        def load(*arguments):
            loaded(*arguments)
            reached.value = 1
            signal.pause()

        backup_files.load = load
        restoring.restore(*asked)

    killed_when_reached(wait_before_the_end)
    left = Database(settings.database_url)
    assert is_empty(left)
    left.dispose()

    assert restoring.restore(*asked).opened == 3


def test_a_backup_that_was_killed_leaves_nothing_that_looks_like_one(copy, console, keepers, tmp_path):
    copy.clinic.database.dispose()

    def wait_before_the_end(reached):
        sealed = age_files.seal

        def seal(parts, file, named):
            sealed(parts, file, named)
            file.flush()
            reached.value = 1
            signal.pause()

        age_files.seal = seal
        backups.make(console, tmp_path / "backup.age")

    killed_when_reached(wait_before_the_end)
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.age.unfinished"]

    assert keepers[0].opened(backups.make(console, tmp_path / "backup.age").file)
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.age"]


def killed_when_reached(work):
    """Do it in another process, and kill that at the point it says."""
    reached = RawValue("i", 0)
    process = get_context("fork").Process(target=work, args=(reached,))
    process.start()
    end = time.monotonic() + 60
    while not reached.value and process.is_alive() and time.monotonic() < end:
        time.sleep(0.005)
    process.kill()
    process.join()
    assert reached.value
    assert process.exitcode == -signal.SIGKILL


def test_a_broken_trail_is_backed_up_and_said_and_said_again_when_it_is_restored(
    copy, console, backed_up, keepers, tmp_path
):
    with copy.clinic.database.write() as session:
        session.execute(text("DROP TRIGGER audit_events_no_update"))
        session.execute(text("UPDATE audit_events SET actor = 'nobody' WHERE seq = 3"))

    made = backups.make(console, tmp_path / "broken.age")
    done = restoring.restore(elsewhere(copy.settings, tmp_path), made.file, keepers[0].identity, backed_up[1])

    assert (made.trail.ok, made.trail.first_bad_seq) == (False, 3)
    assert (done.trail.ok, done.trail.first_bad_seq) == (False, 3)


def test_a_backup_made_while_forms_are_sent_is_of_one_moment(copy, console, keepers, tmp_path):
    recovery = copied(console, tmp_path / "recovery.age", keepers)
    with copy.clinic.database.read() as session:
        sent = list(session.scalars(text("SELECT reference FROM submissions")))
    begun, stop = len(sent), threading.Event()

    def keep_sending():
        while not stop.is_set():
            sent.append(send_at_once(copy.desk, FORM).reference)

    senders = [threading.Thread(target=keep_sending) for _ in range(2)]
    for one in senders:
        one.start()
    try:
        while len(sent) < begun + 3:
            stop.wait(0.01)
        thanked_before = set(sent)
        made = backups.make(console, tmp_path / "backup.age")
    finally:
        stop.set()
        for one in senders:
            one.join()
    settings = elsewhere(copy.settings, tmp_path)

    done = restoring.restore(settings, made.file, keepers[0].identity, recovery)

    clinic = clinic_of(settings, copy)
    with clinic.database.read() as session:
        every = [submissions.fetch(session, clinic.keys, one) for one in submissions.ids(session)]
        restored = {one.reference for one in every}
        screened = session.scalar(text("SELECT count(*) FROM screenings"))
    assert done.trail.ok
    assert thanked_before <= restored <= set(sent)
    assert len(every) == screened < len(sent)
    clinic.database.dispose()


def test_a_full_disk_leaves_no_file_and_says_what_to_do(console, tmp_path):
    with console.database.read() as session:
        assert revision_of(session)  # the database is open already
    there, before = sorted(tmp_path.iterdir()), resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        with pytest.raises(FileNotWritten, match=r"Nothing is left of it: make room"):
            backups.make(console, tmp_path / "full.age")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)

    assert sorted(tmp_path.iterdir()) == there
    assert backups.make(console, tmp_path / "full.age").size > 4096


def test_a_place_that_will_not_do_is_refused(console, tmp_path):
    (tmp_path / "taken.age").write_text("mine")
    for to, why in [
        ("taken.age", "exists already"),
        ("nowhere/backup.age", "cannot be written"),
        ("instance/keys/b.age", "must not lie together"),
    ]:
        with pytest.raises((Refusal, FileNotWritten), match=why):
            backups.make(console, tmp_path / to)
    assert (tmp_path / "taken.age").read_text() == "mine"


def test_a_backup_that_one_person_or_nobody_could_open_is_refused(kept, keepers, tmp_path):
    kay = keepers[0].recipient
    for named in ("", "age1nobody, age1nowhere", kay, f"{kay}, {kay}"):
        console = console_of(kept, backup_recipients=named)
        with pytest.raises((Refusal, RecipientsRefused), match="recipient"):
            backups.make(console, tmp_path / "backup.age")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_says_which_keys_it_takes_and_whether_a_recovery_copy_has_them(
    copy, console, keepers, tmp_path
):
    before = backups.make(console, tmp_path)
    assert before.file.name == "intake-20261120T170000Z.age"
    assert before.not_copied == ()
    staff_id = copy.clinic.keys.staff_key.id.hex()
    assert before.manifest.key_ids == {
        "clinic": [copy.clinic.keys.clinic_key_id.hex()],
        "outbox": [],
        "staff": [staff_id],
    }

    with changing(console.folder) as documents:
        del documents[CLINIC_FILE]["recovery_copies"]
    assert backups.make(console, tmp_path / "another.age").not_copied == tuple(
        sorted((copy.clinic.keys.clinic_key_id.hex(), staff_id))
    )


def test_a_damaged_file_of_sqlite_is_not_backed_up(copy, console, tmp_path):
    path = Path(str(copy.clinic.database.url.database))
    copy.clinic.database.dispose()
    copy.desk.database.dispose()
    content = bytearray(path.read_bytes())
    # The places of the rows on every page that has some, but for the first page, which says what there is.
    for page in range(4096, len(content), 4096):
        if content[page] == _LEAF:
            content[page + 8 : page + 24] = b"\xff" * 16
    path.write_bytes(content)

    with pytest.raises(Refusal, match="the database file is damaged"):
        backups.make(console, tmp_path / "damaged.age")
    assert not list(tmp_path.glob("damaged*"))
