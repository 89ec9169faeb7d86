"""Two typings of a paper beside each other: settling by the paper, and signing the form in."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from intake.domain.answers import BLANK, Answer
from intake.domain.fingerprint import fingerprint
from intake.domain.from_paper import Kept
from intake.domain.permissions import Permission, StaffMember
from intake.domain.transcription import Changed, Discrepancy, NotThere
from intake.domain.wording import transcribe
from intake.services import signing_in
from intake.services.paper_editions import UnknownEdition
from intake.services.signing_in import Missing, SideBySide, StillDifferent
from intake.storage.codec_record import UnknownRecord
from intake.storage.encryption import DecryptionFailed
from intake.storage.transcriptions import NoSuchTranscription
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.transcribing_forms import PaperSignatureForm
from intake.web.clinic.typed_part import TypedPart, one_question
from intake.web.guard import requires

pages = Blueprint("settling", __name__)

KEPT = {
    Kept.FIRST: "The first was right",
    Kept.SECOND: "The second was right",
    Kept.ANEW: "Neither was right, and it was typed anew",
    Kept.UNREAD: "It cannot be read",
}
_CHANGED = "That place is not as this page showed it: somebody settled it. Nothing was recorded now."


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the typings differ, as the page shows it. ``mark`` tells it from any other."""

    question: str
    asked: str
    first: str
    second: str
    mark: str
    form: TypedPart


@pages.get("/paper-forms/<uuid:transcription>/compare")
@requires(Permission.TRANSCRIBE)
def compare(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Where two typings differ; when they do not, the form to sign it in."""
    return _page(_side_by_side(member, transcription))


@pages.post("/paper-forms/<uuid:transcription>/compare")
@requires(Permission.TRANSCRIBE)
def settle(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Record what the paper says at one place."""
    found = _side_by_side(member, transcription)
    sent = request.form
    discrepancy = _meant(found, sent)
    if discrepancy is None or sent.get("kept") not in {one.value for one in Kept}:
        return _page(found, notice=_CHANGED), 409
    kept, anew = Kept(sent["kept"]), None
    if kept is Kept.ANEW:
        form = _form(found, discrepancy, sent)
        if not form.validate():
            return _page(found, refused=(discrepancy.question, form)), 422
        anew = _typed_anew(form, discrepancy)
        kept = kept if anew is not None else Kept.UNREAD
    try:
        signing_in.settle_one(this_clinic(), member, transcription, discrepancy, kept, anew)
    except (NotThere, NoSuchTranscription):
        abort(404)
    except Changed:
        return _page(_side_by_side(member, transcription), notice=_CHANGED), 409
    return redirect(url_for("settling.compare", transcription=transcription, _anchor="places"), 303)


@pages.post("/paper-forms/<uuid:transcription>/settle-again")
@requires(Permission.TRANSCRIBE)
def settle_again(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Open a place again that was settled wrongly."""
    try:
        question = request.form.get("question", "")
        signing_in.settle_once_more(this_clinic(), member, transcription, question)
    except (NotThere, NoSuchTranscription):
        abort(404)
    except Changed:
        return _page(_side_by_side(member, transcription), notice=_CHANGED), 409
    return redirect(url_for("settling.compare", transcription=transcription, _anchor="places"), 303)


@pages.post("/paper-forms/<uuid:transcription>/sign-in")
@requires(Permission.TRANSCRIBE)
def sign_in(member: StaffMember, transcription: UUID) -> ResponseReturnValue:
    """Make the paper a form like any other, once somebody has seen its signature."""
    form, clinic = PaperSignatureForm(), this_clinic()
    # All of it at once: whoever puts one thing right should not be told of the next only then.
    readable = form.validate_on_submit()
    signed_on, was_seen = form.read_date(clinic.today()), form.was_seen()
    if not (readable and was_seen) or form.errors:
        return _page(_side_by_side(member, transcription), form), 422
    try:
        receipt = signing_in.sign_in(clinic, member, transcription, typed(form.printed_name), signed_on)
    except (NotThere, NoSuchTranscription):
        abort(404)
    except (StillDifferent, Missing):
        return _page(_side_by_side(member, transcription), form), 409
    return render_template("clinic/paper_signed_in.html", receipt=receipt, submission=transcription)


def _side_by_side(member: StaffMember, transcription: UUID) -> SideBySide:
    try:
        return signing_in.side_by_side(this_clinic(), member, transcription)
    except (NotThere, NoSuchTranscription):
        abort(404)
    except (DecryptionFailed, UnknownRecord, UnknownEdition):
        # That page says so, and leads to throwing it away.
        abort(redirect(url_for("transcribing.overview", transcription=transcription), 303))


def _page(
    found: SideBySide,
    form: PaperSignatureForm | None = None,
    *,
    refused: tuple[str, TypedPart] | None = None,
    notice: str = "",
) -> str:
    places = [
        _place(found, one, refused[1] if refused is not None and refused[0] == one.question else None)
        for one in found.places
    ]
    return render_template(
        "clinic/paper_compare.html",
        found=found,
        both=found.transcription,
        places=places,
        parts=transcribe(found.evidence),
        form=form or PaperSignatureForm(formdata=None),
        problems=refused[1].problems() if refused is not None else [],
        notice=notice,
        kept_words=KEPT,
    )


def _place(found: SideBySide, one: Discrepancy, form: TypedPart | None) -> Place:
    question = found.question(one)
    return Place(
        question.id,
        f"{found.numbers[question.id]} {question.ask}",
        found.said(one, one.first),
        found.said(one, one.second),
        _mark(one),
        form or _form(found, one, None),
    )


def _meant(found: SideBySide, sent: MultiDict[str, str]) -> Discrepancy | None:
    """The place a sent form is about, if it is still as the page showed it."""
    wanted = sent.get("question"), sent.get("mark")
    return next((one for one in found.places if (one.question, _mark(one)) == wanted), None)


def _mark(one: Discrepancy) -> str:
    return fingerprint([one.question, repr(one.first), repr(one.second)])[:16]


def _form(found: SideBySide, one: Discrepancy, sent: MultiDict[str, str] | None) -> TypedPart:
    page = one_question(found.question(one))
    return TypedPart((page,), found.evidence, found.numbers, frozenset(), sent)


def _typed_anew(form: TypedPart, one: Discrepancy) -> Answer | None:
    """What somebody typed at one place; None when they marked it as unreadable."""
    return None if form.marked() else form.answers().get(one.question, BLANK)
