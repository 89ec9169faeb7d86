"""The settings of the clinic: what an administrator sets, how it would look, and every change of it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.clinic_settings import is_color
from intake.domain.clinic_settings_typed import boxes_of, color_in, taken_over
from intake.domain.crisis_lines import runs_out_soon
from intake.domain.permissions import Permission, StaffMember
from intake.services import changing_settings, dead_letters, figures, languages, settings_in_words
from intake.services.changing_settings import ChangedMeanwhile, NotSettable
from intake.services.figures import Count
from intake.services.settings_in_words import ChangeTold
from intake.web.clinic.color_preview import color_preview
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.settings_forms import SettingsForm
from intake.web.guard import requires

pages = Blueprint("settings", __name__)

SETTINGS_PATH = "/settings"
# How far back urgent forms are counted, and how long that may take of a page's time.
_DAYS = 90
_SECONDS = 0.5


@pages.get(SETTINGS_PATH)
@requires(Permission.MANAGE_SETTINGS)
def overview(member: StaffMember) -> ResponseReturnValue:
    """Everything that is set, in boxes to change it."""
    now = changing_settings.current(this_clinic())
    form = SettingsForm.filled(boxes_of(now.settings), now.number)
    return _page(form, urgent=_urgent(member))


@pages.post(SETTINGS_PATH)
@requires(Permission.MANAGE_SETTINGS)
def change(member: StaffMember) -> ResponseReturnValue:
    """Set what was typed, or only show the color; whatever cannot be set yet stays in its box."""
    form = SettingsForm()
    logo = form.take_logo()
    if request.form.get("do") == "preview":
        return _page(form)
    clinic, boxes = this_clinic(), form.boxes
    if form.logo.errors:
        return _refused(form, changing_settings.problems_in(clinic, boxes))
    try:
        changing_settings.set_from(
            clinic, member, form.as_of, boxes, logo, without_logo=bool(form.without_logo.data)
        )
    except NotSettable as refusal:
        return _refused(form, refusal.problems)
    except ChangedMeanwhile as refusal:
        now = changing_settings.current(clinic)
        began = changing_settings.began_with(clinic, form.as_of)
        form.fill(taken_over(boxes, began, boxes_of(now.settings)), now.number)
        return _page(form, 409, since=settings_in_words.told(clinic, refusal.since))
    return redirect(url_for("settings.overview", _anchor="changes"), 303)


def _refused(form: SettingsForm, problems: dict[str, str]) -> ResponseReturnValue:
    for box, words in problems.items():
        form[box].errors = [words]
    return _page(form, 422)


def _page(
    form: SettingsForm, status: int = 200, *, since: tuple[ChangeTold, ...] = (), urgent: Count | None = None
) -> ResponseReturnValue:
    clinic = this_clinic()
    now, today = changing_settings.current(clinic), clinic.today()
    typed = color_in(form.boxes.clinic_color)
    color = typed if is_color(typed) else now.settings.clinic_color
    lines = changing_settings.lines_now(clinic)
    page = render_template(
        "clinic/settings.html",
        form=form,
        now=now,
        preview=color_preview(color),
        since=since,
        urgent=urgent,
        days=_DAYS,
        lines=[shown.line for shown in lines if shown.pages],
        ran_out={shown.line.id for shown in lines if shown.line.is_out_of_date(today)},
        soon={shown.line.id for shown in lines if runs_out_soon(shown.line, today)},
        changes=settings_in_words.history(clinic),
        mail_goes=dead_letters.state_of(clinic).state,
        States=dead_letters.State,
        elsewhere=settings_in_words.elsewhere(clinic),
        shipped=languages.shipped(clinic.library.questionnaire),
    )
    return page, status


def _urgent(member: StaffMember) -> Count | None:
    """The count, if so many forms are urgent that the word means little; of few forms, nothing is said."""
    count = figures.figures(this_clinic(), member, _DAYS, _SECONDS)
    found = count.figures
    return count if found.too_many_urgent and not found.mean_little else None
