"""Forms that were written down as signed by something else than intake: they come back, and it is told.

One row for a signature and one word in the open take a form out of the queue. What is sealed beside it still
says that nobody finished it, so that is looked at: of every form once, and again when its summary is another.
"""

from collections.abc import Collection, Mapping
from uuid import UUID
from weakref import WeakKeyDictionary

from intake.domain.events import SignaturePlanted
from intake.log import Noted, note
from intake.services.clinic import SYSTEM, Clinic
from intake.services.keys_in_use import with_keys_in_use
from intake.storage import audit, reviews, said_states
from intake.storage.database import Database

# Of so many forms the summary is opened at a time; after the first few times, of those signed since.
MOST_AT_ONCE = 1000
# Of these, so many are opened whole at a time, since nobody can write meanwhile.
_MOST_OPENED = 100

# Which summary of each form was found to say that it is done. Forgotten with the process.
_found: WeakKeyDictionary[Database, dict[UUID, int]] = WeakKeyDictionary()


def look(clinic: Clinic) -> None:
    """Look at forms that stand as signed; let those that nobody finished wait again, and tell of each."""
    known = _found.get(clinic.database, {})
    with clinic.database.read() as session:
        said = said_states.said_to_be_signed(session)
        new = [one for one, number in said.items() if known.get(one) != number][:MOST_AT_ONCE]
        lies = said_states.not_finished(session, clinic.keys, new)
    if lies:
        _let_wait(with_keys_in_use(clinic), lies[:_MOST_OPENED])
    found = {one: number for one, number in said.items() if known.get(one) == number}
    _found[clinic.database] = found | _seen(said, new, lies)


def _seen(said: Mapping[UUID, int], new: Collection[UUID], lies: Collection[UUID]) -> dict[UUID, int]:
    gone = set(lies)
    return {one: said[one] for one in new if one not in gone}


def _let_wait(clinic: Clinic, lies: Collection[UUID]) -> None:
    with clinic.database.write() as session:
        # With the keys of now, and as it stands now. A form that was signed before summaries said so has one
        # made that does: nothing of it is told.
        still = said_states.not_finished(session, clinic.keys, lies)
        planted = [one for one in sorted(still) if not reviews.settle_again(session, clinic.keys, one)]
        happened = [SignaturePlanted(one) for one in planted]
        audit.record_all(session, clinic.keys, SYSTEM, happened, clinic.now())
    for one in planted:
        note(Noted.SIGNATURE_PLANTED, id=one)
