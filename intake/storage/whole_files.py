"""Files that are there whole or not at all: what is half written never has the name of what is finished."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_UNFINISHED = ".unfinished"


class FileNotWritten(Exception):
    """A file could not be written; nothing is left of it. The message says why and what to do."""


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A new file of the running user's alone, which gets its name when it is whole and on the disk.

    What a process that was killed left behind under the unfinished name is removed. Raises FileNotWritten.
    """
    if path.exists():
        raise FileNotWritten(f"{path} exists already. Nothing was written. Name another file")
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise FileNotWritten(f"{path} cannot be written ({error.strerror}): name another place") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _keep_name(path.parent)
    except OSError as error:
        raise FileNotWritten(
            f"{path} could not be written to its end ({error.strerror}). Nothing is left of it: "
            "make room, or name another place"
        ) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
