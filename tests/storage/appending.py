"""One of several processes that add to the audit trail at the same time."""

from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

from intake.domain.events import QueueOpened
from intake.storage import audit
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys
from storage.samples import NOW


def append(url: str, keys_folder: Path, lines: int, together: Barrier) -> None:
    """Add lines, each in a transaction of its own and at the same moment as the others."""
    database, keys, actor = Database(url), read_clinic_keys(keys_folder), uuid4()
    for number in range(lines):
        together.wait(timeout=30)
        with database.write() as session:
            audit.record(session, keys, actor, QueueOpened(number), NOW)
    database.dispose()
