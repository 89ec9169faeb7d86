"""The figures of the rules, as an administrator sees them: counts, warnings, and nobody's name."""

import pytest

from intake.domain.agreement import Agreement
from intake.domain.feedback import FeedbackKind
from intake.domain.review_entries import Done, ViewKind
from intake.domain.rules import Priority
from intake.services import agreement, feedback, reviewing
from intake.services.agreement import Agreed
from intake.web.clinic.figures import percent
from web.clinic.person import words


@pytest.fixture
def dana(signed_in):
    return signed_in("dana")


def row(person, rule):
    """The cells of one rule."""
    for found in person.page.tree.iter("tr"):
        cells = [words(cell) for cell in found if cell.tag in ("th", "td")]
        if cells[0].endswith(f" {rule}"):
            return cells[1:]
    raise AssertionError(f"no row of {rule}")


def order(person):
    heads = (found.find("th") for found in person.page.tree.iter("tr"))
    return [words(head).split()[-1] for head in list(heads)[1:]]


def say(clinic, member, submission, kind, rule):
    review = reviewing.open_review(clinic, member, submission)
    (flag,) = (one for one in review.flags if one.outcome.rule == rule)
    feedback.give_feedback(clinic, member, submission, kind, flag.key, "words")


def test_each_rule_is_counted_over_the_forms_sent(dana, clinic, staff, sent):
    first = sent()
    sent(pressure="no", home="no")
    alice = staff["alice"]
    flag = reviewing.open_review(clinic, alice, first).flags[0]
    reviewing.acknowledge(clinic, alice, first, flag.key, "", Done.CALLED_PATIENT)
    say(clinic, alice, first, FeedbackKind.WRONG, "pressure-untreated")

    dana.open("/rules/figures")

    assert row(dana, "pressure-untreated") == ["1", "0", "1", "50%", "1", "1", "0", "1"]
    assert row(dana, "home-not-safe") == ["1", "1", "0", "50%", "2", "0", "0", "0"]
    assert "Forms counted 2 of 2" in dana.text


def test_nothing_sent_yet_is_shown_as_that(dana):
    dana.open("/rules/figures")

    assert "0 forms were counted. With fewer than 20, figures mean little." in dana.text
    assert row(dana, "home-not-safe") == ["0", "0", "0", "–", "0", "0", "0", "0"]


def test_the_period_and_the_order_are_chosen_by_links(dana, clock, sent):
    sent(pressure="no", home="no")
    clock.move(days=60)

    dana.sign_in("dana", "four words nobody says")
    dana.open("/rules/figures?days=30&order=raised")
    assert "Forms counted 0 of 0" in dana.text
    dana.open(dana.page.links()["Last 90 days"])

    assert "Forms counted 1 of 1" in dana.text
    assert order(dana) == ["home-not-safe", "pressure-untreated", "pressure-known"]
    dana.open("/rules/figures")
    assert order(dana) == ["pressure-untreated", "pressure-known", "home-not-safe"]


def test_most_not_useful_comes_first_when_asked(dana, clinic, staff, sent):
    say(clinic, staff["alice"], sent(), FeedbackKind.NOT_USEFUL, "pressure-known")

    dana.open("/rules/figures?order=not_useful")

    assert order(dana)[0] == "pressure-known"


@pytest.mark.parametrize(
    "query", ["days=0", "days=-1", "days=x", "order=name", "days=90&days=1", "order=%00"]
)
def test_what_is_not_offered_is_as_if_nothing_was_asked(dana, query):
    assert dana.open(f"/rules/figures?{query}").status_code == 200
    assert "the last 90 days" in dana.text


def test_more_than_one_in_five_urgent_is_said_with_the_rules_that_are(dana, sent):
    sent()
    sent(pressure="no")

    dana.open("/rules/figures")

    assert "More than one in five forms is urgent 1 of 2 forms (50%)." in dana.text
    assert "High blood pressure, not treated: 1 form In all" in dana.text
    assert "1 form was" not in dana.text
    assert "With fewer than 20, figures mean little." in dana.text


def test_as_long_as_few_are_urgent_nothing_is_said_of_it(dana, sent):
    """The control."""
    for _ in range(2):
        sent(pressure="no")

    dana.open("/rules/figures")

    assert "is urgent" not in dana.text


def test_a_rule_found_not_useful_again_and_again_comes_up_for_review(dana, clinic, staff, sent):
    alice = staff["alice"]
    several = [sent() for _ in range(5)]
    for submission in several[:4]:
        say(clinic, alice, submission, FeedbackKind.NOT_USEFUL, "pressure-known")
    dana.open("/rules/figures")
    assert "come up for review" not in dana.text

    say(clinic, alice, several[4], FeedbackKind.NOT_USEFUL, "pressure-known")

    dana.open("/rules/figures")
    assert "Rules that come up for review" in dana.text
    assert "High blood pressure: “not useful” 5 times, of 5 flags with feedback" in dana.text


def test_no_clinician_is_compared_with_another(dana, clinic, staff, sent):
    submission = sent()
    for name in ("alice", "dana"):
        say(clinic, staff[name], submission, FeedbackKind.NOT_USEFUL, "pressure-known")

    dana.open("/rules/figures")

    assert row(dana, "pressure-known")[6] == "1", "a flag, and not how many clinicians spoke of it"
    for member in staff.values():
        if member.username != "dana":
            assert member.printed_name not in dana.text


def test_counting_that_stopped_says_how_far_it_came(dana, sent, monkeypatch):
    for _ in range(2):
        sent()
    monkeypatch.setattr("intake.web.clinic.figures.SECONDS_FOR_A_PAGE", 0.0)

    dana.open("/rules/figures")

    assert "the newest 1 of 2 forms are in these figures" in dana.text


def test_the_page_of_the_rules_leads_to_the_figures(dana):
    dana.open("/rules")

    assert "/clinic/rules/figures" in dana.page.links().values()


def test_a_share_is_told_in_hundredths():
    assert [percent(share) for share in (None, 0.0, 0.155, 1.0)] == ["–", "0%", "16%", "100%"]


def test_views_are_shown_from_twenty_on_and_nobody_is_named(signed_in, monkeypatch):
    few = Agreement("a" * 64, ViewKind.FIRST, 19, {(Priority.HIGH, None): 19}, 0)
    many = Agreement("b" * 64, ViewKind.SECOND, 21, {(Priority.HIGH, None): 1, (None, Priority.INFO): 20}, 7)
    monkeypatch.setattr(agreement, "agreement", lambda *_: Agreed(90, (few, many), 0, 0))
    dana = signed_in("dana")

    dana.open("/rules/figures")

    assert (
        "First readings, rules edition aaaaaaaa 19 views. With fewer than 20, no numbers are shown."
        in dana.text
    )
    assert "21 views: 0 name the priority the rules came to, 20 would look sooner." in dana.text
    assert "In 7 forms somebody saw something where no rule was raised or undecided." in dana.text
    assert "A. Rivera" not in dana.text


def test_whoever_reads_no_forms_sees_no_count_of_fewer_than_five(signed_in, sent):
    for _ in range(6):
        sent()
    sent(pressure="no", home="no")
    bob = signed_in("bob")

    bob.open("/rules/figures")

    assert row(bob, "pressure-untreated")[:4] == ["held back", "held back", "held back", "–"]
    cells = {cell for rule in ("pressure-untreated", "home-not-safe") for cell in row(bob, rule)}
    assert not cells & {"0", "1", "2", "3", "4"}
    assert "Fewer than 5 of anything is held back" in bob.text
    dana = signed_in("dana")
    dana.open("/rules/figures")
    assert "1" in row(dana, "home-not-safe"), "whoever reads the forms sees them anyway"
