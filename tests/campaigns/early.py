"""The product with a mistake built in: it thanks patients before their answers are stored.

The control of the kills: a campaign that finds nothing lost here would find nothing anywhere.
"""

import threading
import time

from sqlalchemy.orm import Session

import mistaken
from intake.domain.submissions import Draft, Receipt
from intake.services import answering
from intake.services.clinic import PatientDesk
from intake.storage import submissions

_LATER_BY_SECONDS = 0.2
_thanked: dict[str, Receipt] = {}
_promised = threading.local()
_send, _find, _new_reference = answering.send, answering.find, submissions.new_reference


def _early(desk: PatientDesk, token: str, typed_name: str, checked: str = "") -> Receipt:
    del checked
    if token not in _thanked:
        with desk.database.read() as session:
            reference = _new_reference(session, desk.settings.reference_prefix)
        _thanked[token] = Receipt(reference, desk.now())
        # Only a kill ends it: told to stop, the product waits for it.
        threading.Thread(target=_really, args=(desk, token, typed_name, reference)).start()
    return _thanked[token]


def _really(desk: PatientDesk, token: str, typed_name: str, reference: str) -> None:
    time.sleep(_LATER_BY_SECONDS)
    _promised.reference = reference
    _send(desk, token, typed_name)


def _promised_reference(session: Session, prefix: str) -> str:
    del session, prefix
    return str(_promised.reference)


def _found(desk: PatientDesk, token: str, *, attended: bool = True) -> Draft | Receipt | None:
    return _thanked.get(token) or _find(desk, token, attended=attended)


def build_in() -> None:
    answering.send, answering.find = _early, _found
    submissions.new_reference = _promised_reference


if __name__ == "__main__":
    mistaken.serve("campaigns.early", build_in)
