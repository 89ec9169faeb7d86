"""The file in which knocks are counted, as a power cut, a disk or a person may leave it."""

from pathlib import Path


def deleted(path: Path) -> None:
    """With all that belongs to it, while intake runs or not."""
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()


def deleted_alone(path: Path) -> None:
    """And what belongs to it was left behind."""
    path.unlink()


def emptied(path: Path) -> None:
    """Nothing is in it any more."""
    path.write_bytes(b"")


def page_lost(path: Path) -> None:
    """The page was never written that says which tables there are: nothing waits for the disk."""
    _without_log(path)
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(100)
    path.write_bytes(content)


def no_database(path: Path) -> None:
    """Something else was written over it."""
    _without_log(path)
    path.write_bytes(b"something else " * 1000)


def _without_log(path: Path) -> None:
    for end in ("-wal", "-shm"):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)


# Of these a connection that is open may see nothing: what it read before it goes on counting with.
IN_PLACE = (emptied, page_lost, no_database)
EVERY = (deleted, deleted_alone, *IN_PLACE)
