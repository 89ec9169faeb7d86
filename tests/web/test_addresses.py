"""Where the two sites are, made of as little as a clinic has said; and each answers to its own name alone."""

from dataclasses import replace

import pytest

from copies import make_copy
from intake.config import SettingsRefused, read_settings
from intake.domain.notice_kinds import NoticeKind
from intake.domain.processes import Process
from intake.services.notice_words import link_of
from intake.web.clinic.site import create_clinic_site
from intake.web.wsgi import mounted

REAL = {"INTAKE_CLINIC_NAME": "Riverside", "INTAKE_CLINIC_PHONE": "(555) 010-0199"}


def settings(tmp_path, **given):
    environment = {f"INTAKE_{name.upper()}": value for name, value in given.items()}
    return read_settings(REAL | environment | {"INTAKE_INSTANCE": str(tmp_path)})


@pytest.mark.parametrize(
    ("given", "address", "listens"),
    [
        ({}, "http://127.0.0.1:8001/clinic", ("127.0.0.1", 8001)),
        ({"port": "8080"}, "http://127.0.0.1:8081/clinic", ("127.0.0.1", 8081)),
        ({"port": "8080", "clinic_port": "9000"}, "http://127.0.0.1:9000/clinic", ("127.0.0.1", 9000)),
        # As a clinic behind a proxy had it before.
        (
            {"public_address": "https://intake.example.org", "port": "8080"},
            "https://intake.example.org/clinic",
            ("127.0.0.1", 8081),
        ),
        (
            {"public_address": "https://example.org:8443/intake/"},
            "https://example.org:8443/intake/clinic",
            ("127.0.0.1", 8001),
        ),
        (
            {
                "public_address": "https://intake.example.org",
                "clinic_address": "https://clinic.example.org/",
                "clinic_host": "10.0.0.2",
            },
            "https://clinic.example.org",
            ("10.0.0.2", 8001),
        ),
    ],
)
def test_the_clinics_side_is_where_it_was_unless_somebody_says_otherwise(tmp_path, given, address, listens):
    found = settings(tmp_path, **given)

    assert (found.clinic_side, found.listens(Process.CLINIC)) == (address, listens)
    assert link_of(found, NoticeKind.TO_READ, "") == f"{address}/"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"clinic_port": "8000"}, "clinic_port: each process needs a port of its own"),
        ({"worker_port": "8001"}, "clinic_port: each process needs a port of its own"),
        ({"port": "65535"}, "clinic_port: should be at most 65535"),
        ({"clinic_port": "70000"}, "clinic_port: should be at most 65535"),
        ({"clinic_address": "https://clinic.example.org"}, "clinic_address: should start with https:// if"),
        ({"clinic_address": "http://clinic.example.org"}, "clinic_address: use https:// for any address"),
    ],
)
def test_addresses_that_cannot_be_are_refused(tmp_path, given, told):
    with pytest.raises(SettingsRefused) as refused:
        settings(tmp_path, **given)

    assert told in str(refused.value)


def test_each_process_is_told_its_own_way_to_the_database_and_nobody_elses(tmp_path):
    every = settings(
        tmp_path,
        database_url="postgresql://owner@db/intake",
        patient_database_url="postgresql://patient:p@db/intake",
        clinic_database_url="postgresql://clinic:c@db/intake",
    )

    told = {process: every.of(process) for process in Process}
    assert [told[one].database_url.partition("@")[0] for one in Process] == [
        "postgresql://patient:p", "postgresql://clinic:c", "postgresql://owner",
    ]  # fmt: skip
    for one in told.values():
        assert (one.patient_database_url, one.clinic_database_url, one.worker_database_url) == ("", "", "")


def test_each_site_answers_to_its_own_name_alone(tmp_path):
    copy = make_copy(tmp_path)
    own = replace(
        copy.settings,
        public_address="https://intake.example.org",
        clinic_address="https://clinic.example.org",
    )
    site = create_clinic_site(replace(copy.clinic, settings=own))
    client = site.test_client()

    assert client.get("/sign-in", base_url="https://clinic.example.org").status_code == 200
    assert client.get("/sign-in", base_url="https://intake.example.org").status_code == 400
    assert mounted(site, own.clinic_side) is site
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
