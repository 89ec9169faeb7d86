"""Two people who keep what opens backups and recovery copies, and somebody at the console of a copy."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage

from copies import Copy
from intake.services import keys, recovery_copies
from intake.services.console import Console
from intake.storage.database import Database
from intake.storage.key_entries import KeyPurpose
from intake.storage.keyring import read_clinic_keys, read_patient_keys


@dataclass(frozen=True)
class Keeper:
    """Somebody with an identity of age: the file it lies in, and the recipient that goes with it."""

    identity: Path
    recipient: str

    def opened(self, sealed: Path) -> bytes:
        """What a file says, on a machine of their own."""
        identity = pyrage.x25519.Identity.from_str(self.identity.read_text(encoding="utf-8").strip())
        return bytes(pyrage.decrypt(sealed.read_bytes(), [identity]))


def keeper(folder: Path, name: str) -> Keeper:
    """Somebody new, with a file of their own in ``folder``."""
    identity = pyrage.x25519.Identity.generate()
    path = folder / f"{name}.key"
    path.write_text(f"{identity}\n", encoding="utf-8")
    return Keeper(path, str(identity.to_public()))


def console_of(copy: Copy, backup_recipients: str = "") -> Console:
    """The console of a copy; its keepers are named in the settings where a test backs up."""
    settings = replace(copy.settings, backup_recipients=backup_recipients)
    return Console(settings, copy.clinic.database, "root", copy.clock)


def copied(console: Console, to: Path, keepers: tuple[Keeper, ...]) -> Path:
    """A recovery copy that one of them opened, and said so."""
    recovery_copies.write(console, to, [one.recipient for one in keepers])
    words = json.loads(keepers[-1].opened(to))["confirmation_words"]
    recovery_copies.confirm(console, words)
    return to


def rotated(console: Console, to: Path, keepers: tuple[Keeper, ...], purpose: KeyPurpose) -> keys.Rotated:
    """A new key for a purpose, copied, confirmed and taken into use."""
    keys.make(console, purpose)
    copied(console, to, keepers)
    return keys.rotate(console, purpose)


def same_clinic(kept: Copy, folder: Path) -> Copy:
    """A clinic as another one is, to be changed: making one anew takes longer."""
    kept.clinic.database.empty_log()
    instance = folder / "instance"
    shutil.copytree(kept.settings.instance, instance)
    settings = replace(kept.settings, instance=instance, database_url=f"sqlite:///{instance / 'intake.db'}")
    keys_folder = instance / "keys"
    desk = replace(
        kept.desk,
        settings=settings,
        database=Database(settings.database_url),
        keys=read_patient_keys(keys_folder),
    )
    clinic = replace(
        kept.clinic,
        settings=settings,
        database=Database(settings.database_url),
        keys=read_clinic_keys(keys_folder),
    )
    return replace(kept, settings=settings, desk=desk, clinic=clinic)


def closed(copy: Copy) -> None:
    """Let go of both its databases."""
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
