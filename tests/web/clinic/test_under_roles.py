"""A day at the clinic on PostgreSQL, each process under a role of its own: what these may do suffices.

The tests are those of the pages, at another clinic. `make roles` runs many more of them this way.
"""

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import text

from intake.domain.processes import Process
from intake.storage.database import Database
from roles import close_all, fresh_database_url, names_of, roles_in
from web.clinic import test_claiming, test_settings, test_sign_off, test_start_codes
from web.clinic.conftest import opened_on, settings_in, with_staff

pytestmark = pytest.mark.postgres


@pytest.fixture
def clinic(new_instance, tmp_path, clock):
    folder = shutil.copytree(new_instance, tmp_path / "instance")
    url = fresh_database_url()
    settings = replace(settings_in(folder), database_url=url)
    clinic = with_staff(opened_on(settings, Database(roles_in(url)[Process.CLINIC]), clock))
    yield clinic
    clinic.database.dispose()
    close_all()


read, form, dana = test_sign_off.read, test_claiming.form, test_claiming.dana
bob, patient, fay = test_settings.bob, test_settings.patient, test_start_codes.fay

test_the_history_tells_everything_in_order = test_sign_off.test_the_history_tells_everything_in_order
test_taking_over_takes_a_reason = test_claiming.test_taking_over_takes_a_reason
test_what_is_set_stands_on_both_sites_at_once = test_settings.test_what_is_set_stands_on_both_sites_at_once
test_a_sheet_is_revoked = test_start_codes.test_a_sheet_is_revoked


def test_one_right_less_would_be_noticed(clinic, sent, alice, caplog):
    """The control: these pages do come to the database under the role."""
    owner = Database(clinic.settings.database_url)
    with owner.write() as session:
        session.execute(text(f"REVOKE INSERT ON claims FROM {names_of()[Process.CLINIC]}"))
    owner.dispose()
    submission = sent()

    test_claiming.press(alice, f"/submissions/{submission}", "claim")

    assert alice.response.status_code == 500
    assert "ProgrammingError" in caplog.text
