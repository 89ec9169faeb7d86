"""Checking, signing and sending, which are one way with no turn in it, and the page after that."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.answers import State
from intake.domain.questionnaire import Kind, Page
from intake.domain.submissions import Receipt
from intake.domain.wording import Line
from intake.services import answering, paths
from intake.services.answering import NotReadyToSend
from intake.web.guard import open_to_all
from intake.web.languages import say
from intake.web.patient.addresses import place_of
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.sign_form import SignForm
from intake.web.patient.visits import Visit, gone, the_desk, the_token, with_draft

sending = Blueprint("sending", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the check page, with the page where it can be changed."""

    asked: str
    said: str
    address: str
    open: bool
    left_in: str = ""


@sending.get("/check")
@with_draft
def check(visit: Visit) -> ResponseReturnValue:
    """Everything that would be sent, each with a way to change it."""
    if not paths.all_seen(visit.evidence, visit.draft.seen):
        return redirect(url_for("start.tasks"), 303)
    parts = answering.check(visit.desk, visit.draft)
    missing = answering.missing(visit.desk, visit.draft)
    return render_template(
        "patient/check.html",
        parts=[(part.title, _rows(visit, part.lines)) for part in parts],
        missing=[(one, _change(visit, one.id)) for one in missing],
        blanks=sum(_is_open(visit, line) for part in parts for line in part.lines),
    )


@sending.route("/sign", methods=["GET", "POST"])
@with_draft
def sign(visit: Visit) -> ResponseReturnValue:
    """Agree, sign and send, in one step, so that nothing can change between the two."""
    ready = paths.all_seen(visit.evidence, visit.draft.seen) and not answering.missing(
        visit.desk, visit.draft
    )
    if not ready:
        return redirect(url_for("sending.check"), 303)
    form = SignForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and not is_pressed() and (name := form.read()) is not None:
        try:
            answering.send(visit.desk, visit.token, name)
        except NotReadyToSend:
            return redirect(url_for("sending.check"), 303)
        return redirect(url_for("sending.sent"), 303)
    page = render_template(
        "patient/sign.html",
        form=form,
        consent=visit.questionnaire.consent,
        number=len(visit.questionnaire.parts) + 1,
        today=visit.desk.today(),
    )
    return page, 422 if form.errors else 200


@sending.get("/sent")
@open_to_all
def sent() -> ResponseReturnValue:
    """The same page for everyone, whatever was answered."""
    desk, token = the_desk(), the_token()
    found = answering.find(desk, token) if token else None
    if isinstance(found, Receipt):
        return render_template("patient/sent.html", receipt=found, sent_at=desk.local(found.sent_at))
    return gone() if found is None else redirect(url_for("start.tasks"), 303)


def _rows(visit: Visit, lines: tuple[Line, ...]) -> list[Row]:
    rows: list[Row] = []
    for page in visit.questionnaire.pages:
        here = [line for line in lines if line.question in {one.id for one in page[1].questions}]
        rows += _scale(visit, page[1], here) if _is_scale(page[1]) else [_row(visit, line) for line in here]
    return rows


def _is_scale(page: Page) -> bool:
    return len(page.questions) > 1 and all(one.kind is Kind.SCALE for one in page.questions)


def _scale(visit: Visit, page: Page, lines: list[Line]) -> list[Row]:
    if not lines:
        return []
    count = sum(line.state not in (State.BLANK, None) for line in lines)
    said = say("%(count)s of %(all)s answered", count=count, all=len(lines))
    return [Row(page.heading, said, _change(visit, page.questions[0].id), count == 0, page.left_in)]


def _row(visit: Visit, line: Line) -> Row:
    # Somebody may look over the patient's shoulder.
    said = say("Answered") if line.sensitive and line.state is State.ANSWERED else line.said
    left_in = visit.questionnaire.question(line.question).left_in
    return Row(line.asked, said, _change(visit, line.question), line.state in (State.BLANK, None), left_in)


def _is_open(visit: Visit, line: Line) -> bool:
    # Free text is an offer; only what is asked counts as blank.
    question = visit.questionnaire.question(line.question)
    offered = question.kind is Kind.TEXT and not question.needed
    return line.state in (State.BLANK, None) and not offered


def _change(visit: Visit, question_id: str) -> str:
    page = next(p for _, p in visit.questionnaire.pages if any(q.id == question_id for q in p.questions))
    return place_of(visit.questionnaire, page, changing=True).address
