"""Signing off: everything shown once more, the password again, and a signature for what was shown."""

import re
from dataclasses import replace

import pytest

from intake.domain.conditions import Compare, Operator
from intake.domain.review_entries import Done
from intake.domain.rules import RuleBook
from intake.services import reviewing
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.person import Person, words

STATEMENT = (
    "I have read these answers and the flags above. Signing records that I read this form. "
    "It is not a treatment decision."
)


@pytest.fixture
def read(alice, sent, clinic, staff):
    """A form whose flags Alice has all acknowledged."""
    submission = sent()
    review = reviewing.open_review(clinic, staff["alice"], submission)
    for flag in review.flags:
        reviewing.acknowledge(clinic, staff["alice"], submission, flag.key, "Seen.", Done.CALLED_PATIENT)
    return submission


def sign(person, submission, **fields):
    """Open the page, and send what it holds with these fields."""
    path = f"/submissions/{submission}/sign-off"
    person.open(path)
    person.send(path, **({"password": PASSWORD} | hidden(person) | fields))


def hidden(person):
    """What the page shown last carries for the next signature."""
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', person.response.text)[1]
        for name in ("shown", "seen")
    }


def add_rule(clinic, submission):
    """Screen everything again with one rule more."""
    new = replace(
        LIBRARY.rulebook.rules[1],
        id="new-rule",
        title="A new rule",
        when=Compare("takes", Operator.IS, "no"),
    )
    book = RuleBook((*LIBRARY.rulebook.rules, new), (), edition="f" * 64)
    changed = replace(clinic, library=replace(clinic.library, rulebook=book))
    reviewing.rescreen(changed, submission)
    return changed


def test_before_every_flag_is_acknowledged_the_page_says_what_is_left(alice, sent):
    submission = sent()

    alice.open(f"/submissions/{submission}/sign-off")

    assert "3 flags are not acknowledged yet" in alice.text
    links = alice.page.links()
    assert links["High blood pressure, not treated"].startswith(f"/clinic/submissions/{submission}#flag-")
    assert "Sign off as" not in alice.text


def test_signing_too_early_records_nothing_and_keeps_the_note(alice, sent, clinic, staff):
    submission = sent()
    shown = reviewing.open_review(clinic, staff["alice"], submission).fingerprint()
    alice.open("/password")

    alice.send(f"/submissions/{submission}/sign-off", password=PASSWORD, shown=shown, note="Spoke with Pat")

    assert alice.status == 409
    assert "3 flags are not acknowledged yet" in alice.text
    assert "Spoke with Pat" in alice.response.text
    assert not reviewing.open_review(clinic, staff["alice"], submission).sign_offs


def test_everything_stands_on_the_page_that_is_signed(alice, read):
    alice.open(f"/submissions/{read}/sign-off")

    assert "Raised (2)" in alice.text
    assert alice.text.count("Acknowledged by A. Rivera, NP") == 3
    assert "Is there anything else? Not reached" in alice.text
    assert "Do you take any medicines? No" in alice.text
    assert STATEMENT in alice.text
    assert "Sign off as A. Rivera, NP" in alice.text


def test_signing_shows_who_when_in_which_zone_and_what_it_means(alice, read):
    sign(alice, read, note="Discussed at the visit")
    assert alice.response.headers["Location"] == f"/clinic/submissions/{read}#signed"
    alice.follow()

    assert (
        f"Signed off A. Rivera, NP November 20, 2026 at 12:00 pm EST Meaning: {STATEMENT} "
        "Note: Discussed at the visit Covers 3 flags and all answers" in alice.text
    )
    assert "Go to sign-off" not in alice.text
    assert "Acknowledge" not in [button.text for button in alice.page.tree.iter("button")]


def test_a_finished_form_says_once_that_it_is_signed_and_is_nobodys_to_take(alice, read):
    alice.open(f"/submissions/{read}")
    assert "Take this form" in alice.text
    sign(alice, read)

    alice.open(f"/submissions/{read}")

    assert [words(h2) for h2 in alice.page.tree.iter("h2")].count("Signed off") == 1
    assert "Nobody has this form" not in alice.text
    assert "Take this form" not in alice.text.replace("Take this form up again", "")


def test_what_is_signed_leaves_the_queue_and_stands_under_done(alice, read):
    sign(alice, read)

    alice.open("/queue")
    assert "Nothing to review" in alice.text
    assert "Done (1)" in alice.text
    assert "Pat Doe, 38" not in alice.text

    alice.open("/queue/done")
    assert "Pat Doe, 38" in alice.text
    assert "Signed off November 20, 2026 at 12:00 pm EST" in alice.text


def test_the_password_is_asked_again(alice, read, clinic, staff):
    sign(alice, read, password="not it", note="Discussed")

    assert alice.status == 422
    assert "That is not your password" in alice.text
    assert "Discussed" in alice.response.text
    assert "not it" not in alice.response.text
    assert not reviewing.open_review(clinic, staff["alice"], read).sign_offs


def test_nobody_signs_with_somebody_elses_password(signed_in, read, clinic, staff):
    dana = signed_in("dana")

    sign(dana, read, password="")

    assert dana.status == 422
    assert "Type your password" in dana.text


def test_wrong_passwords_at_signing_pause_it(alice, read):
    for _ in range(10):
        sign(alice, read, password="guess")

    sign(alice, read)

    assert alice.status == 422
    assert "Too many wrong passwords. Wait 15 minutes, then sign" in alice.text


def test_a_form_that_changed_is_not_signed_and_the_page_says_what_is_new(alice, read, clinic, staff):
    path = f"/submissions/{read}/sign-off"
    alice.open(path)
    add_rule(clinic, read)

    alice.send(path, password=PASSWORD, note="Discussed at the visit", **hidden(alice))

    assert alice.status == 409
    assert "This form changed after you opened it Nothing was signed. Your note is still below." in alice.text
    assert "New since you opened it: A new rule" in alice.text
    assert "Discussed at the visit" in alice.response.text
    assert not reviewing.open_review(clinic, staff["alice"], read).sign_offs


def test_after_a_change_the_same_page_can_be_signed(alice, read, clinic, staff):
    path = f"/submissions/{read}/sign-off"
    alice.open(path)
    before = hidden(alice)
    add_rule(clinic, read)
    (new,) = reviewing.open_review(clinic, staff["alice"], read).blockers()
    reviewing.acknowledge(clinic, staff["alice"], read, new.flag.key, "", Done.CALLED_PATIENT)
    alice.send(path, password=PASSWORD, note="Discussed", **before)
    assert alice.status == 409

    alice.send(path, password=PASSWORD, note="Discussed", **hidden(alice))

    assert alice.status == 303
    (signed,) = reviewing.open_review(clinic, staff["alice"], read).sign_offs
    assert signed.note == "Discussed"


def test_what_was_signed_meanwhile_is_not_signed_twice(alice, signed_in, read, clinic, staff):
    dana = signed_in("dana")
    dana.open(f"/submissions/{read}/sign-off")
    sign(alice, read)

    dana.send(f"/submissions/{read}/sign-off", password=PASSWORD, note="Me too", **hidden(dana))

    assert dana.status == 409
    assert "This form was signed off while you had it open" in dana.text
    assert "Me too" in dana.response.text
    (signed,) = reviewing.open_review(clinic, staff["alice"], read).sign_offs
    assert signed.printed_name == "A. Rivera, NP"


def test_a_signed_form_has_nothing_left_to_sign(alice, read):
    sign(alice, read)

    alice.open(f"/submissions/{read}/sign-off")

    assert alice.response.headers["Location"] == f"/clinic/submissions/{read}"


def test_what_is_raised_after_a_sign_off_reopens_the_form_and_says_so(alice, read, clinic):
    sign(alice, read)

    changed = add_rule(clinic, read)
    later = Person(create_clinic_site(changed)).sign_in("alice", PASSWORD)
    later.open(f"/submissions/{read}")

    assert "Reopened. A. Rivera, NP signed this form off on November 20, 2026 at 12:00 pm EST" in later.text
    assert "that sign-off does not cover: A new rule" in later.text
    assert "Signed off before A. Rivera, NP" in later.text
    assert "3 of 4 flags acknowledged" in later.text
    assert "Reopened" in later.open("/queue").text


def test_the_history_tells_everything_in_order(alice, read, clinic):
    sign(alice, read)
    add_rule(clinic, read)

    alice.open(f"/submissions/{read}/history")

    told = [
        "Sent by the patient",
        "Screening 1",
        "Opened and read",
        "Acknowledged: ",
        "Signed off",
        "Screening 2",
        "Reopened",
    ]
    places = [alice.text.index(one) for one in told]
    assert places == sorted(places)
    assert "November 20, 2026 at 12:00 pm EST" in alice.text
