"""The people of the clinic: who has an account, and adding somebody new."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import accounts
from intake.services.accounts import AlreadyIn
from intake.storage.accounts import NoSuchMember, UsernameTaken
from intake.web.clinic.account_forms import StaffForm
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("staff", __name__)


@pages.get("/staff")
@requires(Permission.MANAGE_STAFF)
def people(_member: StaffMember) -> ResponseReturnValue:
    """Everybody with an account, and a form to add somebody."""
    return _page(StaffForm())


@pages.post("/staff")
@requires(Permission.MANAGE_STAFF)
def add(member: StaffMember) -> ResponseReturnValue:
    """Add somebody, and show their invitation: now and never again."""
    form = StaffForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        token = accounts.add_staff(
            this_clinic(), member, typed(form.username), typed(form.printed_name), form.chosen
        )
    except UsernameTaken:
        form.username.errors = ["Somebody else has this username. Choose another"]
        return _page(form, 422)
    return render_template("account/invited.html", name=typed(form.printed_name), link=_public_address(token))


@pages.post("/staff/<uuid:somebody>/invitation")
@requires(Permission.MANAGE_STAFF)
def invite(member: StaffMember, somebody: UUID) -> ResponseReturnValue:
    """A new link for somebody who lost theirs; shown now and never again."""
    clinic = this_clinic()
    try:
        token = accounts.invite_again(clinic, member, somebody)
    except NoSuchMember:
        abort(404)
    except AlreadyIn:
        return redirect(url_for("staff.people"), 303)
    name = accounts.printed_names(clinic)[somebody]
    return render_template("account/invited.html", name=name, link=_public_address(token))


def _page(form: StaffForm, status: int = 200) -> ResponseReturnValue:
    clinic = this_clinic()
    page = render_template(
        "account/staff.html",
        form=form,
        people=accounts.staff(clinic),
        waiting=accounts.waiting(clinic),
        out_of_date=clinic.library.questionnaire.out_of_date(clinic.local(clinic.now()).date()),
    )
    return page, status


def _public_address(token: str) -> str:
    # Made of the settings, never of the request: a forged Host header must not
    # send somebody's first password elsewhere.
    clinic = this_clinic()
    found = urlsplit(clinic.settings.clinic_side)
    return f"{found.scheme}://{found.netloc}" + url_for("accounts.invitation", token=token)
