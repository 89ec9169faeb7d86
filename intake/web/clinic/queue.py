"""The queue's pages: what waits, what waits on a patient, what is put off, what is done; and new arrivals."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.queue_order import Wanted
from intake.domain.standing import PlaceInWork
from intake.services import queue as lists
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.views import pages as review_pages
from intake.web.guard import open_to_all, requires, unattended

pages = Blueprint("queue", __name__)

_SCRIPT = Path(__file__).parents[1] / "static" / "arrivals.js"
_A_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class GroupWords:
    """What a group of the queue is called: in an address, as a heading, and when to look at it."""

    name: str
    title: str
    subtitle: str


# By rank (``domain/queue_order.py``).
GROUPS = (
    GroupWords("urgent", "Urgent", "Review today"),
    GroupWords("high", "High", "Next to review"),
    GroupWords("moderate", "Moderate", "Before the first visit"),
    GroupWords("note", "Note", "For the record"),
    GroupWords("none", "No rule was raised", "Still needs a clinician’s eyes"),
    GroupWords("second", "Second reading", "Signed by a colleague, to be read by somebody else too"),
)
TABS = (
    (PlaceInWork.QUEUE, "review.queue", "Queue"),
    (PlaceInWork.WAITING_ON_PATIENT, "queue.waiting", "Waiting on patient"),
    (PlaceInWork.LATER, "queue.later", "Later"),
    (PlaceInWork.DONE, "queue.done", "Done"),
    (PlaceInWork.JUNK, "queue.junk", "Junk"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is wanted, as it was typed or chosen. Nothing in it is about a person."""

    mine: bool
    group: str
    sent_from: str
    sent_to: str

    @classmethod
    def asked_for(cls) -> "Filters":
        """As the address says."""
        given = request.args
        return cls(
            given.get("who") == "mine",
            given.get("group", ""),
            given.get("from", ""),
            given.get("to", ""),
        )

    @property
    def wanted(self) -> Wanted:
        """The same for the list; what cannot be understood is left out."""
        ranks = {group.name: rank for rank, group in enumerate(GROUPS)}
        return Wanted(self.mine, ranks.get(self.group), _day(self.sent_from), _day(self.sent_to))

    @property
    def not_understood(self) -> tuple[str, ...]:
        """The days that are none."""
        return tuple(day for day in (self.sent_from, self.sent_to) if day and _day(day) is None)

    def address(self, **position: str) -> str:
        """Of the queue with these filters, from a position on."""
        chosen = {
            "who": "mine" if self.mine else "",
            "group": self.group if self.wanted.rank is not None else "",
            "from": self.sent_from,
            "to": self.sent_to,
            **position,
        }
        query = urlencode({name: value for name, value in chosen.items() if value})
        return url_for("review.queue") + (f"?{query}" if query else "")


# Named as every template knows it: `review.queue`.
@review_pages.get("/queue")
@requires(Permission.REVIEW)
def queue(member: StaffMember) -> ResponseReturnValue:
    """What waits, most urgent first, then longest waiting."""
    filters = Filters.asked_for()
    return _page(member, PlaceInWork.QUEUE, filters)


@pages.get("/queue/waiting-on-patient")
@requires(Permission.REVIEW)
def waiting(member: StaffMember) -> ResponseReturnValue:
    """What somebody asked the patient about, who has not answered yet."""
    return _page(member, PlaceInWork.WAITING_ON_PATIENT)


@pages.get("/queue/later")
@requires(Permission.REVIEW)
def later(member: StaffMember) -> ResponseReturnValue:
    """What is put off until a day, and comes back by itself that morning."""
    return _page(member, PlaceInWork.LATER)


@pages.get("/queue/done")
@requires(Permission.REVIEW)
def done(member: StaffMember) -> ResponseReturnValue:
    """What is signed off, the newest first."""
    return _page(member, PlaceInWork.DONE)


@pages.get("/queue/junk")
@requires(Permission.REVIEW)
def junk(member: StaffMember) -> ResponseReturnValue:
    """What somebody said no patient meant; it can be opened and taken back."""
    return _page(member, PlaceInWork.JUNK)


@pages.get("/queue/arrivals")
@unattended
@requires(Permission.REVIEW)
def arrivals(member: StaffMember) -> ResponseReturnValue:
    """How many forms came in since a page was made: a number, which is all a page needs to say so."""
    number = lists.arrivals(this_clinic(), member, request.args.get("since", ""))
    return Response(str(number), content_type="text/plain")


@pages.get("/static/arrivals.js")
@open_to_all
def script() -> ResponseReturnValue:
    """The script that asks, under the address that is its own."""
    if request.args.get("mark") != _mark():
        abort(404)
    response = Response(_script(), content_type="text/javascript; charset=utf-8")
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.cache_control.max_age = _A_YEAR
    return response


def _page(member: StaffMember, place: PlaceInWork, filters: Filters | None = None) -> ResponseReturnValue:
    clinic = this_clinic()
    chosen = filters or Filters(mine=False, group="", sent_from="", sent_to="")
    after, before = request.args.get("after", ""), request.args.get("before", "")
    page = lists.open_list(clinic, member, place, chosen.wanted, after=after, before=before)
    return render_template(
        "clinic/queue.html",
        page=page,
        tabs=TABS,
        places=PlaceInWork,
        words=GROUPS,
        filters=chosen,
        silenced=clinic.library.rulebook.silenced,
        script=url_for("queue.script", mark=_mark()),
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


@cache
def _script() -> bytes:
    return _SCRIPT.read_bytes()


@cache
def _mark() -> str:
    return hashlib.sha256(_script()).hexdigest()[:12]
