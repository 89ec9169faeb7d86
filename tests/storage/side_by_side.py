"""Two people who do the same thing at the same moment."""

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from intake.storage.database import Database


def at_once(database: Database, deeds: list[Callable[[Session], object]]) -> list[object]:
    """Each deed in a transaction of its own, all together; what each returned or raised."""
    ready = threading.Barrier(len(deeds))
    outcomes: list[object] = [None] * len(deeds)

    def do(place: int, deed: Callable[[Session], object]) -> None:
        ready.wait(timeout=10)
        try:
            with database.write() as session:
                outcomes[place] = deed(session)
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=do, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return outcomes
