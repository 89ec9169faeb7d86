"""Key files on the disk: whole or not at all, and the running user's own and nobody else's."""

import json
import os
import stat
from pathlib import Path
from typing import Any

# The first has one key for each purpose, the second a list of them (``key_entries``).
FORMATS = (1, 2)


class KeyringRefused(Exception):
    """The keys cannot be read or written as things are; the message says what to do."""


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Put a key file in its place, whole or not at all."""
    # Written whole under another name first: half a key file must never be found.
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    keep_name(path.parent)


def keep_name(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_document(path: Path) -> dict[str, Any]:
    """What a key file holds. Raises KeyringRefused."""
    path = as_found(path)
    try:
        with path.open(encoding="utf-8") as file:
            # The file that was opened is looked at, not the name: it could be swapped.
            _refuse_others(path, os.fstat(file.fileno()))
            document = json.load(file)
    except FileNotFoundError:
        raise KeyringRefused(f"there is no {path}: make keys first, or name their folder") from None
    except PermissionError:
        raise KeyringRefused(f"{path} cannot be read by this user: {_remedy(path)}") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise damaged(path) from None
    if not isinstance(document, dict) or document.get("format") not in FORMATS:
        raise damaged(path)
    return document


def as_found(path: Path) -> Path:
    """Where a key file really lies: where it is named, or where systemd handed it to this process.

    Raises KeyringRefused where systemd's place cannot be looked into.
    """
    return _handed_over(path.name) or path


def _handed_over(name: str) -> Path | None:
    """The file as systemd handed it to this process (``LoadCredential=``), if it did.

    Raises KeyringRefused where systemd's place cannot be looked into.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    handed_over = Path(folder) / name
    try:
        return handed_over if folder and handed_over.exists() else None
    except PermissionError:
        raise KeyringRefused(
            f"{folder} is where systemd hands over keys, and this user cannot read it: start intake as the "
            "User= of its unit, and see whether systemd could hand them over (systemctl status)"
        ) from None


def is_handed_over(path: Path, found: os.stat_result) -> bool:
    """Whether systemd handed a file to this process, and to nobody else."""
    # systemd gives root's file to one user by an access list, whose mask stands where the group's
    # rights would. Nobody else can reach the folder it lies in.
    is_open = bool(stat.S_IMODE(found.st_mode) & 0o037)
    return _lies_there(path) and found.st_uid == 0 and not is_open


def _lies_there(path: Path) -> bool:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return bool(folder) and path.parent == Path(folder)


def _refuse_others(path: Path, found: os.stat_result) -> None:
    if is_handed_over(path, found):
        return
    if _lies_there(path) and found.st_uid == 0:
        raise KeyringRefused(f"{path} is open to others: hand it over with LoadCredential=")
    if found.st_uid != os.geteuid():
        raise KeyringRefused(
            f"{path} belongs to user {found.st_uid} and not to the user running intake "
            f"({os.geteuid()}): {_remedy(path)}"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringRefused(f"{path} is open to other users: {_remedy(path)}")


def refuse_shared_folder(folder: Path) -> None:
    """Keys are made only in a folder that is the owner's alone. Raises KeyringRefused."""
    found = folder.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringRefused(
            f"{folder} is open to other users: make it yours alone (chmod 700 {folder}), "
            "or name another folder"
        )


def _remedy(path: Path) -> str:
    return f"make it the running user's own and nobody else's (chown, then chmod 600 {path})"


def damaged(path: Path) -> KeyringRefused:
    """What to say of a file that holds no keys."""
    return KeyringRefused(f"{path} is not a key file, or is damaged: put back the copy kept in safety")
