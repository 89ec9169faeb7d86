"""Sending a form in a test without saying more than the test is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from intake.content.answers import read_answers
from intake.content.documents import Problems, read
from intake.domain.answers import Answer, Answers
from intake.domain.questionnaire import Page
from intake.domain.submissions import Draft, Receipt
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
    """A draft in which every page was continued from; returns its token.

    Kept once, as :func:`walk` would have left it at last; only its pages are not counted.
    """
    token, given = answering.start(desk), answers(desk, short)
    so_far, seen, evidence = Answers(), set[str](), desk.evidence(given)
    # A page left blank may lead to another one.
    while page := next((one for one in pages_asked(evidence) if one.id not in seen), None):
        here = {q.id: given[q.id] for q in asked_on(evidence, page) if q.id in given}
        so_far = _continued(desk, page, so_far, here)
        seen.add(page.id)
        evidence = desk.evidence(Answers({**so_far, **given}))
    _keep(desk, token, so_far, seen)
    return token


def fill_in_pages(desk: PatientDesk, token: str, pages: Iterable[Page], given: Mapping[str, Answer]) -> None:
    """Continue from these pages of a new draft, and from no other; kept once, too."""
    so_far, seen = Answers(), set[str]()
    for page in pages:
        here = {question.id: given[question.id] for question in page.questions if question.id in given}
        so_far = _continued(desk, page, so_far, here)
        seen.add(page.id)
    _keep(desk, token, so_far, seen)


def _continued(desk: PatientDesk, page: Page, so_far: Answers, here: Mapping[str, Answer]) -> Answers:
    after = so_far.with_(here)
    return after.with_(answering._left_blank(desk, page, after))


def _keep(desk: PatientDesk, token: str, given: Answers, seen: set[str]) -> None:
    with desk.database.write() as session:
        draft = drafts.find(session, desk.keys, token, desk.now())
        assert isinstance(draft, Draft)
        drafts.save(session, desk.keys, token, replace(draft, answers=given, seen=frozenset(seen)))


def walk(desk: PatientDesk, short: str = PAT) -> str:
    """The same, from one page to the next as a patient goes."""
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
