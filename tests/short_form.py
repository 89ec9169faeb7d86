"""A short form with flags of every priority, and few rules: opening a review takes no time."""

from pathlib import Path
from uuid import UUID

from copies import Copy
from intake.content.library import parse_library
from intake.domain.answers import Answers, Chosen, Text, answered
from intake.services import answering, reviewing
from intake.services.paths import pages_asked
from web.clinic.content import MEDICINES, QUESTIONNAIRE, RULES

NOTES = """  - {id: note-one, topic: hypertension_history, title: First note, priority: info,
     when: {question: pressure, is: yes}, why: For the record., sources: [{kind: inference,
     title: Clinical inference of the intake project, checked: not checked}], owner: Clinical lead,
     review_by: 2027-05-20, examples: [{answers: {pressure: yes}, outcome: raised},
     {answers: {pressure: no}, outcome: not_raised}, {answers: {pressure: declined}, outcome: cannot_tell}]}
"""
ALL_RULES = RULES + NOTES + NOTES.replace("-one", "-two").replace("First", "Second")
LIBRARY = parse_library(QUESTIONNAIRE, ALL_RULES, MEDICINES)
PAT = Answers(
    {
        "filled_in_by": answered(Chosen("me")),
        "first_name": answered(Text("Pat")),
        "pressure": answered(Chosen("yes")),
        "treated": answered(Chosen("no")),
        "takes": answered(Chosen("no")),
    }
)


def send(copy: Copy, answers: Answers = PAT) -> UUID:
    """Pat's form, with flags of every priority; its id."""
    before = set(reviewing.to_rescreen(copy.clinic))
    token = answering.start(copy.desk)
    for page in pages_asked(copy.desk.evidence(answers)):
        given = {question.id: answers[question.id] for question in page.questions if question.id in answers}
        answering.answer_page(copy.desk, token, page, given)
    answering.send(copy.desk, token, "Pat Doe")
    (new,) = set(reviewing.to_rescreen(copy.clinic)) - before
    return new


def written_into(folder: Path) -> dict[str, str]:
    """The content files, written; the settings that name them."""
    texts = {"questionnaire": QUESTIONNAIRE, "screening_rules": ALL_RULES, "medicines": MEDICINES}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return {f"INTAKE_{name.upper()}": str(folder / f"{name}.yaml") for name in texts}
