"""Several processes that add to the audit trail at the same moment.

Run as a program of its own: it loads everything once and then forks, before it has any
thread or connection that must not be shared.
"""

import sys
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

from intake.domain.events import QueueOpened
from intake.storage import audit
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys
from storage.samples import NOW


def append(url: str, keys_folder: Path, lines: int, together: Barrier) -> None:
    """Add lines, each in a transaction of its own, begun when everybody is ready to begin."""
    database, keys, actor = Database(url), read_clinic_keys(keys_folder), uuid4()
    for number in range(lines):
        together.wait(timeout=30)
        with database.write() as session:
            audit.record(session, keys, actor, QueueOpened(number), NOW)
    database.dispose()


def append_side_by_side(url: str, keys_folder: Path, processes: int, lines: int) -> int:
    """How many of the processes came to a bad end."""
    context = get_context("fork")
    together = context.Barrier(processes)
    everybody = [
        context.Process(target=append, args=(url, keys_folder, lines, together)) for _ in range(processes)
    ]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    return sum(one.exitcode != 0 for one in everybody)


if __name__ == "__main__":
    _, url, keys_folder, processes, lines = sys.argv
    sys.exit(append_side_by_side(url, Path(keys_folder), int(processes), int(lines)))
