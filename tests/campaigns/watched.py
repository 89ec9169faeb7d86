"""The product in processes of its own, and whatever leaves it over a connection, kept to be looked into."""

import html
import http.client
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from campaigns.aviary import Aviary
from campaigns.sinks import ADDRESSES, COOKIES, HEADERS, Sinks, may_be_kept
from serving import Answered, Product

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Watched(Product):
    """``own`` are further settings."""

    def __init__(
        self, folder: Path, program: Sequence[str], sinks: Sinks, aviary: Aviary, own: Mapping[str, str]
    ) -> None:
        super().__init__(folder, program)
        self.sinks, self.aviary, self._own = sinks, aviary, own
        self.asked, self.kept = 0, list[str]()

    def ask(
        self,
        path: str,
        fields: Sequence[tuple[str, str]] | None = None,
        cookies: Mapping[str, str] | None = None,
        seconds: float = 60,
        *,
        looked_into: str = ADDRESSES,
    ) -> Answered:
        """As any product is asked. Looked into beside the headers: the address, the page, or neither."""
        headers = {"Connection": "close"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        port = self.clinic_port if path.startswith("/clinic") else self.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
        try:
            body = None if fields is None else urlencode(fields)
            connection.request("GET" if fields is None else "POST", path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        self.asked += 1
        self._catch(path, response, content, looked_into)
        given = [line.partition(";")[0].partition("=") for line in response.headers.get_all("Set-Cookie", [])]
        for name, _, value in given:
            # What Flask signs by itself holds no secret but the token of a page.
            if not name.endswith("_page") and len(value) > 20:
                self.aviary.keep(f"session {value[:4]} of {name}", value)
        return Answered(
            response.status,
            response.headers.get("Location", ""),
            {name: value for name, _, value in given},
            content.decode("utf-8", "replace"),
        )

    def _catch(self, path: str, response: http.client.HTTPResponse, content: bytes, looked_into: str) -> None:
        page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path.partition("?")[0])
        for name, value in response.headers.items():
            sink = {"Set-Cookie": COOKIES, "Location": ADDRESSES}.get(name, HEADERS)
            self.sinks.catch(sink, f"{name} of {page}", f"{name}: {value}")
        if looked_into:
            told = path if looked_into == ADDRESSES else content
            self.sinks.catch(looked_into, f"{response.status} {page}", told)
        if wrong := may_be_kept(path, dict(response.headers.items())):
            self.kept.append(f"{page} ({response.status}): {wrong}")

    def _own_settings(self) -> dict[str, str]:
        return super()._own_settings() | dict(self._own)


class Browser:
    """Somebody's browser without a screen, for either site: it keeps cookies and follows redirects."""

    def __init__(self, product: Watched, looked_into: str = ADDRESSES) -> None:
        self.product, self.looked_into = product, looked_into
        self.cookies: dict[str, str] = {}
        self.path, self.status, self.text = "/", 0, ""

    def open(self, path: str) -> str:
        """Ask for a page, and for the one it leads to."""
        return self._ask(path, None)

    def send(self, path: str, fields: Sequence[tuple[str, str]]) -> str:
        """Send a form with the token of the page that was opened last."""
        found = _TOKEN.search(self.text)
        token = [("csrf_token", html.unescape(found[1]))] if found else []
        return self._ask(path, [*(one for one in fields if one[0] != "csrf_token"), *token])

    def _ask(self, path: str, fields: Sequence[tuple[str, str]] | None) -> str:
        for _ in range(6):
            answered = self.product.ask(path, fields, self.cookies, looked_into=self.looked_into)
            self.cookies |= answered.cookies
            self.path, self.status, self.text = path, answered.status, answered.text
            if not answered.location or answered.status not in (301, 302, 303):
                break
            where = urlsplit(answered.location)
            path, fields = where.path + (f"?{where.query}" if where.query else ""), None
        return self.text


class Box:
    """One form of a page: where it goes, how, its fields in order, and which of them are typed in."""

    def __init__(self, action: str, method: str) -> None:
        self.action, self.method = action, method
        self.fields: list[tuple[str, str]] = []
        self.kinds: dict[str, str] = {}
        self.ticks: dict[str, str] = {}
        self.named: tuple[str, str] | None = None
        self.goes_on = False

    @property
    def button(self) -> tuple[str, str] | None:
        """What the button adds that is pressed."""
        return None if self.goes_on else self.named

    @property
    def shape(self) -> tuple[str, ...]:
        """What it is, whichever record it is about."""
        action = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "…", self.action.partition("?")[0])
        return (self.method, action, *sorted(self.kinds))


def boxes_on(text: str, path: str, *, every: bool = False) -> list[Box]:
    """The forms of a page in which something can be typed, or every form."""
    reader = _Reader(path)
    reader.feed(text)
    return [one for one in reader.found if every or one.kinds]


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.found: list[Box] = []
        self._path, self._open, self._select = path, False, ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self._open = True
            self.found.append(Box(given.get("action") or self._path, given.get("method", "get").lower()))
        elif tag == "option" and self._select and self._open:
            box = self.found[-1]
            if "selected" in given or (value and self._select not in dict(box.fields)):
                box.fields = [*(one for one in box.fields if one[0] != self._select), (self._select, value)]
        elif tag == "button" and self._open and not name:
            # The button that adds nothing goes on; the others put off, or begin a sentence.
            self.found[-1].goes_on |= given.get("type", "submit") == "submit"
        elif name and self._open:
            self._take(tag, name, value, given)

    def handle_data(self, data: str) -> None:
        if self._area:
            box = self.found[-1]
            box.fields = [(n, v + data if n == self._area else v) for n, v in box.fields]

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def _take(self, tag: str, name: str, value: str, given: Mapping[str, str]) -> None:
        box, kind = self.found[-1], given.get("type", "text")
        match tag, kind:
            case "select", _:
                self._select = name
            case "textarea", _:
                self._area = name
                box.fields.append((name, ""))
                box.kinds[name] = "words"
            case "button", _:
                box.named = box.named or (name, value)
            case "input", "hidden":
                box.fields.append((name, value))
            case "input", "radio":
                if name not in dict(box.fields):
                    box.fields.append((name, value))
            case "input", "checkbox":
                box.ticks.setdefault(name, value or "y")
                if "checked" in given:
                    box.fields.append((name, value or "y"))
            case "input", "file" | "submit":
                pass
            case "input", _ if "readonly" not in given:
                box.fields.append((name, value))
                box.kinds[name] = kind


def but(fields: Sequence[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    """The fields without those of these names."""
    return [one for one in fields if one[0] not in names]


def only(pattern: str, text: str) -> str:
    """What stands in a text where the pattern has its group."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, f"nothing like {pattern} is there"
    return found[1]
