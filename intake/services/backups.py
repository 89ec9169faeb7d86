"""Backups: the whole database as it is at one moment, sealed for the people who may restore it.

It is read while the sites go on, is there whole or not at all, and holds no key: without a recovery copy
of the keys (``services/recovery_copies.py``) nobody reads anything in it.
"""

from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from intake import __version__
from intake.domain.events import BackupMade
from intake.services.clinic import SYSTEM
from intake.services.console import Console
from intake.services.keys import copied_keys
from intake.services.refusals import Refusal
from intake.storage import age_files, audit, rewrapping
from intake.storage.audit import VerifyResult
from intake.storage.backup_files import Manifest, contents, tables_of
from intake.storage.database import revision_of
from intake.storage.encryption import ClinicKeys
from intake.storage.key_documents import documents_in
from intake.storage.key_entries import KeyPurpose
from intake.storage.keyring import CLINIC_FILE
from intake.storage.whole_files import written_whole

_SUFFIX = ".age"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written, and what it says of itself.

    ``trail`` is how the audit trail was found; ``not_copied`` are the ids of keys that it takes, of which
    no recovery copy is confirmed.
    """

    file: Path
    size: int
    manifest: Manifest
    recipients: int
    trail: VerifyResult
    not_copied: tuple[str, ...]


def make(console: Console, to: Path) -> Backup:
    """Write a backup into a folder, under a name of its own, or as a new file.

    Raises Refusal, RecipientsRefused, FileNotWritten.
    """
    recipients = _recipients(console)
    file, keys = _file(console, to), console.keys()
    with written_whole(file) as sealed, console.database.read() as session:
        _refuse_damaged(console, session)
        manifest, trail = _manifest(console, keys, session)
        age_files.seal(contents(session, keys, manifest), sealed, recipients)
        session.rollback()
        with console.database.write() as writing:
            # Before the file has its name: no backup without its line in the trail.
            event = BackupMade(manifest.backup, manifest.rows, len(set(recipients)), console.account)
            audit.record(writing, keys, SYSTEM, event, console.now())
    copied = copied_keys(documents_in(console.folder)[CLINIC_FILE])
    not_copied = sorted({one for ids in manifest.key_ids.values() for one in ids} - set(copied))
    return Backup(file, file.stat().st_size, manifest, len(set(recipients)), trail, tuple(not_copied))


def _recipients(console: Console) -> tuple[str, ...]:
    recipients = age_files.recipients_in(console.settings.backup_recipients)
    if not recipients:
        raise Refusal(
            "nobody is named who could open a backup (setting: backup_recipients). Two people each make a "
            "key with `age-keygen` on a machine of their own and give you the line that begins with age1: "
            "write both lines there, separated by a comma"
        )
    age_files.refuse_recipients(recipients)
    return recipients


def _file(console: Console, to: Path) -> Path:
    if to.absolute().is_relative_to(console.folder):
        raise Refusal(f"{to} lies in the folder of the keys: a backup and its keys must not lie together")
    if not to.is_dir():
        return to
    at = console.now().astimezone(UTC)
    return to / f"intake-{at:%Y%m%dT%H%M%SZ}{_SUFFIX}"


def _refuse_damaged(console: Console, session: Session) -> None:
    if not console.database.is_sqlite:
        return
    try:
        found = list(session.scalars(text("PRAGMA integrity_check")))
    except OperationalError as error:
        raise Refusal(
            f"the database cannot be read now ({error.orig}): see that its disk works and has room"
        ) from None
    except DatabaseError as error:
        found = [str(error.orig)]
    if found != ["ok"]:
        raise Refusal(
            f"the database file is damaged ({found[0].splitlines()[0]}), so that a backup of it would be "
            "worth nothing. Stop intake, keep the file as it is, and restore the newest backup you have"
        )


def _manifest(console: Console, keys: ClinicKeys, session: Session) -> tuple[Manifest, VerifyResult]:
    trail = audit.verify(session, keys)
    stored = (KeyPurpose.CLINIC, KeyPurpose.STAFF, KeyPurpose.OUTBOX)
    manifest = Manifest(
        backup=str(uuid4()),
        made_at=console.now().astimezone(UTC).isoformat(timespec="seconds"),
        program=__version__,
        migration=revision_of(session) or "",
        deployment=str(keys.deployment),
        key_ids={one.value: sorted(rewrapping.named(session, one)) for one in stored},
        trail=trail.checked,
        trail_is_whole=trail.ok,
        tables=tables_of(session),
    )
    return manifest, trail
