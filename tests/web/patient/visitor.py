"""A patient's browser without a screen; it looks at every page it gets."""

from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from intake.services import answering
from intake.services.paths import pages_asked
from intake.web.patient.site import create_patient_site
from journeys.served import TOKEN, Served, look_once


class Visitor:
    """Keeps its cookies, the page it saw last, and that page's token."""

    def __init__(self, desk):
        self.desk = desk
        self.site = desk.settings.public_address
        self.client = Client(create_patient_site(desk))
        self.csrf = ""

    def open(self, address, **headers):
        """Type an address or follow a link."""
        path = urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()
        return self._took(self.client.get(path, base_url=self.site, headers=headers))

    def send(self, path, headers=None, /, **fields):
        """Send a form. A name's last `__` stands for the hyphen before a box: `reading__first`."""
        fields = {name.replace("__", "-"): value for name, value in fields.items()}
        fields.setdefault("csrf_token", self.csrf)
        sent = self.client.post(path, base_url=self.site, data=MultiDict(fields), headers=headers)
        self._took(sent)
        # What is to be looked at again comes back at the address it was sent to, as a page of its own.
        return self.open(path) if sent.headers.get("Location") == path else sent

    def follow(self):
        """Go where the last answer sends the browser."""
        assert self.status == 303, f"{self.status} is no redirect"
        return self.open(self.response.headers["Location"])

    def address(self, question):
        """Where a question is asked."""
        questionnaire = self.desk.library.questionnaire
        for part_number, part in enumerate(questionnaire.parts, start=1):
            for number, page in enumerate(part.pages, start=1):
                if any(one.id == question for one in page.questions):
                    return f"/f/{part_number}/{number}"
        raise KeyError(question)

    def ask(self, question):
        """Open the page of a question."""
        return self.open(self.address(question))

    def answer(self, question, **fields):
        """Send the page of a question."""
        return self.send(self.address(question), **fields)

    def skip_everything(self):
        """Press Continue on every page that is asked, as often as it takes."""
        while page := self._unseen():
            address = self.address(page.questions[0].id)
            self.send(address)
            if self.status == 422:
                names = [one.id for one in page.questions]
                self.send(address, noticed=[*names, "list"])
            assert self.status == 303

    def give_name_and_number(self):
        """What is needed before a form can be sent."""
        self.answer("first_name", first_name__words="Pat", last_name__words="Doe")
        self.answer("phone", phone__words="(555) 010-0142", message_ok="yes")

    @property
    def status(self):
        return self.response.status_code

    @property
    def location(self):
        return urlsplit(self.response.headers["Location"]).path

    @property
    def html(self):
        return self.response.text

    @property
    def page(self):
        return Served(self.response.request.path, self.response.text)

    @property
    def text(self):
        return self.page.text

    @property
    def problems(self):
        """What the summary at the top says is to be checked."""
        box = next((one for one in self.page.tree.iter("div") if one.get("id") == "errors"), None)
        return [] if box is None else ["".join(a.itertext()) for a in box.iter("a")]

    @property
    def token(self):
        cookie = self.client.get_cookie("intake_patient", domain=urlsplit(self.site).hostname)
        return cookie.value if cookie else ""

    @property
    def answers(self):
        return answering.find(self.desk, self.token).answers

    def _unseen(self):
        draft = answering.find(self.desk, self.token)
        evidence = self.desk.evidence(draft.answers)
        return next((page for page in pages_asked(evidence) if page.id not in draft.seen), None)

    def _took(self, response):
        self.response = response
        if response.mimetype == "text/html" and response.status_code not in (204, 303):
            # Every page: valid HTML, one heading, a title, labels, help, nothing inline.
            look_once(response.text, lambda: _look(Served(response.request.path, response.text)))
            if token := TOKEN.search(response.text):
                self.csrf = token[1]
        return response


def _look(page):
    list(page.forms())
    _refuse_inline(page)
    assert {page.links()["988"], page.links()["911"]} == {"tel:988", "tel:911"}


def _refuse_inline(page):
    """A style or a script in a page would be refused by the browser, and ours have none.

    A script in a file of this site's is not in the page.
    """
    for element in page.tree.iter():
        names = [name for name in element.attrib if name.startswith("on") or name == "style"]
        in_a_file = element.get("src", "").startswith("/static/") and not element.text
        inline = element.tag == "style" or (element.tag == "script" and not in_a_file)
        assert not inline and not names, f"{element.tag} {names}"
