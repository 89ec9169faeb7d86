"""Restoring: an empty instance becomes what a backup holds, or stays empty.

Everything is looked at before anything is written, and written in one transaction. What it takes is the
backup, a recovery copy of the keys, and the identity of somebody who keeps them.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from intake import __version__
from intake.config import Settings
from intake.domain.events import BackupRestored
from intake.services import erasing_signals, restored_keys
from intake.services.clinic import SYSTEM
from intake.services.console import account
from intake.services.erasing import erase_once_more
from intake.services.recovery_copies import FORMAT, KIND
from intake.services.refusals import Refusal
from intake.storage import (
    age_files,
    altered_accounts,
    audit,
    backup_files,
    erasing,
    every_submission,
    withdrawn_letters,
)
from intake.storage.age_files import CannotBeUnsealed
from intake.storage.audit import VerifyResult
from intake.storage.backup_files import Manifest, Read
from intake.storage.database import Database, is_empty_within, knows_revision, upgrade_within
from intake.storage.encryption import ClinicKeys
from intake.storage.erasing import Erasure
from intake.storage.every_submission import CannotBeOpened
from intake.storage.instance_turns import SomebodyAtWork, alone
from intake.storage.key_documents import documents_in, write_documents
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, read_clinic_keys

# How many forms are opened to see that they can be.
TRIED = 10
_GZIP = b"\x1f\x8b"
_KEY_FILE = re.compile(r"[a-z]+-keys\.json")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, how its audit trail was found, and how many forms were opened of how many tried.

    ``erased`` is how many of them had been erased since the backup was made, and were once more;
    ``held_back`` how many letters to patients waited, which may have been sent since.
    """

    manifest: Manifest
    trail: VerifyResult
    opened: int
    tried: int
    erased: int = 0
    held_back: int = 0


def restore(
    settings: Settings,
    backup: Path,
    identities: Path | None,
    recovery_copy: Path | None,
    erasures: Sequence[Erasure] = (),
) -> Restored:
    """Make an empty instance what the backup holds. Without a recovery copy the instance has the keys.

    ``erasures`` are what had been erased by the day of the loss, which a backup from before cannot know.
    Raises Refusal, BackupRefused, CannotBeUnsealed, KeyringRefused, DatabaseRefused.
    """
    folder = settings.instance / "keys"
    _refuse_without_keys(folder, recovery_copy)
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(settings.instance), _unsealed(settings, backup, identities) as file:
        read = backup_files.read(file)
        _refuse_newer(read.manifest)
        with _keys_in_place(folder, recovery_copy, identities) as keys:
            _refuse_other_keys(read, keys)
            with _empty_database(settings) as (database, session):
                done = _fill(database, session, keys, file, read.manifest, erasures)
                # Before all of it is there for good: who is killed here is asked again, and goes on.
                restored_keys.bring_forward(session, folder)
                return done


def _refuse_without_keys(folder: Path, recovery_copy: Path | None) -> None:
    if recovery_copy is None and not (folder / CLINIC_FILE).exists():
        raise Refusal(
            "a backup holds no keys. Name a recovery copy of them with --keys, or put the key files into "
            f"{folder} first"
        )


def _fill(
    database: Database,
    session: Session,
    keys: ClinicKeys,
    file: BinaryIO,
    manifest: Manifest,
    erasures: Sequence[Erasure],
) -> Restored:
    upgrade_within(database, session, manifest.migration)
    _refuse_other_tables(session, manifest)
    sealed_accounts = altered_accounts.are_sealed(session)
    backup_files.load(session, file, manifest)
    upgrade_within(database, session)
    if not sealed_accounts:
        # Of a version that sealed none. Whose backup it is was looked at before.
        altered_accounts.seal_as_they_stand(session, keys)
    trail = audit.verify(session, keys)
    if (trail.ok, trail.checked) != (manifest.trail_is_whole, manifest.trail):
        raise Refusal(f"the audit trail of the backup does not verify ({trail.reason}). Nothing was restored")
    opened, tried = _open_some(session, keys)
    if tried and not opened:
        raise Refusal(f"none of {tried} forms can be opened with these keys. Nothing was restored")
    at = datetime.now(UTC)
    event = BackupRestored(manifest.backup, manifest.rows, account())
    audit.record(session, keys, SYSTEM, event, at)
    erased = _erase_again(session, keys, erasures, at)
    return Restored(manifest, trail, opened, tried, erased, withdrawn_letters.hold_back(session, at))


def _erase_again(session: Session, keys: ClinicKeys, erasures: Sequence[Erasure], at: datetime) -> int:
    there = erasing.still_there(session, keys, erasures)
    rows = [erase_once_more(session, keys, one, at) for one in there]
    rows.append(erasing_signals.erase_again(session, keys, erasures, at))
    # Also what came after the backup: the next list has to name it, should a newer backup be put back.
    erasing.note(session, erasures)
    return len([one for one in rows if one])


def _open_some(session: Session, keys: ClinicKeys) -> tuple[int, int]:
    every = every_submission.ids(session)
    chosen = secrets.SystemRandom().sample(every, min(TRIED, len(every)))
    opened = 0
    for one in every_submission.page(session, chosen):
        try:
            every_submission.opened(keys, one)
        except CannotBeOpened:
            continue
        opened += 1
    return opened, len(chosen)


def _refuse_newer(manifest: Manifest) -> None:
    if not knows_revision(manifest.migration):
        raise Refusal(
            f"the backup is of intake {manifest.program}, with tables this version ({__version__}) does not "
            "know. Install that version or a newer one, and restore with it"
        )


def _refuse_other_tables(session: Session, manifest: Manifest) -> None:
    """Of a version on its way to the one that has this number, whose tables were never released."""
    other = backup_files.unlike(session, manifest)
    if other:
        raise Refusal(
            f"the backup says that its tables are those of version {manifest.migration}, and "
            f"{', '.join(other)} are not: it was written by intake {manifest.program} as it was being made, "
            "and not by one that was released. Restore it with the one that wrote it. Nothing was restored"
        )


def _refuse_other_keys(read: Read, keys: ClinicKeys) -> None:
    manifest = read.manifest
    if manifest.deployment != str(keys.deployment):
        raise Refusal("these are the keys of another copy of intake: they open nothing in this backup")
    have = {
        "clinic": {keys.clinic_key_id.hex(), *(one.hex() for one in keys.other_private_keys)},
        "outbox": {keys.outbox_keys.id.hex(), *(one.hex() for one in keys.outbox_keys.others)},
        "staff": {keys.staff_key.id.hex(), *(one.id.hex() for one in keys.staff_key.others)},
    }
    lacking = [
        one for purpose, ids in manifest.key_ids.items() for one in ids if one not in have.get(purpose, ())
    ]
    if lacking:
        raise Refusal(
            f"the keys {', '.join(lacking)} are missing, without which not everything in this backup opens. "
            "Name a recovery copy that was made when they were in use"
        )
    if not backup_files.is_from_here(read, keys):
        raise Refusal(
            "this backup was not written by the copy of intake that these keys belong to. Whoever knows the "
            "recipients can seal a file for them: find out where this one comes from"
        )


@contextmanager
def _alone(instance: Path) -> Iterator[None]:
    try:
        with alone(instance):
            yield
    except SomebodyAtWork:
        raise Refusal(
            f"another restore into {instance} is under way, or intake is just being started there. Wait "
            "until that has ended, and look what came of it. This one changed nothing"
        ) from None


@contextmanager
def _unsealed(settings: Settings, backup: Path, identities: Path | None) -> Iterator[BinaryIO]:
    """The backup in the open, in a file without a name: gone with the process, however it ends."""
    try:
        sealed = backup.open("rb")
    except OSError as error:
        raise Refusal(f"{backup} cannot be read ({error.strerror}): name the file of a backup") from None
    with sealed, TemporaryFile(dir=settings.instance) as file:
        begins = sealed.read(len(age_files.AGE))
        sealed.seek(0)
        if begins.startswith(_GZIP):  # opened before, with `age --decrypt`
            yield sealed
            return
        _unseal(sealed, file, backup, begins, identities)
        yield file


def _unseal(sealed: BinaryIO, into: BinaryIO, path: Path, begins: bytes, identities: Path | None) -> None:
    if begins != age_files.AGE:
        raise Refusal(f"{path.name} is nothing that intake sealed: name the file as it was written")
    if identities is None:
        raise Refusal(
            f"{path.name} is sealed: name the file of an identity that opens it with --identity, or open it "
            "first with `age --decrypt`"
        )
    try:
        age_files.unseal(sealed, into, identities)
    except CannotBeUnsealed as refused:
        raise Refusal(f"{path.name} cannot be opened: {refused}. Nothing was restored") from None


@contextmanager
def _keys_in_place(folder: Path, recovery_copy: Path | None, identities: Path | None) -> Iterator[ClinicKeys]:
    """The keys, put in their folder first when they are of a recovery copy; taken away again on a raise."""
    if recovery_copy is None:
        yield read_clinic_keys(folder)
        return
    documents = _documents(recovery_copy, identities)
    if (folder / CLINIC_FILE).exists():
        # As after a kill: the same command again goes on where it ended.
        if not restored_keys.is_nothing_but(documents_in(folder), documents):
            raise Refusal(
                f"{folder} has other keys already, and they are never written over. Name another instance "
                "folder (INTAKE_INSTANCE), or leave --keys out to restore with those that are there"
            )
        yield read_clinic_keys(folder)
        return
    write_documents(folder, documents)
    try:
        yield read_clinic_keys(folder)
    except BaseException:
        rmtree(folder)
        raise


def _documents(recovery_copy: Path, identities: Path | None) -> dict[str, dict[str, Any]]:
    try:
        written = recovery_copy.read_bytes()
    except OSError as error:
        raise Refusal(f"{recovery_copy} cannot be read ({error.strerror}): name a recovery copy") from None
    if not written.lstrip().startswith(b"{"):  # not opened before, with `age --decrypt`
        opened = BytesIO()
        _unseal(BytesIO(written), opened, recovery_copy, written[: len(age_files.AGE)], identities)
        written = opened.getvalue()
    try:
        plain = json.loads(written)
        documents: dict[str, dict[str, Any]] = plain["files"]
        if (plain["kind"], plain["format"]) != (KIND, FORMAT) or not _are_key_files(documents):
            raise ValueError("no recovery copy, or of a version to come")
    except (ValueError, KeyError, TypeError):
        raise Refusal(f"{recovery_copy.name} is no recovery copy of keys that this version knows") from None
    return documents


def _are_key_files(names: Iterable[str]) -> bool:
    # Anybody can seal something for the same recipients: no name may lead out of the folder.
    found = set(names)
    return {CLINIC_FILE, PATIENT_FILE} <= found and all(_KEY_FILE.fullmatch(one) for one in found)


@contextmanager
def _empty_database(settings: Settings) -> Iterator[tuple[Database, Session]]:
    """A database with nothing in it, to be filled; a file that was made for this is removed on a raise.

    Whether it is empty is asked in the transaction that fills it: what came before it is our turn stays.
    """
    database = Database(settings.database_url)
    path = Path(str(database.url.database)) if database.is_sqlite else None
    is_new, ours = path is not None and path.stat().st_size == 0, False
    try:
        with database.write() as session:
            if not is_empty_within(database, session):
                raise Refusal(
                    "the database is not empty, and nothing is ever restored over what is there. Name "
                    "another instance folder or another database, or move this one aside"
                )
            ours = is_new
            yield database, session
    except BaseException:
        database.dispose()
        if path is not None and ours:
            for beside in ("", "-wal", "-shm", "-line"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
        raise
    database.dispose()
