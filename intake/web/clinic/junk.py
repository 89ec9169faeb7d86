"""Marking forms of the queue as junk, several at once with one reason, and taking one back."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import Review
from intake.domain.review_acts import NotJunk
from intake.domain.review_entries import JunkMark
from intake.domain.standing import PlaceInWork
from intake.services import junk
from intake.services import queue as lists
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import LONGEST_NOTE
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("junk", __name__)


@pages.get("/queue/mark-junk")
@requires(Permission.REVIEW)
def choose(member: StaffMember) -> ResponseReturnValue:
    """The forms that wait, each with a box to tick, and one reason for all that are ticked."""
    return _page(member)


@pages.post("/queue/mark-junk")
@requires(Permission.REVIEW)
def mark(member: StaffMember) -> ResponseReturnValue:
    """Mark what is ticked; what has to be read first stays ticked and is said so."""
    chosen, reason = _chosen(), request.form.get("reason", "").strip()
    problems = []
    if not chosen:
        problems.append(("forms", "Tick the forms that are junk"))
    if not reason:
        problems.append(("reason", "Say why: it stands in the history of each form"))
    elif len(reason) > LONGEST_NOTE:
        problems.append(("reason", f"Keep it to {LONGEST_NOTE:,} characters. What you typed is still here"))
    if problems:
        return _page(member, chosen, reason, problems, status=422)
    done = junk.mark(this_clinic(), member, chosen, reason)
    if not done.open_first and not done.left:
        return redirect(url_for("queue.junk"), 303)
    return _page(member, (*done.open_first,), reason, done=done, status=409)


@pages.post("/submissions/<uuid:submission>/take-from-junk")
@requires(Permission.REVIEW)
def take_back(_member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Take a form back to where it would stand."""
    try:
        junk.take_back(this_clinic(), _member, submission)
    except NoSuchSubmission:
        abort(404)
    except NotJunk:
        pass  # somebody else did, which is what was wanted
    return redirect(url_for("review.submission", submission=submission), 303)


def mark_of(review: Review) -> JunkMark:
    """The mark under which a form stands among the junk."""
    return [one for one in review.entries if isinstance(one, JunkMark)][-1]


def _page(
    member: StaffMember,
    chosen: tuple[UUID, ...] = (),
    reason: str = "",
    problems: list[tuple[str, str]] | None = None,
    done: junk.Marked | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    after, before = request.args.get("after", ""), request.args.get("before", "")
    page = lists.open_list(this_clinic(), member, PlaceInWork.QUEUE, after=after, before=before)
    told = render_template(
        "clinic/mark_junk.html",
        page=page,
        chosen=frozenset(chosen),
        reason=reason,
        problems=problems or [],
        done=done,
    )
    return told, status


def _chosen() -> tuple[UUID, ...]:
    found = []
    for one in dict.fromkeys(request.form.getlist("forms")[: lists.PAGE]):
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return tuple(found)
