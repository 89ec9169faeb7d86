"""The pages for whoever looks after the rules: which are in force, and what comes of them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("rules", __name__)


@pages.get("/rules")
@requires(Permission.MANAGE_RULES)
def overview(_member: StaffMember) -> ResponseReturnValue:
    """Which rules are in force, and the pages about them."""
    return render_template("clinic/rules.html", rulebook=this_clinic().library.rulebook)
