"""A browser that asks a site for every page there is, and keeps what came of each."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from copies import PASSWORD, shipped
from intake.services import accounts
from intake.services.clinic import Clinic
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys
from intake.web.clinic.site import create_clinic_site
from web.clinic.canaries import SeededClinic
from web.clinic.routes import Address, FoundForm, every_address, forms_in
from web.clinic.watching import Transaction, Watch

SITE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Answered:
    """What came back for one address: its words and headers, and what it took to make them.

    ``sent`` is what was typed into its form by whoever asked.
    """

    address: Address
    status: int
    type: str
    told: str
    body: str
    transactions: tuple[Transaction, ...] = ()
    sent: str = ""

    def __str__(self) -> str:
        return f"{self.address.method} {self.address.endpoint} ({self.status})"


class Walker:
    """Somebody at a browser, with a copy of the seeded clinic of their own; nobody without ``username``."""

    def __init__(
        self, seeded: SeededClinic, folder: Path, username: str = "", watch: Watch | None = None
    ) -> None:
        self._seeded, self._watch = seeded, watch
        self.clinic = _copied(seeded, folder)
        self.site = create_clinic_site(self.clinic)
        # What another site sends is refused elsewhere (test_who_may); here every form gets through.
        self.site.config["WTF_CSRF_ENABLED"] = False
        self._client = Client(DispatcherMiddleware(Response(status=404), {"/clinic": self.site}))
        self._username = username
        self.enter()

    def enter(self) -> None:
        """Sign in, if this is somebody."""
        if self._username:
            token = accounts.sign_in(self.clinic, self._username, PASSWORD, "here")
            self._client.set_cookie("intake_clinic", str(token), domain="127.0.0.1", path="/clinic")

    def addresses(self) -> list[Address]:
        """Every address of the site, of every submission there is."""
        values = {
            "submission": tuple(self._seeded.submissions.values()),
            "transcription": tuple(self._seeded.papers.values()),
        }
        return every_address(self.site, values)

    def ask(self, address: Address, fields: Mapping[str, str] | None = None, method: str = "") -> Answered:
        """Ask for one page."""
        if self._watch is not None:
            self._watch.taken()
        response = self._client.open(
            f"/clinic{address.path}", method=method or address.method, base_url=SITE, data=dict(fields or {})
        )
        # Also what is no text: words in a file are looked for as far as they stand in it as they are.
        body = response.get_data().decode("utf-8", "replace")
        told = f"{response.request.path}\n{response.headers}\n{body}"
        transactions = self._watch.taken() if self._watch is not None else ()
        response.close()
        sent = "\n".join((fields or {}).values())
        status, kind = response.status_code, response.mimetype or ""
        return Answered(address, status, kind, told, body, transactions, sent)

    def walk(self, forms: Mapping[str, FoundForm]) -> Iterator[Answered]:
        """Every address, its form filled in when there is one among ``forms``."""
        for address in self.addresses():
            found = forms.get(address.path) if address.method == "POST" else None
            yield self.ask(address, found.fields if found else None)


def gather_forms(answers: list[Answered]) -> dict[str, FoundForm]:
    """The forms that stand on these pages, by the path they are sent to."""
    found: dict[str, FoundForm] = {}
    for one in answers:
        if one.type == "text/html":
            for form in forms_in(one.body, one.address.path, PASSWORD):
                path = urlsplit(form.action).path.removeprefix("/clinic")
                found.setdefault(path, replace(form, action=path))
    return found


def _copied(seeded: SeededClinic, folder: Path) -> Clinic:
    before = seeded.copy.settings
    instance = folder / "instance"
    shutil.copytree(before.instance, instance)
    settings = replace(before, instance=instance, database_url=f"sqlite:///{instance / 'intake.db'}")
    keys = read_clinic_keys(instance / "keys")
    return Clinic(settings, Database(settings.database_url), shipped(before), keys, seeded.copy.clock)


def health_data(seeded: SeededClinic, answered: Answered) -> frozenset[str]:
    """The places whose words came back, in any part of the answer; and anybody's own dates and numbers."""
    figures = {
        f"{who}:figure:{figure}"
        for who, figures in seeded.figures.items()
        for figure in figures
        if figure in answered.body
    }
    return seeded.canaries.found(answered.told) | figures


def planted(site: Flask, path: str, view) -> None:
    """Add a page to a site that has been put together: a test's own mistake, to be found."""
    site.add_url_rule(path, f"planted.{len(site.view_functions)}", view)
