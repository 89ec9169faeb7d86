"""Rules that were written by the page are put in force by two people, seen in Chromium at a desk."""

import pytest

from copies import NOON
from intake.services import accounts
from journeys.modes import in_make_journeys
from journeys.test_in_chromium import PASSWORD, accepts, send, sets_up_and_invites, signs_in, write
from journeys.vignettes import PEOPLE
from written import our_rules

pytestmark = pytest.mark.browser

SENT = ("p01_nothing_special", "p03_heart_attack_four_months_ago", "p12_hazy_vision_older_interpreter")


@in_make_journeys
def test_rules_are_proposed_previewed_countersigned_and_counted(window, copy, tmp_path):
    ours = tmp_path / "our_rules.yaml"
    ours.write_text(our_rules(), encoding="utf-8")
    for person in SENT:
        send(copy, PEOPLE[person])
    bob, alice = window(1280, True), window(1280, True)
    accepts(alice, sets_up_and_invites(bob, accounts.make_setup_link(copy.clinic)))
    signs_in(alice, "alice")

    proposes(bob, ours)
    counts_what_would_change(bob)
    countersigns(alice)

    bob.open("/clinic/rules")
    assert "We read the whole list with those of 65 and older" in bob.page.text
    assert "November 20, 2026" in bob.page.text
    bob.picture("rules")
    bob.follow("Figures: what comes of each rule")
    assert "age-65-or-older-with-benzodiazepine" in bob.page.text
    bob.picture("figures", at="table")


def proposes(bob, ours):
    bob.open("/clinic/rules")
    bob.follow("Propose new rules")
    bob.tab.get_by_label("Rules file", exact=True).set_input_files(ours)
    bob.tab.get_by_label("Why the rules change").fill("We read the whole list with those of 65 and older")
    bob.tab.get_by_label("First day on which they screen").fill(NOON.date().isoformat())
    bob.picture("propose", at="h1")
    bob.press(bob.page.form("Propose these rules"), "Propose these rules")
    assert "Waits for a second person" in bob.page.text


def counts_what_would_change(bob):
    bob.open("/clinic/rules/impact")
    (button,) = (
        words for form in bob.page.forms() for words in form.buttons if words.startswith("Count for edition")
    )
    bob.press(bob.page.form(button), button)
    assert "Flags that would have another priority" in bob.page.text
    bob.picture("impact")


def countersigns(alice):
    alice.open("/clinic/queue")
    alice.follow("Rules")
    alice.tab.locator("main a", has_text="Edition").first.click()
    alice.open(alice.tab.url)
    assert "Age 65 or older, and a benzodiazepine in the list" in alice.page.text
    alice.picture("proposal")
    write(alice, "Countersign as A. Rivera, NP", f"Your password: {PASSWORD}")
    assert "In force" in alice.page.text
