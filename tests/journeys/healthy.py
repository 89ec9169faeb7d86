"""A healthy woman of 38 who comes for depression, and what she answers to whatever the form asks.

Her own facts are few. To everything else she says no, none, never, or that it does not apply to her,
so that she keeps up with new questions; one that has no such answer has to be given to her by name.
"""

from dataclasses import dataclass
from datetime import date

from intake.content.answers import read_answers
from intake.content.documents import Mapped, Problems, read
from intake.domain.answers import Answers, Text
from intake.domain.evidence import PatientEvidence
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Kind, Question, Questionnaire
from intake.domain.truth import Truth

TODAY = date(2026, 11, 20)

# In the short forms of a rule's examples. The number, the address and the name belong to nobody.
FACTS = """
filled_in_by: me
first_name: Nora
last_name: Ellery
date_of_birth: "1988-06-02"
record_sex: female
height: {ft: 5, in: 5}
weight: 140 lb
phone: "(555) 555-0150"
message_ok: yes
reasons: [depression]
current_therapist_prescriber: yes_contact
therapist_who: Dr. Osei, (555) 555-0151
antidepressant_trials: one
bp_reading_known: yes
recent_bp_reading: 118/76
bp_taken_on: last_week
bp_where: home
takes_medicines: yes
medicines: [{name: Sertraline, amount: 50 mg, how_often: Once a day}]
phq9_1: 2
phq9_2: 2
phq9_3: 1
phq9_4: 1
phq9_7: 1
phq9_difficulty: somewhat_difficult
safe_right_now: yes
audit_c_1: monthly_or_less
contraception: yes
pregnancy: no
home_support: yes
home_safe: yes
escort_driver: yes
"""

# What is filled in by typing is left blank unless it is one of the facts.
_TYPED = frozenset({Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.READING, Kind.MEDICINES})
_NO = ("no", "none", "never", "does_not_apply")


class NothingToSay(Exception):
    """A question to which a healthy person has no plain no: give the answer a line in FACTS."""


@dataclass(frozen=True, slots=True)
class Healthy:
    """Everything she answers, and the name she signs with."""

    answers: Answers
    as_of: date = TODAY

    @property
    def signature(self) -> str:
        """Her full name, as she types it to sign."""
        names = (self.answers.value("first_name"), self.answers.value("last_name"))
        return " ".join(name.words for name in names if isinstance(name, Text))


def healthy(questionnaire: Questionnaire, formulary: Formulary, but: str = "") -> Healthy:
    """Walk the form as she does, ``but`` for a few facts. Raises NothingToSay."""
    facts, given = read(FACTS, "FACTS") | (read(but, "but") if but else {}), Answers()
    for question in questionnaire.questions:
        evidence = PatientEvidence(questionnaire, formulary, given, TODAY)
        if evidence.asked(question.id).truth is Truth.YES:
            said = facts[question.id] if question.id in facts else _plain_no(question)
            given = given.with_(_answer(question.id, said, questionnaire))
    return Healthy(given)


def _plain_no(question: Question) -> str:
    if question.kind in _TYPED:
        return "blank"
    if question.kind is Kind.SCALE:
        return next(choice.id for choice in question.choices if choice.points == 0)
    offered = [choice.id for choice in question.choices]
    exclusive = (choice.id for choice in question.choices if choice.exclusive)
    said = next(exclusive, None) or next((one for one in _NO if one in offered), None)
    if said is None:
        raise NothingToSay(f"{question.id}: a healthy person's answer is not among FACTS")
    return said


def _answer(question_id: str, said: object, questionnaire: Questionnaire) -> Answers:
    node, problems = Mapped(1), Problems("FACTS")
    node[question_id], node.lines[question_id] = said, 1
    answers = read_answers(node, 1, "the healthy person", questionnaire, problems)
    problems.refuse_if_any()
    return answers
