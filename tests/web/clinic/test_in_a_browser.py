"""The clinic's pages in Chromium: a form read, acknowledged and signed."""

import re

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from intake.domain.answers import MedicineEntry, MedicineList, answered
from journeys.modes import in_make_journeys
from web.clinic.conftest import PASSWORD
from web.clinic.content import RULES
from web.looking import follow, look, served

pytestmark = pytest.mark.browser
ACKNOWLEDGE = re.compile(r"^\s*Acknowledge\b")


@pytest.fixture
def address(site):
    """Where the site answers; only this test's browser knows."""
    app = DispatcherMiddleware(Response(status=404), {"/clinic": site})
    with served(app) as root:
        yield f"{root}/clinic"


@pytest.fixture
def desk(context, address):
    """Alice at her desk, signed in."""
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))
    return page


def test_a_form_is_read_acknowledged_and_signed(desk, sent):
    sent()
    desk.reload()
    look(desk)
    follow(desk.get_by_role("link", name="Pat Doe, 38"))
    look(desk)

    while (buttons := desk.get_by_role("button", name=ACKNOWLEDGE)).count():
        first = desk.get_by_role("article").filter(has=buttons.first).first
        if first.get_by_text("I called the patient").count():
            first.get_by_label("I called the patient").check()
        else:
            first.get_by_text("Add a note").click()
        first.locator("textarea").first.fill("Seen")
        follow(buttons.first)
    follow(desk.get_by_role("link", name="Go to sign-off"))
    look(desk)
    desk.get_by_label("Note for the record (optional)").fill("Discussed at the visit")
    desk.get_by_label("Your password").fill(PASSWORD)
    follow(desk.get_by_role("button", name="Sign off as A. Rivera, NP"))

    assert desk.get_by_text("Note: Discussed at the visit").count() == 1
    look(desk)
    follow(desk.get_by_role("link", name="History"))
    look(desk)


def test_a_list_of_medicines_keeps_nobody_out(desk, sent):
    entries = (
        MedicineEntry("Nardil", "15 mg", "3 or more times a day", True, "In the last 2 weeks", "nardel"),
        MedicineEntry("nardyl"),
        MedicineEntry(f"sunrise {'x' * 190}"),
        MedicineEntry("", "a white pill", named=False),
    )
    sent(takes="yes", medicines=answered(MedicineList(entries)))
    desk.reload()
    follow(desk.get_by_role("link", name="Pat Doe, 38"))

    assert desk.locator("#answer-medicines tbody tr").count() == 4
    look(desk)


def test_the_pages_of_accounts_keep_nobody_out(context, address):
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    look(page)
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Password").fill("not it")
    follow(page.get_by_role("button", name="Sign in"))
    page.locator("#errors:focus").wait_for()
    look(page)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))
    for name in ("Staff", "Account", "Change your password"):
        follow(page.get_by_role("link", name=name, exact=True))
        look(page)


def test_printed_the_page_holds_every_rule_and_no_button(desk, sent):
    sent()
    desk.reload()
    follow(desk.get_by_role("link", name="Pat Doe, 38"))

    desk.emulate_media(media="print")

    assert desk.get_by_text("Not acknowledged yet").first.is_visible()
    assert not desk.get_by_role("button", name="Acknowledge").first.is_visible()
    assert not desk.get_by_role("link", name="Go to sign-off").is_visible()
    assert desk.get_by_role("heading", name="What the rules do not cover").is_visible()


def test_the_rare_pages_keep_nobody_out(desk, sent, address):
    """A conflict, a form nobody has, a link used up, a visit that ended, too many wrong passwords."""
    submission = sent()
    desk.goto(f"{address}/submissions/00000000-0000-0000-0000-000000000000")
    look(desk)
    desk.goto(f"{address}/staff")  # a clinician is no administrator
    look(desk)
    desk.goto(f"{address}/setup#no-link-that-anybody-was-handed")
    look(desk)
    follow(desk.get_by_role("button", name="Go on"))
    assert "This link does not work" in desk.content()
    look(desk)

    desk.goto(f"{address}/submissions/{submission}")
    desk.locator("input[name=flag]").first.evaluate("one => { one.value = '0' }")
    follow(desk.get_by_role("button", name="Acknowledge").first)
    assert "no longer stands" in desk.content()
    look(desk)

    desk.goto(f"{address}/submissions/{submission}")
    desk.context.clear_cookies(name="intake_clinic")
    follow(desk.get_by_role("button", name="Acknowledge").first)
    look(desk)

    for _ in range(11):
        desk.goto(f"{address}/sign-in")
        desk.get_by_label("Username").fill("alice")
        desk.get_by_label("Password").fill("not her password at all")
        follow(desk.get_by_role("button", name="Sign in"))
    look(desk)


@in_make_journeys
def test_rules_are_proposed_and_countersigned_by_two_people(context, address, tmp_path):
    other = context.browser.new_context(reduced_motion="reduce")  # nothing fades while it is looked at
    bob, alice = context.new_page(), other.new_page()
    for page, username in ((bob, "bob"), (alice, "alice")):
        page.goto(f"{address}/sign-in")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        follow(page.get_by_role("button", name="Sign in"))
    follow(bob.get_by_role("link", name="Rules", exact=True))
    look(bob)
    follow(bob.get_by_role("link", name="Propose new rules"))
    new = tmp_path / "new_rules.yaml"
    new.write_text(RULES.replace("question: home, is: no", "question: hoem, is: no"), encoding="utf-8")
    bob.get_by_label("Rules file", exact=True).set_input_files(new)
    bob.get_by_label("Why the rules change").fill("The label changed.")
    follow(bob.get_by_role("button", name="Propose these rules"))
    bob.locator("#put-right:focus").wait_for()
    look(bob)
    bob.get_by_label("Text of the rules file").fill(RULES.replace("priority: moderate", "priority: high"))
    follow(bob.get_by_role("button", name="Propose these rules"))
    look(bob)

    follow(alice.get_by_role("link", name="Rules", exact=True))
    look(alice)
    follow(alice.get_by_role("link", name="Edition"))
    alice.get_by_label("Your password").fill(PASSWORD)
    look(alice)
    follow(alice.get_by_role("button", name="Countersign as A. Rivera, NP"))
    look(alice)

    follow(bob.get_by_role("link", name="Rules", exact=True))
    assert bob.get_by_text("Countersigned by").count()
    look(bob)
    other.close()


@in_make_journeys
def test_what_other_rules_would_change_is_counted(address, context, sent, tmp_path):
    for number in range(3):
        sent(f"Pat Doe {number}")
    bob = context.new_page()
    bob.goto(f"{address}/sign-in")
    bob.get_by_label("Username").fill("bob")
    bob.get_by_label("Password").fill(PASSWORD)
    follow(bob.get_by_role("button", name="Sign in"))
    follow(bob.get_by_role("link", name="Rules", exact=True))
    follow(bob.get_by_role("link", name="Count the forms that other rules would concern"))
    look(bob)
    new = tmp_path / "new_rules.yaml"
    new.write_text(RULES.replace("priority: urgent", "priority: high"), encoding="utf-8")
    bob.get_by_label("Rules file", exact=True).set_input_files(new)
    follow(bob.get_by_role("button", name="Count for this file"))
    assert bob.get_by_text("3 of 3 forms would have a different flag").count()
    look(bob)
    bob.get_by_label("Text of the rules file").fill("rules: 7")
    follow(bob.get_by_role("button", name="Count for this file"))
    look(bob)
