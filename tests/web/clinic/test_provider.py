"""Signing in at a provider, and forty ways to be let in that let nobody in."""

import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pyotp
import pytest
import requests
from joserfc.jwk import RSAKey
from sqlalchemy import delete, update

from intake.config import SettingsRefused, read_settings
from intake.domain.factors import Factors, Next, Policy, Proven, what_next
from intake.services import accounts, coming_in, own_app, people, provider_client, provider_sign_in
from intake.services.accounts import LockedOut
from intake.storage import audit, one_time_links, provider_sign_ins
from intake.storage.tables import AuthenticatorAppRow, ProviderIdentityRow, StaffMemberRow
from intake.web.clinic.site import create_clinic_site
from web.clinic import mock_provider
from web.clinic.conftest import PASSWORD
from web.clinic.mock_provider import CLIENT, ISSUER, MockProvider, made_of, parts
from web.clinic.person import Person

BACK = "/sign-in/provider/back"
ANOTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def provider(clock, monkeypatch):
    found = MockProvider(clock)
    monkeypatch.setattr(provider_client, "transport", lambda: found)
    return found


@pytest.fixture
def clinic(clinic, tmp_path, provider):
    secret = tmp_path / "secret"
    secret.write_text(f"{mock_provider.SECRET}\n")
    settings = replace(
        clinic.settings,
        provider_issuer=ISSUER,
        provider_client_id=CLIENT,
        provider_secret_file=secret,
        provider_name="Example ID",
    )
    return clinic.with_settings(settings)


@pytest.fixture
def linked(clinic, staff):
    """Alice is known at the provider."""
    with clinic.database.write() as session:
        provider_sign_ins.link(session, clinic.keys, ISSUER, "sub-of-alice", staff["alice"].id, clinic.now())


def leave(person):
    """Press the button; the address the browser is sent to."""
    person.open("/sign-in")
    person.send("/sign-in/provider")
    assert person.status == 303, person.response.text
    return person.response.headers["Location"]


def come_back(person, given):
    person.open(f"{BACK}?{requests.models.RequestEncodingMixin._encode_params(given)}")
    return person


def is_in(person):
    return person.open("/account").status_code == 200


def test_somebody_linked_comes_in_with_a_button_and_a_page_of_ours(anyone, provider, linked):
    address = leave(anyone)
    come_back(anyone, provider.sign_in(address))

    assert anyone.page.h1 == "Welcome back"
    assert is_in(anyone)
    (asked,) = provider.asked
    wanted = {"response_type": "code", "scope": "openid", "prompt": "login", "max_age": "300"}
    assert asked.items() >= (wanted | {"code_challenge_method": "S256"}).items()
    assert asked["redirect_uri"] == "http://127.0.0.1:8001/clinic/sign-in/provider/back"
    assert address.startswith(f"{ISSUER}/authorize?")


def test_a_code_may_be_long_where_people_come_back_and_nowhere_else(anyone, provider, linked):
    """Some providers put all they know of somebody into it: four thousand characters and more."""
    long = "x" * 5000
    given = provider.sign_in(leave(anyone))
    provider.codes[given["code"] + long] = provider.codes.pop(given["code"])
    come_back(anyone, given | {"code": given["code"] + long})
    assert is_in(anyone)

    for path in (f"{BACK}?code={long}{long}", f"/sign-in?code={long}", f"/sign-in/provider?code={long}"):
        assert anyone.open(path).status_code == 414, path


def test_nothing_the_provider_gave_is_kept_or_handed_on(clinic, anyone, provider, linked):
    given = provider.sign_in(leave(anyone))
    come_back(anyone, given)
    told = anyone.response.text + str(anyone.response.headers)
    database = (clinic.settings.instance / "intake.db").read_bytes()
    for secret in (given["code"], provider.asked[0]["nonce"], provider.asked[0]["state"], "sub-of-alice"):
        assert secret not in told
        assert secret.encode() not in database


# Each: what is answered otherwise, and which words the person reads.
_NOT_TRUSTED, _OVER = "cannot be trusted", "This sign-in is over"
_UNREACHABLE, _NOT_UNDERSTOOD = "could not be reached", "do not understand"


def claims(**changes):
    def twist(provider):
        provider.claims = lambda it: {
            name: value for name, value in (it | changes).items() if value is not ...
        }

    return twist


def later(name, **by):
    def twist(provider):
        provider.claims = lambda it: it | {name: it[name] + int(timedelta(**by).total_seconds())}

    return twist


def token(change):
    def twist(provider):
        provider.token = lambda it: change(provider, it)

    return twist


def answers(change):
    def twist(provider):
        provider.answer = change

    return twist


def places(**changes):
    def twist(provider):
        provider.places = lambda it: it | changes

    return twist


def keys(change):
    def twist(provider):
        provider.keys = change

    return twist


def raises(error):
    def twist(provider):
        def fail(_it):
            raise error

        provider.answer = fail

    return twist


def changed(made):
    """The same header and signature over other claims."""
    header, _, signature = made.split(".")
    return ".".join([header, made_of({}, parts(made)[1] | {"sub": "sub-of-bob"}).split(".")[1], signature])


ATTACKS = {
    "alg none": (token(lambda _, it: made_of({"alg": "none"}, parts(it)[1])), _NOT_TRUSTED),
    "alg none in capitals": (token(lambda _, it: made_of({"alg": "NONE"}, parts(it)[1])), _NOT_TRUSTED),
    "signed with the public key": (token(mock_provider.signed_with_the_public_key), _NOT_TRUSTED),
    "signed with another key": (
        token(lambda _, it: mock_provider.signed_with(ANOTHER_KEY, it, kid="one")),
        _NOT_TRUSTED,
    ),
    "a key in the header": (
        token(
            lambda _, it: mock_provider.signed_with(
                ANOTHER_KEY, it, kid="one", jwk=ANOTHER_KEY.as_dict(private=False)
            )
        ),
        _NOT_TRUSTED,
    ),
    "keys from elsewhere": (
        token(lambda _, it: mock_provider.signed_with(ANOTHER_KEY, it, jku="http://evil.example/keys")),
        _NOT_TRUSTED,
    ),
    "a key nobody knows": (
        token(lambda one, it: mock_provider.signed_with(one.key, it, kid="two")),
        _NOT_TRUSTED,
    ),
    "claims changed": (
        token(
            lambda _, it: ".".join(
                [it.split(".")[0], made_of({}, {"sub": "x"}).split(".")[1], it.split(".")[2]]
            )
        ),
        _NOT_TRUSTED,
    ),
    "no signature": (token(lambda _, it: it.rpartition(".")[0] + "."), _NOT_TRUSTED),
    "no token": (token(lambda _, __: "not a token"), _NOT_TRUSTED),
    "a number for a token": (token(lambda _, __: 7), _NOT_UNDERSTOOD),
    "another issuer": (claims(iss="http://evil.example"), _NOT_TRUSTED),
    "an issuer with a slash more": (claims(iss=f"{ISSUER}/"), _NOT_TRUSTED),
    "no issuer": (claims(iss=...), _NOT_TRUSTED),
    "for another client": (claims(aud="somebody-else"), _NOT_TRUSTED),
    "for another client, asked for by us": (claims(aud="somebody-else", azp=CLIENT), _NOT_TRUSTED),
    "for other clients, asked for by us": (claims(aud=["one", "other"], azp=CLIENT), _NOT_TRUSTED),
    "for two clients and nobody": (claims(aud=[CLIENT, "somebody-else"]), _NOT_TRUSTED),
    "asked for by another": (claims(aud=[CLIENT, "other"], azp="other"), _NOT_TRUSTED),
    "for one client, by another": (claims(azp="other"), _NOT_TRUSTED),
    "for nobody": (claims(aud=...), _NOT_TRUSTED),
    "another nonce": (claims(nonce="of somebody else"), _NOT_TRUSTED),
    "no nonce": (claims(nonce=...), _NOT_TRUSTED),
    "a list of nonces": (claims(nonce=["one"]), _NOT_TRUSTED),
    "expired": (later("exp", minutes=-7), _NOT_TRUSTED),
    "no expiry": (claims(exp=...), _NOT_TRUSTED),
    "issued tomorrow": (later("iat", days=1), _NOT_TRUSTED),
    "issued yesterday": (later("iat", days=-1), _NOT_TRUSTED),
    "not before tomorrow": (claims(nbf=4_000_000_000), _NOT_TRUSTED),
    "seen an hour ago": (later("auth_time", hours=-1), "did not ask you who you are"),
    "seen tomorrow": (later("auth_time", days=1), "did not ask you who you are"),
    "never seen": (claims(auth_time=...), _NOT_TRUSTED),
    "times that are words": (claims(auth_time="now", iat="now"), _NOT_TRUSTED),
    "no subject": (claims(sub=...), _NOT_TRUSTED),
    "an empty subject": (claims(sub=""), _NOT_TRUSTED),
    "a subject that is a list": (claims(sub=["sub-of-alice"]), _NOT_TRUSTED),
    "a subject without end": (claims(sub="s" * 256), _NOT_TRUSTED),
    "another subject with the same e-mail": (claims(sub="of somebody else"), "Nobody here is linked"),
    "keys that are none": (keys(lambda _: {"keys": "none"}), _NOT_TRUSTED),
    "no keys": (keys(lambda _: {}), _NOT_TRUSTED),
    "a list for keys": (keys(lambda _: []), _NOT_UNDERSTOOD),
    "it answers 500": (answers(lambda _: (500, b"oops")), _UNREACHABLE),
    "it answers a page": (answers(lambda _: (200, b"<html>")), _NOT_UNDERSTOOD),
    "it answers too deeply": (answers(lambda _: (200, b"[" * 100_000)), _NOT_UNDERSTOOD),
    "it does not answer": (raises(requests.ConnectTimeout()), _UNREACHABLE),
    "it is another by now": (places(issuer="http://evil.example"), _NOT_UNDERSTOOD),
    "it asks for codes elsewhere": (places(token_endpoint="ftp://evil.example"), _NOT_UNDERSTOOD),
    "it names no keys": (places(jwks_uri=None), _NOT_UNDERSTOOD),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_answer_that_does_not_hold_lets_nobody_in_and_says_what_to_do(anyone, provider, linked, name):
    twist, words = ATTACKS[name]
    given = provider.sign_in(leave(anyone))
    twist(provider)

    come_back(anyone, given)

    assert anyone.status in (422, 503), anyone.response.text
    assert words in anyone.text
    assert "Go to signing in" in anyone.text
    assert not is_in(anyone)


BACKS = {
    "no state": lambda given: {name: value for name, value in given.items() if name != "state"},
    "another state": lambda given: given | {"state": "of somebody else"},
    "an error": lambda given: {"error": "access_denied", "state": given["state"]},
    "an error and a code": lambda given: given | {"error": "<script>alert(1)</script>"},
    "no code": lambda given: given | {"code": ""},
    "another code": lambda given: given | {"code": "of somebody else"},
    "another issuer (mix-up)": lambda given: given | {"iss": "http://evil.example"},
    "no issuer, though it names itself": lambda given: given | {"iss": ""},
    "bytes": lambda given: given | {"state": "\x00\xff" * 50, "code": "\r\nSet-Cookie: a=b"},
    "very long": lambda given: given | {"state": "s" * 1500},
}


@pytest.mark.parametrize("name", BACKS)
def test_coming_back_with_something_else_lets_nobody_in(anyone, provider, linked, name):
    given = provider.sign_in(leave(anyone))

    come_back(anyone, BACKS[name](given))

    assert anyone.status == 422
    assert "alert(1)" not in anyone.response.text
    assert not is_in(anyone)


def test_coming_back_twice_lets_in_once(site, anyone, provider, linked):
    given = provider.sign_in(leave(anyone))
    cookie = anyone.client.get_cookie("intake_provider", "127.0.0.1", "/").value
    come_back(anyone, given)
    assert is_in(anyone)

    thief = Person(site)
    thief.client.set_cookie("intake_provider", cookie, domain="127.0.0.1", path="/")
    come_back(thief, given)

    assert _OVER in thief.text
    assert not is_in(thief)


def test_what_another_browser_began_lets_nobody_in(site, anyone, provider, linked):
    """An attacker's own sign-in, pressed on somebody: they would work as the attacker."""
    given = provider.sign_in(leave(Person(site)))
    leave(anyone)

    come_back(anyone, given)

    assert _OVER in anyone.text
    assert not is_in(anyone)


def test_a_code_of_one_sign_in_is_no_code_of_another(site, anyone, provider, linked):
    stolen = provider.sign_in(leave(Person(site)))
    mine = provider.sign_in(leave(anyone))
    come_back(anyone, mine | {"code": stolen["code"]})
    assert "did not sign you in" in anyone.text
    assert not is_in(anyone)


def test_after_ten_minutes_a_sign_in_is_over(anyone, provider, linked, clock):
    given = provider.sign_in(leave(anyone))
    clock.move(minutes=11)
    come_back(anyone, given)
    assert _OVER in anyone.text


def test_nothing_but_a_button_leaves_for_the_provider(anyone, provider):
    assert anyone.open("/sign-in/provider").status_code == 405
    anyone.open("/sign-in")
    anyone.send("/sign-in/provider", csrf_token="")
    assert anyone.status == 400
    anyone.open("/sign-in")
    anyone.send("/sign-in/provider", headers={"Sec-Fetch-Site": "cross-site"})
    assert anyone.status == 403


@pytest.mark.parametrize(
    "authorize",
    [
        "http://evil.example/authorize",
        "javascript:alert(1)",
        "//evil.example",
        "http://127.0.0.1:9@evil.example/",
        "http://127.0.0.1:9.evil.example/",
        "https://127.0.0.1:9/id",
        "http://[",
    ],
)
def test_the_browser_is_sent_to_the_provider_and_nowhere_else(anyone, provider, authorize):
    provider.places = lambda it: it | {"authorization_endpoint": authorize}
    anyone.open("/sign-in")
    anyone.send("/sign-in/provider", next="http://evil.example", redirect_uri="http://evil.example")
    assert anyone.status == 422
    assert "Location" not in anyone.response.headers


def test_what_a_request_says_changes_nothing_of_where_it_comes_back_to(anyone, provider):
    anyone.open("/sign-in")
    anyone.send("/sign-in/provider", redirect_uri="http://evil.example", headers={"X-Forwarded-Host": "evil"})
    asked = dict(parse_qsl(urlsplit(anyone.response.headers["Location"]).query))
    assert asked["redirect_uri"] == "http://127.0.0.1:8001/clinic/sign-in/provider/back"


def test_forms_lead_to_the_provider_from_the_page_to_sign_in_and_from_no_other(alice, anyone, provider):
    anyone.open("/sign-in")
    assert "form-action 'self' http://127.0.0.1:9;" in anyone.response.headers["Content-Security-Policy"]
    for path in ("/account", "/queue", "/nowhere"):
        alice.open(path)
        assert "form-action 'self';" in alice.response.headers["Content-Security-Policy"], path


def test_somebody_who_left_or_was_unlinked_does_not_come_in(
    clinic, site, staff, anyone, provider, linked, monkeypatch
):
    told = []
    monkeypatch.setattr(coming_in, "tell", lambda _clinic, _session, member: told.append(member))
    given = provider.sign_in(leave(anyone))
    provider_sign_in.unlink(clinic, staff["bob"], staff["alice"].id)
    assert told == [staff["alice"].id]
    come_back(anyone, given)
    assert "Nobody here is linked" in anyone.text

    with clinic.database.write() as session:
        provider_sign_ins.link(session, clinic.keys, ISSUER, "sub-of-alice", staff["alice"].id, clinic.now())
    people.remove(clinic, staff["bob"], staff["alice"].id)
    other = Person(site)
    come_back(other, provider.sign_in(leave(other)))
    assert "Nobody here is linked" in other.text


def test_one_subject_of_two_issuers_is_two_people(clinic, staff, linked):
    with clinic.database.read() as session:
        asked = [
            provider_sign_ins.member_of(session, clinic.keys, one, "sub-of-alice")
            for one in (ISSUER, f"{ISSUER}/")
        ]
    assert asked == [staff["alice"].id, None]


def test_whoever_writes_to_the_database_cannot_make_their_sign_in_anothers(
    clinic, staff, anyone, provider, linked
):
    with clinic.database.write() as session:
        (row,) = session.query(ProviderIdentityRow).all()
        row.member_id = staff["bob"].id
    come_back(anyone, provider.sign_in(leave(anyone)))
    assert "Nobody here is linked" in anyone.text


def link_for(bob, alice_id):
    bob.open(f"/staff/{alice_id}")
    bob.send(f"/staff/{alice_id}/provider")
    return re.search(r'value="(http://127.0.0.1:8001/clinic/account/provider#[^"]+)"', bob.response.text)[1]


def test_an_administrators_link_links_whoever_it_is_for_and_nobody_else(staff, signed_in, anyone, provider):
    link = link_for(signed_in("bob"), staff["alice"].id)
    dana, alice = signed_in("dana"), signed_in("alice")
    assert dana.open_link(link).status_code == 404
    assert anyone.open("/account/provider").headers["Location"] == "/clinic/sign-in"
    alice.open("/account/provider")
    alice.send("/account/provider", link=" ")
    assert (alice.status, "Paste the link you were given" in alice.text) == (422, True)

    alice.open_link(link)
    come_back(alice, provider.sign_in(alice.response.headers["Location"]))
    assert alice.page.h1 == "You can sign in that way now"

    come_back(anyone, provider.sign_in(leave(anyone)))
    assert is_in(anyone)
    assert alice.open_link(link).status_code == 404, "used up"
    bob = signed_in("bob")
    bob.open(f"/staff/{staff['alice'].id}")
    assert "They may, since" in bob.text


def test_one_person_at_the_provider_is_not_two_here(staff, signed_in, provider, linked):
    dana = signed_in("dana")
    dana.open_link(link_for(signed_in("bob"), staff["dana"].id))
    come_back(dana, provider.sign_in(dana.response.headers["Location"]))
    assert "belongs to somebody else here" in dana.text


def test_without_a_provider_there_is_no_button_and_no_page(clinic, provider):
    person = Person(create_clinic_site(clinic.with_settings(replace(clinic.settings, provider_issuer=""))))
    person.open("/sign-in")
    assert "Example ID" not in person.response.text
    person.send("/sign-in/provider")
    assert person.status == 404
    assert person.open(BACK).status_code == 404


@pytest.mark.parametrize(
    ("policy", "has", "proven", "following"),
    [
        (Policy(), Factors(), Proven.PROVIDER, Next.SET_UP),
        (Policy(), Factors(app=True), Proven.PROVIDER, Next.PROVE_MORE),
        (Policy(), Factors(app=True), Proven.PROVIDER_WITH_FACTOR, Next.ENTER),
        (Policy(), Factors(), Proven.PROVIDER_WITH_FACTOR, Next.ENTER),
        (Policy(passkey=True), Factors(passkeys=1), Proven.PROVIDER_WITH_FACTOR, Next.PROVE_MORE),
        (Policy(passkey=True), Factors(), Proven.PROVIDER_WITH_FACTOR, Next.SET_UP),
        (Policy(second_factor=False), Factors(), Proven.PROVIDER, Next.ENTER),
    ],
)
def test_what_the_provider_saw_counts_for_as_much_as_it_is(policy, has, proven, following):
    assert what_next(policy, has, proven) is following


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, None),
        ({"acr": "urn:two"}, True),
        ({"acr": "urn:one"}, False),
        ({"acr": ["urn:two"]}, False),
        ({}, False),
    ],
)
def test_more_than_a_password_is_what_the_provider_says_and_the_clinic_knows(
    clinic, provider, clock, said, more
):
    settings = replace(clinic.settings, provider_acr="urn:two urn:three")
    at = provider_client.places(settings)
    address = provider_client.address_to_sign_in(settings, at, "state", "nonce", "v" * 43)
    given = provider.sign_in(address)
    provider.claims = lambda it: it | said
    try:
        subject = provider_client.subject_of(settings, at, given["code"], "nonce", "v" * 43, clock())
    except provider_sign_in.ProviderFailed:
        assert more is None
    else:
        assert subject.second_factor is more


def unreachable(_settings):
    raise provider_sign_in.ProviderFailed(provider_sign_in.Why.UNREACHABLE)


def test_strangers_cannot_have_the_provider_asked_without_end(anyone, provider):
    anyone.open("/sign-in")
    for number in range(31):
        with pytest.MonkeyPatch.context() as patch:
            if number < 29:  # what is counted is counted before the provider is asked
                patch.setattr(provider_client, "places", unreachable)
            anyone.send("/sign-in/provider")
    assert anyone.status == 429


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ISSUER": "http://id.example"}, "https://"),
        ({"ISSUER": "https://id.example/?a=b"}, "behind a ?"),
        ({"CLIENT_ID": ""}, "provider_client_id"),
        ({"NAME": " "}, "provider_name"),
        ({"SECRET_FILE": "/nowhere"}, "provider_secret_file"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_what_to_do(tmp_path, changes, words):
    (tmp_path / "secret").write_text("a secret")
    given = {
        "ISSUER": "https://id.example",
        "CLIENT_ID": "intake",
        "NAME": "Example ID",
        "SECRET_FILE": str(tmp_path / "secret"),
    } | changes
    environment = {f"INTAKE_PROVIDER_{name}": value for name, value in given.items()}
    with pytest.raises(SettingsRefused, match=re.escape(words)):
        read_settings(environment | {"INTAKE_INSTANCE": str(tmp_path / "instance")})


class Drip(BaseHTTPRequestHandler):
    """Answers without end, or a byte at a time."""

    def do_GET(self):
        self.send_response(302 if self.path.startswith("/away") else 200)
        self.send_header("Location", "/.well-known/openid-configuration")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            for _ in range(400):
                self.wfile.write(b" " * (4096 if self.path.startswith("/huge") else 1))
                if self.path.startswith("/slow"):
                    time.sleep(0.02)
        except OSError:
            pass  # whoever asked has gone, as they should

    def log_message(self, *_given):
        pass


@pytest.fixture(scope="module")
def dripping():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("huge", provider_sign_in.Why.UNREACHABLE),
        ("slow", provider_sign_in.Why.UNREACHABLE),
        ("away", provider_sign_in.Why.UNREACHABLE),
        ("empty", provider_sign_in.Why.NOT_UNDERSTOOD),
    ],
)
def test_an_answer_without_end_a_slow_one_and_one_that_leads_elsewhere_are_given_up(
    clinic, monkeypatch, dripping, path, why
):
    monkeypatch.setattr(provider_client, "transport", provider_client.Bounded)
    monkeypatch.setattr(provider_client, "_ALTOGETHER", 0.3)
    settings = replace(clinic.settings, provider_issuer=f"{dripping}/{path}")
    began = time.monotonic()
    with pytest.raises(provider_sign_in.ProviderFailed) as refusal:
        provider_client.places(settings)
    assert refusal.value.why is why
    assert time.monotonic() - began < 4


def test_nothing_of_it_is_loaded_without_a_provider():
    """Whoever installed intake without the extra `oidc` has neither Authlib nor requests."""
    # Nor are the lists of passwords read where none is chosen.
    asked = (
        "import sys, intake.web.clinic.site;"
        "print({'authlib', 'requests', 'joserfc', 'zxcvbn'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_a_neighbor_pressing_the_button_keeps_no_known_browser_from_the_provider(
    clinic, anyone, provider, signed_in, staff
):
    """One guest in the waiting room, on the clinic's own network."""
    alice = signed_in("alice")
    link = link_for(signed_in("bob"), staff["alice"].id)
    with pytest.raises(LockedOut):
        for _ in range(31):
            provider_sign_in.go(clinic, "unknown")  # as the browsers of these tests
    anyone.open("/sign-in")
    anyone.send("/sign-in/provider")
    assert anyone.status == 429, "the control: a browser nobody knows waits"

    alice.open_link(link)
    assert alice.status == 303, "whoever is signed in is counted by themselves"
    alice.open("/account")
    alice.send("/sign-out")
    assert leave(alice)


def test_a_link_that_cannot_be_followed_yet_is_not_used_up(clinic, provider, signed_in, staff):
    alice = signed_in("alice")
    link = link_for(signed_in("bob"), staff["alice"].id)
    for _ in range(10):
        provider_sign_in.follow_link(clinic, staff["alice"], "no such link")
    alice.open_link(link)
    assert alice.status == 429

    with clinic.database.read() as session:
        found = one_time_links.find(session, clinic.keys, link.partition("#")[2], clinic.now())
    assert found is not None


@pytest.mark.parametrize("flag", [True, False])
def test_factors_deleted_in_the_database_do_not_make_the_provider_enough(
    clinic, staff, anyone, provider, linked, flag
):
    """As with a password: whoever writes to the database leads nobody to set up a factor of their own."""
    alice = staff["alice"].id
    token = accounts.sign_in(clinic, "alice", PASSWORD, "here")
    offered = own_app.offer(clinic, staff["alice"])
    code = pyotp.TOTP(offered.seed).at(clinic.now())
    own_app.set_up(clinic, staff["alice"], token, offered.carried, code)
    come_back(anyone, provider.sign_in(leave(anyone)))
    anyone.open("/sign-in/second")
    assert anyone.page.h1 == "One more step", "the control: whoever has one is asked for it"
    with clinic.database.write() as session:
        session.execute(delete(AuthenticatorAppRow))
        session.execute(update(StaffMemberRow).values(second_factor=flag))

    come_back(anyone, provider.sign_in(leave(anyone)))

    assert anyone.status == 422
    # An account whose row was changed as well is nobody's.
    assert ("Start over how they sign in" if flag else "Nobody here is linked") in anyone.text
    assert not is_in(anyone)
    with clinic.database.read() as session:
        last = audit.events(session)[-1]
    assert (last.event, last.actor) == ("SignInRefused", str(alice) if flag else "unknown")
