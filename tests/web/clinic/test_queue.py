"""The queue: most urgent first, then longest waiting, and nobody left out."""

from intake.domain.answers import NOT_SURE, Text, answered
from web.clinic.person import words


def groups(person):
    """Each heading of the queue with the names under it."""
    person.open("/queue")
    return {
        words(section.find("h2")).rpartition(",")[0]: [words(a) for a in section.iter("a")]
        for section in person.page.tree.iter("section")
    }


def test_forms_stand_by_priority_and_then_by_age(alice, sent, clock):
    for name, changes in [
        ("Note", {"pressure": "no", "home": "yes"}),
        ("First", {"pressure": "yes"}),
        ("Second", {"pressure": "yes"}),
        ("Third", {"pressure": "no", "home": "no"}),
    ]:
        sent(first_name=answered(Text(name)), **changes)
        clock.move(minutes=2)

    assert groups(alice) == {
        "Urgent Review today": ["First Doe, 38", "Second Doe, 38"],
        "Moderate Before the first visit": ["Third Doe, 38"],
        "No rule was raised Still needs a clinician’s eyes": ["Note Doe, 38"],
    }


def test_the_title_says_how_many_wait(alice, sent):
    sent()
    sent()

    alice.open("/queue")

    assert alice.page.title.startswith("(2) Review queue")


def test_a_row_says_what_to_look_at_first_and_how_long_it_has_waited(alice, sent, clock):
    sent()
    clock.move(minutes=12)

    alice.open("/queue")

    assert (
        "High blood pressure, not treated High blood pressure 1 more. 2 raised, 1 cannot tell" in alice.text
    )
    assert "Waiting 12 min" in alice.text


def test_a_form_no_rule_was_raised_for_waits_like_any_other(alice, sent):
    sent(pressure="no", home="yes")

    alice.open("/queue")

    assert "No rule was raised Still needs a clinician’s eyes" in alice.text


def test_a_form_where_nothing_is_known_is_not_shown_as_raised(alice, sent):
    sent(pressure=NOT_SURE, home="yes")

    alice.open("/queue")

    assert "Urgent" in alice.text
    assert "Cannot tell: High blood pressure" in alice.text


def test_an_empty_queue_says_so(alice):
    alice.open("/queue")

    assert "Nothing to review New forms show up here when a patient sends one." in alice.text
    assert alice.page.title.startswith("(0) Review queue")


def test_looking_is_recorded_and_the_page_says_so(alice, sent):
    alice.open("/queue")

    assert "Opening this page was recorded." in alice.response.text
