"""Twenty invented people fill in the form, and a clinician opens what they sent."""

from dataclasses import replace

import pytest

from intake.domain.evidence import PatientEvidence
from intake.domain.rules import Priority
from intake.domain.wording import transcribe
from journeys.as_a_clinician import answers_on, flags_on, open_submission
from journeys.as_a_patient import Patient
from journeys.vignettes import BY_ID, PEOPLE, VIGNETTES, Shown, same_row
from journeys.visitor import on_the_patient_site

BY_NUMBER = {vignette.number: vignette for vignette in VIGNETTES}
# Whoever is not named here meets no safety page at all.
PAUSES = {
    "p05": ["support", "support", "support", "support_now", "support_now"],
    "p06": ["support", "support_now"],
}

everyone = pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
each_vignette = pytest.mark.parametrize("vignette", VIGNETTES, ids=[one.id for one in VIGNETTES])


@everyone
def test_a_clinician_is_shown_what_the_vignette_expects(person, patient_browser, clinic_browser, library):
    evidence = evidence_of(person, library)
    patient = Patient(patient_browser, person, evidence)

    reference = patient.sends_the_form()
    page = open_submission(clinic_browser, reference)

    vignette = BY_ID[person.id]
    assert vignette.unmet(flags_on(page, topics(library))) == []
    assert patient.pauses == PAUSES.get(vignette.number, [])
    assert answers_on(page) == [
        (line.asked, line.said) for part in transcribe(evidence) for line in part.lines
    ]


def test_without_rules_the_same_journey_falls_short(desk, without_rules, clinic_browser, library):
    person = PEOPLE["p02_high_blood_pressure_and_stimulant"]
    browser = on_the_patient_site(replace(desk, library=without_rules))

    reference = Patient(browser, person, evidence_of(person, library)).sends_the_form()
    page = open_submission(clinic_browser, reference)

    unmet = BY_ID[person.id].unmet(flags_on(page, topics(library)))
    assert topics_of(unmet) == {
        "hypertension_history",
        "recent_bp_reading",
        "ddi_psychostimulant",
        "ddi_antihypertensive",
    }


@each_vignette
def test_no_flags_at_all_falls_short_of_everything_expected(vignette):
    expected = {topic for topic, _ in vignette.raised} | set(vignette.cannot_tell)

    assert topics_of(vignette.unmet(())) == expected


@each_vignette
def test_a_flag_on_every_other_topic_is_a_false_alarm_each_time(vignette):
    others = [Shown(topic, Priority.INFO, raised=True) for topic in vignette.not_raised]

    unmet = vignette.unmet((*met(vignette), *others))

    assert topics_of(unmet) == set(vignette.not_raised)


@each_vignette
def test_a_flag_of_too_low_a_priority_falls_short(vignette):
    above_info = {topic for topic, priority in vignette.raised if priority is not Priority.INFO}
    lowered = tuple(replace(flag, priority=Priority.INFO) for flag in met(vignette))

    assert topics_of(vignette.unmet(lowered)) == above_info


def test_an_answer_never_reached_does_not_count_as_raised():
    never_reached = Shown("aneurysm", Priority.HIGH, raised=False, missing=("Not reached",))
    not_sure = replace(never_reached, missing=("Not sure",))

    assert not BY_NUMBER["p17"].holds("aneurysm", (never_reached,))
    assert BY_NUMBER["p17"].holds("aneurysm", (not_sure,))


def test_every_topic_a_vignette_speaks_of_has_rules(library):
    covered = set(topics(library).values())
    spoken_of = {topic for vignette in VIGNETTES for topic in vignette.topics}

    assert {topic for topic in spoken_of if not same_row(topic) & covered} == set()


def evidence_of(person, library):
    return PatientEvidence(library.questionnaire, library.formulary, person.answers, person.as_of)


def topics(library):
    return {rule.id: rule.topic for rule in library.rulebook.rules}


def topics_of(unmet):
    return {words.partition(":")[0] for words in unmet}


def met(vignette):
    """Flags that meet all the vignette expects."""
    raised = [Shown(topic, priority, raised=True) for topic, priority in vignette.raised]
    undecided = [
        Shown(topic, Priority.HIGH, raised=False, missing=("Left blank",)) for topic in vignette.cannot_tell
    ]
    return (*raised, *undecided)
