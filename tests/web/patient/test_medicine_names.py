"""The script that suggests names: light, the same for everybody, loaded where it is needed only."""

import json
import re

import brotli
import pytest

from intake.domain.medicines import Formulary, Medicine
from intake.web.patient import names
from intake.web.scripts import script

MOST_FOR_THE_SCRIPT = 1024
_FOR_GOOD = "public, immutable, max-age=31536000"


@pytest.fixture
def listing(pat):
    """Pat at the list of medicines."""
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.ask("medicines")
    return pat


def loaded(pat):
    """The scripts of this page, but for the one of every page of the form (test_unfinished.py)."""
    found = [one.get("src") for one in pat.page.tree.iter("script")]
    return [one for one in found if not one.startswith("/static/keep/")]


def names_file(pat):
    return next(one.get("data-names") for one in pat.page.tree.iter("input") if one.get("data-names"))


def test_the_script_is_light():
    assert len(brotli.compress(script("suggest.js"), quality=11)) < MOST_FOR_THE_SCRIPT


def test_a_heavier_script_would_be_noticed():
    unpacked = script("suggest.js") * 2 + bytes(range(256)) * 4

    assert len(brotli.compress(unpacked, quality=11)) > MOST_FOR_THE_SCRIPT


def test_only_the_list_of_medicines_loads_a_script(listing):
    pages = [page.questions[0].id for _, page in listing.desk.library.questionnaire.pages]
    shown, with_a_script, kept = set(), set(), set()
    for address in ("/", "/form", "/check", "/help", "/privacy", "/later", *map(listing.address, pages)):
        listing.open(address)
        if listing.status == 200:
            shown.add(address)
            with_a_script |= {address} if loaded(listing) else set()
            kept |= {address} if "/static/keep/" in listing.html else set()

    assert len(shown) > 20
    assert with_a_script == {listing.address("medicines")}
    # The other script there is: on every page of the form, and on no other.
    assert shown - kept == {"/", "/help", "/privacy", "/later"}


def test_both_files_are_kept_for_good_under_names_that_say_nothing(listing):
    (script,), listed = loaded(listing), names_file(listing)

    assert re.fullmatch(r"/static/suggest/[0-9a-f]{12}\.js", script)
    assert re.fullmatch(r"/static/suggest/[0-9a-f]{12}\.json", listed)
    for address, media_type in ((script, "text/javascript"), (listed, "application/json")):
        response = listing.client.get(address, base_url=listing.site)
        assert (response.status_code, response.mimetype) == (200, media_type)
        assert response.headers["Cache-Control"] == _FOR_GOOD
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("address", ["/static/suggest/0.js", "/static/suggest/0.json"])
def test_an_older_or_made_up_file_is_not_there(pat, address):
    pat.open(address)

    assert pat.status == 404


def test_the_names_are_those_of_the_medicines_file_and_no_misspelling(listing):
    served = json.loads(listing.client.get(names_file(listing), base_url=listing.site).data)

    assert {"lisinopril", "Klonopin", "Percocet"} <= set(served)
    assert "klonapin" not in [name.casefold() for name in served]
    assert served == sorted(set(served), key=str.casefold)


def test_another_medicines_file_has_another_address(listing):
    one = Medicine("a", "amitriptyline", frozenset(), brands=("Elavil",))
    other = Medicine("a", "amitriptyline", frozenset(), brands=("Elavil", "Vanatrip"))

    with listing.client.application.test_request_context():
        addresses = [names.names_address(Formulary({}, (medicine,))) for medicine in (one, one, other)]

    assert addresses[0] == addresses[1] != addresses[2]


def test_what_is_typed_stands_in_no_address(listing):
    listing.answer("medicines", find="1", name="Sertraline")

    assert listing.response.request.query_string == b""
    form = listing.page.form("Add to my list")
    assert (form.method, form.action) == ("post", listing.address("medicines"))
