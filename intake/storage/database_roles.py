"""The roles of the three processes on PostgreSQL: what makes them, and what the one in use really may.

On SQLite there are none: whoever opens the file may do everything in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from intake.domain.processes import Process
from intake.storage.rights import RIGHTS, ROWS, Verb, declared
from intake.storage.tables import Base

_quoted = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]

# On which column a verb is allowed; None is for the whole table.
_Right = tuple[str, str | None, str]

# Everything that a role could be allowed on a table or a column of it, in any schema but the system's own.
_WHOLE = ("DELETE", "TRUNCATE", "TRIGGER")
_BY_COLUMN = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
_FOUND = text("""
WITH kept AS (
  SELECT c.oid, c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
)
SELECT name, NULL AS attname, verb FROM kept, unnest(CAST(:whole AS text[])) AS verb
WHERE has_table_privilege(kept.oid, verb)
UNION ALL
SELECT name, a.attname::text, verb
FROM kept JOIN pg_attribute a ON a.attrelid = kept.oid AND a.attnum > 0 AND NOT a.attisdropped,
  unnest(CAST(:by_column AS text[])) AS verb
WHERE has_column_privilege(kept.oid, a.attnum, verb)
""")
_ROLE = text("""
SELECT current_user::text AS name,
  r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS is_powerful,
  EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relowner = r.oid AND n.nspname NOT LIKE 'pg\\_%') OR
  EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid) AS is_owner,
  EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) AS is_member,
  EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
          AND has_schema_privilege(n.oid, 'CREATE')) AS may_create,
  has_database_privilege(current_database(), 'TEMPORARY') AS may_create_temporary
FROM pg_roles r WHERE r.rolname = current_user
""")
# The one function that runs as its owner, whoever calls it: the triggers against retired keys ask it.
_ASKED_BY_TRIGGERS = "names_retired_key"
# Every function that does, and where it looks for what it names. One that looks in pg_temp before it comes to
# the end of its path, or does not say where, runs as the owner what the caller put there.
_AS_OWNER = text("""
SELECT p.proname::text AS name, has_function_privilege(p.oid, 'EXECUTE') AS may_call,
  p.proargtypes::text = CAST('bytea' AS regtype)::oid::text AND EXISTS (
    SELECT 1 FROM unnest(p.proconfig) AS setting
    WHERE setting = 'search_path=pg_catalog, ' || quote_ident(n.nspname) || ', pg_temp'
  ) AS looks_only_where_it_should
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
""")
_POLICIES = text("""
SELECT c.relname::text AS name, c.relrowsecurity AS is_on, p.cmd, p.permissive, p.qual, p.with_check
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_policies p ON p.schemaname = n.nspname AND p.tablename = c.relname
  AND p.roles && ARRAY['public', current_user]::name[]
WHERE c.relkind = 'r' AND c.relname = ANY(:tables)
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
""")


@dataclass(frozen=True, slots=True)
class Found:
    """What is otherwise than declared of the role in use: each in a few words."""

    role: str
    too_much: tuple[str, ...]
    missing: tuple[str, ...]


def statements(roles: Mapping[Process, str], database: str, schema: str = "public") -> Iterator[str]:
    """What gives each role what its process needs and takes all else away; to be run by the owner."""
    asked = f"FUNCTION {_quoted(schema)}.{_ASKED_BY_TRIGGERS}(bytea)"
    yield f"REVOKE CREATE ON SCHEMA {_quoted(schema)} FROM PUBLIC"
    # What somebody makes for a moment is found before what is there for good.
    yield f"REVOKE TEMPORARY ON DATABASE {_quoted(database)} FROM PUBLIC"
    yield f"REVOKE EXECUTE ON {asked} FROM PUBLIC"
    for table in ROWS:
        yield f"ALTER TABLE {_quoted(table)} ENABLE ROW LEVEL SECURITY"
    for process, role in roles.items():
        name = _quoted(role)
        yield f"REVOKE TEMPORARY ON DATABASE {_quoted(database)} FROM {name}"
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {_quoted(schema)} FROM {name}"
        yield f"GRANT USAGE ON SCHEMA {_quoted(schema)} TO {name}"
        # A trigger asks it as whoever writes the row.
        yield f"GRANT EXECUTE ON {asked} TO {name}"
        for table, conditions in ROWS.items():
            policy, condition = f"rows_of_{process.value} ON {_quoted(table)}", conditions[process]
            yield f"DROP POLICY IF EXISTS {policy}"
            yield f"CREATE POLICY {policy} TO {name} USING ({condition}) WITH CHECK ({condition})"
        for table in sorted(RIGHTS):
            if verbs := RIGHTS[table][process]:
                yield f"GRANT {', '.join(_granted(verb) for verb in verbs)} ON {_quoted(table)} TO {name}"


def apply(session: Session, roles: Mapping[Process, str]) -> None:
    """Run the statements. As the owner of the tables, in one transaction."""
    database, schema = session.execute(text("SELECT current_database(), current_schema()")).one()
    for statement in statements(roles, database, schema):
        session.execute(text(statement))


def missing_roles(session: Session, roles: Iterable[str]) -> tuple[str, ...]:
    """Those of the roles that do not exist yet."""
    there = set(session.scalars(text("SELECT rolname::text FROM pg_roles")))
    return tuple(role for role in roles if role not in there)


def found(session: Session, process: Process) -> Found:
    """What the role in use may beyond what its process needs, and what it may not and should."""
    role = session.execute(_ROLE).one()
    powers = {
        "is a superuser, or may make roles or databases": role.is_powerful,
        "owns the database or a table of it": role.is_owner,
        "is a member of another role": role.is_member,
        "may create tables": role.may_create,
        "may create temporary tables": role.may_create_temporary,
    }
    as_owner, asked = _functions(session)
    any_row, no_row = _rows(session, process)
    rows = session.execute(_FOUND, {"whole": list(_WHOLE), "by_column": list(_BY_COLUMN)})
    really = {(table, column, verb) for table, column, verb in rows}
    wanted = set(_declared(process))
    return Found(
        role.name,
        tuple(power for power, has in powers.items() if has) + as_owner + any_row + _told(really - wanted),
        asked + no_row + _told(wanted - really),
    )


def _functions(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What can be done through functions that run as their owner and should not; and which is missing."""
    too_much, called = [], False
    for one in session.execute(_AS_OWNER):
        if one.name == _ASKED_BY_TRIGGERS and one.looks_only_where_it_should:
            called = called or one.may_call
        elif one.name == _ASKED_BY_TRIGGERS:
            too_much.append(f"can have {one.name}(), which runs as its owner, read what it put there itself")
        elif one.may_call:
            too_much.append(f"may call {one.name}(), which runs as its owner")
    return tuple(too_much), () if called else (f"EXECUTE on {_ASKED_BY_TRIGGERS}()",)


def _rows(session: Session, process: Process) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tables of which the role reaches other rows than it needs; and those of which it reaches none."""
    too_much, missing = [], []
    for one in session.execute(_POLICIES, {"tables": list(ROWS)}):
        condition = ROWS[one.name][process]
        if not one.is_on:
            too_much.append(f"reaches every row of {one.name}")
        elif one.cmd is None:
            missing.append(f"any row of {one.name}")
        elif (one.cmd, one.permissive, one.qual, one.with_check) != (
            "ALL",
            "PERMISSIVE",
            condition,
            condition,
        ):
            too_much.append(f"reaches other rows of {one.name} than it needs")
    return tuple(too_much), tuple(missing)


def _declared(process: Process) -> Iterator[_Right]:
    for table, verb in declared(process):
        if verb.name in _WHOLE:
            yield table, None, verb.name
        else:
            for column in verb.columns or columns_of(table):
                yield table, column, verb.name


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table of ours, or of the one in which migrations keep their number."""
    if table not in Base.metadata.tables:
        return ("version_num",)
    return tuple(column.name for column in Base.metadata.tables[table].columns)


def _told(rights: Iterable[_Right]) -> tuple[str, ...]:
    """By table and verb; columns are named where not all of the table are meant."""
    by_table: dict[tuple[str, str], list[str]] = {}
    for table, column, verb in sorted(rights, key=lambda right: tuple(map(str, right))):
        by_table.setdefault((table, verb), []).extend([column] if column is not None else [])
    return tuple(f"{verb} on {table}{_some(table, columns)}" for (table, verb), columns in by_table.items())


def _some(table: str, columns: list[str]) -> str:
    return f" ({', '.join(columns)})" if columns and set(columns) != set(columns_of(table)) else ""


def _granted(verb: Verb) -> str:
    columns = ", ".join(_quoted(column) for column in verb.columns)
    return f"{verb.name} ({columns})" if columns else verb.name
