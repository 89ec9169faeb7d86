"""What ``campaigns/disk_errors.py`` judges by; with strace, a call of this process that fails for real."""

from dataclasses import replace

import psutil
import pytest
from sqlalchemy.exc import OperationalError

from campaigns.disk_errors import dishonest, every_fault
from campaigns.injected import EVERYTHING, Fault, refused, which_failed
from campaigns.test_fsync import needs_strace
from copies import make_copy
from exchanging import LIBRARY
from intake.domain.processes import Process
from intake.domain.submissions import Draft, Receipt
from intake.services import answering
from intake.storage.database import Database
from sending import fill_in
from serving import Answered

PAGE = '<h1>Something went wrong on our side</h1><input value="Pat Doe"><a href="tel:988">988</a>'
TRACE = """\
12 pwrite64(5</tmp/it/intake.db-wal>, "\\0"..., 24, 32) = 24 <0.000005>
12 pwrite64(5</tmp/it/intake.db-wal>, "\\r"..., 4096, 56) = -1 EIO (Input/output error) (INJECTED) <0.000005>
12 openat(AT_FDCWD</tmp>, "/it/intake.db-line", O_RDWR) = -1 EIO (Input/output error) (INJECTED) <0.000005>
"""


def test_the_calls_that_failed_are_told_with_their_files():
    assert which_failed(TRACE) == ["intake.db-wal", "intake.db-line"]
    assert which_failed(TRACE.splitlines()[0]) == []


def test_every_kind_of_call_fails_once_and_from_there_on_at_every_number():
    kinds = [[fault for fault, _ in zip(one, range(3), strict=False)] for one in every_fault(stride=2)]

    assert kinds[-1] == [Fault(EVERYTHING, 1, lasting=True)]
    assert {(one[0].call, one[0].lasting) for one in kinds[:-1]} == {
        (call, lasting) for call in EVERYTHING.split(",") for lasting in (False, True)
    }
    assert all([one.number for one in kind] == [1, 3, 5] for kind in kinds[:-1])


@pytest.mark.parametrize(
    ("answered", "why"),
    [
        (Answered(500, "", {}, PAGE), ""),
        (Answered(303, "/", {}, ""), "answered 303 /"),
        (Answered(200, "", {}, PAGE), "answered 200"),
        (Answered(500, "", {}, PAGE.replace("Pat Doe", "")), "answered 500 without Pat Doe"),
        (Answered(500, "", {}, PAGE.replace("988", "")), "answered 500 without 988"),
        (Answered(500, "", {}, PAGE.replace("wrong", "right")), "answered 500 without saying so"),
    ],
)
def test_a_page_that_says_so_with_what_was_typed_is_honest_and_no_other_is(answered, why):
    assert dishonest(answered, "Pat Doe", Process.PATIENT) == why


def test_a_clinician_needs_no_help_line():
    answered = Answered(500, "", {}, PAGE.replace("988", ""))

    assert dishonest(answered, "Pat Doe", Process.CLINIC) == ""


@needs_strace
@pytest.mark.parametrize("fault", [Fault("fsync", 1), Fault("pwrite64", 9, lasting=True)], ids=str)
def test_a_form_whose_disk_fails_is_not_thanked_for_and_is_sent_by_the_next_press(tmp_path, fault):
    copy = make_copy(tmp_path, LIBRARY)
    desk = replace(copy.desk, database=Database(copy.settings.database_url))
    token = fill_in(desk)
    with refused(psutil.Process(), fault, [], tmp_path / "trace"), pytest.raises(OperationalError):
        answering.send(desk, token, "Pat Doe")

    assert set(which_failed((tmp_path / "trace").read_text())) == {"intake.db-wal"}
    assert isinstance(answering.find(desk, token), Draft)
    assert isinstance(answering.send(desk, token, "Pat Doe"), Receipt)
    for one in (desk, copy.desk, copy.clinic):
        one.database.dispose()
