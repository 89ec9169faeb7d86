"""What a process asked of the operating system, as strace wrote it down, and what that says of each thanks.

``strace -f -y -T`` writes one line a call, in the order in which they were made; a call during which
another thread made one is written in two halves.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# What strace is asked to write down: what comes and goes on the network, and what goes to the disk.
CALLS = "network,fsync,fdatasync,pwrite64,pwritev,write,writev"
_LINE = re.compile(r"^(?P<thread>\d+) +(?P<call>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)$")
_RETURNED = re.compile(r" = (?P<returned>-?\d+)(?: E[A-Z]+ \(.*\))? <(?P<took>\d+\.\d+)>$")
_UNFINISHED = " <unfinished ...>"
_SYNCS, _WRITES = frozenset({"fsync", "fdatasync"}), frozenset({"pwrite64", "pwritev", "write", "writev"})
A_FORM, _THANKED = '"POST /sign HTTP/1.1', '"HTTP/1.1 303 '
_RECEIVES, _SENDS = frozenset({"recvfrom", "recvmsg"}), frozenset({"sendto", "sendmsg"})


class NotUnderstood(Exception):
    """A trace holds a line that says something else than was asked for."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: on which lines of the trace it began and ended, and how many seconds it took.

    ``returned`` is none for a call that never ended.
    """

    name: str
    file: str
    said: str
    began: int
    ended: int
    returned: int | None
    took: float


@dataclass(frozen=True, slots=True)
class Thanks:
    """One form that somebody was thanked for, and what had reached the disk by then.

    ``took`` is how many seconds the sync took that made it safe.
    """

    writes: int
    syncs: int
    is_safe: bool
    took: float


def calls(lines: Iterable[str]) -> list[Call]:
    """Every call on a file or a socket, in the order in which they began. Raises NotUnderstood."""
    return sorted(_read(lines), key=lambda one: one.began)


def thanks(traced: Iterable[Call], log: str, what: str = A_FORM) -> list[Thanks]:
    """Every thanks for a form, where forms were sent one after another.

    ``log`` is how the name of the file ends that holds what was written last; ``what`` is how a request
    begins that asks for something else to be kept than a form. A thanks is safe when between
    the arrival of the form and the first byte of the answer something was written there, and a sync that
    began after the last such write had ended well.
    """
    found: list[Thanks] = []
    since: list[Call] | None = None
    for one in traced:
        if one.name in _RECEIVES and what in one.said:
            since = []
        elif since is not None and one.name in _SENDS and _THANKED in one.said:
            found.append(_judged(since, one))
            since = None
        elif since is not None and one.file.removesuffix(" (deleted)").endswith(log):
            since.append(one)
    return found


def _judged(since: list[Call], answer: Call) -> Thanks:
    writes = [one for one in since if one.name in _WRITES]
    syncs = [one for one in since if one.name in _SYNCS and one.returned == 0 and one.ended < answer.began]
    if not writes:
        return Thanks(0, len(syncs), is_safe=False, took=0.0)
    last = max(one.ended for one in writes)
    after = [one for one in syncs if one.began > last]
    return Thanks(len(writes), len(syncs), is_safe=bool(after), took=after[0].took if after else 0.0)


def _read(lines: Iterable[str]) -> Iterator[Call]:
    begun: dict[int, tuple[int, str]] = {}
    number = 0
    for number, line in enumerate(lines):
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            raise NotUnderstood(f"line {number + 1} of the trace: {line[:80]!r}")
        thread, text = int(found["thread"]), found["call"]
        if text.endswith(_UNFINISHED):
            begun[thread] = (number, text.removesuffix(_UNFINISHED))
        elif resumed := _RESUMED.match(text):
            # What was under way when strace came has no first half.
            if thread in begun:
                began, first = begun.pop(thread)
                yield from _call(first + resumed["rest"], began, number)
        else:
            yield from _call(text, number, number)
    for began, first in begun.values():
        yield from _call(first, began, number + 1)


def _call(text: str, began: int, ended: int) -> Iterator[Call]:
    # A signal, the end of a thread, a call on no file: nothing that is looked for.
    if (found := _CALL.match(text)) is None:
        return
    returned = _RETURNED.search(text)
    code, took = (int(returned["returned"]), float(returned["took"])) if returned else (None, 0.0)
    yield Call(found["name"], found["file"], found["rest"], began, ended, code, took)
