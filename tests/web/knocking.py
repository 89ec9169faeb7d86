"""Both sites as a stranger knocks at them: every address, and everything that is sent as it comes."""

import re
from contextlib import contextmanager
from uuid import uuid4

from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from web.clinic.routes import every_address

SITES = ("patient", "clinic")
AT = "http://127.0.0.1:8000"
FORM = "application/x-www-form-urlencoded"
# Names that some addresses have and VALUES of the routes does not.
_PARTS = {"submission": (uuid4(),)} | dict.fromkeys(("since", "given", "checked", "step"), ("none",))


class BothSites:
    """The two applications, each with its addresses."""

    def __init__(self, copy):
        self.copy = copy
        self.apps = {"patient": create_patient_site(copy.desk), "clinic": create_clinic_site(copy.clinic)}

    def client(self, site):
        """A browser that was never there."""
        return self.apps[site].test_client()

    def ask(self, site, path, method="GET", **how):
        """One request by a new browser."""
        return self.client(site).open(path, method=method, base_url=AT, **how)

    def addresses(self, site, *methods):
        """Every address of a site that is asked for so."""
        return [one for one in every_address(self.apps[site], _PARTS) if not methods or one.method in methods]

    @contextmanager
    def breaking(self, site, error):
        """While every page of a site breaks with this error."""
        app, views = self.apps[site], dict(self.apps[site].view_functions)

        def broken(**_address):
            raise error

        app.view_functions.update(dict.fromkeys(views, broken))
        try:
            yield app.test_client()
        finally:
            app.view_functions.update(views)


def token_in(page):
    """The token of the form on a page."""
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
