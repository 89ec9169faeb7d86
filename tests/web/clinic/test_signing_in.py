"""Signing in and out, one-time links, passwords, and adding people."""

import re
from dataclasses import replace

import pytest

from intake.domain.permissions import Role
from intake.services import accounts
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD, STAFF
from web.clinic.person import Person

NEW = "another four plain words"


def test_signing_in_leads_to_the_queue(anyone):
    anyone.sign_in("alice", PASSWORD)

    anyone.follow()
    anyone.follow()

    assert anyone.page.h1 == "Review queue"


def test_an_administrator_is_led_to_the_staff(signed_in):
    bob = signed_in("bob")

    bob.follow()
    bob.follow()

    assert bob.page.h1 == "Staff"


@pytest.mark.parametrize("username", ["alice", "nobody-here"])
def test_a_refusal_does_not_say_whether_the_account_exists(anyone, username):
    anyone.open("/sign-in")

    anyone.send("/sign-in", username=username, password="not it")

    assert anyone.status == 422
    assert "The username or the password is not right" in anyone.text
    assert anyone.page.title.startswith("Error:")


def test_nothing_typed_says_what_is_missing(anyone):
    anyone.open("/sign-in")

    anyone.send("/sign-in")

    assert anyone.status == 422
    assert "Type your username" in anyone.text
    assert "Type your password" in anyone.text


def test_after_ten_wrong_passwords_signing_in_pauses_and_then_goes_on(anyone, clock):
    anyone.open("/sign-in")
    for _ in range(10):
        anyone.send("/sign-in", username="alice", password="guess")
    anyone.send("/sign-in", username="alice", password=PASSWORD)
    assert anyone.status == 429
    assert "Wait 15 minutes" in anyone.text

    clock.move(minutes=16)

    anyone.sign_in("alice", PASSWORD)


@pytest.mark.parametrize(
    "wish",
    ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/clinic/queue\r\nSet-Cookie: a=b"],
)
def test_nobody_can_choose_where_signing_in_leads(anyone, wish):
    anyone.open("/sign-in")

    anyone.send("/sign-in", username="alice", password=PASSWORD, next=wish)

    assert anyone.response.headers["Location"] == "/clinic/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anyone):
    anyone.sign_in("alice", PASSWORD)

    (cookie,) = (c for c in anyone.response.headers.getlist("Set-Cookie") if c.startswith("intake_clinic="))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/clinic" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_over_https_the_cookie_belongs_to_this_host_alone(clinic):
    settings = replace(clinic.settings, public_address="https://intake.example.org")
    client = create_clinic_site(replace(clinic, settings=settings)).test_client()
    site = {"base_url": "https://intake.example.org"}
    token = re.search(r'csrf_token" value="([^"]+)', client.get("/sign-in", **site).text)[1]

    response = client.post(
        "/sign-in",
        data={"username": "alice", "password": PASSWORD, "csrf_token": token},
        headers={"Referer": "https://intake.example.org/sign-in"},
        **site,
    )

    (cookie,) = (c for c in response.headers.getlist("Set-Cookie") if "intake_clinic=" in c)
    assert cookie.startswith("__Host-intake_clinic=")
    assert "Secure" in cookie
    assert re.search(r"Path=/(;|$)", cookie)


def test_signing_out_ends_the_session_on_the_server(alice):
    stolen = alice.client.get_cookie("intake_clinic", "127.0.0.1", "/clinic").value
    alice.open("/password")

    alice.send("/sign-out")

    (cookie,) = (c for c in alice.response.headers.getlist("Set-Cookie") if c.startswith("intake_clinic="))
    assert {"Max-Age=0", "HttpOnly", "SameSite=Strict", "Path=/clinic"} <= set(cookie.split("; "))
    assert alice.client.get_cookie("intake_clinic", "127.0.0.1", "/clinic") is None
    alice.client.set_cookie("intake_clinic", stolen, domain="127.0.0.1", path="/clinic")
    assert alice.open("/queue").headers["Location"] == "/clinic/sign-in"


def test_a_session_ends_after_a_pause(alice, clock):
    clock.move(minutes=14)
    assert alice.open("/queue").status_code == 200

    clock.move(minutes=16)

    assert alice.open("/queue").headers["Location"] == "/clinic/sign-in"


@pytest.fixture
def newcomer(new_clinic):
    """A browser in a clinic nobody has an account in yet."""
    return Person(create_clinic_site(new_clinic))


def test_a_new_clinic_says_how_to_start_and_has_no_account(new_clinic, newcomer):
    newcomer.open("/sign-in")

    assert "Nobody can sign in yet" in newcomer.text
    assert accounts.staff(new_clinic) == ()


def set_up(anyone, token, **changes):
    fields = {
        "username": "erin",
        "printed_name": "E. Park, MD",
        "password": NEW,
        "again": NEW,
        "reviews": "y",
    }
    anyone.send("/setup", link=token, **(fields | changes))


def test_the_first_administrator_comes_in_through_a_link_that_works_once(new_clinic, newcomer):
    token = accounts.make_setup_link(new_clinic)
    newcomer.open_link(f"/setup#{token}")
    newcomer.open_link(f"/setup#{token}")
    assert newcomer.status == 200, "looking at a link uses nothing up"

    set_up(newcomer, token)
    assert "Your password is set" in newcomer.text

    (erin,) = accounts.staff(new_clinic)
    assert erin.roles == {Role.ADMINISTRATOR, Role.CLINICIAN}
    newcomer.sign_in("erin", NEW)
    assert newcomer.open_link(f"/setup#{token}").status_code == 404
    assert "This link does not work" in newcomer.text


def test_a_used_link_makes_no_second_account(new_clinic, newcomer):
    token = accounts.make_setup_link(new_clinic)
    newcomer.open_link(f"/setup#{token}")
    set_up(newcomer, token)
    other = Person(create_clinic_site(new_clinic))
    other.open("/sign-in")

    set_up(other, token, username="mallory")

    assert other.status == 404
    assert [member.username for member in accounts.staff(new_clinic)] == ["erin"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short", "again": "short"}, "Use at least 15 characters"),
        ({"password": "a" * 20, "again": "a" * 20}, "that is not a pattern"),
        ({"again": "something else entirely"}, "The two passwords are not the same"),
        (
            {"password": "it is erin, only erin", "again": "it is erin, only erin"},
            "does not contain your username",
        ),
        ({"username": "Erin Park"}, "Use small letters, numbers, dots or hyphens only"),
        ({"username": ""}, "Type a username"),
        ({"printed_name": "  "}, "Type the name as it is signed"),
        ({"printed_name": "E. Park\nSigned: somebody else"}, "all on one line"),
    ],
)
def test_a_first_account_that_will_not_do_says_why_and_keeps_the_link(new_clinic, newcomer, changes, words):
    token = accounts.make_setup_link(new_clinic)
    newcomer.open_link(f"/setup#{token}")

    set_up(newcomer, token, **changes)

    assert newcomer.status == 422
    assert words in newcomer.text
    assert accounts.link_purpose(new_clinic, token) is not None


@pytest.mark.parametrize(
    "password", ["a horse, a boat, a tree", "correct horse battery", "ünïcödé 字母表 şarkı söyle"]
)
def test_any_long_password_will_do_whatever_its_characters(new_clinic, newcomer, password):
    token = accounts.make_setup_link(new_clinic)
    newcomer.open_link(f"/setup#{token}")

    set_up(newcomer, token, password=password, again=password)

    newcomer.sign_in("erin", password)


def invite(person, **changes):
    person.open("/staff")
    fields = {"username": "carol", "printed_name": "C. Diaz, NP", "roles": ["clinician"]}
    person.send("/staff", **(fields | changes))


def test_somebody_invited_chooses_their_own_password(signed_in, site):
    bob, carol = signed_in("bob"), Person(site)
    invite(bob)
    link = re.search(r'value="(http://127.0.0.1:8001/clinic/invitation#[^"]+)"', bob.response.text)[1]

    carol.open_link(link)
    carol.send("/invitation", link=link.partition("#")[2], password=NEW, again=NEW)
    assert "Your username is carol" in carol.text

    stranger = Person(site)
    stranger.open("/sign-in")
    for _ in range(12):
        stranger.send("/sign-in", username="carol", password="guess")
    assert stranger.status == 429
    carol.sign_in("carol", NEW)  # from the browser the link was followed in
    assert carol.open("/queue").status_code == 200
    assert carol.open("/staff").status_code == 403
    assert carol.open_link(link).status_code == 404


def test_an_invitation_is_shown_once(signed_in):
    bob = signed_in("bob")
    invite(bob)
    assert "/invitation#" in bob.response.text

    bob.open("/staff")

    assert "carol" in bob.text
    assert "/invitation#" not in bob.response.text


def test_an_invitation_cannot_make_an_administrator(clinic, signed_in, anyone):
    bob = signed_in("bob")
    invite(bob)
    token = re.search(r"/invitation#([\w-]+)", bob.response.text)[1]
    anyone.open("/sign-in")

    set_up(anyone, token)

    assert anyone.status == 404
    assert "erin" not in {member.username for member in accounts.staff(clinic)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "alice"}, "Somebody else has this username"),
        ({"username": "ALICE"}, "Somebody else has this username"),
        ({"roles": []}, "Tick at least one"),
        ({"roles": ["owner"]}, "owner"),
    ],
)
def test_somebody_who_cannot_be_added_is_not(clinic, signed_in, changes, words):
    bob = signed_in("bob")

    invite(bob, **changes)

    assert bob.status == 422
    assert words in bob.text
    assert len(accounts.staff(clinic)) == len(STAFF)


def test_a_new_password_signs_everybody_out_who_used_the_old_one(alice, signed_in, anyone):
    elsewhere = signed_in("alice")
    alice.open("/password")

    alice.send("/password", old=PASSWORD, password=NEW, again=NEW)

    assert "Your password is set" in alice.text
    assert elsewhere.open("/queue").headers["Location"] == "/clinic/sign-in"
    assert alice.open("/queue").headers["Location"] == "/clinic/sign-in"
    anyone.sign_in("alice", NEW)


def test_a_new_password_needs_the_old_one(alice, anyone):
    alice.open("/password")

    alice.send("/password", old="not it", password=NEW, again=NEW)

    assert alice.status == 422
    assert "That is not the password you use now" in alice.text
    anyone.sign_in("alice", PASSWORD)


def test_what_was_typed_as_a_password_is_never_sent_back(alice):
    alice.open("/password")

    alice.send("/password", old=PASSWORD, password="too short", again="too short")

    assert alice.status == 422
    assert PASSWORD not in alice.response.text
    assert "too short" not in alice.response.text
