"""Asks for every address of both sites as everybody there is, in every way: what has to happen, happens.

A cell is one request: who asks, how (each method), for which address and about whose form, with which token
of a page, from where (Fetch Metadata), and how long ago whoever is signed in proved that it is them. What
must come of it is worked out by ``must`` from the marks each page carries (``guard.who_may`` and others) and
from nothing the pages do. Also: whoever is refused, or asked again, leaves nothing in the audit trail, and a
patient's words come to nobody but the patient and whoever may review. The controls are a page whose mark
stands where it stood and guards nothing any more, and a site that asks nobody again.
"""

import inspect
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import product
from pathlib import Path
from uuid import uuid4

import click
from flask import Flask, g
from werkzeug.test import Client, TestResponse

from campaigns.fuzzing import quiet
from campaigns.hasty import at_any_speed
from campaigns.reports import end, report
from copies import make_copy, staff
from exchanging import FORM, LIBRARY
from intake.domain.permissions import Permission, Role, StaffMember
from intake.services import answering
from intake.storage import accounts, audit, authenticator_apps, staff_sessions, submissions
from intake.web import guard
from intake.web.clinic.site import create_clinic_site
from intake.web.guard import EVERYONE, asks_at_once, is_sensitive, who_may
from intake.web.patient.site import create_patient_site
from sending import fill_in, send_at_once
from web.clinic.routes import every_address

_AT = "http://127.0.0.1:8000"
_SECRET = "Quetzalcoatlus"
_PATS = f"{FORM}, more: {_SECRET}"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
# From where a page is asked for, and whether it may be.
_READ_FROM = {
    "an old browser": ({}, True),
    "this site": ({"Sec-Fetch-Site": "same-origin", **_NAVIGATES}, True),
    "a link elsewhere": ({"Sec-Fetch-Site": "cross-site", **_NAVIGATES}, True),
    "a frame elsewhere": (
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        False,
    ),
    "a picture elsewhere": (
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        False,
    ),
}
_SENT_FROM = {
    "an old browser": ({}, True),
    "this site": ({"Sec-Fetch-Site": "same-origin"}, True),
    "another site": ({"Sec-Fetch-Site": "cross-site"}, False),
    "a sister site": ({"Sec-Fetch-Site": "same-site"}, False),
    "another origin": ({"Origin": "https://evil.example"}, False),
}
_SHARE_OF_CONTROL = 0.2
_READING, _NEVER = ("GET", "HEAD"), ("PUT", "PATCH", "DELETE", "OPTIONS")


class Outcome(Enum):
    """What can come of a request."""

    LET_IN = "let in"
    NO_SUCH_METHOD = "405"
    ELSEWHERE = "403, sent from elsewhere"
    NO_TOKEN = "400, without a token of this browser"
    SIGN_IN = "led to sign in"
    REFUSED = "403, not theirs to do"
    ASKED_AGAIN = "403, asked to prove again that it is them"


class Token(Enum):
    """Which page's token comes along."""

    OWN = "its own"
    NONE = "none"
    ANOTHERS = "another browser's"


class Proved(Enum):
    """How long ago whoever is signed in proved that it is them: the limits are five minutes and one."""

    NOW = timedelta()
    LATELY = timedelta(minutes=3)
    LONG_AGO = timedelta(minutes=10)


# Somebody with an app beside the password: they are asked again sooner where that could be changed.
_WITH_APP = "every role, with an app"


@dataclass(frozen=True, slots=True)
class Cell:
    """One request somebody could make."""

    site: str
    who: str
    method: str
    path: str
    origin: str
    token: Token = Token.NONE
    proved: Proved = Proved.NOW

    @property
    def name(self) -> str:
        """How a report names it."""
        proved = "" if self.proved is Proved.NOW else f", proved {self.proved.name.lower().replace('_', ' ')}"
        return (
            f"{self.site}: {self.who}, {self.method} {self.path} from {self.origin}, "
            f"token {self.token.value}{proved}"
        )


@dataclass(slots=True)
class Seen:
    """How many cells there are and were tried, what came of them, and what should not have."""

    cells: int = 0
    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Stage:
    """One small clinic, everybody who might come to it, and every address of both sites."""

    def __init__(self, folder: Path) -> None:
        self.copy = make_copy(folder, LIBRARY)
        clinic = self.copy.clinic
        self.members = {one.value: staff(clinic, one.value, f"{one.value} Person", one) for one in Role}
        self.members["every role"] = staff(clinic, "every", "E. Very", *Role)
        self.members[_WITH_APP] = staff(clinic, "app", "A. Pp", *Role)
        with clinic.database.write() as session:
            row = accounts.hold(session, clinic.keys, self.members[_WITH_APP].id)
            authenticator_apps.put(session, clinic.keys, row, "A" * 32, 0, clinic.now())
        send_at_once(self.copy.desk, _PATS)
        self.tokens = {
            "the patient": fill_in(self.copy.desk, _PATS),
            "another patient": fill_in(self.copy.desk),
        }
        self.tokens["who has sent"] = fill_in(self.copy.desk)
        answering.send(self.copy.desk, self.tokens["who has sent"], "Pat Doe")
        self.tokens["a stranger"] = "x" * 43
        with clinic.database.read() as session:
            forms = submissions.ids(session)[0], uuid4()
        with at_any_speed():
            self.sites = {
                "patient": create_patient_site(self.copy.desk),
                "clinic": create_clinic_site(clinic),
            }
        parts = {"submission": forms} | dict.fromkeys(("since", "given", "checked", "step"), ("none",))
        self.addresses: dict[str, dict[str, dict[str, str]]] = {"patient": {}, "clinic": {}}
        for name, site in self.sites.items():
            for one in every_address(site, parts):
                self.addresses[name].setdefault(one.path, {})[one.method] = one.endpoint
        self._database = Path(str(clinic.database.url.database))
        clinic.database.empty_log()
        self.close()
        self._kept = self._database.read_bytes()

    def people(self, site: str) -> tuple[str, ...]:
        """Everybody who might come to a site."""
        if site == "patient":
            return ("nobody", *self.tokens, "a clinician")
        return ("nobody", "a stranger", "a patient", "signed out", *self.members)

    def begin_afresh(self) -> None:
        """Records as they were at first."""
        self.close()
        for beside in ("-wal", "-shm"):
            self._database.with_name(f"{self._database.name}{beside}").unlink(missing_ok=True)
        self._database.write_bytes(self._kept)

    def close(self) -> None:
        """Close what is open."""
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()

    def member(self, site: str, who: str) -> StaffMember | None:
        """Who is signed in at the clinic's site."""
        return self.members.get(who) if site == "clinic" else None

    def browser(self, site: str, who: str, proved: Proved = Proved.NOW) -> Client:
        """A new browser of somebody."""
        client = Client(self.sites[site])
        if (carried := self._carried(site, who, proved)) is not None:
            client.set_cookie(f"intake_{site}", carried, domain="127.0.0.1")
        return client

    def _carried(self, site: str, who: str, proved: Proved) -> str | None:
        if site == "patient" and who != "a clinician":
            return self.tokens.get(who)
        match who:
            case "nobody":
                return None
            case "a stranger" | "a patient":
                return self.tokens["a stranger" if who == "a stranger" else "the patient"]
        clinic = self.copy.clinic
        with clinic.database.write() as session:
            member = self.members.get(who, self.members["clinician"])
            token = staff_sessions.start(session, clinic.keys, member.id, clinic.now() - proved.value)
            if who == "signed out":
                staff_sessions.end(session, token)
        return token

    def newest(self) -> int:
        """How long the audit trail is."""
        with self.copy.clinic.database.read() as session:
            return audit.newest(session)


def must(stage: Stage, cell: Cell) -> Outcome:
    """What has to come of a request: the first line that is so, in the order in which a site looks."""
    reads, endpoints = cell.method in _READING, stage.addresses[cell.site][cell.path]
    _, may_come = (_READ_FROM if reads else _SENT_FROM)[cell.origin]
    endpoint = endpoints.get("GET" if reads else cell.method)
    site = stage.sites[cell.site]
    view = site.view_functions[endpoint] if endpoint else None
    mark = who_may(view) if view else None
    member = stage.member(cell.site, cell.who)
    wanted = mark if isinstance(mark, tuple) else (mark,)
    table = (
        (cell.method in _NEVER, Outcome.NO_SUCH_METHOD),
        (not may_come, Outcome.ELSEWHERE),
        (endpoint is None, Outcome.NO_SUCH_METHOD),
        (not reads and cell.token is not Token.OWN, Outcome.NO_TOKEN),
        (mark == EVERYONE, Outcome.LET_IN),
        (member is None and reads, Outcome.SIGN_IN),
        (member is None or not all(map(member.may, wanted)), Outcome.REFUSED),  # type: ignore[arg-type]
        (
            not reads and view is not None and is_sensitive(view) and _is_stale(site, cell),
            Outcome.ASKED_AGAIN,
        ),
        (True, Outcome.LET_IN),
    )
    return next(outcome for is_so, outcome in table if is_so)


def _is_stale(site: Flask, cell: Cell) -> bool:
    with site.app_context():
        at_once = cell.who == _WITH_APP and asks_at_once(_endpoint(site, cell))
    return cell.proved is not Proved.NOW if at_once else cell.proved is Proved.LONG_AGO


def _endpoint(site: Flask, cell: Cell) -> str:
    endpoint, _ = site.url_map.bind("127.0.0.1").match(cell.path, method=cell.method)
    return str(endpoint)


def is_as(outcome: Outcome, cell: Cell, response: TestResponse) -> bool:
    """Whether an answer is what has to come."""
    status = response.status_code
    led = status == 303 and response.headers.get("Location", "").startswith("/sign-in")
    match outcome:
        case Outcome.NO_SUCH_METHOD:
            return status == 405
        case Outcome.ELSEWHERE | Outcome.REFUSED:
            return status == 403 and not _asks_again(response)
        case Outcome.ASKED_AGAIN:
            return status == 403 and _asks_again(response)
        case Outcome.NO_TOKEN:
            return status == 400
        case Outcome.SIGN_IN:
            return led
        case Outcome.LET_IN:
            return status < 500 and status not in (400, 403, 405) and (not led or cell.path == "/sign-out")


def _asks_again(response: TestResponse) -> bool:
    return b'<form id="again"' in response.get_data()


def cells_of(path: str, site: str, who: str, proved: Proved = Proved.NOW) -> Iterator[Cell]:
    """Every way in which somebody can ask for an address, so long after they proved who they are."""
    for method in _READING:
        for origin in _READ_FROM:
            yield Cell(site, who, method, path, origin, proved=proved)
    for origin in _SENT_FROM:
        for token in Token:
            yield Cell(site, who, "POST", path, origin, token, proved)
    for method in _NEVER:
        yield Cell(site, who, method, path, "this site", Token.OWN, proved)


def campaign(stage: Stage, share: float, seed: int, told: Callable[[int], None] = lambda _: None) -> Seen:
    """Try this share of all cells, picked by chance; what was seen."""
    seen, chance = Seen(), random.Random(seed)
    for site, addresses in stage.addresses.items():
        for who, proved in product(stage.people(site), Proved):
            if proved is not Proved.NOW and stage.member(site, who) is None:
                continue
            for path in addresses:
                every = list(cells_of(path, site, who, proved))
                picked = [one for one in every if share >= 1 or chance.random() < share]
                seen.cells += len(every)
                # What changes something comes last.
                picked.sort(key=lambda one: must(stage, one) is Outcome.LET_IN and one.method == "POST")
                if picked:
                    _try_all(stage, picked, seen)
                told(len(picked))
    return seen


def _try_all(stage: Stage, cells: list[Cell], seen: Seen) -> None:
    site, who, proved = cells[0].site, cells[0].who, cells[0].proved
    stage.begin_afresh()
    client, tokens = _comes(stage, site, who, proved)
    for cell in cells:
        outcome, before = must(stage, cell), stage.newest()
        headers, _ = (_READ_FROM if cell.method in _READING else _SENT_FROM)[cell.origin]
        sent = {"csrf_token": tokens[cell.token]} if tokens[cell.token] and cell.method == "POST" else {}
        response = client.open(cell.path, method=cell.method, base_url=_AT, headers=headers, data=sent)
        seen.tried += 1
        seen.outcomes[outcome.value] += 1
        if not is_as(outcome, cell, response):
            seen.faults.append(f"{cell.name}: {response.status_code}, and not {outcome.value}")
        if outcome is not Outcome.LET_IN and stage.newest() != before:
            seen.faults.append(f"{cell.name}: was refused, and left something in the trail")
        if _SECRET.encode() in response.get_data() and not _may_read(stage, cell):
            seen.faults.append(f"{cell.name}: was told what a patient wrote")
        response.close()
        if outcome is Outcome.LET_IN and cell.method == "POST":
            stage.begin_afresh()
            client, tokens = _comes(stage, site, who, proved)


def _comes(stage: Stage, site: str, who: str, proved: Proved) -> tuple[Client, dict[Token, str]]:
    client = stage.browser(site, who, proved)
    page = "/" if site == "patient" else "/password" if stage.member(site, who) else "/sign-in"
    own = _token_in(client, page)
    other = _token_in(Client(stage.sites[site]), "/" if site == "patient" else "/sign-in")
    return client, {Token.OWN: own, Token.NONE: "", Token.ANOTHERS: other}


def _token_in(client: Client, page: str) -> str:
    found = _TOKEN.search(client.get(page, base_url=_AT).text)
    if found is None:
        raise LookupError(f"there is no form on {page}")
    return found[1]


def _may_read(stage: Stage, cell: Cell) -> bool:
    member = stage.member(cell.site, cell.who)
    return (
        cell.who == "the patient"
        if cell.site == "patient"
        else bool(member and member.may(Permission.REVIEW))
    )


def unguard(stage: Stage, endpoint: str = "review.submission") -> None:
    """The control: a page that says whom it is for, and lets in everybody."""
    site: Flask = stage.sites["clinic"]
    guarded = site.view_functions[endpoint]
    bare, somebody = inspect.unwrap(guarded), stage.members["clinician"]

    def careless(**address: object) -> object:
        g.member = somebody
        return bare(somebody, **address)

    careless.open_to = who_may(guarded)  # type: ignore[attr-defined]
    site.view_functions[endpoint] = careless  # type: ignore[assignment]
    stage.addresses = {
        "patient": {},
        "clinic": {
            path: methods
            for path, methods in stage.addresses["clinic"].items()
            if endpoint in methods.values()
        },
    }


@contextmanager
def asking_nobody_again(stage: Stage) -> Iterator[None]:
    """The other control: a site that takes everybody for whoever they were when they signed in.

    Only what changes what somebody may do is asked for.
    """
    site, addresses = stage.sites["clinic"], stage.addresses
    door: guard.Door = site.extensions[guard._DOOR]
    guard.keep_door(site, replace(door, ask_again=lambda _member: None))
    stage.addresses = {
        "patient": {},
        "clinic": {
            path: methods
            for path, methods in addresses["clinic"].items()
            if any(is_sensitive(site.view_functions[one]) for one in methods.values())
        },
    }
    try:
        yield
    finally:
        guard.keep_door(site, door)
        stage.addresses = addresses


@click.command(help=__doc__)
@click.option("--share", default=1.0, show_default=True, help="Which share of all cells is tried.")
@click.option("--seed", type=int, help="Pick the cells of an earlier campaign.")
def main(share: float, seed: int | None) -> None:
    """Exit code 1 when something came otherwise than it must, or when the control looked clean."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun = datetime.now(UTC)
    folder = Path(tempfile.mkdtemp(prefix="intake-authorization-"))
    try:
        with quiet():
            stage = Stage(folder)
            addresses = sum(map(len, stage.addresses.values()))
            done = Counter[str]()

            def told(tried: int) -> None:
                done["tried"] += tried
                if done["tried"] // 1000 > done["told"]:
                    done["told"] = done["tried"] // 1000
                    click.echo(f"{done['tried']:,} cells", err=True)

            seen = campaign(stage, share, seed, told)
            with asking_nobody_again(stage):
                hasty = campaign(stage, _SHARE_OF_CONTROL, seed)
            unguard(stage)
            careless = campaign(stage, 1, seed)
            stage.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    end(
        report(
            "authorization",
            seed=seed,
            begun=begun,
            figures={
                "cells": seen.cells,
                "tried": seen.tried,
                "addresses": addresses,
                **{f"must be: {what}": times for what, times in sorted(seen.outcomes.items())},
            },
            control={
                "cells of an unguarded page": careless.tried,
                "found": len(careless.faults),
                "cells of a site that asks nobody again": hasty.tried,
                "found of these": len(hasty.faults),
            },
            noticed=bool(careless.faults and hasty.faults),
            faults=tuple(seen.faults[:100]),
        )
    )


if __name__ == "__main__":
    main()
