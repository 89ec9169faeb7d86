"""A clinician asks, the patient replies with the link and the reference, the clinician reads the answer."""

import re

import pytest

from copies import PASSWORD, staff
from exchanging import FORM, LIBRARY
from intake.domain.permissions import Role
from intake.services import answering
from intake.storage import submissions
from journeys.chromium import Keyboard
from journeys.modes import PATIENTS_MODES_ON_A_PHONE
from journeys.readers import AsItStands
from sending import fill_in, send

pytestmark = pytest.mark.browser

QUESTION = "Please look at your pill bottles. Is your blood pressure treated?"
TITLE = "High blood pressure, not treated"
WORDS = "I stopped the pills in May."
NAME = "Quetzal Doe"
CHECK, THANKS = "Check, sign, and send", "We got it. Thank you."
NOT_OPENED = (
    "We could not open that. Check the link and the reference. A reference looks like %(example)s. If you "
    "tried several times, wait an hour or call"
)


@pytest.fixture
def content():
    """A short form: every page of it is looked at."""
    return LIBRARY


def opened_form(copy, reference):
    with copy.clinic.database.read() as session:
        return submissions.by_reference(session, reference)


@PATIENTS_MODES_ON_A_PHONE
def test_a_clinician_asks_and_reads_what_the_patient_replies(window, copy, width, scripts, kind):
    reference = send(copy.desk, FORM).reference
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    form = f"/clinic/submissions/{opened_form(copy, reference)}"
    alice, pat = window(width, scripts, kind), window(width, scripts, kind)
    signs_in(alice)

    link = asks(alice, form)
    assert "Waiting on patient" in alice.open(form).text
    replies(pat, link, reference, copy.settings.clinic_name)
    reads(alice, form)


@PATIENTS_MODES_ON_A_PHONE
def test_a_patient_adds_something_after_sending(window, copy, width, scripts, kind):
    token = fill_in(copy.desk, FORM)
    answering.send(copy.desk, token, NAME)
    pat = window(width, scripts, kind)
    pat.tab.context.add_cookies([{"name": "intake_patient", "value": token, "url": pat._site}])

    sent = pat.open("/sent")
    page = pat.press(sent.form("Add something"), "Add something")
    assert page.h1 == pat.said("Add something to your form")
    words = page.form("Continue")
    words.fill("What do you want to add?", "I forgot: I fainted once.")
    page = pat.press(words, "Continue")
    page = signs(pat, page)

    assert page.h1 == pat.said(THANKS)
    assert pat.go_back().h1 in (pat.said(THANKS), pat.said(CHECK))


def asks(alice, form):
    """From the flag to the link."""
    page = alice.open(form)
    asked = f"Ask the patient about: Cannot tell: {TITLE}"
    page = alice.follow(asked)
    alice.picture("asking-ask")
    assert page.h1 == "Ask Quetzal Doe a question"
    question = page.form("Send question")
    chooses_what_the_flag_waits_for(alice)
    question.fill("Your question", QUESTION)
    page = alice.press(question, "Send question")
    alice.picture("asking-ask-sent")
    assert page.h1 == "Your question is asked"
    link = re.search(r'value="(http[^"]*/reply#[^"]+)"', alice.tab.content())
    assert link, "the link is shown once"
    alice.open(form)
    alice.picture("asking-waiting", at="#asked")
    return link[1]


def chooses_what_the_flag_waits_for(alice):
    """The first question offered after "words are enough"."""
    offered = alice.tab.locator("#again")
    if isinstance(alice, Keyboard):
        alice._reach(offered)
        alice.tab.keyboard.press("ArrowDown")
    else:
        offered.select_option("treated")
    assert offered.input_value() == "treated"


def replies(pat, link, reference, clinic_name):
    """From the link to the thanks, without and with the script that fills it in."""
    address = link.partition("//")[2].partition("/")[2]
    page = pat.open(f"/{address}")
    assert page.h1 == pat.said("Read your message from %(clinic_name)s", clinic_name=clinic_name)
    pat.picture("asking-reply-door")
    door = page.form("Open my message")
    if not pat.tab.locator("#link").input_value():
        door.fill("The link from the clinic", link)
    else:
        assert "#" not in pat.tab.url, "the script takes the secret out of the address"
    door.fill("Your reference", "HL-222-222")
    page = pat.press(door, "Open my message", expecting=(422,))
    assert pat.said(NOT_OPENED, example="#").partition("#")[0] in page.text
    door = page.form("Open my message")
    door.fill("The link from the clinic", link)
    door.fill("Your reference", reference.lower())
    page = pat.press(door, "Open my message")
    pat.picture("asking-reply")
    assert page.h1 == pat.said("A question for you")
    assert QUESTION in page.text
    words = page.form("Continue")
    # The question is the small clinic's own, and its "No" as well.
    words.choose(AsItStands("No"))
    words.fill("Do you want to say more? (optional)", WORDS)
    page = pat.press(words, "Continue")
    while page.h1 in (pat.said("One more question"), pat.said("A few more questions")):
        page = pat.press(page.form("Continue"), "Continue")
    assert page.h1 == pat.said(CHECK)
    assert WORDS in page.text
    assert pat.go_back().h1 != page.h1
    page = pat.open("/reply/check")
    pat.picture("asking-reply-check")
    page = signs(pat, page)
    pat.picture("asking-reply-sent")
    assert page.h1 == pat.said(THANKS)


def reads(alice, form):
    """The answer, old and new, and the flag that was reopened by it."""
    page = alice.open(form)
    alice.picture("asking-new-answer", at="#asked")
    assert "New answer" in page.text
    assert WORDS in page.text
    assert "Now: No" in page.text
    assert TITLE in [words.removeprefix("Ask the patient about: ") for words in page.links()]
    assert "Before: Not sure" in page.text


def signs(pat, page):
    form = page.form("Sign and send to the clinic")
    form.pick(next(one for one in form.controls if not one.is_box))
    form.fill("Type your full name", NAME)
    return pat.press(form, "Sign and send to the clinic")


def signs_in(alice):
    form = alice.open("/clinic/sign-in").form("Sign in")
    form.fill("Username", "alice")
    form.fill("Password", PASSWORD)
    alice.press(form, "Sign in")
