"""The script of the two pages that open with a link: it takes the secret out of the address."""

from flask import Blueprint, Response, url_for

from intake.web.guard import open_to_all
from intake.web.scripts import kept_for_good, mark, script

_NAME = "link.js"

link_script = Blueprint("link_script", __name__)


def link_script_address() -> str:
    """Where the script is."""
    return url_for("link_script.send", given=mark(script(_NAME)))


@link_script.get("/static/link/<given>.js")
@open_to_all
def send(given: str) -> Response:
    """The script, under the address that is its own."""
    return kept_for_good(given, script(_NAME), "text/javascript; charset=utf-8")
