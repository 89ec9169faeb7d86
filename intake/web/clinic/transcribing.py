"""Typing in a form from paper: the papers that wait, beginning one, and typing it part by part."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from intake.domain.blank_form import numbers, short_edition
from intake.domain.permissions import Permission, StaffMember
from intake.domain.questionnaire import Page
from intake.domain.transcription import (
    Discarding,
    NotThere,
    NotTypedYet,
    NotYours,
    SamePerson,
    Stage,
    TakenAlready,
)
from intake.services import paper_editions, transcribing
from intake.services.languages import offered
from intake.services.paper_editions import UnknownEdition
from intake.services.transcribing import Opened
from intake.storage.codec_record import UnknownRecord
from intake.storage.encryption import DecryptionFailed
from intake.storage.transcriptions import NoSuchTranscription, Waiting
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.transcribing_forms import DiscardForm, EditionForm, MarginForm
from intake.web.clinic.typed_part import TypedPart
from intake.web.guard import requires

pages = Blueprint("transcribing", __name__)

STAGES = {
    Stage.FIRST_TYPING: "Being typed the first time",
    Stage.WAITS_FOR_SECOND: "Waits to be typed a second time",
    Stage.SECOND_TYPING: "Being typed the second time",
    Stage.TO_COMPARE: "Typed twice: compare and sign in",
}


@pages.get("/paper-forms")
@requires(Permission.TRANSCRIBE)
def papers(member: StaffMember) -> ResponseReturnValue:
    """The papers that are being typed in, and where a new one begins."""
    return _papers(member, EditionForm(formdata=None))


@pages.post("/paper-forms")
@requires(Permission.TRANSCRIBE)
def begin(member: StaffMember) -> ResponseReturnValue:
    """Begin a paper; one of an earlier edition after a look at what is asked otherwise now."""
    form = EditionForm()
    if not form.validate_on_submit():
        return _papers(member, form), 422
    try:
        edition = paper_editions.edition_typed(this_clinic(), typed(form.edition))
    except UnknownEdition:
        form.edition.errors = [
            "No form of this clinic has this edition. Check it against the foot of the paper. If it is "
            "right, the paper cannot be typed in: ask the patient to fill in the form in force"
        ]
        return _papers(member, form), 422
    if edition.not_asked and "known" not in request.form:
        return render_template("clinic/paper_edition.html", edition=edition, form=form, number=_numbers())
    begun = transcribing.begin(this_clinic(), member, edition, form.language.data or "")
    return redirect(url_for("transcribing.overview", transcription=begun), 303)


@pages.post("/paper-forms/<uuid:transcription>/second")
@requires(Permission.TRANSCRIBE)
def begin_second(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Begin to type the same paper again, without seeing what was typed."""
    try:
        transcribing.begin_second(this_clinic(), member, transcription)
    except NoSuchTranscription:
        abort(404)
    except (SamePerson, TakenAlready, NotThere) as refusal:
        return _papers(member, EditionForm(formdata=None), refused=type(refusal).__name__), 409
    return redirect(url_for("transcribing.overview", transcription=transcription), 303)


@pages.get("/paper-forms/<uuid:transcription>")
@requires(Permission.TRANSCRIBE)
def overview(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """The parts of a paper, and how far each is."""
    opened = _open(member, transcription)
    if not isinstance(opened, Opened):
        return opened
    return _overview(opened)


@pages.get("/paper-forms/<uuid:transcription>/<int:part>")
@requires(Permission.TRANSCRIBE)
def part(member: StaffMember, transcription: UUID, part: int) -> ResponseReturnValue:
    """One part, with what was typed of it so far."""
    opened = _open(member, transcription)
    if not isinstance(opened, Opened):
        return opened
    _refuse_part(opened, part)
    form = TypedPart(opened.pages_of(part), opened.evidence, _numbers(), opened.typing.unread)
    margin = MarginForm(formdata=None, data={"note": opened.typing.remarks})
    return _part(opened, part, form, margin)


@pages.post("/paper-forms/<uuid:transcription>/<int:part>")
@requires(Permission.TRANSCRIBE)
def type_part(member: StaffMember, transcription: UUID, part: int) -> ResponseReturnValue:
    """Keep what was typed of a part; pages that apply only now come next."""
    opened = _open(member, transcription)
    if not isinstance(opened, Opened):
        return opened
    _refuse_part(opened, part)
    form = TypedPart(
        _shown(opened, part, request.form), opened.evidence, _numbers(), frozenset(), request.form
    )
    margin = MarginForm()
    later = "go-later" in request.form
    readable = form.validate() and margin.validate_on_submit()
    if not readable and not later:
        return _part(opened, part, form, margin), 422
    try:
        opened = transcribing.type_pages(
            this_clinic(),
            member,
            transcription,
            form.shown(),
            form.answers(),
            form.marked(),
            typed(margin.note) if not margin.errors else opened.typing.remarks,
            finished=not later,
        )
    except NoSuchTranscription:
        abort(404)
    except (NotYours, NotThere):
        return _elsewhere(transcription)
    if later:
        return redirect(url_for("transcribing.papers"), 303)
    following = next((one for one in opened.parts_left if one >= part), None) or next(
        iter(opened.parts_left), None
    )
    if following is None:
        return redirect(url_for("transcribing.overview", transcription=transcription), 303)
    anchor = "now-applies" if following == part else None
    where = url_for("transcribing.part", transcription=transcription, part=following, _anchor=anchor)
    return redirect(where, 303)


@pages.post("/paper-forms/<uuid:transcription>/finish")
@requires(Permission.TRANSCRIBE)
def finish(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Say that the whole paper is typed."""
    try:
        transcribing.finish(this_clinic(), member, transcription)
    except NoSuchTranscription:
        abort(404)
    except NotTypedYet as refusal:
        opened = _open(member, transcription)
        return (_overview(opened, refusal.parts), 409) if isinstance(opened, Opened) else opened
    except (NotYours, NotThere):
        return _elsewhere(transcription)
    return redirect(url_for("transcribing.papers"), 303)


@pages.get("/paper-forms/<uuid:transcription>/discard")
@requires(Permission.TRANSCRIBE)
def discarding(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Ask why a paper is thrown away; nothing of it is shown."""
    del member
    return _discard(transcription, DiscardForm(formdata=None))


@pages.post("/paper-forms/<uuid:transcription>/discard")
@requires(Permission.TRANSCRIBE)
def discard(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Throw away what was typed. The paper itself stays in the chart."""
    form = DiscardForm()
    if not form.validate_on_submit():
        return _discard(transcription, form), 422
    try:
        transcribing.discard(this_clinic(), member, transcription, Discarding(form.why.data))
    except NoSuchTranscription:
        abort(404)
    return redirect(url_for("transcribing.papers"), 303)


def _papers(member: StaffMember, form: EditionForm, *, refused: str = "") -> str:
    clinic = this_clinic()
    in_force = short_edition(clinic.library.questionnaire.edition)
    form.edition.description = f"{form.edition.description} The form in force says {in_force}."
    form.language.choices = [(one.code, one.name) for one in offered(clinic.settings)]
    return render_template(
        "clinic/paper_forms.html",
        waiting=transcribing.waiting(clinic),
        stages=STAGES,
        form=form,
        member=member,
        alone=clinic.settings.transcribe_alone,
        refused=refused,
    )


def _overview(opened: Opened, left: tuple[int, ...] = ()) -> str:
    parts = [
        (number, part, len(opened.pages_of(number)), len(opened.unseen(number)))
        for number, part in enumerate(opened.evidence.questionnaire.parts, 1)
    ]
    return render_template("clinic/paper_form.html", opened=opened, parts=parts, left=left, number=_numbers())


def _part(opened: Opened, part: int, form: TypedPart, margin: MarginForm) -> str:
    unseen = {one.id for one in opened.unseen(part)}
    begun = any(one.page.id in opened.typing.seen for one in form.pages)
    now_applies = [one.page.id for one in form.pages if begun and one.page.id in unseen]
    return render_template(
        "clinic/paper_part.html",
        opened=opened,
        part=opened.evidence.questionnaire.parts[part - 1],
        number=part,
        numbers=_numbers(),
        form=form,
        margin=margin,
        now_applies=now_applies,
        problems=form.problems() + [("note", str(one)) for one in margin.note.errors],
    )


def _discard(transcription: UUID, form: DiscardForm) -> str:
    return render_template("clinic/paper_discard.html", paper=_waiting(transcription), form=form)


def _open(member: StaffMember, transcription: UUID) -> Opened | ResponseReturnValue:
    try:
        return transcribing.open_typing(this_clinic(), member, transcription)
    except NoSuchTranscription:
        abort(404)
    except (NotYours, NotThere):
        return _elsewhere(transcription)
    except (DecryptionFailed, UnknownRecord, UnknownEdition):
        return _elsewhere(transcription, damaged=True)


def _elsewhere(transcription: UUID, *, damaged: bool = False) -> ResponseReturnValue:
    """Somebody else types it, it is typed, or it cannot be opened: the page that says what can be done."""
    page = render_template(
        "clinic/paper_elsewhere.html", paper=_waiting(transcription), stages=STAGES, damaged=damaged
    )
    return page, 409


def _waiting(transcription: UUID) -> Waiting:
    try:
        return transcribing.waiting_one(this_clinic(), transcription)
    except NoSuchTranscription:
        abort(404)


def _refuse_part(opened: Opened, part: int) -> None:
    if not 1 <= part <= len(opened.evidence.questionnaire.parts):
        abort(404)


def _shown(opened: Opened, part: int, sent: MultiDict[str, str]) -> tuple[Page, ...]:
    """The pages that stood on the page that was sent: what came to apply since was not left blank."""
    names = frozenset(sent.getlist("page"))
    return tuple(page for page in opened.pages_of(part) if page.id in names)


def _numbers() -> dict[str, str]:
    return numbers(this_clinic().library.questionnaire)
