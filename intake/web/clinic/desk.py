"""The front desk's page: who sent a form, how far it has come, and how to reach them. No answers."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain.desk import DeskStatus
from intake.domain.permissions import Permission, StaffMember
from intake.domain.truth import Truth
from intake.services import desk
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("desk", __name__)

STATUSES = {
    DeskStatus.SENT: "Sent",
    DeskStatus.BEING_READ: "Being read",
    DeskStatus.ASKED: "We asked the patient something",
    DeskStatus.READ: "Read",
    DeskStatus.JUNK: "Marked as junk",
}
MESSAGES = {
    Truth.YES: "A message may name the clinic",
    Truth.NO: "A message must not name the clinic",
    Truth.NOT_KNOWN: "Did not say whether a message may name the clinic",
}
_LONGEST_SEARCH = 200


@pages.get("/desk")
@requires(Permission.SEE_DESK)
def people(member: StaffMember) -> ResponseReturnValue:
    """Everybody whose form is not finished or was read lately, the newest first."""
    return _page(member, "", request.args.get("page", ""))


@pages.post("/desk")
@requires(Permission.SEE_DESK)
def search(member: StaffMember) -> ResponseReturnValue:
    """Those with a name or a reference. Sent in a form: a name has no place in an address."""
    words = request.form.get("look_for", "").strip()[:_LONGEST_SEARCH]
    return _page(member, words, request.form.get("page", ""))


def _page(member: StaffMember, words: str, number: str) -> ResponseReturnValue:
    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    return render_template(
        "clinic/desk.html", desk=desk.open_desk(this_clinic(), member, words, wanted), words=words
    )
