"""One's own account: where one is signed in, what happened with it, and where to be told."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import emergency, own_account
from intake.web.clinic import sessions
from intake.web.clinic.account_forms import NoticeAddressForm
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires, sensitive

pages = Blueprint("own_account", __name__)


@pages.get("/account")
@requires(Permission.OWN_ACCOUNT)
def overview(member: StaffMember) -> ResponseReturnValue:
    """All there is to know of one's own account."""
    return _page(member)


@pages.post("/account/sessions/end")
@requires(Permission.OWN_ACCOUNT)
@sensitive
def end_one(member: StaffMember) -> ResponseReturnValue:
    """End one of one's own sessions. The one that is asked with is ended by signing out."""
    if not own_account.end_one(this_clinic(), member, request.form.get("visit", "")):
        return _page(member, 409, is_gone=True)
    return redirect(url_for("own_account.overview"), 303)


@pages.post("/account/sessions/end-others")
@requires(Permission.OWN_ACCOUNT)
@sensitive
def end_others(member: StaffMember) -> ResponseReturnValue:
    """End all of them but this one."""
    own_account.end_others(this_clinic(), member, sessions.token())
    return redirect(url_for("own_account.overview"), 303)


@pages.post("/account/notices")
@requires(Permission.OWN_ACCOUNT)
@sensitive
def tell_at(member: StaffMember) -> ResponseReturnValue:
    """Say where to be told of what happens with one's account."""
    form = NoticeAddressForm()
    if not form.validate_on_submit():
        return _page(member, 422, form=form)
    own_account.tell_at(this_clinic(), member, typed(form.address))
    return redirect(url_for("own_account.overview"), 303)


def _page(
    member: StaffMember, status: int = 200, *, form: NoticeAddressForm | None = None, is_gone: bool = False
) -> ResponseReturnValue:
    clinic = this_clinic()
    account = own_account.look(clinic, member, sessions.token())
    told = member.may(Permission.MANAGE_STAFF) or member.may(Permission.READ_TRAIL)
    page = render_template(
        "account/own.html",
        account=account,
        form=form or NoticeAddressForm(formdata=None, data={"address": account.address}),
        is_gone=is_gone,
        mail=bool(clinic.settings.mail_host),
        emergencies_lately=emergency.lately(clinic) if told else (),
    )
    return page, status
