"""What a reply asks: the question, what the new answer makes necessary to ask, and the help lines between."""

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from intake.domain.answers import BLANK, Answer
from intake.domain.languages import mark
from intake.domain.questionnaire import Kind, Page
from intake.services import replying
from intake.web.languages import say
from intake.web.patient.forms import PageForm
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.marked import Marked, marked
from intake.web.patient.reply_flow import following, onward
from intake.web.patient.reply_forms import PREFIX, WordsForm
from intake.web.patient.reply_visits import MORE, QUESTION, Replying, help_lines, with_visit
from intake.web.patient.visits import KEPT


@with_visit
def question(at: Replying) -> ResponseReturnValue:
    """The question, the patient's own answers about it, a box, and the field of what is asked again."""
    sent = request.form if request.method == "POST" else at.typed_on(QUESTION)
    words, asks = words_form(at, sent), asked_again(at, sent)
    if request.method != "POST" or is_pressed():
        return _question(at, words, asks, kept=sent is not None and not is_pressed())
    listed = asks is None and replying.again_page(at.desk, at.draft) is not None
    readable = asks is None or asks.validate()
    given = _given(at, asks)
    something = listed or any(answer != BLANK for answer in given.values())
    typed = words.read(may_be_empty=something, empty=say(_EMPTY[asks is not None]))
    if typed is None or not readable:
        return _question(at, words, asks), 422
    if asks is not None and (doubts := asks.doubts(request.form.getlist("kept"))):
        return _question(at, words, asks, doubts=tuple(one.name for one in doubts)), 422
    return onward(at, QUESTION, typed, given)


@with_visit
def more(at: Replying) -> ResponseReturnValue:
    """What the new answer makes necessary to ask as well."""
    sent = request.form if request.method == "POST" else at.typed_on(MORE)
    form = asked_more(at, sent)
    if form is None:
        return redirect(following(at), 303)
    if request.method != "POST" or is_pressed():
        return _more(at, form, kept=sent is not None and not is_pressed())
    if not form.validate():
        return _more(at, form), 422
    if doubts := form.doubts(request.form.getlist("kept")):
        return _more(at, form, doubts=tuple(one.name for one in doubts)), 422
    return onward(at, MORE, None, form.changes())


@with_visit
def pause(at: Replying, pause: int) -> ResponseReturnValue:
    """The page of help lines that the questionnaire shows after an answer."""
    pages = [*replying.safety_pages(at.desk, at.draft).values()]
    if not 1 <= pause <= len(pages):
        abort(404)
    return render_template("patient/reply_pause.html", shown=pages[pause - 1], onward=following(at), keeps="")


def words_form(at: Replying, sent: MultiDict[str, str] | None) -> WordsForm:
    """The box for words; with those of the reply so far, or those that were ``sent``."""
    form = WordsForm(sent, prefix=PREFIX, data={"words": at.draft.words})
    form.ask(unasked=at.asked is None, beside=replying.again_page(at.desk, at.draft) is not None)
    return form


def asked_again(at: Replying, sent: MultiDict[str, str] | None) -> PageForm | None:
    """The field of what is asked again; None when it is nothing, or a list, which has a page of its own."""
    page = replying.again_page(at.desk, at.draft)
    if page is None or page.questions[0].kind is Kind.MEDICINES:
        return None
    evidence = replying.evidence_of(at.desk, at.draft)
    return PageForm(page, replying.unanswered(evidence, at.draft, page), sent)


def asked_more(at: Replying, sent: MultiDict[str, str] | None) -> PageForm | None:
    """The fields of what the new answer makes necessary to ask as well; None when it is nothing."""
    asks = tuple(one for one in replying.follow_ups(at.desk, at.draft) if one.kind is not Kind.MEDICINES)
    if not asks:
        return None
    page = Page("more", asks, title="" if len(asks) == 1 else say("A few more questions"))
    return PageForm(page, replying.evidence_of(at.desk, at.draft), sent)


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


def _question(
    at: Replying,
    words: WordsForm,
    asks: PageForm | None,
    *,
    doubts: tuple[str, ...] = (),
    kept: bool = False,
) -> str:
    problems = [("reply-words", one) for one in words.words.errors]
    problems += asks.problems() if asks is not None else []
    for name in doubts:
        _ask_about(asks, name)
    page = replying.again_page(at.desk, at.draft)
    return render_template(
        "patient/reply_question.html",
        **at.frame_of(QUESTION),
        kept=kept,
        asked=at.asked,
        about=_about(at),
        words=words.words,
        form=asks,
        before=() if asks is None or page is None else _before(at, page),
        attribution=page.attribution if asks is not None and page is not None else "",
        problems=problems,
        doubts=doubts,
        lines=help_lines(),
    )


def _about(at: Replying) -> list[Marked]:
    """What the clinician asks about, as it was answered: what was published in English says so."""
    lines = () if at.asked is None else at.asked.about
    return [marked(one, at.desk.library.questionnaire) for one in lines]


def _before(at: Replying, page: Page) -> list[Marked]:
    """What was answered before to what is asked again."""
    there = replying.asked_for(at.desk, at.draft).questionnaire
    return [marked(one, there) for one in replying.given_before(at.draft, page, at.desk.voice)]


def _more(at: Replying, form: PageForm, *, doubts: tuple[str, ...] = (), kept: bool = False) -> str:
    for name in doubts:
        _ask_about(form, name)
    return render_template(
        "patient/reply_more.html",
        **at.frame_of(MORE),
        kept=kept,
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
