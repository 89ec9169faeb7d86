"""A clinic changes its keys while it works: nothing is unreadable for a moment, and nothing is lost."""

import json
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from copies import PASSWORD, make_copy, staff
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import (
    accounts,
    altered_rows,
    answering,
    keys,
    recovery_copies,
    retiring_keys,
    staff_notices,
)
from intake.services.keys_in_use import with_keys_in_use
from intake.services.refusals import Refusal
from intake.storage import audit, key_documents, keyring, outgoing, rewrapping, submissions
from intake.storage.age_files import RecipientsRefused
from intake.storage.key_entries import KeyPurpose, Use, has, the_active
from intake.storage.key_files import write_document
from intake.storage.keyring import (
    CLINIC_FILE,
    PATIENT_FILE,
    WORKER_FILE,
    read_clinic_keys,
    read_outbox_keys,
    read_patient_keys,
)
from intake.storage.tables import StaffSessionRow
from intake.storage.whole_files import FileNotWritten
from keepers import closed, console_of, copied, keeper, rotated, same_clinic
from sending import fill_in, send_at_once
from web.clinic.content import LIBRARY

FORM = "first_name: Quetzal, last_name: Doe"


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A clinic where Alice reviews, Bob and Mia administer; made once, and never changed."""
    copy = make_copy(tmp_path_factory.mktemp("staffed"), LIBRARY)
    _employ(copy)
    yield copy
    closed(copy)


@pytest.fixture
def copy(staffed, tmp_path):
    copy = same_clinic(staffed, tmp_path)
    yield copy
    closed(copy)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def both(request, tmp_path):
    if request.param == "sqlite":
        yield request.getfixturevalue("copy")
        return
    copy = make_copy(tmp_path, LIBRARY, request.getfixturevalue("fresh_postgres_database"))
    _employ(copy)
    yield copy
    closed(copy)


def _employ(copy):
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    for name in ("bob", "mia"):
        staff(copy.clinic, name, name.title(), Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def keepers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keepers")
    return keeper(folder, "kay"), keeper(folder, "lee")


@pytest.fixture
def administrators(copy):
    return people(copy, "bob", "mia")


def people(copy, *usernames):
    """Those of the staff with these usernames."""
    every = {one.username: one for one in accounts.staff(copy.clinic)}
    return tuple(every[name] for name in usernames)


def readable(clinic):
    """Every name that the clinic reads, and whether its staff can sign in."""
    clinic = with_keys_in_use(clinic)
    with clinic.database.read() as session:
        every = submissions.ids(session)
        names = [
            submissions.fetch(session, clinic.keys, one).answers["first_name"].value.words for one in every
        ]
    return names, accounts.sign_in(clinic, "alice", PASSWORD, "here") is not None


def held_ids(console):
    """The ids of the keys that still lie in the key files with their secrets."""
    return {one.id for one in keys.held(console)}


def events(clinic):
    with clinic.database.read() as session:
        return [(line.event, dict(line.detail)) for line in audit.events(session)]


def secrets_in(folder):
    """Every secret in the key files, by the name of its file."""

    def every(thing):
        if isinstance(thing, dict):
            for name, value in thing.items():
                yield from [value] if name in ("private", "secret") else every(value)
        elif isinstance(thing, list):
            for one in thing:
                yield from every(one)

    return {path.name: set(every(json.loads(path.read_text()))) for path in folder.glob("*.json")}


def test_a_key_is_changed_from_the_first_step_to_the_last(both, tmp_path, keepers, monkeypatch):
    copy, console = both, console_of(both)
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    bob, mia = people(copy, "bob", "mia")
    for _ in range(3):
        send_at_once(copy.desk, FORM)
    before = read_clinic_keys(console.folder)
    old = before.clinic_key_id.hex()

    new = keys.make(console, KeyPurpose.CLINIC)
    with pytest.raises(Refusal, match="no recovery copy with the key"):
        keys.rotate(console, KeyPurpose.CLINIC)
    copied(console, tmp_path / "recovery.age", keepers)
    assert read_clinic_keys(console.folder).clinic_key_id == before.clinic_key_id

    read = []

    def in_the_middle(_count):
        read.append(readable(copy.clinic))
        send_at_once(with_keys_in_use(copy.desk), FORM)

    done = keys.rotate(console, KeyPurpose.CLINIC, in_the_middle)

    assert (done.id, done.came_into_use, done.rewrapped) == (new, True, rewrapping.Rewrapped(3))
    assert len(read) == 2  # batches: so that it was seen in the middle
    assert all(names == ["Quetzal"] * len(names) and signs_in for names, signs_in in read)
    assert readable(copy.clinic) == (["Quetzal"] * 5, True)
    held = {one.id: one for one in keys.held(console)}
    assert (held[old].use, held[old].sealed) == (Use.EARLIER, 0)
    assert (held[new].use, held[new].sealed) == (Use.ACTIVE, 5)

    retiring_keys.retire(console, retiring_keys.leaving(console, old), bob, mia)

    assert old not in held_ids(console)
    assert readable(copy.clinic) == (["Quetzal"] * 5, True)
    with copy.clinic.database.read() as session:
        assert audit.verify(session, before).ok
    told = [
        (name, detail) for name, detail in events(copy.clinic) if "Key" in name or name.startswith("Reco")
    ]
    assert [name for name, _ in told] == [
        "KeyMade", "RecoveryCopyMade", "RecoveryCopyConfirmed", "KeyActivated",
        "RecordsRewrapped", "RecordsRewrapped", "KeyRetired",
    ]  # fmt: skip
    assert told[-1][1] == {"key": old, "purpose": "clinic", "confirmed_by": str(mia.id), "account": "root"}


def test_a_page_that_has_not_heard_of_the_new_key_loses_nothing(copy, tmp_path, keepers):
    """A patient site on another machine, whose key file nobody changed, is refused and keeps the draft."""
    console = console_of(copy)
    old = read_clinic_keys(console.folder).clinic_key_id.hex()
    bob, mia = people(copy, "bob", "mia")
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.CLINIC)
    token = fill_in(copy.desk, FORM)
    retiring_keys.retire(console, retiring_keys.leaving(console, old), bob, mia)

    with pytest.raises(DBAPIError, match="retired"):
        answering.send(copy.desk, token, "Quetzal Doe")

    receipt = answering.send(with_keys_in_use(copy.desk), token, "Quetzal Doe")
    with copy.clinic.database.read() as session:
        sent = submissions.by_reference(session, receipt.reference)
        opened = submissions.fetch(session, read_clinic_keys(console.folder), sent)
    assert opened.signature.typed_name == "Quetzal Doe"


def test_what_came_late_under_the_key_before_keeps_it_and_is_sealed_anew_later(
    copy, tmp_path, keepers, administrators
):
    console = console_of(copy)
    old = read_clinic_keys(console.folder).clinic_key_id.hex()
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.CLINIC)
    send_at_once(copy.desk, FORM)  # a request that was under way meanwhile

    with pytest.raises(Refusal, match=r"still opens what nothing else does: 1 of record_keys.sealed"):
        retiring_keys.retire(console, retiring_keys.leaving(console, old), *administrators)
    assert old in held_ids(console)

    assert keys.rotate(console, KeyPurpose.CLINIC).rewrapped.sealed_anew == 1
    retiring_keys.retire(console, retiring_keys.leaving(console, old), *administrators)


def test_passwords_are_sealed_anew_and_still_open_the_door(copy, tmp_path, keepers):
    console = console_of(copy)

    done = rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.STAFF)

    assert done.rewrapped.sealed_anew == 6, "three passwords, and the seals of three accounts"
    assert readable(copy.clinic) == ([], True)
    assert read_clinic_keys(console.folder).staff_key.id.hex() == done.id
    # By whoever still has the keys of before, nothing that was sealed since is taken for planted.
    token = accounts.sign_in(with_keys_in_use(copy.clinic), "alice", PASSWORD, "here")
    altered_rows.look(copy.clinic)
    assert accounts.whoever(with_keys_in_use(copy.clinic), token) is not None


def test_while_the_key_file_cannot_be_read_nobody_is_signed_out_or_accused(copy, tmp_path, keepers, caplog):
    """Moved away for a minute while it is replaced, as whoever keeps three folders does after ``rotate``."""
    console = console_of(copy)
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.STAFF)
    token = accounts.sign_in(with_keys_in_use(copy.clinic), "alice", PASSWORD, "here")
    in_use = with_keys_in_use(copy.clinic).keys.staff_key
    file = console.folder / CLINIC_FILE
    file.rename(tmp_path / "away")

    assert with_keys_in_use(copy.clinic).keys.staff_key == in_use
    altered_rows.look(with_keys_in_use(copy.clinic))
    keyring._newer.clear()  # and by a process that never read the newest
    altered_rows.look(copy.clinic)
    assert "staff_key_lacking" in caplog.text
    assert accounts.whoever(copy.clinic, token) is None

    (tmp_path / "away").rename(file)
    altered_rows.look(copy.clinic)
    assert accounts.whoever(with_keys_in_use(copy.clinic), token) is not None
    assert planted_lines(copy) == []
    assert accounts.sign_in(with_keys_in_use(copy.clinic), "alice", PASSWORD, "here") is not None


def test_a_made_up_key_keeps_a_planted_session_untold_no_longer_than_the_file_is_away(copy, tmp_path):
    token = accounts.sign_in(copy.clinic, "alice", PASSWORD, "here")
    with copy.desk.database.write() as session:
        row = session.scalars(select(StaffSessionRow)).one()
        row.seal = row.seal[:2] + b"made" + row.seal[6:]
    file = copy.settings.instance / "keys" / CLINIC_FILE
    file.rename(tmp_path / "away")

    altered_rows.look(copy.clinic)
    assert accounts.whoever(copy.clinic, token) is None
    assert planted_lines(copy) == []

    (tmp_path / "away").rename(file)
    altered_rows.look(copy.clinic)
    assert planted_lines(copy) == ["WayInPlanted"]
    with copy.clinic.database.read() as session:
        assert session.scalars(select(StaffSessionRow)).all() == []


def planted_lines(copy):
    with copy.clinic.database.read() as session:
        return [one.event for one in audit.events(session) if one.event in {"WayInPlanted", "AccountAltered"}]


def test_a_new_secret_key_is_another_one_for_each_site_and_of_use_from_the_next_start_on(
    copy, tmp_path, keepers
):
    console = console_of(copy)
    before = secrets_in(console.folder)

    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.SECRET)

    after = secrets_in(console.folder)
    for name in (CLINIC_FILE, PATIENT_FILE):
        assert len(after[name] - before[name]) == 1 == len(before[name] - after[name])
    assert (after[CLINIC_FILE] - before[CLINIC_FILE]).isdisjoint(after[PATIENT_FILE])
    assert with_keys_in_use(copy.clinic).keys.secret_key == copy.clinic.keys.secret_key
    assert read_clinic_keys(console.folder).secret_key != copy.clinic.keys.secret_key


def test_only_one_new_key_waits_at_a_time_and_none_is_changed_for_nothing(copy):
    console = console_of(copy)
    for purpose in KeyPurpose:
        with pytest.raises(Refusal, match=f"Make a new one first: intake keys new {purpose.value}"):
            keys.rotate(console, purpose)
        in_use(console.folder, purpose)
        keys.make(console, purpose)
        with pytest.raises(Refusal, match="waits already"):
            keys.make(console, purpose)


def test_the_workers_key_is_changed_while_letters_wait(copy, tmp_path, keepers):
    """The worker runs on, and takes the new key from its own file."""
    worker = replace(copy.worker, keys=read_outbox_keys(console_of(copy).folder))
    for _ in range(2):
        _let_a_letter_wait(with_keys_in_use(copy.desk))

    done = rotated(console_of(copy), tmp_path / "recovery.age", keepers, KeyPurpose.OUTBOX)

    _let_a_letter_wait(with_keys_in_use(copy.desk))
    assert done.rewrapped.sealed_anew == 2
    now = worker.as_set_by_now().keys
    assert now.id.hex() == done.id
    with worker.database.write() as session:
        every = [
            outgoing.claim(session, now, one, copy.clock()) for one in outgoing.due(session, copy.clock())
        ]
    assert [one.recipient for one in every] == ["pat@example.org"] * 3
    private = secrets_in(console_of(copy).folder)
    assert not private[WORKER_FILE] & private[PATIENT_FILE]


class _OneRound(Event):
    """Stops a loop after it did its work once."""

    def wait(self, timeout=None):
        self.set()
        return True


def test_the_gathering_thread_tells_staff_after_a_key_was_changed_and_destroyed(
    copy, tmp_path, keepers, administrators
):
    """It began with the keys before, as in a site that runs for weeks."""
    told = {"staff_addresses": ("desk@clinic.example",), "urgent_addresses": ("on-call@clinic.example",)}
    settings = replace(copy.settings, mail_host="127.0.0.1", **told)
    clinic, desk = copy.clinic.with_settings(settings), copy.desk.with_settings(settings)
    console = console_of(copy)
    for purpose in (KeyPurpose.OUTBOX, KeyPurpose.CLINIC):
        old = next(one.id for one in keys.held(console) if one.purpose is purpose)
        rotated(console, tmp_path / f"{purpose.value}.age", keepers, purpose)
        retiring_keys.retire(console, retiring_keys.leaving(console, old), *administrators)
    send_at_once(with_keys_in_use(desk), f"filled_in_by: me, {FORM}, pressure: no, home: yes, takes: no")

    staff_notices.keep_gathering(clinic, _OneRound())

    outbox = read_outbox_keys(console.folder)
    with clinic.database.write() as session:
        every = [
            outgoing.claim(session, outbox, one, copy.clock()) for one in outgoing.due(session, copy.clock())
        ]
    # Whoever is told of urgent forms alone is not: the form could be opened.
    assert [one.recipient for one in every if one.wanted] == ["desk@clinic.example"]


def _let_a_letter_wait(desk):
    addressed = outgoing.Addressed("pat@example.org", "secret", NoticeKind.MESSAGE)
    with desk.database.write() as session:
        outgoing.add(session, desk.keys, uuid4(), addressed, desk.now())


def test_a_recovery_copy_holds_every_key_and_each_keeper_opens_it(copy, tmp_path, keepers):
    console = console_of(copy)
    keys.make(console, KeyPurpose.CLINIC)
    path = tmp_path / "recovery.age"

    recovery_copies.write(console, path, [one.recipient for one in keepers])

    first, second = (json.loads(one.opened(path)) for one in keepers)
    assert first == second
    assert first["what_this_is"].startswith("Every key of one copy of intake.")
    assert (first["kind"], first["format"]) == ("intake recovery copy", 1)
    assert (first["clinic"], first["made_on"]) == (
        copy.settings.clinic_name,
        console.settings.local(console.now()).date().isoformat(),
    )
    found = json.dumps(first["files"])
    held = secrets_in(console.folder)
    assert all(secret in found for one in held.values() for secret in one)
    assert not any(secret.encode() in path.read_bytes() for one in held.values() for secret in one)
    assert path.stat().st_mode & 0o777 == 0o600
    # The words are kept as a digest: who reads the key files has not opened the copy.
    assert first["confirmation_words"] not in (console.folder / CLINIC_FILE).read_text()


def test_a_recovery_copy_is_confirmed_by_its_own_words_alone(copy, tmp_path, keepers):
    console = console_of(copy)
    with pytest.raises(Refusal, match="no recovery copy waits"):
        recovery_copies.confirm(console, "four plain words here")
    words = []
    for name in ("one.age", "two.age"):
        recovery_copies.write(console, tmp_path / name, [one.recipient for one in keepers])
        words.append(json.loads(keepers[0].opened(tmp_path / name))["confirmation_words"])

    for wrong in (words[0], "apple basket candle donkey", ""):
        with pytest.raises(Refusal, match="not the words in the newest recovery copy"):
            recovery_copies.confirm(console, wrong)
    assert not any(one.copied_on for one in keys.held(console))
    recovery_copies.confirm(console, f"  {words[1].upper()}\n")
    assert all(one.copied_on for one in keys.held(console))


def test_a_key_made_after_the_recovery_copy_is_not_in_it(copy, tmp_path, keepers):
    console = console_of(copy)
    copied(console, tmp_path / "recovery.age", keepers)
    keys.make(console, KeyPurpose.CLINIC)

    with pytest.raises(Refusal, match="no recovery copy with the key"):
        keys.rotate(console, KeyPurpose.CLINIC)


def test_a_recovery_copy_for_one_person_or_nobody_is_refused(copy, tmp_path, keepers):
    kay, lee = (one.recipient for one in keepers)
    for named in ([], [kay], [kay, kay], [kay, "age1nobody"]):
        with pytest.raises(RecipientsRefused):
            recovery_copies.write(console_of(copy), tmp_path / "recovery.age", named)
    with pytest.raises(Refusal, match="instance folder"):
        recovery_copies.write(console_of(copy), copy.settings.instance / "recovery.age", [kay, lee])
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(FileNotWritten, match="exists already"):
        recovery_copies.write(console_of(copy), tmp_path / "taken", [kay, lee])
    assert not list(tmp_path.glob("recovery*"))


def test_a_key_is_destroyed_by_two_administrators_and_never_the_one_in_use(
    copy, tmp_path, keepers, administrators
):
    console, bob = console_of(copy), administrators[0]
    (alice,) = people(copy, "alice")
    old = read_clinic_keys(console.folder).clinic_key_id.hex()
    with pytest.raises(Refusal, match="is the clinic key in use"):
        retiring_keys.leaving(console, old)
    with pytest.raises(Refusal, match="there is no key"):
        retiring_keys.leaving(console, "00000000")
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.CLINIC)
    key = retiring_keys.leaving(console, old.upper())

    for two, why in [
        ((bob, None), "name the second with --confirmed-by .one of mia"),
        ((bob, bob), "two different people"),
        ((bob, alice), "A. Rivera, NP is no administrator"),
        ((alice, bob), "A. Rivera, NP is no administrator"),
    ]:
        with pytest.raises(Refusal, match=why):
            retiring_keys.retire(console, key, *two)
    assert old in held_ids(console)


def test_where_there_is_one_administrator_one_will_do(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    console, bob = console_of(copy), staff(copy.clinic, "bob", "Bob", Role.ADMINISTRATOR)
    new = keys.make(console, KeyPurpose.CLINIC)  # and is not wanted after all

    retiring_keys.retire(console, retiring_keys.leaving(console, new), bob, None)

    assert new not in held_ids(console)
    assert (
        "KeyRetired",
        {"key": new, "purpose": "clinic", "confirmed_by": None, "account": "root"},
    ) in events(copy.clinic)


def test_a_key_that_was_noted_as_destroyed_goes_from_its_file_when_it_is_asked_again(
    copy, tmp_path, keepers, administrators, monkeypatch
):
    """As after a kill between the two."""
    console = console_of(copy)
    old = read_clinic_keys(console.folder).clinic_key_id.hex()
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.CLINIC)
    key = retiring_keys.leaving(console, old)
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(retiring_keys, "keep", lambda *_: _raise())
        retiring_keys.retire(console, key, *administrators)
    assert old in held_ids(console)

    retiring_keys.retire(console, key, *administrators)

    assert old not in held_ids(console)


def _raise():
    raise RuntimeError


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_after(files):
    """The process is killed when it wrote so many key files; not at all where it writes no more of them."""
    written = []

    def write(path, document):
        if len(written) == files:
            raise Killed
        written.append(path)
        write_document(path, document)

    with pytest.MonkeyPatch.context() as patched, suppress(Killed):
        patched.setattr(key_documents, "write_document", write)
        yield


def in_use(folder, purpose):
    """The id of the key in use in each file that has one of this purpose; each file is read as its process
    reads it."""
    read_clinic_keys(folder), read_patient_keys(folder), read_outbox_keys(folder)
    return {
        the_active(document, purpose.entry)["id"]
        for document in key_documents.documents_in(folder).values()
        if has(document, purpose.entry)
    }


@pytest.mark.parametrize("at", ["retire", "rotate"])
def test_to_destroy_a_key_repeated_after_a_kill_leaves_it_in_no_file(
    copy, tmp_path, keepers, administrators, at
):
    """The worker's file is written last, and its private key opens every letter sealed to it."""
    console = console_of(copy)
    old = read_outbox_keys(console.folder).id.hex()
    (private,) = secrets_in(console.folder)[WORKER_FILE]
    keys.make(console, KeyPurpose.OUTBOX)
    copied(console, tmp_path / "recovery.age", keepers)
    with killed_after(2 if at == "rotate" else 3):
        keys.rotate(console, KeyPurpose.OUTBOX)
    with killed_after(1):
        retiring_keys.retire(console, retiring_keys.leaving(console, old), *administrators)
    assert private in secrets_in(console.folder)[WORKER_FILE]

    retiring_keys.retire(console, retiring_keys.leaving(console, old), *administrators)

    assert not any(private in every for every in secrets_in(console.folder).values())
    assert len(in_use(console.folder, KeyPurpose.OUTBOX)) == 1
    with pytest.raises(Refusal, match="there is no key"):
        retiring_keys.leaving(console, old)
    assert [name for name, _ in events(copy.clinic)].count("KeyRetired") == 1


@pytest.mark.parametrize("purpose", KeyPurpose, ids=lambda one: one.value)
def test_killed_between_any_two_files_every_file_still_reads(copy, tmp_path, keepers, purpose):
    console = console_of(copy)
    for files in (1, 2):
        with killed_after(files):
            keys.make(console, purpose)
        in_use(console.folder, purpose)
        copied(console, tmp_path / f"recovery-{files}.age", keepers)
        with killed_after(files):
            keys.rotate(console, purpose)
        in_use(console.folder, purpose)

        with suppress(Refusal):  # nothing was left to do
            keys.rotate(console, purpose)

        assert len(in_use(console.folder, purpose)) == 1
    patients, clinics = (secrets_in(console.folder)[name] for name in (PATIENT_FILE, CLINIC_FILE))
    assert len(patients - clinics) == 1, "the secret is its own"


def test_a_kill_between_the_two_key_files_is_made_good_by_rotating_again(
    copy, tmp_path, keepers, monkeypatch
):
    console = console_of(copy)
    patients = (console.folder / PATIENT_FILE).read_bytes()
    rotated(console, tmp_path / "recovery.age", keepers, KeyPurpose.CLINIC)
    (console.folder / PATIENT_FILE).write_bytes(patients)
    send_at_once(with_keys_in_use(copy.desk), FORM)  # to the key before, which still opens

    keys.rotate(console, KeyPurpose.CLINIC)

    assert with_keys_in_use(copy.desk).keys.clinic_key_id == read_clinic_keys(console.folder).clinic_key_id
    assert readable(copy.clinic)[0] == ["Quetzal"]
