"""What the doctor looks at, gathered in one go: the machine, the files, the database, the people."""

import os
import resource
import shutil
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from intake.config import Settings
from intake.content.documents import DocumentRefused
from intake.domain.permissions import Role
from intake.papers import engine
from intake.services.clinic import asked_of
from intake.services.front_door import Front, look
from intake.services.planted_rules import planted
from intake.storage import (
    accounts,
    altered_accounts,
    audit,
    breached_passwords,
    dead_letters,
    every_submission,
    limits_file,
    submissions,
)
from intake.storage.breached_passwords import BreachedListRefused
from intake.storage.condition import Condition, examine
from intake.storage.database import Database, DatabaseRefused
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.key_documents import documents_in
from intake.storage.key_entries import KeyPurpose, the_active
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE, KeyringRefused, read_clinic_keys

_MOUNTS = Path("/proc/self/mounts")


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


def gather(settings: Settings, environment: Mapping[str, str] = os.environ, *, quick: bool = False) -> Facts:
    """Look at everything; ``quick`` leaves out what takes longer in a bigger copy.

    Changes nothing, and raises nothing for what is wrong: it is told in the facts.
    """
    files = {name: found for name, path in _paths(settings).items() if (found := look_at(path)) is not None}
    disk = shutil.disk_usage(settings.instance if settings.instance.is_dir() else Path.cwd())
    keys, keys_refused = _keys(settings)
    condition, records, refused = (None, Records(), "") if quick else _database(settings, keys)
    lines, content_refused = ((), "") if quick else _content(settings)
    return Facts(
        settings=settings,
        now=datetime.now(UTC),
        today=settings.today(),
        environment=environment,
        user=os.geteuid(),
        umask=_umask(),
        core_bytes=resource.getrlimit(resource.RLIMIT_CORE)[0],
        text_encoding=sys.getfilesystemencoding(),
        can_make_papers=quick or engine.is_here(),
        files=files,
        free_bytes=disk.free,
        size_bytes=disk.total,
        keys_refused=keys_refused,
        database_refused=refused,
        condition=condition,
        records=records,
        lines_out_of_date=lines,
        content_refused=content_refused,
        fronts=() if quick else _fronts(settings),
        keys_made={} if quick or keys is None else _keys_made(settings),
        breached_refused=_breached(settings),
        limits_damage=() if quick else _limits(settings),
    )


def look_at(path: Path, mounts: Path = _MOUNTS) -> FileFacts | None:
    """The facts of one file; None when it is not there or may not be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
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


def _paths(settings: Settings) -> dict[str, Path]:
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


def _keys(settings: Settings) -> tuple[ClinicKeys | None, str]:
    folder = settings.instance / "keys"
    if not (folder / CLINIC_FILE).exists() and not _paths(settings).get("database", folder).exists():
        return None, ""  # nothing was set up yet
    try:
        return read_clinic_keys(folder), ""
    except KeyringRefused as refusal:
        return None, str(refusal)


def _keys_made(settings: Settings) -> dict[str, date | None]:
    """When each key in use was made, by its purpose; None for those made with the instance itself."""
    try:
        document = documents_in(settings.instance / "keys")[CLINIC_FILE]
    except KeyringRefused:
        # One of the other files: what is wrong with it is a finding of its own.
        return {}
    made = {one.value: the_active(document, one.entry).get("made", "") for one in KeyPurpose}
    return {name: date.fromisoformat(day) if day else None for name, day in made.items()}


def _database(settings: Settings, keys: ClinicKeys | None) -> tuple[Condition | None, Records, str]:
    if settings.database_url.startswith("sqlite") and not _paths(settings)["database"].exists():
        return None, Records(), ""
    try:
        database = Database(settings.database_url)
    except DatabaseRefused as refusal:
        return None, Records(), str(refusal)
    try:
        condition = examine(database)
        usable = condition.revision == condition.newest and keys is not None
        records = _records(database, keys) if usable and keys is not None else Records()
    except (DatabaseRefused, SQLAlchemyError) as refusal:
        # The driver's words may hold the address, and with it a password.
        told = str(refusal) if isinstance(refusal, DatabaseRefused) else type(refusal).__name__
        return None, Records(), told
    finally:
        database.dispose()
    return condition, records, ""


def _records(database: Database, keys: ClinicKeys) -> Records:
    with database.read() as session:
        verified = audit.verify(session, keys)
        staff = accounts.members(session, keys)
        last = audit.chained_at(session, audit.newest(session))
        first = audit.chained_at(session, 1)
        return Records(
            trail_fault="" if verified.ok else f"line {verified.first_bad_seq}: {verified.reason}",
            newest_event=datetime.fromisoformat(last.at) if last is not None else None,
            oldest_event=datetime.fromisoformat(first.at) if first is not None else None,
            usernames=frozenset(one.username for one in staff),
            roles=tuple(one.roles for one in staff),
            dead_letters=dead_letters.outbox(session, 1, datetime.now(UTC)).not_sent,
            altered=tuple(one.username for one in altered_accounts.altered(session, keys)),
            planted=planted(session, keys).in_words,
            opens=_opens(session, keys),
        )


def _opens(session: Session, keys: ClinicKeys) -> bool:
    """Whether the key of the newest form opens; True when there is none. No answer is read."""
    newest = every_submission.ids(session, newest_first=True)[:1]
    try:
        for sealed in every_submission.page(session, newest):
            if sealed.key is not None:
                submissions.open_record_key(keys, sealed.id, sealed.key)
    except DecryptionFailed:
        return False
    return True


def _content(settings: Settings) -> tuple[tuple[str, ...], str]:
    try:
        questionnaire = asked_of(settings).questionnaire
    except DocumentRefused as refusal:
        return (), str(refusal).splitlines()[0]
    return tuple(line.say for line in questionnaire.out_of_date(settings.today())), ""


def _breached(settings: Settings) -> str:
    """Why the list of stolen passwords cannot be used; empty when it can, or when there is none."""
    try:
        if settings.breached_passwords_file is not None:
            breached_passwords.look_over(settings.breached_passwords_file)
    except BreachedListRefused as refusal:
        return str(refusal)
    return ""


def _limits(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the file beside SQLite in which knocks and wrong passwords are counted."""
    database = _paths(settings).get("database")
    return limits_file.damage(limits_file.path_beside(database)) if database is not None else ()


def _fronts(settings: Settings) -> tuple[Front, ...]:
    """What is met at each https address of the clinic; of two sites under one name, once."""
    addresses = [urlsplit(one) for one in (settings.public_address, settings.clinic_side)]
    places = {(one.hostname or "", one.port or 443) for one in addresses if one.scheme == "https"}
    return tuple(look(host, port) for host, port in sorted(places))


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
