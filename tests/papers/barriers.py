"""What keeps people who cannot see out of a PDF, as far as its tags tell (PDF/UA-1, ISO 14289-1).

No checker of PDF/UA can be installed from the places this project installs from, so these are its
checks that can be made by reading the document's objects. Whether the words make sense when read out
is for a person to say.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from pdf import Pdf, Reference, Stream, Tag, text

_HEADING = re.compile(r"H([1-6])")
_INSIDE = {
    "LI": {"L"},
    "Lbl": {"LI"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
}
# What a list and a row of a table hold, and nothing else.
_HOLDS = {"L": {"L", "LI", "Caption"}, "LI": {"Lbl", "LBody", "L"}, "TR": {"TH", "TD"}}


def barriers(document: Pdf) -> list[str]:
    """Every barrier found, in words."""
    return [*_of_the_document(document), *_of_the_tags(document.tags), *_of_the_content(document)]


def _of_the_document(document: Pdf) -> Iterator[str]:
    root = document.root
    if not (document.of(root.get("MarkInfo")) or {}).get("Marked"):
        yield "it does not say that it is tagged"
    if "StructTreeRoot" not in root:
        yield "it has no tree of tags"
    if not text(root.get("Lang")):
        yield "it has no language"
    if not text(document.information.get("Title")):
        yield "it has no title"
    if not (document.of(root.get("ViewerPreferences")) or {}).get("DisplayDocTitle"):
        yield "readers show the file's name and not its title"
    metadata = document.of(root.get("Metadata"))
    if not isinstance(metadata, Stream) or not re.search(rb"pdfuaid:part\W*1", metadata.content):
        yield "it does not say that it is PDF/UA-1"


def _of_the_tags(tags: list[Tag]) -> Iterator[str]:
    levels = [int(found[1]) for tag in tags if (found := _HEADING.fullmatch(tag.role))]
    if not levels or levels[0] != 1:
        yield "its first heading is not of the first level"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"
    if levels.count(1) > 1:
        yield "it has several headings of the first level"
    for tag in tags:
        yield from _of_a_tag(tag)


def _of_a_tag(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if tag.role not in _INSIDE.get(child.role, {tag.role}):
            yield f"a {child.role} stands in a {tag.role}"
        if child.role not in _HOLDS.get(tag.role, {child.role}):
            yield f"a {tag.role} holds a {child.role}"
    if tag.role == "Figure" and not text(tag.entries.get("Alt")):
        yield "a picture has no words"
    if tag.role == "Table":
        cells = [one for one in tag.all() if one.role in ("TH", "TD")]
        if not any(one.role == "TH" for one in cells):
            yield "a table has no headings"
        if any(one.role == "TD" and not _headers(one) for one in cells):
            yield "a cell of a table has no heading"


def _headers(cell: Tag) -> list[object]:
    found = (cell.entries.get("A") or {}).get("Headers", [])
    return list(found)


def _of_the_content(document: Pdf) -> Iterator[str]:
    for one in document.objects.values():
        if isinstance(one, dict) and one.get("Subtype") == "Link":
            if not text(one.get("Contents")):
                yield "a link has no words"
            if "StructParent" not in one:
                yield "a link is not tagged"
        if isinstance(one, dict) and one.get("Type") == "FontDescriptor" and not _is_embedded(one):
            yield "a font is not in the document"
        if isinstance(one, dict) and one.get("Type") == "Page":
            if one.get("Tabs") != "S":
                yield "on a page the order of the tab key is not the order of reading"
            if "StructParents" not in one:
                yield "a page is not tagged"
    for words in document.pages:
        if "\N{REPLACEMENT CHARACTER}" in words:
            yield "a letter cannot be told"


def _is_embedded(font: dict[str, object]) -> bool:
    return any(isinstance(font.get(name), Reference) for name in ("FontFile", "FontFile2", "FontFile3"))
