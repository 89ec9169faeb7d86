"""What the doctor asks of files, folders, disks and the process: who may read and change what."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from intake.config import Settings
from intake.services.doctor_checks import Check, Weight, so
from intake.services.doctor_facts import Facts

REFUSE, WARN = Weight.REFUSE, Weight.WARN
_SECRET = ("clinic_keys", "patient_keys", "worker_keys", "mail_password", "provider_secret")
_OF_PATIENTS = ("database", "log")
_ADDRESSES = ("database_url", "patient_database_url", "clinic_database_url", "worker_database_url")
_FORGETS = frozenset({"tmpfs", "ramfs"})
_OVER_A_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph"}
)
_LEAST_FREE = 200 * 2**20
_DEBUGGING = (
    "FLASK_DEBUG",
    "WERKZEUG_DEBUG_PIN",
    "PYTHONASYNCIODEBUG",
    "PYTHONINSPECT",
    "PYTHONFAULTHANDLER",
)


def _read_by_others(facts: Facts, names: Iterable[str]) -> Iterable[str]:
    found = (facts.files.get(name) for name in names)
    return (str(one.path) for one in found if one is not None and (one.others_read or one.others_write))


def _of_somebody_else(facts: Facts, names: Iterable[str]) -> Iterable[str]:
    found = (facts.files.get(name) for name in names)
    return (str(one.path) for one in found if one is not None and one.owner != facts.user)


def _of_another_user(facts: Facts, names: Iterable[str]) -> Iterable[str]:
    """Of somebody else than root, who may change everything anyway: a folder may be closed to its reader."""
    found = (facts.files.get(name) for name in names)
    return (str(one.path) for one in found if one is not None and one.owner not in (0, facts.user))


def _lies_on(facts: Facts, kinds: frozenset[str]) -> Iterable[str]:
    found = (facts.files.get(name) for name in ("database", "keys"))
    return (
        f"{one.path} ({one.file_system})" for one in found if one is not None and one.file_system in kinds
    )


def _changed_by_others(facts: Facts) -> Iterable[str]:
    return (str(one.path) for one in facts.used_files.values() if one.others_write)


def _with_a_password(settings: Settings) -> frozenset[str]:
    """The settings with an address of the database in which a password stands."""
    return frozenset(
        name
        for name in _ADDRESSES
        if (address := getattr(settings, name)) and not address.startswith("sqlite") and has_password(address)
    )


def has_password(address: str) -> bool:
    try:
        url = make_url(address)
    except ArgumentError:
        return False  # no address at all, of which another check tells
    return url.password is not None or "password" in url.query


def _passwords_in_the_environment(facts: Facts) -> Iterable[str]:
    named = (f"INTAKE_{name.upper()}" for name in sorted(_with_a_password(facts.settings)))
    return (one for one in named if one in facts.environment)


# docs/limits.md (Secrets, and when they change): once a year. A month more is time to do it in.
_A_YEAR = timedelta(days=365 + 31)


def _old_keys(facts: Facts) -> Iterable[str]:
    begun = facts.records.oldest_event
    for purpose, made in facts.keys_made.items():
        since = made if made is not None else begun.date() if begun is not None else None
        if since is not None and facts.today - since > _A_YEAR:
            yield f"the {purpose} key, of {since.isoformat()}"


def _old_passwords(facts: Facts) -> Iterable[str]:
    for name in ("mail_password", "provider_secret"):
        found = facts.files.get(name)
        if found is not None and found.changed_at is not None and facts.now - found.changed_at > _A_YEAR:
            yield str(found.path)


CHECKS = (
    Check(
        "key-older-than-a-year",
        WARN,
        "it has been in use for longer than a year, and whoever could read it then still could",
        "`intake keys new`, and what it says next (docs/running.md, Keys): the clinic works meanwhile",
        _old_keys,
    ),
    Check(
        "password-older-than-a-year",
        WARN,
        "the password in it has not been changed for longer than a year",
        "change it where it is for, then write the new one here",
        _old_passwords,
    ),
    Check(
        "secret-open",
        REFUSE,
        "other users of this machine may read or change it, and it opens what patients wrote",
        "make it yours alone: chmod 600; then make new keys if anybody else may have read it",
        lambda facts: _read_by_others(facts, _SECRET),
    ),
    Check(
        "secret-of-another",
        REFUSE,
        "it belongs to somebody else, who can change it at any time",
        "chown it to the user that runs intake, then chmod 600",
        lambda facts: _of_somebody_else(facts, _SECRET),
    ),
    Check(
        "keys-folder-open",
        REFUSE,
        "other users may look into the folder of the keys, or put files there",
        "chmod 700 the folder",
        lambda facts: _read_by_others(facts, ("keys",)),
    ),
    Check(
        "keys-unusable",
        REFUSE,
        "the keys cannot be used as they are",
        "do what the words before say, or put the key files back from their safe copy",
        lambda facts: (facts.keys_refused,) if facts.keys_refused else (),
    ),
    Check(
        "database-open",
        REFUSE,
        "other users may read or change the database: who came, when, and who works here",
        "chmod 600 the file and the two beside it (-wal, -shm)",
        lambda facts: _read_by_others(facts, _OF_PATIENTS),
    ),
    Check(
        "database-of-another",
        REFUSE,
        "the database file belongs to somebody else",
        "chown it to the user that runs intake",
        lambda facts: _of_somebody_else(facts, ("database",)),
    ),
    Check(
        "instance-changed-by-others",
        REFUSE,
        "other users may put files into the instance folder, settings among them",
        "chmod 700 the folder",
        lambda facts: (
            str(one.path) for one in (facts.files.get("instance"),) if one is not None and one.others_write
        ),
    ),
    Check(
        "instance-read-by-others",
        WARN,
        "other users may look into the instance folder",
        "chmod 700 the folder",
        lambda facts: (
            str(one.path)
            for one in (facts.files.get("instance"),)
            if one is not None and one.others_read and not one.others_write
        ),
    ),
    Check(
        "instance-of-another",
        REFUSE,
        "the instance folder belongs to somebody else",
        "chown it to the user that runs intake",
        lambda facts: _of_another_user(facts, ("instance",)),
    ),
    Check(
        "settings-changed-by-others",
        REFUSE,
        "other users may change the settings, and with them where answers and letters go",
        "chmod 600 settings.ini",
        lambda facts: (
            str(one.path) for one in (facts.files.get("settings"),) if one is not None and one.others_write
        ),
    ),
    Check(
        "settings-hold-a-password",
        REFUSE,
        "the database's password stands in it, and other users may read it",
        "chmod 600 settings.ini, or leave the password to a file of PostgreSQL's own (~/.pgpass)",
        lambda facts: (
            str(one.path)
            for one in (facts.files.get("settings"),)
            if one is not None and one.others_read and _with_a_password(facts.settings)
        ),
    ),
    Check(
        "password-in-the-environment",
        WARN,
        "an address of the database holds a password, and an environment is easily read and handed on",
        "leave it out of the address and keep it in a file of PostgreSQL's own (~/.pgpass, mode 600)",
        _passwords_in_the_environment,
    ),
    Check(
        "content-changed-by-others",
        REFUSE,
        "other users may change it, and with it what patients are asked or what is pointed out",
        "chmod go-w the file, and its folder",
        _changed_by_others,
    ),
    Check(
        "content-in-a-temporary-folder",
        WARN,
        "it lies where the machine clears up by itself",
        "move it beside settings.ini and name it there",
        lambda facts: (
            str(one.path)
            for one in facts.used_files.values()
            if one.path.is_relative_to("/tmp") or one.path.is_relative_to("/var/tmp")  # noqa: S108 - is named
        ),
    ),
    Check(
        "keys-in-a-repository",
        WARN,
        "the keys of a clinic lie inside a checkout, where they may be committed",
        "set INTAKE_INSTANCE to a folder of its own, like /var/lib/intake, and move the old one there",
        lambda facts: (
            str(one.path)
            for one in (facts.files.get("keys"),)
            if one is not None and one.is_in_repository and facts.is_public
        ),
    ),
    Check(
        "forgets-at-restart",
        REFUSE,
        "it lies in memory, and is gone when the machine stops",
        "move the instance folder to a disk",
        lambda facts: _lies_on(facts, _FORGETS) if facts.is_public else (),
    ),
    Check(
        "over-a-network",
        REFUSE,
        "it lies on another machine, where a write may be lost that was reported as done",
        "keep the instance folder on a disk of this machine, or use PostgreSQL",
        lambda facts: _lies_on(facts, _OVER_A_NETWORK),
    ),
    Check(
        "disk-full",
        REFUSE,
        "there is almost no room left, and forms that are sent could not be kept",
        "make room: 200 MB at the very least",
        lambda facts: so(facts.free_bytes < _LEAST_FREE),
    ),
    Check(
        "disk-nearly-full",
        WARN,
        "less than 15 percent of the disk are free",
        "make room before forms cannot be kept any more",
        lambda facts: so(facts.free_bytes >= _LEAST_FREE and facts.free_bytes < 0.15 * facts.size_bytes),
    ),
    Check(
        "runs-as-root",
        WARN,
        "intake runs as root, and whoever breaks into it owns the machine",
        "run it as a user of its own (docs/running.md has units for systemd)",
        lambda facts: so(facts.user == 0 and facts.is_public),
    ),
    Check(
        "open-umask",
        WARN,
        "files that are made may be read by other users",
        "set umask 077 for the user that runs intake (systemd: UMask=0077)",
        lambda facts: so(facts.umask & 0o077 != 0o077 and facts.is_public),
    ),
    Check(
        "core-dumps",
        WARN,
        "when the program crashes, its memory is written to a disk: keys, and what patients wrote",
        "ulimit -c 0 (systemd: LimitCORE=0)",
        lambda facts: so(facts.core_bytes != 0 and facts.is_public),
    ),
    Check(
        "debugging",
        REFUSE,
        "it makes Python or Flask tell what should stay inside",
        "unset it where intake is started",
        lambda facts: (name for name in _DEBUGGING if facts.environment.get(name) not in (None, "", "0")),
    ),
    Check(
        "text-encoding",
        WARN,
        "this machine does not write text as UTF-8, and names may come out wrong in files",
        "set LANG=C.UTF-8 for the user that runs intake",
        lambda facts: so(facts.text_encoding.lower().replace("-", "") != "utf8"),
    ),
)
