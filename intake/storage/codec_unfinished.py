"""Unfinished pages and what a page showed, as JSON and back.

The names written here are those of stored records and never change; the code's may.
"""

from collections.abc import Mapping
from uuid import UUID

from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.storage.codec_answers import Json
from intake.storage.codec_record import document_of, to_bytes


def unfinished_to_json(pages: Mapping[str, UnfinishedPage]) -> Json:
    """Each page by its id; what is not so is left out."""
    return {page: _page_to_json(one) for page, one in pages.items()}


def unfinished_from_json(document: Json) -> dict[str, UnfinishedPage]:
    """The pages."""
    return {page: _page_from_json(one) for page, one in document.items()}


def held_to_bytes(shown: ShownPage, typed: UnfinishedPage) -> bytes:
    """A page that was sent after its session ended."""
    return to_bytes("held_page", {"shown": shown_to_json(shown), "typed": _page_to_json(typed)})


def held_from_bytes(content: bytes) -> tuple[ShownPage, UnfinishedPage]:
    """The page: what it showed, and what stood in its boxes."""
    document = document_of("held_page", content)
    return shown_from_json(document["shown"]), _page_from_json(document["typed"])


def shown_to_json(shown: ShownPage) -> Json:
    """Whose draft, which page, and the marks of its answers; those of no answer are left out."""
    marks = {name: mark for name, mark in shown.marks.items() if mark}
    return {"draft": str(shown.draft), "page": shown.page, **({"marks": marks} if marks else {})}


def shown_from_json(document: Json) -> ShownPage:
    """What the page showed."""
    return ShownPage(UUID(document["draft"]), document["page"], document.get("marks", {}))


def _page_to_json(page: UnfinishedPage) -> Json:
    return {
        "boxes": [list(box) for box in page.boxes],
        **({} if page.marks is None else {"marks": dict(page.marks)}),
        **({"checked": True} if page.checked else {}),
    }


def _page_from_json(document: Json) -> UnfinishedPage:
    boxes = tuple((name, value) for name, value in document["boxes"])
    return UnfinishedPage(boxes, document.get("marks"), document.get("checked", False))
