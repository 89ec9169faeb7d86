"""The doctor finds what would hurt somebody, says what to do, and says nothing where nothing is wrong."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import torn
from copies import make_copy, staff
from intake.cli import main
from intake.config import Settings
from intake.domain.permissions import Role
from intake.domain.rate_limits import Pace
from intake.services.doctor import CHECKS, diagnose, examine
from intake.services.doctor_at_start import Unsafe, refuse_unsafe
from intake.services.doctor_checks import Weight
from intake.services.doctor_facts import Facts, FileFacts, Records, file_system, look_at
from intake.services.doctor_gathering import gather
from intake.services.front_door import Front
from intake.storage.condition import Condition
from intake.storage.database import Database
from intake.storage.rate_limits import counting, knock
from sending import send_at_once

HERE = Path("/var/lib/intake")
USER = 1000
SERVED = "@db.elm-street.org/intake?sslmode=verify-full"
GOOD = Settings(
    instance=HERE,
    clinic_name="Elm Street Clinic",
    clinic_phone="(555) 010-0199",
    database_url=f"postgresql://intake{SERVED}",
    patient_database_url=f"postgresql://patient{SERVED}",
    clinic_database_url=f"postgresql://clinic{SERVED}",
    worker_database_url=f"postgresql://worker{SERVED}",
    public_address="https://intake.elm-street.org",
    clinic_address="https://staff.elm-street.org",
    trusted_proxies=1,
    mail_host="mail.elm-street.org",
    mail_sender="forms@elm-street.org",
)
SERVER = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "log_statement": "none",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "server_version_num": "180004",
}
KNOWN = Condition(is_sqlite=False, revision="0011", newest="0011", is_known=True, server=SERVER)
STAFF = (
    {Role.CLINICIAN},
    {Role.CLINICIAN},
    {Role.ADMINISTRATOR},
    {Role.ADMINISTRATOR},
    {Role.AUDITOR},
)


def file(name, mode=0o600, owner=USER, kind="ext4", *, in_repository=False):
    return FileFacts(HERE / name, mode, owner, kind, in_repository)


FILES = {
    "instance": file("", 0o700),
    "settings": file("settings.ini"),
    "keys": file("keys", 0o700),
    "clinic_keys": file("keys/clinic-keys.json"),
    "patient_keys": file("keys/patient-keys.json"),
    "database": file("intake.db"),
    "screening_rules": file("rules.yaml", 0o644),
}
NOW = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
FRONT = Front("intake.elm-street.org", certificate_until=NOW + timedelta(days=60), promised=63_072_000)
SOUND = Facts(
    settings=GOOD,
    now=NOW,
    today=NOW.date(),
    user=USER,
    files=FILES,
    condition=KNOWN,
    records=Records(
        newest_event=NOW - timedelta(hours=1),
        usernames=frozenset({"ann", "ben"}),
        roles=tuple(frozenset(one) for one in STAFF),
    ),
    fronts=(FRONT,),
)


def with_file(name, one):
    return replace(SOUND, files={**FILES, name: one})


def with_setting(**changed):
    return replace(SOUND, settings=replace(GOOD, **changed))


def with_server(**changed):
    return replace(SOUND, condition=replace(KNOWN, server={**SERVER, **changed}))


def with_condition(**changed):
    return replace(SOUND, condition=replace(KNOWN, **changed))


def with_records(**changed):
    return replace(SOUND, records=replace(SOUND.records, **changed))


def with_roles(*roles):
    return with_records(roles=tuple(frozenset(one) for one in roles))


def with_front(**changed):
    return replace(SOUND, fronts=(replace(FRONT, **changed),))


PASSWORD = f"postgresql://intake:not-a-secret{SERVED}"
YEARS_AGO = NOW.date() - timedelta(days=800)
# Each check, and a copy that is sound but for that one thing.
WRONG = {
    "secret-open": with_file("clinic_keys", file("keys/clinic-keys.json", 0o640)),
    "secret-of-another": with_file("patient_keys", file("keys/patient-keys.json", owner=7)),
    "keys-folder-open": with_file("keys", file("keys", 0o755)),
    "keys-unusable": replace(SOUND, keys_refused="clinic-keys.json is not a key file, or is damaged"),
    "key-older-than-a-year": replace(SOUND, keys_made={"clinic": YEARS_AGO, "staff": NOW.date()}),
    "password-older-than-a-year": with_file(
        "mail_password", replace(file("password"), changed_at=NOW - timedelta(days=500))
    ),
    "database-open": with_file("log", file("intake.db-wal", 0o644)),
    "database-of-another": with_file("database", file("intake.db", owner=7)),
    "instance-changed-by-others": with_file("instance", file("", 0o777)),
    "instance-read-by-others": with_file("instance", file("", 0o755)),
    "instance-of-another": with_file("instance", file("", 0o700, owner=7)),
    "settings-changed-by-others": with_file("settings", file("settings.ini", 0o620)),
    "settings-hold-a-password": replace(
        with_file("settings", file("settings.ini", 0o644)), settings=replace(GOOD, database_url=PASSWORD)
    ),
    "password-in-the-environment": replace(
        SOUND, settings=replace(GOOD, database_url=PASSWORD), environment={"INTAKE_DATABASE_URL": PASSWORD}
    ),
    "content-changed-by-others": with_file("screening_rules", file("rules.yaml", 0o666)),
    "content-in-a-temporary-folder": with_file(
        "screening_rules", FileFacts(Path("/tmp/rules.yaml"), 0o644, USER, "ext4")
    ),
    "keys-in-a-repository": with_file("keys", file("keys", 0o700, in_repository=True)),
    "forgets-at-restart": with_file("database", file("intake.db", kind="tmpfs")),
    "over-a-network": with_file("database", file("intake.db", kind="nfs4")),
    "disk-full": replace(SOUND, free_bytes=100 * 2**20),
    "disk-nearly-full": replace(SOUND, free_bytes=10**11),
    "runs-as-root": replace(
        SOUND, user=0, files={name: replace(one, owner=0) for name, one in FILES.items()}
    ),
    "open-umask": replace(SOUND, umask=0o022),
    "core-dumps": replace(SOUND, core_bytes=-1),
    "debugging": replace(SOUND, environment={"FLASK_DEBUG": "1"}),
    "text-encoding": replace(SOUND, text_encoding="ascii"),
    "address-with-more": with_setting(public_address="https://intake.elm-street.org/forms"),
    "address-is-a-number": with_setting(public_address="https://203.0.113.7"),
    "address-leads-nowhere": with_setting(public_address="https://intake.example.com"),
    "plain-http-to-everybody": with_setting(host="0.0.0.0"),
    "proxy-not-counted": with_setting(trusted_proxies=0),
    "proxy-believed": with_setting(public_address="http://127.0.0.1:8000"),
    "one-name-for-both": with_setting(clinic_address=""),
    "low-port": with_setting(port=80),
    "too-few-threads": with_setting(threads=1),
    "too-many-threads": with_setting(threads=500),
    "staff-stay-signed-in": with_setting(staff_idle_minutes=600),
    "patients-stay-open": with_setting(patient_idle_minutes=1440),
    "starts-unlimited": with_setting(starts_per_hour=1_000_000),
    "clock-behind": replace(
        SOUND, now=datetime(1996, 1, 1, tzinfo=UTC), records=Records(roles=SOUND.records.roles)
    ),
    "clock-before-the-trail": with_records(newest_event=NOW + timedelta(days=1)),
    "no-mail": with_setting(mail_host=""),
    "mail-without-a-password": with_setting(mail_user="forms"),
    "front-not-seen": with_front(is_reached=False),
    "front-certificate": with_front(certificate_fault="self-signed certificate", newest="", promised=0),
    "front-certificate-runs-out": with_front(certificate_until=NOW + timedelta(days=3)),
    "front-speaks-old-tls": with_front(old=("TLS 1.1",)),
    "front-speaks-no-newest-tls": with_front(newest="TLSv1.2"),
    "front-weak-suite": with_front(weak_suite="AES128-SHA"),
    "front-promises-nothing": with_front(promised=300),
    "front-in-the-open": with_front(plain=True),
    "database-unreachable": replace(SOUND, condition=None, database_refused="OperationalError"),
    "database-behind": with_condition(revision="0003"),
    "database-ahead": with_condition(revision="0999", is_known=False),
    "database-damaged": with_condition(damage=("row 3 missing from index",)),
    "limits-damaged": replace(SOUND, limits_damage=("file is not a database",)),
    "trail-broken": with_records(trail_fault="line 7: it was changed"),
    "keys-of-another-database": with_records(opens=False),
    "server-forgets": with_server(fsync="off"),
    "server-tears-pages": with_server(full_page_writes="off"),
    "server-answers-early": with_server(synchronous_commit="off"),
    "server-log-tells-all": with_server(log_statement="all"),
    "server-log-tells-rows": with_server(log_error_verbosity="default"),
    "server-log-tells-values": with_server(log_parameter_max_length_on_error="-1"),
    "server-log-tells-slow": with_server(log_min_duration_statement="250"),
    "server-too-old": with_server(server_version_num="120022"),
    "database-superuser": with_condition(is_superuser=True),
    "database-one-role": with_setting(worker_database_url=""),
    "database-unchanging-password": with_setting(clinic_database_url=f"postgresql://clinic:x{SERVED}"),
    "database-not-verified": with_setting(database_url="postgresql://intake@db.elm-street.org/intake"),
    "database-in-the-clear": with_condition(is_encrypted=False),
    "invented-people": with_records(usernames=frozenset({"alice", "bob"})),
    "nobody-reads": with_roles({Role.ADMINISTRATOR}, {Role.ADMINISTRATOR}, {Role.AUDITOR}),
    "one-clinician": with_roles(*STAFF[1:]),
    "nobody-administers": with_roles(*STAFF[:2], {Role.AUDITOR}),
    "one-administrator": with_roles(*STAFF[:3], {Role.AUDITOR}),
    "nobody-audits": with_roles(*STAFF[:4]),
    "altered-accounts": with_records(altered=("alice",)),
    "planted-rules": with_records(planted=("settings (change 2)",)),
    "crisis-line-out-of-date": replace(SOUND, lines_out_of_date=("988",)),
    "content-refused": replace(SOUND, content_refused="core.yaml:3: a key that nothing reads"),
    "letters-not-sent": with_records(dead_letters=3),
    "no-papers": replace(SOUND, can_make_papers=False),
    "networks-lock-everybody-out": with_setting(clinic_networks="192.0.2.0/24", trusted_proxies=0),
    "networks-keep-nobody-out": with_setting(administration_networks="192.0.2.0/24, 0.0.0.0/0"),
    "administration-outside-the-clinic": with_setting(
        clinic_networks="192.0.2.0/24", administration_networks="198.51.100.0/24"
    ),
    "stolen-passwords-unread": replace(SOUND, breached_refused="/srv/list.txt is not sorted near byte 80"),
}


# A password in an address is one that does not change, wherever the address lies.
COMES_WITH = {
    one: {"database-unchanging-password"}
    for one in ("settings-hold-a-password", "password-in-the-environment")
} | {"networks-lock-everybody-out": {"proxy-not-counted"}}


def test_a_sound_copy_is_told_nothing():
    assert examine(SOUND) == ()


def test_a_name_that_merely_ends_like_one_kept_for_examples_is_a_clinics_own():
    assert examine(with_setting(public_address="https://goodexample.com")) == ()


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"clinic_networks": "192.0.2.0/24"}, []),
        ({"clinic_networks": "192.0.2.0/24", "administration_networks": "192.0.2.128/25"}, []),
        ({"clinic_networks": "::/0"}, ["networks-keep-nobody-out"]),
        # The proxy is on the list, and everybody comes from it.
        (
            {"clinic_networks": "127.0.0.0/8", "trusted_proxies": 0},
            ["networks-keep-nobody-out", "proxy-not-counted"],
        ),
        # Whoever comes to this machine itself, without a proxy, has an address of their own.
        (
            {"clinic_networks": "192.0.2.0/24", "trusted_proxies": 0, "host": "192.0.2.7"},
            ["plain-http-to-everybody", "proxy-not-counted"],
        ),
    ],
)
def test_a_list_of_networks_that_does_what_it_says_is_told_nothing(settings, found):
    assert sorted(one.id for one in examine(with_setting(**settings))) == found


def test_a_list_of_stolen_passwords_that_cannot_be_used_keeps_intake_from_starting(copied, tmp_path):
    (tmp_path / "list.txt").write_text("no list\n")
    settings = replace(copied, breached_passwords_file=tmp_path / "list.txt")

    with pytest.raises(Unsafe, match="40 hexadecimal digits"):
        refuse_unsafe(settings, environment={})


@pytest.mark.parametrize(
    ("made", "begun", "found"),
    [
        (None, NOW - timedelta(days=390), False),
        (None, NOW - timedelta(days=400), True),
        (None, None, False),
        (NOW.date() - timedelta(days=10), NOW - timedelta(days=4000), False),
    ],
)
def test_a_key_made_with_the_instance_is_as_old_as_the_trail(made, begun, found):
    facts = replace(SOUND, keys_made={"staff": made}, records=replace(SOUND.records, oldest_event=begun))

    assert {one.id for one in examine(facts)} == ({"key-older-than-a-year"} if found else set())


@pytest.mark.parametrize(
    "address",
    ["postgresql:///intake", "postgresql://intake@/intake?host=/run/postgresql", "postgresql://127.0.0.1/x"],
)
def test_a_database_on_this_machine_needs_no_certificate(address):
    assert "database-not-verified" not in {one.id for one in examine(with_setting(database_url=address))}


def test_when_the_keys_of_a_copy_were_made_is_read_from_its_files(copied):
    facts = gather(copied, {})

    assert set(facts.keys_made) == {"clinic", "staff", "outbox", "secret"}
    assert facts.records.oldest_event is not None


def test_every_check_is_tried():
    assert set(WRONG) == {check.id for check in CHECKS}
    assert len(CHECKS) == len(WRONG) >= 40


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_found_alone_and_told_with_its_remedy(wrong):
    (finding, *others) = sorted(examine(WRONG[wrong]), key=lambda one: one.id != wrong)

    assert {one.id for one in others} == COMES_WITH.get(wrong, set())
    assert finding.id == wrong
    assert len(finding.remedy) > 10
    assert finding.problem in str(finding)
    assert finding.remedy in str(finding)


# What else is said of a PostgreSQL somewhere else, whatever stands in the files.
ABOUT_THE_SERVER = {"database-unchanging-password", "database-not-verified"}


def found(facts):
    return [one.id for one in examine(facts) if one.id not in ABOUT_THE_SERVER]


DATABASE_ADDRESSES = ("database_url", "patient_database_url", "clinic_database_url", "worker_database_url")


@pytest.mark.parametrize("address", [PASSWORD, "postgresql:///intake?user=intake&password=not-a-secret"])
@pytest.mark.parametrize("setting", DATABASE_ADDRESSES)
def test_a_password_in_any_database_address_is_found(setting, address):
    holds = {"settings": replace(GOOD, **{setting: address})}
    variable = f"INTAKE_{setting.upper()}"
    in_a_readable_file = replace(with_file("settings", file("settings.ini", 0o644)), **holds)
    in_the_environment = replace(SOUND, environment={variable: address}, **holds)

    assert found(in_a_readable_file) == ["settings-hold-a-password"]
    assert found(in_the_environment) == ["password-in-the-environment"]
    (told,) = [one for one in examine(in_the_environment) if one.id not in ABOUT_THE_SERVER]
    assert told.where == variable
    assert "not-a-secret" not in str(told)


@pytest.mark.parametrize("setting", DATABASE_ADDRESSES)
@pytest.mark.parametrize(
    "address", ["postgresql://intake@db.elm-street.org/intake", "sqlite:////a:b@c/intake.db"]
)
def test_an_address_without_a_password_is_not_taken_for_one_with(setting, address):
    holds = {"settings": replace(GOOD, **{setting: address})}
    readable = with_file("settings", file("settings.ini", 0o644))

    assert found(replace(readable, environment={f"INTAKE_{setting.upper()}": address}, **holds)) == []


REFUSED_SETTINGS = {
    "clinic_color": "green",
    "clinic_name": " ",
    "clinic_logo": "/nowhere/logo.png",
    "reference_prefix": "h1",
    "timezone": "Mars/Olympus",
    "public_address": "ftp://intake.elm-street.org",
    "leave_now_address": "https://clinic.example/?from=intake",
    "patient_idle_minutes": "2",
    "patient_unsaved_days": "400",
    "port": "99999",
    "threads": "many",
    "trusted_proxies": "99",
    "transcribe_alone": "perhaps",
    "staff_idle_minutes": "0",
    "starts_per_hour": "-5",
    "clinic_networks": "192.0.2.5/24",
    "administration_networks": "the office",
    "breached_passwords_file": "/nowhere/list.txt",
    "no_such_setting": "1",
}
REFUSED_MAIL = {
    "mail_sender": "nobody",
    "mail_security": "hope",
    "mail_password_file": "/nowhere/password",
    "mail_port": "x",
}


@pytest.mark.parametrize("name", [*REFUSED_SETTINGS, *REFUSED_MAIL])
def test_a_setting_that_is_refused_is_a_finding_with_its_remedy(name, tmp_path):
    mail = {"INTAKE_MAIL_HOST": "127.0.0.1", "INTAKE_MAIL_SENDER": "forms@elm-street.org"}
    value = (REFUSED_SETTINGS | REFUSED_MAIL)[name]

    found = diagnose({"INTAKE_INSTANCE": str(tmp_path), **mail, f"INTAKE_{name.upper()}": value})

    assert {one.weight for one in found} == {Weight.REFUSE}
    assert all(name in str(one).casefold() and one.remedy for one in found)


@pytest.mark.parametrize(
    ("address", "name"),
    [("http://intake.elm-street.org", "public_address"), ("https://intake.elm-street.org", "clinic_name")],
)
def test_an_address_patients_reach_needs_https_and_a_name_of_the_clinics_own(address, name, tmp_path):
    found = diagnose({"INTAKE_INSTANCE": str(tmp_path), "INTAKE_PUBLIC_ADDRESS": address})

    assert name in {one.where for one in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("doctor"))
    staff(copy.clinic, "ann", "Ann", Role.CLINICIAN)
    send_at_once(copy.desk)
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
    return copy.settings


@pytest.fixture
def copied(made, tmp_path):
    """A folder of its own with keys, a database, one account and one form that was sent."""
    instance = tmp_path / "instance"
    shutil.copytree(made.instance, instance, copy_function=shutil.copy2)
    return replace(made, instance=instance, database_url=f"sqlite:///{instance / 'intake.db'}")


def ids(settings):
    return {one.id for one in examine(gather(settings, {}))}


def in_the_database(settings, statement):
    with closing(sqlite3.connect(settings.instance / "intake.db")) as database, database:
        database.execute(statement)


def test_a_copy_as_it_is_made_gives_nothing_to_put_right(copied):
    assert not {one.id for one in examine(gather(copied, {})) if one.weight is Weight.REFUSE}


def test_open_files_are_found_on_the_disk(copied):
    (copied.instance / "keys" / "patient-keys.json").chmod(0o604)
    (copied.instance / "intake.db").chmod(0o640)
    (copied.instance / "settings.ini").write_text("[intake]\n", encoding="utf-8")
    (copied.instance / "settings.ini").chmod(0o666)
    copied.instance.chmod(0o755)

    assert ids(copied) >= {
        "secret-open",
        "database-open",
        "settings-changed-by-others",
        "instance-read-by-others",
    }


def test_a_key_file_that_is_damaged_is_found(copied):
    (copied.instance / "keys" / "clinic-keys.json").write_text("{}", encoding="utf-8")

    assert "keys-unusable" in ids(copied)


def test_keys_of_another_copy_are_found(copied, tmp_path):
    other = make_copy(tmp_path / "other").settings
    (copied.instance / "keys" / "clinic-keys.json").write_bytes(
        (other.instance / "keys" / "clinic-keys.json").read_bytes()
    )

    assert "keys-of-another-database" in ids(copied)


def test_a_changed_line_of_the_trail_is_found(copied):
    in_the_database(copied, "DROP TRIGGER audit_events_no_update")
    in_the_database(copied, "UPDATE audit_events SET actor = 'somebody' WHERE seq = 2")

    assert "trail-broken" in ids(copied)


def test_a_database_of_a_later_version_is_found(copied):
    in_the_database(copied, "UPDATE alembic_version SET version_num = '0999'")

    assert "database-ahead" in ids(copied)


def test_a_damaged_file_is_found(copied):
    path = copied.instance / "intake.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = os.urandom(4096)
    path.write_bytes(content)

    assert ids(copied) & {"database-damaged", "database-unreachable"}


def test_a_torn_file_of_counts_is_found(copied):
    """Of one that is whole, or missing, nothing is told (``storage/test_limits_file.py``)."""
    database = Database(copied.database_url)
    knock(database, bytes(32), Pace(timedelta(minutes=1), 1), NOW)
    counting(database).dispose()

    torn.page_lost(copied.instance / "intake-limits.db")

    assert "limits-damaged" in ids(copied)


def test_the_kind_of_file_system_is_that_of_the_nearest_mount(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")

    assert file_system(tmp_path / "intake.db", mounts) == "nfs4"
    assert file_system(Path("/etc"), mounts) == "ext4"
    assert file_system(Path("/etc"), tmp_path / "none") == ""
    assert look_at(tmp_path / "nothing") is None


@pytest.mark.postgres
def test_a_server_that_would_tell_is_found(fresh_postgres_database, tmp_path):
    copy = make_copy(tmp_path, database_url=fresh_postgres_database)
    for one in (copy.desk, copy.clinic):
        one.database.dispose()

    assert ids(copy.settings) >= {"database-superuser", "server-log-tells-rows"}


def test_what_is_grave_keeps_intake_from_starting(copied):
    refuse_unsafe(copied, environment={})
    (copied.instance / "keys" / "patient-keys.json").chmod(0o644)

    with pytest.raises(Unsafe, match="chmod 600"):
        refuse_unsafe(copied, environment={})


def test_the_command_ends_with_an_error_when_something_is_grave(copied, monkeypatch):
    monkeypatch.setenv("INTAKE_INSTANCE", str(copied.instance))
    sound = CliRunner().invoke(main, ["doctor"])
    (copied.instance / "keys" / "patient-keys.json").chmod(0o644)
    open_to_all = CliRunner().invoke(main, ["doctor"])

    assert sound.exit_code == 0, sound.output
    assert open_to_all.exit_code == 1
    assert "chmod 600" in open_to_all.output
