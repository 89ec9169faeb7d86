"""What patients ask to be done with their forms: a list of tasks, and what came of each."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.patient_requests import (
    NothingToErase,
    NothingToTell,
    OutcomeInWords,
    PatientRequest,
    RequestStatus,
    StepTaken,
    asked_in_all,
)
from intake.domain.permissions import Permission, StaffMember
from intake.domain.two_people import AskedAlready, Deed, NoReason, NothingProposed, OnePersonTwice, Stage
from intake.services import patient_requests, request_words
from intake.services.patient_requests import Listed, NoSuchRequest
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import typed
from intake.web.clinic.requests_forms import (
    ConfirmedForm,
    HandledForm,
    ProposedForm,
    RefusedForm,
    ToldForm,
    WrittenDownForm,
)
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires, sensitive

pages = Blueprint("requests", __name__)

# The newest closed requests the page still shows.
_CLOSED_SHOWN = 50
_TAKEN = "Somebody recorded something of this request since you opened the page. Nothing was recorded now."
_ONESELF = (
    "You proposed it yourself. Somebody else who reads forms has to confirm it. Nothing was recorded now."
)

_Words = HandledForm | ProposedForm | RefusedForm
_Form = _Words | ToldForm | ConfirmedForm | WrittenDownForm
# Which form of which request: the submission, the number, and what it says.
_Place = tuple[UUID, int, str]


def in_short(requests: Sequence[PatientRequest]) -> str:
    """What stands on the line of a form in a list: what was asked, and that a second person is late."""
    now = this_clinic().now()
    late = any(one.stage_of_erasing(now) is Stage.OVERDUE for one in requests)
    return request_words.in_short(asked_in_all(requests), late=late)


@pages.get("/requests")
@requires(Permission.REVIEW)
def overview(member: StaffMember) -> ResponseReturnValue:
    """Every request and where it stands."""
    return _page(member)


@pages.post("/requests")
@requires(Permission.REVIEW)
def write_down(member: StaffMember) -> ResponseReturnValue:
    """Record what a patient asked for on the phone, in a letter or in person."""
    form = WrittenDownForm()
    if not form.validate_on_submit():
        return _page(member, 422, written=form)
    try:
        patient_requests.write_down(
            this_clinic(), member, form.number, typed(form.reference), form.asked, form.way, typed(form.words)
        )
    except NoSuchSubmission:
        form.reference.errors = ["No form has this reference. Check it, or look for the form in the queue"]
        return _page(member, 422, written=form)
    return redirect(url_for("requests.overview"), 303)


@pages.post("/submissions/<uuid:submission>/requests/<int:number>/handled")
@requires(Permission.REVIEW)
def handle(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """Record what came of a request."""
    form = HandledForm()
    place = (submission, number, "handled")
    if not form.validate_on_submit():
        return _page(member, 422, refused=(place, form))
    words = typed(form.words)
    try:
        patient_requests.handle(this_clinic(), member, submission, number, form.what, words, form.steps)
    except (NoSuchSubmission, NoSuchRequest):
        abort(404)
    except OutcomeInWords:
        form.words.errors = ["Say in words how it was done, or why it is not possible"]
        return _page(member, 422, refused=(place, form))
    except StepTaken:
        return _page(member, 409, notice=_TAKEN, note=words, about=submission)
    return redirect(url_for("requests.overview"), 303)


@pages.post("/submissions/<uuid:submission>/requests/<int:number>/told")
@requires(Permission.REVIEW)
def tell(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """Record that the patient was told what came of a request."""
    form = ToldForm()
    if not form.validate_on_submit():
        return _page(member, 422, refused=((submission, number, "told"), form))
    try:
        patient_requests.tell(this_clinic(), member, submission, number, form.way, form.steps)
    except (NoSuchSubmission, NoSuchRequest):
        abort(404)
    except (NothingToTell, StepTaken):
        return _page(member, 409, notice=_TAKEN, about=submission)
    return redirect(url_for("requests.overview"), 303)


@pages.post("/submissions/<uuid:submission>/requests/<int:number>/erasing/propose")
@requires(Permission.REVIEW)
@sensitive
def propose_erasing(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """Propose to erase the form; agreed at once where nobody else could confirm it."""
    form, place = ProposedForm(), (submission, number, "propose")
    if not form.validate_on_submit():
        return _page(member, 422, refused=(place, form))
    words = typed(form.words)
    try:
        patient_requests.propose_erasing(this_clinic(), member, submission, number, words, form.steps)
    except (NoSuchSubmission, NoSuchRequest, NothingToErase):
        abort(404)
    except NoReason:
        form.words.errors = ["Say in words why it may be erased. The second person reads it"]
        return _page(member, 422, refused=(place, form))
    except (AskedAlready, StepTaken):
        return _page(member, 409, notice=_TAKEN, note=words, about=submission)
    return redirect(url_for("requests.overview"), 303)


@pages.post("/submissions/<uuid:submission>/requests/<int:number>/erasing/confirm")
@requires(Permission.REVIEW)
@sensitive
def confirm_erasing(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """Confirm what somebody else proposed."""
    form = ConfirmedForm()
    if not form.validate_on_submit():
        return _page(member, 422, refused=((submission, number, "confirm"), form))
    try:
        patient_requests.confirm_erasing(this_clinic(), member, submission, number, form.steps)
    except (NoSuchSubmission, NoSuchRequest):
        abort(404)
    except OnePersonTwice:
        return _page(member, 409, notice=_ONESELF, about=submission)
    except (NothingProposed, StepTaken):
        return _page(member, 409, notice=_TAKEN, about=submission)
    return redirect(url_for("requests.overview"), 303)


@pages.post("/submissions/<uuid:submission>/requests/<int:number>/erasing/refuse")
@requires(Permission.REVIEW)
@sensitive
def refuse_erasing(member: StaffMember, submission: UUID, number: int) -> ResponseReturnValue:
    """Refuse that the form is erased, or take it back."""
    form, place = RefusedForm(), (submission, number, "refuse")
    if not form.validate_on_submit():
        return _page(member, 422, refused=(place, form))
    words = typed(form.words)
    try:
        patient_requests.refuse_erasing(this_clinic(), member, submission, number, words, form.steps)
    except (NoSuchSubmission, NoSuchRequest):
        abort(404)
    except NoReason:
        form.words.errors = ["Say in words why it is not to be erased"]
        return _page(member, 422, refused=(place, form))
    except (NothingProposed, StepTaken):
        return _page(member, 409, notice=_TAKEN, note=words, about=submission)
    return redirect(url_for("requests.overview"), 303)


def _page(
    member: StaffMember,
    status: int = 200,
    *,
    refused: tuple[_Place, _Words | ToldForm | ConfirmedForm] | None = None,
    written: WrittenDownForm | None = None,
    notice: str = "",
    note: str = "",
    about: UUID | None = None,
) -> ResponseReturnValue:
    if refused is not None:
        about = refused[0][0]
    found = patient_requests.every_request(this_clinic(), member, about)
    closed = found.closed[:_CLOSED_SHOWN]
    forms: dict[_Place, _Form] = {}
    for one in (*found.waiting, *closed):
        forms.update(_forms_of(one))
    if refused is not None and refused[0] not in forms:
        # It was closed meanwhile: the form it was typed into is not on the page any more.
        notice, note = _TAKEN, typed(refused[1].words) if isinstance(refused[1], _Words) else ""
        refused = None
    if refused is not None:
        forms[refused[0]] = refused[1]
    for number, form in enumerate(forms.values(), start=1):
        for box in form:
            box.id = f"{box.short_name}-{number}"
    page = render_template(
        "clinic/requests.html",
        found=found,
        closed=closed,
        forms=forms,
        Stage=Stage,
        Deed=Deed,
        written=written or WrittenDownForm(formdata=None, data={"once": str(uuid4())}),
        refused=refused[1] if refused is not None else written,
        notice=notice,
        note=note,
    )
    return page, status


def _forms_of(one: Listed) -> dict[_Place, _Form]:
    request = one.request
    if request.asks is None:
        return {}
    seen = {"seen": str(len(request.steps))}
    place = (request.submission, request.number)
    forms: dict[_Place, _Form] = {(*place, "handled"): HandledForm(formdata=None, data=seen)}
    if request.status is RequestStatus.TO_BE_TOLD:
        forms[(*place, "told")] = ToldForm(formdata=None, data=seen)
    if request.asks_to_erase and one.stage in (Stage.NONE, Stage.OVERDUE):
        forms[(*place, "propose")] = ProposedForm(formdata=None, data=seen)
    if one.stage is Stage.WAITS:
        forms[(*place, "confirm")] = ConfirmedForm(formdata=None, data=seen)
    if one.stage is not Stage.NONE:
        forms[(*place, "refuse")] = RefusedForm(formdata=None, data=seen)
    return forms
