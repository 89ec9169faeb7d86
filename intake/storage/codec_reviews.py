"""What clinicians record of a form, and what the queue shows of it, as the bytes that are sealed and back."""

from datetime import date, datetime
from uuid import UUID

from intake.domain.coming_back import CameBack, Since
from intake.domain.feedback import Feedback
from intake.domain.queue_entry import QueueEntry
from intake.domain.review_entries import Done, Entry
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.rules import Priority
from intake.domain.safety_log import Closing
from intake.domain.same_person import SaidOfTwo
from intake.domain.tally import Tally
from intake.storage.codec_answers import Json
from intake.storage.codec_entries import (
    UnknownEntry,
    by_from_json,
    by_to_json,
    entry_from_json,
    entry_to_json,
    standing_from_json,
    standing_to_json,
)
from intake.storage.codec_feedback import (
    closing_from_json,
    closing_to_json,
    feedback_from_json,
    feedback_to_json,
    tally_from_json,
    tally_to_json,
)
from intake.storage.codec_record import UnknownRecord, document_of, to_bytes
from intake.storage.codec_signatures import signed_with_from_json, signed_with_to_json


def acknowledgement_to_bytes(acknowledgement: Acknowledgement) -> bytes:
    """An acknowledgement."""
    return to_bytes(
        "acknowledgement",
        {
            "flag": acknowledgement.flag,
            "clinician": str(acknowledgement.clinician),
            "printed_name": acknowledgement.printed_name,
            "note": acknowledgement.note,
            "at": acknowledgement.at.isoformat(),
            **({} if acknowledgement.done is None else {"done": acknowledgement.done.value}),
        },
    )


def acknowledgement_from_bytes(content: bytes) -> Acknowledgement:
    """The acknowledgement."""
    document = document_of("acknowledgement", content)
    done = document.get("done")
    return Acknowledgement(
        flag=document["flag"],
        clinician=UUID(document["clinician"]),
        printed_name=document["printed_name"],
        note=document["note"],
        at=datetime.fromisoformat(document["at"]),
        done=None if done is None else Done(done),
    )


def sign_off_to_bytes(sign_off: SignOff) -> bytes:
    """A sign-off."""
    return to_bytes(
        "sign_off",
        {
            "clinician": str(sign_off.clinician),
            "printed_name": sign_off.printed_name,
            "statement": sign_off.statement,
            "note": sign_off.note,
            "at": sign_off.at.isoformat(),
            "covers": sign_off.covers,
            "flags": list(sign_off.flags),
            # Left out while they say nothing, as in a record of the first versions.
            **({"entries": sign_off.entries} if sign_off.entries else {}),
            **({"next_step": sign_off.next_step} if sign_off.next_step else {}),
            **({"second_read": True} if sign_off.second_read else {}),
            **signed_with_to_json(sign_off.signed_with),
        },
    )


def sign_off_from_bytes(content: bytes) -> SignOff:
    """The sign-off."""
    document = document_of("sign_off", content)
    return SignOff(
        clinician=UUID(document["clinician"]),
        printed_name=document["printed_name"],
        statement=document["statement"],
        note=document["note"],
        at=datetime.fromisoformat(document["at"]),
        covers=document["covers"],
        flags=tuple(document["flags"]),
        entries=document.get("entries", 0),
        next_step=document.get("next_step", ""),
        second_read=document.get("second_read", False),
        signed_with=signed_with_from_json(document.get("signed_with")),
    )


def feedback_to_bytes(feedback: Feedback) -> bytes:
    """What a clinician said of a flag, or of one that is missing."""
    return to_bytes("feedback", feedback_to_json(feedback))


def feedback_from_bytes(content: bytes) -> Feedback:
    """The feedback."""
    return feedback_from_json(document_of("feedback", content))


def closing_to_bytes(closing: Closing) -> bytes:
    """What came of an entry of the safety log."""
    return to_bytes("closing", closing_to_json(closing))


def closing_from_bytes(content: bytes) -> Closing:
    """The closing."""
    return closing_from_json(document_of("closing", content))


def tally_to_bytes(tally: Tally) -> bytes:
    """A screening, counted."""
    return to_bytes("tally", tally_to_json(tally))


def tally_from_bytes(content: bytes) -> Tally:
    """The tally."""
    return tally_from_json(document_of("tally", content))


def summary_to_bytes(entry: QueueEntry) -> bytes:
    """What the queue shows; whether it is signed or reopened lies in the open and not in here."""
    return to_bytes(
        "summary",
        {
            "submission": str(entry.submission),
            "reference": entry.reference,
            "name": entry.name,
            "age": entry.age,
            "priority": None if entry.priority is None else entry.priority.value,
            "titles": list(entry.titles),
            "flags": entry.flags,
            "cannot_tell": entry.cannot_tell,
            "incomplete": entry.incomplete,
            "sent_at": entry.sent_at.isoformat(),
            "born": None if entry.born is None else entry.born.isoformat(),
            "acknowledged": entry.acknowledged,
            "standing": standing_to_json(entry.standing),
            "came_back": _came_back_to_json(entry.came_back),
            **({"interpreter": entry.interpreter} if entry.interpreter else {}),
        },
    )


def summary_from_bytes(content: bytes) -> QueueEntry:
    """The line of the queue, as if neither signed nor reopened."""
    document = document_of("summary", content)
    priority, born = document["priority"], document.get("born")
    return QueueEntry(
        submission=UUID(document["submission"]),
        reference=document["reference"],
        name=document["name"],
        age=document["age"],
        priority=None if priority is None else Priority(priority),
        titles=tuple(document["titles"]),
        flags=document["flags"],
        cannot_tell=document["cannot_tell"],
        incomplete=document["incomplete"],
        sent_at=datetime.fromisoformat(document["sent_at"]),
        born=None if born is None else date.fromisoformat(born),
        acknowledged=document.get("acknowledged", 0),
        standing=standing_from_json(document.get("standing", {})),
        came_back=_came_back(document.get("came_back")),
        interpreter=document.get("interpreter", ""),
    )


def entry_to_bytes(entry: Entry) -> bytes:
    """One of the further facts of a review."""
    return to_bytes("entry", entry_to_json(entry))


def entry_from_bytes(content: bytes) -> Entry:
    """The fact. Raises UnknownRecord."""
    try:
        return entry_from_json(document_of("entry", content))
    except UnknownEntry as unknown:
        raise UnknownRecord(str(unknown)) from None


def _came_back_to_json(back: CameBack | None) -> Json | None:
    return None if back is None else {"since": back.since.value, "at": back.at.isoformat()}


def _came_back(document: Json | None) -> CameBack | None:
    if document is None:
        return None
    return CameBack(Since(document["since"]), datetime.fromisoformat(document["at"]))


def said_of_two_to_bytes(said: SaidOfTwo) -> bytes:
    """What a clinician says of two submissions."""
    return to_bytes("said_of_two", {"same": said.same, **by_to_json(said.by)})


def said_of_two_from_bytes(content: bytes) -> SaidOfTwo:
    """What was said."""
    document = document_of("said_of_two", content)
    return SaidOfTwo(document["same"], by_from_json(document))
