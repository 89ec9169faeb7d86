"""What is over is deleted by the worker, on the clock, and what is not stays."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from copies import PASSWORD, make_copy
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import accounts, answering, sweeping, working
from intake.services.working import Work
from intake.storage import outgoing, rate_limits
from intake.storage.database import Database
from intake.storage.outgoing import Addressed
from intake.storage.tables import (
    DraftRow,
    OneTimeLinkRow,
    OutgoingRow,
    OwnCopyRow,
    PageCountRow,
    PatientSessionRow,
    StaffSessionRow,
)
from sending import send_at_once

KINDS = (DraftRow, PatientSessionRow, OwnCopyRow, PageCountRow, StaffSessionRow, OneTimeLinkRow)


def kept(copy):
    with copy.clinic.database.read() as session:
        return {
            row.__tablename__: session.scalar(select(func.count()).select_from(row)) or 0 for row in KINDS
        }


@pytest.fixture
def used(copy, alice):
    """A day on which a form was begun, another sent, and Alice signed in after a mistake."""
    answering.start(copy.desk)
    send_at_once(copy.desk)
    assert accounts.sign_in(copy.clinic, "alice", "not this one", "127.0.0.1") is None
    accounts.sign_in(copy.clinic, "alice", PASSWORD, "127.0.0.1")
    accounts.sign_in(copy.clinic, "nobody", "not this one", "127.0.0.1")
    accounts.add_staff(copy.clinic, None, "carol", "C. Diaz, NP", {Role.CLINICIAN})
    return copy


def test_what_is_over_goes_and_what_is_not_stays(used):
    before = kept(used)
    assert all(before.values()), before

    sweeping.sweep(used.worker)
    assert kept(used) == before

    used.clock.at += timedelta(days=120)
    assert sweeping.sweep(used.worker) == 1
    assert set(kept(used).values()) == {0}


@pytest.mark.parametrize(("days", "is_kept"), [(13, True), (15, False)])
def test_a_letter_that_waits_without_a_mail_server_is_erased_after_its_time(copy, days, is_kept):
    assert not copy.worker.settings.mail_host
    notice = outgoing.new_id()
    with copy.desk.database.write() as session:
        addressed = Addressed("quetzal@example.org", "s-e-c-r-e-t", NoticeKind.MESSAGE)
        outgoing.add(session, copy.desk.keys, notice, addressed, copy.clock())
    copy.clock.at += timedelta(days=days)

    sweeping.sweep(copy.worker)

    with copy.clinic.database.read() as session:
        assert bool(session.get_one(OutgoingRow, notice).sealed) is is_kept


def test_what_is_wrong_with_the_counts_of_knocks_keeps_nothing_else(tmp_path, monkeypatch):
    copy, emptied = make_copy(tmp_path, under_roles=False), []
    answering.start(copy.desk)
    copy.clock.at += timedelta(days=120)
    monkeypatch.setattr(Database, "empty_log", lambda database: emptied.append(database))
    monkeypatch.setattr(rate_limits, "counting", broken)

    with pytest.raises(OperationalError):
        sweeping.sweep(copy.worker)

    assert set(kept(copy).values()) == {0}
    assert emptied == [copy.worker.database], "no copy of what was deleted stays in the files"


def broken(_database):
    raise OperationalError("a statement", {}, Exception("no disk"))


def test_nobody_who_begins_a_form_waits_for_what_is_over(used):
    """What is over stays until the worker comes: no page deletes it on its way."""
    before = kept(used)["drafts"]
    used.clock.at += timedelta(days=120)

    answering.start(used.desk)

    assert kept(used)["drafts"] == before + 1


def test_the_worker_goes_on_whatever_goes_wrong_and_says_that_it_does_not_work(copy, monkeypatch, caplog):
    real, calls = sweeping.sweep, []

    def broken_at_first(worker):
        calls.append(worker)
        if len(calls) <= 3:
            raise OSError("a word that stands in no log")
        return real(worker)

    monkeypatch.setattr(sweeping, "sweep", broken_at_first)
    work = Work(copy.worker, 0.01, 0.01)
    work.begin()
    went_badly = until(lambda: not work.goes_well() and len(calls) >= 2)
    went_well = until(work.goes_well)
    work.end()

    assert went_badly
    assert went_well
    assert not work.goes_well()
    assert "overdue_not_deleted error=OSError" in caplog.text
    assert "a word that stands in no log" not in caplog.text


def until(true):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.001)
    return False


def test_the_worker_holds_nothing_that_opens_a_form(copy):
    assert set(type(copy.worker.keys).__slots__) == {"deployment", "id", "private_key", "others", "read_from"}
    assert working.notices.deliver_due(copy.worker) == 0
