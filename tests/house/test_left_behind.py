"""A process that a test leaves behind is found at the end of the run, and no test's server is one."""

import subprocess
import sys
import uuid
from contextlib import suppress

import psutil
import pytest

import left_behind
from serving import Product

_SLEEPS = "import time; time.sleep(60)"
# Its parent ends at once, and it is in a session of its own.
_ORPHAN = (
    f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {_SLEEPS!r}], "
    "start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)"
)


@pytest.fixture
def run(monkeypatch):
    """A run of its own, so that what this test starts is nobody else's."""
    run = uuid.uuid4().hex
    monkeypatch.setenv(left_behind._MARK, run)
    return run


def test_an_orphan_is_found(run):
    said = subprocess.run([sys.executable, "-c", _ORPHAN], check=True, capture_output=True, text=True)
    orphan = psutil.Process(int(said.stdout))
    try:
        assert orphan in left_behind.left_behind(run, 0)
    finally:
        orphan.kill()
        orphan.wait(10)


def test_so_is_one_without_the_mark(run):
    child = subprocess.Popen([sys.executable, "-c", _SLEEPS], env={})
    try:
        assert child.pid in {one.pid for one in left_behind.left_behind(uuid.uuid4().hex, 0)}
    finally:
        child.kill()
        child.wait()


def test_what_ends_is_not(run):
    """The control."""
    ends = [sys.executable, "-c", _ORPHAN.replace("60", "0")]
    said = subprocess.run(ends, check=True, capture_output=True, text=True)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(said.stdout)).wait(30)

    mine = psutil.Process().children(recursive=True)
    assert [one for one in left_behind.left_behind(run, 0) if one not in mine] == []


def test_a_product_that_does_not_start_is_not_left_running(tmp_path, monkeypatch):
    monkeypatch.setattr("serving._SECONDS_TO_START", 0)
    product = Product(tmp_path, ("-c", _SLEEPS))
    with pytest.raises(AssertionError, match="did not answer in time"), product:
        pass

    assert product.process.poll() is not None


def test_the_control_of_slow_senders_ends_with_whoever_started_it(tmp_path):
    starts = (
        "import sys, os\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from campaigns.slow import FewPlaces\n"
        "print(FewPlaces(Path(sys.argv[1])).start().process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", starts, str(tmp_path)], check=True, capture_output=True, text=True
    )
    with suppress(psutil.NoSuchProcess):
        alone = psutil.Process(int(said.stdout))
        _, there = psutil.wait_procs([alone], timeout=20)
        for one in there:
            one.kill()
        assert there == [], "it went on alone"
