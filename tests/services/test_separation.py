"""Each process starts only where it is apart from the others, in words where it is not."""

from dataclasses import replace

import pytest

from copies import make_copy
from intake.domain.processes import Process
from intake.services import roles, separation
from intake.services.refusals import Refusal
from intake.storage.database import Database, undo_migration
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from roles import roles_in

OWN = {Process.PATIENT: PATIENT_FILE, Process.CLINIC: CLINIC_FILE, Process.WORKER: WORKER_FILE}


@pytest.fixture
def settings(tmp_path):
    copy = make_copy(tmp_path, under_roles=False)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    return copy.settings


@pytest.mark.parametrize("process", Process, ids=lambda one: one.value)
def test_by_itself_it_refuses_while_it_could_read_anothers_keys(settings, process):
    others = [settings.instance / "keys" / name for one, name in OWN.items() if one is not process]

    with pytest.raises(Refusal) as refused:
        separation.looked_at(settings, process, alone=True)
    for other in others:
        assert str(other) in str(refused.value)
        other.unlink()

    (warned,) = separation.looked_at(settings, process, alone=True)
    assert "on SQLite" in warned


def test_with_the_others_it_runs_and_whoever_starts_them_is_told(settings):
    assert separation.looked_at(settings, Process.PATIENT, alone=False) == ()
    assert "run as one user of this machine" in separation.notes(settings)[0]


def test_tables_of_another_version_are_refused(settings):
    database = Database(settings.database_url)
    undo_migration(database, "-1")
    database.dispose()

    with pytest.raises(Refusal, match="Run `intake migrate`"):
        separation.looked_at(settings, Process.PATIENT, alone=False)


@pytest.fixture
def on_postgres(settings, fresh_postgres_database, tmp_path):
    copy = make_copy(tmp_path, database_url=fresh_postgres_database, under_roles=False)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    return copy.settings


def with_role(settings, process, url):
    return replace(settings, **{f"{process.value}_database_url": url})


@pytest.mark.postgres
def test_under_a_role_of_its_own_it_refuses_to_be_the_owner_and_runs_with_what_it_needs(on_postgres):
    own = roles_in(on_postgres.database_url)
    as_owner = with_role(on_postgres, Process.PATIENT, on_postgres.database_url)
    as_another = with_role(on_postgres, Process.PATIENT, own[Process.CLINIC])
    as_itself = with_role(on_postgres, Process.PATIENT, own[Process.PATIENT])

    with pytest.raises(Refusal, match=r"is a superuser, or may make roles.*intake database roles --apply"):
        separation.looked_at(as_owner, Process.PATIENT, alone=False)
    with pytest.raises(Refusal, match=r"may do more than it needs: .*SELECT on record_keys"):
        separation.looked_at(as_another, Process.PATIENT, alone=False)
    assert separation.looked_at(as_itself, Process.PATIENT, alone=False) == ()


@pytest.mark.postgres
def test_one_role_for_all_is_told_and_goes_on(on_postgres):
    for name in OWN.values():
        (on_postgres.instance / "keys" / name).unlink()

    (warned,) = separation.looked_at(on_postgres, Process.WORKER, alone=True)

    assert "worker_database_url" in warned
    assert "patient_database_url" in separation.notes(on_postgres)[1]


@pytest.mark.postgres
def test_roles_are_printed_and_applied_by_name_and_a_missing_one_is_told(on_postgres):
    own = roles_in(on_postgres.database_url)
    settings = on_postgres
    for process, url in own.items():
        settings = with_role(settings, process, url)

    printed = roles.printed(settings)
    applied = roles.apply(settings)

    for process, name in applied.items():
        assert f"{process.value}" in name
        assert f"CREATE ROLE {name} LOGIN;" in printed
        assert f"GRANT SELECT ON alembic_version TO {name};" in printed
    with pytest.raises(Refusal, match="there is no role intake_patient"):
        roles.apply(on_postgres)


def test_sqlite_has_no_roles(settings):
    with pytest.raises(Refusal, match="SQLite has no roles"):
        roles.printed(settings)
    with pytest.raises(Refusal, match="SQLite has no roles"):
        roles.apply(settings)
