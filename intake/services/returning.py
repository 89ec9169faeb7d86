"""Coming back to a saved form: the link or code and the four words, on any device.

Whoever does not have both is told one thing, whatever the reason, after as much work.
"""

import logging
from datetime import timedelta
from ipaddress import ip_address, ip_network
from threading import Event
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from intake.content.phrase_words import phrase_words
from intake.domain.answers import Chosen
from intake.domain.notice_kinds import NoticeKind
from intake.domain.submissions import Draft, Receipt
from intake.domain.ways_back import WayBack, handle_in
from intake.services import answering, notice_words, notices
from intake.services.clinic import PatientDesk
from intake.storage import drafts, lockouts, outgoing, own_copies, ways_back
from intake.storage.drawn_ways import Drawn
from intake.storage.encryption import SealingKey
from intake.storage.lockouts import Limit
from intake.storage.outgoing import Addressed
from intake.storage.passwords import stretched
from intake.storage.ways_back import KEPT, Kept, Opened

_log = logging.getLogger("intake")

# security.md 3. Nobody types their own words wrong so often, and a clinic's own network is one of many.
WRONG_FROM_A_NETWORK = Limit(failures=20, within=timedelta(hours=1), pause=timedelta(hours=1))
KEPT_DAYS = KEPT.days
_ERASE_EVERY = 3600.0  # seconds
# One house, one customer: what an address of version 6 belongs to.
_NETWORK_BITS = {4: 32, 6: 64}


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
        addressed = Addressed(address, known.way.secret, _kind(found), language=desk.language)
        outgoing.add(session, desk.keys, uuid4(), addressed, desk.now())
        ways_back.note_mail(session, draft_id)


def come_back(desk: PatientDesk, typed_handle: str, typed_phrase: str, source: str) -> str | None:
    """The token of a browser that has the saved form open; None for any refusal.

    ``source`` is the address the try comes from; only its network is counted, and only as a keyed digest.
    Every earlier browser of the form is signed out.
    """
    now, handle = desk.now(), handle_in(typed_handle)
    phrase = phrase_words().read(typed_phrase)
    network = lockouts.who(desk.keys.secret_key, "way back", network_of(source))
    with desk.database.read() as session:
        if lockouts.is_paused(lockouts.find(session, network), now):
            return None
        salt = ways_back.salt_for(session, handle)
    worked_out = stretched(phrase or "", salt)
    with desk.database.write() as session:
        is_phrase = phrase is not None
        drafts.hold_browsers(session, ways_back.draft_of(session, handle))
        found = ways_back.open_with(session, desk.keys, handle, worked_out, now, is_phrase=is_phrase)
        if found is None:
            _count(session, network, desk, is_phrase=is_phrase)
            return None
        return _let_in(desk, session, found)


def would_be_lost(desk: PatientDesk, token: str) -> bool:
    """Whether only this browser opens the draft in it, and something was done there."""
    with desk.database.write() as session:
        found = drafts.find(session, desk.keys, token, desk.now(), answering.limits(desk))
        if not isinstance(found, Draft) or not (found.answers or found.seen or found.unfinished):
            return False
        return ways_back.of_draft(session, *drafts.opened(session, desk.keys, token)) is None


def erase_expired(desk: PatientDesk) -> int:
    """Erase every draft whose time is over; how many. No copy of them stays in the database's files.

    With them go the copies of what was sent whose day is over.
    """
    with desk.database.write() as session:
        erased = drafts.remove_expired(session, desk.now(), answering.limits(desk))
        copies = own_copies.remove_over(session, desk.now())
    if erased or copies:
        desk.database.empty_log()
    return erased


def keep_erasing(desk: PatientDesk, stop: Event, every: float = _ERASE_EVERY) -> None:
    """Erase what is over until told to stop: on the clock, also where nobody starts a form for weeks."""
    while not stop.is_set():
        try:
            erase_expired(desk)
        except Exception as error:
            # This thread must outlive a database that is busy for a while.
            _log.error("expired drafts were not erased (%s)", type(error).__name__)
        stop.wait(every)


def network_of(source: str) -> str:
    """What an address belongs to: itself, or its /64. What is no address stands for itself."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    return str(ip_network((address, _NETWORK_BITS[address.version]), strict=False))


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


def _count(session: Session, network: bytes, desk: PatientDesk, *, is_phrase: bool) -> None:
    now = desk.now()
    lockout = lockouts.hold(session, network, now)
    if is_phrase:
        lockouts.count(lockout, WRONG_FROM_A_NETWORK, now)
