"""Who may see which page of the clinic's site: every page, for everybody who might ask."""

from uuid import uuid4

import pytest

from intake.domain.permissions import Permission
from intake.web.guard import EVERYONE, UnmarkedView, refuse_unmarked, who_may
from web.clinic.person import Person
from web.clinic.routes import every_address

PEOPLE = ["nobody", "alice", "bob", "dana"]


def every_page(site):
    """Every address with its endpoint and method, about a submission that there is not."""
    return [(one.endpoint, one.path, one.method) for one in every_address(site, {"submission": (uuid4(),)})]


@pytest.mark.parametrize("username", PEOPLE)
def test_every_page_is_open_to_those_it_says_and_to_nobody_else(site, staff, signed_in, username):
    person = Person(site) if username == "nobody" else signed_in(username)
    # A page with a form, for its CSRF token; everybody signed in may change their password.
    person.open("/sign-in" if username == "nobody" else "/password")
    token = person.csrf

    for endpoint, path, method in every_page(site):
        mark = who_may(site.view_functions[endpoint])
        if method == "GET":
            person.open(path)
        else:
            person.send(path, csrf_token=token)
        refused = person.status == 403 or person.response.headers.get("Location") == "/clinic/sign-in"
        member = staff.get(username)
        wanted = mark if isinstance(mark, tuple) else (mark,)
        allowed = mark == EVERYONE or (member is not None and all(map(member.may, wanted)))
        assert person.status < 500, (endpoint, method, person.status)
        if endpoint != "accounts.sign_out":
            assert refused is not allowed, (username, endpoint, method, person.status)


def test_somebody_signed_out_is_sent_to_sign_in_and_what_they_send_is_refused(site, anyone):
    for endpoint, path, method in every_page(site):
        if who_may(site.view_functions[endpoint]) == EVERYONE:
            continue
        anyone.open("/sign-in")
        if method == "GET":
            anyone.open(path)
            assert (anyone.status, anyone.response.headers["Location"]) == (303, "/clinic/sign-in")
        else:
            anyone.send(path)
            assert anyone.status == 403


def test_answers_need_the_permission_to_review_and_people_the_one_to_manage(site):
    marks = {endpoint: who_may(view) for endpoint, view in site.view_functions.items()}

    for endpoint, mark in marks.items():
        reads = ("review.", "signing.", "feedback.", "asking.", "papers.")
        if endpoint.startswith(reads) and endpoint != "review.home":
            assert mark is Permission.REVIEW, endpoint
        if endpoint.startswith("exports."):
            several = (Permission.REVIEW, Permission.EXPORT_MANY)
            assert mark == (several if "many" in endpoint else Permission.REVIEW), endpoint
        if endpoint.startswith(("rules.", "figures.")):
            assert mark is Permission.MANAGE_RULES, endpoint
        if endpoint.startswith("proposals."):
            deeds = ("proposals.new", "proposals.propose", "proposals.withdraw")
            wanted = Permission.MANAGE_RULES if endpoint in deeds else Permission.COUNTERSIGN_RULES
            assert mark is wanted, endpoint
        if endpoint.startswith("staff."):
            assert mark is Permission.MANAGE_STAFF, endpoint


def test_a_page_added_without_a_mark_stops_the_site(site):
    site.add_url_rule("/new", "new", lambda: "everything")

    with pytest.raises(UnmarkedView):
        refuse_unmarked(site)


def test_whatever_is_sent_without_the_pages_token_is_refused(site, signed_in):
    dana = signed_in("dana")

    for _, path, method in every_page(site):
        if method == "POST":
            dana.send(path, csrf_token="")
            assert dana.status == 400, path
            assert "We could not read that page" in dana.text


def test_what_another_site_sends_is_refused(alice):
    alice.open("/password")

    alice.send("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert alice.status == 403
    assert alice.open("/queue").status_code == 200


def test_an_administrator_reads_no_answers(signed_in, sent):
    submission = sent()
    bob = signed_in("bob")

    for path in ("/queue", f"/submissions/{submission}", f"/submissions/{submission}/history"):
        assert bob.open(path).status_code == 403
        assert "Pat" not in bob.response.text
