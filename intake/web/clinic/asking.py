"""Asking the patient: the page to write a question on, its link, a new link, taking it back."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from intake.domain.answers import State
from intake.domain.permissions import Permission, StaffMember
from intake.domain.review_refusals import Changed, UnknownFlag
from intake.domain.standing import LINK_LIVES
from intake.domain.wording import Line
from intake.services import asking, exchanges, notice_words, notices, ways_to_ask
from intake.services.asking import NotOpen, UnknownQuestion, Wanted
from intake.services.asking import Sent as SentQuestion
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import typed
from intake.web.clinic.reading import Reading
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.views import open_reading, show
from intake.web.guard import requires

pages = Blueprint("asking", __name__)

LONGEST_QUESTION = 1000
_WORDS_ONLY = ("", "No. Words are enough")


class AskForm(FlaskForm):
    """A question to the patient.

    ``flag`` is a flag's key and ``question`` a question's id: in the form and never in the address.
    ``asked_before`` is how many questions the page knew of.
    """

    words = TextAreaField(
        "Your question",
        filters=[lambda words: (words or "").replace("\r\n", "\n").strip()],
        validators=[
            DataRequired(message="Type your question"),
            Length(
                max=LONGEST_QUESTION,
                message=f"Keep the question to {LONGEST_QUESTION:,} characters. What you typed is still here",
            ),
        ],
    )
    again = SelectField("Ask a question of the form again?", validate_choice=False)
    flag = HiddenField()
    question = HiddenField()
    asked_before = HiddenField()

    @property
    def wanted(self) -> Wanted:
        """What the clinician wants to ask."""
        before = typed(self.asked_before)
        return Wanted(
            typed(self.words),
            typed(self.flag),
            typed(self.question),
            typed(self.again),
            int(before) if before.isdecimal() and len(before) < 6 else -1,
        )


@pages.get("/submissions/<uuid:submission>/ask")
@requires(Permission.REVIEW)
def ask(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """A page with one question on it, about the flag or the answer at a place of the form, or neither."""
    reading = open_reading(member, submission)
    form = AskForm(formdata=None)
    form.asked_before.data = str(asking.asked_so_far(reading.review))
    flag, answer = _place("flag"), _place("answer")
    if flag is not None:
        card = next((one for one in reading.cards if one.place == flag), None)
        if card is None:
            return _page(reading, form, 409, notice=_FLAG_GONE)
        form.flag.data = card.flag.key
    elif answer is not None:
        lines = _lines(reading)
        if not 1 <= answer <= len(lines):
            abort(404)
        line = lines[answer - 1]
        form.question.data = line.question
        if line.state is not State.ANSWERED:
            form.again.data = line.question
    return _page(reading, form)


@pages.post("/submissions/<uuid:submission>/ask")
@requires(Permission.REVIEW)
def send(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Ask, or put a sentence to start from into the box."""
    form = AskForm()
    if (sentence := request.form.get("start")) is not None:
        return _with_sentence(open_reading(member, submission), form, sentence)
    if not form.validate_on_submit():
        return _page(open_reading(member, submission), form, 422)
    try:
        sent = asking.ask(this_clinic(), member, submission, form.wanted)
    except NoSuchSubmission:
        abort(404)
    except Changed:
        return _page(_counted_anew(member, submission, form), form, 409, notice=_ASKED_BEFORE)
    except (UnknownFlag, UnknownQuestion) as refusal:
        reading = open_reading(member, submission)
        form.flag.data = form.question.data = form.again.data = ""
        words = _FLAG_GONE if isinstance(refusal, UnknownFlag) else _QUESTION_GONE
        return _page(reading, form, 409, notice=words)
    return _sent(submission, sent, renewed=False)


@pages.post("/submissions/<uuid:submission>/ask/<int:number>/renew")
@requires(Permission.REVIEW)
def renew(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """A new link to a question; the one before stops working."""
    try:
        sent = asking.renew(this_clinic(), member, submission, number)
    except NoSuchSubmission:
        abort(404)
    except NotOpen:
        return show(open_reading(member, submission), 409, notice=_NOT_OPEN)
    return _sent(submission, sent, renewed=True)


@pages.post("/submissions/<uuid:submission>/ask/<int:number>/take-back")
@requires(Permission.REVIEW)
def take_back(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """Take a question back."""
    try:
        asking.take_back(this_clinic(), member, submission, number)
    except NoSuchSubmission:
        abort(404)
    except NotOpen:
        return show(open_reading(member, submission), 409, notice=_NOT_OPEN)
    return redirect(url_for("review.submission", submission=submission, _anchor="asked"), 303)


def exchanged(reading: Reading) -> exchanges.Exchanges:
    """What was asked of the patient and came back, for the page of a form."""
    return exchanges.exchanges(this_clinic(), reading.review)


def place_of_answer(reading: Reading, line: Line) -> int:
    """Where an answer stands among all answers, from 1: what an address may say of it."""
    return next(place for place, one in enumerate(_lines(reading), 1) if one is line)


def _with_sentence(reading: Reading, form: AskForm, sentence: str) -> ResponseReturnValue:
    offered = {str(at): words for at, words in enumerate(ways_to_ask.sentences(_about(reading, form)))}
    if sentence in offered:
        before = typed(form.words)
        form.words.data = "\n".join(part for part in (before, offered[sentence]) if part)
    return _page(reading, form, started=True)


def _counted_anew(member: StaffMember, submission: UUID, form: AskForm) -> Reading:
    reading = open_reading(member, submission)
    form.asked_before.data = str(asking.asked_so_far(reading.review))
    return reading


def _page(
    reading: Reading, form: AskForm, status: int = 200, *, notice: str = "", started: bool = False
) -> ResponseReturnValue:
    clinic = this_clinic()
    about = _about(reading, form)
    form.again.choices = _offered(about, asking.may_ask_again(clinic, reading.review))
    card = next((one for one in reading.cards if one.flag.key == typed(form.flag)), None)
    head = notice_words.Letterhead.of(clinic.settings)
    mail = asking.notice_for(clinic, reading.review, "…")
    page = render_template(
        "clinic/ask.html",
        reading=reading,
        review=reading.review,
        form=form,
        card=card,
        about=about,
        sentences=ways_to_ask.sentences(about),
        letters=[
            (one.language, notice_words.subject(one, head), notice_words.words(one, head))
            for one in dict.fromkeys((mail, replace(mail, language="")))
        ],
        named=asking.may_name_the_clinic(reading.review),
        mailed=notices.is_set_up(clinic.settings),
        notice=notice,
        started=started,
        open_before=exchanged(reading).every[0] if asking.asked_so_far(reading.review) else None,
    )
    return page, status


def _sent(submission: UUID, sent: SentQuestion, *, renewed: bool) -> ResponseReturnValue:
    mailto = exchanges.mailto(this_clinic(), sent.mail, sent.email) if sent.email else ""
    lives = LINK_LIVES.days
    return render_template(
        "clinic/ask_sent.html", submission=submission, sent=sent, mailto=mailto, renewed=renewed, lives=lives
    )


def _about(reading: Reading, form: AskForm) -> tuple[Line, ...]:
    key, question = typed(form.flag), typed(form.question)
    for card in reading.cards:
        if card.flag.key == key:
            return asking.lines_of(reading.review, card.flag)
    return tuple(line for line in _lines(reading) if line.question == question)


def _offered(about: tuple[Line, ...], every: tuple[Line, ...]) -> list[tuple[str, str]] | dict[str, object]:
    near = [(line.question, line.asked) for line in every if line in about]
    others = [(line.question, line.asked) for line in every if line not in about]
    if not near:
        return [_WORDS_ONLY, *others]
    return {"": [_WORDS_ONLY], "What this is about": near, "Every other question": others}


def _lines(reading: Reading) -> list[Line]:
    return [line for part in reading.parts for line in part.lines]


def _place(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 5 else None


_FLAG_GONE = (
    "That flag no longer stands: this form changed since you opened it. Nothing was sent. "
    "You can ask about the form as it is now, or go back to it."
)
_QUESTION_GONE = (
    "That question of the form cannot be asked again: this form changed since you opened it. "
    "Nothing was sent. What you typed is still here."
)
_ASKED_BEFORE = (
    "Somebody asked this patient a question while this page was open, or the button was pressed twice. "
    "Nothing was sent now. Look at what was asked before you send this one too."
)
_NOT_OPEN = (
    "That question was answered or taken back since you opened this page, so nothing was recorded now."
)
