"""What the doctor asks of the database: whether it is whole, keeps what it was given, and tells nobody."""

from collections.abc import Callable, Iterable

from intake.services.doctor_checks import Check, Weight, so
from intake.services.doctor_facts import Facts
from intake.storage.condition import Condition

REFUSE, WARN = Weight.REFUSE, Weight.WARN
_OLDEST_SERVER = 140_000


def _when(decide: Callable[[Condition], bool]) -> Callable[[Facts], Iterable[str]]:
    """So when the database was looked at and it is so."""
    return lambda facts: so(facts.condition is not None and decide(facts.condition))


def _server(name: str, *bad: str) -> Callable[[Facts], Iterable[str]]:
    """So when a PostgreSQL server has one of these values."""
    return _when(lambda condition: condition.server.get(name) in bad)


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
        "database-in-the-clear",
        REFUSE,
        "the way to PostgreSQL on another machine is not encrypted",
        "add ?sslmode=verify-full to database_url, and give the server a certificate",
        _when(lambda condition: not condition.is_encrypted),
    ),
)
