"""On PostgreSQL each process may do what it needs and no more, and notices when it is otherwise."""

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from intake.domain.notice_kinds import NoticeKind
from intake.domain.processes import Process
from intake.storage import database_roles, outgoing
from intake.storage.database import Database
from intake.storage.outgoing import Addressed
from intake.storage.rights import RIGHTS, declared
from intake.storage.tables import Base
from roles import fresh_database_url, roles_in
from storage.samples import NOW

pytestmark = pytest.mark.postgres
SEALED = ("sealed", "answers", "payload", "wrapped_key", "password", "shown")


@pytest.fixture(scope="module")
def addresses(postgres_database):
    return roles_in(postgres_database)


@pytest.fixture(scope="module")
def postgres_database():
    return fresh_database_url()


@pytest.fixture
def owner(postgres_database):
    database = Database(postgres_database)
    yield database
    database.dispose()


@pytest.fixture
def as_process(addresses):
    opened = {}

    def connect(process):
        opened[process] = opened.get(process) or Database(addresses[process])
        return opened[process]

    yield connect
    for database in opened.values():
        database.dispose()


def name(addresses, process):
    return make_url(addresses[process]).username


@pytest.mark.parametrize("process", Process, ids=lambda one: one.value)
def test_each_role_may_exactly_what_is_declared(as_process, process):
    with as_process(process).read() as session:
        found = database_roles.found(session, process)

    assert (found.too_much, found.missing) == ((), ())


GRANTED_TOO_MUCH = {
    "a verb": ("GRANT SELECT ON record_keys TO {role}", "SELECT on record_keys"),
    "a column": ("GRANT SELECT (answers) ON submissions TO {role}", "SELECT on submissions (answers)"),
    "to everybody": ("GRANT DELETE ON audit_events TO PUBLIC", "DELETE on audit_events"),
    "emptying": ("GRANT TRUNCATE ON audit_events TO {role}", "TRUNCATE on audit_events"),
    "making tables": ("GRANT CREATE ON SCHEMA public TO {role}", "may create tables"),
    "another's rights": ("GRANT {clinic} TO {role}", "is a member of another role"),
    "all of them": ("ALTER ROLE {role} SUPERUSER", "is a superuser, or may make roles or databases"),
    "a table of its own": ("ALTER TABLE claims OWNER TO {role}", "owns the database or a table of it"),
    "tables for a moment": (
        "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
        "may create temporary tables",
    ),
    "letters to staff": ("ALTER TABLE outgoing DISABLE ROW LEVEL SECURITY", "reaches every row of outgoing"),
    "another condition": (
        "ALTER POLICY rows_of_patient ON outgoing USING (true)",
        "reaches other rows of outgoing than it needs",
    ),
    "one more policy": (
        "CREATE POLICY more ON outgoing TO PUBLIC USING (true)",
        "reaches other rows of outgoing than it needs",
    ),
    "a function as its owner": (
        "CREATE FUNCTION lends() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "may call lends(), which runs as its owner",
    ),
    "a function that looks anywhere": (
        "ALTER FUNCTION names_retired_key(bytea) SET search_path = public",
        "can have names_retired_key(), which runs as its owner, read what it put there itself",
    ),
}
TAKEN_BACK = {
    "a verb": "REVOKE SELECT ON record_keys FROM {role}",
    "a column": "REVOKE SELECT (answers) ON submissions FROM {role}",
    "to everybody": "REVOKE DELETE ON audit_events FROM PUBLIC",
    "emptying": "REVOKE TRUNCATE ON audit_events FROM {role}",
    "making tables": "REVOKE CREATE ON SCHEMA public FROM {role}",
    "another's rights": "REVOKE {clinic} FROM {role}",
    "all of them": "ALTER ROLE {role} NOSUPERUSER",
    "a table of its own": "ALTER TABLE claims OWNER TO {owner}",
    "tables for a moment": "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "letters to staff": "ALTER TABLE outgoing ENABLE ROW LEVEL SECURITY",
    "another condition": "ALTER POLICY rows_of_patient ON outgoing USING (NOT for_staff)",
    "one more policy": "DROP POLICY more ON outgoing",
    "a function as its owner": "DROP FUNCTION lends()",
    "a function that looks anywhere": (
        "ALTER FUNCTION names_retired_key(bytea) SET search_path = pg_catalog, public, pg_temp"
    ),
}


@pytest.mark.parametrize("what", GRANTED_TOO_MUCH)
def test_a_right_too_many_is_noticed(owner, as_process, addresses, what):
    names = {
        "role": name(addresses, Process.PATIENT),
        "clinic": name(addresses, Process.CLINIC),
        "owner": owner.url.username,
        "database": owner.url.database,
    }
    grant, told = GRANTED_TOO_MUCH[what]
    said(owner, grant.format(**names))
    try:
        with as_process(Process.PATIENT).read() as session:
            found = database_roles.found(session, Process.PATIENT)
    finally:
        said(owner, TAKEN_BACK[what].format(**names))

    assert told in found.too_much


@pytest.mark.parametrize(
    ("process", "table", "verb"),
    [
        (Process.PATIENT, "drafts", "UPDATE"),
        (Process.CLINIC, "sign_offs", "INSERT"),
        (Process.WORKER, "outgoing", "SELECT"),
    ],
)
def test_a_right_that_is_missing_is_noticed(owner, as_process, addresses, process, table, verb):
    said(owner, f"REVOKE {verb} ON {table} FROM {name(addresses, process)}")
    with as_process(process).read() as session:
        found = database_roles.found(session, process)
    roles_in(owner.url.render_as_string(hide_password=False))

    assert [one.partition(" (")[0] for one in found.missing] == [f"{verb} on {table}"]


@pytest.mark.parametrize("process", Process, ids=lambda one: one.value)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_events SET actor = 'nobody'", "DELETE FROM audit_events", "TRUNCATE audit_events"],
)
def test_nobody_but_the_owner_changes_the_trail(as_process, process, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        said(as_process(process), statement)


@pytest.mark.parametrize("process", [Process.PATIENT, Process.WORKER], ids=lambda one: one.value)
@pytest.mark.parametrize("column", ["submissions.answers", "record_keys.sealed", "summaries.sealed"])
def test_neither_patient_site_nor_worker_reads_what_was_sent(as_process, process, column):
    table, _, name_ = column.partition(".")
    with pytest.raises(ProgrammingError, match="permission denied"):
        said(as_process(process), f"SELECT {name_} FROM {table}")


STATEMENTS = {
    "SELECT": "SELECT {column} FROM {table} LIMIT 0",
    "INSERT": "INSERT INTO {table} ({column}) SELECT NULL WHERE false",
    "UPDATE": "UPDATE {table} SET {column} = NULL WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
}


def tried(database, process):
    """Every verb on every column of every table, with what is declared of it and what PostgreSQL says."""
    allowed = {
        (table, verb.name): verb.columns or database_roles.columns_of(table)
        for table, verb in declared(process)
    }
    with database.engine.connect() as connection:
        for table in RIGHTS:
            columns = database_roles.columns_of(table)
            for verb, statement in STATEMENTS.items():
                for column in columns if "{column}" in statement else columns[:1]:
                    may = column in allowed.get((table, verb), ())
                    try:
                        with connection.begin_nested():
                            connection.execute(text(statement.format(table=table, column=column)))
                    except ProgrammingError as error:
                        assert "permission denied" in str(error), error
                        yield table, verb, column, may, False
                    else:
                        yield table, verb, column, may, True


@pytest.mark.parametrize("process", Process, ids=lambda one: one.value)
def test_every_statement_that_is_not_declared_is_denied_and_every_other_is_not(as_process, process):
    found = list(tried(as_process(process), process))

    assert [one for one in found if one[3] != one[4]] == []
    assert sum(not one[4] for one in found) > 100
    assert sum(one[4] for one in found) > 10


# Found before the table of this name by whatever does not say where to look; it tells as whom it was read.
_IN_ITS_PLACE = (
    "CREATE FUNCTION pg_temp.evil() RETURNS bytea LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'read as %', current_user; END $$",
    "CREATE TEMPORARY VIEW retired_keys AS SELECT pg_temp.evil() AS key_id",
)
_ASKED = "SELECT names_retired_key('\\x0101aabbccdd')"


@pytest.fixture
def temporary_allowed(owner):
    """As on a database whose owner did not run `intake database roles`, or gave it back since."""
    said(owner, f"GRANT TEMPORARY ON DATABASE {owner.url.database} TO PUBLIC")
    yield
    said(owner, f"REVOKE TEMPORARY ON DATABASE {owner.url.database} FROM PUBLIC")


def asked_with_another_table_in_its_place(database):
    """What came of asking; nothing that was made for it is left."""
    with database.engine.connect() as connection:
        for statement in _IN_ITS_PLACE:
            connection.execute(text(statement))
        return connection.execute(text(_ASKED)).scalar()


@pytest.mark.parametrize("process", Process, ids=lambda one: one.value)
@pytest.mark.usefixtures("temporary_allowed")
def test_no_role_can_make_a_function_of_the_owners_read_a_temporary_table(owner, as_process, process):
    assert asked_with_another_table_in_its_place(as_process(process)) is False

    # The control: one that looks wherever whoever calls it looks.
    said(owner, "ALTER FUNCTION names_retired_key(bytea) RENAME TO asked_before")
    said(
        owner,
        "CREATE FUNCTION names_retired_key(sealed bytea) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS "
        "$$ SELECT EXISTS (SELECT 1 FROM retired_keys WHERE key_id = substr(sealed, 3, 4)) $$",
    )
    try:
        with pytest.raises(DBAPIError, match=f"read as {owner.url.username}"):
            asked_with_another_table_in_its_place(as_process(process))
    finally:
        said(owner, "DROP FUNCTION names_retired_key(bytea)")
        said(owner, "ALTER FUNCTION asked_before(bytea) RENAME TO names_retired_key")


@pytest.mark.parametrize("process", Process, ids=lambda one: one.value)
@pytest.mark.parametrize("statement", [_IN_ITS_PLACE[0], "CREATE TEMPORARY TABLE retired_keys (key_id int)"])
def test_no_role_makes_anything_for_a_moment(as_process, process, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        said(as_process(process), statement)


@pytest.fixture
def letters(owner, patient_keys):
    """One letter of each kind that waits, by its kind."""
    made = {kind: outgoing.new_id() for kind in NoticeKind}
    with owner.write() as session:
        for kind, notice in made.items():
            outgoing.add(
                session, patient_keys, notice, Addressed("somebody@example.org", "secret", kind), NOW
            )
    yield made
    said(owner, "DELETE FROM outgoing")


def changed(database):
    """The letters that a role can settle, and so keep from being sent."""
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE outgoing SET settled_at = now(), sealed = '', wrapped_key = ''"))
        return set(connection.scalars(text("SELECT id FROM outgoing WHERE settled_at IS NOT NULL")))


def test_the_patient_role_changes_no_letter_to_staff(as_process, letters):
    to_patients = {notice for kind, notice in letters.items() if kind.is_to_a_patient}

    assert changed(as_process(Process.PATIENT)) == to_patients
    # The control: who has to, can.
    assert changed(as_process(Process.CLINIC)) == changed(as_process(Process.WORKER)) == {*letters.values()}


def test_the_patient_role_writes_no_letter_that_counts_as_one_to_staff(as_process, patient_keys):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        as_process(Process.PATIENT).write() as session,
    ):
        outgoing.add(
            session, patient_keys, outgoing.new_id(), Addressed("a@example.org", "", NoticeKind.TO_READ), NOW
        )


def test_a_function_the_triggers_ask_is_missed(owner, as_process, addresses):
    said(
        owner, f"REVOKE EXECUTE ON FUNCTION names_retired_key(bytea) FROM {name(addresses, Process.PATIENT)}"
    )
    with as_process(Process.PATIENT).read() as session:
        found = database_roles.found(session, Process.PATIENT)
    roles_in(owner.url.render_as_string(hide_password=False))

    assert found.missing == ("EXECUTE on names_retired_key()",)


def test_rows_that_cannot_be_reached_are_missed(owner, as_process):
    said(owner, "DROP POLICY rows_of_worker ON outgoing")
    with as_process(Process.WORKER).read() as session:
        found = database_roles.found(session, Process.WORKER)
    roles_in(owner.url.render_as_string(hide_password=False))

    assert (found.too_much, found.missing) == ((), ("any row of outgoing",))


def said(database, statement):
    with database.write() as session:
        session.execute(text(statement))


def test_every_table_has_its_line_and_each_line_its_table():
    assert set(RIGHTS) == {*Base.metadata.tables, "alembic_version"}
    for process in Process:
        for table, verb in declared(process):
            assert set(verb.columns) <= set(database_roles.columns_of(table)), (table, verb)


def test_what_is_declared_gives_the_patient_site_nothing_that_is_sealed_for_the_clinic():
    own = {"drafts", "patient_sessions", "ways_back", "held_pages"}
    own |= {"reply_sessions", "own_copies", "patient_questions"}
    read = {
        f"{table}.{column}"
        for table, verb in declared(Process.PATIENT)
        if verb.name == "SELECT" and table not in own
        for column in verb.columns or database_roles.columns_of(table)
    }

    assert [one for one in read if one.partition(".")[2] in SEALED] == []


def test_what_is_declared_lets_nobody_change_or_delete_a_line_of_the_trail():
    verbs = {verb.name for process in Process for table, verb in declared(process) if table == "audit_events"}

    assert verbs == {"SELECT", "INSERT"}
