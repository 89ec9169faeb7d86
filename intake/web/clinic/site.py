"""The clinic's site, put together: its pages, its guard, and the words its pages are written in."""

from datetime import datetime

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from intake.domain.basis import LIMITS, PURPOSE
from intake.domain.permissions import Permission, Role
from intake.domain.publications import Standing
from intake.domain.signal_duty_typed import hours_said
from intake.domain.wording import long_date
from intake.services import clinic_settings, request_words
from intake.services.clinic import Clinic
from intake.services.dead_letters import State
from intake.services.review_told import taken_up_told
from intake.services.wrong_passwords import NotCounted
from intake.web.allowances import allow, allow_longer_query, refuse_unlimited
from intake.web.clinic import (
    acting,
    asking,
    blank_forms,
    claims,
    desk,
    emergency,
    entry,
    exports,
    feedback,
    figures,
    finding,
    impact,
    junk,
    mail,
    networks,
    overlay_report,
    own_account,
    own_app,
    own_factors,
    papers,
    people,
    persons,
    proposals,
    provider,
    queue,
    reading,
    requests,
    rules,
    safety_signals,
    second_steps,
    sessions,
    settings,
    settings_lines,
    settings_signal,
    settling,
    signing,
    staff,
    start_codes,
    statistics,
    step_up,
    trail,
    transcribing,
    viewing,
    views,
    ways_back,
)
from intake.web.clinic.allowances import ALLOWANCES, LONGEST_ANSWER_OF_A_PROVIDER
from intake.web.clinic.forms import DONE_WORDS
from intake.web.frame import clock, new_site
from intake.web.guard import Door, keep_door, refuse_unmarked
from intake.web.languages import date_and_time
from intake.web.pace import keep_pace

ROLES = {
    Role.FRONT_DESK: "Front desk",
    Role.CLINICIAN: "Clinician",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
    Role.TRANSCRIBER: "Transcriber",
}

STANDINGS = {
    Standing.PROPOSED: "Waits for a second person",
    Standing.SCHEDULED: "Scheduled",
    Standing.IN_FORCE: "In force",
    Standing.SUPERSEDED: "No longer in force",
    Standing.WITHDRAWN: "Withdrawn",
}

# One a line: each part of the clinic's work adds its own.
_PARTS = (
    views,
    queue,
    junk,
    finding,
    claims,
    viewing,
    signing,
    asking,
    blank_forms,
    acting,
    requests,
    papers,
    exports,
    feedback,
    entry,
    own_account,
    second_steps,
    own_factors,
    own_app,
    staff,
    people,
    provider,
    emergency,
    desk,
    ways_back,
    trail,
    rules,
    proposals,
    impact,
    figures,
    persons,
    settings,
    settings_lines,
    mail,
    settings_signal,
    safety_signals,
    start_codes,
    statistics,
    transcribing,
    settling,
)


# When counting works again nobody can say; a minute is what its page says, too.
_LATER_SECONDS = 60


def create_clinic_site(clinic: Clinic) -> Flask:
    """The site for the people of the clinic. Refuses to start with a page nobody guards."""
    app = new_site(
        "clinic",
        clinic.settings,
        clinic.keys.secret_key,
        now=lambda: sessions.this_clinic().settings,
        lately=lambda: clinic_settings.lately(sessions.this_clinic()),
    )
    app.extensions[sessions.CLINIC] = clinic
    networks.let_in_from_the_clinic(app)
    keep_pace(app)
    keep_door(
        app,
        Door(sessions.whoever, entry.signed_out, step_up.ask_again, networks.look_where, sessions.paced),
    )
    for part in _PARTS:
        app.register_blueprint(part.pages)
    _teach_words(app, clinic)
    _try_again_later(app)
    allow(app, ALLOWANCES)
    allow_longer_query(app, "provider.back", LONGEST_ANSWER_OF_A_PROVIDER)
    refuse_unmarked(app)
    refuse_unlimited(app)
    return app


def _try_again_later(app: Flask) -> None:
    @app.errorhandler(NotCounted)
    def not_counted(_error: NotCounted) -> ResponseReturnValue:
        # No fault of whoever proves who they are: what they typed comes back, to be sent once more.
        later = ServiceUnavailable(retry_after=_LATER_SECONDS)
        answer: ResponseReturnValue = app.handle_http_exception(later)
        return answer


def _teach_words(app: Flask, clinic: Clinic) -> None:
    def when(at: datetime) -> str:
        """A moment by the clinic's clock, with the zone: 21 CFR 11.50 asks for both."""
        local = clinic.local(at)
        return f"{date_and_time(local)} {local.tzname()}"

    app.jinja_env.filters.update(
        when=when,
        day=long_date,
        done=DONE_WORDS.__getitem__,
        changed_since=acting.changed_since,
        taken_up=taken_up_told,
        ago=lambda at: ago(at, clinic.now()),
        ahead=lambda at: ago(clinic.now(), at),
        days=lambda at: (clinic.now() - at).days,
        clock=lambda at: clock(clinic.local(at)),
        on_the_day=lambda at: long_date(clinic.local(at).date()),
        short=lambda edition: edition[:8],
        priority=reading.PRIORITIES.__getitem__,
        checked=reading.CHECKED.__getitem__,
        truth=reading.TRUTHS.__getitem__,
        outcome=reading.OUTCOMES.__getitem__,
        role=ROLES.__getitem__,
        says=reading.SAID.__getitem__,
        signed_with=signing.SIGNED_WITH.__getitem__,
        percent=figures.percent,
        standing=STANDINGS.__getitem__,
        asked_for=request_words.asked,
        asked_in_short=requests.in_short,
        way=request_words.WAYS.__getitem__,
        request_outcome=request_words.OUTCOMES.__getitem__,
        request_status=request_words.STATUSES.__getitem__,
        kept=lambda kept: settling.KEPT[kept].lower(),
        desk_status=desk.STATUSES.__getitem__,
        may_leave_message=desk.MESSAGES.__getitem__,
        code_state=start_codes.STATES.__getitem__,
        signal_deed=safety_signals.DEEDS.__getitem__,
        hours_said=hours_said,
        sentence=lambda words: words if words.endswith((".", "!", "?")) else f"{words}.",
    )
    app.jinja_env.tests["answered"] = reading.was_answered
    app.jinja_env.globals["exchanged"] = asking.exchanged
    app.jinja_env.globals["place_of_answer"] = asking.place_of_answer
    app.jinja_env.globals["overlay_report"] = overlay_report.overlay_report
    app.jinja_env.globals.update(purpose=PURPOSE, limits=LIMITS)
    app.jinja_env.globals.update(hold_of=claims.hold_of, take_over_form=claims.take_over_form)
    app.jinja_env.globals["junk_mark"] = junk.mark_of
    app.jinja_env.globals["whole_form"] = acting.whole_form
    app.jinja_env.globals.update(mail_state=mail.mail_state, MailStates=State)

    @app.context_processor
    def signed_in() -> dict[str, object]:
        return {"me": g.get("member"), "Permission": Permission, "at_page": request.endpoint}


def ago(at: datetime, now: datetime) -> str:
    """How long something has waited, as roughly as a person would say it."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if days := minutes // (24 * 60):
        return "1 day" if days == 1 else f"{days} days"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
