"""What is done with a form beside acknowledging a flag and signing: taking back, reopening, looking again."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, g, redirect, url_for
from flask.typing import ResponseReturnValue

from intake.domain import review_acts
from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import Review, Status
from intake.domain.review_changes import ChangedAnswer, changed_answers
from intake.domain.review_entries import LookAgain
from intake.domain.review_records import SeenBefore
from intake.domain.review_refusals import AlreadyAcknowledged, AlreadySignedOff, Changed, UnknownFlag
from intake.domain.screening import Flag
from intake.domain.viewing import may_read_second
from intake.services import acting
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.acting_forms import LookAgainForm, NotesForm, ReopenForm, UndoForm
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.views import FLAG_GONE, open_reading, show
from intake.web.guard import requires

pages = Blueprint("acting", __name__)

_UNDONE = "That acknowledgement was taken back before, or the flag it was of has changed."
_SIGNED = "This form was signed off while you had it open. To take an acknowledgement back, reopen it first."
_NOT_SIGNED = "This form does not stand signed any more, so there is nothing to reopen."
_SIGNED_ANEW = "This form was signed again since you opened it. Read that signature first."
_NOTES_SEEN = "Somebody acknowledged these notes while you had them open."
_NO_DAY = "This form is not put off any more."


@dataclass(frozen=True, slots=True)
class WholeForm:
    """The forms beside the flags; one that was refused holds what was typed."""

    notes: NotesForm
    reopen: ReopenForm
    look_again: LookAgainForm
    waiting: tuple[Flag, ...]
    is_signed: bool
    may_read_second: bool
    came_back: bool
    why: str
    today: str
    furthest: str

    @property
    def bring_back(self) -> str:
        """What taking the day away means for this form."""
        if not self.is_signed:
            return "Take the day away" if self.came_back else "Bring it back now"
        return "I have looked again" if self.came_back else "Take the day away"


@dataclass(frozen=True, slots=True)
class Since:
    """What a flag was when it was acknowledged, and what it rests on that is answered otherwise now."""

    before: SeenBefore
    mine: bool
    answers: tuple[ChangedAnswer, ...]


@pages.post("/submissions/<uuid:submission>/acknowledge-notes")
@requires(Permission.REVIEW)
def notes(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Record that all notes on the page were seen."""
    form = NotesForm()
    if not form.validate_on_submit():
        return _refused(member, submission, notes=form)
    try:
        acting.acknowledge_notes(this_clinic(), member, submission, form.keys, typed(form.note))
    except NoSuchSubmission:
        abort(404)
    except AlreadyAcknowledged:
        return _conflict(member, submission, _NOTES_SEEN, typed(form.note))
    except UnknownFlag:
        return _conflict(member, submission, FLAG_GONE, typed(form.note))
    return _back(submission, "signing")


@pages.post("/submissions/<uuid:submission>/undo")
@requires(Permission.REVIEW)
def undo(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Take an acknowledgement back."""
    form = UndoForm()
    if not form.validate_on_submit():
        return _conflict(member, submission, _UNDONE)
    try:
        acting.undo(this_clinic(), member, submission, form.number)
    except NoSuchSubmission:
        abort(404)
    except AlreadySignedOff:
        return _conflict(member, submission, _SIGNED)
    except review_acts.AlreadyUndone:
        return _conflict(member, submission, _UNDONE)
    return _back(submission, form.anchor)


@pages.post("/submissions/<uuid:submission>/reopen")
@requires(Permission.REVIEW)
def reopen(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Take a signed form up again."""
    form = ReopenForm()
    if not form.validate_on_submit():
        return _refused(member, submission, reopen=form)
    try:
        acting.reopen(this_clinic(), member, submission, typed(form.reason), form.number)
    except NoSuchSubmission:
        abort(404)
    except review_acts.ReasonNeeded:
        form.reason.errors = ["Say why this form is reopened"]
        return _refused(member, submission, reopen=form)
    except review_acts.NotSigned:
        return _conflict(member, submission, _NOT_SIGNED, typed(form.reason))
    except Changed:
        return _conflict(member, submission, _SIGNED_ANEW, typed(form.reason))
    return _back(submission, "signing")


@pages.post("/submissions/<uuid:submission>/look-again")
@requires(Permission.REVIEW)
def look_again(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Put a form off until a day."""
    form = LookAgainForm()
    if not form.validate_on_submit() or form.on.data is None:
        return _refused(member, submission, look_again=form)
    try:
        acting.look_again(this_clinic(), member, submission, form.on.data, typed(form.reason))
    except NoSuchSubmission:
        abort(404)
    except review_acts.PastDay:
        form.on.errors = ["That day is over. Pick today or a day that comes"]
    except review_acts.TooFar:
        form.on.errors = ["Pick a day within the next two years"]
    except review_acts.UrgentFirst:
        form.on.errors = ["An urgent flag is not acknowledged yet. Say first what was done about it"]
    if form.errors:
        return _refused(member, submission, look_again=form)
    return _back(submission, "signing")


@pages.post("/submissions/<uuid:submission>/bring-back")
@requires(Permission.REVIEW)
def bring_back(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Take away the day until which a form was put off."""
    try:
        acting.bring_back(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)
    except review_acts.NotPutOff:
        return _conflict(member, submission, _NO_DAY)
    return _back(submission, "signing")


def whole_form(review: Review) -> WholeForm:
    """The forms beside the flags of a review, with what was typed into the one that was refused."""
    refused = g.get("refused_acts", {})
    clinic = this_clinic()
    waiting = review_acts.notes_waiting(review)
    notes = refused.get("notes") or NotesForm(formdata=None)
    notes.flags.data = " ".join(flag.key for flag in waiting)
    reopen = refused.get("reopen") or ReopenForm(formdata=None)
    reopen.sign_offs.data = str(len(review.sign_offs))
    look_again = refused.get("look_again") or LookAgainForm(formdata=None)
    notes.note.id, reopen.reason.id, look_again.reason.id = (
        "note-together",
        "reopen-reason",
        "look-again-reason",
    )
    look_again.on.id = "look-again-on"
    me = g.get("member")
    return WholeForm(
        notes,
        reopen,
        look_again,
        waiting,
        is_signed=review.status is Status.SIGNED_OFF,
        may_read_second=me is not None and may_read_second(review, me),
        came_back=review.standing.comes_back(clinic.today()),
        why=next((one.reason for one in reversed(review.entries) if isinstance(one, LookAgain)), ""),
        today=clinic.today().isoformat(),
        furthest=(clinic.today() + review_acts.FURTHEST).isoformat(),
    )


def changed_since(review: Review, flag: Flag) -> Since | None:
    """What has changed since the flag's rule was acknowledged; None when nothing has."""
    before = review.acknowledged_before(flag)
    if before is None:
        return None
    old, new = before.flag.outcome, flag.outcome
    answers = changed_answers((*old.because, *old.missing), (*new.because, *new.missing))
    me = g.get("member")
    mine = me is not None and me.id == before.acknowledgement.clinician
    return Since(before, mine, answers)


def _refused(
    member: StaffMember, submission: UUID, **forms: NotesForm | ReopenForm | LookAgainForm
) -> ResponseReturnValue:
    g.refused_acts = forms
    return show(open_reading(member, submission), 422, also_refused=tuple(forms.values()))


def _conflict(member: StaffMember, submission: UUID, words: str, note: str = "") -> ResponseReturnValue:
    return show(open_reading(member, submission), 409, notice=words, note=note)


def _back(submission: UUID, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("review.submission", submission=submission, _anchor=anchor), 303)
