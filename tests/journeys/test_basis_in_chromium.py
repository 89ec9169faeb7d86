"""A form read by a clinician: what to ask first is on the first screen, and keys move the focus alone."""

import string
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from copies import NOON, PASSWORD, staff
from intake.domain.permissions import Role
from intake.domain.review_entries import Done
from intake.services import reviewing
from intake.storage.tables import Base
from journeys.modes import MODES_OF_RARE_PAGES
from journeys.test_in_chromium import send, signs_in
from journeys.vignettes import PEOPLE
from web.looking import follow

pytestmark = pytest.mark.browser

FIVE = (
    "p02_high_blood_pressure_and_stimulant",
    "p05_suicidal_thoughts_right_now",
    "p14_dizzy_and_fainted_once",
    "p01_nothing_special",
    next(name for name in PEOPLE if name.startswith("p17")),
)
# What has to be seen of the first flag without scrolling: on a desk all of it, on a phone the beginning.
ON_A_DESK = ("h1", ".jumps", "h3", ".said dd", ".why", ".sources li:first-child")
ON_A_PHONE = ("h1", ".jumps", "h3", ".said dt")


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)


def reader(window, width, scripts, kind):
    """Alice at a window, signed in."""
    browser = window(width, scripts, kind)
    browser.open("/clinic/sign-in")
    signs_in(browser, "alice")
    return browser


def signed_in(window, site):
    """Alice signed in, on pages that other tests look at."""
    browser = window(1280, scripts=True)
    browser.tab.goto(f"{site}/clinic/sign-in")
    browser.tab.get_by_label("Username").fill("alice")
    browser.tab.get_by_label("Password").fill(PASSWORD)
    follow(browser.tab.get_by_role("button", name="Sign in"))
    return browser


def beyond(tab, wanted):
    """Which of these do not end within the window. The detector of the first screen."""
    return tab.evaluate(
        """wanted => {
            const flag = document.querySelector('.flag')
            const found = one => flag.querySelector(one) ?? document.querySelector(one)
            return wanted.filter(one => !(found(one)?.getBoundingClientRect().bottom <= innerHeight))
        }""",
        list(wanted),
    )


def graver_below(tab):
    """The flags that are graver than the first one on the page. The detector of its order."""
    return tab.evaluate(
        """() => {
            const order = ['urgent', 'high', 'moderate', 'info']
            const rank = flag => order.findIndex(one => flag.classList.contains(one))
            const [first, ...rest] = document.querySelectorAll('.flag')
            return rest.filter(one => rank(one) < rank(first)).map(one => one.id)
        }"""
    )


def unseen_focus(tab):
    """What beside the flags has the focus and stands off the screen. The detector of the long side."""
    return tab.evaluate(
        """() => [...document.querySelectorAll('.side :is(a,button,summary)')].filter(one => {
            scrollTo(0, 0)
            if (!one.checkVisibility()) return false
            one.focus()
            const {top, bottom} = one.getBoundingClientRect()
            return top < 0 || bottom > innerHeight
        }).map(one => one.textContent)"""
    )


def overlaps_the_way_back(tab):
    """Whether a box of things to put right lies under the link back to the queue. The detector."""
    return tab.evaluate(
        """() => {
            const back = document.querySelector('.back'), box = document.createElement('div')
            box.className = 'fix'
            box.textContent = 'Not recorded'
            back.after(box)
            const found = box.getBoundingClientRect().top < back.getBoundingClientRect().bottom
            box.remove()
            return found ? [box.className] : []
        }"""
    )


def test_what_to_ask_first_stands_on_the_first_screen(window, site, copy, alice):
    for hours, name in enumerate(FIVE):
        copy.clock.at = NOON - timedelta(hours=hours, minutes=20)
        send(copy, PEOPLE[name])
    copy.clock.at = NOON
    browser = signed_in(window, site)
    forms = browser.tab.locator(".queue li a").evaluate_all("links => links.map(one => one.href)")
    assert len(forms) == len(FIVE)

    for width, height, wanted in ((1280, 800, ON_A_DESK), (390, 844, ON_A_PHONE)):
        browser.tab.set_viewport_size({"width": width, "height": height})
        for form in forms:
            browser.tab.goto(form)
            assert beyond(browser.tab, wanted) == [], f"{browser.tab.title()} at {width}"
            assert graver_below(browser.tab) == [], f"{browser.tab.title()} at {width}"

    browser.tab.set_viewport_size({"width": 1280, "height": 800})
    assert unseen_focus(browser.tab) == []
    assert overlaps_the_way_back(browser.tab) == []
    browser.tab.evaluate(
        """['.side{max-block-size:none!important}', '.fix{clear:none!important}'].forEach(rule =>
            document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length))"""
    )
    assert unseen_focus(browser.tab), "a side longer than the screen would be noticed"
    assert overlaps_the_way_back(browser.tab), "a box under the way back would be noticed"
    browser.tab.set_viewport_size({"width": 390, "height": 844})
    browser.tab.evaluate("scrollTo(0, 0)")
    browser.tab.evaluate("document.querySelector('main').style.paddingTop = '60vh'")
    assert "h3" in beyond(browser.tab, ON_A_PHONE), "a first flag further down would be noticed"
    browser.tab.evaluate("document.querySelector('.flag').className = 'flag moderate'")
    browser.tab.evaluate("[...document.querySelectorAll('.flag')].at(-1).className = 'flag high'")
    assert len(graver_below(browser.tab)) == 1, "a graver flag below the first one would be noticed"


@MODES_OF_RARE_PAGES
def test_a_clinician_reads_what_a_flag_rests_on(window, copy, alice, width, scripts, kind):
    send(copy, PEOPLE["p02_high_blood_pressure_and_stimulant"])
    browser = reader(window, width, scripts, kind)
    browser.follow("Darnell Whitaker, 52")
    title = "Psychostimulant together with high blood pressure"
    panel = browser.tab.locator(".basis").first
    assert not panel.locator(".block").first.is_visible()

    browser.tab.emulate_media(media="print")
    assert browser.tab.locator("#not-raised").is_visible()
    assert browser.tab.locator(".quiet .settled").first.is_visible()  # on paper what is folded away is open
    assert not panel.locator(".block").first.is_visible()  # but this, unless it was opened
    browser.tab.emulate_media(media="screen")

    browser.unfold(f"What this rests on: {title}")

    assert panel.get_by_text(
        "“Last blood pressure reading”, top number, is 140 mmHg or more"
    ).first.is_visible()
    assert panel.get_by_text("What flags are for").is_visible()
    browser.picture("basis", at="#flag-1 .basis")
    browser.unfold("9 items of PHQ-9 total")
    browser.unfold("Which ones the rules do not cover")
    browser.look()
    answer = browser.tab.locator(".flag .said a").first
    browser._activate(answer)
    assert browser.tab.locator(":target").get_attribute("id") == "answer-medicines"
    browser._activate(browser.tab.locator("#answer-medicines .flagged").first)
    assert browser.tab.locator(":target h3").text_content() == title


KEYS = (
    *string.ascii_lowercase,
    *string.ascii_uppercase,
    *string.digits,
    *"?/.,;'[]=-!@#$%^&*",
    *("Enter", "Space", "Escape", "Delete", "Backspace", "Insert", "Home", "End", "PageUp", "PageDown"),
    *("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift", "Control", "Alt"),
    *(f"{held}+{key}" for held in ("Control", "Alt", "Meta") for key in "jkaqsp"),
)


def everything(copy):
    """All rows of all tables, the audit trail among them."""
    with copy.clinic.database.read() as session:
        return {
            name: sorted(map(repr, session.execute(select(table)).all()))
            for name, table in Base.metadata.tables.items()
        }


def pressed(browser, copy, keys=KEYS):
    """What pressing every key did: requests that left the browser, and tables that are not as they were.

    Each key is pressed on the page itself, and the letters once more from wherever the one before led.
    Enter and Space are not pressed there: on a button, that is pressing the button. The detector.
    """
    browser.tab.wait_for_load_state("networkidle")
    before, asked = everything(copy), []

    def note(request):
        asked.append(f"{request.method} {request.url}")

    browser.tab.on("request", note)
    for key in keys:
        browser.tab.evaluate("document.activeElement.blur()")
        browser.tab.keyboard.press(key)
    for key in (key for key in keys if len(key) == 1):
        browser.tab.keyboard.press(key)
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline and everything(copy) == before:
        browser.tab.wait_for_timeout(100)
    browser.tab.remove_listener("request", note)
    after = everything(copy)
    changed = [name for name in before if before[name] != after[name]]
    return asked, changed


def test_no_key_changes_a_record(window, site, copy, alice):
    for name in ("p02_high_blood_pressure_and_stimulant", "p01_nothing_special"):
        send(copy, PEOPLE[name])
    read, waiting = reviewing.to_rescreen(copy.clinic)
    for flag in reviewing.open_review(copy.clinic, alice, read).flags:
        reviewing.acknowledge(copy.clinic, alice, read, flag.key, "", Done.CALLED_PATIENT)
    browser = signed_in(window, site)

    for page in (
        f"/clinic/submissions/{waiting}",
        f"/clinic/submissions/{read}/sign-off",
        "/clinic/queue",
    ):
        browser.tab.goto(site + page)
        address = browser.tab.url
        assert pressed(browser, copy) == ([], []), page
        assert browser.tab.url.partition("#")[0] == address

    # The control: a script that acknowledges on a key is noticed by the same look.
    browser.tab.goto(f"{site}/clinic/submissions/{waiting}")
    browser.tab.evaluate(
        """document.addEventListener('keydown', event => {
            const form = document.querySelector('form[action$=acknowledge]')
            const body = new URLSearchParams(new FormData(form))
            if (event.key == 'x') fetch(form.action, {method: 'POST', body})
        })"""
    )
    requests, changed = pressed(browser, copy, keys="x")
    assert requests[0].startswith("POST")
    assert {"acknowledgements", "audit_events"} <= set(changed)


def focus(browser):
    """What has the focus: its id, its key, or the kind of thing it is."""
    return browser.tab.evaluate(
        "(one => one.id || one.dataset.key || one.tagName.toLowerCase())(document.activeElement)"
    )


def test_keys_move_the_focus_and_can_be_turned_off(window, site, copy, alice):
    send(copy, PEOPLE["p02_high_blood_pressure_and_stimulant"])
    browser = signed_in(window, site)
    browser.tab.keyboard.press("j")
    assert browser.tab.evaluate("document.activeElement.matches('.queue a')")
    follow(browser.tab.get_by_role("link", name="Darnell Whitaker, 52"))

    met = []
    for key in ("j", "j", "k", "a", "j", "s", "?"):
        browser.tab.keyboard.press(key)
        met.append(focus(browser))
    assert met == ["flag-1", "flag-2", "flag-1", "a", "flag-2", "s", "summary"]
    assert browser.tab.get_by_text("No key records anything.").is_visible()
    browser.look()
    browser.tab.locator("#flag-3").focus()
    browser.tab.keyboard.press("a")
    assert browser.tab.evaluate("document.activeElement.closest('.flag').id") == "flag-3"
    browser.tab.keyboard.press("?")

    browser.tab.keyboard.press("Control+j")
    assert focus(browser) == "summary"
    browser.unfold("A flag is missing")
    note = browser.tab.locator("#feedback-missing")
    note.click()
    browser.tab.keyboard.type("jkaqsp? J")
    assert note.input_value() == "jkaqsp? J"

    browser.tab.get_by_role("button", name="Turn keys off").click()
    browser.tab.reload()
    browser.tab.keyboard.press("j")
    assert focus(browser) == "body"
    browser.unfold("Keys")
    browser.tab.get_by_role("button", name="Turn keys on").click()
    browser.tab.evaluate("document.activeElement.blur()")
    browser.tab.keyboard.press("j")
    assert focus(browser) == "flag-1"
