"""A database with something in every sealed column; what is sealed to a key of the key files, opened."""

import secrets
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import inspect, select

from intake.domain.answers import Answers
from intake.domain.notice_kinds import NoticeKind
from intake.domain.patient_requests import Asks, Handled, PatientRequest, RequestOutcome
from intake.domain.replies import AskedOfPatient, Reply, ReplyDraft
from intake.domain.review_entries import By
from intake.domain.same_person import SaidOfTwo
from intake.domain.submissions import Signature
from intake.domain.transcription import Transcription, Typing
from intake.storage import (
    accounts,
    auth_epochs,
    authenticator_apps,
    drafts,
    one_time_links,
    outgoing,
    own_copies,
    passkey_challenges,
    passkeys,
    patient_questions,
    patient_requests,
    provider_sign_ins,
    recovery_codes,
    replies,
    reply_sessions,
    rewrapping,
    safety_signals,
    same_person,
    staff_sessions,
    transcriptions,
    unfinished_sign_ins,
    ways_back,
)
from intake.storage.encryption import open_for_clinic, open_from_outbox
from intake.storage.key_entries import KeyPurpose
from intake.storage.one_time_links import Purpose
from intake.storage.passkey_challenges import Asked
from intake.storage.tables import StaffMemberRow
from storage.samples import (
    ALICE,
    MINUTE,
    NOW,
    _drawn,
    send,
    sign_off,
    signal,
    submission_of_pat,
    take_up_again,
)


def keep_one_of_each(session, keys):
    """One row for each of the columns; returns the id of a submission among them."""
    sent = send(session, keys)
    alice = accounts.add_member(session, keys, f"alice-{uuid4()}", "A. Lice, NP", [], NOW)
    accounts.set_password(session, keys, alice.id, "a hash of a password")
    accounts.set_notice_address(session, keys, alice.id, "alice@clinic.example")
    _prove(session, keys, alice.id)
    patient_requests.add(session, keys, uuid4(), PatientRequest(sent, 0, Asks.ERASE, "", NOW))
    replies.add(session, keys, uuid4(), sent, Reply("", Answers({}), Signature("Pat", (), NOW)))
    safety_signals.add(session, keys, signal())
    reference = f"HL-{uuid4().hex[:8]}"
    begun = Transcription(uuid4(), reference, "e" * 64, NOW, Typing(alice.id, "A. Lice"))
    transcriptions.add(session, keys, begun)
    addressed = outgoing.Addressed("pat@example.org", "secret", NoticeKind.MESSAGE)
    outgoing.add(session, keys, uuid4(), addressed, NOW)
    token, _ = drafts.start(session, keys, NOW)
    if session.scalar(select(ways_back.WayBackRow.id)) is None:
        ways_back.make(session, keys, drafts.opened(session, keys, token), _drawn(), NOW, for_clinic=True)
    return sent


def keep_the_rest(session, keys, sent, other):
    """What opens with a record's own key, or with what a patient or a browser has; about two submissions."""
    by = By(ALICE.id, ALICE.printed_name, NOW)
    sign_off(session, keys, sent)
    take_up_again(session, keys, sent)
    same_person.say(session, keys, sent, other, SaidOfTwo(True, by))
    handled = Handled(RequestOutcome.DONE, "", ALICE.id, ALICE.printed_name, NOW)
    patient_requests.add_step(session, keys, sent, 1, handled)
    asked = AskedOfPatient("Is it treated?", "A. Lice", NOW)
    patient_questions.make(session, keys, (sent, 1), "HL-7K4-92Q", asked, (NOW, NOW + MINUTE))
    reply_sessions.start(session, keys, sent, 1, ReplyDraft(asked, "It is."), NOW)
    own_copies.add(session, keys, str(uuid4()), submission_of_pat(), NOW)
    provider_sign_ins.begin(session, keys, None, NOW)
    token, _ = drafts.start(session, keys, NOW)
    ways_back.make(session, keys, drafts.opened(session, keys, token), _newly_drawn(), NOW, for_clinic=True)


def _newly_drawn():
    # Another link and another code; the words stay as stretched once, which is slow on purpose.
    one = _drawn()
    way = replace(one.way, secret=secrets.token_urlsafe(32), code=secrets.token_urlsafe(6))
    return replace(one, way=way)


def _prove(session, keys, member):
    """A passkey, an app, a recovery code, somebody at a provider; a session, a link, a sign-in under way."""
    row = session.get_one(StaffMemberRow, member)
    with auth_epochs.next_epoch(session, keys, row):
        passkeys.add(session, keys, row, passkeys.new(member, uuid4().bytes, b"key", 0, "Phone", (), NOW))
        authenticator_apps.put(session, keys, row, "a seed", 0, NOW)
        recovery_codes.put(session, keys, row, ["a hash of a code"])
    staff_sessions.start(session, keys, member, NOW)
    one_time_links.make(session, keys, Purpose.RESET, NOW + MINUTE, member)
    unfinished_sign_ins.begin(session, keys, row, NOW)
    passkey_challenges.make(session, keys, Asked.AGAIN, member, NOW)
    provider_sign_ins.link(session, keys, "https://id.example", str(member), member, NOW)


def all_opened(session, keys):
    """What is in each sealed value, by its column and its row; raises when one does not open."""
    found = {}
    for column in rewrapping.SEALED_COLUMNS:
        for row in session.scalars(select(column.row)):
            sealed, place = getattr(row, column.column), column.place(session, row)
            if sealed:
                found[str(column), inspect(row).identity] = _opened(keys, column.purpose, sealed, place)
    return found


def _opened(keys, purpose, sealed, place):
    match purpose:
        case KeyPurpose.CLINIC:
            return open_for_clinic(keys, sealed, place).secret
        case KeyPurpose.OUTBOX:
            return open_from_outbox(keys.outbox_keys, sealed, place).secret
        case _:
            return keys.staff_key.open(sealed, place)
