"""One's own account, the people of the clinic, and emergency access, as pages."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.services import accounts, own_account, people
from intake.services.coming_in import browser_in, cookie_of
from intake.storage.tables import StaffMemberRow, SubmissionRow
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.person import Person

NEW = "another four plain words"
WHY = "The night nurse called: nobody of the clinicians answers"


def visit_of(person, browser=""):
    """The name of another session on the page of one's own account."""
    return re.search(r'name="visit" value="([0-9a-f]{64})"', person.response.text)[1]


def known_cookie(person):
    return person.client.get_cookie("intake_known", "127.0.0.1", "/clinic")


def test_one_sees_where_one_is_signed_in_and_ends_another(site, alice):
    elsewhere = Person(site).sign_in("alice", PASSWORD)
    alice.open("/account")
    assert alice.text.count("This one") == 1

    alice.send("/account/sessions/end", visit=visit_of(alice))

    assert alice.status == 303
    assert elsewhere.open("/queue").headers["Location"] == "/clinic/sign-in"
    assert alice.open("/account").status_code == 200
    assert "Ended sessions" in alice.text
    alice.send("/account/sessions/end", visit="0" * 64)
    assert alice.status == 409
    assert "had ended before" in alice.text


def test_one_ends_all_others(site, alice):
    others = [Person(site).sign_in("alice", PASSWORD) for _ in range(2)]
    alice.open("/account")

    alice.send("/account/sessions/end-others")

    assert [one.open("/queue").status_code for one in others] == [303, 303]
    assert alice.open("/queue").status_code == 200


def test_nobody_ends_a_session_of_somebody_else(signed_in, alice):
    dana, danas = signed_in("dana"), signed_in("dana")
    dana.open("/account")
    alice.open("/account")

    alice.send("/account/sessions/end", visit=visit_of(dana))

    assert alice.status == 409
    assert danas.open("/queue").status_code == 200


def test_with_a_fourth_session_the_oldest_ends(site, alice, clock):
    for _ in range(3):
        clock.move(seconds=1)
        Person(site).sign_in("alice", PASSWORD)
    assert alice.open("/queue").headers["Location"] == "/clinic/sign-in"


def test_a_browser_not_used_before_stands_on_the_page_in_plain_words(site, alice):
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
    phone = Person(site)
    phone.open("/sign-in")
    phone.send("/sign-in", username="alice", password=PASSWORD, headers={"User-Agent": agent})

    alice.open("/account")

    assert "Signed in from a browser not used before Safari on an iPhone" in alice.text
    assert "iPhone OS" not in alice.response.text


def test_a_browser_that_comes_again_is_no_news(alice):
    alice.open("/account")
    before = alice.text.count("not used before")
    alice.send("/sign-out")
    alice.sign_in("alice", PASSWORD)
    alice.open("/account")
    assert alice.text.count("not used before") == before == 1


def test_the_cookie_of_a_known_browser_is_signed_out_of_reach_and_outlives_the_session(alice):
    cookie = known_cookie(alice)
    alice.send("/sign-out")

    assert known_cookie(alice).value == cookie.value
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert cookie.max_age == timedelta(days=90).total_seconds()


def test_over_https_that_cookie_belongs_to_this_host_alone(clinic):
    settings = replace(clinic.settings, public_address="https://intake.example.org")
    client = create_clinic_site(replace(clinic, settings=settings)).test_client()
    site = {"base_url": "https://intake.example.org"}
    token = re.search(r'csrf_token" value="([^"]+)', client.get("/sign-in", **site).text)[1]
    fields = {"username": "alice", "password": PASSWORD, "csrf_token": token}

    response = client.post("/sign-in", data=fields, **site)

    (cookie,) = (one for one in response.headers.getlist("Set-Cookie") if "intake_known=" in one)
    assert cookie.startswith("__Host-intake_known=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("spoiled", ["made-up", "", "a.b.c", "x" * 3000, "ünïcödé"])
def test_a_made_up_cookie_is_no_cookie(site, clinic, spoiled):
    """Whoever plants one knows it, and would have tries of their own."""
    stranger = Person(site)
    stranger.client.set_cookie("intake_known", spoiled, domain="127.0.0.1", path="/clinic")
    stranger.sign_in("alice", PASSWORD)
    assert browser_in(clinic, known_cookie(stranger).value) not in (spoiled, "")


def test_the_owner_comes_in_with_that_cookie_while_strangers_guess(site, alice):
    alice.send("/sign-out")
    stranger = Person(site)
    stranger.open("/sign-in")
    for _ in range(11):
        stranger.send("/sign-in", username="alice", password="a guess")
    assert stranger.status == 429
    assert "Wait 15 minutes" in stranger.text

    alice.sign_in("alice", PASSWORD)

    assert alice.status == 303


def test_a_cookie_signed_by_another_clinic_is_no_cookie(site, clinic):
    other = replace(clinic, keys=replace(clinic.keys, secret_key=b"another secret key of a clinic"))
    stranger = Person(site)
    foreign = cookie_of(other, "a name")
    stranger.client.set_cookie("intake_known", foreign, domain="127.0.0.1", path="/clinic")
    stranger.sign_in("alice", PASSWORD)
    assert known_cookie(stranger).value not in (foreign, cookie_of(clinic, "a name"))


def test_one_says_where_to_be_told_and_a_mistake_is_kept(clinic, staff, alice):
    alice.open("/account")
    alice.send("/account/notices", address="alice at example")
    assert alice.status == 422
    assert "Type an address like" in alice.text
    assert "alice at example" in alice.response.text

    alice.send("/account/notices", address="alice@example.com")

    assert alice.status == 303
    assert own_account.look(clinic, staff["alice"], "").address == "alice@example.com"
    assert "No e-mail is set up here" in (alice.open("/account"), alice.text)[1]


def test_a_password_set_aside_says_what_to_do(clinic, alice, signed_in, staff):
    with clinic.database.write() as session:
        session.get_one(StaffMemberRow, staff["alice"].id).failures = 100

    alice.open("/account")
    bob = signed_in("bob")
    bob.open("/staff")

    assert "Your password works only in browsers you have used before" in alice.text
    assert "100 wrong passwords in a row" in bob.text
    bob.open(f"/staff/{staff['alice'].id}")
    assert "100 wrong passwords" in bob.text


def test_a_link_for_a_new_password_leaves_the_rest_as_it_is(site, staff, signed_in):
    bob, alice = signed_in("bob"), Person(site)
    bob.open(f"/staff/{staff['alice'].id}")
    bob.send(f"/staff/{staff['alice'].id}/reset")
    assert "Until they have used it, their old password holds" in bob.text
    link = re.search(r'value="(http://127.0.0.1:8001/clinic/invitation#[^"]+)"', bob.response.text)[1]
    secret = link.partition("#")[2]

    alice.open_link(link)
    assert alice.page.h1 == "Choose a new password"
    alice.send("/invitation", link=secret, password="too short", again="too short")
    assert alice.status == 422
    alice.send("/invitation", link=secret, password=NEW, again=NEW)

    alice.sign_in("alice", NEW)
    assert alice.open_link(link).status_code == 404


def test_an_administrator_ends_sessions_changes_roles_and_lets_somebody_leave(clinic, staff, signed_in):
    bob, alice = signed_in("bob"), signed_in("alice")
    page = f"/staff/{staff['alice'].id}"
    bob.open(page)

    bob.send(f"{page}/sessions/end")
    assert alice.open("/queue").headers["Location"] == "/clinic/sign-in"

    bob.send(f"{page}/roles", roles=[])
    assert "Tick at least one" in bob.text
    bob.send(f"{page}/roles", roles=["front_desk"])
    alice.sign_in("alice", PASSWORD)
    assert alice.open("/queue").status_code == 403
    assert alice.open("/desk").status_code == 200

    bob.open(page)
    bob.send(f"{page}/remove")
    assert (bob.status, "Tick whom you mean" in bob.text) == (422, True)
    bob.send(f"{page}/remove", sure="y")
    assert alice.open("/desk").headers["Location"] == "/clinic/sign-in"
    bob.open("/staff")
    assert "People who left (1)" in bob.text
    assert bob.open(page).status_code == 404
    alice.open("/sign-in")
    alice.send("/sign-in", username="alice", password=PASSWORD)
    assert (alice.status, "is not right" in alice.text) == (422, True)


def test_nobody_takes_the_last_administrator_away(clinic, staff, signed_in):
    bob = signed_in("bob")
    people.remove(clinic, staff["bob"], staff["dana"].id)
    bob.open(f"/staff/{staff['bob'].id}")

    bob.send(f"/staff/{staff['bob'].id}/roles", roles=["clinician"])

    assert bob.status == 422
    assert "Nobody else who can sign in is an administrator" in bob.text
    bob.send(f"/staff/{staff['bob'].id}/remove", sure="y")
    assert (bob.status, "You cannot take your own account away" in bob.text) == (422, True)


def test_who_does_not_come_any_more_is_asked_about(signed_in, clock):
    bob = signed_in("bob")
    clock.move(days=91)
    bob.sign_in("bob", PASSWORD)
    bob.open("/staff")
    assert bob.text.count("Does this person still work here?") == 4


def test_emergency_access_shows_answers_and_no_flags_for_an_hour(clinic, signed_in, sent, clock):
    sent()
    bob, audrey = signed_in("bob"), signed_in("audrey")
    reference = clinic_reference(clinic)
    bob.open("/emergency")
    bob.send("/emergency", reference=reference, reason="urgent")
    assert (bob.status, "Say in a sentence" in bob.text) == (422, True)
    bob.send("/emergency", reference="HL-000-000", reason=WHY)
    assert "No form has this reference" in bob.text

    bob.send("/emergency", reference=reference, reason=WHY)
    bob.follow()

    assert bob.page.h1.startswith("Answers of Pat Doe")
    assert "acknowledge" not in bob.response.text.casefold()
    assert "blood pressure" in bob.text.casefold()
    here = bob.response.request.path
    for reader, path in ((audrey, "/trail"), (bob, "/staff"), (bob, "/account")):
        reader.open(path)
        assert f"opened {reference}. Reason: “{WHY}”" in reader.text, path
    clock.move(minutes=61)
    bob.sign_in("bob", PASSWORD)
    assert bob.open(here).headers["Location"] == "/clinic/emergency"


def test_a_form_nobody_said_why_about_is_not_shown(signed_in, sent):
    submission = sent()
    bob = signed_in("bob")
    assert bob.open(f"/emergency/{submission}").headers["Location"] == "/clinic/emergency"
    assert "Pat" not in bob.response.text


def clinic_reference(clinic):
    with clinic.database.read() as session:
        return session.scalars(select(SubmissionRow.reference)).one()


def test_where_nothing_can_be_counted_signing_in_says_so_and_is_no_fault_of_ours(anyone, monkeypatch):
    def broken(*_given):
        raise accounts.NotCounted

    monkeypatch.setattr(accounts, "sign_in", broken)
    anyone.open("/sign-in")
    anyone.send("/sign-in", username="alice", password=PASSWORD)
    assert anyone.status == 503
    assert "Nothing is wrong with yours" in anyone.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/staff/{alice}/roles", {"roles": ["clinician"]}),
        ("/staff/{alice}/sessions/end", {}),
        ("/staff/{alice}/reset", {}),
        ("/staff/{alice}/factors", {}),
        ("/staff/{alice}/remove", {"sure": "y"}),
        ("/account/sessions/end", {"visit": "0" * 64}),
        ("/account/sessions/end-others", {}),
        ("/account/notices", {"address": "bob@example.com"}),
        ("/emergency", {"reference": "HL-000-000", "reason": WHY}),
    ],
)
def test_what_changes_what_others_may_do_asks_again_who_is_there(staff, signed_in, clock, path, fields):
    bob = signed_in("bob")
    bob.open("/account")
    clock.move(minutes=6)

    bob.send(path.format(alice=staff["alice"].id), **fields)

    assert bob.status == 403
    assert "password" in bob.text
    for value in fields.values():
        assert str(value if isinstance(value, str) else value[0]) in bob.response.text, "kept to be sent on"


def test_where_nothing_can_be_counted_nobody_is_told_that_a_password_was_wrong(signed_in, monkeypatch):
    """At the door of what asks for a password again; it said to wait 15 minutes once."""

    def broken(*_given):
        raise accounts.NotCounted

    alice = signed_in("alice")
    alice.open("/password")
    monkeypatch.setattr(accounts, "change_password", broken)
    new = "quiet lanterns over water"
    alice.send("/password", old=PASSWORD, password=new, again=new)
    assert (alice.status, alice.response.headers["Retry-After"]) == (503, "60")
    assert "ait a minute, and try again" in alice.text
    assert "wrong" not in alice.text
