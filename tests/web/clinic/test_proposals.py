"""Rules put in force through the web: proposed by one person, read and countersigned by another."""

import re
from io import BytesIO

import pytest

from intake.services import in_force, publishing, reviewing
from intake.services.publishing import NewRules
from intake.storage import audit
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import RULES, parse_library
from web.clinic.person import Person

NEW = "/rules/proposals/new"
HIGHER = RULES.replace("priority: moderate", "priority: high")
LATER = HIGHER.replace("title: Home is not a safe place", "title: Home")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


@pytest.fixture
def proposed(bob):
    """Propose rules as Bob; returns the address of the proposal."""

    def propose(rules=HIGHER, day="2026-11-20", by=bob, **fields):
        by.open(NEW)
        by.send(NEW, **{"rules": rules, "reason": "The label changed.", "effective_on": day} | fields)
        assert by.status == 303, by.text
        return by.response.headers["Location"]

    return propose


def countersign(person, address, password=PASSWORD):
    person.open(address)
    against = re.search(r'name="against"[^>]*value="([^"]*)"', person.response.text)[1]
    person.send(f"{address}/countersign", against=against, password=password)


def events(clinic):
    with clinic.database.read() as session:
        return [event.event for event in audit.events(session)]


def test_before_anything_is_published_the_page_names_the_file(bob):
    bob.open("/rules")

    assert "The rules file of the settings, screening_rules.yaml. Nothing published is in force" in bob.text
    assert "Waits for a second person" not in bob.text


def test_a_proposal_is_read_countersigned_and_screens_the_next_form(
    bob, alice, proposed, sent, clinic, staff
):
    address = proposed()
    bob.open(address)
    assert "Waits for a second person" in bob.text
    assert (
        "Changed (1) Home is not a safe place (High, home-not-safe): priority from moderate to high"
        in bob.text
    )

    countersign(alice, address)

    assert alice.response.headers["Location"] == address
    alice.follow()
    assert "In force" in alice.text
    bob.open("/rules")
    assert "Since November 20, 2026" in bob.text
    assert "Proposed by B. Stone Countersigned by A. Rivera, NP Reason The label changed." in bob.text
    assert events(clinic)[-5:].count("EditionPublished") == 1


def test_a_form_screened_again_after_a_publication_is_shown_beside_it(alice, proposed, sent, clinic):
    countersign(
        alice, proposed(RULES.replace("title: High blood pressure, not treated", "title: Not treated"))
    )
    first = sent()  # at a desk that is given no request, and so still has the rules of before
    reviewing.rescreen(in_force.at_work(clinic), first)

    alice.open(f"/submissions/{first}")

    assert "Not treated" in alice.text
    assert "The form was screened under rules edition" not in alice.text
    alice.open(f"/submissions/{first}/history")
    assert (
        "In force since November 20, 2026: proposed by B. Stone, countersigned by A. Rivera, NP" in alice.text
    )
    assert "No flag is different from the screening before" in alice.text


def test_a_file_can_be_uploaded_with_an_overlay(bob, proposed):
    overlay = (
        "changes:\n  - {rule: home-not-safe, off: true, reason: Asked in person, "
        'by: "R. Chen, MD", until: 2027-01-01}\n'
    )
    address = proposed(
        rules="",
        rules_file=(BytesIO(RULES.encode()), "mine.yaml"),
        overlay_file=(BytesIO(overlay.encode()), "ours.yaml"),
    )

    bob.open(address)

    assert "Home is not a safe place (home-not-safe): Moderate as shipped, not run" in bob.text
    assert "Asked in person R. Chen, MD, until January 1, 2027" in bob.text
    # The rules file is the one in force; what it makes with the overlay is another edition.
    against, screens = re.search(
        r"Compared with edition (\w{8}), which is in force; these screen as edition (\w{8})", bob.text
    ).groups()
    assert against != screens
    files = bob.page.links()
    assert bob.open(files["overlay"]).text == overlay
    assert "attachment" in bob.response.headers["Content-Disposition"]
    assert bob.open(files["Rules file"]).text == RULES


def test_what_is_wrong_with_a_file_is_shown_with_its_line_and_nothing_is_lost(bob, clinic):
    bob.open(NEW)
    before = events(clinic)
    broken = RULES.replace("question: home, is: no", "question: hoem, is: no")
    line = broken.split("\n").index("    when: {question: hoem, is: no}") + 1

    bob.send(
        NEW,
        rules_file=(BytesIO(broken.encode()), "mine.yaml"),
        rules="",
        overlay="",
        reason="Kept <words>",
        effective_on="2026-12-24",
    )

    assert bob.status == 422
    assert (
        f'mine.yaml, line {line}: rule home-not-safe: there is no question "hoem" (did you mean "home"?)'
        in (bob.text)
    )
    assert "when: {question: hoem, is: no}" in bob.text
    values = {one.get("name"): one for one in bob.page.tree.iter("textarea")}
    assert values["rules"].text.strip() == broken.strip()
    assert values["reason"].text.strip() == "Kept <words>"
    assert 'value="2026-12-24"' in bob.response.text
    assert bob.page.title.startswith("Error: ")
    assert events(clinic) == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rules": " "}, "Choose the rules file, or paste its text"),
        ({"reason": " "}, "Say in a sentence why the rules change"),
        ({"reason": "x" * 2001}, "Keep the reason to 2,000 characters"),
        ({"effective_on": "soon"}, "Write the day like 2026-12-01"),
        ({"effective_on": "2026-11-19"}, "2026-11-19 has passed. Choose today, 2026-11-20, or a later day"),
        ({"rules_file": (BytesIO(b"\xff\xfe\x00"), "picture.png")}, "That file is not UTF-8 text"),
        ({"rules": "rules: ["}, "line 2: not valid YAML"),
        ({"overlay": "changes: [{rule: nothing, off: true}]"}, 'there is no rule "nothing"'),
    ],
)
def test_what_is_missing_or_cannot_be_is_said_in_words(bob, fields, words):
    bob.open(NEW)

    bob.send(NEW, **{"rules": HIGHER, "reason": "Why.", "effective_on": "2026-11-20"} | fields)

    assert bob.status == 422
    assert words in bob.text


def test_the_rules_in_force_are_not_proposed_again(bob, alice, proposed):
    countersign(alice, proposed())
    bob.open(NEW)

    bob.send(NEW, rules=HIGHER, reason="Again.", effective_on="2026-11-20")

    assert bob.status == 422
    assert "there is nothing to publish" in bob.text


def test_nobody_countersigns_what_they_proposed(signed_in, proposed, clinic):
    dana = signed_in("dana")
    address = proposed(by=dana)
    dana.open(address)
    assert "You proposed these rules. A second person has to countersign them" in dana.text
    assert "Countersign as" not in dana.text

    dana.send(f"{address}/countersign", against=clinic.library.rulebook.edition, password=PASSWORD)

    assert dana.status == 409
    assert "D. Both, MD proposed these rules. A second person has to countersign them" in dana.text
    assert "RulesCountersigned" not in events(clinic)


def test_a_wrong_password_countersigns_nothing_and_is_recorded(alice, proposed, clinic):
    address = proposed()

    countersign(alice, address, password="not it")

    assert alice.status == 422
    assert "That is not your password" in alice.text
    assert "not it" not in alice.response.text
    assert events(clinic)[-1] == "SignInRefused"
    for _ in range(10):
        countersign(alice, address, password="guess")
    countersign(alice, address)
    assert "Too many wrong passwords. Wait 15 minutes, then countersign" in alice.text


def test_of_two_people_who_countersign_the_second_is_told(alice, signed_in, proposed):
    dana = signed_in("dana")
    address = proposed()
    dana.open(address)
    against = re.search(r'name="against"[^>]*value="([^"]*)"', dana.response.text)[1]
    countersign(alice, address)

    dana.send(f"{address}/countersign", against=against, password=PASSWORD)

    assert dana.status == 409
    assert "Nothing was recorded Somebody countersigned these rules before you" in dana.text
    assert "Countersigned by A. Rivera, NP" in dana.text


def test_what_was_withdrawn_meanwhile_is_not_countersigned(alice, bob, proposed):
    address = proposed()
    alice.open(address)
    against = re.search(r'name="against"[^>]*value="([^"]*)"', alice.response.text)[1]
    bob.open(address)
    bob.send(f"{address}/withdraw")
    assert bob.status == 303

    alice.send(f"{address}/countersign", against=against, password=PASSWORD)

    assert alice.status == 409
    assert "These rules were withdrawn meanwhile" in alice.text
    bob.open(address)
    assert "Withdraw these rules" not in bob.text


def test_what_screens_already_cannot_be_withdrawn(alice, bob, proposed):
    address = proposed()
    bob.open(address)
    countersign(alice, address)

    bob.send(f"{address}/withdraw")

    assert bob.status == 409
    assert "in force already and cannot be withdrawn" in bob.text


def test_other_rules_in_force_since_the_page_was_opened_have_to_be_read_first(
    alice, proposed, clinic, staff, clock
):
    address = proposed(LATER)
    alice.open(address)
    against = re.search(r'name="against"[^>]*value="([^"]*)"', alice.response.text)[1]
    new = NewRules(HIGHER)
    publishing.publish(clinic, staff["bob"], staff["dana"], new, "Meanwhile.", clinic.today())

    alice.send(f"{address}/countersign", against=against, password=PASSWORD)

    assert alice.status == 409
    assert "Other rules were put in force or scheduled after you read what changes" in alice.text
    countersign(alice, address)
    assert alice.status == 303


def test_a_scheduled_publication_comes_into_force_when_its_day_comes(bob, alice, proposed, clock):
    countersign(alice, proposed(day="2026-11-22"))
    bob.open("/rules")
    assert "Scheduled 1" in bob.text
    assert "Nothing published is in force" in bob.text

    clock.move(days=2)
    bob = bob.sign_in("bob", PASSWORD)
    bob.open("/rules")

    assert "Since November 22, 2026" in bob.text
    assert "Scheduled 1" not in bob.text


def test_a_proposal_whose_day_passed_says_so(alice, proposed, clock):
    address = proposed()
    clock.move(days=1)
    alice = alice.sign_in("alice", PASSWORD)

    alice.open(address)
    assert "That day has passed: once countersigned, they screen at once" in alice.text
    countersign(alice, address)
    alice.follow()
    assert "First day November 21, 2026" in alice.text


def test_a_proposal_that_no_longer_loads_can_only_be_withdrawn(bob, alice, proposed, clinic):
    address = proposed()
    texts = clinic.library.texts
    reworded = texts["questionnaire"].replace("id: home", "id: house")
    changed = clinic.with_library(parse_library(reworded, "rules: []", texts["medicines"]))
    later = Person(create_clinic_site(changed)).sign_in("alice", PASSWORD)

    later.open(address)

    assert "These rules cannot be read as things are now" in later.text
    assert 'there is no question "home"' in later.text
    assert "Countersign as" not in later.text
    later.send(f"{address}/countersign", against="", password=PASSWORD)
    assert later.status == 409


def test_a_clinician_finds_what_waits_and_an_administrator_what_was_screened_otherwise(
    bob, alice, proposed, sent
):
    sent()
    alice.open("/rules/proposals")
    assert "Nothing waits for a second person" in alice.text
    address = proposed()
    alice.open("/rules/proposals")
    assert address in alice.page.links().values()
    countersign(alice, address)

    bob.open("/rules")

    assert "1 form was screened with other rules" in bob.text
    assert "intake rescreen" in bob.text
    assert "Pat" not in bob.text


def test_the_file_that_differs_is_told_once_something_was_published(bob, alice, proposed):
    bob.open("/rules")
    assert "differs" not in bob.text
    countersign(alice, proposed())

    bob.open("/rules")

    assert "differs from what is in force" in bob.text


def test_only_this_page_may_be_sent_a_large_file(bob):
    bob.open(NEW)
    large = "# " + "x" * 200_000 + "\n"

    bob.send(NEW, rules=large + HIGHER, reason="Why.", effective_on="2026-11-20")
    assert bob.status == 303
    bob.open("/password")
    bob.send("/password", old=large)
    assert bob.status == 413
    bob.open(NEW)
    bob.send(NEW, rules=large * 30 + HIGHER, reason="Why.", effective_on="2026-11-20")
    assert bob.status == 413


def test_an_impact_page_is_offered_only_where_there_is_one(site, bob, proposed):
    bob.open(proposed())

    has_page = any(rule.rule == "/rules/impact" for rule in site.url_map.iter_rules())
    assert ("See how many forms it would concern" in bob.text) is has_page


def test_a_proposal_nobody_made_is_not_found(bob):
    for path in ("", "/rules.yaml", "/overlay.yaml"):
        bob.open(f"/rules/proposals/00000000-0000-0000-0000-000000000000{path}")
        assert bob.status == 404


def test_the_clock_is_that_of_the_clinic(bob, alice, proposed, clock):
    """Eleven at night at the clinic is tomorrow in UTC, and still today here."""
    clock.move(hours=11)
    bob = bob.sign_in("bob", PASSWORD)
    address = proposed(by=bob)
    alice = alice.sign_in("alice", PASSWORD)
    countersign(alice, address)

    bob.open("/rules")
    assert "Since November 20, 2026" in bob.text
    assert clock.at.date().isoformat() == "2026-11-21"
