"""The edition in the foot of a paper, and what it asked that is asked otherwise now."""

from functools import lru_cache

from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire
from intake.domain.blank_form import EDITION_LETTERS, short_edition
from intake.domain.paper_edition import PaperEdition, beside
from intake.domain.questionnaire import Questionnaire
from intake.services.clinic import Clinic
from intake.storage import editions
from intake.storage.editions import NoSuchEdition

_KIND = "questionnaire"


class UnknownEdition(Exception):
    """No questionnaire whose edition begins like this was ever in force here, or it cannot be read."""


def edition_typed(clinic: Clinic, typed: str) -> PaperEdition:
    """The edition that begins with what was typed from the foot of a paper. Raises UnknownEdition."""
    wanted = "".join(typed.split()).casefold()
    if len(wanted) < EDITION_LETTERS or not wanted.isalnum():
        raise UnknownEdition
    if clinic.library.questionnaire.edition.startswith(wanted):
        return PaperEdition(clinic.library.questionnaire.edition)
    with clinic.database.read() as session:
        found = [one for one in editions.every(session, _KIND) if one.startswith(wanted)]
    if not found:
        raise UnknownEdition
    return edition(clinic, found[0])


def edition(clinic: Clinic, paper_edition: str) -> PaperEdition:
    """What a paper of this edition asked beside the form in force. Raises UnknownEdition."""
    now = clinic.library.questionnaire
    if paper_edition == now.edition:
        return PaperEdition(paper_edition)
    return beside(questionnaire_of(clinic, paper_edition), now)


def questionnaire_of(clinic: Clinic, paper_edition: str) -> Questionnaire:
    """The questionnaire printed on a paper. Raises UnknownEdition."""
    now = clinic.library.questionnaire
    if paper_edition == now.edition:
        return now
    try:
        with clinic.database.read() as session:
            text = editions.fetch(session, _KIND, paper_edition)
        return _read(text)
    except (NoSuchEdition, DocumentRefused) as refusal:
        raise UnknownEdition(short_edition(paper_edition)) from refusal


# Reading an old edition takes a moment, and every page of a typing needs it.
@lru_cache(maxsize=4)
def _read(text: str) -> Questionnaire:
    return parse_questionnaire(text)
