"""Where those who write to one SQLite file stand in line, whichever process or thread they belong to.

SQLite lets whoever asks at the right moment write, and the longer somebody has waited the more seldom they
ask: among many who write without pause some are never served. So the threads of a process stand in line for
its turn, and the processes for a file beside the database. In that file one byte is the turn to write and
another the place of whoever is next, so that who has just written cannot go before one who waits. The
system gives both back when a process ends, however it ends.

The line makes waiting fair. It keeps nothing safe: that is SQLite's own lock, which is asked for in any case.
"""

import errno
import fcntl
import os
import secrets
import stat
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

# How long somebody stands in the line of the threads of this process, and then in that of the processes.
_TURN_SECONDS = 60
_LINE_SECONDS = 30
# How often whoever waits looks: seldom enough to cost nothing, and each as often as all others.
_NEXT_LOOKS_AFTER = 0.001
_OTHERS_LOOK_AFTER = (0.002, 0.006)
_TURN, _NEXT = 0, 1
_TAKEN = frozenset({errno.EACCES, errno.EAGAIN})
_turns: dict[Path, Lock] = defaultdict(Lock)


@contextmanager
def turn_to_write(path: Path) -> Iterator[None]:
    """The turn of this thread to write to the database file.

    Never refused: whoever waited too long, or may not use the file of the line, asks SQLite itself, which
    then says that it is locked.
    """
    # Always first the threads and then the processes, so that no two wait for each other.
    turn = _turns[path.resolve()]
    mine = turn.acquire(timeout=_TURN_SECONDS)
    try:
        # Closing the file ends the turn of the whole process: whoever was not served here stays away from it.
        line = _stand_in_line(path) if mine else None
        try:
            yield
        finally:
            if line is not None:
                os.close(line)
    finally:
        if mine:
            turn.release()


def line_of(path: Path) -> Path:
    """The file in which the processes stand in line for a database file. It is always empty."""
    return path.with_name(f"{path.name}-line")


def _stand_in_line(path: Path) -> int | None:
    """The open file of the line once it is this process's turn; None when it has to do without."""
    try:
        line = _opened(path)
    except OSError:
        return None
    until = time.monotonic() + _LINE_SECONDS
    try:
        if _waited(line, _NEXT, until, _OTHERS_LOOK_AFTER) and _waited(
            line, _TURN, until, (_NEXT_LOOKS_AFTER, _NEXT_LOOKS_AFTER)
        ):
            fcntl.lockf(line, fcntl.LOCK_UN, 1, _NEXT)
            return line
    except OSError:
        # A disk that knows no locks.
        os.close(line)
        return None
    except BaseException:
        os.close(line)
        raise
    os.close(line)
    return None


def _waited(line: int, place: int, until: float, pause: tuple[float, float]) -> bool:
    """Whether the place was free in time, and is now ours. Raises OSError when there are no locks here."""
    while True:
        try:
            fcntl.lockf(line, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        else:
            return True
        if time.monotonic() >= until:
            return False
        # So that those who wait do not all look at once.
        shortest, longest = pause
        time.sleep(shortest + (longest - shortest) * secrets.randbelow(1000) / 1000)


def _opened(path: Path) -> int:
    """The file of the line, for whoever may write to the database and for nobody else. Raises OSError."""
    name = line_of(path)
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    with suppress(FileNotFoundError):
        return os.open(name, flags)
    line = os.open(name, flags | os.O_CREAT, 0o600)
    # As SQLite does for its own files: with the rights of the database, and its owner when root makes it.
    kept = path.stat()
    with suppress(OSError):
        os.fchmod(line, stat.S_IMODE(kept.st_mode) & 0o666)
        if os.geteuid() == 0:
            os.fchown(line, kept.st_uid, kept.st_gid)
    return line
