"""What stands on every page of somebody signed in, and how boxes for passwords are made."""

import re

import pytest

from intake.web.guard import EVERYONE, who_may
from web.clinic.test_who_may import every_page


def pages_of(site, person):
    """Every page that somebody may read: its address and its text."""
    for endpoint, path, method in every_page(site):
        if method != "GET" or who_may(site.view_functions[endpoint]) == EVERYONE:
            continue
        person.open(path)
        if person.status == 200 and person.response.mimetype == "text/html":
            yield path, person.response.text


def leads_out(text):
    """Whether a page has the button that signs out."""
    return re.search(r'<form method="post"[^>]* action="/clinic/sign-out"', text) is not None


@pytest.mark.parametrize("username", ["alice", "bob"])
def test_signing_out_stands_on_every_page(site, signed_in, username):
    found = list(pages_of(site, signed_in(username)))

    assert len(found) > 8
    assert [path for path, text in found if not leads_out(text)] == []


def test_a_page_without_it_would_be_noticed(signed_in):
    alice = signed_in("alice")
    alice.open("/password")

    assert leads_out(alice.response.text)
    assert not leads_out(alice.response.text.replace("sign-out", "sign-in"))


def test_boxes_for_passwords_hide_them_and_take_what_a_manager_or_a_paste_puts_in(signed_in, anyone):
    alice = signed_in("alice")
    alice.open("/password")
    anyone.open("/sign-in")
    boxes = re.findall(r"<input[^>]*password[^>]*>", alice.response.text + anyone.response.text)

    assert len(boxes) >= 3
    for box in boxes:
        assert 'type="password"' in box
        assert re.search(r'autocomplete="(current|new)-password"', box)
        assert not re.search(r"\son\w+=|readonly", box)
        assert int((re.findall(r"maxlength=\"(\d+)\"", box) or ["128"])[0]) >= 64


def test_whoever_may_not_open_a_page_is_a_line_of_the_log(signed_in, caplog):
    bob = signed_in("bob")
    caplog.clear()
    bob.open("/queue")

    assert bob.status == 403
    (said,) = [one.getMessage() for one in caplog.records if "request_refused" in one.getMessage()]
    assert "why=not-open" in said and "status=403" in said and "site=clinic" in said
