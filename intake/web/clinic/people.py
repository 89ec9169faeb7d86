"""One of the clinic's people, as whoever manages them sees them: roles, sessions, password, leaving."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.two_people import AskedAlready, NoReason, NothingProposed, OnePersonTwice
from intake.services import administrators, people, provider_sign_in
from intake.storage.accounts import LastAdministrator, NoSuchMember
from intake.web.clinic.account_forms import NEEDS_REASON, LeaveForm, RefuseForm, RolesForm
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.staff import public_address
from intake.web.guard import requires, sensitive

pages = Blueprint("people", __name__)

_LAST = (
    "Nobody else who can sign in is an administrator. Make somebody an administrator first, "
    "and wait until they have signed in"
)
_ASKED = "Somebody proposed this already. It waits for another administrator."
_SETTLED = "It was settled meanwhile, or its time is over. Nothing was recorded now."
_PROPOSED_BY_ONESELF = "You proposed it yourself. Another administrator has to confirm it. Nothing changed."
_ONESELF = "You cannot take your own account away. Another administrator can"


@pages.get("/staff/<uuid:somebody>")
@requires(Permission.MANAGE_STAFF)
def person(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Who somebody is here, and what can be done with their account."""
    return _page(member, somebody)


@pages.post("/staff/<uuid:somebody>/roles")
@requires(Permission.MANAGE_STAFF)
@sensitive
def change_roles(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Change what somebody does here; they are signed out."""
    form = RolesForm()
    if not form.validate_on_submit():
        return _page(member, somebody, 422, roles=form)
    try:
        people.set_roles(this_clinic(), member, somebody, form.chosen, typed(form.reason))
    except NoSuchMember:
        abort(404)
    except NoReason:
        form.reason.errors = [NEEDS_REASON]
        return _page(member, somebody, 422, roles=form)
    except AskedAlready:
        return _page(member, somebody, 409, notice=_ASKED, kept=typed(form.reason))
    except LastAdministrator:
        form.roles.errors = [_LAST]
        return _page(member, somebody, 422, roles=form)
    return _to(somebody)


@pages.post("/staff/<uuid:somebody>/administrator/confirm")
@requires(Permission.MANAGE_STAFF)
@sensitive
def confirm_administrator(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Confirm that somebody becomes an administrator, whom another administrator proposed."""
    try:
        administrators.confirm(this_clinic(), member, somebody)
    except NoSuchMember:
        abort(404)
    except OnePersonTwice:
        return _page(member, somebody, 409, notice=_PROPOSED_BY_ONESELF)
    except NothingProposed:
        return _page(member, somebody, 409, notice=_SETTLED)
    return _to(somebody)


@pages.post("/staff/<uuid:somebody>/administrator/refuse")
@requires(Permission.MANAGE_STAFF)
@sensitive
def refuse_administrator(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Refuse that somebody becomes an administrator, or take it back."""
    form = RefuseForm()
    if not form.validate_on_submit():
        return _page(member, somebody, 422, refusing=form)
    try:
        administrators.refuse(this_clinic(), member, somebody, typed(form.reason))
    except NoSuchMember:
        abort(404)
    except NoReason:
        form.reason.errors = ["Say in a few words why not"]
        return _page(member, somebody, 422, refusing=form)
    except NothingProposed:
        return _page(member, somebody, 409, notice=_SETTLED, kept=typed(form.reason))
    return _to(somebody)


@pages.post("/staff/<uuid:somebody>/sessions/end")
@requires(Permission.MANAGE_STAFF)
@sensitive
def end_sessions(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Sign somebody out everywhere, at once."""
    try:
        people.end_sessions(this_clinic(), member, somebody)
    except NoSuchMember:
        abort(404)
    return _to(somebody)


@pages.post("/staff/<uuid:somebody>/reset")
@requires(Permission.MANAGE_STAFF)
@sensitive
def reset(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Make a link with which somebody chooses a new password; shown now and never again."""
    clinic = this_clinic()
    try:
        name = people.somebody(clinic, somebody).member.printed_name
        token = people.make_reset_link(clinic, member, somebody)
    except NoSuchMember:
        abort(404)
    except (people.NotIn, people.OneselfOnly):
        return _to(somebody)
    return render_template("account/reset_link.html", name=name, link=public_address(token))


@pages.post("/staff/<uuid:somebody>/provider")
@requires(Permission.MANAGE_STAFF)
@sensitive
def link_to_provider(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Make a link with which somebody may sign in at the clinic's provider; shown now and never again."""
    clinic = this_clinic()
    if not clinic.settings.provider_issuer:
        abort(404)
    try:
        name = people.somebody(clinic, somebody).member.printed_name
        token = provider_sign_in.make_link(clinic, member, somebody)
    except NoSuchMember:
        abort(404)
    link = public_address(token, "provider.link")
    return render_template("account/provider_link_made.html", name=name, link=link)


@pages.post("/staff/<uuid:somebody>/provider/end")
@requires(Permission.MANAGE_STAFF)
@sensitive
def unlink_from_provider(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Let somebody come in from the provider no more."""
    try:
        provider_sign_in.unlink(this_clinic(), member, somebody)
    except NoSuchMember:
        abort(404)
    return _to(somebody)


@pages.post("/staff/<uuid:somebody>/remove")
@requires(Permission.MANAGE_STAFF)
@sensitive
def remove(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Take an account away, in one step."""
    form = LeaveForm()
    if not form.validate_on_submit():
        return _page(member, somebody, 422, leaving=form)
    try:
        people.remove(this_clinic(), member, somebody)
    except NoSuchMember:
        abort(404)
    except (LastAdministrator, people.OneselfOnly) as refusal:
        form.sure.errors = [_LAST if isinstance(refusal, LastAdministrator) else _ONESELF]
        return _page(member, somebody, 422, leaving=form)
    return redirect(url_for("staff.people"), 303)


def _page(
    member: StaffMember,
    somebody: UUID,
    status: int = 200,
    *,
    roles: RolesForm | None = None,
    leaving: LeaveForm | None = None,
    refusing: RefuseForm | None = None,
    notice: str = "",
    kept: str = "",
) -> ResponseReturnValue:
    try:
        found = people.somebody(this_clinic(), somebody)
    except NoSuchMember:
        abort(404)
    now = sorted(role.value for role in found.member.roles)
    waiting = next((one for one in administrators.waiting(this_clinic()) if one.member.id == somebody), None)
    if refusing is not None and waiting is None:
        notice, kept, refusing = _SETTLED, typed(refusing.reason), None
    # Two boxes for a reason may stand on the page.
    refuses = refusing or RefuseForm(formdata=None)
    refuses.reason.id = "why-not"
    page = render_template(
        "account/person.html",
        person=found,
        linked=provider_sign_in.linked(this_clinic(), somebody),
        is_me=found.member.id == member.id,
        roles=roles or RolesForm(formdata=None, data={"roles": now}),
        leaving=leaving or LeaveForm(formdata=None),
        waiting=waiting,
        refuses=refuses,
        refused=roles or leaving or refusing,
        notice=notice,
        kept=kept,
    )
    return page, status


def _to(somebody: UUID) -> ResponseReturnValue:
    return redirect(url_for("people.person", somebody=somebody), 303)
