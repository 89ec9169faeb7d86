"""Both sites behind one address, for a browser that goes from one to the other."""

from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from intake.services.clinic import Clinic, PatientDesk
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def both(desk: PatientDesk, clinic: Clinic) -> "WSGIApplication":
    """As a proxy shows them to people: the patients' at the top, the clinic's under /clinic."""
    return DispatcherMiddleware(create_patient_site(desk), {"/clinic": create_clinic_site(clinic)})
