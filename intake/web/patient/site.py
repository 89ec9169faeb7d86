"""The patient site, put together."""

from datetime import datetime

from flask import Flask
from flask_wtf.csrf import CSRFError

from intake.domain.signal_duty_typed import hours_said
from intake.services import clinic_settings, returning
from intake.services.answering import AlreadySent, Expired
from intake.services.asked_then import NotKept
from intake.services.clinic import PatientDesk
from intake.web.allowances import allow, refuse_unlimited
from intake.web.frame import new_site
from intake.web.guard import refuse_unmarked
from intake.web.languages import date_and_time
from intake.web.pace import keep_pace
from intake.web.patient.after_sending import after
from intake.web.patient.allowances import ALLOWANCES
from intake.web.patient.language_choice import offer_languages
from intake.web.patient.link_script import link_script
from intake.web.patient.look_choice import offer_looks
from intake.web.patient.questions import keeping_address, questions
from intake.web.patient.reply import cannot_be_asked, reply
from intake.web.patient.reply_medicines import reply_medicines
from intake.web.patient.reply_visits import token_gone
from intake.web.patient.returning import ways_back
from intake.web.patient.sending import sending
from intake.web.patient.start import start
from intake.web.patient.visits import (
    already_sent,
    gone,
    how_long,
    keep_desk,
    the_desk,
    unsaved_long,
    warning,
)


def create_patient_site(desk: PatientDesk) -> Flask:
    """The pages patients see. It holds the clinic's public key only, and opens nothing."""
    site = new_site(
        "patient",
        desk.settings,
        desk.keys.secret_key,
        now=lambda: the_desk().settings,
        lately=lambda: clinic_settings.lately(the_desk()),
    )
    keep_desk(site.extensions, desk)
    keep_pace(site)
    for pages in (start, questions, sending, after, ways_back, reply, reply_medicines, link_script):
        site.register_blueprint(pages)
    offer_languages(site)
    offer_looks(site)
    site.jinja_env.filters["when"] = _when
    site.jinja_env.filters["hours_said"] = hours_said
    site.context_processor(
        lambda: {
            "how_long": how_long(),
            "unsaved_long": unsaved_long(),
            "kept_days": returning.KEPT_DAYS,
            "warning": warning,
            "keeping": keeping_address,
        }
    )
    site.register_error_handler(Expired, gone)
    site.register_error_handler(AlreadySent, already_sent)
    site.register_error_handler(CSRFError, token_gone)
    site.register_error_handler(NotKept, cannot_be_asked)
    allow(site, ALLOWANCES)
    refuse_unmarked(site)
    refuse_unlimited(site)
    return site


def _when(at: datetime) -> str:
    """A moment by the clinic's clock, with the zone, as on the clinic's own papers."""
    local = the_desk().local(at)
    return f"{date_and_time(local)} {local.tzname()}"
