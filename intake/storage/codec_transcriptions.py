"""A paper that is being typed in, as the bytes that are sealed and back."""

from datetime import datetime
from uuid import UUID

from intake.domain.answers import Answers
from intake.domain.from_paper import Kept
from intake.domain.transcription import Settlement, Transcription, Typing
from intake.storage.codec_answers import Json, answers_from_json, answers_to_json
from intake.storage.codec_record import document_of, to_bytes


def transcription_to_bytes(transcription: Transcription) -> bytes:
    """Both typings, and what was settled."""
    second = transcription.second
    return to_bytes(
        "transcription",
        {
            "id": str(transcription.id),
            "reference": transcription.reference,
            "paper_edition": transcription.paper_edition,
            "begun_at": transcription.begun_at.isoformat(),
            "first": _typing_to_json(transcription.first),
            "second": None if second is None else _typing_to_json(second),
            "settlements": [_settlement_to_json(one) for one in transcription.settlements],
            "revision": transcription.revision,
            **({"language": transcription.language} if transcription.language else {}),
        },
    )


def transcription_from_bytes(content: bytes) -> Transcription:
    """The transcription. Raises UnknownRecord."""
    document = document_of("transcription", content)
    second = document["second"]
    return Transcription(
        id=UUID(document["id"]),
        reference=document["reference"],
        paper_edition=document["paper_edition"],
        begun_at=datetime.fromisoformat(document["begun_at"]),
        first=_typing_from_json(document["first"]),
        second=None if second is None else _typing_from_json(second),
        settlements=tuple(_settlement_from_json(one) for one in document["settlements"]),
        revision=document["revision"],
        language=document.get("language", ""),
    )


def _typing_to_json(typing: Typing) -> Json:
    return {
        "by": str(typing.by),
        "printed_name": typing.printed_name,
        "answers": answers_to_json(typing.answers),
        "unread": sorted(typing.unread),
        "seen": sorted(typing.seen),
        "remarks": typing.remarks,
        "finished_at": None if typing.finished_at is None else typing.finished_at.isoformat(),
    }


def _typing_from_json(document: Json) -> Typing:
    finished_at = document["finished_at"]
    return Typing(
        by=UUID(document["by"]),
        printed_name=document["printed_name"],
        answers=answers_from_json(document["answers"]),
        unread=frozenset(document["unread"]),
        seen=frozenset(document["seen"]),
        remarks=document["remarks"],
        finished_at=None if finished_at is None else datetime.fromisoformat(finished_at),
    )


def _settlement_to_json(one: Settlement) -> Json:
    answer = (
        None if one.answer is None else answers_to_json(Answers({one.question: one.answer}))[one.question]
    )
    return {
        "question": one.question,
        "kept": one.kept.value,
        "answer": answer,
        "by": one.by,
        "at": one.at.isoformat(),
    }


def _settlement_from_json(document: Json) -> Settlement:
    question, answer = document["question"], document["answer"]
    return Settlement(
        question,
        Kept(document["kept"]),
        None if answer is None else answers_from_json({question: answer})[question],
        document["by"],
        datetime.fromisoformat(document["at"]),
    )
