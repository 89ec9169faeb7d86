"""The queue's pages: what waits, most urgent first."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import queue as services
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.views import pages as review_pages
from intake.web.guard import requires

pages = Blueprint("queue", __name__)

# The newest sign-offs the queue still lists.
_SIGNED_SHOWN = 25


# Named as every template knows it: `review.queue`.
@review_pages.get("/queue")
@requires(Permission.REVIEW)
def queue(member: StaffMember) -> ResponseReturnValue:
    """What waits, most urgent first, and what was signed lately."""
    clinic = this_clinic()
    waiting = services.queue(clinic, member)
    return render_template(
        "clinic/queue.html",
        queue=waiting,
        signed=waiting.signed[:_SIGNED_SHOWN],
        silenced=clinic.library.rulebook.silenced,
        now=clinic.now(),
    )
