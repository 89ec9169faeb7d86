"""A new key comes into use while both sites and the sender of e-mail run, and nothing is started again."""

from dataclasses import replace

import pytest

from copies import make_copy
from intake.services import notices, staff_notices
from intake.storage.key_entries import KeyPurpose
from intake.storage.keyring import read_clinic_keys
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from intake.web.patient.visits import the_desk
from keepers import console_of, keeper, rotated
from web.clinic.content import LIBRARY


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_whoever_runs_works_with_the_new_key_from_the_next_request_on(copy, tmp_path, monkeypatch):
    patients, clinics = create_patient_site(copy.desk), create_clinic_site(copy.clinic)
    sending = replace(copy.clinic, settings=replace(copy.settings, mail_host="127.0.0.1"))
    seen = []
    monkeypatch.setattr(staff_notices, "gather", lambda clinic: seen.append(clinic.keys.clinic_key_id))
    notices.send_due(sending)

    new = rotated(
        console_of(copy),
        tmp_path / "recovery.age",
        (keeper(tmp_path, "kay"), keeper(tmp_path, "lee")),
        KeyPurpose.CLINIC,
    ).id

    with patients.test_request_context("/"):
        seen.append(the_desk().keys.clinic_key_id)
    with clinics.test_request_context("/"):
        seen.append(this_clinic().keys.clinic_key_id)
    notices.send_due(sending)
    assert [one.hex() for one in seen] == [copy.clinic.keys.clinic_key_id.hex(), new, new, new]
    assert read_clinic_keys(copy.settings.instance / "keys").clinic_key_id.hex() == new
