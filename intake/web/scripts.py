"""The few scripts there are: sent without what only their writers need, and kept by browsers for good."""

import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Response, abort

_FOLDER = Path(__file__).parent / "static"
_A_YEAR = 31_536_000


@cache
def script(name: str) -> bytes:
    """A script of ours without comments and without the spaces nobody needs."""
    lines = (line.strip() for line in (_FOLDER / name).read_text("utf-8").splitlines())
    source = "\n".join(line for line in lines if line and not line.startswith("//"))
    # Only what is true of our own files: no string in them has a space beside one of these.
    return re.sub(r" *([{}()=<>,;:?|&+-]) *", r"\1", source).encode()


def mark(content: bytes) -> str:
    """What stands in the address of a file, so that the address changes with its content."""
    return hashlib.sha256(content).hexdigest()[:12]


def kept_for_good(given: str, content: bytes, media_type: str) -> Response:
    """A file under the address that is its own; 404 under any other."""
    if given != mark(content):
        abort(404)
    response = Response(content, content_type=media_type)
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.cache_control.max_age = _A_YEAR
    return response
