"""The people of the clinic: who has an account, and adding somebody new."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.two_people import NoReason
from intake.services import accounts, administrators, altered_rows, emergency, own_factors
from intake.services import people as everybody
from intake.services.accounts import AlreadyIn, NothingToDoYet
from intake.storage.accounts import NoSuchMember, UsernameTaken
from intake.web.clinic.account_forms import NEEDS_REASON, StaffForm
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires, sensitive

pages = Blueprint("staff", __name__)


@pages.get("/staff")
@requires(Permission.MANAGE_STAFF)
def people(_member: StaffMember) -> ResponseReturnValue:
    """Everybody with an account, and a form to add somebody."""
    return _page(StaffForm())


@pages.post("/staff")
@sensitive
@requires(Permission.MANAGE_STAFF)
def add(member: StaffMember) -> ResponseReturnValue:
    """Add somebody, and show their invitation: now and never again."""
    form = StaffForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        token = accounts.add_staff(
            this_clinic(),
            member,
            typed(form.username),
            typed(form.printed_name),
            form.chosen,
            typed(form.reason),
        )
    except UsernameTaken:
        form.username.errors = ["Somebody else has this username. Choose another"]
        return _page(form, 422)
    except NoReason:
        form.reason.errors = [NEEDS_REASON]
        return _page(form, 422)
    if not token:
        # To be an administrator and nothing else: it waits on the page for another administrator.
        return redirect(url_for("staff.people"), 303)
    return render_template("account/invited.html", name=typed(form.printed_name), link=public_address(token))


@pages.post("/staff/<uuid:somebody>/invitation")
@sensitive
@requires(Permission.MANAGE_STAFF)
def invite(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """A new link for somebody who lost theirs; shown now and never again."""
    clinic = this_clinic()
    try:
        token = accounts.invite_again(clinic, member, somebody)
    except NoSuchMember:
        abort(404)
    except (AlreadyIn, NothingToDoYet):
        return redirect(url_for("staff.people"), 303)
    name = accounts.printed_names(clinic)[somebody]
    return render_template("account/invited.html", name=name, link=public_address(token))


@pages.post("/staff/<uuid:somebody>/factors")
@sensitive
@requires(Permission.MANAGE_STAFF)
def forget_factors(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """Take away passkeys, app and codes of somebody who lost them; they set up new ones next time.

    Never one's own: nobody takes their own second factor away with a borrowed screen.
    """
    if somebody == member.id:
        abort(403)
    try:
        own_factors.forget(this_clinic(), member, somebody)
    except NoSuchMember:
        abort(404)
    return redirect(url_for("staff.people"), 303)


def _page(form: StaffForm, status: int = 200) -> ResponseReturnValue:
    clinic = this_clinic()
    page = render_template(
        "account/staff.html",
        form=form,
        people=everybody.everybody(clinic),
        left=everybody.left(clinic),
        waiting=administrators.waiting(clinic),
        factors=own_factors.of_everybody(clinic),
        altered=altered_rows.altered(clinic),
        emergencies_lately=emergency.lately(clinic),
        out_of_date=clinic.library.questionnaire.out_of_date(clinic.local(clinic.now()).date()),
    )
    return page, status


def public_address(token: str, endpoint: str = "accounts.invitation") -> str:
    """The link somebody is handed, to choose a password with or to be linked at a provider.

    Its secret stands behind the #, which no browser sends to any server.
    """
    # Made of the settings, never of the request: a forged Host header must not
    # send somebody's first password elsewhere.
    clinic = this_clinic()
    found = urlsplit(clinic.settings.clinic_side)
    return f"{found.scheme}://{found.netloc}" + url_for(endpoint, _anchor=token)
