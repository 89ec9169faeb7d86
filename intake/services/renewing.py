"""New words for a patient who has lost theirs: made by the clinic, if the patient said that it may.

Whoever makes them sees no answer and no name. They need the code of the form, which the patient reads out.
"""

from dataclasses import dataclass
from enum import Enum

from intake.content.phrase_words import phrase_words
from intake.domain.events import WayBackRenewed
from intake.domain.permissions import StaffMember
from intake.domain.ways_back import WayBack, handle_in
from intake.services.clinic import Clinic
from intake.storage import audit, drafts, ways_back
from intake.storage.drawn_ways import Drawn
from intake.storage.passwords import stretched


class Why(Enum):
    """Why there are no new words."""

    NOT_FOUND = "not_found"
    SENT = "sent"
    NOT_WANTED = "not_wanted"


@dataclass(frozen=True, slots=True)
class Refused:
    """No new words were made, and nothing was changed."""

    why: Why


def renew(clinic: Clinic, member: StaffMember, typed_code: str) -> WayBack | Refused:
    """A new link and new words under the same code; the ones before stop working.

    Every browser that has the form open is signed out.
    """
    code = handle_in(typed_code)
    with clinic.database.read() as session:
        found = ways_back.find_for_clinic(session, code, clinic.now())
        salt = found.salt if found is not None else ways_back.salt_for(session, code)
    worked_out, drawn = stretched(code, salt), Drawn.new(phrase_words(), code)
    with clinic.database.write() as session:
        now = clinic.now()
        drafts.hold_browsers(session, ways_back.draft_of(session, code))
        found = ways_back.find_for_clinic(session, code, now)
        if found is None or found.salt != salt:
            return Refused(Why.NOT_FOUND)
        if found.draft_id is None:
            return Refused(Why.SENT)
        draft = ways_back.draft_for_clinic(clinic.keys, found, worked_out)
        if draft is None:
            return Refused(Why.NOT_WANTED)
        drafts.end_sessions(session, draft[0])
        made = ways_back.make(session, clinic.keys, draft, drawn, now, for_clinic=True)
        audit.record(session, clinic.keys, member.id, WayBackRenewed(made), now)
    return drawn.way
