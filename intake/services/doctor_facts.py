"""What the doctor looks at, and those of it that are at hand: the machine, the files, the process itself.

What takes longer in a bigger copy is gathered in ``doctor_gathering``.
"""

import os
import resource
import shutil
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from intake.config import Settings
from intake.domain.permissions import Role
from intake.domain.processes import Process
from intake.services.front_door import Front
from intake.storage import breached_passwords
from intake.storage.breached_passwords import BreachedListRefused
from intake.storage.condition import Condition
from intake.storage.encryption import ClinicKeys
from intake.storage.key_files import is_handed_over
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE, KeyringRefused, read_clinic_keys

_MOUNTS = Path("/proc/self/mounts")
# What is secret, and what of it each process works with.
_OWN = {
    Process.PATIENT: frozenset({"patient_keys"}),
    Process.CLINIC: frozenset({"clinic_keys", "provider_secret"}),
    Process.WORKER: frozenset({"worker_keys", "mail_password"}),
}
_SECRETS = frozenset().union(*_OWN.values())


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file or folder: whose it is, who may do what, and on what kind of file system it lies."""

    path: Path
    mode: int
    owner: int
    file_system: str
    is_in_repository: bool = False
    changed_at: datetime | None = None

    @property
    def others_read(self) -> bool:
        """Somebody else on this machine may read it."""
        return bool(self.mode & 0o044)

    @property
    def others_write(self) -> bool:
        """Somebody else on this machine may change it."""
        return bool(self.mode & 0o022)


@dataclass(frozen=True, slots=True)
class Records:
    """What the database says about the clinic's work."""

    trail_fault: str = ""
    newest_event: datetime | None = None
    oldest_event: datetime | None = None
    usernames: frozenset[str] = frozenset()
    roles: tuple[frozenset[Role], ...] = ()
    dead_letters: int = 0
    altered: tuple[str, ...] = ()
    planted: tuple[str, ...] = ()
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks may look at. ``files`` are named by what they are for."""

    settings: Settings
    now: datetime
    today: date
    environment: Mapping[str, str] = field(default_factory=dict)
    user: int = 1000
    umask: int = 0o077
    core_bytes: int = 0
    text_encoding: str = "utf-8"
    can_make_papers: bool = True
    files: Mapping[str, FileFacts] = field(default_factory=dict)
    free_bytes: int = 10**12
    size_bytes: int = 10**12
    keys_refused: str = ""
    database_refused: str = ""
    condition: Condition | None = None
    records: Records = Records()
    lines_out_of_date: tuple[str, ...] = ()
    content_refused: str = ""
    fronts: tuple[Front, ...] = ()
    keys_made: Mapping[str, date | None] = field(default_factory=dict)
    breached_refused: str = ""
    limits_damage: tuple[str, ...] = ()

    @property
    def is_public(self) -> bool:
        """Patients reach it: it has an address other than this machine's own."""
        return self.settings.secure_cookies

    @property
    def address_host(self) -> str:
        """The host patients type."""
        return urlsplit(self.settings.public_address).hostname or ""

    @property
    def used_files(self) -> Mapping[str, FileFacts]:
        """The files whose words decide on what patients are asked and what is pointed out."""
        return {
            name: one
            for name, one in self.files.items()
            if name in ("questionnaire", "screening_rules", "medicines", "crisis_lines", "rules_overlay")
        }


def at_hand(settings: Settings, environment: Mapping[str, str], process: Process | None = None) -> Facts:
    """What takes a moment to look at, whatever a copy holds. Changes nothing, and raises nothing.

    Of a process alone: with what it works with, and may look into. What it cannot see is nothing that
    whoever takes it over could use, and no reason for it not to start.
    """
    own = settings if process is None else settings.of(process)
    is_sqlite = own.database_url.startswith("sqlite")
    facts = Facts(
        settings=settings,
        now=datetime.now(UTC),
        today=settings.today(),
        environment=environment,
        user=os.geteuid(),
        umask=_umask(),
        core_bytes=resource.getrlimit(resource.RLIMIT_CORE)[0],
        text_encoding=sys.getfilesystemencoding(),
        files=_files(own, process),
    )
    if process is None or is_sqlite:
        # A process that comes to a server keeps nothing on a disk of this machine.
        disk = shutil.disk_usage(settings.instance if settings.instance.is_dir() else Path.cwd())
        facts = replace(facts, free_bytes=disk.free, size_bytes=disk.total)
    if process is None:
        # A process reads its own when it opens, and says then what is wrong with them.
        facts = replace(facts, keys_refused=keys_of(settings)[1])
    if process in (None, Process.CLINIC):
        facts = replace(facts, breached_refused=_breached(settings))
    return facts


def _files(settings: Settings, process: Process | None) -> dict[str, FileFacts]:
    paths = paths_of(settings)
    if process is not None:
        others = _SECRETS - _OWN[process]
        paths = {
            name: path
            for name, path in paths.items()
            if name not in others and (name not in _SECRETS or os.access(path, os.R_OK))
        }
    return {name: found for name, path in paths.items() if (found := look_at(path)) is not None}


def look_at(path: Path, mounts: Path = _MOUNTS) -> FileFacts | None:
    """The facts of one file; None when it is not there, or not to be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    if is_handed_over(path, found):
        return None  # systemd keeps it closed, and shows it as if a group could read it
    inside = any((folder / ".git").exists() for folder in path.absolute().parents)
    changed = datetime.fromtimestamp(found.st_mtime, UTC)
    return FileFacts(
        path, stat.S_IMODE(found.st_mode), found.st_uid, file_system(path, mounts), inside, changed
    )


def file_system(path: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of file system a path lies on; empty where the machine does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    places = [line.split()[1:3] for line in lines if len(line.split()) > 2]
    absolute = path.resolve()
    under = [(place, kind) for place, kind in places if absolute.is_relative_to(place.replace("\\040", " "))]
    return max(under, key=lambda one: len(one[0]), default=("", ""))[1]


def paths_of(settings: Settings) -> dict[str, Path]:
    """Every file and folder that is looked at, by what it is for."""
    keys = settings.instance / "keys"
    paths = {
        "instance": settings.instance,
        "settings": settings.instance / "settings.ini",
        "keys": keys,
        "clinic_keys": keys / CLINIC_FILE,
        "patient_keys": keys / PATIENT_FILE,
        "worker_keys": keys / WORKER_FILE,
        "questionnaire": settings.questionnaire,
        "screening_rules": settings.screening_rules,
        "medicines": settings.medicines,
        "crisis_lines": settings.crisis_lines,
    }
    if settings.rules_overlay is not None:
        paths["rules_overlay"] = settings.rules_overlay
    if settings.mail_password_file is not None:
        paths["mail_password"] = settings.mail_password_file
    if settings.provider_secret_file is not None:
        paths["provider_secret"] = settings.provider_secret_file
    if settings.database_url.startswith("sqlite"):
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        paths |= {"database": database, "log": database.with_name(f"{database.name}-wal")}
    return paths


def keys_of(settings: Settings) -> tuple[ClinicKeys | None, str]:
    """The clinic's keys, or why they cannot be used; neither where nothing was set up yet."""
    folder = settings.instance / "keys"
    if not (folder / CLINIC_FILE).exists() and not paths_of(settings).get("database", folder).exists():
        return None, ""  # nothing was set up yet
    try:
        return read_clinic_keys(folder), ""
    except KeyringRefused as refusal:
        return None, str(refusal)


def _breached(settings: Settings) -> str:
    """Why the list of stolen passwords cannot be used; empty when it can, or when there is none."""
    try:
        if settings.breached_passwords_file is not None:
            breached_passwords.look_over(settings.breached_passwords_file)
    except BreachedListRefused as refusal:
        return str(refusal)
    return ""


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
