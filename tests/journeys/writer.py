"""A patient who is asked every question that is answered in words, and answers each of them."""

from collections.abc import Callable
from datetime import date

from intake.domain.answers import (
    BLANK,
    Chosen,
    ChosenMany,
    MedicineEntry,
    MedicineList,
    Reading,
    Text,
    Value,
    answered,
)
from intake.domain.evidence import PatientEvidence
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Kind, Questionnaire
from intake.services.paths import asked_on, pages_asked
from journeys.vignettes import PEOPLE

# What opens every question that is answered in words.
OPENING: dict[str, Value] = {
    "filled_in_by": Chosen("helper_present"),
    "access_needs": ChosenMany(("interpreter", "other")),
    "reasons": ChosenMany(("depression", "other")),
    "current_therapist_prescriber": Chosen("yes_contact"),
    "prior_ketamine": ChosenMany(("helped",)),
    "allergy_other": Chosen("yes"),
    "body_conditions": ChosenMany(("cancer",)),
    "recent_surgery_illness": Chosen("yes"),
    "upcoming_surgery": Chosen("yes"),
    "takes_benzodiazepine": Chosen("yes"),
    "stopped_medicine": Chosen("yes"),
    "visit_worries": ChosenMany(("food",)),
    "bp_reading_known": Chosen("yes"),
    "recent_bp_reading": Reading(124, 78),
    "fasting": Chosen("no"),
    "anesthesia_reaction": ChosenMany(("other",)),
    "takes_medicines": Chosen("yes"),
}


def evidence_of_a_writer(
    questionnaire: Questionnaire, formulary: Formulary, today: date, typed: Callable[[str], str]
) -> PatientEvidence:
    """The answers of somebody who is asked all that is answered in words.

    ``typed`` says which words they type for a question.
    """
    words = {
        question.id: answered(Text(typed(question.id)))
        for question in questionnaire.questions
        if question.kind is Kind.TEXT
    }
    opening = {question: answered(value) for question, value in OPENING.items()}
    medicine = typed("medicines")
    listed = MedicineList(
        tuple(MedicineEntry(f"{medicine} {n}", f"{medicine} mg", "Once a day") for n in "ab")
    )
    given = PEOPLE["p02_high_blood_pressure_and_stimulant"].answers.with_(
        words | opening | {"medicines": answered(listed)}
    )
    while True:
        evidence = PatientEvidence(questionnaire, formulary, given, today)
        asked = [one.id for page in pages_asked(evidence) for one in asked_on(evidence, page)]
        if not (left := {name: BLANK for name in asked if name not in given}):
            return evidence
        given = given.with_(left)
