"""Journeys of accounts: somebody is invited, proves who they are in every way, changes roles and leaves."""

import json
import re
from pathlib import Path
from unittest.mock import patch

import pyotp
from requests.models import RequestEncodingMixin

from campaigns.calls_scene import Scene
from copies import PASSWORD
from intake.domain.permissions import Role
from intake.services import accounts, provider_client
from intake.storage import provider_sign_ins
from soft_passkeys import SoftPasskey
from web.clinic.mock_provider import CLIENT, ISSUER, SECRET, MockProvider

_HIDDEN = re.compile(r'name="([\w-]+)"[^>]*?value="([^"]*)"')
_INVITATION = re.compile(r'value="(http[^"]*/invitation#([^"]+))"')


def comes_and_goes(scene: Scene) -> None:
    """Somebody is invited, chooses a password and signs in; is given other roles and a link; and leaves."""
    bob, erin = scene.staff("bob", Role.ADMINISTRATOR), scene.person()
    bob.open("/staff")
    bob.send(
        "/staff", username="erin", printed_name="E. Every, MD", reason="Our new doctor", roles=["clinician"]
    )
    link, secret = _INVITATION.search(bob.response.text).groups()  # type: ignore[union-attr]
    erin.open_link(link)
    erin.send("/invitation", link=secret, password=PASSWORD, again=PASSWORD)
    erin.sign_in("erin", PASSWORD)
    erin.open("/queue")
    assert erin.status == 200, erin.text
    (page,) = (f"/staff/{one.id}" for one in accounts.staff(scene.clinic) if one.username == "erin")
    bob.open(page)
    bob.send(f"{page}/roles", roles=["clinician", "front_desk"])
    assert bob.status == 303, bob.text
    bob.send(f"{page}/reset")
    assert _INVITATION.search(bob.response.text), bob.text
    bob.open(page)
    bob.send(f"{page}/remove", sure="y")
    assert bob.status == 303, bob.text


def sets_up_more_than_a_password(scene: Scene) -> None:
    """An authenticator app, recovery codes and a passkey are set up, and each is signed in with."""
    scene.set(second_factor="required", clinic_address="http://localhost:8000/clinic")
    scene.member("alice", Role.CLINICIAN)
    alice = scene.person()
    alice.sign_in("alice", PASSWORD)
    alice.open("/how-you-sign-in/app")
    seed = re.search(r'class="code"[^>]*>([A-Z2-7 ]+)<', alice.response.text)[1]  # type: ignore[index]
    app = pyotp.TOTP(seed.replace(" ", ""))
    carried = dict(_HIDDEN.findall(alice.response.text))["carried"]
    alice.send("/how-you-sign-in/app", carried=carried, code=app.at(scene.clinic.now()))
    codes = re.findall(r"<code>([\w-]+)</code>", alice.response.text)
    assert len(codes) == 10, alice.text
    passkey = SoftPasskey()
    alice.open("/how-you-sign-in")
    asked = alice.send(
        "/how-you-sign-in/passkeys", {"Accept": "application/json"}, **{"with": "passkey", "name": "laptop"}
    )
    ceremony = json.loads(asked.text)
    answer = passkey.make(json.dumps(ceremony["options"]))
    alice.send(
        "/how-you-sign-in/passkeys",
        **{"with": "passkey", "name": "laptop", "ceremony": ceremony["token"], "answer": answer},
    )
    assert alice.status == 303, alice.text
    elsewhere = scene.person()
    elsewhere.sign_in("alice", PASSWORD)
    elsewhere.follow()
    elsewhere.send("/sign-in/second", code=codes[0])
    assert elsewhere.status == 303, elsewhere.text
    elsewhere.open("/how-you-sign-in")
    elsewhere.send("/how-you-sign-in/done")
    assert elsewhere.open("/queue").status_code == 200


def signs_in_at_a_provider(scene: Scene) -> None:
    """Somebody who is known at a provider signs in there, and comes back."""
    provider = MockProvider(scene.copy.clock)
    given: dict[str, object] = {}
    # A provider takes a code once; as it was before a failure, it has not taken it yet.
    scene.trying.elsewhere.append(lambda: provider.codes.update(given))
    secret = Path(str(scene.copy.settings.instance)).parent / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    scene.set(
        provider_issuer=ISSUER,
        provider_client_id=CLIENT,
        provider_secret_file=secret,
        provider_name="Example ID",
    )
    alice, clinic = scene.member("alice", Role.CLINICIAN), scene.clinic
    with clinic.database.write() as session:
        provider_sign_ins.link(session, clinic.keys, ISSUER, "sub-of-alice", alice.id, clinic.now())
    browser = scene.person()
    with patch.object(provider_client, "transport", lambda: provider):
        browser.open("/sign-in")
        browser.send("/sign-in/provider")
        assert browser.status == 303, browser.response.text
        back = provider.sign_in(browser.response.headers["Location"])
        given.update(provider.codes)
        browser.open(f"/sign-in/provider/back?{RequestEncodingMixin._encode_params(back)}")
    assert browser.page.h1 == "Welcome back", browser.text
    assert browser.open("/account").status_code == 200
