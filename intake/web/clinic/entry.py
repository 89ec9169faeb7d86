"""Coming in and going out: signing in and out, one-time links, and passwords."""

from collections.abc import Collection

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import accounts
from intake.services.coming_in import Browser
from intake.services.entering import Begun
from intake.services.passkeys import address_of
from intake.storage.accounts import UsernameTaken
from intake.storage.one_time_links import Purpose
from intake.web import typed as typed_page
from intake.web.clinic import sessions
from intake.web.clinic.account_forms import (
    HandedLinkForm,
    InvitationForm,
    PasswordForm,
    SetupForm,
    SignInForm,
)
from intake.web.clinic.forms import typed
from intake.web.clinic.known_browser import known_as, this_browser
from intake.web.clinic.provider import provider_name
from intake.web.guard import open_to_all, requires

pages = Blueprint("accounts", __name__)

_WRONG = "The username or the password is not right. Check both and type the password again"
# Where much is typed that is no sentence.
_BOX_BY_BOX = frozenset({"transcribing", "settings", "settings_lines", "settings_signal"})
_CHOOSES = frozenset({Purpose.INVITATION, Purpose.RESET})


@pages.get("/sign-in")
@open_to_all
def sign_in() -> ResponseReturnValue:
    """The form to sign in with; whoever is signed in already goes on to their work."""
    if sessions.whoever() is not None:
        return redirect(url_for("review.home"), 303)
    return _sign_in_page(SignInForm())


@pages.post("/sign-in")
@open_to_all
def enter() -> ResponseReturnValue:
    """Sign in. What was wrong is never said: neither name nor password is given away."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, 422)
    clinic = sessions.this_clinic()
    username, password = typed(form.username), typed(form.password)
    try:
        begun = accounts.sign_in(clinic, username, password, sessions.source(), known_as(clinic))
    except accounts.NotCounted:
        return render_template("account/not_counted.html"), 503
    except accounts.LockedOut:
        return render_template("account/paused.html"), 429
    if begun is None:
        form.password.errors = [_WRONG]
        return _sign_in_page(form, 422)
    if isinstance(begun, Begun):
        return sessions.begin_unfinished(_to("second_steps.second"), begun.token)
    # Always to the same page: an address to go on to would be somebody else's to choose.
    return sessions.begin(_to("review.home"), begun)


@pages.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    """End the session, and let the browser forget the pages it keeps."""
    if token := sessions.token():
        accounts.sign_out(sessions.this_clinic(), token)
    response = sessions.end(_to("accounts.sign_in"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.get("/setup")
@open_to_all
def setup() -> ResponseReturnValue:
    """Where the link for the first administrator leads: its secret stands behind the #, and is sent later."""
    return handed_link_page(HandedLinkForm())


@pages.post("/setup")
@open_to_all
def set_up() -> ResponseReturnValue:
    """Open the link, which uses nothing up; then make the first administrator, which does."""
    form = SetupForm()
    if form.username.name not in request.form:
        return _opened({Purpose.SETUP})
    if form.validate_on_submit():
        clinic = sessions.this_clinic()
        browser = this_browser(clinic)
        try:
            accounts.set_up(
                clinic,
                typed(form.link),
                typed(form.username),
                typed(form.printed_name),
                typed(form.password),
                form.roles,
                browser,
            )
            return _ready(typed(form.username), browser)
        except accounts.LinkUsedUp:
            return _no_such_link()
        except UsernameTaken:
            form.username.errors = ["Somebody else has this username. Choose another"]
        except accounts.PasswordTooWeak as refusal:
            form.password.errors = [str(refusal)]
    return render_template("account/setup.html", form=form), 422


@pages.get("/invitation")
@open_to_all
def invitation() -> ResponseReturnValue:
    """Where the link leads of somebody who was invited, or forgot their password."""
    return handed_link_page(HandedLinkForm())


@pages.post("/invitation")
@open_to_all
def accept() -> ResponseReturnValue:
    """Open the link, which uses nothing up; then choose a password, which does."""
    form = InvitationForm()
    if form.password.name not in request.form:
        return _opened(_CHOOSES)
    if form.validate_on_submit():
        clinic = sessions.this_clinic()
        browser = this_browser(clinic)
        try:
            member = accounts.accept_invitation(clinic, typed(form.link), typed(form.password), browser)
            return _ready(member.username, browser)
        except accounts.LinkUsedUp:
            return _no_such_link()
        except accounts.PasswordTooWeak as refusal:
            form.password.errors = [str(refusal)]
    return _invitation_page(form, 422)


@pages.get("/password")
@requires(Permission.OWN_ACCOUNT)
def password(member: StaffMember) -> ResponseReturnValue:
    """The form to change one's own password."""
    return render_template("account/password.html", form=PasswordForm(), member=member)


@pages.post("/password")
@requires(Permission.OWN_ACCOUNT)
def change_password(member: StaffMember) -> ResponseReturnValue:
    """Change it, and end every session of the person, this one too."""
    form = PasswordForm()
    if form.validate_on_submit() and _changed(member, form):
        return sessions.end(make_response(render_template("account/ready.html", username=member.username)))
    return render_template("account/password.html", form=form, member=member), 422


def signed_out() -> ResponseReturnValue:
    """Where people go who are not signed in, or no longer: reading can wait, typed words cannot.

    Whoever has to set up how they sign in first is brought there.
    """
    due = sessions.has_something_due()
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("own_factors.overview" if due else "accounts.sign_in"), 303)
    note = typed_page.box_by_box() if request.blueprint in _BOX_BY_BOX else typed_page.sentences()
    return render_template("account/signed_out.html", note=note, due=due), 403


def _changed(member: StaffMember, form: PasswordForm) -> bool:
    clinic = sessions.this_clinic()
    try:
        old, new = typed(form.old), typed(form.password)
        if accounts.change_password(clinic, member, old, new, sessions.source()):
            return True
        form.old.errors = ["That is not the password you use now. Type it again"]
    except accounts.PasswordTooWeak as refusal:
        form.password.errors = [str(refusal)]
    except accounts.LockedOut:
        form.old.errors = ["Too many wrong passwords. Wait 15 minutes, then try again"]
    return False


def _ready(username: str, browser: Browser) -> Response:
    page = make_response(render_template("account/ready.html", username=username))
    return sessions.begin_known(page, browser.known_as)


def handed_link_page(form: HandedLinkForm, status: int = 200) -> ResponseReturnValue:
    """The page that takes the link somebody was handed: a script fills the box, or they paste it."""
    return render_template("account/link.html", form=form), status


def _opened(purposes: Collection[Purpose]) -> ResponseReturnValue:
    form = HandedLinkForm()
    if not form.validate_on_submit():
        return handed_link_page(form, 422)
    link = typed(form.link)
    purpose = accounts.link_purpose(sessions.this_clinic(), link)
    if purpose not in purposes:
        return _no_such_link()
    if purpose is Purpose.SETUP:
        return render_template("account/setup.html", form=SetupForm(formdata=None, data={"link": link}))
    return _invitation_page(InvitationForm(formdata=None, data={"link": link}))


def _invitation_page(form: InvitationForm, status: int = 200) -> ResponseReturnValue:
    is_first = accounts.link_purpose(sessions.this_clinic(), typed(form.link)) is not Purpose.RESET
    return render_template("account/invitation.html", form=form, is_first=is_first), status


def _no_such_link() -> ResponseReturnValue:
    return render_template("account/link_used_up.html"), 404


def _sign_in_page(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    clinic = sessions.this_clinic()
    page = render_template(
        "account/sign_in.html",
        form=form,
        setup_needed=accounts.setup_needed(clinic),
        passkey_address=address_of(clinic.settings).origin,
        provider_name=provider_name(),
        password_alone=not clinic.settings.sign_in_policy.second_factor,
    )
    return page, status


def _to(endpoint: str) -> Response:
    return make_response(redirect(url_for(endpoint), 303))
