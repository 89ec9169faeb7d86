"""Both sites as one WSGI application, for a clinic that runs everything on one machine.

The patient site answers at ``/`` and the clinic site under ``/clinic``; they share no
session, no cookie and no code above the services. A clinic may serve each on its own.
"""

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from intake.config import Settings
from intake.services.clinic import open_clinic, open_patient_desk
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site

CLINIC_PATH = "/clinic"


def application(settings: Settings) -> DispatcherMiddleware:
    """The whole product, opened on the instance the settings name."""
    patient_site = create_patient_site(open_patient_desk(settings))
    clinic_site = create_clinic_site(open_clinic(settings))
    return DispatcherMiddleware(patient_site, {CLINIC_PATH: clinic_site})
