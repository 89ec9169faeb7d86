"""What the doctor asks of the database: whether it is whole, keeps what it was given, and tells nobody."""

from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlsplit

from intake.config import Settings
from intake.domain.processes import Process
from intake.services.doctor_checks import Check, Weight, so
from intake.services.doctor_facts import Facts
from intake.services.doctor_files import has_password
from intake.storage.condition import Condition

REFUSE, WARN = Weight.REFUSE, Weight.WARN
_OLDEST_SERVER = 140_000
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def _when(decide: Callable[[Condition], bool]) -> Callable[[Facts], Iterable[str]]:
    """So when the database was looked at and it is so."""
    return lambda facts: so(facts.condition is not None and decide(facts.condition))


def _server(name: str, *bad: str) -> Callable[[Facts], Iterable[str]]:
    """So when a PostgreSQL server has one of these values."""
    return _when(lambda condition: condition.server.get(name) in bad)


def _when_on_server(decide: Callable[[Settings], bool]) -> Callable[[Facts], Iterable[str]]:
    """So when the database is PostgreSQL and these settings say so."""
    return lambda facts: so(facts.settings.database_url.startswith("postgresql") and decide(facts.settings))


def _addresses(settings: Settings) -> Iterable[str]:
    own = (settings.patient_database_url, settings.clinic_database_url, settings.worker_database_url)
    return {settings.database_url, *filter(None, own)}


def _is_not_verified(address: str) -> bool:
    """Whether it leads to another machine, over TLS that believes any certificate."""
    found = urlsplit(address)
    host = found.hostname or dict(parse_qsl(found.query)).get("host", "")
    is_here = not host or host.startswith("/") or host in _HERE
    return not is_here and dict(parse_qsl(found.query)).get("sslmode") != "verify-full"


CHECKS = (
    Check(
        "database-unreachable",
        REFUSE,
        "the database cannot be used",
        "do what the words before say; for PostgreSQL, see that it runs and that database_url names it",
        lambda facts: (facts.database_refused,) if facts.database_refused else (),
    ),
    Check(
        "database-behind",
        WARN,
        "its tables are of an earlier version",
        "make a backup, then run `intake migrate` (`intake serve` does it by itself)",
        _when(lambda condition: condition.is_behind),
    ),
    Check(
        "database-ahead",
        REFUSE,
        "its tables are of a later version of intake than this one",
        "run that version again, or put back the backup made before it",
        _when(lambda condition: condition.is_ahead),
    ),
    Check(
        "database-damaged",
        REFUSE,
        "the file is damaged",
        "stop intake, keep a copy of the file, and put back the newest backup (docs/running.md)",
        lambda facts: facts.condition.damage[:3] if facts.condition is not None else (),
    ),
    Check(
        "limits-damaged",
        WARN,
        "the file in which knocks and wrong passwords are counted is damaged, or cannot be used",
        "intake makes it anew at the next knock. If this is still said then: stop intake, delete "
        "intake-limits.db* beside the database (nothing in it has to be kept), and see whose the folder is",
        lambda facts: facts.limits_damage[:3],
    ),
    Check(
        "trail-broken",
        REFUSE,
        "the audit trail is not as it was written: somebody changed it, or the disk did",
        "stop intake, keep the database and the machine's logs as they are, and read SECURITY.md",
        lambda facts: (facts.records.trail_fault,) if facts.records.trail_fault else (),
    ),
    Check(
        "keys-of-another-database",
        REFUSE,
        "these keys do not open what is in this database",
        "put back the keys that belong to it; with these, nobody can read what patients wrote",
        lambda facts: so(not facts.records.opens),
    ),
    Check(
        "server-forgets",
        REFUSE,
        "PostgreSQL does not wait for the disk (fsync = off): a power cut loses forms that were thanked for",
        "set fsync = on",
        _server("fsync", "off"),
    ),
    Check(
        "server-tears-pages",
        REFUSE,
        "full_page_writes is off: a power cut may leave half a page",
        "set full_page_writes = on",
        _server("full_page_writes", "off"),
    ),
    Check(
        "server-answers-early",
        REFUSE,
        "synchronous_commit is off: the newest forms are lost when the server is killed",
        "set synchronous_commit = on for the roles of intake",
        _server("synchronous_commit", "off"),
    ),
    Check(
        "server-log-tells-all",
        WARN,
        "PostgreSQL writes every statement into its log",
        "set log_statement = none or ddl",
        _server("log_statement", "all", "mod"),
    ),
    Check(
        "server-log-tells-rows",
        WARN,
        "PostgreSQL's errors quote whole rows (log_error_verbosity)",
        "set log_error_verbosity = terse",
        _server("log_error_verbosity", "default", "verbose"),
    ),
    Check(
        "server-log-tells-values",
        WARN,
        "PostgreSQL's errors quote the values of a statement",
        "set log_parameter_max_length_on_error = 0",
        _when(lambda one: one.server.get("log_parameter_max_length_on_error", "0") != "0"),
    ),
    Check(
        "server-log-tells-slow",
        WARN,
        "PostgreSQL writes slow statements into its log, with their values",
        "set log_min_duration_statement = -1, or log_parameter_max_length = 0",
        _when(lambda one: one.server.get("log_min_duration_statement", "-1") != "-1"),
    ),
    Check(
        "server-too-old",
        WARN,
        "this PostgreSQL is no longer mended by its makers, or soon will not be",
        "move to PostgreSQL 14 or newer",
        _when(lambda one: int(one.server.get("server_version_num", "999999")) < _OLDEST_SERVER),
    ),
    Check(
        "database-superuser",
        WARN,
        "intake signs in to PostgreSQL as a superuser, who may change anything, the audit trail too",
        "make a role of its own for it",
        _when(lambda condition: condition.is_superuser),
    ),
    Check(
        "database-one-role",
        WARN,
        "the two sites and the worker come to PostgreSQL under one role, and each may do all of it",
        "`intake database roles --apply`, then name the three roles in the settings (docs/running.md)",
        _when_on_server(lambda settings: not all(settings.has_own_role(one) for one in Process)),
    ),
    Check(
        "database-unchanging-password",
        WARN,
        "a role signs in to PostgreSQL with a password, which does not change by itself",
        "let roles sign in by the machine's user (peer) or by certificate (docs/running.md, PostgreSQL)",
        _when_on_server(lambda settings: any(map(has_password, _addresses(settings)))),
    ),
    Check(
        "database-not-verified",
        WARN,
        "nothing makes sure that the PostgreSQL on another machine is the one it says it is",
        "add ?sslmode=verify-full&sslrootcert=FILE to its database_url, with your authority's certificate",
        _when_on_server(lambda settings: any(map(_is_not_verified, _addresses(settings)))),
    ),
    Check(
        "database-in-the-clear",
        REFUSE,
        "the way to PostgreSQL on another machine is not encrypted",
        "add ?sslmode=verify-full to database_url, and give the server a certificate",
        _when(lambda condition: not condition.is_encrypted),
    ),
)
