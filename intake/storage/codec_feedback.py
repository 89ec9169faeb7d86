"""What is said of rules, and what is counted of them, as JSON and back.

The names written here are those of stored records and never change; the code's may.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from intake.domain.feedback import Feedback, FeedbackKind
from intake.domain.safety_log import Closing
from intake.domain.tally import Tally
from intake.storage.codec_answers import Json
from intake.storage.codec_wording import editions_from_json, editions_to_json


def feedback_to_json(feedback: Feedback) -> Json:
    """What a clinician said of a flag, or of one that is missing."""
    return {
        "says": feedback.says.value,
        "flag": feedback.flag,
        "rule": feedback.rule,
        "title": feedback.title,
        "words": feedback.words,
        "clinician": str(feedback.clinician),
        "printed_name": feedback.printed_name,
        "at": feedback.at.isoformat(),
    }


def feedback_from_json(document: Json) -> Feedback:
    """The feedback."""
    return Feedback(
        says=FeedbackKind(document["says"]),
        flag=document["flag"],
        rule=document["rule"],
        title=document["title"],
        words=document["words"],
        clinician=UUID(document["clinician"]),
        printed_name=document["printed_name"],
        at=datetime.fromisoformat(document["at"]),
    )


def closing_to_json(closing: Closing) -> Json:
    """What came of an entry of the safety log."""
    return {
        "entry": closing.entry,
        "note": closing.note,
        "clinician": str(closing.clinician),
        "printed_name": closing.printed_name,
        "at": closing.at.isoformat(),
    }


def closing_from_json(document: Json) -> Closing:
    """The closing."""
    return Closing(
        entry=document["entry"],
        note=document["note"],
        clinician=UUID(document["clinician"]),
        printed_name=document["printed_name"],
        at=datetime.fromisoformat(document["at"]),
    )


def tally_to_json(tally: Tally) -> Json:
    """The rules under each letter, the flags by rule, and the editions."""
    return {
        "rules": _lists(tally.rules),
        "flags": dict(tally.flags),
        "editions": editions_to_json(tally.editions),
        # Left out where it is not known, so that an old record is written as it was.
        **({"questions": _lists(tally.questions)} if tally.questions else {}),
    }


def tally_from_json(document: Json) -> Tally:
    """The tally."""
    return Tally(
        rules={letter: tuple(rules) for letter, rules in document["rules"].items()},
        flags=document["flags"],
        editions=editions_from_json(document["editions"]),
        questions={letter: tuple(found) for letter, found in document.get("questions", {}).items()},
    )


def _lists(lettered: Mapping[str, tuple[str, ...]]) -> Json:
    return {letter: list(found) for letter, found in lettered.items()}
