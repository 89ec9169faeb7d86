"""Suggesting names while a medicine is typed: a script, and the names it looks through.

Both files are the same for everybody. What a patient types is compared in the browser, so
that it stands in no address and in no log until the form is sent.
"""

import json

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from intake.domain.medicines import Formulary
from intake.web.guard import open_to_all
from intake.web.patient.start import start
from intake.web.patient.visits import the_desk
from intake.web.scripts import kept_for_good, mark, script

_NAME = "suggest.js"

names = Blueprint("names", __name__)


def script_address() -> str:
    """Where the script is."""
    return url_for("start.names.script", given=mark(script(_NAME)))


def names_address(formulary: Formulary) -> str:
    """Where the names are; the address changes with them and with nothing else."""
    return url_for("start.names.listed", given=mark(names_file(formulary)))


def names_file(formulary: Formulary) -> bytes:
    """Every right spelling a medicine goes by, in the order of the alphabet."""
    spelled = {
        *(name for medicine in formulary.medicines for name in (medicine.name, *medicine.brands)),
        *(product.name for product in formulary.combinations),
    }
    return json.dumps(sorted(spelled, key=str.casefold), ensure_ascii=False, separators=(",", ":")).encode()


@names.get("/static/suggest/<given>.js", endpoint="script")
@open_to_all
def send_script(given: str) -> ResponseReturnValue:
    """The script, under the address that is its own."""
    return kept_for_good(given, script(_NAME), "text/javascript; charset=utf-8")


@names.get("/static/suggest/<given>.json", endpoint="listed")
@open_to_all
def send_names(given: str) -> ResponseReturnValue:
    """The names, under the address that is their own."""
    return kept_for_good(given, names_file(the_desk().library.formulary), "application/json")


# Beside the pages they belong to, so that the site has them as it has those.
start.register_blueprint(names)
