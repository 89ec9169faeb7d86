"""Several processes that knock at one door from one network; how many were let in is what it prints."""

import sys
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from intake.domain.rate_limits import Door, Pace
from intake.storage import rate_limits
from intake.storage.database import Database
from intake.storage.keyring import read_patient_keys
from storage.samples import NOW


def knock(url: str, keys_folder: Path, knocks: int, pace: Pace, together: Barrier, let_in) -> None:
    """Knock so often, begun when everybody is ready to begin."""
    database, keys = Database(url), read_patient_keys(keys_folder)
    key = rate_limits.key_of(keys, Door.START.value, "192.0.2.7", NOW.date())
    together.wait(timeout=60)
    for _ in range(knocks):
        if rate_limits.knock(database, key, pace, NOW) is None:
            with let_in.get_lock():
                let_in.value += 1


def let_in_of(url: str, keys_folder: Path, processes: int, knocks: int, pace: Pace) -> int:
    """How many knocks of all processes were let in; -1 when one came to a bad end."""
    context = get_context("fork")
    together, let_in = context.Barrier(processes), context.Value("i", 0)
    everybody = [
        context.Process(target=knock, args=(url, keys_folder, knocks, pace, together, let_in))
        for _ in range(processes)
    ]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    return -1 if any(one.exitcode for one in everybody) else let_in.value


if __name__ == "__main__":
    from datetime import timedelta

    _, url, keys_folder, processes, knocks = sys.argv
    ten = Pace(timedelta(minutes=6), 10)
    sys.stdout.write(str(let_in_of(url, Path(keys_folder), int(processes), int(knocks), ten)))
