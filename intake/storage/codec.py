"""Drafts, submissions and screenings, as the bytes that are sealed and back."""

from datetime import date, datetime
from uuid import UUID

from intake.domain.answers import Answers
from intake.domain.screening import Screening
from intake.domain.submissions import Draft, Signature, Submission
from intake.storage.codec_answers import Json, answers_from_json, answers_to_json
from intake.storage.codec_from_paper import from_paper_from_json, from_paper_to_json
from intake.storage.codec_overlay import lowered_from_json, moved_up_from_json, overlay_to_json
from intake.storage.codec_record import document_of, to_bytes
from intake.storage.codec_safety_signals import told_from_json, told_to_json
from intake.storage.codec_unfinished import unfinished_from_json, unfinished_to_json
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


def draft_to_bytes(draft: Draft) -> bytes:
    """A draft."""
    return to_bytes(
        "draft",
        {
            "id": str(draft.id),
            "answers": answers_to_json(draft.answers),
            "questionnaire": draft.questionnaire,
            "revision": draft.revision,
            "seen": sorted(draft.seen),
            # Left out where there is none, so that an old record is written as it was.
            **({"asked_again": sorted(draft.asked_again)} if draft.asked_again else {}),
            # Left out where there are none, as in the records of the first versions.
            **({"unfinished": unfinished_to_json(draft.unfinished)} if draft.unfinished else {}),
            **({"checks": {tag: dict(marks) for tag, marks in draft.checks.items()}} if draft.checks else {}),
            **({} if draft.told is None else {"told": told_to_json(draft.told)}),
            **({"language": draft.language} if draft.language else {}),
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
        asked_again=frozenset(document.get("asked_again", ())),
        unfinished=unfinished_from_json(document.get("unfinished", {})),
        checks=document.get("checks", {}),
        told=told_from_json(document.get("told")),
        language=document.get("language", ""),
    )


def submission_to_bytes(submission: Submission) -> bytes:
    """A submission, with what was asked beside what was said."""
    return to_bytes(
        "submission",
        {
            "id": str(submission.id),
            "reference": submission.reference,
            "answers": answers_to_json(submission.answers),
            "transcript": [part_to_json(part) for part in submission.transcript],
            "signature": signature_to_json(submission.signature),
            "editions": editions_to_json(submission.editions),
            "sent_at": submission.sent_at.isoformat(),
            "revision": submission.revision,
            # Left out of what was sent on a screen, as in every older record.
            **from_paper_to_json(submission.from_paper),
            # Left out in English, so that an old record is written as it was.
            **({"language": submission.language} if submission.language else {}),
            **_as_read(submission),
        },
    )


def _as_read(submission: Submission) -> Json:
    parts = [part_to_json(part) for part in submission.as_read]
    return {"as_read": parts} if parts else {}


def submission_from_bytes(content: bytes) -> Submission:
    """The submission."""
    document = document_of("submission", content)
    return Submission(
        id=UUID(document["id"]),
        reference=document["reference"],
        answers=answers_from_json(document["answers"]),
        transcript=tuple(part_from_json(part) for part in document["transcript"]),
        signature=signature_from_json(document["signature"]),
        editions=editions_from_json(document["editions"]),
        sent_at=datetime.fromisoformat(document["sent_at"]),
        revision=document["revision"],
        from_paper=from_paper_from_json(document.get("from_paper")),
        language=document.get("language", ""),
        as_read=tuple(part_from_json(part) for part in document.get("as_read", ())),
    )


def sent_answers_from_bytes(content: bytes) -> tuple[Answers, datetime]:
    """The answers of a submission and when it was sent, without the words they were asked in."""
    document = document_of("submission", content)
    return answers_from_json(document["answers"]), datetime.fromisoformat(document["sent_at"])


def screening_to_bytes(screening: Screening) -> bytes:
    """A screening with every outcome, those not raised too."""
    return to_bytes(
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


def signature_to_json(signature: Signature) -> Json:
    """What was agreed to, by whom, when."""
    return {
        "typed_name": signature.typed_name,
        "agreed": list(signature.agreed),
        "at": signature.at.isoformat(),
        # Left out where the patient signs, as in every older record.
        **({"signed_as": signature.signed_as} if signature.signed_as else {}),
    }


def signature_from_json(document: Json) -> Signature:
    """The signature."""
    at = datetime.fromisoformat(document["at"])
    signed_as = document.get("signed_as", "")
    return Signature(document["typed_name"], tuple(document["agreed"]), at, signed_as)
