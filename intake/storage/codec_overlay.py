"""What a clinic had changed of the shipped rules when a form was screened, as JSON and back.

The names written here are those of stored records and never change; the code's may.
"""

from datetime import date

from intake.domain.rules import Lowered, MovedUp, Priority
from intake.domain.screening import Screening
from intake.storage.codec_answers import Json


def overlay_to_json(screening: Screening) -> Json:
    """The keys of a screening's record that say what was changed.

    A list without entries is left out: a clinic without an overlay writes what was always
    written, so that an old screening made anew is the same to the byte.
    """
    lists = {
        "lowered": [_lowered_to_json(one) for one in screening.lowered],
        "moved_up": [_moved_up_to_json(one) for one in screening.moved_up],
    }
    return {key: entries for key, entries in lists.items() if entries}


def lowered_from_json(document: Json) -> Lowered:
    """A rule that was lowered, or silenced when it has no new priority."""
    now = document["now"]
    return Lowered(
        rule=document["rule"],
        title=document["title"],
        was=Priority(document["was"]),
        now=None if now is None else Priority(now),
        reason=document["reason"],
        by=document["by"],
        until=date.fromisoformat(document["until"]),
    )


def moved_up_from_json(document: Json) -> MovedUp:
    """A rule that was moved up."""
    until = document["until"]
    return MovedUp(
        rule=document["rule"],
        title=document["title"],
        was=Priority(document["was"]),
        now=Priority(document["now"]),
        reason=document["reason"],
        by=document["by"],
        until=None if until is None else date.fromisoformat(until),
    )


def _lowered_to_json(one: Lowered) -> Json:
    return {
        "rule": one.rule,
        "title": one.title,
        "was": one.was.value,
        "now": None if one.now is None else one.now.value,
        "reason": one.reason,
        "by": one.by,
        "until": one.until.isoformat(),
    }


def _moved_up_to_json(one: MovedUp) -> Json:
    return {
        "rule": one.rule,
        "title": one.title,
        "was": one.was.value,
        "now": one.now.value,
        "reason": one.reason,
        "by": one.by,
        "until": None if one.until is None else one.until.isoformat(),
    }
