"""Somebody at a browser on the clinic site, which hangs under /clinic as in `make run`."""

from urllib.parse import urljoin, urlsplit

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from journeys.served import TOKEN, look_once, parsed

SITE = "http://127.0.0.1:8000"
_IN_A_LINE = {"a", "strong", "span", "small", "svg"}


class Page:
    """A page that came back, already checked: valid HTML, one heading, a title."""

    def __init__(self, path, html):
        self.tree, errors = parsed(html)
        assert not errors, f"{path}: {errors[:3]}"
        self.h1, self.title = words(self.one("h1")), words(self.one("title"))
        assert self.h1, f"{path}: a page has a heading"
        assert self.title, f"{path}: a page has a title"

    def one(self, tag):
        """The only element of this kind."""
        (found,) = self.tree.iter(tag)
        return found

    def links(self):
        """Where each link leads, by its words."""
        return {words(a): a.get("href") for a in self.tree.iter("a")}


class Person:
    """One browser: it keeps its cookies and the token of the page it saw last."""

    def __init__(self, app):
        self.client = Client(DispatcherMiddleware(Response(status=404), {"/clinic": app}))
        self.response = None
        self.csrf = ""

    def open(self, path, **headers):
        """Follow a link; what comes back is checked as a page when it is one."""
        return self._took(self.client.get(_whole(path), base_url=SITE, headers=headers))

    def send(self, path, headers=None, **fields):
        """Send a form of the page seen last."""
        fields.setdefault("csrf_token", self.csrf)
        return self._took(self.client.post(_whole(path), base_url=SITE, data=fields, headers=headers))

    def open_link(self, link):
        """Open a link that was handed over: what stands behind the # is sent by a button."""
        path, _, secret = link.removeprefix(SITE.replace("8000", "8001")).partition("#")
        self.open(path)
        return self.send(path, link=secret)

    def follow(self):
        """Go where the last answer sends the browser."""
        path = urlsplit(urljoin(SITE, self.response.headers["Location"])).path
        return self._took(self.client.get(path, base_url=SITE))

    def sign_in(self, username, password):
        self.open("/sign-in")
        self.send("/sign-in", username=username, password=password)
        assert self.response.status_code == 303, self.response.text
        return self

    @property
    def status(self):
        return self.response.status_code

    @property
    def text(self):
        """The words of the page's main part, as one line."""
        return words(self.page.one("main"))

    @property
    def page(self):
        return Page(self.response.request.path, self.response.text)

    def _took(self, response):
        self.response = response
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            look_once(response.text, lambda: Page(response.request.path, response.text))
            if token := TOKEN.search(response.text):
                self.csrf = token[1]
        return response


def words(element):
    """The words in an element, as one line; what stands in a block of its own is set apart."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element):
    apart = "" if element.tag in _IN_A_LINE else " "
    yield apart + (element.text or "")
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield apart


def _whole(path):
    return path if path.startswith("/clinic") else f"/clinic{path}"
