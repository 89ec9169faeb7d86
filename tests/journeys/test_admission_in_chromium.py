"""A clinic asks for a code and wants to be told at once: both are met by a patient, and by its staff."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from copies import NOON, staff
from intake.domain.clinic_settings_typed import boxes_of
from intake.domain.permissions import Role
from intake.domain.signal_duty_typed import DutyBoxes, duty_in
from intake.domain.start_codes import SheetWanted
from intake.services import accounts, changing_settings, start_codes
from journeys.modes import ALL_JOURNEYS, PATIENTS_MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import send, signs_in, write
from journeys.vignettes import PEOPLE

pytestmark = pytest.mark.browser

LETS_KNOW = (
    "<strong>After some answers about your safety, we let the clinic know at once</strong>, before you send "
    "the form. They get your name, your phone number if you gave it, and if they may leave a message. They "
    "do not get your answers. They will try to call you within %(within_minutes)s minutes. Someone is there "
    "%(signal)s."
)
CANNOT_CALL = (
    "<strong>We have let the clinic know.</strong> They cannot call you, because you have not given a phone "
    'number. <a href="%(number)s">Give your number</a>, or call them: %(phone)s.'
)
JUNK = PEOPLE["p02_high_blood_pressure_and_stimulant"]


@in_make_journeys
@PATIENTS_MODES_OF_RARE_PAGES
def test_codes_a_safety_signal_and_junk(window, copy, width, scripts, kind):
    staff(copy.clinic, "dana", "D. Both, MD", Role.CLINICIAN, Role.ADMINISTRATOR)
    dana, pat = window(width, scripts, kind), window(width, scripts, kind)
    dana.open("/clinic/sign-in")
    signs_in(dana, "dana")

    if ALL_JOURNEYS:
        switches_the_signal_on_after_a_slip(dana)
        code = asks_for_codes_and_makes_some(dana)
    else:
        code = has_it_set_and_a_code(copy)
    begins_with_a_code(pat, code, scripts)
    reaches_the_support_page(pat, copy.desk.library.questionnaire)
    copy.clock.at = NOON + timedelta(minutes=4)
    is_told_and_records_what_was_done(dana)
    if ALL_JOURNEYS:
        send(copy, JUNK)
        marks_junk_and_takes_it_back(dana)


def has_it_set_and_a_code(copy):
    """The same without a browser: these pages are sent in tests of their own (web/clinic)."""
    (dana,) = accounts.staff(copy.clinic)
    duty, _ = duty_in(DutyBoxes("Dr. Rivera, (555) 010-0177", confirmed="somebody answers"))
    changing_settings.set_signal(copy.clinic, dana, 0, duty)
    boxes = replace(boxes_of(changing_settings.current(copy.clinic).settings), start_codes=True)
    changing_settings.set_from(copy.clinic, dana, 1, boxes)
    return start_codes.make(copy.clinic, dana, SheetWanted(1, 1, 14)).codes[0][0]


def switches_the_signal_on_after_a_slip(dana):
    dana.open("/clinic/settings")
    dana.follow("See what it takes")
    dana.picture("signal-settings")
    write(dana, "Switch it on", "Who answers it, and at which number: Dr. Rivera", expecting=422)
    assert dana.has_focus("#errors")
    assert "Write the number as well" in dana.page.text
    dana.picture("signal-settings-wrong")
    form = dana.page.form("Switch it on")
    form.fill("Who answers it, and at which number", "Dr. Rivera, (555) 010-0177")
    form.fill("Type “somebody answers” to switch it on", "somebody answers")
    dana.press(form, "Switch it on")
    assert "Dr. Rivera, (555) 010-0177 answers, Monday to Friday, 9 am to 5 pm." in dana.page.text
    dana.picture("settings-signal-on")


def asks_for_codes_and_makes_some(dana):
    form = dana.page.form("Save settings")
    form.pick(next(one for one in form.controls if one.label.startswith("Starting a form takes a code")))
    dana.press(form, "Save settings")
    dana.open("/clinic/start-codes")
    write(dana, "Make codes", "How many: 6")
    dana.picture("start-codes-made")
    code = dana.tab.locator(".code").first.inner_text()
    dana.follow("Start codes")
    assert "0 of 6 uses" in dana.page.text
    dana.picture("start-codes")
    return code


def begins_with_a_code(pat, code, scripts):
    pat.open("/")
    write(pat, "Start", "Your code from the clinic: 7K4N-92QH", expecting=422)
    assert pat.has_focus("#errors")
    pat.picture("start-code-wrong")
    pat.open("/privacy")
    pat.open(f"/#code={code}")
    pat.picture("start-code")
    assert pat.said(LETS_KNOW, within_minutes="#", signal="#").partition("#")[0] in pat.page.text
    if scripts:
        assert pat.tab.locator("#code").input_value() == code
        assert "#" not in pat.tab.url
    write(pat, "Start", f"Your code from the clinic: {code}")
    assert pat.tab.url.endswith("/form")


def reaches_the_support_page(pat, questionnaire):
    pat.open(address_of(questionnaire, "first_name"))
    form = pat.page.form("Continue")
    for question, words in (("first_name", "Pat"), ("last_name", "Doe")):
        form.fill(pat.question_in(questionnaire, question), words)
    pat.press(form, "Continue")
    pat.open(address_of(questionnaire, "home_safe"))
    answers_no(pat, "home_safe")
    assert pat.said(CANNOT_CALL, phone="#").partition("#")[0] in pat.page.text
    pat.picture("told-without-number")
    pat.follow(pat.reader.said_in_link(CANNOT_CALL))
    form = pat.page.form("Continue")
    form.fill(pat.question_in(questionnaire, "phone"), "(555) 010-0142")
    form.pick(next(one for one in form.controls if (one.name, one.value) == ("message_ok", "yes")))
    pat.press(form, "Continue")
    pat.open(address_of(questionnaire, "safe_right_now"))
    answers_no(pat, "safe_right_now")
    by = pat.reader.voice.time(datetime(2026, 11, 20, 12, 30, tzinfo=ZoneInfo("America/New_York")))
    told = (
        pat.said("We have let the clinic know."),
        pat.said("They will try to call you by %(time)s.", time=by),
    )
    assert " ".join(told) in pat.page.text
    pat.picture("told-clinic")


def is_told_and_records_what_was_done(dana):
    dana.open("/clinic/queue")
    assert "1 patient waits for a call" in dana.page.text
    dana.picture("signal-queue")
    dana.follow("See whom to call")
    assert "(555) 010-0142" in dana.page.text
    dana.picture("signals")
    dana.follow("Record what you did, Pat Doe")
    dana.press(dana.page.form("Record it"), "Record it", expecting=(422,))
    form = dana.page.form("Record it")
    form.pick(next(one for one in form.controls if one.label == "I called, and we talked"))
    form.fill("In your words", "Is with a friend")
    dana.press(form, "Record it")
    assert "Settled" in dana.page.text
    dana.picture("signal")


def marks_junk_and_takes_it_back(dana):
    dana.open("/clinic/queue")
    assert "waits for a call" not in dana.page.text
    dana.follow("Mark junk among these forms")
    dana.picture("mark-junk")
    write(dana, "Move to Junk", "Why are they junk?: Advertising", expecting=422)
    form = dana.page.form("Move to Junk")
    form.pick(next(one for one in form.controls if one.name == "forms"))
    dana.press(form, "Move to Junk")
    dana.picture("junk")
    dana.open(dana.tab.locator("main .queue a").first.get_attribute("href"))
    dana.picture("junk-form")
    dana.press(dana.page.form("Take it back to the queue"), "Take it back to the queue")
    assert "Marked as junk" not in dana.page.text


def answers_no(pat, question):
    form = pat.page.form("Continue")
    form.pick(next(one for one in form.controls if (one.name, one.value) == (question, "no")))
    pat.press(form, "Continue")


def address_of(questionnaire, question):
    for number, part in enumerate(questionnaire.parts, 1):
        for page_number, page in enumerate(part.pages, 1):
            if any(one.id == question for one in page.questions):
                return f"/f/{number}/{page_number}"
    raise KeyError(question)
