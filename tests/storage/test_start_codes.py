"""A code begins as many forms as it is for, and no more; the database does not know what it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.domain.start_codes import CodeState, SheetWanted
from intake.storage import accounts, start_codes
from intake.storage.tables import StartCodeRow
from storage.samples import NOW
from storage.side_by_side import at_once

DAY = timedelta(days=1)


@pytest.fixture
def fay(database, clinic_keys):
    with database.write() as session:
        return accounts.add_member(session, clinic_keys, "fay", "F. Moreno", [], NOW)


@pytest.fixture
def made(database, clinic_keys, fay):
    """Make a sheet; its id and its codes."""

    def make(codes=1, uses=1, days=14):
        with database.write() as session:
            return start_codes.make(session, clinic_keys, fay, SheetWanted(codes, uses, days), NOW)

    return make


def used(database, keys, code, now=NOW):
    with database.write() as session:
        return start_codes.use(session, keys, code, now)


def test_a_code_is_good_for_its_uses_until_its_day(database, patient_keys, made):
    _, (code,) = made(uses=2)

    assert [used(database, patient_keys, code.lower()) for _ in range(3)] == [True, True, False]
    _, (other,) = made()
    assert not used(database, patient_keys, other, NOW + 14 * DAY)
    assert not used(database, patient_keys, "7K4N-92QH")
    assert not used(database, patient_keys, "")
    assert used(database, patient_keys, other, NOW + 14 * DAY - timedelta(seconds=1))  # the control


def test_without_the_clinics_key_nobody_finds_out_which_code_a_digest_is_of(database, patient_keys, made):
    _, (code,) = made()

    assert not used(database, replace(patient_keys, audit_key=bytes(32)), code)
    assert used(database, patient_keys, code)


def test_a_revoked_sheet_begins_nothing_and_other_sheets_do(database, patient_keys, made):
    sheet, (code, _) = made(codes=2)
    _, (other,) = made()
    with database.write() as session:
        assert start_codes.revoke(session, sheet, NOW)
        assert not start_codes.revoke(session, sheet, NOW)

    assert not used(database, patient_keys, code)
    assert used(database, patient_keys, other)
    with database.read() as session:
        states = {one.id: one.state(NOW) for one in start_codes.sheets(session)}
    assert states[sheet] is CodeState.REVOKED
    assert sorted(state.value for state in states.values()) == ["revoked", "used_up"]


def test_of_two_who_use_the_last_one_at_once_one_begins(database, patient_keys, made):
    _, (code,) = made()

    assert sorted(at_once(database, [lambda s: start_codes.use(s, patient_keys, code, NOW)] * 2)) == [
        False,
        True,
    ]


def test_no_code_is_kept(database, made):
    _, codes = made(codes=20)

    assert len(set(codes)) == 20
    with database.read() as session:
        rows = str([vars(row) for row in session.scalars(select(StartCodeRow))])
    assert "digest" in rows
    assert not [code for code in codes if code in rows or code.lower() in rows]
