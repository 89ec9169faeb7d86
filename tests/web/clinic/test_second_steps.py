"""Signing in with more than a password, proving it again, and signing off: as a browser meets them."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from intake.domain.review_entries import Done
from intake.domain.sign_in_limits import WRONG_BEFORE_SET_ASIDE
from intake.services import (
    accounts,
    acting,
    own_factors,
    people,
    reviewing,
    signature_proofs,
    signing_with,
)
from intake.services.passkeys import PasskeyRefused
from intake.services.signature_proofs import Proof
from intake.services.signing_with import Answer, Statement
from intake.storage import accounts as members
from intake.storage import audit, authenticator_apps, passwords
from intake.storage.encryption import content_digest
from intake.storage.tables import PasskeyRow, StaffSessionRow
from intake.web.guard import asks_at_once, is_sensitive
from intake.web.typed import AGAIN
from soft_passkeys import SoftPasskey
from web.clinic.conftest import PASSWORD
from web.clinic.person import Person

JSON = {"Accept": "application/json"}
HIDDEN = re.compile(r'name="([\w-]+)"[^>]*?value="([^"]*)"')


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Passwords and codes worked out fast: how dear they are is looked at elsewhere."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clinic(clinic):
    """A clinic that asks for a second factor, as intake does out of the box."""
    here = "http://localhost:8000/clinic"
    settings = replace(clinic.settings, second_factor="required", clinic_address=here)
    return replace(clinic, settings=settings)


class Member:
    """Somebody at a browser, with a passkey and an app once they set them up."""

    def __init__(self, site, clinic, username):
        self.browser, self.clinic, self.username = Person(site), clinic, username
        self.passkey, self.app = SoftPasskey(), None

    def types_password(self):
        self.browser.open("/sign-in")
        self.browser.send("/sign-in", username=self.username, password=PASSWORD)
        return self

    def adds_passkey(self):
        self.browser.open("/how-you-sign-in")
        self.uses("/how-you-sign-in/passkeys", self.passkey.make, name="laptop")
        return self

    def sets_up_app(self):
        self.browser.open("/how-you-sign-in/app")
        shown = re.search(r'class="code"[^>]*>([A-Z2-7 ]+)<', self.browser.response.text)[1]
        self.app = pyotp.TOTP(shown.replace(" ", ""))
        carried = hidden(self.browser)["carried"]
        self.browser.send("/how-you-sign-in/app", carried=carried, code=self.code())
        return self

    def uses(self, path, device, prefix="", headers=None, **fields):
        """Press a passkey button: ask what to sign, have the device do it, send the form."""
        sent = {f"{prefix}with": "passkey", **fields}
        self.browser.send(path, headers=JSON | (headers or {}), **sent)
        asked = json.loads(self.browser.response.text)
        answer = device(json.dumps(asked["options"]))
        answered = {f"{prefix}ceremony": asked["token"], f"{prefix}answer": answer}
        self.browser.send(path, **sent, **answered)

    def code(self, steps=0):
        return self.app.at(self.clinic.now() + steps * timedelta(seconds=30))


def hidden(browser):
    return dict(HIDDEN.findall(browser.response.text))


@pytest.fixture
def member(site, clinic):
    return lambda username: Member(site, clinic, username)


@pytest.fixture
def alice(member):
    """Alice, signed in, with a passkey."""
    return member("alice").types_password().adds_passkey()


# Signing in and setting up


def test_with_a_password_alone_everything_but_setting_up_is_closed(site, member, sent):
    """Every page, for somebody who is asked to set up a second factor first (ASVS 6.3.3)."""
    submission = sent()
    alice = member("alice").types_password().browser
    alice.follow()
    assert alice.response.headers["Location"].endswith("/how-you-sign-in")
    alice.follow()
    assert alice.page.h1 == "Set up how you sign in"

    for path in ("/queue", f"/submissions/{submission}", "/password", "/statistics", "/desk"):
        assert alice.open(path).headers["Location"] == "/clinic/how-you-sign-in", path
    alice.open("/how-you-sign-in")
    alice.send(f"/submissions/{submission}/acknowledge", note="My words")
    assert alice.status == 403
    assert "My words" in alice.response.text
    assert "Pat" not in alice.response.text


def test_setting_up_an_app_shows_recovery_codes_once_and_opens_the_rest(member, clock):
    alice = member("alice").types_password().sets_up_app()
    codes = re.findall(r"<code>([\w-]+)</code>", alice.browser.response.text)
    assert alice.browser.page.h1 == "Your recovery codes"
    assert len(codes) == 10
    assert alice.browser.open("/queue").status_code == 200
    alice.browser.open("/how-you-sign-in")
    assert not any(code in alice.browser.response.text for code in codes)

    alice.browser.send("/sign-out")
    clock.move(minutes=1)
    alice.types_password()
    alice.browser.follow()
    assert alice.browser.page.h1 == "One more step"
    assert alice.browser.open("/queue").headers["Location"] == "/clinic/sign-in", "no session yet"


def test_a_code_after_the_password_signs_in_and_a_wrong_one_says_what_to_do(member, clock):
    alice = member("alice").types_password().sets_up_app()
    alice.browser.open("/how-you-sign-in")
    alice.browser.send("/sign-out")
    clock.move(minutes=1)
    browser = alice.types_password().browser
    browser.follow()

    browser.send("/sign-in/second", code="12")
    assert browser.status == 422
    assert 'value="12"' not in browser.response.text, "a code is typed again, and no page shows it"
    assert "The code is not right, or was used before" in browser.text
    browser.send("/sign-in/second", code=alice.code())
    browser.follow()
    browser.follow()
    assert browser.page.h1 == "Review queue"


def test_a_recovery_code_leads_to_a_look_at_how_one_signs_in(member, clock):
    alice = member("alice").types_password().sets_up_app()
    (code, *_) = re.findall(r"<code>([\w-]+)</code>", alice.browser.response.text)
    browser = alice.types_password().browser
    browser.follow()

    browser.send("/sign-in/second", code=code)
    browser.open("/queue")
    browser.follow()

    assert "A recovery code was used to sign in" in browser.text
    assert "9 codes are left" in browser.text
    browser.send("/how-you-sign-in/done")
    assert browser.open("/queue").status_code == 200


def test_the_second_step_without_a_password_leads_back_to_the_start(anyone):
    for answer in (anyone.open("/sign-in/second"), anyone.send("/sign-in/second", code="123456")):
        assert answer.status_code in (409, 400)
    anyone.open("/sign-in")
    anyone.send("/sign-in/second", code="123456")
    assert (anyone.status, anyone.page.h1) == (409, "Sign in from the start")


def test_a_passkey_alone_signs_in(site, alice):
    other = Member(site, alice.clinic, "alice")
    other.passkey = alice.passkey
    other.browser.open("/sign-in")

    other.uses("/sign-in/passkey", other.passkey.use)

    assert other.browser.response.headers["Location"] == "/clinic/"
    assert other.browser.open("/queue").status_code == 200


def test_a_passkey_that_proves_nothing_says_so_and_begins_nothing(site, alice):
    other = Member(site, alice.clinic, "alice")
    other.browser.open("/sign-in")

    other.uses("/sign-in/passkey", lambda options: alice.passkey.use(options, verified=False))

    assert other.browser.status == 422
    assert "The passkey could not be used" in other.browser.text
    assert other.browser.open("/queue").headers["Location"] == "/clinic/sign-in"


def test_pressed_without_a_script_the_page_says_what_to_do_instead(anyone):
    anyone.open("/sign-in")

    anyone.send("/sign-in/passkey", **{"with": "passkey"})

    assert anyone.status == 422
    assert "Use your password and a code instead" in anyone.text


def test_the_cookie_of_an_unfinished_sign_in_is_as_well_kept_as_a_sessions(member):
    alice = member("alice").types_password().sets_up_app().types_password()

    (cookie,) = (
        one for one in alice.browser.response.headers.getlist("Set-Cookie") if "clinic_unfinished=" in one
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie


def test_what_a_password_looks_like_is_worked_out_up_to_a_length_and_two_at_a_time(anyone, monkeypatch):
    worked_out = []
    monkeypatch.setattr(passwords._HASHER.__class__, "verify", lambda *_: worked_out.append(1))
    anyone.open("/sign-in")
    anyone.send("/sign-in", username="alice", password="x" * 1025)
    assert (anyone.status, worked_out) == (422, [])

    monkeypatch.setattr(passwords, "_SECONDS_TO_WAIT", 0.01)
    with passwords._turn(), passwords._turn():
        anyone.send("/sign-in", username="alice", password="x" * 1024)
    assert anyone.status == 429
    assert anyone.response.headers["Retry-After"]
    assert worked_out == []


# Proving it again


def test_what_changes_what_others_may_do_asks_again_after_five_minutes(member, clock, clinic):
    bob = member("bob").types_password().adds_passkey()
    clock.move(minutes=6)
    bob.browser.open("/staff")
    wanted = {"username": "carol", "printed_name": "C. “Diaz” & Co", "roles": ["clinician", "auditor"]}

    bob.browser.send("/staff", **wanted)

    assert (bob.browser.status, bob.browser.page.h1) == (403, "Is it still you?")
    kept = HIDDEN.findall(bob.browser.response.text)
    assert [value for name, value in kept if name == "roles"] == ["clinician", "auditor"]
    assert "carol" not in {one.username for one in accounts.staff(clinic)}
    session = bob.browser.client.get_cookie("intake_clinic", "127.0.0.1", "/clinic").value
    bob.uses("/staff", bob.passkey.use, "again-", **wanted)
    assert "/invitation#" in bob.browser.response.text
    assert accounts.staff(clinic)[-2].username in ("carol", "bob", "dana")
    renewed = bob.browser.client.get_cookie("intake_clinic", "127.0.0.1", "/clinic").value
    assert renewed != session
    assert accounts.whoever(clinic, session) is None


def test_no_sensitive_page_can_be_sent_to_past_the_question(site, member, clock, clinic):
    """Each of them, by somebody whose session is not fresh: nothing is done (ASVS 7.5.3)."""
    dana = member("dana").types_password().adds_passkey()
    clock.move(minutes=6)
    before = len(events(clinic))
    sensitive = [
        rule for rule in site.url_map.iter_rules() if is_sensitive(site.view_functions[rule.endpoint])
    ]
    assert len(sensitive) >= 10

    for rule in sensitive:
        dana.browser.open("/how-you-sign-in")
        ids = dict.fromkeys(rule.arguments, "00000000-0000-0000-0000-000000000007")
        with site.test_request_context():
            path = rule.build({**ids, **({"number": 7} if "number" in rule.arguments else {})})[1]
        dana.browser.send(path, username="mallory", **{"again-with": "password"})
        assert (dana.browser.status, dana.browser.page.h1) == (403, "Is it still you?"), path

    assert len(events(clinic)) == before


def test_a_screen_left_open_adds_nobody_elses_passkey(site, member, clock, clinic):
    """Two minutes after she signed in: fresh for other things, and not for how she signs in."""
    dana = member("dana").types_password().adds_passkey()
    clock.move(minutes=2)
    before = len(events(clinic))
    changing = [rule for rule in site.url_map.iter_rules() if _asks_at_once(site, rule.endpoint)]
    assert len(changing) == 6

    for rule in changing:
        dana.browser.open("/how-you-sign-in")
        values = dict.fromkeys(rule.arguments, "00000000-0000-0000-0000-000000000007")
        with site.test_request_context():
            path = rule.build(values)[1]
        dana.browser.send(path, name="Mallory's phone")
        assert (dana.browser.status, dana.browser.page.h1) == (403, "Is it still you?"), path

    assert len(events(clinic)) == before


def _asks_at_once(site, endpoint):
    with site.app_context():
        return asks_at_once(endpoint)


def test_a_wrong_answer_asks_again_and_keeps_what_was_typed(member, clock):
    bob = member("bob").types_password().sets_up_app()
    clock.move(minutes=6)
    bob.browser.open("/staff")
    wanted = {"username": "carol", "printed_name": "C. Diaz", "roles": "clinician"}
    bob.browser.send("/staff", **wanted)

    for proof in (
        {"again-password": PASSWORD, "again-code": "000000"},
        {"again-password": "not it", "again-code": bob.code()},
        {"again-password": "", "again-code": ""},
        {"again-with": "passkey", "again-ceremony": "x", "again-answer": "{}"},
        {"again-with": "passkey"},
    ):
        bob.browser.send("/staff", **wanted, **proof)
        assert bob.browser.status == 422, proof
        assert ("username", "carol") in HIDDEN.findall(bob.browser.response.text)
        assert "/invitation#" not in bob.browser.response.text
    bob.browser.send("/staff", **wanted, **{"again-password": PASSWORD, "again-code": bob.code()})
    assert "/invitation#" in bob.browser.response.text


RECOVERY = "Wait 15 minutes, then {}. If that changes nothing, sign in again with a recovery code"


def test_after_a_hundred_wrong_codes_the_question_says_what_helps(member, clock, clinic, staff):
    bob = member("bob").types_password().sets_up_app()
    wrong_in_a_row(clinic, staff["bob"])
    clock.move(minutes=6)
    bob.browser.open("/staff")
    wanted = {"username": "carol", "printed_name": "C. Diaz", "roles": "clinician"}

    bob.browser.send("/staff", **wanted, **{"again-password": PASSWORD, "again-code": bob.code()})

    assert bob.browser.status == 422
    assert RECOVERY.format("try again") in bob.browser.text


def test_after_a_hundred_wrong_codes_the_form_says_what_helps(member, sent, clinic, staff, clock):
    alice = member("alice").types_password().sets_up_app()
    submission = acknowledged(clinic, staff["alice"], sent())
    wrong_in_a_row(clinic, staff["alice"])
    clock.move(minutes=1)

    shown = opens(alice, submission)
    alice.browser.send(f"/submissions/{submission}/sign-off", password=PASSWORD, code=alice.code(), **shown)

    assert alice.browser.status == 422
    assert RECOVERY.format("sign") in alice.browser.text


def wrong_in_a_row(clinic, person):
    """As ``typed_codes`` counts them."""
    with clinic.database.write() as session:
        row = members.hold(session, clinic.keys, person.id)
        for _ in range(WRONG_BEFORE_SET_ASIDE):
            authenticator_apps.count_wrong(session, clinic.keys, row)


def test_a_password_typed_on_a_sensitive_page_is_not_sent_back(member, clock):
    dana = member("dana").types_password().adds_passkey()
    clock.move(minutes=6)
    dana.browser.open("/staff")

    dana.browser.send("/staff", username="carol", password="a secret that was typed")

    assert dana.browser.status == 403
    assert "a secret that was typed" not in dana.browser.response.text


def test_an_administrator_helps_somebody_who_lost_everything_and_never_themselves(member, clinic, staff):
    member("alice").types_password().sets_up_app()
    bob = member("bob").types_password().adds_passkey().browser
    bob.open("/staff")
    assert "Signs in with an authenticator app" in bob.text

    bob.send(f"/staff/{staff['alice'].id}/factors")

    assert not own_factors.of_everybody(clinic)[staff["alice"].id].any
    bob.open("/staff")
    bob.send(f"/staff/{staff['bob'].id}/factors")
    assert bob.status == 403
    assert own_factors.of_everybody(clinic)[staff["bob"].id].any


# Signing off


@pytest.fixture
def read(alice, sent, clinic, staff):
    """A form whose flags Alice has all acknowledged."""
    return acknowledged(clinic, staff["alice"], sent())


def acknowledged(clinic, who, submission):
    for flag in reviewing.open_review(clinic, who, submission).flags:
        reviewing.acknowledge(clinic, who, submission, flag.key, "Seen.", Done.CALLED_PATIENT)
    return submission


def opens(alice, submission):
    alice.browser.open(f"/submissions/{submission}/sign-off")
    found = hidden(alice.browser)
    return {name: found[name] for name in ("shown", "seen")}


def events(clinic):
    with clinic.database.read() as session:
        return audit.events(session)


def test_signing_off_with_a_passkey_is_recorded_and_can_be_proved(alice, read, clinic):
    shown = opens(alice, read)
    alice.uses(f"/submissions/{read}/sign-off", alice.passkey.use, note="Spoke with Pat", **shown)

    alice.browser.follow()
    assert "Signed with a passkey, over exactly what was shown" in alice.browser.text
    (proved,) = signature_proofs.of_form(clinic, read)
    assert proved.proof is Proof.PROVED
    line = next(one for one in events(clinic) if one.event == "ReviewSignedOff")
    assert (line.detail["proven"], len(line.detail["assertion"])) == ("passkey", 64)


def test_what_is_stored_with_one_character_changed_is_not_what_was_signed(alice, read, clinic, staff):
    """The control of the proof: every part of a sign-off and of the form, and the signature itself."""
    alice.uses(
        f"/submissions/{read}/sign-off", alice.passkey.use, note="Spoke with Pat", **opens(alice, read)
    )
    review = reviewing.open_review(clinic, staff["alice"], read)
    (signed,) = review.sign_offs
    passkey = signed.signed_with.passkey
    key = (str(staff["alice"].id), content_digest(passkey.public_key))
    added = {key: signed.at}
    assert signature_proofs.proof_of(review, signed, added) is Proof.PROVED

    def proof(**changes):
        return signature_proofs.proof_of(review, replace(signed, **changes), added)

    def with_passkey(**changes):
        return replace(signed.signed_with, passkey=replace(passkey, **changes))

    assert proof(note="Spoke with Pam") is Proof.OTHER_CONTENT
    assert proof(next_step="Call") is Proof.OTHER_CONTENT
    assert proof(statement=signed.statement[:-1]) is Proof.OTHER_CONTENT
    assert proof(clinician=staff["dana"].id) is Proof.OTHER_CONTENT
    assert proof(covers="0" * 64) is Proof.OTHER_CONTENT
    assert proof(signed_with=with_passkey(nonce=bytes(64))) is Proof.OTHER_CONTENT
    assert proof(signed_with=with_passkey(signature=passkey.signature[:-1] + b"x")) is Proof.BAD_SIGNATURE
    assert proof(signed_with=with_passkey(origin="http://elsewhere")) is Proof.BAD_SIGNATURE
    assert proof(signed_with=None) is Proof.NO_PASSKEY
    assert signature_proofs.proof_of(review, signed, {}) is Proof.UNKNOWN_KEY
    late = {key: signed.at + timedelta(seconds=1)}
    assert signature_proofs.proof_of(review, signed, late) is Proof.UNKNOWN_KEY
    first = review.submission.transcript[0]
    line = replace(first.lines[0], said=first.lines[0].said + ".")
    part = replace(first, lines=(line, *first.lines[1:]))
    changed = replace(review.submission, transcript=(part, *review.submission.transcript[1:]))
    other = replace(review, submission=changed)
    assert signature_proofs.proof_of(other, signed, added) is Proof.OTHER_CONTENT


def test_a_passkey_asked_on_a_page_that_is_out_of_date_signs_nothing(alice, read, clinic, staff):
    shown = opens(alice, read)
    path = f"/submissions/{read}/sign-off"
    sent = {"with": "passkey", "note": "My note", **shown}
    alice.browser.send(path, headers=JSON, **sent)
    asked = json.loads(alice.browser.response.text)
    answer = alice.passkey.use(json.dumps(asked["options"]))
    reviewing.rescreen(clinic, read, force=True)
    before = reviewing.open_review(clinic, staff["alice"], read)
    acting.undo(clinic, staff["alice"], read, len(before.acknowledgements))

    alice.browser.send(path, ceremony=asked["token"], answer=answer, **sent)

    assert alice.browser.status == 409
    assert "This form changed after you opened it" in alice.browser.text
    assert "My note" in alice.browser.response.text
    assert not reviewing.open_review(clinic, staff["alice"], read).sign_offs


@pytest.mark.parametrize(
    "changed", [{"note": "Another note"}, {"next_words": "Another step"}, {"note": ""}], ids=str
)
def test_a_passkey_signs_the_words_it_was_asked_to_and_no_others(alice, read, clinic, staff, changed):
    """Words exchanged between the question and the answer, as a script in the page might."""
    path, sent = f"/submissions/{read}/sign-off", {"with": "passkey", "note": "N", **opens(alice, read)}
    alice.browser.send(path, headers=JSON, **sent)
    asked = json.loads(alice.browser.response.text)
    answer = alice.passkey.use(json.dumps(asked["options"]))

    alice.browser.send(path, ceremony=asked["token"], answer=answer, **(sent | changed))

    assert alice.browser.status == 422
    assert "The passkey did not sign what is on this page" in alice.browser.text
    assert not reviewing.open_review(clinic, staff["alice"], read).sign_offs


def test_an_answer_given_for_something_else_signs_nothing(alice, read, clinic, staff):
    shown = opens(alice, read)
    path = f"/submissions/{read}/sign-off"
    alice.browser.open("/sign-in")
    alice.browser.send("/sign-in/passkey", headers=JSON, **{"with": "passkey"})
    asked = json.loads(alice.browser.response.text)
    answer = alice.passkey.use(json.dumps(asked["options"]))

    alice.browser.open(path)
    alice.browser.send(path, ceremony=asked["token"], answer=answer, **{"with": "passkey"}, **shown)

    assert alice.browser.status == 422
    assert not reviewing.open_review(clinic, staff["alice"], read).sign_offs


def test_an_answer_for_one_form_signs_no_other_and_none_twice(clinic, staff, alice, read, sent):
    who, other = staff["alice"], acknowledged(clinic, staff["alice"], sent())

    def statement(submission):
        return Statement(submission, reviewing.open_review(clinic, who, submission).fingerprint(), "", "")

    asked = signing_with.ask(clinic, who, statement(read))
    answer = Answer(asked.token, alice.passkey.use(asked.options))
    with pytest.raises(PasskeyRefused):
        signing_with.sign_off(clinic, who, statement(other), answer)
    with pytest.raises(PasskeyRefused):
        signing_with.sign_off(clinic, who, statement(read), answer)

    asked = signing_with.ask(clinic, who, statement(read))
    signing_with.sign_off(clinic, who, statement(read), Answer(asked.token, alice.passkey.use(asked.options)))
    assert [one.proof for one in signature_proofs.of_every_form(clinic)] == [Proof.PROVED]


def test_a_fresh_session_does_not_sign_by_itself(alice, read, clinic, staff):
    """However short ago somebody signed in: a sign-off always asks again."""
    alice.browser.send(f"/submissions/{read}/sign-off", **opens(alice, read))

    assert alice.browser.status == 422
    assert not reviewing.open_review(clinic, staff["alice"], read).sign_offs


def test_signing_off_with_a_password_takes_the_code_as_well_and_says_so(member, sent, clinic, staff, clock):
    alice = member("alice").types_password().sets_up_app()
    submission = acknowledged(clinic, staff["alice"], sent())
    clock.move(minutes=1)
    path, shown = f"/submissions/{submission}/sign-off", opens(alice, submission)
    for wrong in ({"code": ""}, {"code": "000000"}, {"code": alice.code(), "password": "not it"}):
        alice.browser.send(path, **({"password": PASSWORD} | wrong | shown))
        assert alice.browser.status == 422
    clock.move(minutes=1)

    alice.browser.send(path, password=PASSWORD, code=alice.code(), **opens(alice, submission))

    alice.browser.follow()
    assert "Signed with a password and the code of an authenticator app" in alice.browser.text
    assert [one.proof for one in signature_proofs.of_form(clinic, submission)] == [Proof.NO_PASSKEY]


def test_a_sign_off_with_a_password_alone_is_recorded_as_it_always_was(clinic, staff, sent):
    submission = acknowledged(clinic, staff["alice"], sent())
    shown = reviewing.open_review(clinic, staff["alice"], submission).fingerprint()

    reviewing.sign_off(clinic, staff["alice"], submission, "", shown)

    (signed,) = reviewing.open_review(clinic, staff["alice"], submission).sign_offs
    assert signed.signed_with is None


def test_sessions_that_were_there_before_an_update_are_not_fresh(clinic, alice, clock):
    with clinic.database.write() as session:
        session.execute(update(StaffSessionRow).values(authenticated_at=clock.at - timedelta(days=1)))
    alice.browser.open("/how-you-sign-in")

    alice.browser.send("/how-you-sign-in/codes")

    assert alice.browser.status == 403


def test_what_does_not_open_says_what_to_do_on_every_page(member, clinic, staff, clock):
    """Somebody wrote to the database: whoever it was done to is told what to do, and nothing breaks."""
    alice, bob = member("alice").types_password().adds_passkey(), staff["bob"]
    reset = people.make_reset_link(clinic, bob, staff["alice"].id)
    here, at_the_door = alice.browser, member("alice").types_password().browser
    at_the_door.follow()
    with clinic.database.write() as session:
        session.execute(update(PasskeyRow).values(sealed=b"planted"))
    clock.move(minutes=6)
    new = {"password": "another four plain words", "again": "another four plain words"}

    at_the_door.send("/sign-in/second", headers=JSON, **{"with": "passkey"})
    here.open("/password")
    here.send("/account/sessions/end-others", headers=JSON, **{f"{AGAIN}with": "passkey"})
    told = [here.response]
    here.open("/password")
    here.send("/password", old=PASSWORD, **new)
    told.append(here.response)
    at_the_link = at_the_door.response
    at_the_door.open_link(f"/invitation#{reset}")
    at_the_door.send("/invitation", link=reset, **new)
    told += [at_the_link, at_the_door.response]

    for answer in told:
        assert answer.status_code == 409, answer.request.path
        assert "Start over how they sign in" in answer.text, answer.request.path
    # The link still leads on, once an administrator started over.
    own_factors.forget(clinic, bob, staff["alice"].id)
    assert accounts.accept_invitation(clinic, reset, PASSWORD)
