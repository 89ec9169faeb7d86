"""A browser without a screen: opens pages, sends forms, follows redirects, and looks at each page it gets."""

from urllib.parse import urljoin, urlsplit

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from intake.domain.questionnaire import Questionnaire
from intake.services.clinic import Clinic, PatientDesk
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from journeys.readers import IN_ENGLISH, AsItStands, Reader
from journeys.served import Form, Served

_REDIRECTS = {302, 303}


class Visitor:
    """One person's browser on one site."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._site = address
        self.status = 0
        self.page: Served

    @property
    def reader(self) -> Reader:
        """Who reads the page that is open."""
        return IN_ENGLISH

    def said(self, message: str, **values: object) -> AsItStands:
        """What stands for a message on a page they read. Raises NotTranslated."""
        return self.reader.said(message, **values)

    def question_in(self, questionnaire: Questionnaire, question: str) -> AsItStands:
        """What a question asks, in the words they read."""
        return AsItStands(self.reader.questions(questionnaire).question(question).ask)

    def open(self, address: str, *, expecting: int = 200) -> Served:
        """Follow a link or type an address."""
        return self._ask("GET", address, [], expecting)

    def follow(self, words: str) -> Served:
        """Follow the only link with these words."""
        links, words = self.page.links(), self.said(words)
        assert words in links, f"{self.page.address} has no link {words!r}, but {sorted(links)}"
        return self.open(links[words])

    def press(self, form: Form, button: str, *, expecting: tuple[int, ...] = (200,)) -> Served:
        """Send a form of this page with one of its buttons."""
        return self._ask(form.method.upper(), form.action, form.sent(button), *expecting)

    def send(self, form: Form, button: str) -> int:
        """Send a form and stay on the page it was on, as in another tab; the status of the answer."""
        status, _, _ = self._once(form.method.upper(), self._absolute(form.action), form.sent(button))
        return status

    def _ask(self, method: str, address: str, sent: list[tuple[str, str]], *expecting: int) -> Served:
        address = self._absolute(address)
        for _ in range(5):
            self.status, html, location = self._once(method, address, sent)
            if self.status not in _REDIRECTS:
                break
            assert location, f"{address} redirects to nowhere"
            method, sent, address = "GET", [], urljoin(address, location)
        assert self.status in expecting, f"{method} {address} answered {self.status}"
        self.page = Served(address, html)
        return self.page

    def _once(self, method: str, address: str, sent: list[tuple[str, str]]) -> tuple[int, str, str | None]:
        data: dict[str, list[str]] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        with self._client.open(
            urlsplit(address).path, method=method, base_url=self._site, data=data or None
        ) as response:
            html, location = response.get_data(as_text=True), response.headers.get("Location")
            return response.status_code, html, location

    def _absolute(self, address: str) -> str:
        here = self.page.address if hasattr(self, "page") else self._site
        found = urljoin(here, address)
        assert urlsplit(found).netloc == urlsplit(self._site).netloc, f"{found} is another site"
        return found


def on_the_patient_site(desk: PatientDesk) -> Visitor:
    """A browser on the patient site."""
    return Visitor(Client(create_patient_site(desk)), desk.settings.public_address)


def on_the_clinic_site(clinic: Clinic) -> Visitor:
    """A browser on the clinic site, which hangs under /clinic as in `make run`."""
    site = DispatcherMiddleware(Response(status=404), {"/clinic": create_clinic_site(clinic)})
    return Visitor(Client(site), clinic.settings.public_address)
