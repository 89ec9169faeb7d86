"""Sending a form in a test without saying more than the test is about."""

from dataclasses import replace

from intake.content.answers import read_answers
from intake.content.documents import Problems, read
from intake.domain.answers import Answers
from intake.domain.submissions import Receipt
from intake.services import answering
from intake.services.clinic import PatientDesk
from intake.services.paths import asked_on, pages_asked
from intake.storage import drafts
from journeys.healthy import healthy

PAT = "first_name: Pat, last_name: Doe, phone: 555-0142"


def answers(desk: PatientDesk, short: str) -> Answers:
    """Answers in short forms, as in a rule's examples: ``aneurysm: no, ...``."""
    document = read(f"{{{short}}}", "answers")
    problems = Problems("answers")
    given = read_answers(document, 1, "answers", desk.library.questionnaire, problems)
    problems.refuse_if_any()
    return given


def fill_in(desk: PatientDesk, short: str = PAT) -> str:
    """A draft in which every page was continued from; returns its token."""
    token = answering.start(desk)
    given = answers(desk, short)
    seen: set[str] = set()
    evidence = desk.evidence(given)
    # A page left blank may lead to another one.
    while page := next((one for one in pages_asked(evidence) if one.id not in seen), None):
        changes = {q.id: given[q.id] for q in asked_on(evidence, page) if q.id in given}
        saved = answering.answer_page(desk, token, page, changes)
        seen.add(page.id)
        evidence = desk.evidence(Answers({**saved.draft.answers, **given}))
    return token


def send(desk: PatientDesk, short: str = PAT) -> Receipt:
    """A form sent by Pat, who left blank whatever the test does not mention."""
    return answering.send(desk, fill_in(desk, short), "Pat Doe")


def send_at_once(desk: PatientDesk, short: str = PAT) -> Receipt:
    """The same in one step, for a test that needs several forms: what is not mentioned was not reached."""
    with desk.database.write() as session:
        token, draft = drafts.start(session, desk.keys, desk.now(), desk.library.editions.questionnaire)
        drafts.save(session, desk.keys, token, replace(draft, answers=answers(desk, short)))
    return answering.send(desk, token, "Pat Doe")


def send_healthy(desk: PatientDesk, but: str = "") -> Receipt:
    """A form of Pat's that is answered throughout: few flags, so that all can be acknowledged one by one."""
    facts = "\n".join(["first_name: Pat", "last_name: Doe", but])
    pat = healthy(desk.library.questionnaire, desk.library.formulary, facts)
    with desk.database.write() as session:
        token, draft = drafts.start(session, desk.keys, desk.now(), desk.library.editions.questionnaire)
        drafts.save(session, desk.keys, token, replace(draft, answers=pat.answers))
    return answering.send(desk, token, "Pat Doe")
