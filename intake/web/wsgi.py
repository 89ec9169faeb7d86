"""Both sites as one WSGI application, for a clinic that runs everything on one machine.

The patient site answers at ``/`` and the clinic site under ``/clinic``; they share no
session, no cookie and no code above the services. A clinic may serve each on its own.
"""

from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from intake.config import Settings
from intake.services.clinic import open_clinic, open_patient_desk
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CLINIC_PATH = "/clinic"


def application(settings: Settings) -> "WSGIApplication":
    """The whole product, opened on the instance the settings name."""
    patient_site = create_patient_site(open_patient_desk(settings))
    clinic_site = create_clinic_site(open_clinic(settings))
    return behind_proxies(DispatcherMiddleware(patient_site, {CLINIC_PATH: clinic_site}), settings)


def behind_proxies(site: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """The same, told by the proxies before it whom each request comes from; by nobody when there are none.

    Where from, and nothing else: names and scheme are those of ``public_address``, whatever is said.
    """
    if not settings.trusted_proxies:
        return site
    return ProxyFix(site, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
