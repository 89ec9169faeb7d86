"""Migrations make exactly the tables the program uses, both ways, and forbid changing facts."""

import importlib.util
import threading
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from intake.domain.events import QueueOpened
from intake.domain.patient_requests import Asks, PatientRequest, Told, Way
from intake.storage import (
    accounts,
    audit,
    editions,
    patient_requests,
    publications,
    retired_keys,
    safety_signals,
    submissions,
)
from intake.storage import database as database_module
from intake.storage.database import (
    Database,
    is_current,
    knows_revision,
    migrate,
    newest_revision,
    revision_of,
    undo_migration,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.tables import Base, ClinicSettingsRow, ErasureRow, SamePersonRow
from storage.samples import (
    ALICE,
    NOW,
    close_entry,
    publish,
    say,
    send,
    sign_off,
    signal,
    signal_deed,
    take_up_again,
)

VERSIONS = Path(database_module.__file__).parent / "migrations/versions"


def migrations():
    """Every migration, in the order of their numbers."""
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        spec = importlib.util.spec_from_file_location(f"migration_{path.stem}", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        yield migration


def append_only():
    """The tables whose rows may not change, as each migration names them, and which columns."""
    found = {}
    for migration in migrations():
        named = migration.APPEND_ONLY
        found |= named if isinstance(named, dict) else dict.fromkeys(named, ())
    return found


def differences(database):
    with database.read() as session:
        context = MigrationContext.configure(session.connection())
        return compare_metadata(context, Base.metadata)


def tables(database):
    with database.read() as session:
        return set(inspect(session.connection()).get_table_names())


# In the order in which databases of clinics have met them. A new one follows the last; what landed stays.
LANDED = tuple(f"{number:04}" for number in (*range(1, 8), *range(9, 12), *range(16, 22)))


def test_no_migration_is_put_before_one_that_a_database_may_have_had():
    """Such a database would count as newer than it is, and would never be given what was put in between."""
    follows = {migration.revision: migration.down_revision for migration in migrations()}
    for before, after in pairwise(LANDED):
        assert follows[after] == before
    # The same number is not given twice, and none is taken out.
    assert len(follows) == len(tuple(migrations())) >= len(LANDED)


def test_the_tables_are_those_of_the_program(database):
    assert differences(database) == []
    assert tables(database) == {*Base.metadata.tables, "alembic_version"}


def test_up_down_and_up_again(empty_database):
    migrate(empty_database)
    undo_migration(empty_database, "base")
    assert tables(empty_database) <= {"alembic_version"}
    migrate(empty_database)
    assert differences(empty_database) == []


def test_going_back_leaves_no_trigger_or_function(empty_database):
    migrate(empty_database)
    undo_migration(empty_database, "base")
    left = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        if empty_database.is_sqlite
        else "SELECT count(*) FROM pg_proc WHERE proname = 'refuse_change'"
    )
    with empty_database.read() as session:
        assert session.scalar(text(left)) == 0


def test_a_database_knows_whether_it_is_current(empty_database):
    assert not is_current(empty_database)
    migrate(empty_database)
    assert is_current(empty_database)


def test_the_newest_form_is_the_one_that_alembic_brings_tables_to(database):
    scripts = ScriptDirectory(str(Path(database_module.__file__).parent / "migrations"))

    assert newest_revision() == scripts.get_current_head()
    assert all(knows_revision(one.revision) for one in scripts.walk_revisions())
    with database.read() as session:
        found = MigrationContext.configure(session.connection()).get_current_revision()
        assert revision_of(session) == found == newest_revision()
    assert not knows_revision("0000") and not knows_revision("9999")


def test_migrating_twice_changes_nothing(database, clinic_keys):
    with database.write() as session:
        audit.record(session, clinic_keys, ALICE.id, QueueOpened(1), NOW)
    migrate(database)
    with database.read() as session:
        assert audit.verify(session, clinic_keys).checked == 1


def test_two_processes_may_migrate_at_once(empty_database):
    url = empty_database.url.render_as_string(hide_password=False)
    failures = []

    def one_of_two():
        mine = Database(url)
        try:
            migrate(mine)
        except Exception as error:
            failures.append(error)
        finally:
            mine.dispose()

    both = [threading.Thread(target=one_of_two) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert failures == []
    assert is_current(empty_database)


@pytest.fixture
def full(database, clinic_keys):
    """A database with a row in every table whose rows may not change."""
    with database.write() as session:
        sent = send(session, clinic_keys)
        close_entry(session, clinic_keys, sent, say(session, clinic_keys, sent))
        sign_off(session, clinic_keys, sent)
        editions.keep(session, "rules", "one", "text")
        published = publish(session, clinic_keys)
        take_up_again(session, clinic_keys, sent)
        session.add(SamePersonRow(first_id=sent, second_id=sent, number=1, sealed=b"sealed"))
        request = PatientRequest(sent, 0, Asks.ERASE, "", NOW)
        patient_requests.add(session, clinic_keys, uuid4(), request)
        told = Told(Way.PHONE, ALICE.id, ALICE.printed_name, NOW)
        patient_requests.add_step(session, clinic_keys, sent, 1, told)
        session.add(
            ClinicSettingsRow(number=1, at=NOW, member_id=published.proposed_by, document="{}", logo=None)
        )
        session.add(ErasureRow(erased_id=uuid4(), erased_at=NOW, why="requested"))
        one = signal()
        safety_signals.add(session, clinic_keys, one)
        safety_signals.add_deed(session, clinic_keys, one.id, signal_deed())
        assert safety_signals.take_untold(session, NOW)
        retired_keys.retire(session, KeyPurpose.CLINIC, b"gone", NOW)
        audit.record(session, clinic_keys, ALICE.id, QueueOpened(1), NOW)
    return database


def test_facts_cannot_be_changed(full):
    for table, columns in append_only().items():
        for name in columns or [column.name for column in Base.metadata.tables[table].columns]:
            with pytest.raises(DBAPIError, match=f"{table} is append-only"), full.write() as session:
                session.execute(text(f"UPDATE {table} SET {name} = {name}"))


def test_facts_cannot_be_deleted(full):
    for table in append_only():
        with pytest.raises(DBAPIError, match=f"{table} is append-only"), full.write() as session:
            session.execute(text(f"DELETE FROM {table}"))


@pytest.mark.postgres
def test_facts_cannot_be_emptied_away(migrated_postgresql):
    database = Database(migrated_postgresql)
    for table in append_only():
        with pytest.raises(DBAPIError, match="is append-only"), database.write() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
    database.dispose()


def test_a_migration_can_be_undone_alone_and_leaves_the_facts_before_it(full, clinic_keys):
    undo_migration(full, "0001")
    assert not tables(full) & {"publications", "publication_decisions", "publication_editions"}
    with full.read() as session:
        assert audit.verify(session, clinic_keys).ok
    migrate(full)
    assert differences(full) == []


def test_the_database_itself_refuses_one_person_as_both(full, clinic_keys):
    with full.read() as session:
        (one,) = publications.every(session)
        decision = "SELECT publication_id, 2, 'countersigned', {by}, decided_at, in_force_from, {proposed}"
        into = "INSERT INTO publication_decisions " + decision + " FROM publication_decisions"
        (other,) = {member.id for member in accounts.members(session, clinic_keys)} - {one.proposed_by}
    for by, proposed in (("proposed_by", "proposed_by"), ("proposed_by", f"'{other.hex}'")):
        # The second: a lie about who proposed it, so that the two would differ.
        with pytest.raises(IntegrityError), full.write() as session:
            session.execute(text(into.format(by=by, proposed=proposed)))


def test_what_may_change_can(full):
    """The control: the triggers refuse changes, not every statement."""
    with full.write() as session:
        for change in ("submissions SET state = 'open'", "safety_signals SET wrapped_key = wrapped_key"):
            assert session.execute(text(f"UPDATE {change}")).rowcount == 1
    with full.read() as session:
        assert len(submissions.ids(session)) == 1
