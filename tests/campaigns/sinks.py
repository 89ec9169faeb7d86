"""The sixteen places into which words could be let out, and what stood there by the end of a campaign."""

import re
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from campaigns.aviary import Aviary, Open
from campaigns.disguises import around, found_in

PATIENTS_LOG, CLINICS_LOG, WORKERS_LOG = "the patient site's log", "the clinic site's log", "the worker's log"
TERMINAL = "what the supervisor says"
DATABASE, LOG_AHEAD, FREE_PAGES = "the database file", "its write-ahead log", "free pages after an erasure"
POSTGRES, LETTERS = "PostgreSQL's folder and log", "e-mails"
ADDRESSES, OTHERS_PAGES = "addresses, redirects and referrers", "pages and errors of other people"
COOKIES, HEADERS, TRAIL = "cookies", "other headers", "the audit trail"
TEMPORARY, ELSEWHERE = "temporary files and core dumps", "backups, processes, health pages and browsers"
SINKS = (
    PATIENTS_LOG, CLINICS_LOG, WORKERS_LOG, TERMINAL, DATABASE, LOG_AHEAD, FREE_PAGES, POSTGRES, LETTERS,
    ADDRESSES, OTHERS_PAGES, COOKIES, HEADERS, TRAIL, TEMPORARY, ELSEWHERE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leak:
    """A canary where it should not be."""

    place: str
    sink: str
    where: str
    how: str
    around: str

    def __str__(self) -> str:
        return f"{self.sink} ({self.where}): {self.place}, {self.how}: {self.around}"


@dataclass
class Sinks:
    """What was caught in each."""

    caught: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: {one: [] for one in SINKS})

    def catch(self, sink: str, where: str, content: bytes | str) -> None:
        """Something that arrived in a sink."""
        self.caught[sink].append((where, content.encode() if isinstance(content, str) else content))

    def catch_files(self, sink: str, folder: Path, pattern: str = "*") -> None:
        """Every file under a folder, with its name."""
        for path in sorted(folder.rglob(pattern)):
            with suppress(OSError):
                if path.is_file():
                    name = str(path.relative_to(folder))
                    self.catch(sink, name, name.encode() + b"\n" + path.read_bytes())

    def bytes_in(self, sink: str) -> int:
        """How much was caught."""
        return sum(len(content) for _, content in self.caught[sink])

    def leaks(self, aviary: Aviary, allowed: tuple[Open, ...] = ()) -> Iterator[Leak]:
        """Every canary that stands where nothing says it may."""
        places = aviary.needles
        for sink, pieces in self.caught.items():
            seen = set()
            # What came in small pieces is read at once; a line that is no part of any word is between them.
            small = [(where, one) for where, one in pieces if len(one) < 1_000_000]
            together = [("", b"\n\x00 \n".join(one for _, one in small))]
            together += [(where, one) for where, one in pieces if len(one) >= 1_000_000]
            for where, content in together:
                for needle, how in found_in(content, places):
                    place = places[needle]
                    if place in seen or any(one.holds(place, sink) for one in allowed):
                        continue
                    seen.add(place)
                    first = where or _first(small, needle)
                    yield Leak(place, sink, first, how, around(content, needle, how))


def _first(pieces: list[tuple[str, bytes]], needle: bytes) -> str:
    return next((where for where, one in pieces for _ in found_in(one, [needle])), "across two pieces")


def free_pages(database: Path) -> bytes:
    """What stands on the pages of an SQLite file that hold nothing any more, and in the gaps of the others.

    A page that is free is on a list that begins at byte 32 of the file; the gap of a page in use lies between
    the list of its cells and the first of them.
    """
    content = database.read_bytes()
    size = int.from_bytes(content[16:18], "big")
    size = 65536 if size == 1 else size
    page = lambda number: content[(number - 1) * size : number * size]  # noqa: E731
    free, trunk = set[int](), int.from_bytes(content[32:36], "big")
    while trunk:
        free.add(trunk)
        here = page(trunk)
        count = int.from_bytes(here[4:8], "big")
        free |= {int.from_bytes(here[8 + 4 * n : 12 + 4 * n], "big") for n in range(count)}
        trunk = int.from_bytes(here[:4], "big")
    gaps = []
    for number in range(1, len(content) // size + 1):
        here, first = page(number), 100 if number == 1 else 0
        kind = here[first : first + 1]
        if number in free or kind not in (b"\x02", b"\x05", b"\x0a", b"\x0d"):
            continue
        cells = int.from_bytes(here[first + 3 : first + 5], "big")
        begins = int.from_bytes(here[first + 5 : first + 7], "big") or 65536
        gaps.append(here[first + (12 if kind in b"\x02\x05" else 8) + 2 * cells : begins])
    return b"\n".join([*(page(number) for number in sorted(free)), *gaps])


def trail_lines(database: Path) -> bytes:
    """Every column of every event, as text."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT * FROM audit_events ORDER BY seq").fetchall()
    connection.close()
    return "\n".join(repr(row) for row in rows).encode()


def of_processes(first: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Of a process and all it started: its name, how it was started and with what environment, and files of
    its own in a temporary folder that have no name any more."""
    root = psutil.Process(first)
    for one in (root, *root.children(recursive=True)):
        there = Path(f"/proc/{one.pid}")
        with suppress(OSError):
            told = (there / "cmdline").read_bytes() + b"\n" + (there / "environ").read_bytes()
            gone = b""
            for handle in (there / "fd").iterdir():
                with suppress(OSError):
                    if "(deleted)" in str(handle.readlink()):
                        gone += handle.read_bytes()
            yield one.cmdline()[-1][:40], told, gone


def dumps_allowed(first: int) -> list[str]:
    """Which of these processes would leave their memory on a disk when they crash."""
    root = psutil.Process(first)
    return [
        " ".join(one.cmdline()[-2:])
        for one in (root, *root.children(recursive=True))
        if one.rlimit(resource.RLIMIT_CORE) != (0, 0)
    ]


_NOT_TO_BE_KEPT = re.compile(r"(?:^|, )no-store(?:,|$)")


def may_be_kept(path: str, headers: dict[str, str]) -> str:
    """What is wrong with the headers of a page, which no browser and no proxy is to keep."""
    if path.partition("?")[0].removeprefix("/clinic").startswith("/static/"):
        return ""
    if "ETag" in headers or "Last-Modified" in headers:
        return "it can be asked for again by its ETag"
    return "" if _NOT_TO_BE_KEPT.search(headers.get("Cache-Control", "")) else "a browser may keep it"
