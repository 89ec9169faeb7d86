"""What other rules would change, counted on a page for administrators."""

import re
from io import BytesIO

import pytest

from intake.services import publishing
from intake.services.impact_figures import Bound
from intake.services.publishing import NewRules
from intake.storage import audit
from intake.web.clinic import impact
from web.clinic.content import RULES

IMPACT = "/rules/impact"
HIGHER = RULES.replace("priority: urgent", "priority: high")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


def counted(bob, rules=HIGHER):
    bob.open(IMPACT)
    bob.send(IMPACT, rules_file=(BytesIO(rules.encode()), "new.yaml"))
    return bob.text


def events(clinic):
    with clinic.database.read() as session:
        return [(one.event, one.actor) for one in audit.events(session)]


def test_a_file_is_counted_on_all_forms_there_are_without_a_name(bob, sent, clinic, staff):
    sent()
    sent("Quinn Doe", pressure="no")

    page = counted(bob)

    assert bob.status == 200
    assert "1 of 2 forms would have a different flag: 1 waiting and 0 signed off" in page
    assert "Urgent to High High blood pressure, not treated (pressure-untreated): on 1 form" in page
    assert "All 2 forms were looked at" in page
    assert "Pat" not in page
    assert not re.search("HL-[0-9A-Z]{3}", page)
    assert events(clinic)[-1] == ("ImpactLooked", str(staff["bob"].id))


def test_a_proposal_is_counted_from_its_own_page(bob, sent, clinic, staff):
    sent()
    today = clinic.today()
    one = publishing.propose(clinic, staff["dana"], NewRules(HIGHER), "The label changed.", today)
    bob.open(f"/rules/proposals/{one.id}")
    link = bob.page.links()["See how many forms it would concern"]

    bob.open(link.removeprefix("/clinic"))
    bob.send(IMPACT, publication=str(one.id))

    assert "1 of 1 form would have a different flag" in bob.text


def test_opening_the_page_counts_nothing(bob, sent, clinic):
    sent()

    bob.open(IMPACT)

    assert "What would change" not in bob.text
    assert "ImpactLooked" not in [event for event, _ in events(clinic)]


def test_a_page_counts_a_bounded_share_and_says_which_with_the_command_for_all(bob, sent, clock, monkeypatch):
    monkeypatch.setattr(impact, "BOUND", Bound(most=1, seconds=60))
    sent()
    clock.move(minutes=1)
    sent("Quinn Doe", pressure="no")

    page = counted(bob)

    assert "No flag would be different on the 1 form looked at" in page
    assert "Only the newest 1 of 2 forms were looked at; 1 older one was not" in page
    assert "intake rules impact NEW" in page


def test_a_bad_file_is_refused_with_its_line(bob, clinic):
    page = counted(bob, HIGHER.replace("is: no}", "is: nope}", 1))

    assert bob.status == 422
    assert "new.yaml, line" in page
    assert "ImpactLooked" not in [event for event, _ in events(clinic)]


def test_nothing_chosen_is_said_beside_the_field(bob):
    bob.open(IMPACT)
    bob.send(IMPACT)

    assert bob.status == 422
    assert "Choose the rules file, or paste its text" in bob.text


def test_a_publication_that_does_not_wait_any_more_is_said(bob, staff):
    bob.open(IMPACT)
    bob.send(IMPACT, publication=str(staff["bob"].id))

    assert bob.status == 404
    assert "Those rules are not waiting any more" in bob.text


def test_one_count_at_a_time_keeps_the_other_pages_quick(bob, sent):
    sent()
    with impact._counting:
        page = counted(bob)

    assert bob.status == 503
    assert "Somebody else is counting right now" in page


def test_clinicians_who_look_after_no_rules_are_kept_out(alice):
    alice.open(IMPACT)

    assert alice.status == 403
