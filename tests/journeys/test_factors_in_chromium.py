"""A second factor is set up, signs in, proves it again and signs a form off; with scripts by a passkey."""

import re
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pyotp
import pytest
from werkzeug.serving import make_server

from both_sites import both
from copies import PASSWORD, make_copy, staff
from intake.domain.permissions import Role
from intake.domain.review_entries import Done
from intake.services import reviewing, signature_proofs
from intake.services.signature_proofs import Proof
from journeys.modes import MODES_OF_RARE_PAGES
from journeys.test_in_chromium import write
from serving import free_port
from short_form import LIBRARY, send

pytestmark = pytest.mark.browser

# A device with a passkey in it, as Chromium pretends to have one: it knows who is there, and says yes.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SIGN = "Sign off as A. Rivera, NP"


@pytest.fixture
def copy(tmp_path):
    """A clinic that asks for a second factor, at an address that has a name: a number is none."""
    made = make_copy(tmp_path, LIBRARY)
    here = f"http://localhost:{free_port()}"
    settings = replace(
        made.settings, second_factor="required", public_address=here, clinic_address=f"{here}/clinic"
    )
    yield replace(made, settings=settings, clinic=replace(made.clinic, settings=settings))
    made.desk.database.dispose()
    made.clinic.database.dispose()


@pytest.fixture
def site(copy):
    """Both sites at that address."""
    address = copy.settings.public_address
    port = int(address.rpartition(":")[2])
    server = make_server("127.0.0.1", port, both(copy.desk, copy.clinic), threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def form(copy):
    """A form whose flags Alice has all acknowledged; Alice also looks after the people of the clinic."""
    clinic = copy.clinic
    alice = staff(clinic, "alice", "A. Rivera, NP", Role.CLINICIAN, Role.ADMINISTRATOR)
    submission = send(copy)
    for flag in reviewing.open_review(clinic, alice, submission).flags:
        reviewing.acknowledge(clinic, alice, submission, flag.key, "Seen.", Done.CALLED_PATIENT)
    return submission


@MODES_OF_RARE_PAGES
def test_a_passkey_is_set_up_signs_in_and_signs_off(window, copy, form, width, scripts, kind):
    alice = window(width, scripts, kind)
    if scripts:
        devtools = alice.tab.context.new_cdp_session(alice.tab)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    types_her_password(alice)
    assert alice.page.h1 == "Set up how you sign in"
    here = f"/clinic/submissions/{form}/sign-off"

    app = None if scripts else sets_up_app(alice, copy)
    if scripts:
        sets_up_passkey(alice)
    alice.open("/clinic/queue")
    signs_out_and_in(alice, copy, app)
    copy.clock.at += timedelta(minutes=6)
    adds_somebody(alice, app, copy)
    alice.open("/clinic/how-you-sign-in")
    copy.clock.at += timedelta(minutes=1)
    alice.open(here)
    if scripts:
        button = "Sign off with your passkey as A. Rivera, NP"
        filled = alice.page.form(button)
        filled.fill("Note for the record (optional)", "Discussed by phone")
        alice.press(filled, button)
        assert "Signed with a passkey, over exactly what was shown" in alice.page.text
    else:
        write(alice, SIGN, f"Your password: {PASSWORD}", "Code: 000000", expecting=422)
        write(alice, SIGN, f"Your password: {PASSWORD}", f"Code: {app.at(copy.clock())}")
        assert "Signed with a password and the code of an authenticator app" in alice.page.text
    (proved,) = signature_proofs.of_form(copy.clinic, form)
    assert proved.proof is (Proof.PROVED if scripts else Proof.NO_PASSKEY)


def types_her_password(alice):
    alice.open("/clinic/sign-in")
    write(alice, "Sign in", "Username: alice", f"Password: {PASSWORD}")


def sets_up_passkey(alice):
    filled = alice.page.form("Add a passkey")
    filled.fill("Name of this device", "work laptop")
    alice.press(filled, "Add a passkey")
    assert alice.page.h1 == "Your recovery codes"
    alice.open("/clinic/how-you-sign-in")
    assert "work laptop" in alice.page.text


def sets_up_app(alice, copy):
    alice.follow("Set up an authenticator app")
    alice.unfold("No camera? Type these words into the app")
    alice.look()
    seed = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", alice.page.text)[0].replace(" ", "")
    app = pyotp.TOTP(seed)
    write(alice, "Set up this app", "Code: 000000", expecting=422)
    write(alice, "Set up this app", f"Code: {app.at(copy.clock())}")
    assert alice.page.h1 == "Your recovery codes"
    return app


def signs_out_and_in(alice, copy, app):
    sign_out = next(one for form in alice.page.forms() for one in form.buttons if one.startswith("Sign out"))
    alice.press(alice.page.form(sign_out), sign_out)
    copy.clock.at += timedelta(minutes=1)
    if app is None:
        alice.press(alice.page.form("Sign in with a passkey"), "Sign in with a passkey")
    else:
        write(alice, "Sign in", "Username: alice", f"Password: {PASSWORD}")
        write(alice, "Go on", "Code: 000000", expecting=422)
        write(alice, "Go on", f"Code: {app.at(copy.clock())}")
    assert alice.page.h1 == "Review queue"


def adds_somebody(alice, app, copy):
    """More than five minutes after the last proof: asked once more, and nothing typed is lost."""
    alice.open("/clinic/staff")
    filled = alice.page.form("Add and make a link")
    filled.fill("Username", "carol")
    filled.fill("Name as it is signed", "C. Diaz, NP")
    filled.pick(next(one for one in filled.controls if one.label.startswith("Clinician")))
    alice.press(filled, "Add and make a link", expecting=(403,))
    assert alice.page.h1 == "Is it still you?"
    if app is None:
        alice.press(alice.page.form("Use your passkey"), "Use your passkey")
    else:
        write(alice, "Go on", f"Your password: {PASSWORD}", f"Code: {app.at(copy.clock())}")
    assert "C. Diaz, NP" in alice.page.text
    assert "/invitation#" in alice.tab.content()
