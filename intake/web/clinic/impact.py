"""How many forms other rules would concern: counted while somebody waits, and never a name."""

from threading import Lock
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from intake.content.documents import DocumentRefused
from intake.domain.permissions import Permission, StaffMember
from intake.domain.publications import PublicationRefused, Standing
from intake.domain.rules import RuleBook
from intake.services import impact, publication_list, publishing
from intake.services.impact_figures import Bound, Difference, Figures
from intake.services.publication_list import Listed
from intake.web.clinic.rules_forms import ImpactForm
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.told import Told, told
from intake.web.guard import requires

pages = Blueprint("impact", __name__)

IMPACT_PATH = "/rules/impact"
# As much as a person waits for; the command has all the time there is.
BOUND = Bound(most=2000, seconds=10)
WORDS = {
    Difference.APPEARS: "Flags that would appear",
    Difference.VANISHES: "Flags that would vanish",
    Difference.PRIORITY: "Flags that would have another priority",
    Difference.RAISED: "Flags that would be raised and cannot be told now",
    Difference.CANNOT_TELL: "Flags that could not be told and are raised now",
    Difference.STOPS: "Rules that would stop with an error",
    Difference.OTHER_ANSWERS: "Flags that would rest on, or wait for, other answers",
}

# One count at a time: it keeps a processor busy that others' pages need too.
_counting = Lock()


@pages.get(IMPACT_PATH)
@requires(Permission.MANAGE_RULES)
def choose(_member: StaffMember) -> ResponseReturnValue:
    """The rules that wait for their day, or a file: whose impact to count. Nothing is counted yet."""
    return _page(ImpactForm(formdata=None), only=request.args.get("publication", ""))


@pages.post(IMPACT_PATH)
@requires(Permission.MANAGE_RULES)
def count(member: StaffMember) -> ResponseReturnValue:
    """Count on the newest forms, and say on how many of how many."""
    form = ImpactForm()
    form.take_uploads()
    chosen = form.chosen
    if chosen is None and not form.is_filled_in():
        return _page(form, 422)
    try:
        rules = _kept(chosen) if chosen else impact.proposed(this_clinic(), form.new_rules)
    except (DocumentRefused, PublicationRefused) as refusal:
        return _page(form, 422, problems=told(refusal, form.texts))
    if rules is None:
        return _page(form, 404, notice=_GONE)
    if not _counting.acquire(blocking=False):
        return _page(form, 503, notice=_BUSY)
    try:
        figures = impact.look(this_clinic(), rules, member.id, bound=BOUND)
    finally:
        _counting.release()
    return _page(form, figures=figures, name="" if chosen else form.new_rules.rules_name)


def _kept(publication: UUID) -> RuleBook | None:
    """The rules of a publication that waits for its day; None when there is none."""
    one = next((one for one in _to_come() if one.publication.id == publication), None)
    if one is None:
        return None
    return publishing.examine_kept(this_clinic(), one.publication).library.rulebook


def _to_come() -> tuple[Listed, ...]:
    every = publication_list.listed(this_clinic())
    return tuple(one for one in every if one.standing in (Standing.PROPOSED, Standing.SCHEDULED))


def _page(
    form: ImpactForm,
    status: int = 200,
    *,
    only: str = "",
    figures: Figures | None = None,
    problems: tuple[Told, ...] = (),
    notice: str = "",
    name: str = "",
) -> ResponseReturnValue:
    to_come = _to_come()
    one = tuple(listed for listed in to_come if str(listed.publication.id) == only)
    page = render_template(
        "clinic/impact.html",
        form=form,
        to_come=one or to_come,
        figures=figures,
        told=problems,
        notice=notice,
        name=name,
        words=WORDS,
    )
    return page, status


_GONE = "Those rules are not waiting any more: they are in force by now, or were withdrawn."
_BUSY = "Somebody else is counting right now. Wait ten seconds, then press the button again."
