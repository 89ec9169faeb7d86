"""Sends both sites what nobody should send, some hundred thousand times: never a crash, never a hang.

Three kinds of requests, by everybody there is (a stranger, a patient in the middle of a form, staff of each
role): nearly right ones, drawn from a description of the sites that is read off their own pages (OpenAPI);
wrong ones to addresses that exist; and wholly made-up ones. Whatever is sent, the answer is one of ours: no
5xx, within two seconds, nothing that was sent comes back as markup or as a header. The controls are pages
that cannot take what is no number.
"""

import logging
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import CookieError
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask import request as flask_request
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client, TestResponse

from campaigns.described import Schema, described, filled
from campaigns.hasty import at_any_speed
from campaigns.payloads import BODIES, DATES, HEADERS, MARK, METHODS, NUMBERS, PATHS, TEXTS
from campaigns.reports import end, report
from copies import PASSWORD, Copy, make_copy, staff
from exchanging import LIBRARY
from intake.domain.permissions import Role
from intake.storage import submissions
from intake.web import guard
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from sending import fill_in, send_at_once

_LONGEST = 2.0  # seconds; in one process, beside nothing else
_AFRESH = 400  # after so many requests everybody is signed in anew, to records as they were
_WEAK = 20
_SITE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SPOILED = re.compile(rf"<script>{MARK}|<img src={MARK}|<svg/onload={MARK}|49{MARK}|<class '")


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass
class Somebody:
    """One browser, and the site it looks at."""

    name: str
    site: Flask
    description: Schema
    client: Client
    csrf: str = ""


class Stage:
    """One small clinic with some forms in it, and everybody who might send something."""

    def __init__(self, folder: Path) -> None:
        self.copy: Copy = make_copy(folder, LIBRARY)
        for role in Role:
            staff(self.copy.clinic, role.value, f"{role.value.title()} Person", role)
        for _ in range(3):
            send_at_once(self.copy.desk)
        with self.copy.clinic.database.read() as session:
            self.forms = submissions.ids(session)
        with at_any_speed():
            self.sites = create_patient_site(self.copy.desk), create_clinic_site(self.copy.clinic)
        self._database = Path(str(self.copy.clinic.database.url.database))
        self._kept = self._database.with_suffix(".kept")
        self._keep()
        self.descriptions = self._described()
        self.people: list[Somebody] = []

    def begin_afresh(self) -> None:
        """Records as they were at first, and everybody signed in."""
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()
        for beside in ("-wal", "-shm"):
            self._database.with_name(f"{self._database.name}{beside}").unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._database)
        self.people = [*self._patients(), *self._staff()]

    def close(self) -> None:
        """Close what is open."""
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()

    def _keep(self) -> None:
        self.copy.clinic.database.empty_log()
        self.close()
        shutil.copyfile(self._database, self._kept)

    def _described(self) -> tuple[Schema, Schema]:
        patient, clinic = self.sites
        self.descriptions = ({"paths": {}}, {"paths": {}})
        self.begin_afresh()
        pages: dict[str, list[TestResponse]] = {"patient": [], "clinic": []}
        for one in self.people:
            which = "patient" if one.site is patient else "clinic"
            for rule in one.site.url_map.iter_rules():
                if "GET" in (rule.methods or set()):
                    path = filled(_as_template(rule.rule), self._value_of)
                    pages[which].append(_asked(one, path))
        return described("patient", patient, pages["patient"]), described("clinic", clinic, pages["clinic"])

    def _value_of(self, part: str) -> object:
        return self.forms[0] if part == "submission" else 1

    def _patients(self) -> Iterator[Somebody]:
        site, description = self.sites[0], self.descriptions[0]
        stranger = Somebody("stranger", site, description, Client(site))
        _asked(stranger, "/")
        yield stranger
        writing = Somebody("patient", site, description, Client(site))
        writing.client.set_cookie("intake_patient", fill_in(self.copy.desk), domain="127.0.0.1")
        yield writing

    def _staff(self) -> Iterator[Somebody]:
        site, description = self.sites[1], self.descriptions[1]
        yield Somebody("nobody", site, description, Client(site))
        for role in Role:
            one = Somebody(role.value, site, description, Client(site))
            _asked(one, "/sign-in")
            data = {"csrf_token": one.csrf, "username": role.value, "password": PASSWORD}
            one.client.post("/sign-in", data=data, base_url=_SITE)
            _asked(one, "/")
            yield one


def _as_template(rule: str) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def _asked(one: Somebody, path: str) -> TestResponse:
    page = one.client.get(path, base_url=_SITE)
    if page.mimetype == "text/html" and (token := _TOKEN.search(page.text)):
        one.csrf = token[1]
    return page


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it is made."""

    kind: str
    method: str
    path: str
    options: dict[str, Any]


class Fuzzer:
    """Makes requests up, the same ones for the same seed."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self._stage, self._chance = stage, chance

    def request(self, one: Somebody) -> Sent:
        """The next request of somebody."""
        match self._chance.random():
            case chance if chance < 0.6:
                return self._nearly_right(one)
            case chance if chance < 0.85:
                return self._wrong(one)
            case _:
                return self._made_up(one)

    def _nearly_right(self, one: Somebody) -> Sent:
        path, operations = self._chance.choice(list(one.description["paths"].items()))
        methods = [name for name in ("get", "post") if name in operations]
        method = self._chance.choice(methods or ["get"])
        options: dict[str, Any] = {}
        if method == "post":
            body = operations["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
            options["data"] = self._form(one, body["schema"]["properties"])
        return Sent("nearly right", method.upper(), filled(path, self._part), options)

    def _form(self, one: Somebody, properties: Schema) -> MultiDict[str, str]:
        fields = MultiDict[str, str]()
        for name, schema in properties.items():
            if self._chance.random() < 0.1:
                continue
            for _ in range(self._chance.choice((1, 1, 1, 1, 2, 7))):
                fields.add(name, self._value(name, schema))
        if self._chance.random() < 0.1:
            fields.add(
                self._chance.choice((*TEXTS[:6], "role", "is_admin", "csrf_token")),
                self._chance.choice(TEXTS),
            )
        if self._chance.random() < 0.9:
            fields.setlist("csrf_token", [one.csrf])
        return fields

    def _value(self, name: str, schema: Schema) -> str:
        good = self._chance.random() < 0.6
        if good and schema.get("enum"):
            return str(self._chance.choice(schema["enum"]))
        if good and schema.get("format") == "date":
            return "1988-07-04"
        if good:
            return (
                PASSWORD
                if "password" in name
                else self._chance.choice(("Pat", "7", "555-010-0142", "158/96", ""))
            )
        return self._chance.choice((*TEXTS, *NUMBERS, *DATES))

    def _part(self, name: str) -> object:
        good = {"submission": self._chance.choice(self._stage.forms)}
        if self._chance.random() < 0.9:
            return good.get(name, self._chance.choice((1, 2, 0, "rules")))
        return self._chance.choice((*PATHS, *NUMBERS[:3]))

    def _wrong(self, one: Somebody) -> Sent:
        sent = self._nearly_right(one)
        headers = self._chance.sample(HEADERS, self._chance.randint(1, 4))
        method = self._chance.choice((sent.method, sent.method, *METHODS))
        options = dict(sent.options) | {"headers": headers}
        if self._chance.random() < 0.4:
            options = {"headers": headers, "data": self._chance.choice(BODIES)}
        if self._chance.random() < 0.3:
            options["query_string"] = self._chance.choice(
                ("a=" + "b" * 3000, "%", "next=//evil", f"q={MARK}&&=", "\x7f")
            )
        return Sent("wrong", method, sent.path, options)

    def _made_up(self, one: Somebody) -> Sent:
        path = "/" + "/".join(self._chance.choices((*PATHS, "form", "f", "1", "submissions", "..", ""), k=3))
        if self._chance.random() < 0.5:
            path = f"{filled(self._chance.choice(list(one.description['paths'])), self._part)}{path}"
        headers = self._chance.sample(HEADERS, self._chance.randint(0, 3))
        data = self._chance.choice(BODIES)
        return Sent("made up", self._chance.choice(METHODS), path, {"headers": headers, "data": data})


def _made(one: Somebody, sent: Sent, seen: Seen) -> None:
    begun = time.monotonic()
    where = f"{one.name}: {sent.method[:12]} {sent.path[:80]!r}"
    try:
        response = one.client.open(sent.path, method=sent.method, base_url=_SITE, **sent.options)
    except (UnicodeError, CookieError, ValueError) as error:
        # A browser's own side could not make it: it never reached the site, unless the traceback leads there.
        if _in_the_product(error):
            seen.faults.append(f"{where}: {type(error).__name__} got out")
        return
    taken = time.monotonic() - begun
    seen.requests += 1
    seen.kinds[sent.kind] += 1
    seen.statuses[response.status_code] += 1
    seen.slowest = max(seen.slowest, taken)
    if response.status_code >= 500:
        seen.faults.append(f"{where}: {response.status_code}")
    if taken > _LONGEST:
        seen.faults.append(f"{where}: {taken:.1f} seconds")
    if MARK in str(response.headers):
        seen.faults.append(f"{where}: what was sent is in a header")
    if response.mimetype == "text/html" and response.status_code != 304:
        page = response.text
        if _SPOILED.search(page) or "Traceback" in page:
            seen.faults.append(f"{where}: what was sent came back as more than words")
        if sent.method == "GET" and (token := _TOKEN.search(page)):
            one.csrf = token[1]
    response.close()


def _in_the_product(error: BaseException) -> bool:
    traceback = error.__traceback__
    while traceback is not None:
        if "/intake/" in traceback.tb_frame.f_code.co_filename:
            return True
        traceback = traceback.tb_next
    return False


def campaign(stage: Stage, requests: int, seed: int, told: Callable[[int], None] = lambda _: None) -> Seen:
    """So many requests to the sites of a stage; what was seen."""
    seen, chance = Seen(), random.Random(seed)
    fuzzer = Fuzzer(stage, chance)
    while seen.requests < requests:
        stage.begin_afresh()
        before = seen.requests
        for _ in range(min(_AFRESH, requests - seen.requests)):
            one = chance.choice(stage.people)
            _made(one, fuzzer.request(one), seen)
        told(seen.requests - before)
    return seen


def weaken(stage: Stage) -> None:
    """The control: pages that take a number, and nothing else."""
    site = stage.sites[0]
    site._got_first_request = False

    @guard.open_to_all
    def weak() -> str:
        return str(int(flask_request.form.get("number", "1")))

    schema = {"type": "object", "properties": {"number": {"type": "string"}}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    for number in range(_WEAK):
        site.add_url_rule(f"/weak/{number}", f"weak_{number}", weak, methods=["POST"])
        stage.descriptions[0]["paths"][f"/weak/{number}"] = {"post": {"requestBody": body}}


@contextmanager
def quiet() -> Iterator[None]:
    """Without a line of the log for each refusal."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@click.command(help=__doc__)
@click.option("--requests", default=300_000, show_default=True, help="How many requests are made.")
@click.option("--control", default=3_000, show_default=True, help="Requests to a site with a mistake.")
@click.option("--seed", type=int, help="Repeat the requests of an earlier campaign.")
def main(requests: int, control: int, seed: int | None) -> None:
    """Exit code 1 when an answer was not one of ours, or when the control looked clean."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    with (
        quiet(),
        tempfile.TemporaryDirectory(prefix="intake-fuzzing-") as folder,
        click.progressbar(length=requests, label="Fuzzing") as bar,
    ):
        stage = Stage(Path(folder))
        seen = campaign(stage, requests, seed, bar.update)
        weaken(stage)
        weak = campaign(stage, control, seed)
        stage.close()
    statuses = {f"status {status}": times for status, times in sorted(seen.statuses.items())}
    kinds = {kind.replace(" ", "_"): times for kind, times in seen.kinds.items()}
    end(
        report(
            "fuzzing",
            seed=seed,
            begun=begun,
            figures={
                "requests": seen.requests,
                **kinds,
                "slowest_seconds": round(seen.slowest, 2),
                **statuses,
            },
            control={"requests": weak.requests, "faults_found": len(weak.faults)},
            noticed=any("/weak" in fault for fault in weak.faults),
            faults=tuple(dict.fromkeys(seen.faults))[:100],
        )
    )


if __name__ == "__main__":
    main()
