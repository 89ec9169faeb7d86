"""The cookies of a session: what they carry, how they are kept, and that they are taken back as set."""

from dataclasses import replace

import pytest
from flask import Flask, Response

from intake.domain.factors import Proven
from intake.services import coming_in
from intake.services.entering import enter
from intake.web.clinic import sessions
from intake.web.guard import open_while_due, unattended

HTTPS = "https://intake.example.org"
HTTP = "http://127.0.0.1:8000"
KEPT = {"HttpOnly", "SameSite=Strict"}
OVER = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"


class Door:
    """A site with one page, that does what a test says, and how a browser comes to it."""

    def __init__(self, clinic, address):
        self.clinic = replace(clinic, settings=replace(clinic.settings, public_address=address))
        self.address, self.does = address, Response
        self.app = Flask(__name__, static_folder=None)
        self.app.extensions[sessions.CLINIC] = self.clinic
        self.app.add_url_rule("/", "page", lambda: self.does())
        self.app.add_url_rule("/alone", "alone", unattended(lambda: self.does()))
        self.app.add_url_rule("/due", "due", open_while_due(lambda: self.does()))

    def come(self, does, path="/", mounted_at="/clinic", **cookies):
        """What the browser is told to keep when the page does this: the value and the flags, by name."""
        self.does = does
        client = self.app.test_client(use_cookies=False)
        environ = {"SCRIPT_NAME": mounted_at, "REMOTE_ADDR": "192.0.2.1"}
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        given = client.get(path, base_url=self.address, environ_overrides=environ, headers=sent)
        assert given.status_code == 200, given.text
        lines = [line.split("; ") for line in given.headers.getlist("Set-Cookie")]
        return {line[0].partition("=")[0]: (line[0].partition("=")[2], set(line[1:])) for line in lines}


@pytest.fixture
def door(clinic):
    return Door(clinic, HTTP)


@pytest.fixture
def secure_door(clinic):
    return Door(clinic, HTTPS)


@pytest.fixture
def session(clinic, staff):
    """The token of a session of Alice."""
    with clinic.database.write() as writing:
        return enter(writing, clinic, staff["alice"].id, Proven.PASSKEY, clinic.now())


def test_a_session_begins_with_a_cookie_for_the_clinics_addresses_and_until_the_browser_is_closed(
    door, session
):
    kept = door.come(lambda: sessions.begin(Response(), session))

    assert kept["intake_clinic"] == (session, KEPT | {"Path=/clinic"})
    assert set(kept) == {"intake_clinic", "intake_known"}
    assert kept["intake_known"][1] >= KEPT | {"Path=/clinic"}
    assert coming_in.browser_in(door.clinic, kept["intake_known"][0])
    assert door.come(lambda: sessions.begin(Response(), session), mounted_at="")["intake_clinic"] == (
        session,
        KEPT | {"Path=/"},
    )


def test_over_https_every_cookie_is_of_the_whole_host_and_travels_so_alone(secure_door, session):
    kept = secure_door.come(
        lambda: sessions.begin(Response(), session), **{"__Host-intake_clinic_unfinished": "begun"}
    )

    flags = KEPT | {"Path=/", "Secure"}
    assert kept["__Host-intake_clinic"] == (session, flags)
    assert kept["__Host-intake_clinic_unfinished"] == ("", flags | {"Max-Age=0", OVER})
    assert kept["__Host-intake_known"][1] >= flags
    begun = secure_door.come(lambda: sessions.begin_unfinished(Response(), "begun"))
    assert begun == {"__Host-intake_clinic_unfinished": ("begun", flags)}


@pytest.mark.parametrize(("address", "host", "more"), [(HTTP, "", set()), (HTTPS, "__Host-", {"Secure"})])
def test_the_cookies_are_taken_back_with_the_flags_they_were_set_with(clinic, address, host, more):
    """Browsers keep one that is taken back otherwise: whoever sits down next would find it."""
    path = "/" if host else "/clinic"
    gone = ("", KEPT | more | {f"Path={path}", "Max-Age=0", OVER})
    names = [f"{host}intake_clinic", f"{host}intake_clinic_unfinished"]

    taken = Door(clinic, address).come(lambda: sessions.end(Response()), **dict.fromkeys(names, "token"))

    assert taken == dict.fromkeys(names, gone)


def test_the_cookie_of_a_sign_in_that_goes_on_is_read_and_taken_back_only_where_there_is_one(door):
    seen = []

    def page():
        seen.append(sessions.unfinished_token())
        return sessions.end_unfinished(Response())

    assert door.come(page, intake_clinic="token") == {}
    assert set(door.come(page, intake_clinic_unfinished="begun")) == {"intake_clinic_unfinished"}
    assert seen == ["", "begun"]
    assert door.come(lambda: sessions.begin_unfinished(Response(), "begun")) == {
        "intake_clinic_unfinished": ("begun", KEPT | {"Path=/clinic"})
    }


def test_within_a_request_the_token_is_the_one_there_is_now(door, session):
    seen = []

    def page(*steps):
        response = Response()
        for step in steps:
            step(response)
            seen.append(sessions.token())
        return response

    door.come(lambda: page(sessions.end_unfinished), intake_clinic="carried")
    door.come(lambda: page(sessions.end_unfinished))
    door.come(lambda: page(lambda response: sessions.begin(response, session)), intake_clinic="carried")
    door.come(lambda: page(sessions.end), intake_clinic="carried")
    door.come(lambda: page(lambda _response: sessions.renewed("new")), intake_clinic="carried")

    assert seen == ["carried", "", session, "", "new"]


def test_a_token_that_is_new_is_handed_over_unless_the_page_ended_the_session(door):
    def renews():
        sessions.renewed("new")
        return Response()

    def renews_and_ends():
        sessions.renewed("new")
        return sessions.end(Response())

    assert door.come(renews, intake_clinic="old") == {"intake_clinic": ("new", KEPT | {"Path=/clinic"})}
    (taken,) = door.come(renews_and_ends, intake_clinic="old").values()
    assert taken[0] == ""


def test_who_is_there_is_asked_once_with_all_that_is_known_of_the_request(door, monkeypatch):
    asked = []
    monkeypatch.setattr(
        sessions.accounts, "whoever", lambda _clinic, *how, **more: asked.append((how, more)) or "alice"
    )

    def page():
        assert [sessions.whoever(), sessions.whoever()] == ["alice", "alice"]
        return Response()

    for path in ("/", "/alone", "/due"):
        door.come(page, path, intake_clinic="token")
    person, alone, due = ({"attended": True, "also_due": False} for _ in range(3))
    alone["attended"], due["also_due"] = False, True
    assert asked == [(("token", "192.0.2.1"), how) for how in (person, alone, due)]


def test_without_a_cookie_nobody_is_there_and_nothing_is_asked(door, monkeypatch):
    monkeypatch.setattr(sessions.accounts, "whoever", lambda *_how, **_more: "alice")

    def page():
        assert sessions.whoever() is None
        assert sessions.has_something_due() is False
        return Response()

    door.come(page)


@pytest.mark.parametrize("found", ["alice", None])
def test_whether_something_is_due_is_asked_of_whoever_has_something_due_too(door, monkeypatch, found):
    monkeypatch.setattr(
        sessions.accounts,
        "whoever",
        lambda _clinic, token, also_due=False: found if also_due and token == "token" else "nobody",
    )

    def page():
        assert sessions.has_something_due() is (found is not None)
        return Response()

    door.come(page, intake_clinic="token")


def test_the_pace_is_counted_of_the_session_that_sends(door, monkeypatch):
    counted = []
    monkeypatch.setattr(sessions, "refuse_too_fast", lambda _clinic, whose: counted.append(whose))

    door.come(lambda: sessions.paced() or Response(), intake_clinic="token")
    assert counted == ["token"]


def test_an_address_nobody_knows_is_a_source_too(door):
    for address, source in (("192.0.2.1", "192.0.2.1"), ("", "unknown")):
        with door.app.test_request_context("/", environ_overrides={"REMOTE_ADDR": address}):
            assert sessions.source() == source


def test_what_is_in_force_is_looked_up_once_for_the_whole_of_a_request(door, monkeypatch):
    looked = []
    monkeypatch.setattr(sessions, "with_keys_in_use", lambda clinic: looked.append(clinic) or clinic)

    for so_many in (1, 2):
        with door.app.test_request_context("/"):
            assert sessions.this_clinic() is sessions.this_clinic()
        assert len(looked) == so_many
