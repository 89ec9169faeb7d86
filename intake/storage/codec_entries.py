"""The further facts of a review, and where it stands, as JSON and back.

The names written here are those of stored records and never change; the code's may.
"""

from datetime import date, datetime
from uuid import UUID

from intake.domain.review_entries import (
    By,
    Entry,
    JunkMark,
    JunkUndone,
    LookAgain,
    Question,
    QuestionWithdrawn,
    Reopening,
    Revised,
    TakenOver,
    Undoing,
    View,
    ViewKind,
)
from intake.domain.rules import Priority
from intake.domain.standing import Standing
from intake.storage.codec_answers import Json


class UnknownEntry(Exception):
    """An entry of a kind this version does not know."""


def entry_to_json(entry: Entry) -> Json:
    """One fact, under the name of its kind."""
    match entry:
        case Undoing():
            said = {"of": entry.acknowledgement, "flag": entry.flag, **by_to_json(entry.by)}
            return {"entry": "undoing", **said}
        case Reopening():
            return {"entry": "reopening", "reason": entry.reason, **by_to_json(entry.by)}
        case LookAgain():
            on = None if entry.on is None else entry.on.isoformat()
            flags = {} if entry.flags is None else {"flags": list(entry.flags)}
            return {"entry": "look_again", "on": on, "reason": entry.reason, **by_to_json(entry.by), **flags}
        case Question():
            about = {"flag": entry.flag, "question": entry.question, "title": entry.title}
            again = {"again": entry.again} if entry.again else {}
            stood = {} if entry.flags is None else {"flags": list(entry.flags)}
            said = {"words": entry.words, **about, **again}
            return {"entry": "question", **said, **by_to_json(entry.by), **stood}
        case QuestionWithdrawn():
            return {"entry": "question_withdrawn", "asked": entry.asked, **by_to_json(entry.by)}
        case Revised():
            return {
                "entry": "revised",
                "revision": entry.revision,
                "asked": entry.asked,
                "words": entry.words,
                "changed": list(entry.changed),
                "at": entry.at.isoformat(),
            }
        case View():
            priority = None if entry.priority is None else entry.priority.value
            said = {"kind_of_view": entry.kind.value, "priority": priority, "words": entry.words}
            number = {"screening": entry.screening} if entry.screening else {}
            skipped = {"skipped": True} if entry.skipped else {}
            return {"entry": "view", **said, **by_to_json(entry.by), **number, **skipped}
        case TakenOver():
            before = {"from": str(entry.taken_from), "from_name": entry.taken_from_name}
            return {"entry": "taken_over", **before, "reason": entry.reason, **by_to_json(entry.by)}
        case JunkMark():
            stood = {"flags": list(entry.flags)}
            return {"entry": "junk_mark", "reason": entry.reason, **by_to_json(entry.by), **stood}
        case JunkUndone():
            return {"entry": "junk_undone", **by_to_json(entry.by)}


def entry_from_json(document: Json) -> Entry:
    """The fact. Raises UnknownEntry."""
    match document["entry"]:
        case "undoing":
            return Undoing(document["of"], document["flag"], by_from_json(document))
        case "reopening":
            return Reopening(document["reason"], by_from_json(document))
        case "look_again":
            on = document["on"]
            day = None if on is None else date.fromisoformat(on)
            flags = document.get("flags")
            stood = None if flags is None else tuple(flags)
            return LookAgain(day, document["reason"], by_from_json(document), stood)
        case "question":
            about = (document["flag"], document["question"], document["title"])
            flags = document.get("flags")
            stood = None if flags is None else tuple(flags)
            by = by_from_json(document)
            return Question(document["words"], by, *about, document.get("again", ""), stood)
        case "question_withdrawn":
            return QuestionWithdrawn(document["asked"], by_from_json(document))
        case "revised":
            return Revised(
                document["revision"],
                document["asked"],
                document["words"],
                tuple(document["changed"]),
                datetime.fromisoformat(document["at"]),
            )
        case "view":
            priority = document["priority"]
            soon = None if priority is None else Priority(priority)
            return View(
                ViewKind(document["kind_of_view"]),
                soon,
                document["words"],
                by_from_json(document),
                screening=document.get("screening", 0),
                skipped=document.get("skipped", False),
            )
        case "taken_over":
            taken_from = UUID(document["from"])
            return TakenOver(taken_from, document["from_name"], document["reason"], by_from_json(document))
        case "junk_mark":
            return JunkMark(document["reason"], by_from_json(document), tuple(document["flags"]))
        case "junk_undone":
            return JunkUndone(by_from_json(document))
        case other:
            raise UnknownEntry(f"an entry of kind {other!r}: it may need a newer version of intake")


def standing_to_json(standing: Standing) -> Json:
    """Where a review stands; what is not so is left out."""
    written: Json = {}
    if standing.signed:
        written["signed"] = True
    if standing.look_again_on is not None:
        written["look_again_on"] = standing.look_again_on.isoformat()
    if standing.asked_at is not None:
        written["asked_at"] = standing.asked_at.isoformat()
    if standing.asked_last_at not in (None, standing.asked_at):
        written["asked_last_at"] = standing.asked_last_at.isoformat()
    if standing.needs_clinic:
        written["needs_clinic"] = True
    if standing.new_answer:
        written["new_answer"] = True
    if standing.second_read:
        written["second_read"] = True
    if standing.signed_by is not None:
        written["signed_by"] = str(standing.signed_by)
    if standing.junk_since is not None:
        written["junk_since"] = standing.junk_since.isoformat()
    return written


def standing_from_json(document: Json) -> Standing:
    """Where it stands."""
    on, asked_at = document.get("look_again_on"), document.get("asked_at")
    asked_last_at = document.get("asked_last_at", asked_at)
    signed_by, junk_since = document.get("signed_by"), document.get("junk_since")
    return Standing(
        signed=document.get("signed", False),
        look_again_on=None if on is None else date.fromisoformat(on),
        asked_at=None if asked_at is None else datetime.fromisoformat(asked_at),
        new_answer=document.get("new_answer", False),
        second_read=document.get("second_read", False),
        signed_by=None if signed_by is None else UUID(signed_by),
        asked_last_at=None if asked_last_at is None else datetime.fromisoformat(asked_last_at),
        needs_clinic=document.get("needs_clinic", False),
        junk_since=None if junk_since is None else datetime.fromisoformat(junk_since),
    )


def by_to_json(by: By) -> Json:
    """Who, under which name, and when."""
    return {"clinician": str(by.clinician), "printed_name": by.printed_name, "at": by.at.isoformat()}


def by_from_json(document: Json) -> By:
    """Who, under which name, and when."""
    at = datetime.fromisoformat(document["at"])
    return By(UUID(document["clinician"]), document["printed_name"], at)
