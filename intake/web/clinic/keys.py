"""The script that lets a clinician move about a page by keys."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from intake.web.guard import open_to_all
from intake.web.scripts import kept_for_good, mark, script

_NAME = "keys.js"

pages = Blueprint("keys", __name__)


def address() -> str:
    """Where the script is."""
    return url_for("keys.send", given=mark(script(_NAME)))


@pages.get("/static/keys/<given>.js")
@open_to_all
def send(given: str) -> ResponseReturnValue:
    """The script, under the address that is its own; nothing in it is about anybody."""
    return kept_for_good(given, script(_NAME), "text/javascript; charset=utf-8")
