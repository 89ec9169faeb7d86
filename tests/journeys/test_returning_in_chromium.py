"""A patient stops and goes on with a link elsewhere; the clinic makes new words when these are lost."""

import re

import pytest

from copies import PASSWORD, staff
from exchanging import LIBRARY
from intake.domain.permissions import Role
from journeys.modes import PATIENTS_MODES_OF_RARE_PAGES

pytestmark = pytest.mark.browser

NAME = "Quetzal"
# Where the name is asked.
NAMES = next(
    f"/f/{part_number}/{number}"
    for part_number, part in enumerate(LIBRARY.questionnaire.parts, start=1)
    for number, page in enumerate(part.pages, start=1)
    if page.questions[0].id == "first_name"
)


@pytest.fixture
def content():
    """A short form: every page of it is looked at."""
    return LIBRARY


@PATIENTS_MODES_OF_RARE_PAGES
def test_a_patient_goes_on_with_their_form_on_another_device(window, copy, width, scripts, kind):
    staff(copy.clinic, "fay", "F. Moreno", Role.FRONT_DESK)
    pat, elsewhere, fay = (window(width, scripts, kind) for _ in range(3))

    phrase, code, link = stops(pat)
    comes_back_by_link(elsewhere, scripts, link, phrase)
    page = pat.open("/form", expecting=410)
    assert page.h1 == pat.said("We signed you out to keep your answers private")
    lets_the_clinic_help(elsewhere)
    anew = makes_new_words(fay, code)
    assert anew != phrase
    comes_back_by_code(pat, code, phrase, anew)


def stops(pat):
    """From the first page to what is written down."""
    page = pat.open("/")
    page = pat.press(page.form("Start"), "Start")
    page = pat.open(NAMES)
    names = page.form("Continue")
    names.fill(pat.question_in(LIBRARY.questionnaire, "first_name"), NAME)
    page = pat.press(names, "Save and finish later")
    pat.picture("returning-later")
    assert page.h1 == pat.said("You can stop here")
    phrase, code = re.findall(r"<dd><strong[^>]*>([^<]+)</strong></dd>", pat.tab.content())
    return phrase, code, pat.tab.locator("#way-link").input_value()


def comes_back_by_link(elsewhere, scripts, link, phrase):
    """With a script the secret leaves the address and stands in its box; without one it is pasted."""
    page = elsewhere.open(f"/return#{link.partition('#')[2]}")
    form = page.form("Open my form")
    if scripts:
        assert elsewhere.tab.locator("#link").input_value() == link.partition("#")[2]
        assert elsewhere.has_focus("#phrase")
        assert "#" not in elsewhere.tab.url
    else:
        form.fill("Your link, or your code", link)
    form.fill("Your four words", phrase.upper().replace(" ", "-"))
    page = elsewhere.press(form, "Open my form")
    assert page.says("Your answers are saved. Welcome back, %(name)s.", name=NAME)
    assert not [one for one in elsewhere.requests if link.partition("#")[2] in one.partition("#")[0]]


def lets_the_clinic_help(elsewhere):
    page = elsewhere.press(elsewhere.page.form("Show my words"), "Show my words")
    wish = page.form("Save this choice")
    wish.pick(next(control for control in wish.controls if control.name == "may"))
    elsewhere.press(wish, "Save this choice")
    assert elsewhere.tab.locator("#may").is_checked()


def makes_new_words(fay, code):
    page = fay.open("/clinic/sign-in")
    form = page.form("Sign in")
    form.fill("Username", "fay")
    form.fill("Password", PASSWORD)
    fay.press(form, "Sign in")
    page = fay.follow("A patient lost the words of a saved form")
    form = page.form("Make new words")
    form.fill("The code of the form", code)
    page = fay.press(form, "Make new words")
    assert page.h1 == "New words were made"
    assert NAME not in page.text
    return re.search(r"<dd><strong[^>]*>([^<]+)</strong></dd>", fay.tab.content())[1]


def comes_back_by_code(pat, code, old, anew):
    page = pat.follow("Go on with my form")
    for phrase, expecting in ((old, 422), (anew, 200)):
        form = page.form("Open my form")
        form.fill("Your link, or your code", code.lower())
        form.fill("Your four words", phrase)
        page = pat.press(form, "Open my form", expecting=(expecting,))
    assert page.says("Your answers are saved. Welcome back, %(name)s.", name=NAME)
