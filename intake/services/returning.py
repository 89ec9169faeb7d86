"""Coming back to a saved form: the link or code and the four words, on any device.

Whoever does not have both is told one thing, whatever the reason, and what may be four words is always
worked out as far. What cannot be any is not: whoever typed it knows that, and it tells of no form.
"""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from intake.content.phrase_words import phrase_words
from intake.domain.answers import Chosen
from intake.domain.notice_kinds import NoticeKind
from intake.domain.submissions import Draft, Receipt
from intake.domain.ways_back import WayBack, handle_in
from intake.services import answering, notice_words, notices
from intake.services.clinic import PatientDesk
from intake.storage import carried_ways, drafts, outgoing, ways_back
from intake.storage.drawn_ways import Drawn
from intake.storage.encryption import SealingKey
from intake.storage.outgoing import Addressed
from intake.storage.passwords import stretched
from intake.storage.ways_back import KEPT, Kept, Opened

KEPT_DAYS = KEPT.days


def keep_open(desk: PatientDesk, token: str) -> None:
    """Make a way back to this browser's draft, unless it has one. Raises Expired and AlreadySent."""
    if kept(desk, token) is None:
        _make(desk, token, anew=False)


def make_anew(desk: PatientDesk, token: str) -> None:
    """A new way back; the one before stops working. Raises Expired and AlreadySent."""
    _make(desk, token, anew=True)


def kept(desk: PatientDesk, token: str) -> Kept | None:
    """The way back of the draft open in this browser; None without one. Raises Expired and AlreadySent."""
    with desk.database.write() as session:
        draft_id, key = _opened(desk, session, token)
        return ways_back.of_draft(session, draft_id, key)


def let_clinic_renew(desk: PatientDesk, token: str, *, may: bool) -> None:
    """Whether the clinic may make new words for whoever lost theirs. Raises Expired and AlreadySent."""
    known = kept(desk, token)
    if known is None:
        return
    with desk.database.read() as session:
        salt = ways_back.salt_for(session, known.way.code)
    code = stretched(known.way.code, salt)
    with desk.database.write() as session:
        draft = _opened(desk, session, token)
        found = ways_back.of_draft(session, *draft)
        # Another tab may have made a new one since: the box was ticked for the one it showed.
        if found is not None and found.id == known.id:
            ways_back.let_clinic(session, desk.keys, draft, code, may=may)


def can_mail(desk: PatientDesk) -> bool:
    """Whether there is a server to send the link with."""
    return notices.is_set_up(desk.settings)


def link_of(desk: PatientDesk, way: WayBack) -> str:
    """The address that a patient opens; what comes after the # reaches no server by itself."""
    return notice_words.link_of(desk.settings, NoticeKind.SAVED_FORM, way.secret)


def mail_link(desk: PatientDesk, token: str, address: str) -> None:
    """Send the link to an address, and nothing else; ``MOST_MAILS`` times at most.

    The address is sealed for whoever sends notices, and erased once this one is sent. The notice names the
    clinic only if the patient answered that a message may. Raises Expired and AlreadySent.
    """
    with desk.database.write() as session:
        draft_id, key = _opened(desk, session, token)
        known = ways_back.of_draft(session, draft_id, key)
        if known is None or not known.mails_left or not can_mail(desk):
            return
        found = drafts.find(session, desk.keys, token, desk.now(), answering.limits(desk))
        # In the language of the page it was asked for on.
        addressed = Addressed(
            address, known.way.secret, _kind(found), language=desk.language, draft=draft_id.hex
        )
        outgoing.add(session, desk.keys, uuid4(), addressed, desk.now())
        ways_back.note_mail(session, draft_id)


def may_be_words(typed: str) -> bool:
    """Whether these can be the four words of any form at all."""
    return phrase_words().read(typed) is not None


def come_back(desk: PatientDesk, typed_handle: str, typed_phrase: str) -> str | None:
    """The token of a browser that has the saved form open; None for any refusal.

    Every earlier browser of the form is signed out.
    """
    phrase = phrase_words().read(typed_phrase)
    if phrase is None:
        # Nobody waits for it at the door, so it must cost nothing; nor does it count against a form.
        return None
    now, handle = desk.now(), handle_in(typed_handle)
    with desk.database.read() as session:
        salt = ways_back.salt_for(session, handle)
    worked_out = stretched(phrase, salt)
    with desk.database.write() as session:
        drafts.hold_browsers(session, ways_back.draft_of(session, handle))
        found = ways_back.open_with(session, desk.keys, handle, worked_out, now)
        return None if found is None else _let_in(desk, session, found)


def carry(desk: PatientDesk, token: str, typed_handle: str, typed_phrase: str) -> str:
    """What was typed, for a page in between to carry without showing it."""
    return carried_ways.sealed(desk.keys, token, typed_handle, typed_phrase)


def carried(desk: PatientDesk, token: str, given: str) -> tuple[str, str]:
    """What such a page carried, link or code first; nothing where it was another browser's."""
    return carried_ways.opened(desk.keys, token, given) or ("", "")


def would_be_lost(desk: PatientDesk, token: str) -> bool:
    """Whether only this browser opens the draft in it, and something was done there."""
    with desk.database.write() as session:
        found = drafts.find(session, desk.keys, token, desk.now(), answering.limits(desk))
        if not isinstance(found, Draft) or not (found.answers or found.seen or found.unfinished):
            return False
        return ways_back.of_draft(session, *drafts.opened(session, desk.keys, token)) is None


def _make(desk: PatientDesk, token: str, *, anew: bool) -> None:
    drawn = Drawn.new(phrase_words())
    with desk.database.write() as session:
        draft = _opened(desk, session, token)
        before = ways_back.of_draft(session, *draft)
        # Pressed twice: the words somebody is writing down stay the right ones.
        if before is None or anew:
            may = before is not None and before.clinic_may_renew
            ways_back.make(session, desk.keys, draft, drawn, desk.now(), for_clinic=may)


def _opened(desk: PatientDesk, session: Session, token: str) -> tuple[UUID, SealingKey]:
    found = drafts.find(session, desk.keys, token, desk.now(), answering.limits(desk))
    if isinstance(found, Receipt):
        raise answering.AlreadySent(found)
    if found is None:
        raise answering.Expired
    return drafts.opened(session, desk.keys, token)


def _kind(found: Draft | Receipt | None) -> NoticeKind:
    may = isinstance(found, Draft) and found.answers.value("message_ok") == Chosen("yes")
    return NoticeKind.SAVED_FORM if may else NoticeKind.UNNAMED_SAVED_FORM


def _let_in(desk: PatientDesk, session: Session, found: Opened) -> str | None:
    now = desk.now()
    if found.draft is not None:
        return drafts.open_again(session, found.draft, now)
    return None if found.receipt is None else drafts.show_receipt(session, found.receipt, now)
