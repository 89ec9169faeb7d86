"""Setting up an authenticator app: a picture to scan, or words of four letters to type."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import one_time_codes, own_app, own_factors
from intake.services.own_app import OfferedApp, WrongCode
from intake.services.own_factors import FactorsDamaged, LastWayIn, SessionOver
from intake.web.clinic import sessions
from intake.web.clinic.factor_forms import AppForm
from intake.web.clinic.forms import typed
from intake.web.clinic.own_factors import back, damaged, frame_for, page_of, with_codes
from intake.web.guard import changes_factors, open_while_due, requires

pages = Blueprint("own_app", __name__)

_WRONG = "That code is not one of this app, now. Check that the time on the phone is right, and type the next"
_LAST = "Without it you could not sign in any more. Add a passkey first, then remove the app"


@pages.get("/how-you-sign-in/app")
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def offer(member: StaffMember) -> ResponseReturnValue:
    """A new app to be set up. Looking at the page keeps nothing."""
    return _page(member, AppForm(formdata=None), own_app.offer(sessions.this_clinic(), member))


@pages.post("/how-you-sign-in/app")
@changes_factors
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def set_up(member: StaffMember) -> ResponseReturnValue:
    """Keep the app, once it shows the right code."""
    form, clinic = AppForm(), sessions.this_clinic()
    if form.validate_on_submit():
        try:
            changed = own_app.set_up(clinic, member, sessions.token(), typed(form.carried), typed(form.code))
        except WrongCode:
            form.code.errors = [_WRONG]
        except (FactorsDamaged, SessionOver):
            return damaged()
        else:
            return with_codes(member, changed)
    return _page(member, form, own_app.offered_again(clinic, member, typed(form.carried)), 422)


@pages.post("/how-you-sign-in/app/remove")
@changes_factors
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def remove(member: StaffMember) -> ResponseReturnValue:
    """Forget the app; never the last way in."""
    try:
        changed = own_app.remove(sessions.this_clinic(), member, sessions.token())
    except LastWayIn:
        return page_of(member, 409, problem=_LAST)
    except (FactorsDamaged, SessionOver):
        return damaged()
    return back(changed)


def _page(member: StaffMember, form: AppForm, offered: OfferedApp, status: int = 200) -> ResponseReturnValue:
    clinic = sessions.this_clinic()
    try:
        found = own_factors.overview(clinic, member, sessions.token())
    except FactorsDamaged:
        return damaged()
    form.carried.data = offered.carried
    width, path = one_time_codes.picture(offered.address)
    page = render_template(
        "account/set_up_app.html",
        form=form,
        found=found,
        frame=frame_for(found),
        width=width,
        path=path,
        words=one_time_codes.in_words_of_four(offered.seed),
        member=member,
    )
    return page, status
