"""The page for whoever looks after the rules: which are in force, what waits, and what was."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import publication_list
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("rules", __name__)


@pages.get("/rules")
@requires(Permission.MANAGE_RULES)
def overview(_member: StaffMember) -> ResponseReturnValue:
    """Which rules are in force, and the pages about them."""
    clinic = this_clinic()
    return render_template(
        "clinic/rules.html",
        rulebook=clinic.library.rulebook,
        overview=publication_list.overview(clinic),
        file=clinic.settings.screening_rules.name,
    )
