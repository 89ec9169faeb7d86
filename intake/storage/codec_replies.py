"""What patients are asked and reply, as JSON and back.

The names written here are those of stored records and never change; the code's may.
"""

from datetime import datetime

from intake.domain.replies import AskedOfPatient, ReplyDraft
from intake.storage.codec_answers import Json, answers_from_json, answers_to_json
from intake.storage.codec_unfinished import unfinished_from_json, unfinished_to_json
from intake.storage.codec_wording import line_from_json, line_to_json


def asked_to_json(asked: AskedOfPatient) -> Json:
    """A question as the patient sees it."""
    return {
        "words": asked.words,
        "asked_by": asked.asked_by,
        "asked_at": asked.asked_at.isoformat(),
        "about": [line_to_json(line) for line in asked.about],
        "again": asked.again,
        "given": answers_to_json(asked.given),
        "questionnaire": asked.questionnaire,
        "medicines": asked.medicines,
        **({"language": asked.language} if asked.language else {}),
    }


def asked_from_json(document: Json) -> AskedOfPatient:
    """The question."""
    return AskedOfPatient(
        words=document["words"],
        asked_by=document["asked_by"],
        asked_at=datetime.fromisoformat(document["asked_at"]),
        about=tuple(line_from_json(line) for line in document["about"]),
        again=document["again"],
        given=answers_from_json(document["given"]),
        questionnaire=document["questionnaire"],
        medicines=document["medicines"],
        language=document.get("language", ""),
    )


def reply_draft_to_json(draft: ReplyDraft) -> Json:
    """A reply that is being written, with the question it answers."""
    asked = None if draft.asked is None else asked_to_json(draft.asked)
    written = {"asked": asked, "words": draft.words, "changes": answers_to_json(draft.changes)}
    # Left out when there is none, so that a reply begun before there were any stays as it was.
    pages = {"unfinished": unfinished_to_json(draft.unfinished)} if draft.unfinished else {}
    return {**written, **pages}


def reply_draft_from_json(document: Json) -> ReplyDraft:
    """The reply as far as it is written."""
    asked = None if document["asked"] is None else asked_from_json(document["asked"])
    changes, pages = answers_from_json(document["changes"]), document.get("unfinished", {})
    return ReplyDraft(asked, document["words"], changes, unfinished_from_json(pages))
