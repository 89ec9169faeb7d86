"""Twenty invented people and everything they answered.

They are read as strictly as a rule: whoever answers what they were not asked, or leaves out
what they were, is refused, so that these people keep up with the questionnaire.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from intake import resources
from intake.content.answers import read_answers
from intake.content.documents import Mapped, Problems, read_file
from intake.content.fields import Fields, unique
from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire
from intake.domain.answers import Answers, Text
from intake.domain.evidence import PatientEvidence
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
from intake.domain.truth import Truth

PEOPLE = Path(__file__).with_name("people.yaml")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented: who they are in a few words, and what they answered on which day."""

    id: str
    title: str
    as_of: date
    answers: Answers

    @property
    def signature(self) -> str:
        """Their full name, as they type it to sign."""
        names = (self.answers.value("first_name"), self.answers.value("last_name"))
        return " ".join(name.words for name in names if isinstance(name, Text))


def people() -> tuple[Person, ...]:
    """Everyone, by the questionnaire that comes with the product. Raises DocumentRefused."""
    questionnaire, _ = read_questionnaire(resources.QUESTIONNAIRE)
    return read_people(questionnaire)


def read_people(
    questionnaire: Questionnaire, formulary: Formulary | None = None, path: Path = PEOPLE
) -> tuple[Person, ...]:
    """Everyone in a file, by this questionnaire and, if none are given, the shipped medicines.

    Raises DocumentRefused.
    """
    if formulary is None:
        formulary, _ = read_formulary(resources.MEDICINES)
    document, _ = read_file(path)
    problems = Problems(path.name)
    top = Fields(document, 1, "people", problems)
    entries = [
        Fields(entry, line, "person", problems) for entry, line in top.entries("people", required=True)
    ]
    top.finish()
    found = [_person(fields, questionnaire, formulary) for fields in entries]
    ids = [(person.id, fields.line_of("id")) for person, fields in zip(found, entries, strict=True)]
    unique(ids, "person", problems)
    problems.refuse_if_any()
    return tuple(found)


def _person(fields: Fields, questionnaire: Questionnaire, formulary: Formulary) -> Person:
    name, title, as_of = fields.text("id"), fields.text("title"), fields.day("as_of")
    fields.what = f"person {name}"
    given, line = fields.raw("answers"), fields.line_of("answers")
    answers = read_answers(given, line, fields.what, questionnaire, fields.problems)
    fields.finish()
    evidence = PatientEvidence(questionnaire, formulary, answers, as_of)
    written = given.lines if isinstance(given, Mapped) else {}
    for question_id, wrong in _out_of_step(evidence):
        if question_id in answers or question_id not in written:  # else it was told why it is wrong
            fields.problems.add(written.get(question_id, line), f"{fields.what}: {question_id}: {wrong}")
    return Person(name, title, as_of, answers)


def _out_of_step(evidence: PatientEvidence) -> Iterator[tuple[str, str]]:
    """The questions answered without being asked, and asked without being answered."""
    for question in evidence.questionnaire.questions:
        asked = evidence.asked(question.id).truth is Truth.YES
        answered = question.id in evidence.answers
        if answered and not asked:
            yield question.id, "these answers do not lead to this question; take it out"
        if asked and not answered:
            yield question.id, "they are asked this and leave it out; answer it, or write `blank`"
