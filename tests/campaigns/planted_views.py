"""The fuzzing campaign's controls: pages with a mistake each, put into the patients' site."""

import time
from dataclasses import replace

from flask import request

from campaigns.described import URLENCODED
from campaigns.fuzz_stage import Stage
from campaigns.payloads import NUMBERS
from campaigns.peopled import MARKS, PATIENT
from intake.web import guard

# Each goes wrong where one of its fields holds one odd value, and nowhere else.
_BREAKS_ON, _HANGS_ON, _TELLS_ON = NUMBERS[10], NUMBERS[7], NUMBERS[9]
_FIELDS = 12
# What each is, where it is, and what has to be said of it.
PLANTED = {
    "a page that breaks": ("/planted/breaks", "500"),
    "a page that hangs": ("/planted/hangs", "in hangs"),
    "a page that tells": ("/planted/tells", "what another patient wrote"),
}


@guard.open_to_all
def breaks() -> str:
    """Cannot take one odd value."""
    if _BREAKS_ON in request.form.values():
        raise LookupError
    return "Taken"


@guard.open_to_all
def hangs() -> str:
    """Never comes back from one odd value."""
    while _HANGS_ON in request.form.values():
        time.sleep(0.01)
    return "Taken"


@guard.open_to_all
def tells() -> str:
    """Tells whoever sends one odd value what a patient wrote."""
    return MARKS["writing"] if _TELLS_ON in request.form.values() else "Taken"


def plant(stage: Stage) -> None:
    """Put them into the site, and nothing else into the description to draw from."""
    site = stage.sites[PATIENT]
    site._got_first_request = False
    properties = {f"number{field}": {"type": "string"} for field in range(_FIELDS)}
    body = {"content": {URLENCODED: {"schema": {"type": "object", "properties": properties}}}}
    paths = {}
    for view, (path, _) in zip((breaks, hangs, tells), PLANTED.values(), strict=True):
        site.add_url_rule(path, view.__name__, view, methods=["POST"])
        paths[path] = {"parameters": [], "post": {"requestBody": body}}
    scene = replace(stage.scenes[PATIENT], description={"paths": paths}, forms=())
    stage.scenes = {PATIENT: scene}
