"""What is kept of a paper besides its answers, as JSON and back."""

from datetime import date, datetime
from typing import Any

from intake.domain.from_paper import FromPaper, Kept, Remark, Settled
from intake.storage.codec_answers import Json


def from_paper_to_json(paper: FromPaper | None) -> dict[str, Json]:
    """What goes into the record of a submission; nothing for one that was sent on a screen."""
    return {} if paper is None else {"from_paper": paper_to_json(paper)}


def paper_to_json(paper: FromPaper) -> Json:
    """What is kept of a paper."""
    return {
        "edition": paper.edition,
        "signed_on": None if paper.signed_on is None else paper.signed_on.isoformat(),
        "typed_by": list(paper.typed_by),
        "seen_by": paper.seen_by,
        "unread": list(paper.unread),
        "not_asked": list(paper.not_asked),
        "remarks": [{"by": one.by, "words": one.words} for one in paper.remarks],
        "settled": [_settled_to_json(one) for one in paper.settled],
    }


def from_paper_from_json(document: dict[str, Any] | None) -> FromPaper | None:
    """What is kept of a paper; None for a submission that was sent on a screen."""
    if document is None:
        return None
    signed_on = document["signed_on"]
    return FromPaper(
        edition=document["edition"],
        signed_on=None if signed_on is None else date.fromisoformat(signed_on),
        typed_by=tuple(document["typed_by"]),
        seen_by=document["seen_by"],
        unread=tuple(document["unread"]),
        not_asked=tuple(document["not_asked"]),
        remarks=tuple(Remark(one["by"], one["words"]) for one in document["remarks"]),
        settled=tuple(_settled_from_json(one) for one in document["settled"]),
    )


def _settled_to_json(one: Settled) -> Json:
    return {
        "question": one.question,
        "first": one.first,
        "second": one.second,
        "kept": one.kept.value,
        "by": one.by,
        "at": one.at.isoformat(),
    }


def _settled_from_json(document: Json) -> Settled:
    return Settled(
        document["question"],
        document["first"],
        document["second"],
        Kept(document["kept"]),
        document["by"],
        datetime.fromisoformat(document["at"]),
    )
