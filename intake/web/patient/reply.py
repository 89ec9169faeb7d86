"""Replying to the clinic: the link and the reference, the question, checking, signing, sending.

The same for everyone: nothing on these pages depends on rules, and whoever does not have both the
link and the reference is told one thing, whatever the reason.
"""

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from intake.domain.answers import BLANK, Answer
from intake.domain.languages import mark
from intake.domain.questionnaire import Kind, Page
from intake.domain.rate_limits import Door
from intake.domain.replies import ReplyDraft
from intake.services import replying
from intake.services.asked_then import NotKept
from intake.services.replying import NotAsShown, NothingToSend, Over, Settled
from intake.web.guard import open_to_all
from intake.web.languages import say
from intake.web.patient import parse
from intake.web.patient.doors import TOO_MANY, retry_after, wait_at, was_right_at, whole_minutes
from intake.web.patient.forms import PageForm
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.link_script import link_script_address
from intake.web.patient.reply_flow import following, onward
from intake.web.patient.reply_forms import PREFIX, DoorForm, WordsForm
from intake.web.patient.reply_visits import (
    Replying,
    hand_over,
    help_lines,
    over,
    reply_token,
    take_back,
    with_visit,
)
from intake.web.patient.sign_form import SignForm
from intake.web.patient.visits import KEPT, the_desk, the_token

reply = Blueprint("reply", __name__)


@reply.get("/reply")
@open_to_all
def door() -> ResponseReturnValue:
    """The boxes for link and reference; the same for everybody, and looking changes nothing."""
    return _door(DoorForm())


@reply.post("/reply")
@open_to_all
def enter() -> ResponseReturnValue:
    """Open the question, or say that it was not opened, and never why."""
    form = DoorForm(request.form)
    if is_pressed():
        return _door(form)
    if (wait := wait_at(Door.REPLY)) is not None:
        # The page keeps what was typed: the link is no longer in the address.
        form.ask_to_wait(whole_minutes(wait))
        return retry_after(make_response(_door(form), TOO_MANY), wait)
    token = replying.open_question(the_desk(), form.link.data or "", form.reference.data or "")
    if token is None:
        form.refuse(the_desk().settings.reference_prefix)
        return _door(form), 422
    was_right_at(Door.REPLY)
    return hand_over(redirect(url_for("reply.question"), 303), token)


@reply.route("/reply/question", methods=["GET", "POST"])
@with_visit
def question(at: Replying) -> ResponseReturnValue:
    """The question, the patient's own answers about it, a box, and the field of what is asked again."""
    page = replying.again_page(at.desk, at.draft)
    listed = page is not None and page.questions[0].kind is Kind.MEDICINES
    sent = request.form if request.method == "POST" else None
    words = WordsForm(sent, prefix=PREFIX, data={"words": at.draft.words})
    words.ask(unasked=at.asked is None, beside=page is not None)
    asks = None if page is None or listed else _asked_again(at, page, sent)
    if sent is None or is_pressed():
        return _question(at, words, asks)
    readable = asks is None or asks.validate()
    given = _given(at, asks)
    something = listed or any(answer != BLANK for answer in given.values())
    typed = words.read(may_be_empty=something, empty=say(_EMPTY[asks is not None]))
    if typed is None or not readable:
        return _question(at, words, asks), 422
    if asks is not None and (doubts := asks.doubts(sent.getlist("kept"))):
        return _question(at, words, asks, doubts=tuple(one.name for one in doubts)), 422
    return onward(at, typed, given)


@reply.route("/reply/more", methods=["GET", "POST"])
@with_visit
def more(at: Replying) -> ResponseReturnValue:
    """What the new answer makes necessary to ask as well."""
    follow_ups = tuple(
        one for one in replying.follow_ups(at.desk, at.draft) if one.kind is not Kind.MEDICINES
    )
    if not follow_ups:
        return redirect(following(at), 303)
    page = Page("more", follow_ups, title="" if len(follow_ups) == 1 else say("A few more questions"))
    sent = request.form if request.method == "POST" else None
    form = PageForm(page, replying.evidence_of(at.desk, at.draft), sent)
    if sent is None or is_pressed():
        return _more(at, form)
    if not form.validate():
        return _more(at, form), 422
    if doubts := form.doubts(sent.getlist("kept")):
        return _more(at, form, doubts=tuple(one.name for one in doubts)), 422
    return onward(at, None, form.changes())


@reply.get("/reply/pause/<int:pause>")
@with_visit
def pause(at: Replying, pause: int) -> ResponseReturnValue:
    """The page of help lines that the questionnaire shows after an answer."""
    pages = [*replying.safety_pages(at.desk, at.draft).values()]
    if not 1 <= pause <= len(pages):
        abort(404)
    return render_template("patient/reply_pause.html", shown=pages[pause - 1], onward=following(at))


@reply.route("/reply/check", methods=["GET", "POST"])
@with_visit
def check(at: Replying) -> ResponseReturnValue:
    """Everything that would be sent, and the signature under it: one step, with nothing in between."""
    lines = replying.answers_in_words(at.desk, at.draft)
    if not at.draft.words and not lines:
        return redirect(url_for("reply.question"), 303)
    form = SignForm(request.form if request.method == "POST" else None)
    if is_pressed():
        return _check(at, at.draft, form)
    if request.method == "POST" and (name := form.read()) is not None:
        try:
            replying.send(at.desk, at.token, name, request.form.get("shown", ""))
        except Over:
            return over(words=at.draft.words)
        except Settled:
            return over(409, settled=True, words=at.draft.words)
        except NothingToSend:
            return redirect(url_for("reply.question"), 303)
        except NotAsShown:
            return _check_again(at, form)
        return redirect(url_for("reply.sent"), 303)
    shown = replying.shown(at.draft, lines)
    changed = request.method == "POST" and request.form.get("shown") != shown
    return _check(at, at.draft, form, changed=changed), 409 if changed else 422 if form.errors else 200


@reply.get("/reply/sent")
@open_to_all
def sent() -> ResponseReturnValue:
    """The same page for everyone, whatever was sent."""
    desk, token = the_desk(), reply_token()
    visit = replying.find(desk, token) if token else None
    if visit is None:
        return over()
    if visit.sent_at is None:
        return redirect(url_for("reply.question"), 303)
    at = desk.local(visit.sent_at)
    return render_template("patient/reply_sent.html", sent_at=at, lines=help_lines())


@reply.post("/reply/add")
@open_to_all
def add() -> ResponseReturnValue:
    """Begin to add something to a form that was sent in this browser."""
    words = parse.visible(request.form.get(KEPT, ""))
    taken_along = words if len(words) <= parse.LONGEST_TEXT else ""
    token = replying.add_something(the_desk(), the_token(), reply_token(), taken_along)
    if token is None:
        return over()
    return hand_over(redirect(url_for("reply.question"), 303), token)


@reply.post("/reply/leave")
@open_to_all
def leave() -> ResponseReturnValue:
    """Close the reply in this browser; the link and the reference open it again."""
    if token := reply_token():
        replying.leave(the_desk(), token)
    return take_back(redirect(url_for("reply.door"), 303))


def cannot_be_asked(_error: NotKept) -> ResponseReturnValue:
    """The questions of that time are not here any more: the patient is told to call, and loses nothing."""
    return over(409)


def _asked_again(at: Replying, page: Page, sent: MultiDict[str, str] | None) -> PageForm:
    evidence = replying.evidence_of(at.desk, at.draft)
    return PageForm(page, replying.unanswered(evidence, at.draft, page), sent)


def _given(at: Replying, form: PageForm | None) -> dict[str, Answer]:
    """The answers of the first page; a question asked again and left blank stays as it was.

    So does what opens under it, as long as its own answer is the same: it was not shown filled in.
    """
    if form is None or at.asked is None:
        return {}
    first, changes = form.top[0].name, form.changes()
    given = at.asked.given
    same = changes.get(first, BLANK) in (BLANK, given.get(first))
    stays = {name for name in changes if name == first or (same and name in given)}
    return {name: one for name, one in changes.items() if one != BLANK or name not in stays}


def _door(form: DoorForm) -> str:
    form.describe(the_desk().settings.reference_prefix)
    return render_template("patient/reply.html", form=form, script=link_script_address(), lines=help_lines())


def _check(at: Replying, draft: ReplyDraft, form: SignForm, *, changed: bool = False) -> str:
    lines = replying.answers_in_words(at.desk, draft)
    return render_template(
        "patient/reply_check.html",
        form=form,
        shown=replying.shown(draft, lines),
        changed=changed,
        words=draft.words,
        carried=KEPT,
        answers=lines,
        same=replying.same_as_before(draft),
        asked=at.asked,
        consent=replying.asked_for(at.desk, draft).questionnaire.consent,
        today=at.desk.today(),
        lines=help_lines(),
    )


def _check_again(at: Replying, form: SignForm) -> ResponseReturnValue:
    """What would be sent by now: another tab may have changed it since this page was asked for, too."""
    visit = replying.find(at.desk, at.token)
    if visit is None:
        return over(words=at.draft.words)
    return _check(at, visit.draft, form, changed=True), 409


def _question(at: Replying, words: WordsForm, asks: PageForm | None, *, doubts: tuple[str, ...] = ()) -> str:
    problems = [("reply-words", one) for one in words.words.errors]
    problems += asks.problems() if asks is not None else []
    for name in doubts:
        _ask_about(asks, name)
    page = replying.again_page(at.desk, at.draft)
    return render_template(
        "patient/reply_question.html",
        asked=at.asked,
        words=words.words,
        form=asks,
        before=() if asks is None or page is None else replying.given_before(at.draft, page, at.desk.voice),
        attribution=page.attribution if asks is not None and page is not None else "",
        problems=problems,
        doubts=doubts,
        lines=help_lines(),
    )


def _more(at: Replying, form: PageForm, *, doubts: tuple[str, ...] = ()) -> str:
    for name in doubts:
        _ask_about(form, name)
    return render_template(
        "patient/reply_more.html",
        form=form,
        words=at.draft.words,
        carried=KEPT,
        problems=form.problems(),
        doubts=doubts,
        lines=help_lines(),
    )


def _ask_about(form: PageForm | None, name: str) -> None:
    if form is None:
        return
    one = form.asked[name]
    one.note = say("You typed %(typed)s. If that is right, press Continue again.", typed=one.doubt)


_EMPTY = {
    False: mark("Write your answer. A few words are enough"),
    True: mark("Answer the question below, or write something here"),
}
