"""What a submission was asked with: the questionnaire and medicines of its time.

A reply is asked for, and taken in, under the editions its submission rests on, so that nothing the
patient said before is read otherwise because the clinic's questions changed meanwhile.
"""

from functools import lru_cache

from intake.content.documents import DocumentRefused
from intake.content.library import Asked, Library, parse_asked
from intake.storage import editions
from intake.storage.database import Database
from intake.storage.editions import NoSuchEdition


class NotKept(Exception):
    """An edition is not in this database, or this version of the program cannot read it."""


def asked_then(database: Database, library: Library, questionnaire: str, medicines: str) -> Asked:
    """The questionnaire and the medicines of these editions. Raises NotKept."""
    now = library.editions
    if (questionnaire, medicines) == (now.questionnaire, now.medicines):
        return library.asked
    try:
        with database.read() as session:
            texts = (
                editions.fetch(session, "questionnaire", questionnaire),
                editions.fetch(session, "medicines", medicines),
            )
        return _read(*texts)
    except (NoSuchEdition, DocumentRefused) as refusal:
        raise NotKept(type(refusal).__name__) from None


# Reading an old edition takes a moment, and every page of a reply needs it.
@lru_cache(maxsize=4)
def _read(questionnaire: str, medicines: str) -> Asked:
    return parse_asked(questionnaire, medicines)
