"""The two whole journeys in Chromium, with scripts and without, on a phone and on a desk."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.wrappers import Response

from copies import NOON, PASSWORD
from intake.domain.evidence import PatientEvidence
from intake.services import accounts, answering, reviewing
from intake.services.paths import asked_on, pages_asked
from journeys.as_a_patient import Patient
from journeys.chromium import Chromium, InSpanish, Keyboard, KeyboardInSpanish
from journeys.modes import ALL_JOURNEYS, in_make_journeys
from journeys.thorough import Thorough
from journeys.vignettes import PEOPLE
from web.looking import served

pytestmark = pytest.mark.browser

SHORTEST = PEOPLE["p01_nothing_special"]
LONG = PEOPLE["p05_suicidal_thoughts_right_now"]
# A daughter fills it in beside her mother.
HELPED = PEOPLE["p16_hallucinations_confusion_daughter_fills_in"]
REVIEWED = PEOPLE["p02_high_blood_pressure_and_stimulant"]
OTHERS = (LONG, PEOPLE["p14_dizzy_and_fainted_once"], SHORTEST)
SIGN_OFF = "Sign off as A. Rivera, NP"

EVERYTHING = pytest.param(390, True, LONG, Thorough, Chromium, id="390-scripts-everything")
BY_KEYBOARD = pytest.param(1280, True, SHORTEST, Patient, Keyboard, id="1280-scripts-keyboard")
IN_SPANISH = [
    pytest.param(390, True, HELPED, Patient, InSpanish, id="390-scripts-helper-spanish"),
    pytest.param(1280, True, LONG, Thorough, InSpanish, id="1280-scripts-everything-spanish"),
    pytest.param(390, True, LONG, Thorough, InSpanish, id="390-scripts-everything-spanish"),
    pytest.param(390, False, SHORTEST, Thorough, InSpanish, id="390-no-scripts-spanish"),
    pytest.param(1280, False, SHORTEST, Thorough, InSpanish, id="1280-no-scripts-spanish"),
    pytest.param(1280, True, SHORTEST, Patient, KeyboardInSpanish, id="1280-keyboard-spanish"),
]

# The journeys of each part of the clinic's work (``modes``) see its pages in every run; this one, of a whole
# day's work, in `make journeys`.
windows = pytest.mark.parametrize(
    ("width", "scripts"),
    [
        pytest.param(1280, False, id="no-scripts-1280"),
        pytest.param(390, True, id="scripts-390"),
    ],
)


@pytest.mark.parametrize(
    ("width", "scripts", "person", "patient", "kind"),
    [
        pytest.param(390, False, SHORTEST, Thorough, Chromium, id="390-no-scripts"),
        # In every run a short form is sent by keyboard (test_by_keyboard_in_chromium), and pages of every
        # kind are looked at (tests/accessibility).
        *([EVERYTHING, BY_KEYBOARD, *IN_SPANISH] if ALL_JOURNEYS else ()),
    ],
)
def test_a_patient_sends_the_form(window, library, clinic, width, scripts, person, patient, kind):
    browser = window(width, scripts, kind)

    reference = patient(browser, person, evidence_of(person, library)).sends_the_form()

    # Whoever presses Back now is where they were.
    back = browser.go_back()
    assert back.h1 == browser.said("We got your answers. Thank you.")
    assert reference in back.text
    assert len(reviewing.to_rescreen(clinic)) == 1


@in_make_journeys
@windows
def test_a_clinician_comes_in_reviews_and_goes(window, copy, width, scripts):
    administrator, alice = window(width, scripts), window(width, scripts)
    everybody = (*OTHERS, REVIEWED) if width == 1280 else (REVIEWED,)
    for hours, person in enumerate(reversed(everybody)):
        copy.clock.at = NOON - timedelta(hours=hours, minutes=20)
        send(copy, person)
    copy.clock.at = NOON

    link = sets_up_and_invites(administrator, accounts.make_setup_link(copy.clinic))
    accepts(alice, link)
    signs_in(alice, "alice")
    reviews(alice, "Darnell Whitaker, 52")
    signs_out(alice)


def test_a_page_with_a_foreign_picture_is_noticed(browser):
    page = "<!doctype html><title>t</title><h1>h</h1><main><img src='http://elsewhere.invalid/a.png' alt=''>"
    with served(Response(page, content_type="text/html")) as address:
        context = browser.new_context()
        visit = Chromium(context, address, scripts=False)
        with pytest.raises(AssertionError, match="asks other sites"):
            visit.open("/")
        context.close()


def sets_up_and_invites(browser, token):
    """Bob makes the first account and adds Alice; returns the link to give to her."""
    opens(browser, f"/clinic/setup#{token}")
    write(browser, "Make my account", "Username: bob", "Name as it is signed: B. Stone", *NEW_PASSWORD)
    browser.follow("Sign in")
    signs_in(browser, "bob")
    browser.open("/clinic/staff")
    form = browser.page.form("Add and make a link")
    form.fill("Username", "alice")
    form.fill("Name as it is signed", "A. Rivera, NP")
    form.pick(next(one for one in form.controls if one.label.startswith("Clinician")))
    browser.press(form, "Add and make a link")
    link = browser.tab.get_by_label("Link", exact=True).input_value()
    browser.follow("Back to staff")
    assert "Has not signed in yet" in browser.page.text
    found = urlsplit(link)
    return f"{found.path}#{found.fragment}"


def opens(browser, link, expecting=200):
    """Open a link that was handed over: a script fills the box, or it is pasted."""
    browser.open("/clinic/sign-in")
    browser.open(link)
    box = browser.tab.get_by_label("Your link", exact=True)
    if browser._scripts:
        assert box.input_value() == link.partition("#")[2]
        assert "#" not in browser.tab.url, "the secret is taken out of the address"
        assert browser.tab.locator("button:focus").inner_text() == "Go on"
        browser.press(browser.page.form("Go on"), "Go on", expecting=(expecting,))
    else:
        write(browser, "Go on", f"Your link: {link}", expecting=expecting)


def accepts(browser, link):
    """Alice, who was invited, chooses her password; the link works once."""
    opens(browser, link)
    write(browser, "Set my password", *NEW_PASSWORD)
    assert browser.page.h1 == "Your password is set"
    opens(browser, link, expecting=404)
    browser.follow("Go to signing in")


def signs_in(browser, username):
    """Wrong once, then right."""
    write(browser, "Sign in", f"Username: {username}", "Password: something else", expecting=422)
    assert browser.has_focus("#errors")
    write(browser, "Sign in", f"Username: {username}", f"Password: {PASSWORD}")


def reviews(browser, name):
    """Read, acknowledge one, sign too early, acknowledge the rest, sign, look back."""
    assert browser.page.h1 == "Review queue"
    browser.picture("queue")
    browser.follow(name)
    browser.picture("submission")
    first, *others = [form for form in browser.page.forms() if acknowledges(form)]
    if not says_what_was_done(first):
        browser.unfold(f"Add a note to: {about(first)}")
    first.type(first.controls[-1], "Will take it again at the visit")
    browser.press(first, acknowledges(first))
    assert "Note: Will take it again at the visit" in browser.page.text
    browser.follow("Go to sign-off")
    assert f"{len(others)} flags are not acknowledged yet" in browser.page.text
    assert not any(SIGN_OFF in form.buttons for form in browser.page.forms())
    browser.follow("Back to the form")
    for form in others:
        says_what_was_done(form)
        browser.press(form, acknowledges(form))
    signs_off(browser)
    browser.follow("History")
    assert "A. Rivera, NP" in browser.page.text


def signs_off(browser):
    """With a wrong password first."""
    browser.follow("Go to sign-off")
    browser.picture("sign-off", at="#sign")
    write(browser, SIGN_OFF, "Your password: not it", expecting=422)
    write(
        browser, SIGN_OFF, "Note for the record (optional): Discussed by phone", f"Your password: {PASSWORD}"
    )
    assert "Note: Discussed by phone" in browser.page.text


def signs_out(browser):
    """What was open cannot be opened any more, nor looked at by going back."""
    here = browser.page.address
    browser.press(browser.page.form("Sign out, A. Rivera, NP"), "Sign out, A. Rivera, NP")
    assert browser.page.h1 == "Sign in"
    assert browser.open(here).h1 == "Sign in"
    assert browser.go_back().h1 == "Sign in"


NEW_PASSWORD = (f"New password: {PASSWORD}", f"New password again: {PASSWORD}")


def write(browser, button, *lines, expecting=200):
    """Fill in the form with this button, each line a label and what is typed there, and press it."""
    form = browser.page.form(button)
    for line in lines:
        form.fill(*line.split(": ", 1))
    browser.press(form, button, expecting=(expecting,))


def acknowledges(form):
    """The button that acknowledges a flag; None in other forms."""
    return next((words for words in form.buttons if words.startswith("Acknowledge: ")), None)


def says_what_was_done(form):
    """Pick that the patient was called, where an urgent flag asks; whether it does."""
    called = [one for one in form.controls if one.label == "I called the patient"]
    for one in called:
        form.pick(one)
    return bool(called)


def about(form):
    return acknowledges(form).removeprefix("Acknowledge: ")


def evidence_of(person, library):
    return PatientEvidence(library.questionnaire, library.formulary, person.answers, person.as_of)


def send(copy, person):
    """A form that came in while nobody looked at a screen."""
    token = answering.start(copy.desk)
    evidence = evidence_of(person, copy.desk.library)
    for page in pages_asked(evidence):
        changes = {q.id: person.answers[q.id] for q in asked_on(evidence, page) if q.id in person.answers}
        answering.answer_page(copy.desk, token, page, changes)
    answering.send(copy.desk, token, person.signature)
