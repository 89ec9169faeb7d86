"""What is sealed, as bytes and back: each record says which form it was written in.

Every record is filled up with spaces to a multiple of 256 bytes or more, so that the length of
what is sealed does not tell how much a patient had to say.
"""

import json
from datetime import date, datetime
from uuid import UUID

from intake.domain.answers import Answers
from intake.domain.coming_back import CameBack, Since
from intake.domain.feedback import Feedback
from intake.domain.queue_entry import QueueEntry
from intake.domain.replies import AskedOfPatient, Reply, ReplyDraft
from intake.domain.review import Acknowledgement, SignOff
from intake.domain.review_entries import Done, Entry
from intake.domain.rules import Priority
from intake.domain.safety_log import Closing
from intake.domain.same_person import SaidOfTwo
from intake.domain.screening import Screening
from intake.domain.submissions import Draft, Signature, Submission
from intake.domain.tally import Tally
from intake.storage.codec_answers import Json, answers_from_json, answers_to_json
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
from intake.storage.codec_overlay import lowered_from_json, moved_up_from_json, overlay_to_json
from intake.storage.codec_replies import (
    asked_from_json,
    asked_to_json,
    reply_draft_from_json,
    reply_draft_to_json,
)
from intake.storage.codec_wording import (
    editions_from_json,
    editions_to_json,
    line_from_json,
    line_to_json,
    outcome_from_json,
    outcome_to_json,
    part_from_json,
    part_to_json,
)

VERSION = 1
_STEP = 256
# Steps of their own for records whose few bytes more or less would tell how many flags a
# patient has (the shipped rules, all raised, with every question, fit in one), whether feedback
# names a rule, where a review stands, how much was asked of a patient, or how much they wrote.
# Tallies of the first versions were filled up to 16384.
_STEPS = {
    "tally": 24576,
    "feedback": 1024,
    "summary": 1024,
    "entry": 1024,
    "asked_of_patient": 4096,
    "reply_draft": 4096,
    "reply": 4096,
    "notice": 1024,
}


class UnknownRecord(Exception):
    """A record was written by a newer version of the program, or is none of ours."""


def document_of(kind: str, content: bytes) -> Json:
    """The record as it was written. Raises UnknownRecord."""
    document: Json = json.loads(content)
    if document.get("v") != VERSION or document.get("kind") != kind:
        raise UnknownRecord(
            f"expected a {kind} in form {VERSION}, found {document.get('kind')!r} in form "
            f"{document.get('v')!r}: it may need a newer version of intake"
        )
    return document


def draft_to_bytes(draft: Draft) -> bytes:
    """A draft."""
    return _to_bytes(
        "draft",
        {
            "id": str(draft.id),
            "answers": answers_to_json(draft.answers),
            "questionnaire": draft.questionnaire,
            "revision": draft.revision,
            "seen": sorted(draft.seen),
        },
    )


def draft_from_bytes(content: bytes) -> Draft:
    """The draft."""
    document = document_of("draft", content)
    return Draft(
        id=UUID(document["id"]),
        answers=answers_from_json(document["answers"]),
        questionnaire=document["questionnaire"],
        revision=document["revision"],
        seen=frozenset(document["seen"]),
    )


def submission_to_bytes(submission: Submission) -> bytes:
    """A submission, with what was asked beside what was said."""
    return _to_bytes(
        "submission",
        {
            "id": str(submission.id),
            "reference": submission.reference,
            "answers": answers_to_json(submission.answers),
            "transcript": [part_to_json(part) for part in submission.transcript],
            "signature": _signature_to_json(submission.signature),
            "editions": editions_to_json(submission.editions),
            "sent_at": submission.sent_at.isoformat(),
            "revision": submission.revision,
        },
    )


def submission_from_bytes(content: bytes) -> Submission:
    """The submission."""
    document = document_of("submission", content)
    return Submission(
        id=UUID(document["id"]),
        reference=document["reference"],
        answers=answers_from_json(document["answers"]),
        transcript=tuple(part_from_json(part) for part in document["transcript"]),
        signature=_signature_from_json(document["signature"]),
        editions=editions_from_json(document["editions"]),
        sent_at=datetime.fromisoformat(document["sent_at"]),
        revision=document["revision"],
    )


def sent_answers_from_bytes(content: bytes) -> tuple[Answers, datetime]:
    """The answers of a submission and when it was sent, without the words they were asked in."""
    document = document_of("submission", content)
    return answers_from_json(document["answers"]), datetime.fromisoformat(document["sent_at"])


def screening_to_bytes(screening: Screening) -> bytes:
    """A screening with every outcome, those not raised too."""
    return _to_bytes(
        "screening",
        {
            "outcomes": [outcome_to_json(outcome) for outcome in screening.outcomes],
            "editions": editions_to_json(screening.editions),
            "at": screening.at.isoformat(),
            "worked_out": [line_to_json(line) for line in screening.worked_out],
            # Left out where it is not known, so that an old record is written as it was.
            **({} if screening.as_of is None else {"as_of": screening.as_of.isoformat()}),
            **({} if screening.revision == 1 else {"revision": screening.revision}),
            **overlay_to_json(screening),
        },
    )


def screening_from_bytes(content: bytes) -> Screening:
    """The screening."""
    document = document_of("screening", content)
    as_of = document.get("as_of")
    return Screening(
        outcomes=tuple(outcome_from_json(outcome) for outcome in document["outcomes"]),
        editions=editions_from_json(document["editions"]),
        at=datetime.fromisoformat(document["at"]),
        # Records of the first versions have neither.
        worked_out=tuple(line_from_json(line) for line in document.get("worked_out", ())),
        as_of=None if as_of is None else date.fromisoformat(as_of),
        revision=document.get("revision", 1),
        lowered=tuple(lowered_from_json(one) for one in document.get("lowered", ())),
        moved_up=tuple(moved_up_from_json(one) for one in document.get("moved_up", ())),
    )


def acknowledgement_to_bytes(acknowledgement: Acknowledgement) -> bytes:
    """An acknowledgement."""
    return _to_bytes(
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
    return _to_bytes(
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
    )


def feedback_to_bytes(feedback: Feedback) -> bytes:
    """What a clinician said of a flag, or of one that is missing."""
    return _to_bytes("feedback", feedback_to_json(feedback))


def feedback_from_bytes(content: bytes) -> Feedback:
    """The feedback."""
    return feedback_from_json(document_of("feedback", content))


def closing_to_bytes(closing: Closing) -> bytes:
    """What came of an entry of the safety log."""
    return _to_bytes("closing", closing_to_json(closing))


def closing_from_bytes(content: bytes) -> Closing:
    """The closing."""
    return closing_from_json(document_of("closing", content))


def tally_to_bytes(tally: Tally) -> bytes:
    """A screening, counted."""
    return _to_bytes("tally", tally_to_json(tally))


def tally_from_bytes(content: bytes) -> Tally:
    """The tally."""
    return tally_from_json(document_of("tally", content))


def summary_to_bytes(entry: QueueEntry) -> bytes:
    """What the queue shows; whether it is signed or reopened lies in the open and not in here."""
    return _to_bytes(
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
    )


def entry_to_bytes(entry: Entry) -> bytes:
    """One of the further facts of a review."""
    return _to_bytes("entry", entry_to_json(entry))


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


def asked_of_patient_to_bytes(asked: AskedOfPatient) -> bytes:
    """What a patient may see of a question."""
    return _to_bytes("asked_of_patient", asked_to_json(asked))


def asked_of_patient_from_bytes(content: bytes) -> AskedOfPatient:
    """The question as the patient sees it."""
    return asked_from_json(document_of("asked_of_patient", content))


def reply_draft_to_bytes(draft: ReplyDraft) -> bytes:
    """A reply that is being written."""
    return _to_bytes("reply_draft", reply_draft_to_json(draft))


def reply_draft_from_bytes(content: bytes) -> ReplyDraft:
    """The reply as far as it is written."""
    return reply_draft_from_json(document_of("reply_draft", content))


def reply_to_bytes(reply: Reply) -> bytes:
    """Something more from a patient, signed."""
    written = {
        "words": reply.words,
        "changes": answers_to_json(reply.changes),
        "signature": _signature_to_json(reply.signature),
        "asked": reply.asked,
    }
    return _to_bytes("reply", written)


def reply_from_bytes(content: bytes) -> Reply:
    """The reply."""
    document = document_of("reply", content)
    changes, signature = answers_from_json(document["changes"]), document["signature"]
    return Reply(document["words"], changes, _signature_from_json(signature), document["asked"])


def notice_to_bytes(recipient: str, secret: str, *, named: bool) -> bytes:
    """Whom a notice goes to, the secret of the link in it, and whether it may name the clinic."""
    return _to_bytes("notice", {"recipient": recipient, "secret": secret, "named": named})


def notice_from_bytes(content: bytes) -> tuple[str, str, bool]:
    """Recipient, secret, and whether it may name the clinic."""
    document = document_of("notice", content)
    return document["recipient"], document["secret"], document["named"]


def said_of_two_to_bytes(said: SaidOfTwo) -> bytes:
    """What a clinician says of two submissions."""
    return _to_bytes("said_of_two", {"same": said.same, **by_to_json(said.by)})


def said_of_two_from_bytes(content: bytes) -> SaidOfTwo:
    """What was said."""
    document = document_of("said_of_two", content)
    return SaidOfTwo(document["same"], by_from_json(document))


def _signature_to_json(signature: Signature) -> Json:
    return {
        "typed_name": signature.typed_name,
        "agreed": list(signature.agreed),
        "at": signature.at.isoformat(),
    }


def _signature_from_json(document: Json) -> Signature:
    at = datetime.fromisoformat(document["at"])
    return Signature(document["typed_name"], tuple(document["agreed"]), at)


def _to_bytes(kind: str, document: Json) -> bytes:
    # ASCII escapes keep even lone surrogates, which a hostile browser can send.
    written = json.dumps({"v": VERSION, "kind": kind, **document}, separators=(",", ":")).encode()
    return written + b" " * (-len(written) % _STEPS.get(kind, _STEP))
