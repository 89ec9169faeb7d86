"""Suggesting names while a medicine is typed: a script, and the names it looks through.

Both files are the same for everybody. What a patient types is compared in the browser, so
that it stands in no address and in no log until the form is sent.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue

from intake.domain.medicines import Formulary
from intake.web.guard import open_to_all
from intake.web.patient.start import start
from intake.web.patient.visits import the_desk

_SCRIPT = Path(__file__).parents[1] / "static" / "suggest.js"
_A_YEAR = 31_536_000

names = Blueprint("names", __name__)


def script_address() -> str:
    """Where the script is."""
    return url_for("start.names.script", mark=_mark(script()))


def names_address(formulary: Formulary) -> str:
    """Where the names are; the address changes with them and with nothing else."""
    return url_for("start.names.listed", mark=_mark(names_file(formulary)))


@cache
def script() -> bytes:
    """The script without what only its writers need."""
    lines = (line.strip() for line in _SCRIPT.read_text("utf-8").splitlines())
    source = "\n".join(line for line in lines if line and not line.startswith("//"))
    # Only what is true of our own file: no string in it has a space beside one of these.
    return re.sub(r" *([{}()=<>,;:?|&+-]) *", r"\1", source).encode()


def names_file(formulary: Formulary) -> bytes:
    """Every right spelling a medicine goes by, in the order of the alphabet."""
    spelled = {
        *(name for medicine in formulary.medicines for name in (medicine.name, *medicine.brands)),
        *(product.name for product in formulary.combinations),
    }
    return json.dumps(sorted(spelled, key=str.casefold), ensure_ascii=False, separators=(",", ":")).encode()


@names.get("/static/suggest/<mark>.js", endpoint="script")
@open_to_all
def send_script(mark: str) -> ResponseReturnValue:
    """The script, under the address that is its own."""
    return _kept_for_good(mark, script(), "text/javascript; charset=utf-8")


@names.get("/static/suggest/<mark>.json", endpoint="listed")
@open_to_all
def send_names(mark: str) -> ResponseReturnValue:
    """The names, under the address that is their own."""
    return _kept_for_good(mark, names_file(the_desk().library.formulary), "application/json")


# Beside the pages they belong to, so that the site has them as it has those.
start.register_blueprint(names)


def _kept_for_good(mark: str, content: bytes, media_type: str) -> Response:
    if mark != _mark(content):
        abort(404)
    response = Response(content, content_type=media_type)
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.cache_control.max_age = _A_YEAR
    return response


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
