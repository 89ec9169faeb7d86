"""Making a PDF of a page: limited in time and memory, and told plainly where it cannot be done."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from intake.papers.press import MADE, MISSING, SCHEME

__all__ = ["SCHEME", "EngineMissing", "NotMade", "Sheet", "is_here", "make"]

_PRESS = Path(__file__).with_name("press.py")
# A record of 100 pages takes a fifth of what a processor may work and of the memory (docs/decisions/0031).
# Somebody waits: on a busy machine the clock on the wall runs ahead of the work.
SECONDS = 120
PROCESSOR_SECONDS = 60
MEGABYTES = 1536
# One core stays free for the pages of everybody else.
_AT_ONCE = threading.BoundedSemaphore(1)
# What has been found once is not looked for again; what is missing may be installed meanwhile.
_found = threading.Event()


class EngineMissing(Exception):
    """The engine, or a library of the system that it needs, is not installed."""


class NotMade(Exception):
    """The PDF took too long, needed too much memory, or the engine stopped with an error."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page ready to be made into a PDF: its HTML, its stylesheet, and the files it shows.

    A file is shown as ``sheet:`` and its name. Nothing else is ever fetched.
    """

    html: str = field(repr=False)
    stylesheet: str = field(repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def is_here() -> bool:
    """Whether PDFs can be made on this machine."""
    if not _found.is_set() and _run(None, SECONDS)[0] == MADE:
        _found.set()
    return _found.is_set()


def make(sheet: Sheet, seconds: int = SECONDS) -> bytes:
    """The PDF. Raises EngineMissing and NotMade."""
    if not _AT_ONCE.acquire(timeout=seconds):
        raise NotMade("other PDFs are still being made")
    try:
        code, made = _run(sheet, seconds)
    finally:
        _AT_ONCE.release()
    if code == MISSING:
        raise EngineMissing
    if code != MADE or not made.startswith(b"%PDF-"):
        raise NotMade("the engine stopped before the PDF was done")
    return made


def _run(sheet: Sheet | None, seconds: int) -> tuple[int, bytes]:
    asked = {
        # What a hostile browser sends may be no text at all; the engine would stop at it.
        "html": sheet.html.encode("utf-8", "replace").decode() if sheet else None,
        "stylesheet": sheet.stylesheet if sheet else "",
        "files": {name: base64.b64encode(one).decode() for name, one in sheet.files.items()} if sheet else {},
        "seconds": PROCESSOR_SECONDS,
        "megabytes": MEGABYTES,
    }
    # By its path and with -I: nothing of this program is there, and nothing of its surroundings.
    command = [sys.executable, "-I", str(_PRESS)]
    # The settings may hold the database's password; what the engine says may quote a patient.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
    try:
        ended = subprocess.run(  # noqa: S603  # our own interpreter, our own file
            command,
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotMade(f"it took longer than {seconds} seconds") from None
    except OSError:
        raise NotMade("the engine could not be started") from None
    return ended.returncode, ended.stdout
