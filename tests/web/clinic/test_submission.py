"""A form that was sent: what to ask first, why, where that is written, and every answer."""

from dataclasses import replace

import pytest

from intake.domain.answers import BLANK, NOT_SURE, MedicineEntry, MedicineList, Text, answered
from intake.domain.conditions import Compare, Operator
from intake.domain.rules import Checked, RuleBook, Source, SourceKind
from intake.services import reviewing
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.person import Person, words


@pytest.fixture
def opened(alice, sent):
    """Send Pat's form with these answers changed, and let Alice open it."""

    def open_form(**changes):
        submission = sent(**changes)
        alice.open(f"/submissions/{submission}")
        return submission

    return open_form


def section(person, labelled_by):
    tree = person.page.tree
    return next(one for one in tree.iter("section") if one.get("aria-labelledby") == labelled_by)


def cards(person, labelled_by):
    return [words(card) for card in section(person, labelled_by).iter("article")]


def flag_key(person, title):
    """The key of the flag with this title, as its form carries it."""
    for card in person.page.tree.iter("article"):
        if title in words(card.find("header")):
            return next(one.get("value") for one in card.iter("input") if one.get("name") == "flag")
    raise AssertionError(f"no flag {title}")


def flag_place(person, title):
    """Where on the page the flag with this title stands."""
    cards = person.page.tree.iter("article")
    return next(card.get("id") for card in cards if title in words(card.find("header")))


def test_the_page_begins_with_whose_form_it_is(alice, opened):
    opened()

    assert alice.page.h1 == "Pat Doe, 38"
    assert "Born July 4, 1988. Sent November 20, 2026 at 12:00 pm EST. Reference HL-" in alice.text
    assert "Filled in by: Me." in alice.text
    assert f"rules {LIBRARY.editions.rules[:8]}" in alice.text


def test_what_rules_found_stands_under_three_headings(alice, opened):
    opened()

    headings = [words(h2) for h2 in alice.page.tree.iter("h2")]
    assert headings[:3] == ["Raised (2)", "Cannot tell (1)", "Not raised (0)"]
    assert {"What the rules do not cover", "All answers"} <= set(headings)


def test_the_list_with_the_gravest_flag_stands_first_and_next_names_it(alice, opened):
    opened(pressure=NOT_SURE, home="no")

    (raised,), (undecided,) = cards(alice, "raised"), cards(alice, "cannot-tell")
    assert "Home is not a safe place" in raised
    assert undecided.startswith("Urgent Cannot tell: High blood pressure, not treated")
    headings = [words(h2) for h2 in alice.page.tree.iter("h2")]
    assert headings[:3] == ["Cannot tell (1)", "Raised (1)", "Not raised (0)"]
    jumps = next(one for one in alice.page.tree.iter("ul") if "jumps" in (one.get("class") or ""))
    assert words(jumps).startswith("Cannot tell (1) Raised (1)")
    assert flag_place(alice, "not treated") == "flag-1"
    assert "Next: Cannot tell: High blood pressure, not treated" in alice.text


def test_a_flag_says_when_to_look_what_was_said_why_and_where_it_is_written(alice, opened):
    opened()

    assert cards(alice, "raised")[0].startswith(
        "Urgent High blood pressure, not treated Is it treated? “No” Ketamine raises blood pressure. "
        "Label contraindication: SPRAVATO prescribing information, “Contraindications”, 2025. Checked: read. "
        "https://example.org/label Inference: Clinical inference of the intake project. "
        "Not checked by the project: verify before relying on it. "
        f"Rule pressure-untreated, rules edition {LIBRARY.editions.rules[:8]}"
    )
    assert "Checked: read in a secondary source." in cards(alice, "raised")[1]


@pytest.mark.parametrize(("left", "said"), [(NOT_SURE, "Not sure"), (BLANK, "Left blank")])
def test_what_cannot_be_told_names_the_missing_answer_and_how_it_was_left(alice, opened, left, said):
    opened(pressure=left)

    (pressure, home) = cards(alice, "cannot-tell")
    assert "Cannot tell without an answer to: Do you have high blood pressure? " + said in pressure
    assert "Also undecided: High blood pressure." in pressure
    assert "If it is so: Ketamine raises blood pressure." in pressure
    assert "Is home a safe place for you? Chose not to say" in home
    assert "No rule was raised. Still needs a clinician’s eyes." in words(section(alice, "raised"))


def test_a_form_no_rule_was_raised_for_still_needs_eyes(alice, opened):
    opened(pressure="no", home="yes")

    assert "No rule was raised. Still needs a clinician’s eyes." in alice.text
    assert "Not raised (3)" in alice.text
    folded = section(alice, "not-raised").find("details")
    assert folded.get("open") is None
    assert "Home is not a safe place Home: Yes" in words(folded)
    assert "no concerns" not in alice.text.casefold()
    assert "tag ok" not in alice.response.text


def test_what_the_rules_do_not_cover_is_always_there(alice, opened):
    opened()

    assert words(section(alice, "not-covered")) == (
        "What the rules do not cover No rule looks at these 2 topics: no flag here does not mean no risk. "
        "Which ones the rules do not cover Eating disorders Sleep"
    )


def test_flags_and_answers_lead_to_each_other(alice, opened):
    opened()
    ids = {one.get("id") for one in alice.page.tree.iter()}
    links = [a.get("href") for a in alice.page.tree.iter("a")]

    assert "#answer-treated" in links
    assert links.count("#" + flag_place(alice, "High blood pressure, not treated")) >= 1
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_every_id_stands_once(alice, opened):
    opened()

    ids = [one.get("id") for one in alice.page.tree.iter() if one.get("id")]
    assert sorted(ids) == sorted(set(ids))


def test_all_answers_stand_as_they_were_asked_the_sensitive_ones_too(alice, opened):
    opened(
        takes="yes",
        medicines=answered(MedicineList((MedicineEntry("Nardil", "15 mg", "three times a day"),))),
        more=answered(Text("I sleep badly")),
    )

    answers = words(section(alice, "answers"))
    assert (
        "What medicines do you take? As typed Recognized as Nardil 15 mg, three times a day phenelzine"
        in answers
    )
    assert "Is home a safe place for you? Chose not to say Cannot tell: Home is not a safe place" in answers
    assert "Is there anything else? I sleep badly" in answers
    assert "Name as typed Pat Doe Date and time November 20, 2026 at 12:00 pm EST" in answers
    assert "I agree" in answers


def test_what_a_patient_wrote_is_never_read_as_markup(alice, opened):
    opened(first_name=answered(Text("<script>alert(1)</script>")), more=answered(Text("</dd><b>{{ 7*7 }}")))

    assert "<script>" not in alice.response.text
    assert "<b>" not in alice.response.text
    assert "{{ 7*7 }}" in alice.text


def test_a_source_opens_only_when_pressed_and_tells_it_nothing(alice, opened):
    opened()

    links = [a for a in alice.page.tree.iter("a") if a.get("href", "").startswith("http")]
    assert [(a.get("href"), a.get("rel"), words(a)) for a in links] == [
        ("https://example.org/label", "noreferrer", "https://example.org/label")
    ]


class Exploding:
    """A condition that stops with an error that quotes an answer."""

    def find(self, evidence):
        raise ValueError("the patient said no")


def with_rules(clinic, *rules):
    book = RuleBook(rules, LIBRARY.rulebook.not_covered, edition="e" * 64)
    return replace(clinic, library=replace(clinic.library, rulebook=book))


def test_a_rule_that_stopped_is_told_first(clinic, alice, opened):
    rule = replace(LIBRARY.rulebook.rules[0], when=Exploding())
    submission = opened()

    reviewing.rescreen(with_rules(clinic, rule), submission)
    alice.open(f"/submissions/{submission}")

    assert "Screening incomplete These rules stopped with an error" in alice.text
    assert "Read the answers on this topic by hand." in alice.text
    assert "the patient said no" not in alice.response.text
    assert "This list is of the rules now in force." in alice.text
    assert "Screening incomplete" in alice.open("/queue").text


def test_an_address_that_is_no_web_address_is_no_link(clinic, opened, alice):
    source = Source(SourceKind.GUIDELINE, "A guideline", Checked.READ, url="javascript:alert(1)")
    rule = replace(LIBRARY.rulebook.rules[0], sources=(source,), when=Compare("pressure", Operator.IS, "yes"))
    submission = opened()

    reviewing.rescreen(with_rules(clinic, rule), submission)
    alice.open(f"/submissions/{submission}")

    assert "A guideline" in alice.text
    assert "javascript:" not in alice.response.text


def test_reading_is_recorded_and_the_page_says_so(alice, opened):
    submission = opened()
    assert "Opening this page was recorded." in alice.response.text
    assert "They do not decide who can be treated." in alice.response.text

    alice.open(f"/submissions/{submission}/history")

    assert "Sent by the patient" in alice.text
    assert alice.text.count("A. Rivera, NP Opened and read") == 2


def test_a_form_that_is_not_there_is_not_found(alice):
    assert alice.open("/submissions/00000000-0000-0000-0000-000000000000").status_code == 404
    assert alice.open("/submissions/1").status_code == 404


def acknowledge(person, submission, title, **fields):
    key = flag_key(person, title)
    place = flag_place(person, title)
    fields = {"done": "called_patient", "flag": key, "place": place.removeprefix("flag-")} | fields
    person.send(f"/submissions/{submission}/acknowledge", **fields)
    return place


def test_acknowledging_shows_who_when_and_the_note(alice, opened):
    submission = opened()

    place = acknowledge(alice, submission, "not treated", note="  Called her GP.  ")
    assert alice.response.headers["Location"] == f"/clinic/submissions/{submission}#{place}"
    alice.follow()

    assert (
        "Acknowledged by A. Rivera, NP, November 20, 2026 at 12:00 pm EST "
        "Called the patient Note: Called her GP." in cards(alice, "raised")[0]
    )
    assert "1 of 3 flags acknowledged" in alice.text


def test_acknowledging_twice_keeps_the_second_note_and_records_nothing(alice, signed_in, opened):
    submission = opened()
    dana = signed_in("dana")
    dana.open(f"/submissions/{submission}")
    acknowledge(alice, submission, "not treated")

    acknowledge(dana, submission, "not treated", note="I asked about this too")

    assert dana.status == 409
    assert "This flag was acknowledged before, so nothing was recorded now." in dana.text
    assert "I asked about this too" in dana.response.text
    assert "D. Both, MD," not in cards(dana, "raised")[0]


def test_a_flag_that_is_gone_cannot_be_acknowledged(alice, opened):
    submission = opened()

    alice.send(f"/submissions/{submission}/acknowledge", flag="0" * 32, place="1", note="seen")

    assert alice.status == 409
    assert "That flag no longer stands" in alice.text
    assert "seen" in alice.response.text


def test_a_note_that_is_too_long_is_kept_where_it_was_typed(alice, opened):
    submission = opened()

    acknowledge(alice, submission, "not treated", note="x" * 2001)

    assert alice.status == 422
    assert alice.page.title.startswith("Error:")
    assert "x" * 2001 in alice.response.text
    assert "0 of 3 flags acknowledged" in alice.text


def test_a_note_typed_before_the_session_ended_is_not_lost(alice, opened, clock):
    submission = opened()
    key = flag_key(alice, "not treated")
    clock.move(minutes=20)

    alice.send(f"/submissions/{submission}/acknowledge", flag=key, note="Called <her> GP")

    assert alice.status == 403
    assert "You are signed out Nothing was recorded." in alice.text
    assert "Called &lt;her&gt; GP" in alice.response.text
    alice.sign_in("alice", PASSWORD)
    alice.open(f"/submissions/{submission}")
    assert "0 of 3 flags acknowledged" in alice.text


def test_an_old_form_looks_the_same_after_the_questionnaire_changed(clinic, alice, opened):
    submission = opened()
    before = words(section(alice, "answers"))
    questionnaire = replace(LIBRARY.questionnaire, parts=LIBRARY.questionnaire.parts[:1], edition="n" * 64)
    changed = replace(clinic, library=replace(clinic.library, questionnaire=questionnaire))
    later = Person(create_clinic_site(changed)).sign_in("alice", PASSWORD)

    later.open(f"/submissions/{submission}")

    assert words(section(later, "answers")) == before
