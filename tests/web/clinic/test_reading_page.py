"""The page of a form as it is read: what each flag rests on, instruments, units, and answers sent anew."""

import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import brotli
import pytest

from intake.content.library import parse_library
from intake.domain.answers import BLANK, NOT_SURE, Chosen, Number, answered
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.rules import RuleBook
from intake.domain.screening import screen
from intake.domain.wording import transcribe
from intake.services import accounts, answering, basis, reviewing
from intake.services.basis import bases
from intake.services.clinic import PatientDesk, publish_editions
from intake.storage import reviews, revisions, submissions
from intake.storage.keyring import read_patient_keys
from intake.storage.submissions import ids
from intake.web.clinic.site import create_clinic_site
from intake.web.scripts import script
from web.clinic.conftest import PASSWORD, PAT
from web.clinic.content import LIBRARY, MEDICINES, QUESTIONNAIRE, RULES
from web.clinic.person import Person, words
from web.clinic.test_submission import Exploding, flag_place, section

MOST_FOR_THE_KEYS = 1024


@pytest.fixture
def opened(alice, sent):
    """Send Pat's form with these answers changed, and let Alice open it."""

    def open_form(**changes):
        submission = sent(**changes)
        alice.open(f"/submissions/{submission}")
        return submission

    return open_form


def panel(person, title):
    """What the flag with this title rests on."""
    place = flag_place(person, title)
    (card,) = (one for one in person.page.tree.iter("article") if one.get("id") == place)
    return next(one for one in card.iter("details") if one.get("class") == "basis")


def block(person, title, name):
    """One of its four blocks, as one line."""
    blocks = panel(person, title).iter("div")
    return words(next(one for one in blocks if one.get("class") == f"block {name}"))


def row(person, question):
    """An answer as it stands on the page, without the link to ask about it."""
    found = next(one for one in person.page.tree.iter("div") if one.get("id") == f"answer-{question}")
    for parent in found.iter():
        for link in [one for one in parent if (one.get("class") or "").startswith("ask ")]:
            parent.remove(link)
    return found


def after(clinic, library):
    """Alice in front of the clinic with other content files."""
    return Person(create_clinic_site(replace(clinic, library=library))).sign_in("alice", PASSWORD)


def test_every_flag_rests_on_four_things_one_step_away(alice, opened):
    opened(pressure=NOT_SURE)

    cards = list(alice.page.tree.iter("article"))
    panels = [one for card in cards for one in card.iter("details") if one.get("class") == "basis"]
    assert len(panels) == len(cards) == 2
    for one in panels:
        assert one.get("open") is None
        assert [words(h4) for h4 in one.iter("h4")] == [
            "The rule",
            "Known and not known",
            "Answers this rule looks at",
            "What flags are for",
        ]


def test_the_rule_stands_in_plain_words_with_what_came_of_it(alice, opened):
    opened()

    assert block(alice, "High blood pressure, not treated", "rule").startswith(
        "The rule Of this patient: raised. It is raised when So “Treated” was answered “No” (decided) "
        "“Treated” is asked only if “High blood pressure” was answered “Yes”. "
        "No threshold: it looks at which answer was given. "
        f"Fixed in rules edition {LIBRARY.editions.rules[:8]}, on the word of label contraindication, "
        "SPRAVATO prescribing information (read); inference, Clinical inference of the intake project "
        "(not checked). Tried on 3 written examples (1 raised, 1 cannot tell, 1 not raised) each time the "
        "rules are loaded. Kept by Clinical lead. To be read again by May 20, 2027."
    )
    assert "The project read none of these itself" not in block(alice, "not treated", "rule")
    assert "The project read none of these itself" in block(alice, "Home is not", "rule")


def test_a_rule_past_its_day_says_so(alice, opened, clock):
    submission = opened()
    assert "that day is over" not in alice.text
    clock.move(days=200)

    alice.sign_in("alice", PASSWORD).open(f"/submissions/{submission}")

    assert "To be read again by May 20, 2027; that day is over." in block(alice, "not treated", "rule")


def test_each_answer_says_when_it_was_sent_how_it_came_and_what_it_has_to_be_worth(alice, opened):
    opened()

    assert block(alice, "High blood pressure, not treated", "inputs") == (
        "Answers this rule looks at All sent November 20, 2026 at 12:00 pm EST. "
        "Do you have high blood pressure? Yes (picked) Is it treated? No (picked) "
        "What they have to be worth: Picked by whoever filled in the form. The rule needs the question to "
        "be understood as it was asked; no record was looked at."
    )


def test_what_is_not_known_is_named(alice, opened):
    opened(pressure=NOT_SURE, home=BLANK)

    assert "Known: 0 of 2 answers. Missing: Is it treated? (Not asked: what it depends on is not known) " in (
        block(alice, "not treated", "known")
    )
    assert "Not sure: Do you have high blood pressure?" in block(alice, "not treated", "known")
    assert "Missing: Is home a safe place for you?" in block(alice, "Home is not", "known")


def test_where_nothing_is_missing_the_page_says_what_was_looked_for(alice, opened):
    opened()

    known = block(alice, "not treated", "known")
    assert "Known: 2 of 2 answers. Looked for among these answers, and not found: left blank," in known
    assert "What nobody asked is not known" in known


def test_what_flags_are_for_is_said_beside_each(alice, opened):
    opened()

    assert "Not for: emergencies. Not a diagnosis, and no decision about a person." in block(
        alice, "not treated", "purpose"
    )


def test_a_flag_that_names_others_tells_their_rules_too(alice, opened):
    opened(pressure=NOT_SURE)

    rule = block(alice, "not treated", "rule")
    assert "Also undecided: High blood pressure Of this patient: cannot tell." in rule
    assert "Not known “High blood pressure” was answered “Yes” (decided)" in rule


def test_a_basis_is_that_of_the_editions_it_was_screened_under(alice, clinic, opened):
    submission = opened()
    before = block(alice, "not treated", "rule")
    rules = RULES.replace("question: treated, is: no", "question: treated, is_not: yes")
    later = after(
        clinic, parse_library(QUESTIONNAIRE.replace("Is it treated?", "Treated now?"), rules, MEDICINES)
    )

    later.open(f"/submissions/{submission}")

    assert block(later, "not treated", "rule") == before
    assert "Is it treated?" in block(later, "not treated", "inputs")


def test_an_edition_is_read_once_for_all_forms(clinic, opened, monkeypatch):
    review = reviewing.open_review(clinic, staff_member(clinic), opened())
    other = replace(clinic, library=parse_library(QUESTIONNAIRE, RULES.replace("urgent", "high"), MEDICINES))
    monkeypatch.setattr(basis, "_read", basis.OrderedDict())
    read_anew = []
    anew = basis._read_anew
    monkeypatch.setattr(basis, "_read_anew", lambda *args: read_anew.append(1) or anew(*args))

    for _ in range(3):
        assert not bases(other, review).unreadable

    assert len(read_anew) == 1


def staff_member(clinic):
    return next(one for one in accounts.staff(clinic) if one.username == "alice")


def with_rules(clinic, *rules, edition="e" * 64):
    book = RuleBook(rules, LIBRARY.rulebook.not_covered, edition=edition)
    return replace(clinic, library=replace(clinic.library, rulebook=book))


def test_an_edition_that_cannot_be_read_is_told_and_nothing_is_made_up(clinic, alice, opened):
    submission = opened()
    reviewing.rescreen(with_rules(clinic, LIBRARY.rulebook.rules[0]), submission)  # and kept nowhere

    alice.open(f"/submissions/{submission}")

    assert "What the flags rest on cannot be shown." in alice.text
    assert "the rules of edition eeeeeeeeeeee is not kept in this database" in alice.text
    assert not [one for one in alice.page.tree.iter("details") if one.get("class") == "basis"]
    assert "What this rests on cannot be shown here." in alice.text


def test_an_edition_changed_in_the_database_is_not_believed(clinic, alice, opened):
    submission = opened()
    other = RULES.replace("priority: moderate", "priority: high")
    changed = with_rules(clinic, *LIBRARY.rulebook.rules)
    changed = replace(
        changed, library=replace(changed.library, texts=changed.library.texts | {"rules": other})
    )
    publish_editions(changed)  # under the name e…, which is not its fingerprint
    reviewing.rescreen(changed, submission)

    alice.open(f"/submissions/{submission}")

    assert "a document kept here is not what its name says" in alice.text


def test_a_rule_that_nobody_can_tell_in_words_has_no_basis(clinic, opened):
    submission = opened()
    rule = LIBRARY.rulebook.rules[0]
    stopping = with_rules(clinic, replace(rule, when=Exploding()))
    reviewing.rescreen(stopping, submission)
    review = reviewing.open_review(clinic, staff_member(clinic), submission)

    found = bases(stopping, review)  # its condition cannot even be told

    (flag,) = review.flags
    assert found.of(flag) is None
    assert found.why_not(flag).startswith("What this flag rests on could not be worked out (")
    assert "the patient said no" not in found.why_not(flag)


def test_a_flag_whose_basis_stops_costs_nobody_the_page(clinic, opened, alice, monkeypatch):
    submission = opened()

    def stops(*_args):
        raise ValueError("the patient said no")

    monkeypatch.setattr(basis.Explainer, "basis", stops)
    alice.open(f"/submissions/{submission}")

    assert alice.status == 200
    assert "What this flag rests on could not be worked out (ValueError)" in alice.text
    assert "the patient said no" not in alice.response.text


def test_a_rule_that_says_something_else_by_now_is_told(clinic, opened, alice, monkeypatch):
    submission = opened()
    screened = reviewing.open_review(clinic, staff_member(clinic), submission).screening
    doubled = tuple(
        replace(one, because=tuple(replace(line, given="yes") for line in one.because))
        for one in screened.outcomes
    )
    with clinic.database.write() as session:
        reviews.add_screening(session, clinic.keys, submission, replace(screened, outcomes=doubled))

    alice.open(f"/submissions/{submission}")

    assert "Not as stored. The flag above is as it was stored" in alice.text


def test_three_lists_and_what_no_rule_covers_stand_apart(alice, opened):
    opened(pressure=NOT_SURE, home="no")

    assert [len(list(section(alice, one).iter("article"))) for one in ("raised", "cannot-tell")] == [1, 1]
    assert "No rule looks at these 2 topics: no flag here does not mean no risk." in words(
        section(alice, "not-covered")
    )
    aside = alice.page.one("aside")
    assert any(one.get("aria-labelledby") == "not-covered" for one in aside.iter("section"))


@pytest.mark.parametrize(("home", "is_open"), [("no", False), ("yes", True)])
def test_what_no_rule_covers_is_open_where_no_rule_was_raised(alice, opened, home, is_open):
    opened(pressure="no", home=home)

    assert (section(alice, "not-covered").find("details").get("open") is not None) is is_open


def test_each_answer_leads_to_its_flags_by_their_outcome_and_they_lead_back(alice, opened):
    opened()
    place = flag_place(alice, "not treated")

    links = {words(a): a.get("href") for a in row(alice, "treated").iter("a")}
    assert links == {"Raised: High blood pressure, not treated": f"#{place}"}
    assert "#answer-treated" in [a.get("href") for a in panel(alice, "not treated").iter("a")]


# A height, a weight and an instrument of two items beside the few questions of the small clinic.
MEASURED = QUESTIONNAIRE.replace(
    "      - id: takes\n",
    """      - id: size
        title: Size
        questions:
          - {id: height, kind: number, ask: How tall are you?, label: Height, units: [ft_in, cm],
             limits: [50, 260]}
          - {id: weight, kind: number, ask: What do you weigh?, label: Weight, units: [lb, kg],
             limits: [10, 500]}
      - id: mood
        title: In the last 2 weeks, how often have you been bothered by…
        questions:
          - {id: low, kind: scale, scale: often, ask: Feeling low?, label: Low}
          - {id: danger, kind: scale, scale: often, ask: Thoughts of death?, label: Danger}
      - id: takes
""",
    1,
).replace("crisis_lines:", "scales: {often: {never: Never, daily: Every day}}\ncrisis_lines:", 1) + (
    "derived:\n"
    "  - {id: mood, kind: total, of: [low, danger], label: Mood total, bands: {0: little, 1: much},\n"
    "     prorate_up_to: 1, never_prorate: [danger]}\n"
)


@pytest.fixture
def measured(clinic, clock):
    """The clinic when it asks for height, weight and mood as well."""
    asking = replace(clinic, library=parse_library(MEASURED, RULES, MEDICINES))
    publish_editions(asking)
    return asking


@pytest.fixture
def reader(measured):
    """Alice, who reads there."""
    return Person(create_clinic_site(measured)).sign_in("alice", PASSWORD)


def sent_to(clinic, **changes):
    """Send Pat's form there; returns its id."""
    desk = PatientDesk(
        clinic.settings,
        clinic.database,
        clinic.library,
        read_patient_keys(clinic.settings.instance / "keys"),
        clinic.now,
    )
    token, given = answering.start(desk), PAT | changes
    for _, page in clinic.library.questionnaire.pages:
        if answers := {one.id: given[one.id] for one in page.questions if one.id in given}:
            answering.answer_page(desk, token, page, answers)
    answering.send(desk, token, "Pat Doe")
    with clinic.database.read() as session:
        return ids(session)[-1]


def sent_anew(clinic, submission, **changes):
    """The patient sent other answers two hours later, which were taken in and screened."""
    library = clinic.library
    before = reviewing.open_review(clinic, staff_member(clinic), submission).submission
    given = before.answers.with_(changes)
    evidence = PatientEvidence(library.questionnaire, library.formulary, given, before.sent_on)
    evidence = replace(evidence, answers=relevant(evidence))
    now = replace(
        before,
        answers=evidence.answers,
        transcript=transcribe(evidence),
        sent_at=before.sent_at + timedelta(hours=2),
        revision=before.revision + 1,
    )
    screening = screen(library.rulebook, evidence, library.editions, clinic.now())
    with clinic.database.write() as session:
        revisions.add(session, submissions.record_key(session, clinic.keys, submission), now)
        again = replace(screening, revision=now.revision)
        reviews.add_screening(session, clinic.keys, submission, again)


@pytest.mark.parametrize(
    ("question", "number", "said"),
    [
        ("height", Number(Decimal(175), ("175",), "cm"), "How tall are you? 175 cm (5 ft 9 in)"),
        ("height", Number(Decimal("175.26"), ("5", "9"), "ft_in"), "How tall are you? 5 ft 9 in (175 cm)"),
        ("weight", Number(Decimal("82.6"), ("82.6",), "kg"), "What do you weigh? 82.6 kg (182 lb)"),
        ("weight", Number(Decimal("82.55"), ("182",), "lb"), "What do you weigh? 182 lb (82.6 kg)"),
    ],
)
def test_heights_and_weights_stand_in_both_systems_whichever_was_typed(
    measured, reader, question, number, said
):
    reader.open(f"/submissions/{sent_to(measured, **{question: answered(number)})}")

    assert words(row(reader, question)) == said


def test_an_instrument_stands_with_its_items_danger_first_and_the_missing_by_name(measured, reader):
    reader.open(f"/submissions/{sent_to(measured, low=answered(Chosen('daily')), danger=BLANK)}")

    assert words(row(reader, "mood")) == (
        "Mood total At least 1 of 2, incomplete: 1 of 2 answered Missing: item 2, Danger. "
        "2 items of Mood total In the last 2 weeks, how often have you been bothered by… "
        "Item Answer Points 2. Thoughts of death? Left blank Missing 1. Feeling low? Every day 1"
    )


def test_questions_that_go_on_from_the_same_words_stand_under_them_once(measured, reader):
    reader.open(f"/submissions/{sent_to(measured, low=answered(Chosen('daily')), danger=BLANK)}")

    answers = words(section(reader, "answers"))
    stem = "In the last 2 weeks, how often have you been bothered by…"
    assert answers.count(stem) == 1
    assert f"{stem} Feeling low? Every day" in answers
    order = [one.get("id") for one in section(reader, "answers").iter() if one.get("id")]
    assert len(order) == len(set(order))


def test_a_total_of_an_instrument_names_its_band(measured, reader):
    daily = answered(Chosen("daily"))
    reader.open(f"/submissions/{sent_to(measured, low=daily, danger=daily)}")

    assert words(row(reader, "mood")).startswith("Mood total 2 of 2 (much) 2 items")


SENT, AGAIN = "(sent November 20, 2026 at 12:00 pm EST)", "(sent November 20, 2026 at 2:00 pm EST)"


def test_an_answer_sent_anew_stands_beside_what_it_was(clinic, alice, opened):
    submission = opened()
    sent_anew(clinic, submission, treated=answered(Chosen("yes")), home=answered(Chosen("no")))

    alice.open(f"/submissions/{submission}")

    assert words(row(alice, "treated")) == f"Is it treated? Yes Before: No {SENT}. Now: Yes {AGAIN}."
    assert words(section(alice, "changes")) == (
        f"Sent anew (2) Is it treated? Before: No {SENT} Now: Yes {AGAIN} "
        f"Is home a safe place for you? Before: Chose not to say {SENT} Now: No {AGAIN}"
    )
    (home,) = (words(one) for one in alice.page.tree.iter("article") if "Home is not" in words(one))
    assert f"Before: Chose not to say {SENT}. Now: No {AGAIN}." in home


def test_what_an_answer_closed_is_told_as_not_asked_now(clinic, alice, opened):
    submission = opened()
    sent_anew(clinic, submission, pressure=answered(Chosen("no")))

    alice.open(f"/submissions/{submission}")

    assert f"Is it treated? Before: No {SENT} Now: Not asked {AGAIN}" in words(section(alice, "changes"))


def test_answers_sent_at_two_times_say_so_each(clinic, alice, opened):
    submission = opened()
    sent_anew(clinic, submission, treated=NOT_SURE)

    alice.open(f"/submissions/{submission}")

    inputs = block(alice, "not treated", "inputs")
    assert "Do you have high blood pressure? Yes (picked), sent November 20, 2026 at 12:00 pm EST" in inputs
    assert "Is it treated? Not sure, sent November 20, 2026 at 2:00 pm EST" in inputs


def test_a_form_sent_once_tells_of_no_changes(alice, opened):
    opened()

    assert "Before:" not in alice.text
    assert not [one for one in alice.page.tree.iter() if one.get("id") == "changes"]


def test_the_script_for_keys_is_light():
    assert len(brotli.compress(script("keys.js"), quality=11)) < MOST_FOR_THE_KEYS


def test_a_heavier_script_would_be_noticed():
    assert (
        len(brotli.compress(script("keys.js") + os.urandom(MOST_FOR_THE_KEYS), quality=11))
        > MOST_FOR_THE_KEYS
    )
