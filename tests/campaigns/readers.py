"""Somebody of the clinic who looks at the queue the whole time; each look is a line of the trail."""

import http.client
import threading

from campaigns.clinicians import Clinician
from serving import Product


class Reader:
    """One clinician's browser on a product that may be killed."""

    def __init__(self, product: Product, username: str) -> None:
        self._product, self._username = product, username
        self._clinician = Clinician(product, username)

    def begin(self) -> "Reading":
        """Look at the queue until told to end, or until nobody answers."""
        return Reading(self)

    def look(self) -> str:
        """What was wrong with the queue, if anything; a session that is over is begun anew."""
        answered = self._clinician.open("/clinic/queue")
        if answered.status == 303:
            self._clinician = Clinician(self._product, self._username)
            answered = self._clinician.open("/clinic/queue")
        return "" if answered.status == 200 else f"the queue was answered {answered.status}"


class Reading:
    """The looks during one burst."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._faults: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def ended(self) -> list[str]:
        """Stop; what was wrong."""
        self._stop.set()
        self._thread.join(timeout=130)
        assert not self._thread.is_alive(), "the clinician still waits for the queue"
        return self._faults

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            try:
                if fault := self._reader.look():
                    self._faults.append(fault)
            except (OSError, http.client.HTTPException):
                return
