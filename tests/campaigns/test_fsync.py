"""What ``campaigns/fsync.py`` judges by, on traces as strace wrote them; with strace, this process itself."""

import os
import shutil
import socket
from dataclasses import replace

import psutil
import pytest

from campaigns.fsync import traced
from campaigns.traces import NotUnderstood, calls, thanks
from copies import make_copy
from exchanging import LIBRARY
from intake.services import answering
from intake.storage.database import Database
from sending import fill_in

# It looks into the process that started it, which only root may allow everywhere.
needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None or os.geteuid() != 0, reason="needs strace, and root"
)

LOG = "9</tmp/it/instance/intake.db-wal>"
ARRIVED = (
    '11 recvfrom(3<socket:[70]>, "POST /sign HTTP/1.1\\r\\nHos"..., 8192, 0, NULL, NULL) = 492 <0.000021>'
)
WRITTEN = f'12 pwrite64({LOG}, "\\0\\0\\0\\1"..., 4096, 634536) = 4096 <0.000101>'
SYNCED = f"12 fsync({LOG}) = 0 <0.004000>"
THANKED = '12 sendto(3<socket:[70]>, "HTTP/1.1 303 SEE OTHER\\r\\n"..., 816, 0, NULL, 0) = 816 <0.000080>'
# The same sync while another thread waits for the next request.
SYNCED_MEANWHILE = [
    f"12 fsync({LOG} <unfinished ...>",
    "11 accept4(7<socket:[1]>, {sa_family=AF_INET}, [16], SOCK_CLOEXEC) = 4<socket:[71]> <0.000030>",
    "12 <... fsync resumed>) = 0 <0.004000>",
]
EXITED = "11 +++ exited with 0 +++"


def judged(*lines):
    return [one.is_safe for one in thanks(calls(lines), "intake.db-wal")]


def test_a_form_whose_write_was_synced_before_the_thanks_is_safe():
    assert judged(ARRIVED, WRITTEN, SYNCED, THANKED, EXITED) == [True]
    assert judged(ARRIVED, WRITTEN, *SYNCED_MEANWHILE, THANKED) == [True]
    (one,) = thanks(calls([ARRIVED, WRITTEN, WRITTEN, SYNCED, THANKED]), "intake.db-wal")
    assert (one.writes, one.syncs, one.took) == (2, 1, 0.004)


@pytest.mark.parametrize(
    "between",
    [
        [],
        [WRITTEN],
        [SYNCED],
        [SYNCED, WRITTEN],
        [WRITTEN, SYNCED, WRITTEN],
        [WRITTEN, SYNCED.replace(" = 0 ", " = -1 EIO (Input/output error) ")],
        [WRITTEN, SYNCED.replace("intake.db-wal", "intake.db")],
        [WRITTEN, SYNCED_MEANWHILE[0]],
        [SYNCED_MEANWHILE[0], WRITTEN.replace("12 ", "13 "), SYNCED_MEANWHILE[2]],
    ],
    ids=lambda lines: ", ".join(line.partition("(")[0] for line in lines) or "nothing",
)
def test_a_form_that_was_not_on_the_disk_by_then_is_found_out(between):
    assert judged(ARRIVED, *between, THANKED) == [False]


def test_a_sync_after_the_thanks_is_too_late():
    assert judged(ARRIVED, WRITTEN, THANKED, SYNCED, ARRIVED, WRITTEN, SYNCED, THANKED) == [False, True]


def test_what_is_no_trace_is_not_taken_for_one():
    with pytest.raises(NotUnderstood, match="line 2"):
        judged(ARRIVED, "strace: Process 12 attached")


@needs_strace
@pytest.mark.parametrize("waits", [True, False], ids=["waits", "control"])
def test_a_form_is_on_the_disk_before_anybody_is_thanked(tmp_path, waits):
    copy = make_copy(tmp_path, LIBRARY)
    desk = replace(copy.desk, database=Database(copy.settings.database_url, durable=waits))
    token = fill_in(desk)
    with traced(psutil.Process(), tmp_path / "trace"):
        patient, site = socket.socketpair()
        patient.send(b"POST /sign HTTP/1.1\r\n")
        site.recv(100)
        answering.send(desk, token, "Pat Doe")
        site.send(b"HTTP/1.1 303 SEE OTHER\r\n")

    assert judged(*(tmp_path / "trace").read_text().splitlines()) == [waits]
    for one in (patient, site):
        one.close()
    for one in (desk, copy.desk, copy.clinic):
        one.database.dispose()
