"""Checking, signing and sending, which are one way with no turn in it, and the page after that."""

from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.answers import State
from intake.domain.filling_in import goes_by, helper
from intake.domain.questionnaire import Kind, Page, Part
from intake.domain.submissions import Receipt
from intake.domain.unfinished import SIGNING, ShownPage
from intake.domain.wording import Line, PartLines, line
from intake.services import answering, checking, own_copy, paths, unfinished
from intake.services.answering import NotAsChecked, NotReadyToSend
from intake.storage import shown_pages
from intake.web.guard import open_to_all
from intake.web.languages import say
from intake.web.patient import held
from intake.web.patient.addresses import place_of
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.marked import Marked, marked
from intake.web.patient.sign_form import SignForm
from intake.web.patient.visits import Visit, gone, the_desk, the_token, with_draft

sending = Blueprint("sending", __name__)

# The hidden box that names the answers the patient checked.
CHECKED = "checked-answers"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the check page, with the page where it can be changed."""

    asked: str
    said: str
    address: str
    open: bool
    left_in: str = ""
    said_left_in: str = ""


@sending.get("/check", defaults={"since": ""}, endpoint="check")
@sending.get("/check/<since>", endpoint="check_again")
@with_draft
def check(visit: Visit, since: str) -> ResponseReturnValue:
    """Everything that would be sent, each with a way to change it.

    ``since`` names what was checked before, when something was changed elsewhere after that.
    """
    if not paths.all_seen(visit.evidence, visit.draft.seen):
        return redirect(url_for("start.tasks"), 303)
    draft, tag = unfinished.note_checked(visit.desk, visit.token)
    visit = replace(visit, draft=draft)
    changed = unfinished.changed_since(visit.desk, draft, since) if since else frozenset()
    parts = checking.check(visit.desk, draft)
    missing = checking.missing(visit.desk, draft)
    return render_template(
        "patient/check.html",
        parts=[(_part(visit, part), _rows(visit, part.lines)) for part in parts],
        missing=[(one, _change(visit, one.id)) for one in missing],
        blanks=sum(_is_open(visit, line) for part in parts for line in part.lines),
        unfinished=_unfinished(visit),
        again=bool(since),
        changed=[(line, _change(visit, line.question)) for line in _changed_lines(visit, changed)],
        tag=tag,
    )


@sending.route("/sign", methods=["GET", "POST"], defaults={"checked": ""}, endpoint="sign")
@sending.get("/sign/<checked>", endpoint="sign_checked")
@with_draft
def sign(visit: Visit, checked: str) -> ResponseReturnValue:
    """Agree, sign and send, in one step. What is sent is what ``checked`` names, or nothing is."""
    ready = paths.all_seen(visit.evidence, visit.draft.seen) and not checking.missing(visit.desk, visit.draft)
    if not ready:
        return redirect(url_for("sending.check"), 303)
    if request.method == "POST":
        return _sign(visit, request.form.get(CHECKED, ""))
    now, _ = checking.state_of(visit.desk, visit.draft)
    if checked and checked != now:
        return redirect(_checking_address(checked), 303)
    return _signing(visit, checked or now)


def _sign(visit: Visit, checked: str) -> ResponseReturnValue:
    if is_pressed():
        _keep_signature(visit)
        return redirect(_signing_address(checked), 303)
    name = SignForm(request.form).read()
    if name is None:
        _keep_signature(visit, checked=True)
        return redirect(_signing_address(checked), 303)
    try:
        answering.send(visit.desk, visit.token, name, checked)
    except NotReadyToSend:
        return redirect(url_for("sending.check"), 303)
    except NotAsChecked:
        _keep_signature(visit)
        return redirect(_checking_address(checked), 303)
    return redirect(url_for("sending.sent"), 303)


def _keep_signature(visit: Visit, *, checked: bool = False) -> None:
    unfinished.keep(visit.desk, visit.token, SIGNING, held.typed_page(visit.desk, checked=checked))


def _signing_address(checked: str) -> str:
    is_one = shown_pages.is_tag(checked)
    return url_for("sending.sign_checked", checked=checked) if is_one else url_for("sending.sign")


def _checking_address(since: str) -> str:
    # The box is hidden, and can hold anything all the same: what names no state stands in no address.
    is_one = shown_pages.is_tag(since)
    return url_for("sending.check_again", since=since) if is_one else url_for("sending.check")


def _signing(visit: Visit, checked: str) -> ResponseReturnValue:
    typed = visit.draft.unfinished.get(SIGNING)
    form = SignForm(held.boxes_of(typed) if typed is not None else None)
    helped_by = helper(visit.draft.answers)
    if helped_by is not None:
        form.sign_for_another()
    if typed is not None and typed.checked:
        form.read()
    page = render_template(
        "patient/sign.html",
        form=form,
        consent=visit.questionnaire.consent,
        number=len(visit.questionnaire.parts) + 1,
        today=visit.desk.today(),
        shown=unfinished.carried(visit.desk, ShownPage(visit.draft.id, SIGNING, {})),
        checked=(CHECKED, checked),
        kept=typed is not None and not typed.checked,
        helped_by=helped_by,
        patient=goes_by(visit.draft.answers) or "the person you help",
    )
    return page, 422 if form.errors else 200


@sending.get("/sent")
@open_to_all
def sent() -> ResponseReturnValue:
    """The same page for everyone, whatever was answered."""
    desk, token = the_desk(), the_token()
    found = answering.find(desk, token) if token else None
    if isinstance(found, Receipt):
        return render_template(
            "patient/sent.html",
            receipt=found,
            sent_at=desk.local(found.sent_at),
            has_copy=own_copy.is_there(desk, token),
        )
    return gone() if found is None else redirect(url_for("start.tasks"), 303)


def said_on_screen(line: Line) -> str:
    """An answer on a page to check: a sensitive one is not spelled out, for whoever looks over a shoulder."""
    return say("Answered") if line.sensitive and line.state is State.ANSWERED else line.said


def _part(visit: Visit, shown: PartLines) -> Part:
    return next(one for one in visit.questionnaire.parts if one.id == shown.part)


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
    said = said_on_screen(line)
    left_in = marked(line, visit.questionnaire)
    said_left_in = left_in.said_left_in if said == line.said else ""
    is_open = line.state in (State.BLANK, None)
    return Row(line.asked, said, _change(visit, line.question), is_open, left_in.left_in, said_left_in)


def _unfinished(visit: Visit) -> list[tuple[Page, str]]:
    """The pages filled in and not continued from: what was typed there is not sent."""
    asked = {page.id: page for page in paths.pages_asked(visit.evidence)}
    return [
        (asked[name], place_of(visit.questionnaire, asked[name], changing=True).address)
        for name in visit.draft.unfinished
        if name in asked
    ]


def _changed_lines(visit: Visit, changed: frozenset[str] | None) -> list[Marked]:
    evidence = visit.evidence
    return [
        marked(line(one, visit.draft.answers.get(one.id), visit.desk.voice), evidence.questionnaire)
        for one in evidence.questionnaire.questions
        if changed and one.id in changed
    ]


def _is_open(visit: Visit, line: Line) -> bool:
    # Free text is an offer; only what is asked counts as blank.
    question = visit.questionnaire.question(line.question)
    offered = question.kind is Kind.TEXT and not question.needed
    return line.state in (State.BLANK, None) and not offered


def _change(visit: Visit, question_id: str) -> str:
    page = next(p for _, p in visit.questionnaire.pages if any(q.id == question_id for q in p.questions))
    return place_of(visit.questionnaire, page, changing=True).address
