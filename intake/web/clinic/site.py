"""The clinic's site, put together: its pages, its guard, and the words its pages are written in."""

from datetime import datetime

from flask import Flask, g, request

from intake.domain.permissions import Permission, Role
from intake.domain.publications import Standing
from intake.services.clinic import Clinic
from intake.web.clinic import (
    asking,
    entry,
    feedback,
    figures,
    impact,
    overlay_report,
    persons,
    proposals,
    reading,
    rules,
    sessions,
    signing,
    staff,
    views,
)
from intake.web.frame import date_and_time, new_site
from intake.web.guard import Door, keep_door, refuse_unmarked

ROLES = {
    Role.FRONT_DESK: "Front desk",
    Role.CLINICIAN: "Clinician",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
}

STANDINGS = {
    Standing.PROPOSED: "Waits for a second person",
    Standing.SCHEDULED: "Scheduled",
    Standing.IN_FORCE: "In force",
    Standing.SUPERSEDED: "No longer in force",
    Standing.WITHDRAWN: "Withdrawn",
}


def create_clinic_site(clinic: Clinic) -> Flask:
    """The site for the people of the clinic. Refuses to start with a page nobody guards."""
    app = new_site("clinic", clinic.settings, clinic.keys.secret_key)
    app.extensions[sessions.CLINIC] = clinic
    keep_door(app, Door(sessions.whoever, entry.signed_out))
    for part in (
        views,
        signing,
        asking,
        feedback,
        entry,
        staff,
        rules,
        proposals,
        impact,
        figures,
        persons,
    ):
        app.register_blueprint(part.pages)
    _teach_words(app, clinic)
    refuse_unmarked(app)
    return app


def _teach_words(app: Flask, clinic: Clinic) -> None:
    def when(at: datetime) -> str:
        """A moment by the clinic's clock, with the zone: 21 CFR 11.50 asks for both."""
        local = clinic.local(at)
        return f"{date_and_time(local)} {local.tzname()}"

    app.jinja_env.filters.update(
        when=when,
        ago=lambda at: ago(at, clinic.now()),
        short=lambda edition: edition[:8],
        priority=reading.PRIORITIES.__getitem__,
        checked=reading.CHECKED.__getitem__,
        role=ROLES.__getitem__,
        said=reading.SAID.__getitem__,
        percent=figures.percent,
        standing=STANDINGS.__getitem__,
        sentence=lambda words: words if words.endswith((".", "!", "?")) else f"{words}.",
    )
    app.jinja_env.tests["answered"] = reading.was_answered
    app.jinja_env.globals["exchanged"] = asking.exchanged
    app.jinja_env.globals["place_of_answer"] = asking.place_of_answer
    app.jinja_env.globals["overlay_report"] = overlay_report.overlay_report
    app.jinja_env.globals["linked_to"] = persons.linked_to

    @app.context_processor
    def signed_in() -> dict[str, object]:
        return {"me": g.get("member"), "Permission": Permission, "at_page": request.endpoint}


def ago(at: datetime, now: datetime) -> str:
    """How long something has waited, as roughly as a person would say it."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if days := minutes // (24 * 60):
        return "1 day" if days == 1 else f"{days} days"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
