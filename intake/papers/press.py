"""The engine's own process: reads one sheet from standard input, writes one PDF to standard output.

Run by its path and never as a part of the program (``engine.py`` does): it imports nothing of
intake, so that it holds no key, no setting and no database. Answers of patients pass through
it, and somebody will try to make it fetch something: it is refused every address but those of
the files it was handed, and the process itself may reach no network and write no file.
"""

import base64
import json
import logging
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

# What the process says when it ends; anything else is a failure of its own.
MADE, MISSING = 0, 3
# Files a sheet brings along stand under this scheme: nothing else of the kind exists anywhere.
SCHEME = "sheet:"
VARIANT = "pdf/ua-1"
_MEGABYTE = 1024 * 1024
_REACHING_OUT = ("socket.", "urllib.", "subprocess.", "os.exec", "os.system", "os.posix_spawn", "os.fork")


class Refused(ValueError):
    """A page asked for something it was not handed. WeasyPrint goes on without it."""


def pressed(html: str, stylesheet: str, files: Mapping[str, bytes]) -> bytes:
    """The PDF of a page. ``files`` are all it may show, each by its name after ``sheet:``.

    Raises ImportError or OSError where the engine or a library of its system is not installed.
    """
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Handed(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        """Gives out what the sheet brought along, and refuses everything else."""

        def fetch(self, url: str, headers: object = None) -> object:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in files:
                raise Refused("only what was handed over may be shown")
            return URLFetcherResponse(url, files[name])

    fetcher = Handed()
    style = CSS(string=stylesheet, base_url=SCHEME, url_fetcher=fetcher)
    page = HTML(string=html, base_url=SCHEME, url_fetcher=fetcher)
    made: bytes = page.write_pdf(stylesheets=[style], finisher=_finish, pdf_variant=VARIANT, pdf_tags=True)
    return made


def _finish(_document: object, pdf: Any) -> None:  # noqa: ANN401 - WeasyPrint ships no types
    _tag_rows(pdf)
    _describe_links(pdf)


def _tag_rows(pdf: Any) -> None:  # noqa: ANN401 - WeasyPrint ships no types
    """Tag each question and its answer as one item of a list: the question its label, the answer its body.

    Our rows are ``dl > div > dt + dd``. The engine tags them as a list with divisions in it, which no
    list may have (ISO 14289-1, 7.6), and question and answer as two items that have nothing to do
    with each other.
    """
    objects: list[Any] = pdf.objects
    elements = (one for one in objects if isinstance(one, dict) and one.get("Type") == "/StructElem")
    tags: dict[int, Any] = {one.number: one for one in elements}  # type: ignore[attr-defined]  # pydyf's own

    def kids(tag: dict[str, Any]) -> list[Any]:
        numbers = (int(kid.split()[0]) for kid in tag["K"] if isinstance(kid, bytes))
        return [tags[number] for number in numbers if number in tags]

    rows = [row for one in tags.values() if one["S"] == "/L" for row in kids(one) if row["S"] == "/Div"]
    for row in rows:
        inside = row
        # What lays a row out (a table, its rows) is a division in a division.
        while len(found := kids(inside)) == 1 and found[0]["S"] == "/Div":
            inside = found[0]
        row["S"], row["K"] = "/LI", inside["K"]
        for place, part in enumerate(kids(row)):
            part["S"], part["P"] = "/LBody" if place else "/Lbl", row.reference
            for inner in kids(part):
                if inner["S"] == "/LBody":
                    inner["S"] = "/NonStruct"


def _describe_links(pdf: Any) -> None:  # noqa: ANN401 - WeasyPrint ships no types
    """Say what a link within the paper does: the engine says the name of the place, which is for programs."""
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("Subtype") == "/Link" and "Dest" in one:
            one["Contents"] = "(To another place in this paper)"


def main() -> int:
    """Read a sheet, write its PDF."""
    # The engine quotes the page in its warnings, and the page is about a patient.
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin)
    _limit(asked["seconds"], asked["megabytes"])
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return MISSING
    if asked["html"] is None:  # only asked whether the engine is here
        return MADE
    sys.addaudithook(_stay_inside)
    files = {name: base64.b64decode(content) for name, content in asked["files"].items()}
    sys.stdout.buffer.write(pressed(asked["html"], asked["stylesheet"], files))
    return MADE


def _stay_inside(event: str, _arguments: object) -> None:
    if event.startswith(_REACHING_OUT):
        raise Refused(event)


def _limit(seconds: int, megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: there the parent's clock is all there is
        return
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * _MEGABYTE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for which, most in limits:
        try:
            resource.setrlimit(which, (most, most))
        except (OSError, ValueError):  # the system has a lower one already, or none of the kind
            continue


def _end(code: int) -> NoReturn:
    sys.stdout.flush()
    raise SystemExit(code)


if __name__ == "__main__":
    _end(main())
