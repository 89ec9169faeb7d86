"""What is asked of patients after sending, and what comes back, as the bytes that are sealed and back."""

from intake.domain.notice_kinds import NoticeKind
from intake.domain.replies import AskedOfPatient, Reply, ReplyDraft
from intake.domain.ways_back import WayBack
from intake.storage.codec import signature_from_json, signature_to_json
from intake.storage.codec_answers import answers_from_json, answers_to_json
from intake.storage.codec_record import document_of, to_bytes
from intake.storage.codec_replies import (
    asked_from_json,
    asked_to_json,
    reply_draft_from_json,
    reply_draft_to_json,
)


def asked_of_patient_to_bytes(asked: AskedOfPatient) -> bytes:
    """What a patient may see of a question."""
    return to_bytes("asked_of_patient", asked_to_json(asked))


def asked_of_patient_from_bytes(content: bytes) -> AskedOfPatient:
    """The question as the patient sees it."""
    return asked_from_json(document_of("asked_of_patient", content))


def reply_draft_to_bytes(draft: ReplyDraft) -> bytes:
    """A reply that is being written."""
    return to_bytes("reply_draft", reply_draft_to_json(draft))


def reply_draft_from_bytes(content: bytes) -> ReplyDraft:
    """The reply as far as it is written."""
    return reply_draft_from_json(document_of("reply_draft", content))


def reply_to_bytes(reply: Reply) -> bytes:
    """Something more from a patient, signed."""
    written = {
        "words": reply.words,
        "changes": answers_to_json(reply.changes),
        "signature": signature_to_json(reply.signature),
        "asked": reply.asked,
    }
    return to_bytes("reply", written)


def reply_from_bytes(content: bytes) -> Reply:
    """The reply."""
    document = document_of("reply", content)
    changes, signature = answers_from_json(document["changes"]), document["signature"]
    return Reply(document["words"], changes, signature_from_json(signature), document["asked"])


def notice_to_bytes(
    recipient: str, secret: str, kind: NoticeKind, *, wanted: bool = True, language: str = "", draft: str = ""
) -> bytes:
    """Whom a notice goes to, the secret of the link in it, its kind, and whether it is to be sent.

    One to staff is as long whether it is wanted or not: its length would say so, sealed as it is. A language
    is the patient's, and left out for English: what was written before there was another is read as it was.
    So it is with ``draft``, the id of the saved form that the link leads to.
    """
    document: dict[str, object] = {"recipient": recipient, "secret": secret, "named": kind.names_the_clinic}
    # A message is written as it was when there was no other kind.
    if kind not in _MESSAGES.values():
        document["says"] = kind.value
    if kind.is_for_staff:
        document["wanted"] = int(wanted)
    elif language:
        document["language"] = language
    if draft:
        document["draft"] = draft
    return to_bytes("notice", document)


def notice_from_bytes(content: bytes) -> tuple[str, str, NoticeKind, bool, str, str]:
    """Recipient, secret, kind, whether it is to be sent, the language, and the saved form it is about."""
    document = document_of("notice", content)
    kind = NoticeKind(document["says"]) if "says" in document else _MESSAGES[document["named"]]
    wanted, language = bool(document.get("wanted", 1)), document.get("language", "")
    return document["recipient"], document["secret"], kind, wanted, language, document.get("draft", "")


_MESSAGES = {True: NoticeKind.MESSAGE, False: NoticeKind.UNNAMED_MESSAGE}


def way_back_to_bytes(way: WayBack) -> bytes:
    """What a patient needs to come back to a draft."""
    return to_bytes("way_back", {"secret": way.secret, "code": way.code, "phrase": way.phrase})


def way_back_from_bytes(content: bytes) -> WayBack:
    """What they need."""
    document = document_of("way_back", content)
    return WayBack(document["secret"], document["code"], document["phrase"])
