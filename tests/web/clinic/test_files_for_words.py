"""Whoever sends a file for a box of words is told what is missing, on a page that keeps the rest."""

from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from intake.web.clinic.allowances import ALLOWANCES
from intake.web.clinic.forms import typed
from intake.web.clinic.rules_forms import ProposeForm

PAGES = ("/rules/impact", "/rules/proposals/new", "/settings")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


def boxes_on(bob, path):
    bob.open(path)
    (form,) = (one for one in bob.page.tree.iter("form") if "multipart" in (one.get("enctype") or ""))
    names = (one.get("name") for kind in ("input", "textarea", "select") for one in form.iter(kind))
    return {name for name in names if name and name != "csrf_token"}


@pytest.mark.parametrize("path", PAGES)
def test_a_file_in_the_place_of_words_breaks_no_page(bob, path):
    boxes = boxes_on(bob, path)
    assert len(boxes) >= 4
    for box in boxes:
        bob.send(path, **{box: (BytesIO(b"a: b"), "words.yaml")}, wrong="")
        assert bob.status in (200, 409, 422), f"{box}: {bob.status}"


def test_what_was_typed_into_other_boxes_stays_on_the_page(bob):
    bob.open("/rules/proposals/new")

    bob.send("/rules/proposals/new", reason="The label changed.", effective_on=(BytesIO(b"a: b"), "day.yaml"))

    assert bob.status == 422
    assert "Write the day like 2026-12-01" in bob.text
    assert "The label changed." in bob.text


def test_every_address_that_takes_files_is_looked_at(site):
    takes = {name for name, one in ALLOWANCES.items() if "multipart/form-data" in one.kinds}
    addresses = {rule.rule for rule in site.url_map.iter_rules() if rule.endpoint in takes}

    assert addresses == set(PAGES)


def test_a_form_that_is_handed_something_else_than_was_sent_takes_that(site):
    sent = {"reason": "sent", "rules_file": (BytesIO(b"a: b"), "rules.yaml")}
    with site.test_request_context("/", method="POST", data=sent):
        assert typed(ProposeForm(formdata=None).reason) == ""
        assert typed(ProposeForm(formdata=MultiDict({"reason": "handed"})).reason) == "handed"
        form = ProposeForm()
        assert (typed(form.reason), form.rules_file.data.filename) == ("sent", "rules.yaml"), "the control"
