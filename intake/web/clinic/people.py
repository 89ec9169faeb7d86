"""One of the clinic's people, as whoever manages them sees them: roles, sessions, password, leaving."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import people, provider_sign_in
from intake.storage.accounts import LastAdministrator, NoSuchMember
from intake.web.clinic.account_forms import LeaveForm, RolesForm
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.staff import public_address
from intake.web.guard import requires, sensitive

pages = Blueprint("people", __name__)

_LAST = (
    "Nobody else who can sign in is an administrator. Make somebody an administrator first, "
    "and wait until they have signed in"
)
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
        people.set_roles(this_clinic(), member, somebody, form.chosen)
    except NoSuchMember:
        abort(404)
    except LastAdministrator:
        form.roles.errors = [_LAST]
        return _page(member, somebody, 422, roles=form)
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
) -> ResponseReturnValue:
    try:
        found = people.somebody(this_clinic(), somebody)
    except NoSuchMember:
        abort(404)
    now = sorted(role.value for role in found.member.roles)
    page = render_template(
        "account/person.html",
        person=found,
        linked=provider_sign_in.linked(this_clinic(), somebody),
        is_me=found.member.id == member.id,
        roles=roles or RolesForm(formdata=None, data={"roles": now}),
        leaving=leaving or LeaveForm(formdata=None),
        refused=roles or leaving,
    )
    return page, status


def _to(somebody: UUID) -> ResponseReturnValue:
    return redirect(url_for("people.person", somebody=somebody), 303)
