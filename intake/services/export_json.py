"""A submission and its review as one JSON document; docs/export.md says what stands where.

The words of answers, rules and entries are those of stored records, whose names never change; the frame
around them is ours, and ``VERSION`` counts when it does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.leaving_out import LeftOut
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.rules import Lowered, MovedUp
from intake.domain.screening import Flag, Screening
from intake.domain.submissions import Submission
from intake.storage.codec_answers import answers_to_json
from intake.storage.codec_entries import entry_to_json
from intake.storage.codec_from_paper import from_paper_to_json
from intake.storage.codec_signatures import signed_with_to_json
from intake.storage.codec_wording import editions_to_json, line_to_json, outcome_to_json, part_to_json

FORMAT, VERSION = "intake submission", 1
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """One record as it leaves: by whom, when, with which notice, and what it is without.

    ``fingerprint`` is of the whole record, whatever was left out.
    """

    review: Review
    fingerprint: str
    by: StaffMember
    at: datetime
    notice: str
    left_out: LeftOut | None = None


def as_json(one: Exported, *, indent: int | None = None) -> bytes:
    """The document. ASCII alone, so that nothing a patient typed can break it.

    Without ``indent`` on one line, which takes a tenth of the time.
    """
    return json.dumps(document(one), indent=indent).encode() + b"\n"


def document(one: Exported) -> Json:
    """The document as dictionaries and lists."""
    review = one.review
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported": {
            "at": one.at.isoformat(),
            "by": one.by.printed_name,
            "notice": one.notice,
            "left_out": None if one.left_out is None else _left_out(one.left_out),
        },
        "fingerprint": one.fingerprint,
        "submission": _submission(review.submission),
        "earlier": [_submission(earlier) for earlier in review.earlier],
        "screenings": [_screening(screening) for screening in review.screenings],
        "flags": [_flag(flag, review) for flag in review.flags],
        "acknowledgements": [_acknowledgement(given) for given in review.acknowledgements],
        "entries": [entry_to_json(entry) for entry in review.entries],
        "sign_offs": [_sign_off(sign_off) for sign_off in review.sign_offs],
    }


def _left_out(left_out: LeftOut) -> Json:
    return {"parts": list(left_out.parts), "answers": left_out.answers, "outcomes": left_out.outcomes}


def _submission(submission: Submission) -> Json:
    signature = submission.signature
    return {
        "id": str(submission.id),
        "reference": submission.reference,
        "revision": submission.revision,
        "sent_at": submission.sent_at.isoformat(),
        "name": submission.name,
        "age": submission.age,
        "editions": editions_to_json(submission.editions),
        "parts": [part_to_json(part) for part in submission.transcript],
        "answers": answers_to_json(submission.answers),
        **_as_read(submission),
        "signature": {
            "typed_name": signature.typed_name,
            "agreed": list(signature.agreed),
            "at": signature.at.isoformat(),
            **({"signed_as": signature.signed_as} if signature.signed_as else {}),
        },
        **from_paper_to_json(submission.from_paper),
    }


def _as_read(submission: Submission) -> Json:
    """The same in the words of a patient who did not read English; left out for all others."""
    if not submission.language:
        return {}
    parts = [part_to_json(part) for part in submission.as_read]
    return {"as_read": {"language": submission.language, "parts": parts}}


def _screening(screening: Screening) -> Json:
    changed: tuple[Lowered | MovedUp, ...] = (*screening.lowered, *screening.moved_up)
    return {
        "at": screening.at.isoformat(),
        "as_of": None if screening.as_of is None else screening.as_of.isoformat(),
        "editions": editions_to_json(screening.editions),
        "complete": not screening.incomplete,
        "outcomes": [{"key": outcome.key, **outcome_to_json(outcome)} for outcome in screening.outcomes],
        "worked_out": [line_to_json(line) for line in screening.worked_out],
        "changed_by_clinic": [_changed(one) for one in changed],
    }


def _changed(change: Lowered | MovedUp) -> Json:
    return {
        "rule": change.rule,
        "title": change.title,
        "was": change.was.value,
        "now": None if change.now is None else change.now.value,
        "reason": change.reason,
        "by": change.by,
        "until": None if change.until is None else change.until.isoformat(),
    }


def _flag(flag: Flag, review: Review) -> Json:
    acknowledged = review.acknowledgement(flag.key)
    return {
        "key": flag.key,
        "rule": flag.outcome.rule,
        "title": flag.title,
        "priority": flag.outcome.priority.value,
        "outcome": flag.outcome.outcome.value,
        "also": list(flag.also),
        "acknowledged": None if acknowledged is None else _acknowledgement(acknowledged),
    }


def _acknowledgement(given: Acknowledgement) -> Json:
    return {
        "flag": given.flag,
        "clinician": str(given.clinician),
        "printed_name": given.printed_name,
        "note": given.note,
        "done": None if given.done is None else given.done.value,
        "at": given.at.isoformat(),
    }


def _sign_off(sign_off: SignOff) -> Json:
    return {
        "clinician": str(sign_off.clinician),
        "printed_name": sign_off.printed_name,
        "statement": sign_off.statement,
        "note": sign_off.note,
        "next_step": sign_off.next_step,
        "second_read": sign_off.second_read,
        "at": sign_off.at.isoformat(),
        "covers": sign_off.covers,
        "flags": list(sign_off.flags),
        "entries": sign_off.entries,
        **signed_with_to_json(sign_off.signed_with),
    }


def manifest(of: Mapping[str, Any]) -> bytes:
    """What stands in an export of many, beside the records."""
    return json.dumps({"format": "intake submissions", "version": VERSION, **of}, indent=1).encode() + b"\n"
