"""How it goes with e-mail: whether it is set up, and what could not be sent: tried again or set aside."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import dead_letters
from intake.services.dead_letters import MailState
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("mail", __name__)


@pages.get("/mail")
@requires(Permission.MANAGE_SETTINGS)
def overview(member: StaffMember) -> ResponseReturnValue:
    """How it goes, and each notice that could not be sent. Looking is recorded."""
    return _page(member)


@pages.post("/mail/<uuid:notice>/again")
@requires(Permission.MANAGE_SETTINGS)
def try_again(member: StaffMember, notice: UUID) -> ResponseReturnValue:
    """Have one tried again from now on."""
    if not dead_letters.try_again(this_clinic(), member, notice):
        return _page(member, 409)
    return redirect(url_for("mail.overview"), 303)


@pages.post("/mail/<uuid:notice>/aside")
@requires(Permission.MANAGE_SETTINGS)
def set_aside(member: StaffMember, notice: UUID) -> ResponseReturnValue:
    """Keep nothing more of one."""
    if not dead_letters.set_aside(this_clinic(), member, notice):
        return _page(member, 409)
    return redirect(url_for("mail.overview"), 303)


def mail_state() -> MailState:
    """How it goes with e-mail, for the line on every page."""
    return dead_letters.state_of(this_clinic())


def _page(member: StaffMember, status: int = 200) -> ResponseReturnValue:
    clinic = this_clinic()
    page = render_template(
        "clinic/mail.html",
        not_sent=dead_letters.not_sent(clinic, member),
        gone=status == 409,
        server=clinic.settings.mail_host,
        sees_patients=member.may(Permission.SEE_DESK),
    )
    return page, status
