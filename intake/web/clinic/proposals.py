"""Proposing rules, reading what would change, countersigning, and taking back."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.content.documents import DocumentRefused
from intake.domain.permissions import Permission, StaffMember
from intake.domain.publications import NotAsked, PublicationRefused, Standing
from intake.services import publication_list, publishing
from intake.services.passkeys import Ceremony
from intake.services.publication_list import Listed
from intake.services.publishing import Examined
from intake.storage.publications import NoSuchPublication
from intake.web.clinic import sessions
from intake.web.clinic.forms import typed
from intake.web.clinic.passkey_sent import handed
from intake.web.clinic.proving import proves, ways_of
from intake.web.clinic.rules_forms import CountersignForm, ProposeForm
from intake.web.clinic.told import Told, told
from intake.web.guard import requires, sensitive

pages = Blueprint("proposals", __name__)

UPLOAD_PATH = "/rules/proposals/new"
_IMPACT_PATH = "/rules/impact"


@pages.get("/rules/proposals")
@requires(Permission.COUNTERSIGN_RULES)
def waiting(_member: StaffMember) -> ResponseReturnValue:
    """What waits for a second person, for those who look after no rules themselves."""
    clinic = sessions.this_clinic()
    return render_template(
        "clinic/rules_waiting.html",
        overview=publication_list.overview(clinic),
        rulebook=clinic.library.rulebook,
    )


@pages.get(UPLOAD_PATH)
@requires(Permission.MANAGE_RULES)
def new(_member: StaffMember) -> ResponseReturnValue:
    """The form to propose rules."""
    form = ProposeForm(effective_on=sessions.this_clinic().today().isoformat())
    return render_template("clinic/propose.html", form=form, told=())


@pages.post(UPLOAD_PATH)
@requires(Permission.MANAGE_RULES)
def propose(member: StaffMember) -> ResponseReturnValue:
    """Propose rules, if the file loads; what is wrong with it is shown beside what was sent."""
    form = ProposeForm()
    form.take_uploads()
    if not (form.is_filled_in() and form.day):
        return render_template("clinic/propose.html", form=form, told=()), 422
    try:
        proposed = publishing.propose(
            sessions.this_clinic(), member, form.new_rules, typed(form.reason), form.day
        )
    except DocumentRefused as refusal:
        texts = {
            form.new_rules.rules_name: typed(form.rules),
            form.new_rules.overlay_name: typed(form.overlay),
        }
        return render_template("clinic/propose.html", form=form, told=told(refusal, texts)), 422
    except NotAsked as refusal:
        form[refusal.field].errors = [str(refusal)]
    except PublicationRefused as refusal:
        return render_template("clinic/propose.html", form=form, told=told(refusal, {})), 422
    else:
        return redirect(url_for("proposals.proposal", publication=proposed.id), 303)
    return render_template("clinic/propose.html", form=form, told=()), 422


@pages.get("/rules/proposals/<uuid:publication>")
@requires(Permission.COUNTERSIGN_RULES)
def proposal(member: StaffMember, publication: UUID) -> ResponseReturnValue:
    """What would change, and the second signature."""
    return _page(member, publication, CountersignForm(formdata=None))


@pages.get("/rules/proposals/<uuid:publication>/<any(rules, overlay):which>.yaml")
@requires(Permission.COUNTERSIGN_RULES)
def file(_member: StaffMember, publication: UUID, which: str) -> ResponseReturnValue:
    """The file itself, as it was sent: what somebody signs, they can read."""
    try:
        text = publishing.file_of(sessions.this_clinic(), publication, which)
    except NoSuchPublication:
        abort(404)
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{which}.yaml"'
    return response


@pages.post("/rules/proposals/<uuid:publication>/countersign")
@requires(Permission.COUNTERSIGN_RULES)
def countersign(member: StaffMember, publication: UUID) -> ResponseReturnValue:
    """Countersign, once whoever does has proved who they are, and everything was looked at again."""
    form = CountersignForm()
    form.ask(ways_of(member))
    # As at a sign-off: a signature takes more than a screen that somebody walked away from.
    proved = form.validate_on_submit() and proves(member, form, "countersign")
    if isinstance(proved, Ceremony):
        return handed(proved)
    if not proved:
        return _page(member, publication, form, 422)
    try:
        publishing.countersign(sessions.this_clinic(), member, publication, typed(form.against))
    except NoSuchPublication:
        abort(404)
    except DocumentRefused:
        return _page(member, publication, form, 409, notice=_NO_LONGER_LOADS)
    except PublicationRefused as refusal:
        return _page(member, publication, form, 409, notice=str(refusal))
    return redirect(url_for("proposals.proposal", publication=publication), 303)


@pages.post("/rules/proposals/<uuid:publication>/withdraw")
@sensitive
@requires(Permission.MANAGE_RULES)
def withdraw(member: StaffMember, publication: UUID) -> ResponseReturnValue:
    """Take back what screens nobody yet."""
    try:
        publishing.withdraw(sessions.this_clinic(), member, publication)
    except NoSuchPublication:
        abort(404)
    except PublicationRefused as refusal:
        return _page(member, publication, CountersignForm(formdata=None), 409, notice=str(refusal))
    return redirect(url_for("proposals.proposal", publication=publication), 303)


def _page(
    member: StaffMember, publication: UUID, form: CountersignForm, status: int = 200, *, notice: str = ""
) -> ResponseReturnValue:
    clinic = sessions.this_clinic()
    one = next((one for one in publication_list.listed(clinic) if one.publication.id == publication), None)
    if one is None:
        abort(404)
    examined, problems = _examined(one)
    if examined is not None:
        form.against.data = examined.against
    page = render_template(
        "clinic/proposal.html",
        one=one,
        publication=one.publication,
        examined=examined,
        warnings=publishing.warnings(clinic, examined) if examined else (),
        told=problems,
        form=form,
        ways=ways_of(member),
        notice=notice,
        member=member,
        late=_late(one, clinic.today()),
        impact=_impact(publication),
    )
    return page, status


def _examined(one: Listed) -> tuple[Examined | None, tuple[Told, ...]]:
    """What would change, for what is still to come; or why nobody can tell."""
    if one.standing not in (Standing.PROPOSED, Standing.SCHEDULED):
        return None, ()
    try:
        return publishing.examine_kept(sessions.this_clinic(), one.publication), ()
    except (DocumentRefused, PublicationRefused) as refusal:
        return None, told(refusal, {})


def _late(one: Listed, today: date) -> bool:
    return one.standing is Standing.PROPOSED and one.publication.effective_on < today


def _impact(publication: UUID) -> str:
    """Where to see whom it would concern, if this copy has that page."""
    has_page = any(rule.rule == _IMPACT_PATH for rule in current_app.url_map.iter_rules())
    return (
        f"{url_for('rules.overview').removesuffix('/rules')}{_IMPACT_PATH}?publication={publication}"
        if has_page
        else ""
    )


_NO_LONGER_LOADS = (
    "The file no longer loads with the questionnaire or the medicines as they are now, "
    "so nothing was countersigned."
)
