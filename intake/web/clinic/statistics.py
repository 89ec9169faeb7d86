"""The statistics of the clinic: how its forms fare, in counts from which nobody can be read off."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.small_numbers import FEWEST_SHOWN
from intake.services import statistics
from intake.services.statistics import PERIODS, SECONDS_FOR_A_PAGE
from intake.web.clinic import statistics_told as told
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("statistics", __name__)


@pages.get("/statistics")
@requires(Permission.SEE_STATISTICS)
def overview(member: StaffMember) -> ResponseReturnValue:
    """The statistics of a period, as charts and as tables."""
    clinic = this_clinic()
    days = {str(days): days for days in PERIODS}.get(request.args.get("days", ""), PERIODS[1])
    found = statistics.statistics(clinic, member, days)
    asked = clinic.library.questionnaire
    return render_template(
        "clinic/statistics.html",
        found=found,
        received=told.received(found),
        waiting=told.waiting(found),
        times=(told.read(found), told.signed(found)),
        rules=told.rules(found, {rule.id: rule.title for rule in clinic.library.rulebook.rules}),
        questions=told.questions(found, asked),
        leaving=told.leaving(found, asked),
        count=told.count,
        few=FEWEST_SHOWN,
        periods=PERIODS,
        seconds=int(SECONDS_FOR_A_PAGE),
    )
