"""The patient site, put together."""

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue

from intake.services import clinic_settings
from intake.services.answering import AlreadySent, Expired
from intake.services.asked_then import NotKept
from intake.services.clinic import PatientDesk
from intake.web.frame import new_site
from intake.web.guard import refuse_unmarked
from intake.web.patient.language_choice import offer_languages
from intake.web.patient.look_choice import offer_looks
from intake.web.patient.questions import questions
from intake.web.patient.reply import cannot_be_asked, reply
from intake.web.patient.reply_medicines import reply_medicines
from intake.web.patient.sending import sending
from intake.web.patient.start import start
from intake.web.patient.visits import gone, how_long, keep_desk, the_desk


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
    for pages in (start, questions, sending, reply, reply_medicines):
        site.register_blueprint(pages)
    offer_languages(site)
    offer_looks(site)
    site.context_processor(lambda: {"how_long": how_long()})
    site.register_error_handler(Expired, gone)
    site.register_error_handler(AlreadySent, _already_sent)
    site.register_error_handler(NotKept, cannot_be_asked)
    refuse_unmarked(site)
    return site


def _already_sent(_error: Exception) -> ResponseReturnValue:
    return redirect(url_for("sending.sent"), 303)
