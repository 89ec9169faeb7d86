"""From where people of the clinic come: who is outside its lists of networks meets a page that says so."""

from collections.abc import Collection

from flask import Flask, request

from intake.domain.networks import Work
from intake.domain.permissions import ADMINISTRATION, Permission, StaffMember
from intake.services import staff_networks
from intake.web.clinic import sessions
from intake.web.why import Why, refuse


def let_in_from_the_clinic(app: Flask) -> None:
    """Refuse every page of the site to whoever comes from outside, before anything else is asked of them."""

    @app.before_request
    def look() -> None:
        # What the page that says so looks like is no secret.
        if request.endpoint == "static":
            return
        clinic = sessions.as_opened()
        if staff_networks.keep_out(clinic, sessions.source(), Work.CLINIC):
            staff_networks.record_somebody(clinic, sessions.token(), Work.CLINIC)
            refuse(403, Why.OUTSIDE_CLINIC)


def look_where(member: StaffMember, permissions: Collection[Permission]) -> None:
    """Refuse what administrators alone may do to whoever is outside the networks for that."""
    if not ADMINISTRATION.isdisjoint(permissions):
        clinic = sessions.as_opened()
        if staff_networks.keep_out(clinic, sessions.source(), Work.ADMINISTRATION):
            staff_networks.record(clinic, member, Work.ADMINISTRATION)
            refuse(403, Why.OUTSIDE_ADMINISTRATION)
